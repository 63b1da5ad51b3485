"""Needs inferred from orders, the orders they rest on, and how they stand beside needs that were stated (ANA-46)."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.conditions import to_expression
from customer_insight.inputs import Column, TableDefinition, of_customers, typed
from customer_insight.inputs.check import windowed
from customer_insight.profiles.needs.purchases import bought, named_products, sold_lines
from customer_insight.profiles.needs.rules import BOUGHT, NeedRule, NeedRuleError, check_rules
from customer_insight.schemes import default_columns
from customer_insight.tables import Table, require_columns, same_kind

STATED_NEEDS: Final = TableDefinition(
    name="stated",
    columns={
        "customer_id": Column(kind="key", meaning="the resolved customer"),
        "need": Column(kind="text", meaning="the code of a need"),
        "wanted": Column(kind="boolean", meaning="false: the customer says not to have it", optional=True),
    },
)

_PAIR: Final = ("customer_id", "need")
_EVIDENCE: Final = (
    "confidence", "orders", "categories", "amount", "share", "since_day", "last_day",
)  # fmt: skip


def infer_needs(
    order_lines: IntoFrameT,
    product_categories: Table,
    *,
    rules: tuple[NeedRule, ...],
    as_of: int,
    since: int | None = None,
    customers: Table | None = None,
) -> IntoFrameT:
    """The needs each customer seems to have, each with its evidence (ANA-46): a customer may have several or none.

    ``order_lines`` is the table ORDER_LINES, ``product_categories`` has ``product_id`` and ``category``; both on one
    engine, and ``customers`` too, one row each, where rules ask for fields outside BOUGHT (``indicator.name`` is
    read from the column ``name``). Customers with no line sold in the window are left out, and with ``customers``
    those it does not hold. Columns:

    - ``customer_id``, ``need`` (code of the rule), ``source`` (always "inferred")
    - ``confidence``: "firm" from the rule's ``firm_from`` orders on, else "weak". How often either comes true is
      measured by `check_needs`
    - ``orders`` with one of the rule's categories, how many different ``categories`` of them, ``amount`` (minor
      units), ``share`` of all the customer spent; ``since_day`` and ``last_day`` of those orders, null without one

    Row order is open. Raises TableError for a missing or mistyped column, NeedRuleError for doubled codes,
    ValueError when ``since`` lies after ``as_of``.

    >>> import polars as pl
    >>> from customer_insight.conditions import Compare
    >>> from customer_insight.profiles.needs.rules import NeedRule
    >>> rule = NeedRule(code="baby", label_en="Baby", label_zh="婴儿", categories=("diapers",),
    ...                 condition=Compare("bought.orders", ">=", 2))
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 2, 2], "order_id": [1, 2, 3, 4, 5], "day": [5, 9, 9, 5, 6],
    ...     "product_id": [7, 7, 8, 7, 8], "amount": [300, 300, 400, 300, 50], "is_return": [False] * 5})
    >>> products = pl.DataFrame({"product_id": [7, 8], "category": ["diapers", "beer"]})
    >>> infer_needs(lines, products, rules=(rule,), as_of=10).rows()
    [(1, 'baby', 'inferred', 'weak', 2, 1, 600, 0.6, 5, 9)]
    """
    check_rules(rules)
    sold = sold_lines(order_lines, as_of=as_of, since=since)
    rows = bought(sold, named_products(sold, product_categories, rules), rules, as_of=as_of)
    return same_kind(_matching(rows, rules, customers), order_lines)


def _matching(
    rows: nw.LazyFrame[Any], rules: tuple[NeedRule, ...], customers: Table | None
) -> nw.LazyFrame[Any]:
    others = tuple(dict.fromkeys(name for rule in rules for name in rule.asked if name not in BOUGHT))
    columns = {name: name.removeprefix("bought.") for name in BOUGHT}
    if others and customers is None:
        raise NeedRuleError(f"rules ask for {', '.join(others)}; give customers with these columns")
    if customers is not None:
        own = default_columns(others)
        columns |= {field: f"asked_{column}" for field, column in own.items()}
        rows = rows.join(_asked(customers, tuple(own.values())), on="customer_id")
    need = nw.col("need")
    fits = [(need == rule.code) & to_expression(rule.condition, columns) for rule in rules]
    firm = [(need == rule.code) & (nw.col("orders") >= rule.firm_from) for rule in rules]
    confidence = nw.when(reduce(or_, firm)).then(nw.lit("firm")).otherwise(nw.lit("weak"))
    told = rows.filter(reduce(or_, fits)).with_columns(source=nw.lit("inferred"), confidence=confidence)
    return told.select(*_PAIR, "source", *_EVIDENCE)


def _asked(customers: Table, columns: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """The customers' own columns under names that no figure of their purchases has."""
    frame = windowed(require_columns(customers, ("customer_id", *columns), name="customers"))
    return of_customers(frame).select("customer_id", **{f"asked_{name}": nw.col(name) for name in columns})


