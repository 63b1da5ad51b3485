"""SciPy's special functions that the models are written in, loaded when the first of them is called.

So `import customer_insight.lifetime` costs a program nothing until it computes a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scipy.special import (
        betainc,
        betaln,
        digamma,
        expit,
        exprel,
        gammaln,
        hyp2f1,
        polygamma,
        xlogy,
    )
else:

    def _when_called(name: str) -> Any:
        def function(*arguments: Any) -> Any:
            from scipy import special

            return getattr(special, name)(*arguments)

        function.__name__ = name
        return function

    betainc = _when_called("betainc")
    betaln = _when_called("betaln")
    digamma = _when_called("digamma")
    expit = _when_called("expit")
    exprel = _when_called("exprel")
    gammaln = _when_called("gammaln")
    hyp2f1 = _when_called("hyp2f1")
    polygamma = _when_called("polygamma")
    xlogy = _when_called("xlogy")

__all__ = [
    "betainc",
    "betaln",
    "digamma",
    "expit",
    "exprel",
    "gammaln",
    "hyp2f1",
    "polygamma",
    "xlogy",
]
