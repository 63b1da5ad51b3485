"""How much rests on how few: the biggest customers, channels or products, large orders, and a list of targets."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.margin import add_profit
from customer_insight.structure import concentration, cube, flag_large_orders, roll_up, target_coverage
from guanxi.customers.queries import customer_of, find_party
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.money import base_currency, minor_units
from guanxi.insight.analyses.arranging import listed, sheet_of
from guanxi.insight.analyses.data import Data, calendar_day, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown

AMOUNTS: Final = ("sales_amount", "profit_amount")
FIRST: Final = 50
MOST_ORDERS: Final = 200
_KEYS: Final = {
    "customers": "lines.customer_id", "channels": "lines.channel", "products": "nullif(products.name, '')",
    "departments": "nullif(products.department, '')", "brands": "nullif(products.brand, '')",
}  # fmt: skip


def _compute(data: Data, asked: Asked) -> Raw:
    values = _values(data, asked)
    raw: Raw = {
        "tops": sorted(
            records(concentration(values, by=asked["by"], key="key", tops=_tops(asked))),
            key=lambda row: row["top"],
        ),
        "first": records(values.order(f'{asked["by"]} DESC, "key"').limit(FIRST)),
    }
    if asked["large"]:
        raw |= _large(data, asked)
    if asked["targets"]:
        raw |= _targets(data, values, asked)
    return raw


def _values(data: Data, asked: Asked) -> Any:
    """A row per customer, channel or product: its orders, sales and profit. Lines without one are left out."""
    since = f"AND lines.day > {data.as_of - asked['days']}" if asked["days"] else ""
    add_profit(data.lines(), margin=data.margin).create_view("weighed_lines", replace=True)
    data.products().create_view("weighed_products", replace=True)
    key = _KEYS[asked["of"]]
    # A cube counts different customers; here its rows are orders, so that it counts those.
    data.duck.execute(
        f"""CREATE OR REPLACE TEMP VIEW weighed AS
            SELECT lines.order_id AS customer_id, {key} AS "key", lines.amount AS sales_amount,
                   lines.profit AS profit_amount
            FROM weighed_lines lines LEFT JOIN weighed_products products USING (product_id)
            WHERE {key} IS NOT NULL {since}"""
    )
    cells = cube(data.duck.view("weighed"), dimensions=("key",), amounts=AMOUNTS)
    each = roll_up(cells, to=("key",)).select('"key", customers AS orders, sales_amount, profit_amount')
    return data.keep("weights", each)


def _tops(asked: Asked) -> tuple[int, ...]:
    """The typed numbers. Raises DomainError for what is none."""
    texts = listed(asked["tops"])
    if not texts or not all(text.isascii() and text.isdigit() and int(text) for text in texts):
        raise DomainError(_("The first how many are whole numbers from 1 on, such as 1, 10, 100."))
    return tuple(sorted({int(text) for text in texts}))


def _large(data: Data, asked: Asked) -> Raw:
    since = data.as_of - asked["days"] + 1 if asked["days"] else None
    least = round(asked["large"] * minor_units(base_currency()))
    flagged = data.keep(
        "orders_flagged", flag_large_orders(data.lines(), at_least=least, as_of=data.as_of, since=since)
    )
    sums = records(group_totals(flagged, by="is_large", amounts=("amount",)))
    large = records(flagged.filter("is_large").order("amount DESC, order_id").limit(MOST_ORDERS))
    return {
        "sizes": sorted(sums, key=lambda row: not row["is_large"]),
        "orders": [{**row, "day": calendar_day(row["day"])} for row in large],
    }


def _targets(data: Data, values: Any, asked: Asked) -> Raw:
    """What is sold to the typed targets; one that nobody knows is a target that is not covered."""
    names = list(dict.fromkeys(listed(asked["targets"])))
    keys = (
        [_customer(name, -number) for number, name in enumerate(names, start=1)]
        if asked["of"] == "customers"
        else names
    )
    kind = "BIGINT" if asked["of"] == "customers" else "VARCHAR"
    data.duck.execute(
        f"CREATE OR REPLACE TEMP TABLE targets AS SELECT DISTINCT unnest(?::{kind}[]) AS customer_id", [keys]
    )
    sold = values.select(f'"key" AS customer_id, {asked["by"]}')
    return {"coverage": records(target_coverage(data.duck.table("targets"), sold, by=asked["by"]))}


def _customer(reference: str, otherwise: int) -> int:
    try:
        return customer_of(find_party(reference)).pk
    except NotFound:
        return otherwise


def _show(raw: Raw, asked: Asked) -> Shown:
    amount = Column(asked["by"], "number" if asked["by"] == "orders" else "money")
    title = _("What the first %(what)s bring") % {"what": _of()[asked["of"]]}
    tops = sheet_of(
        "tops",
        title,
        [
            Column("top", "number", _("The first")),
            Column("members", "number", _("So many there are")),
            Column("amount", amount.kind, _by()[asked["by"]]),
            Column("share", "share"),
        ],
        raw["tops"] if raw["first"] else [],
        empty=_("No order line says which; import orders with it."),
    )
    who = (
        Column("key", "customer", _("Customer"))
        if asked["of"] == "customers"
        else Column("key", "text", _("Name"))
    )
    first = sheet_of(
        "first",
        _("The first %(number)s") % {"number": FIRST},
        [who, Column("orders", "number"), Column("sales_amount", "money"), Column("profit_amount", "money")],
        raw["first"],
    )
    return Shown(
        sheets=[tops, first, *_more_sheets(raw, asked)],
        drawings=[Drawing(sheet="tops", kind="bars", title=title, names="top", values=["share"])],
        notes=[
            _("Order lines that do not say which are left out.")
            if asked["of"] != "customers"
            else _("Order lines without a known customer are left out.")
        ],
    )


def _more_sheets(raw: Raw, asked: Asked) -> list[Sheet]:
    """Large orders and the list of targets, where they were asked for."""
    sheets = []
    if "sizes" in raw:
        sheets.append(
            sheet_of(
                "sizes",
                _("Large orders"),
                [
                    Column("is_large", "code", _("Large")),
                    Column("customers", "number", _("Orders")),
                    Column("customer_share", "share", _("Share of orders")),
                    Column("amount", "money"),
                ],
                raw["sizes"],
            )
        )
        sheets.append(
            sheet_of(
                "orders",
                _("The largest orders"),
                [
                    Column("customer_id", "customer", _("Customer")),
                    Column("day", "day"),
                    Column("amount", "money"),
                ],
                raw["orders"],
                empty=_("No order is that large."),
            )
        )
    if "coverage" in raw:
        kind: Any = "number" if asked["by"] == "orders" else "money"
        sheets.append(
            sheet_of(
                "coverage",
                _("The list of targets"),
                [
                    Column("targets", "number", _("Targets")),
                    Column("covered", "number", _("Of whom buy")),
                    Column("coverage", "share", _("Coverage")),
                    Column("amount", kind, _by()[asked["by"]]),
                    Column("amount_share", "share", _("Share of the whole")),
                ],
                raw["coverage"],
            )
        )
    return sheets


def _of() -> dict[str, str]:
    return {
        "customers": _("Customers"),
        "channels": _("Channels"),
        "products": _("Products"),
        "departments": _("Departments"),
        "brands": _("Brands"),
    }


def _by() -> dict[str, str]:
    return {"sales_amount": _("Sales"), "profit_amount": _("Profit"), "orders": _("Orders")}


CONCENTRATION: Final = Analysis(
    code="concentration",
    group="structure",
    name=gettext_lazy("Concentration"),
    question=gettext_lazy("How much of the business rests on how few?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(name="of", label=gettext_lazy("Of"), kind="choice", default="customers", choices=_of),
        Parameter(name="by", label=gettext_lazy("By"), kind="choice", default="sales_amount", choices=_by),
        Parameter(name="tops", label=gettext_lazy("The first"), kind="text", default="1, 3, 5, 10, 20"),
        Parameter(
            name="days",
            label=gettext_lazy("Of the last days"),
            kind="whole",
            default=None,
            low=1,
            high=36500,
            optional=True,
            help=gettext_lazy("Empty: of the whole time."),
        ),
        Parameter(
            name="large",
            label=gettext_lazy("Large orders from"),
            kind="number",
            default=None,
            low=0.01,
            optional=True,
            help=gettext_lazy("In whole money; empty: none are listed."),
        ),
        Parameter(
            name="targets",
            label=gettext_lazy("List of targets"),
            kind="text",
            default="",
            optional=True,
            help=gettext_lazy(
                "Names with commas between; customers by their number or source:key. How many of them buy?"
            ),
        ),
    ),
    requirements=("KEY-02", "BEN-21"),
)
