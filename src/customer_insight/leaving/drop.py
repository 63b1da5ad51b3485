"""A change of sales taken apart into parts that add up."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw

PARTS: Final = ("orders_part", "products_part", "price_part", "lost_part", "new_part")
"""The parts of a difference of sales, in the order in which equals are named."""


def drop_parts(lines: nw.LazyFrame[Any], customers: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows of ``customers`` with PARTS, whole numbers that add up to yearly_sales_difference.

    ``lines`` are those of both periods, ``is_this`` (0 or 1) and ``category`` beside them; ``customers`` has the sums
    of `same_period_last_year`.
    """
    wide = customers.join(_kept_and_others(_cells(lines)), on="customer_id", how="left")
    return _whole(_three_factors(wide))


def _cells(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Per customer and category, in both periods: net sales, and products in transactions, each once in each."""
    sold = nw.when(~nw.col("is_return")).then(nw.lit(1)).otherwise(nw.lit(0))
    keys = ("customer_id", "category", "order_id", "product_id", "is_this")
    items = lines.with_columns(sold=sold).group_by(*keys).agg(nw.col("amount").sum(), nw.col("sold").max())
    zero, this = nw.lit(0), nw.col("is_this") == 1
    columns = {}
    for name, source in (("sales", "amount"), ("items", "sold")):
        value = nw.col(source).cast(nw.Int64)
        columns[f"{name}_last"] = nw.when(this).then(zero).otherwise(value)
        columns[f"{name}_this"] = nw.when(this).then(value).otherwise(zero)
    parted = items.select("customer_id", "category", **columns)
    return parted.group_by("customer_id", "category").agg(nw.col(*columns).sum())


def _kept_and_others(cells: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Per customer: the figures of the categories kept, and what was lost, new and only sent back."""
    last, this, zero = nw.col("items_last") > 0, nw.col("items_this") > 0, nw.lit(0)
    difference = nw.col("sales_this") - nw.col("sales_last")
    figures = ("sales_last", "sales_this", "items_last", "items_this")
    parts = {
        **{f"kept_{name}": nw.when(last & this).then(nw.col(name)).otherwise(zero) for name in figures},
        "lost": nw.when(last & ~this).then(difference).otherwise(zero),
        "new": nw.when(~last & this).then(difference).otherwise(zero),
    }
    sums = cells.select("customer_id", **parts).group_by("customer_id").agg(nw.col(*parts).sum())
    return sums.with_columns(nw.col(*parts).cast(nw.Float64))


def _three_factors(wide: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Shapley's value of transactions and products per transaction in the sales of the categories kept.

    The change of x in x y z is (x1 - x0) ((y0 z0 + y1 z1) / 3 + (y0 z1 + y1 z0) / 6); the third is the rest.
    """
    defined = (nw.col("kept_items_last") > 0) & (nw.col("kept_items_this") > 0)
    defined = defined & (nw.col("last_year_count") > 0) & (nw.col("this_year_count") > 0)
    for year in ("last", "this"):
        items, count = nw.when(defined).then(nw.col(f"kept_items_{year}")), nw.col(f"{year}_year_count")
        wide = wide.with_columns(**{f"n_{year}": nw.when(defined).then(count.cast(nw.Float64))})
        wide = wide.with_columns(**{f"l_{year}": items / nw.col(f"n_{year}")})
        wide = wide.with_columns(**{f"v_{year}": nw.col(f"kept_sales_{year}") / items})
    return wide.with_columns(
        orders_value=_change("n", "l", "v").fill_null(0.0),
        products_value=_change("l", "n", "v").fill_null(0.0),
    )


def _change(x: str, y: str, z: str) -> nw.Expr:
    y0, y1, z0, z1 = nw.col(f"{y}_last"), nw.col(f"{y}_this"), nw.col(f"{z}_last"), nw.col(f"{z}_this")
    return (nw.col(f"{x}_this") - nw.col(f"{x}_last")) * ((y0 * z0 + y1 * z1) / 3 + (y0 * z1 + y1 * z0) / 6)


def _whole(wide: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Rounded parts; the rest is the price's, or the orders' where nothing was bought this year."""
    stopped, difference = nw.col("this_year_count") == 0, nw.col("yearly_sales_difference")
    sources = {
        "orders_part": "orders_value",
        "products_part": "products_value",
        "lost_part": "lost",
        "new_part": "new",
    }
    rounded = {
        part: nw.when(stopped).then(nw.lit(0)).otherwise((nw.col(name) + 0.5).floor()).cast(nw.Int64)
        for part, name in sources.items()
    }
    whole = wide.with_columns(**rounded)
    rest = difference
    for part in sources:
        rest = rest - nw.col(part)
    return whole.with_columns(
        orders_part=nw.when(stopped).then(difference).otherwise(nw.col("orders_part")).cast(nw.Int64),
        price_part=nw.when(stopped).then(nw.lit(0)).otherwise(rest).cast(nw.Int64),
    )
