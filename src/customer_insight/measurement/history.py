"""What the past says about an outcome, so that a plan can tell what it will be able to show."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from customer_insight.measurement.units import CellSums, cell_sums
from customer_insight.tables import Table


@dataclass(frozen=True, slots=True)
class PastSpread:
    """Over past windows of the planned lengths: mean and standard deviation of margin per customer (minor units), the
    share of its variance that the window before explains, and the share of customers who responded.
    """

    customers: int
    mean: float
    sd: float
    r_squared: float
    response_rate: float


def past_spread(units: Table) -> PastSpread:
    """Spread of the last window's margin, and how well the window before foretells it (CAMP-08).

    ``units`` as for `cell_sums` with ``pre_margin``, all customers in one cell. sd² = (Σy² - (Σy)²/n) / (n - 1);
    r² = Sxy² / (Sxx Syy), 0 where either does not vary. An empty audience has zeros throughout.

    >>> import polars as pl
    >>> past_spread(pl.DataFrame({"customer_id": [1, 2, 3], "cell": ["all"] * 3, "responded": [1, 0, 1],
    ...     "margin": [100, 200, 300], "pre_margin": [10, 20, 30]}))
    PastSpread(customers=3, mean=200.0, sd=100.0, r_squared=1.0, response_rate=0.6666666666666666)
    """
    sums = sum(cell_sums(units).values(), start=CellSums())
    n = sums.customers
    if n < 2:
        return PastSpread(n, sums.margin, 0.0, 0.0, float(sums.responses))
    yy = sums.margin_squared - sums.margin**2 / n
    xx = sums.pre_squared - sums.pre**2 / n
    xy = sums.cross - sums.margin * sums.pre / n
    explained = min(xy**2 / (xx * yy), 1.0) if xx > 0 and yy > 0 else 0.0
    return PastSpread(n, sums.margin / n, sqrt(max(yy, 0.0) / (n - 1)), explained, sums.responses / n)
