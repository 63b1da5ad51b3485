"""Who buys less than in the same period of last year, by how much, and what the drop is made of (ANA-60)."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.day_calendar import first_day_of_year, year_before
from customer_insight.indicators import same_period_last_year
from customer_insight.inputs import ORDER_LINES, of_customers, typed
from customer_insight.inputs.check import windowed
from customer_insight.leaving.drop import PARTS, drop_parts
from customer_insight.tables import TableError, require_columns, same_kind

__all__ = ["PARTS", "decliners"]

_SIZES: Final = (
    "last_year_sales", "this_year_sales", "yearly_sales_difference", "yearly_sales_change",
    "last_year_count", "this_year_count",
)  # fmt: skip


def decliners(
    order_lines: IntoFrameT,
    products: IntoFrameT | None = None,
    *,
    as_of: int,
    since: int | None = None,
    least_drop: int = 1,
    least_share: float = 0.2,
    allow_for_base: bool = False,
) -> IntoFrameT:
    """Customers whose sales fell against the same dates of last year, with the drop taken apart (ANA-60).

    The periods are those of `same_period_last_year`: the same dates, so that a season is compared with itself.
    Listed is who bought for more than nothing last year and fell by ``least_drop`` minor units and by ``least_share``
    of last year's sales, at least. With ``allow_for_base`` the fall is counted from last year's sales x (sales of
    everybody this year / last year) where everybody fell: only what the customer fell beyond the base counts, as
    when a feast moved out of the period or trade is slack.

    Columns: ``customer_id``; last and this year's sales, their difference and change, last and this year's count
    (as `same_period_last_year` has them); ``beyond_base_amount``, this year's sales - last year's x that ratio; then
    the parts of the difference, whole minor units that add up to it:

    - ``orders_part``: fewer (or more) transactions; all of the difference for who bought nothing this year
    - ``products_part``: fewer products in a transaction
    - ``price_part``: less money for a product in a transaction: fewer pieces, cheaper ones, more returns
    - ``lost_part``: categories bought last year and not at all this year
    - ``new_part``: categories bought this year only

    and ``main_reason``, the name of the most negative part, of equals the first named here. ``products`` has
    product_id and ``category`` (text or whole number); a product without one is in a category of its own kind,
    the unknown. Without ``products`` nothing is lost or new. The first three parts divide the sales of the categories
    kept: transactions x products per transaction x money per product, by Shapley's value of the three factors; a
    cent or two that rounding leaves are in price_part.

    Row order is open. Raises TableError for a missing or mistyped column or a product in two rows, ValueError as
    `same_period_last_year` and for a threshold below 0.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 2, 2], "order_id": [1, 2, 3, 4, 5], "product_id": [7] * 5,
    ...     "day": [10, 20, 375, 10, 375], "amount": [300, 300, 300, 500, 490], "is_return": [False] * 5})
    >>> rows = decliners(lines, as_of=410)
    >>> rows.select("customer_id", "yearly_sales_difference", "orders_part", "main_reason").rows()
    [(1, -300, -300, 'orders_part')]
    """
    if least_drop < 0 or not 0 <= least_share <= 1:
        raise ValueError(
            f"thresholds are least_drop >= 0 and least_share within 0..1, not {least_drop}, {least_share}"
        )
    start = first_day_of_year(as_of) if since is None else since
    reads = ("customer_id", "order_id", "day", "product_id", "amount", "is_return")
    lines = of_customers(typed(order_lines, ORDER_LINES, columns=reads)).select(*reads)
    yearly = nw.from_native(same_period_last_year(lines.to_native(), as_of=as_of, since=start)).lazy()
    fallen = _fallen(yearly.select("customer_id", *_SIZES), least_drop, least_share, allow_for_base)
    inside = _both_years(lines, start, as_of).join(fallen.select("customer_id"), on="customer_id", how="semi")
    apart = drop_parts(_with_category(inside, products), fallen)
    return same_kind(_named(apart), order_lines)


def _fallen(yearly: nw.LazyFrame[Any], drop: int, share: float, fairly: bool) -> nw.LazyFrame[Any]:
    """Those beyond both thresholds, with what they fell beyond the base."""
    last, this = yearly.select(nw.col("last_year_sales", "this_year_sales").sum()).collect().row(0)
    ratio = float(this) / float(last) if last and last > 0 else 1.0
    counted_from = nw.col("last_year_sales") * (min(ratio, 1.0) if fairly else 1.0)
    fall = counted_from - nw.col("this_year_sales")
    wide = yearly.with_columns(
        beyond_base_amount=nw.col("this_year_sales") - nw.col("last_year_sales") * ratio, fall=fall
    )
    enough = (nw.col("fall") >= max(drop, 1)) & (nw.col("fall") >= nw.col("last_year_sales") * share)
    return wide.filter(nw.col("last_year_sales") > 0, enough).drop("fall")


def _both_years(lines: nw.LazyFrame[Any], start: int, as_of: int) -> nw.LazyFrame[Any]:
    """The lines of both periods, ``is_this`` telling them apart."""
    day = nw.col("day")
    this = (day >= start) & (day <= as_of)
    last = (day >= year_before(start)) & (day <= year_before(as_of))
    return lines.filter(this | last).with_columns(is_this=nw.when(this).then(nw.lit(1)).otherwise(nw.lit(0)))


def _with_category(lines: nw.LazyFrame[Any], products: Any | None) -> nw.LazyFrame[Any]:
    if products is None:
        return lines.with_columns(category=nw.lit(0))
    frame = windowed(require_columns(products, ("product_id", "category"), name="products"))
    each = frame.select("product_id", "category").filter(~nw.col("product_id").is_null())
    twice = each.group_by("product_id").agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
    if count := int(twice.select(nw.len()).collect().row(0)[0]):
        raise TableError(f"table 'products': {count} product(s) stand in more than one row; give each once")
    return lines.join(each, on="product_id", how="left")


def _named(wide: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """With the name of the most negative part."""
    least = wide.with_columns(least=nw.min_horizontal(*[nw.col(name) for name in PARTS]))
    reason = nw.lit(PARTS[-1])
    for name in reversed(PARTS[:-1]):
        reason = nw.when(nw.col(name) == nw.col("least")).then(nw.lit(name)).otherwise(reason)
    named = least.with_columns(main_reason=reason)
    return named.select("customer_id", *_SIZES, "beyond_base_amount", *PARTS, "main_reason")
