"""What each customer bought in the categories of each rule: the figures that rules ask for."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
import pyarrow as pa

from customer_insight.inputs import (
    ORDER_LINES,
    Column,
    TableDefinition,
    everybody,
    in_window,
    of_customers,
    typed,
)
from customer_insight.margin import share_of
from customer_insight.profiles.needs.rules import NeedRule
from customer_insight.profiles.rows import rows_beside
from customer_insight.tables import Table

PRODUCT_CATEGORIES: Final = TableDefinition(
    name="product_categories",
    columns={
        "product_id": Column(kind="key", meaning="the product"),
        "category": Column(kind="text", meaning="the category it belongs to", nullable=True),
    },
)
"""Which category a product belongs to; a product in several has several rows."""

NO_PRODUCT: Final = -(2**62)
"""Stands for the product of a line that names none; no category holds it."""

_READS: Final = ("customer_id", "order_id", "day", "product_id", "amount", "is_return")
_PAIR: Final = ("customer_id", "need")


def sold_lines(order_lines: Table, *, as_of: int, since: int | None) -> nw.LazyFrame[Any]:
    """Lines of customers that were not returned, in the window."""
    frame = of_customers(typed(order_lines, ORDER_LINES, columns=_READS))
    lines = in_window(frame, since=since, as_of=as_of)
    product = nw.col("product_id").fill_null(NO_PRODUCT).cast(nw.Int64)
    sold = lines.filter(~nw.col("is_return")).with_columns(product)
    return sold.select("customer_id", "order_id", "day", "product_id", "amount")


def named_products(
    sold: nw.LazyFrame[Any], product_categories: Table, rules: tuple[NeedRule, ...]
) -> nw.LazyFrame[Any]:
    """The products of each rule's categories: need, category, product_id."""
    pairs = [
        {"need": rule.code, "category": name} for rule in rules for name in dict.fromkeys(rule.categories)
    ]
    wanted = rows_beside(sold, pairs, {"need": pa.string(), "category": pa.string()})
    categories = typed(product_categories, PRODUCT_CATEGORIES)
    known = categories.filter(~nw.col("product_id").is_null() & ~nw.col("category").is_null())
    products = known.select(nw.col("product_id").cast(nw.Int64), "category").unique()
    return products.join(wanted, on="category").select("need", "category", "product_id")


def bought(
    sold: nw.LazyFrame[Any], named: nw.LazyFrame[Any], rules: tuple[NeedRule, ...], *, as_of: int
) -> nw.LazyFrame[Any]:
    """One row per customer with an order and per rule: the fields of BOUGHT, and ``since_day``, ``last_day``."""
    needs = rows_beside(sold, [{"need": rule.code} for rule in rules], {"need": pa.string()})
    # A product of two categories of one rule counts once.
    lines = sold.join(named.select("need", "product_id").unique(), on="product_id")
    orders = lines.group_by(*_PAIR, "order_id").agg(nw.col("day").min(), nw.col("amount").sum())
    sums = orders.group_by(*_PAIR).agg(
        nw.len().alias("orders"),
        nw.col("amount").sum(),
        nw.col("day").min().alias("since_day"),
        nw.col("day").max().alias("last_day"),
    )
    products = sold.select("customer_id", "product_id").unique().join(named, on="product_id")
    kinds = products.select(*_PAIR, "category").unique()
    kinds = kinds.group_by(*_PAIR).agg(nw.len().alias("categories"))
    rows = everybody(sold).join(needs, how="cross").join(sums, on=list(_PAIR), how="left")
    rows = rows.join(kinds, on=list(_PAIR), how="left").join(_totals(sold), on="customer_id", how="left")
    counts = ("orders", "categories", "amount", "all_orders", "all_amount")
    rows = rows.with_columns(nw.col(*counts).fill_null(0).cast(nw.Int64))
    return rows.with_columns(
        share=share_of("amount", "all_amount"),
        order_share=share_of("orders", "all_orders"),
        days_since_first=as_of - nw.col("since_day"),
        days_since_last=as_of - nw.col("last_day"),
    )


def _totals(sold: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    orders = sold.group_by("customer_id", "order_id").agg(nw.col("amount").sum())
    return orders.group_by("customer_id").agg(
        nw.len().alias("all_orders"), nw.col("amount").sum().alias("all_amount")
    )
