"""The cube: who bought what, and how: customers by products by behaviour, with every margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.margin import add_profit
from customer_insight.structure import cube, rfm_classes
from guanxi.foundation.engine.duck import identifier
from guanxi.insight.analyses.arranging import (
    BOUGHT,
    attribute_label,
    in_order,
    is_value,
    listed,
    sheet_of,
    together,
    values_named,
)
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import (
    Analysis,
    Asked,
    Column,
    Drawing,
    Kind,
    Parameter,
    Raw,
    Sheet,
    Shown,
)
from guanxi.insight.analyses.parameters import attributes

DIMENSIONS: Final = ("customer", "product", "behaviour")
RFM: Final = "rfm"
BEHAVIOUR: Final = (
    "class.tier",
    "indicator.sales_decile",
    "indicator.profit_decile",
    "indicator.bill_band",
    "indicator.value_layer",
    "indicator.potential_layer",
)
AMOUNTS: Final = ("sales_amount", "profit_amount")
MOST_ROWS: Final = 200
MOST_ACROSS: Final = 24


def _compute(data: Data, asked: Asked) -> Raw:
    _facts(data, asked)
    only = {
        name: values_named(data, "cube_facts", name, listed(asked[f"only_{name}"]))
        for name in DIMENSIONS
        if asked[f"only_{name}"]
    }
    cells = cube(data.duck.view("cube_facts"), dimensions=DIMENSIONS, amounts=AMOUNTS, only=only)
    kept = asked["by"].split("*")
    levels = ["*".join(part) or "total" for size in range(len(kept) + 1) for part in combinations(kept, size)]
    found = [row for row in records(cells) if row["level"] in levels]
    return {"cells": sorted(found, key=lambda row: [row["level"], *(str(row[name]) for name in DIMENSIONS)])}


def _facts(data: Data, asked: Asked) -> None:
    """View `cube_facts`: every order line with the class of its customer, product and behaviour."""
    fields = dict.fromkeys(name for name in (asked["customer"], asked["behaviour"]) if name != RFM)
    data.customers(*fields).create_view("cube_people", replace=True)
    data.products().create_view("cube_products", replace=True)
    add_profit(data.lines(), margin=data.margin).create_view("cube_lines", replace=True)
    cells = ""
    if asked["behaviour"] == RFM:
        data.keep("cube_rfm", rfm_classes(data.measures(), groups=3))
        cells = "LEFT JOIN cube_rfm USING (customer_id)"
    behaviour = "rfm_cell" if cells else f"people.{identifier(asked['behaviour'])}"
    data.duck.execute(
        f"""CREATE OR REPLACE TEMP VIEW cube_facts AS
            SELECT lines.customer_id, people.{identifier(asked["customer"])} AS customer,
                   nullif(products.{identifier(asked["product"])}, '') AS product, {behaviour} AS behaviour,
                   lines.amount AS sales_amount, lines.profit AS profit_amount
            FROM cube_lines lines JOIN cube_people people USING (customer_id)
            LEFT JOIN cube_products products USING (product_id) {cells}"""
    )


def _show(raw: Raw, asked: Asked) -> Shown:
    kept = asked["by"].split("*")
    title = " × ".join(_name(name, asked) for name in kept)
    notes = [_("Amounts are of order lines. Who bought several products counts once in a total.")]
    if len(kept) != 2:
        return Shown(sheets=[_list(raw, asked, kept, title)], notes=notes, drawings=_bars(kept, title, asked))
    down, across = kept
    cells = [row for row in raw["cells"] if row["level"] == asked["by"]]
    long = [Column(down, "code"), Column(across, "code"), Column(asked["amount"], _kind(asked, "number"))]
    return Shown(
        sheets=[
            _cross(raw, asked, down, across, title),
            sheet_of("cells", title, long, _within(cells, raw, asked, kept), is_drawn_only=True),
        ],
        drawings=[
            Drawing(sheet="cells", kind="heat", title=title, names=across, values=[asked["amount"]], by=down)
        ],
        notes=notes,
    )


def _cross(raw: Raw, asked: Asked, down: str, across: str, title: str) -> Sheet:
    """One dimension down, one across, with what they add up to."""
    amount, cells = asked["amount"], {}
    for row in raw["cells"]:
        cells[(row["level"], row[down], row[across])] = row[amount]
    rows, columns = _most(raw, asked, down, MOST_ROWS), _most(raw, asked, across, MOST_ACROSS)
    heads = [
        Column(f"{across}-{number}", _kind(asked, "number"), _text(value))
        for number, value in enumerate(columns)
    ]
    both = f"{down}*{across}"
    lines: list[list[Any]] = [
        [value, *(cells.get((both, value, other)) for other in columns), cells[(down, value, None)]]
        for value in rows
    ]
    lines.append(
        [
            _("Total"),
            *(cells.get((across, None, other)) for other in columns),
            cells.get(("total", None, None)),
        ]
    )
    return Sheet(
        key="cross",
        title=f"{title} ({_amounts()[amount]})",
        columns=[
            Column(down, "code", _name(down, asked)),
            *heads,
            Column("total", _kind(asked, "count"), _("Total")),
        ],
        rows=lines if rows else [],
        opens=[*(_opening(asked, {down: value}) for value in rows), _opening(asked, {})] if rows else [],
        leads={down: [*(_slice(down, value) for value in rows), None]} if rows else {},
        note=_left_out(raw, down, rows, across, columns),
        empty=_("No order line is in what was chosen."),
    )


def _list(raw: Raw, asked: Asked, kept: Sequence[str], title: str) -> Sheet:
    """The cells one below the other, the largest first."""
    level = "*".join(kept)
    found = sorted(
        (row for row in raw["cells"] if row["level"] == level), key=lambda row: -row[asked["amount"]]
    )
    total = [row for row in raw["cells"] if row["level"] == "total" and row["customers"]]
    shown = [*found[:MOST_ROWS], *({**row, kept[0]: _("Total")} for row in total)] if found else []
    columns = [
        *(Column(name, "code", _name(name, asked)) for name in kept),
        Column("customers", "count"),
        *(Column(name, "money") for name in AMOUNTS),
    ]
    return sheet_of(
        "list",
        title,
        columns,
        shown,
        opens=[
            _opening(
                asked, {} if row in total or row["level"] == "total" else {name: row[name] for name in kept}
            )
            for row in shown
        ],
        leads={
            kept[0]: [None if row["level"] == "total" else _slice(kept[0], row[kept[0]]) for row in shown]
        },
        note=_("The largest %(number)s cells.") % {"number": MOST_ROWS} if len(found) > MOST_ROWS else "",
        empty=_("No order line is in what was chosen."),
    )


def _bars(kept: Sequence[str], title: str, asked: Asked) -> list[Drawing]:
    if len(kept) > 1:
        return []
    return [Drawing(sheet="list", kind="bars", title=title, names=kept[0], values=[asked["amount"]])]


def _most(raw: Raw, asked: Asked, name: str, most: int) -> list[Any]:
    """The values of a dimension, in order; of very many those with the most."""
    found = [row for row in raw["cells"] if row["level"] == name]
    largest = sorted(found, key=lambda row: -row[asked["amount"]])[:most]
    return in_order(row[name] for row in largest)


def _within(cells: list[dict[str, Any]], raw: Raw, asked: Asked, kept: Sequence[str]) -> list[dict[str, Any]]:
    """The cells of the values that are shown, in the order in which they are shown."""
    down, across = _most(raw, asked, kept[0], MOST_ROWS), _most(raw, asked, kept[1], MOST_ACROSS)
    by_pair = {(row[kept[0]], row[kept[1]]): row for row in cells}
    return [by_pair[(one, other)] for one in down for other in across if (one, other) in by_pair]


def _left_out(raw: Raw, down: str, rows: list[Any], across: str, columns: list[Any]) -> str:
    more = sum(row["level"] == down for row in raw["cells"]) - len(rows)
    more += sum(row["level"] == across for row in raw["cells"]) - len(columns)
    return (
        _("%(number)s smaller classes are left out; the totals count them.") % {"number": more}
        if more
        else ""
    )


def _opening(asked: Asked, cell: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The customers of a cell, where conditions can say who they are: not by what they bought."""
    if asked["only_product"] or "product" in cell or (asked["behaviour"] == RFM and "behaviour" in cell):
        return None
    if asked["only_customer"] or asked["only_behaviour"]:
        return None
    return together(BOUGHT, *(is_value(asked[name], value) for name, value in cell.items()))


