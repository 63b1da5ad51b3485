"""A reason as an English sentence that a page can translate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

SENTENCES: Final[Mapping[str, str]] = {
    "above raises": "%(feature)s is %(value)s, above the usual %(typical)s, which raises the chance of leaving.",
    "above lowers": "%(feature)s is %(value)s, above the usual %(typical)s, which lowers the chance of leaving.",
    "below raises": "%(feature)s is %(value)s, below the usual %(typical)s, which raises the chance of leaving.",
    "below lowers": "%(feature)s is %(value)s, below the usual %(typical)s, which lowers the chance of leaving.",
    "known raises": "%(feature)s is %(value)s, which raises the chance of leaving.",
    "known lowers": "%(feature)s is %(value)s, which lowers the chance of leaving.",
    "unknown raises": "%(feature)s is unknown, which raises the chance of leaving.",
    "unknown lowers": "%(feature)s is unknown, which lowers the chance of leaving.",
}
"""Kind of reason -> sentence. "known": nothing to compare with, or equal to it."""


def reason_kind(*, value: float | None, typical: float | None, direction: str) -> str:
    """The key of SENTENCES for a row of `churn_reasons`.

    >>> reason_kind(value=3.0, typical=5.0, direction="raises")
    'below raises'
    """
    if value is None:
        side = "unknown"
    elif typical is None or value == typical:
        side = "known"
    else:
        side = "above" if value > typical else "below"
    return f"{side} {direction}"


def plain_figure(feature: str, value: float) -> str:
    """Four significant digits, thousands apart.

    >>> plain_figure("sales_amount", 1234.5678), plain_figure("return_rate", 0.123456)
    ('1,235', '0.1235')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def reason_sentence(
    reason: Mapping[str, Any],
    *,
    label: Callable[[str], str],
    figure: Callable[[str, float], str] = plain_figure,
    translate: Callable[[str], str] = str,
) -> str:
    """The sentence of one row of `churn_reasons`.

    ``label`` gives a feature's name in the reader's language, ``figure`` writes a value of a feature, ``translate``
    turns an English sentence of SENTENCES into the reader's; its placeholders are kept.

    >>> row = {"feature": "recency_days", "value": 90.0, "typical": 21.5, "direction": "raises"}
    >>> reason_sentence(row, label=lambda name: "Days since last purchase")
    'Days since last purchase is 90, above the usual 21.5, which raises the chance of leaving.'
    """
    feature, value, typical = reason["feature"], reason["value"], reason["typical"]
    kind = reason_kind(value=value, typical=typical, direction=reason["direction"])
    shown = {
        name: figure(feature, number) if number is not None else ""
        for name, number in (("value", value), ("typical", typical))
    }
    return translate(SENTENCES[kind]) % {"feature": label(feature), **shown}
