"""Deciles two ways: what each tenth of the customers brings, and how many customers bring each tenth of the
total.

Both sort customers once, best first. That rank is exact on every engine: `customer_insight.running` says how a
cluster sorts without sending everybody to one machine.
"""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.margin import share_of
from customer_insight.running import in_order, sum_down
from customer_insight.tables import numbers, require_columns, same_kind, whole_numbers

_MONEY: Final = ("sales_amount", "profit_amount")
_DECILE_COLUMNS: Final = (
    "decile", "customers", "lowest", "highest",
    "sales_amount", "sales_share", "cumulative_sales_share",
    "profit_amount", "profit_share", "cumulative_profit_share",
)  # fmt: skip
_SLICE_COLUMNS: Final = (
    "slice", "customers", "customer_share", "cumulative_customers", "cumulative_customer_share", "amount",
)  # fmt: skip


def ranked(
    values: Any, *, by: str, keep: tuple[str, ...] = (), lowest_first: bool = False, summed: str | None = None
) -> nw.LazyFrame[Any]:
    """Customers with a known ``by``, plus ``position`` (1 is best) and ``total_customers``; ``keep`` adds
    columns, and ``summed`` one of that name with the sum of ``by`` down to the customer.

    Ordered by value descending (``lowest_first``: ascending), then customer_id ascending, so the rank does not
    depend on row order or engine. Customers whose value is null or NaN are left out: an unknown value has no rank.
    Whole numbers come back as 64-bit integers, which sum exactly; anything else as 64-bit floats.
    """
    needed = tuple(dict.fromkeys((by, *keep)))
    frame = require_columns(values, ("customer_id", *needed), name="values")
    frame = frame.select("customer_id", **numbers(frame, needed, name="values")).filter(~nw.col(by).is_null())
    key = nw.col(by) if lowest_first else -nw.col(by)
    sums = {"position": None} if summed is None else {"position": None, summed: by}
    placed = in_order(frame.with_columns(order_key=key), order_by=("order_key", "customer_id"), running=sums)
    total = frame.select(total_customers=nw.len().cast(nw.Int64))
    return placed.drop("order_key").join(total, how="cross")


def assign_deciles(values: IntoFrameT, *, by: str, groups: int = 10) -> IntoFrameT:
    """Each customer's tenth: ``customer_id``, ``decile`` (1 is best).

    ``values`` holds one row per customer: ``customer_id`` and the number ``by``; customers whose value is
    null are left out. Sorted by value descending, equal values by customer_id ascending. N customers in g
    groups: every group holds N // g and the first N % g one more, so sizes differ by at most 1 and with N < g
    the last groups are empty. Raises TableError for a missing column, ValueError for groups < 1. Source:
    ANA-24.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "sales_amount": [50, 900, 50, 700, None]})
    >>> assign_deciles(values, by="sales_amount", groups=3).sort("customer_id").rows()
    [(1, 2), (2, 1), (3, 3), (4, 1)]
    """
    placed = ranked(values, by=by).with_columns(decile=group_of_position(groups))
    return same_kind(placed.select("customer_id", "decile"), values)


def group_of_position(groups: int) -> nw.Expr:
    """Group of ``position`` among ``total_customers``: the first (total % groups) groups hold one more."""
    if groups < 1:
        raise ValueError(f"groups is at least 1, not {groups}")
    position, total = nw.col("position"), nw.col("total_customers")
    small, larger = total // groups, total % groups
    in_larger = larger * (small + 1)
    among_larger = (position - 1) // (small + 1) + 1
    # With fewer customers than groups nobody reaches the second branch; its divisor must still not be zero.
    divisor = nw.when(small > 0).then(small).otherwise(nw.lit(1))
    among_smaller = larger + (position - in_larger - 1) // divisor + 1
    decile = nw.when(position <= in_larger).then(among_larger).otherwise(among_smaller)
    return decile.cast(nw.Int64)


def money_deciles(values: IntoFrameT, *, by: str) -> IntoFrameT:
    """What each tenth of the customers brings (ANA-24). Call it by ``"sales_amount"`` and by
    ``"profit_amount"``.

    ``values``: ``customer_id``, ``sales_amount``, ``profit_amount`` and ``by``, one row per customer. One row
    per decile that has customers, in order: ``decile`` (as in `assign_deciles`), ``customers``, ``lowest``
    and ``highest`` value of ``by``, then for sales and for profit the amount, its share of the total of all
    ranked customers, and the cumulative share. A share is a number between 0 and 1 while nobody is negative;
    with losses among the customers the cumulative share rises above 1 and comes back. Where the total is not
    positive the shares are null. Raises TableError for a missing column.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "sales_amount": [600, 200, 100, 100, 0],
    ...                        "profit_amount": [60, 40, -20, 20, 0]})
    >>> deciles = money_deciles(values, by="sales_amount")
    >>> deciles.select("decile", "customers", "sales_share", "cumulative_profit_share").rows()[:3]
    [(1, 1, 0.6, 0.6), (2, 1, 0.2, 1.0), (3, 1, 0.1, 0.8)]
    """
    placed = ranked(values, by=by, keep=_MONEY).with_columns(
        decile=group_of_position(10), rank_value=nw.col(by)
    )
    schema = placed.collect_schema()
    bounds = [nw.col("rank_value").min().alias("lowest"), nw.col("rank_value").max().alias("highest")]
    sums = [nw.col(name).sum() for name in _MONEY]
    deciles = placed.group_by("decile").agg(nw.len().alias("customers"), *bounds, *sums)
    totals = placed.select(*[nw.col(name).sum().alias(f"total_{name}") for name in _MONEY])
    same_types = [nw.col(name).fill_null(0).cast(schema[name]) for name in _MONEY]
    shares = [share_of(name, f"total_{name}").alias(name.replace("amount", "share")) for name in _MONEY]
    result = deciles.with_columns(nw.col("customers").cast(nw.Int64), *same_types).join(totals, how="cross")
    return same_kind(_cumulated(result.with_columns(*shares)), values)