def need_evidence(
    needs: IntoFrameT,
    order_lines: Table,
    product_categories: Table,
    *,
    rules: tuple[NeedRule, ...],
    as_of: int,
    since: int | None = None,
) -> IntoFrameT:
    """The orders behind needs: ``customer_id``, ``need``, ``category``, ``order_id``, ``day``, ``amount``.

    ``needs`` are rows of `infer_needs`, such as those of one customer; the other arguments as it was given them. One
    row per order and category of the rule. Row order is open.
    """
    pairs = windowed(require_columns(needs, _PAIR, name="needs")).select(*_PAIR)
    sold = sold_lines(order_lines, as_of=as_of, since=since)
    named = named_products(sold, product_categories, rules)
    lines = sold.join(named, on="product_id").join(pairs, on=list(_PAIR))
    rows = lines.group_by(*_PAIR, "category", "order_id").agg(nw.col("day").min(), nw.col("amount").sum())
    rows = rows.with_columns(nw.col("day", "amount").cast(nw.Int64))
    return same_kind(rows.select(*_PAIR, "category", "order_id", "day", "amount"), needs)


def merge_needs(stated: Table, inferred: IntoFrameT) -> IntoFrameT:
    """Needs stated and inferred in one table; what a customer said is never overwritten (ANA-46).

    ``stated`` has ``customer_id``, ``need`` and perhaps ``wanted`` (without it: true), one row per pair; ``inferred``
    are rows of `infer_needs`, on the same engine. Columns: ``customer_id``, ``need``, ``source`` ("stated" where the
    customer said anything, else "inferred"), ``wanted`` (false only where stated so), ``is_inferred`` (purchases
    speak for it, whatever was said), and the evidence of `infer_needs`, null where there is none. Row order is open.
    Raises TableError for a missing or mistyped column.

    >>> import polars as pl
    >>> stated = pl.DataFrame({"customer_id": [1, 2], "need": ["baby", "dog"], "wanted": [False, True]})
    >>> found = {"confidence": "firm", "orders": 3, "categories": 1, "amount": 900, "share": 0.5, "since_day": 1,
    ...          "last_day": 9}
    >>> inferred = pl.DataFrame([{"customer_id": n, "need": "baby", **found} for n in (1, 3)])
    >>> merge_needs(stated, inferred).select(
    ...     "customer_id", "need", "source", "wanted", "is_inferred").sort("customer_id").rows()
    [(1, 'baby', 'stated', False, True), (2, 'dog', 'stated', True, False), (3, 'baby', 'inferred', True, True)]
    """
    said = of_customers(typed(stated, STATED_NEEDS))
    if "wanted" not in said.collect_schema().names():
        said = said.with_columns(wanted=nw.lit(True))
    said = said.select(*_PAIR, wanted=nw.when(nw.col("wanted")).then(nw.lit(1)).otherwise(nw.lit(0)))
    found = of_customers(windowed(require_columns(inferred, (*_PAIR, *_EVIDENCE), name="inferred")))
    found = found.select(*_PAIR, *_EVIDENCE, found=nw.lit(1))
    keys = nw.concat([said.select(*_PAIR), found.select(*_PAIR)], how="vertical").unique()
    rows = keys.join(said, on=list(_PAIR), how="left").join(found, on=list(_PAIR), how="left")
    silent = nw.col("wanted").is_null()
    told = rows.select(
        *_PAIR,
        *_EVIDENCE,
        source=nw.when(silent).then(nw.lit("inferred")).otherwise(nw.lit("stated")),
        wanted=nw.col("wanted").fill_null(1) == 1,
        is_inferred=~nw.col("found").is_null(),
    )
    return same_kind(told.select(*_PAIR, "source", "wanted", "is_inferred", *_EVIDENCE), inferred)
