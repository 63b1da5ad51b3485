"""How each indicator of the analysis table is distributed, so that a table of many columns can be looked over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.margin import share_of
from customer_insight.tables import require_columns, same_kind

_QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}


def indicator_summary(values: IntoFrameT, *, indicators: Sequence[str]) -> IntoFrameT:
    """One row per indicator (DATA-09): ``indicator``, ``customers``, ``known`` (how many have a value),
    ``known_share``, then ``mean``, ``lowest``, ``lower_quartile``, ``median``, ``upper_quartile``, ``highest``.

    ``values`` is any table of `analysis_table`: one row per customer with the ``indicators``. Those that are no
    numbers have no figures but ``known``. A quartile between two values lies on the straight line between them
    (Hyndman and Fan 1996, definition 7). Figures are null where nobody has a value. Rows stand in the order of
    ``indicators``. Raises TableError for a missing column, ValueError without an indicator.

    >>> import polars as pl
    >>> values = pl.DataFrame({"recency_days": [10, 20, 30, None], "usual_channel": ["web", None, None, None]})
    >>> rows = indicator_summary(values, indicators=("recency_days", "usual_channel"))
    >>> rows.select("indicator", "customers", "known", "known_share", "mean", "median", "highest").rows()
    [('recency_days', 4, 3, 0.75, 20.0, 20.0, 30.0), ('usual_channel', 4, 1, 0.25, None, None, None)]
    """
    if not indicators:
        raise ValueError("give at least one indicator")
    frame = require_columns(values, tuple(indicators), name="values")
    rows = nw.concat([_one(frame, name, number) for number, name in enumerate(indicators)], how="vertical")
    shared = rows.with_columns(known_share=share_of("known", "customers")).sort("number")
    names = ("indicator", "customers", "known", "known_share", "mean", "lowest", *_QUARTILES, "highest")
    return same_kind(shared.select(names), values)


def _one(frame: nw.LazyFrame[Any], name: str, number: int) -> nw.LazyFrame[Any]:
    """The row of one indicator; of what is no number only how many are known."""
    value, kind = nw.col(name), frame.collect_schema()[name]
    figures = value.cast(nw.Float64) if kind.is_numeric() else nw.lit(None).cast(nw.Float64)
    known = nw.when(value.is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
    numbers = frame.select(known=known, figure=figures)
    figure = nw.col("figure")
    quartiles = {each: figure.quantile(share, interpolation="linear") for each, share in _QUARTILES.items()}
    row = numbers.select(
        customers=nw.len().cast(nw.Int64),
        known=nw.col("known").sum().fill_null(0).cast(nw.Int64),
        mean=figure.mean(),
        lowest=figure.min(),
        highest=figure.max(),
        **quartiles,
    )
    return row.with_columns(indicator=nw.lit(name), number=nw.lit(number))