def _cumulated(deciles: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The ten rows with running shares, in reading order."""
    running = [
        sum_down(deciles, share, order_by="decile", same="total_sales_amount").alias(f"cumulative_{share}")
        for share in ("sales_share", "profit_share")
    ]
    return deciles.with_columns(*running).select(_DECILE_COLUMNS).sort("decile")


def assign_slices(values: IntoFrameT, *, by: str, slices: int = 10) -> IntoFrameT:
    """The slice of the total each customer falls into: ``customer_id``, ``slice``; the rule of
    `purchase_deciles`.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "profit_amount": [60, 30, 20, -10, None]})
    >>> assign_slices(values, by="profit_amount").sort("customer_id").rows()
    [(1, 1), (2, 7), (3, 10), (4, 11)]
    """
    placed = ranked(values, by=by, summed="upto").with_columns(rank_value=nw.col(by))
    return same_kind(_sliced(placed, slices=slices).select("customer_id", "slice"), values)


def purchase_deciles(values: IntoFrameT, *, by: str, slices: int = 10) -> IntoFrameT:
    """How many customers bring each tenth of the total (ANA-25): the transpose of `money_deciles`.

    ``values``: ``customer_id`` and the number ``by``, one row per customer; null values are left out.
    Customers are ranked as in `assign_deciles`. Slice i of s holds those for whom the sum of all customers
    ranked above lies in [(i-1)/s, i/s) of the total: whoever is needed to reach the slice's upper edge once
    the slices above are reached. So ``cumulative_customers`` of slice i is the smallest number of best
    customers who bring i/s of the total. A customer who fills several slices alone stands in the first; the
    others then show 0.

    Customers beyond the total, whom no slice needs, stand in one more row, slice s + 1, present only if there
    are any: those who bring nothing, those who lose money, and those whose gain only makes up for the losers
    (cumulative sums peak above the total). Where the total is not positive all customers stand there. The
    rows partition the customers, and amounts add up to the total. Integer values are cut exactly.

    Columns, in order of slice: ``slice``, ``customers``, ``customer_share`` (of all ranked customers),
    ``cumulative_customers``, ``cumulative_customer_share``, ``amount``. Raises TableError for a missing
    column, ValueError for slices < 1.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "sales_amount": [500, 300, 100, 100, 0]})
    >>> slices = purchase_deciles(values, by="sales_amount", slices=2)
    >>> slices.select("slice", "customers", "cumulative_customer_share", "amount").rows()
    [(1, 1, 0.2, 500), (2, 3, 0.8, 500), (3, 1, 1.0, 0)]
    """
    placed = ranked(values, by=by, summed="upto").with_columns(rank_value=nw.col(by))
    placed = _sliced(placed, slices=slices)
    grid = whole_numbers(values, count=slices + 1).select(slice=nw.col("number").cast(nw.Int64))
    rows = grid.join(_slice_sums(placed), on="slice", how="left").with_columns(nw.all().fill_null(0))
    rows = rows.filter((nw.col("slice") <= slices) | (nw.col("customers") > 0))
    rows = rows.join(placed.select(total_customers=nw.len()), how="cross")
    running = sum_down(rows, "customers", order_by="slice", same="total_customers").cast(nw.Int64)
    rows = rows.with_columns(cumulative_customers=running).with_columns(
        customer_share=share_of("customers", "total_customers"),
        cumulative_customer_share=share_of("cumulative_customers", "total_customers"),
    )
    return same_kind(rows.select(_SLICE_COLUMNS).sort("slice"), values)


def _slice_sums(placed: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Customers and amount of every slice somebody falls into."""
    amount_type = placed.collect_schema()["rank_value"]
    held = placed.group_by("slice").agg(
        nw.len().alias("customers"), nw.col("rank_value").sum().alias("amount")
    )
    return held.with_columns(nw.col("customers").cast(nw.Int64), nw.col("amount").cast(amount_type))


def _sliced(placed: nw.LazyFrame[Any], *, slices: int) -> nw.LazyFrame[Any]:
    """Add ``slice`` from the sum of ``rank_value`` over everybody ranked above: ``upto`` less one's own."""
    if slices < 1:
        raise ValueError(f"slices is at least 1, not {slices}")
    whole = placed.collect_schema()["rank_value"].is_integer()
    number = nw.Int64 if whole else nw.Float64
    total = placed.select(total_value=nw.col("rank_value").sum().cast(number))
    placed = placed.with_columns(above=nw.col("upto") - nw.col("rank_value")).join(total, how="cross")
    positive = nw.when(nw.col("total_value") > 0).then(nw.col("total_value"))
    scaled = nw.col("above") * slices
    number_above = scaled // positive if whole else (scaled / positive).floor()
    needed = nw.col("above") < nw.col("total_value")
    inside = nw.when(needed).then(number_above + 1).otherwise(nw.lit(slices + 1))
    return placed.with_columns(slice=inside.cast(nw.Int64))
