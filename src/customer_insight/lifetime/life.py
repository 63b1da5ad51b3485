"""How long customers stay: the mean active life, and value over a life that is taken as known (BEN-19, ANA-28)."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw

from customer_insight.lifetime.engine import as_given
from customer_insight.tables import Table, require_columns

USUAL_LIFE_YEARS: Final = 3.0
"""The life that a maker of infant milk reckons with, pregnancy included (BEN-19)."""


def active_life(histories: Table, scores: Table, *, gone_below: float = 0.5) -> Any:
    """The mean active life in one row: customers, mean_active_days, gone, mean_gone_days (BEN-19).

    An active life runs from first_day to last_day. `histories` has customer_id, first_day and last_day; `scores`,
    of the same engine, customer_id and p_alive, as from score_lifetime. Lives that still run are cut off at the
    observation date, so the mean over all is too low; `gone` counts customers with p_alive below `gone_below`,
    whose lives are over as far as the model can tell, and mean_gone_days is theirs, null where nobody is gone.
    Same kind of table. Raises TableError for a missing column.

    >>> import polars as pl
    >>> lives = pl.DataFrame({"customer_id": [1, 2, 3], "first_day": [0, 10, 0], "last_day": [300, 40, 0]})
    >>> scores = pl.DataFrame({"customer_id": [1, 2, 3], "p_alive": [0.9, 0.1, 0.2]})
    >>> active_life(lives, scores).rows()
    [(3, 110.0, 2, 15.0)]
    """
    names = ("customer_id", "first_day", "last_day")
    lives = require_columns(histories, names, name="histories").select(*names)
    alive = require_columns(scores, ("customer_id", "p_alive"), name="scores").select(
        "customer_id", "p_alive"
    )
    days = (nw.col("last_day") - nw.col("first_day")).cast(nw.Float64).alias("days")
    is_gone = (nw.col("p_alive") < gone_below).cast(nw.Int64).alias("is_gone")
    joined = lives.join(alive, on="customer_id", how="inner").with_columns(days, is_gone)
    sums = joined.with_columns((nw.col("days") * nw.col("is_gone")).alias("gone_days")).select(
        nw.len().alias("customers"),
        nw.col("days").mean().alias("mean_active_days"),
        nw.col("is_gone").sum().alias("gone"),
        nw.col("gone_days").sum(),
    )
    mean = nw.when(nw.col("gone") > 0).then(nw.col("gone_days") / nw.col("gone")).alias("mean_gone_days")
    whole = sums.with_columns(nw.col("customers", "gone").cast(nw.Int64), mean)
    return as_given(whole.select("customers", "mean_active_days", "gone", "mean_gone_days"), histories)


def life_factor(*, years: float, retention_rate: float, discount_rate_year: float) -> float:
    """Years' margins that a customer is worth: sum over t = 1, 2, ... of share_t rho^(t-1) / (1+d)^t.

    share_t is 1 for whole years within `years` and the rest for the last; rho is `retention_rate`.

    >>> life_factor(years=3.0, retention_rate=1.0, discount_rate_year=0.0)
    3.0
    >>> round(life_factor(years=2.5, retention_rate=0.8, discount_rate_year=0.1), 4)
    1.8107
    """
    if not (years > 0 and 0 <= retention_rate <= 1 and discount_rate_year > -1):
        raise ValueError(
            f"years {years} must be positive, retention_rate {retention_rate} within 0..1 and "
            f"discount_rate_year {discount_rate_year} above -1"
        )
    whole = int(-(-years // 1))
    shares = [min(1.0, years - year) for year in range(whole)]
    kept = retention_rate / (1.0 + discount_rate_year)
    return sum(share * kept**year for year, share in enumerate(shares)) / (1.0 + discount_rate_year)


def value_over_life(
    customers: Table,
    *,
    years: float = USUAL_LIFE_YEARS,
    retention_rate: float = 1.0,
    discount_rate_year: float = 0.1,
) -> Any:
    """The textbook lifetime value from a yearly margin: customer_id, lifetime_value (minor units) (ANA-28, BEN-19).

        lifetime_value = (margin_year - cost_to_serve_year) * life_factor(years, retention_rate, discount_rate_year)

    For firms without purchase dates, or where life is known by its nature, such as pregnancy to weaning.
    `customers` has customer_id, margin_year and cost_to_serve_year (minor units); null in either gives null. Same
    kind of table, lazy where the engine is lazy. Raises TableError for a missing column, ValueError as life_factor.

    >>> import polars as pl
    >>> one = pl.DataFrame({"customer_id": [1], "margin_year": [12000], "cost_to_serve_year": [2000]})
    >>> value_over_life(one, discount_rate_year=0.0).rows()
    [(1, 30000.0)]
    """
    factor = life_factor(years=years, retention_rate=retention_rate, discount_rate_year=discount_rate_year)
    frame = require_columns(customers, ("customer_id", "margin_year", "cost_to_serve_year"), name="customers")
    left = nw.col("margin_year") - nw.col("cost_to_serve_year")
    return as_given(frame.select("customer_id", (left * factor).alias("lifetime_value")), customers)