def _slice(name: str, value: Any) -> Mapping[str, Any] | None:
    return None if value is None else {f"only_{name}": str(value)}


def _name(dimension: str, asked: Asked) -> str:
    chosen = asked[dimension]
    if dimension == "product":
        return _products()[chosen]
    return _behaviour()[chosen] if dimension == "behaviour" else attribute_label(chosen)


def _text(value: Any) -> str:
    from guanxi.wording.words import phrase, word

    return "–" if value is None else phrase(str(word(value)))


def _kind(asked: Asked, counts: Kind) -> Kind:
    return counts if asked["amount"] == "customers" else "money"


def _products() -> dict[str, str]:
    return {"department": _("Department"), "category": _("Category"), "brand": _("Brand")}


def _behaviour() -> dict[str, str]:
    return {name: attribute_label(name) for name in BEHAVIOUR} | {RFM: _("RFM cell of three")}


def _amounts() -> dict[str, str]:
    return {"sales_amount": _("Sales"), "profit_amount": _("Profit"), "customers": _("Customers")}


def _levels() -> dict[str, str]:
    names = {"customer": _("customers"), "product": _("products"), "behaviour": _("behaviour")}
    return {
        "*".join(part): " × ".join(names[name] for name in part)
        for size in (2, 1, 3)
        for part in combinations(DIMENSIONS, size)
    }


CUBE: Final = Analysis(
    code="cube",
    group="structure",
    name=gettext_lazy("Customers, products, behaviour"),
    question=gettext_lazy("Which customers buy which products, and how do they behave?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="customer",
            label=gettext_lazy("Customers by"),
            kind="choice",
            default="class.tier",
            choices=attributes,
        ),
        Parameter(
            name="product",
            label=gettext_lazy("Products by"),
            kind="choice",
            default="department",
            choices=_products,
        ),
        Parameter(
            name="behaviour",
            label=gettext_lazy("Behaviour by"),
            kind="choice",
            default="indicator.bill_band",
            choices=_behaviour,
        ),
        Parameter(
            name="by",
            label=gettext_lazy("Shown"),
            kind="choice",
            default="customer*product",
            choices=_levels,
            help=gettext_lazy("What is not shown is rolled up."),
        ),
        Parameter(
            name="amount",
            label=gettext_lazy("Number"),
            kind="choice",
            default="sales_amount",
            choices=_amounts,
        ),
        Parameter(
            name="only_customer",
            label=gettext_lazy("Only these customers"),
            kind="text",
            default="",
            optional=True,
            help=gettext_lazy("One class or several, with commas between."),
        ),
        Parameter(
            name="only_product",
            label=gettext_lazy("Only these products"),
            kind="text",
            default="",
            optional=True,
        ),
        Parameter(
            name="only_behaviour",
            label=gettext_lazy("Only this behaviour"),
            kind="text",
            default="",
            optional=True,
        ),
    ),
    requirements=("ANA-26",),
)
