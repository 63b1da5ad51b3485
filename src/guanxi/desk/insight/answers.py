"""Answers of analyses as tables and charts of pages; nothing is computed here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.customers.models import Party
from guanxi.customers.queries import seen_by
from guanxi.desk.customers.listing import names_of
from guanxi.desk.insight.reports import Chart
from guanxi.foundation.money import base_currency, minor_units
from guanxi.insight.analyses.arranging import column_label
from guanxi.insight.analyses.definition import Column, Drawing, Sheet, Shown, month_text
from guanxi.shell.tables import Cell, Table, cell_of, count_cell, money_cell, share_cell
from guanxi.staff.visibility import Sees
from guanxi.wording.words import phrase, word

FEW_BARS, SHORT_NAME = 4, 12
"""Beyond so many bars with names of more letters they lie, so that the names can be read."""
MOST_LYING: Final = 15
"""So many lying bars have room."""
_Led: TypeAlias = tuple[Sheet, Mapping[str, Sequence[str | None]]]


def tables(
    shown: Shown, *, code: str, asked: Mapping[str, Any], among: str, sees: Sees, sees_names: bool
) -> list[Table]:
    """The sheets of an answer: counts lead to their customers; customers whom the reader may not see are left out.

    `code` and `asked` are the analysis and what was asked of it, for cells that ask it again with other values.
    """
    return [
        _table(_leading(sheet, code, asked), among, sees, sees_names)
        for sheet in shown.sheets
        if not sheet.is_drawn_only
    ]


def _leading(sheet: Sheet, code: str, asked: Mapping[str, Any]) -> _Led:
    """A sheet with the addresses that its cells lead to, by column, a list over the rows."""
    here = reverse("analysis", args=[code])
    return sheet, {
        name: [None if each is None else f"{here}?{_query({**asked, **each})}" for each in values]
        for name, values in sheet.leads.items()
    }


def _query(values: Mapping[str, Any]) -> str:
    return urlencode(
        {name: value for name, value in values.items() if value not in (None, "", [])}, doseq=True
    )


def _table(led: _Led, among: str, sees: Sees, sees_names: bool) -> Table:
    sheet, addresses = led
    place = next((at for at, column in enumerate(sheet.columns) if column.kind == "customer"), None)
    people = _people([row[place] for row in sheet.rows], sees, sees_names) if place is not None else {}
    opens = sheet.opens or [None] * len(sheet.rows)
    opening = [sheet.opens_of.get(column.name, opens) for column in sheet.columns]
    rows = [
        [
            _led_cell(
                _cell(column, value, _both(where[number], among), people), addresses.get(column.name), number
            )
            for column, value, where in zip(sheet.columns, row, opening, strict=True)
        ]
        for number, row in enumerate(sheet.rows)
        if place is None or row[place] in people
    ]
    return Table(
        [column_label(column) for column in sheet.columns],
        rows,
        title=str(sheet.title),
        note=str(sheet.note),
        empty=str(sheet.empty),
    )


def _led_cell(cell: Cell, addresses: Sequence[str | None] | None, row: int) -> Cell:
    return replace(cell, href=addresses[row] or cell.href) if addresses else cell


def _cell(column: Column, value: Any, where: Mapping[str, Any] | None, people: Mapping[int, Cell]) -> Cell:
    match column.kind:
        case "customer":
            return people[value]
        case "count":
            return _counted(value, where)
        case "money":
            return money_cell(value)
        case "share":
            return share_cell(value)
        case "month" if value is not None:
            return Cell(month_text(value))
        case "text" | "day" if value is not None:
            return Cell(str(value))
        case "code" if value is not None:
            return Cell(phrase(str(word(value))))
    return cell_of(value)


def _counted(value: int | None, where: Mapping[str, Any] | None) -> Cell:
    if value is None or not value or where is None:
        return cell_of(value)
    return count_cell(
        value, f"{reverse('customers')}?{urlencode({'where': json.dumps(where, ensure_ascii=False)})}"
    )


def plan_address(shown: Shown, among: str) -> str:
    """Where a campaign for the customers whom an answer names is planned; empty where it names nobody."""
    where = _both(shown.reaches, among)
    if where is None:
        return ""
    return f"{reverse('campaign_plan')}?{urlencode({'where': json.dumps(where, ensure_ascii=False)})}"


def _both(where: Mapping[str, Any] | None, among: str) -> Mapping[str, Any] | None:
    if where is None or not among:
        return where
    return {"op": "all", "of": [json.loads(among), where]}


def _people(ids: Sequence[int], sees: Sees, sees_names: bool) -> dict[int, Cell]:
    """Customers whom somebody sees, by name, each leading to its page."""
    seen = Party.objects.filter(seen_by(sees), pk__in=ids).values_list("pk", "public_id")
    found = dict(seen)
    names = names_of(list(found)) if sees_names else {}
    return {
        pk: Cell(names.get(pk) or public_id, reverse("customer", args=[public_id]))
        for pk, public_id in found.items()
    }


def charts(shown: Shown) -> list[Chart]:
    """The drawings of an answer."""
    sheets = {sheet.key: sheet for sheet in shown.sheets}
    return [
        _chart(drawing, sheets[drawing.sheet], number)
        for number, drawing in enumerate(shown.drawings)
        if sheets[drawing.sheet].rows
    ]


def _chart(drawing: Drawing, sheet: Sheet, number: int) -> Chart:
    option, title = _DRAWN[drawing.kind](drawing, sheet), str(drawing.title)
    if drawing.kind == "bars" and len(option["series"][0]["data"]) < len(sheet.rows):
        title = _("%(title)s: the first %(number)s") % {"title": title, "number": MOST_LYING}
    return Chart(title, f"{drawing.sheet}-{number}", option)


def _bars(drawing: Drawing, sheet: Sheet) -> dict[str, Any]:
    names = _texts(sheet, drawing.names, _values(sheet, drawing.names))
    series = [
        {"type": "bar", "name": column_label(_column(sheet, name)), "data": _plotted(sheet, name)}
        for name in drawing.values
    ]
    framed = _frame(names, series, _unit(sheet, drawing.values[0]))
    return _lying(framed) if len(names) > FEW_BARS and max(map(len, names)) > SHORT_NAME else framed


def _lying(option: dict[str, Any]) -> dict[str, Any]:
    """The first of the same bars lying: long names stand beside them, the first on top."""
    names = option["xAxis"]["data"][:MOST_LYING]
    axis = {"data": names, "inverse": True, "axisLabel": {"width": 160, "overflow": "truncate"}}
    series = [one | {"data": one["data"][:MOST_LYING]} for one in option["series"]]
    return option | {
        "grid": option["grid"] | {"right": 24},
        "xAxis": option["yAxis"],
        "yAxis": option["xAxis"] | axis,
        "series": series,
    }


def _lines(drawing: Drawing, sheet: Sheet) -> dict[str, Any]:
    names = _distinct(sheet, drawing.names)
    (values,) = drawing.values
    found = _by_pair(sheet, drawing, _plotted(sheet, values))
    keys = _distinct(sheet, drawing.by) if drawing.by else [None]
    label_of = column_label(_column(sheet, values))
    series = [
        {
            "type": "line",
            "name": label_of if key is None else _texts(sheet, drawing.by, [key])[0],
            "data": [found.get((key, name)) for name in names],
        }
        for key in keys
    ]
    return _frame(_texts(sheet, drawing.names, names), series, _unit(sheet, values))


def _heat(drawing: Drawing, sheet: Sheet) -> dict[str, Any]:
    (values,) = drawing.values
    across, down = _distinct(sheet, drawing.names), _distinct(sheet, drawing.by)
    found = _by_pair(sheet, drawing, _plotted(sheet, values))
    data = [
        [x, y, found[(row, name)]]
        for y, row in enumerate(down)
        for x, name in enumerate(across)
        if found.get((row, name)) is not None
    ]
    most = max((value for _x, _y, value in data), default=1)
    return {
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 56, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": {"type": "category", "data": _texts(sheet, drawing.names, across)},
        "yAxis": {"type": "category", "data": _texts(sheet, drawing.by, down), "inverse": True},
        "visualMap": {"min": 0, "max": most, "calculable": True, "orient": "horizontal", "left": "center", "bottom": 0},
        "series": [{"type": "heatmap", "name": column_label(_column(sheet, values)), "data": data}],
    }  # fmt: skip


def _dots(drawing: Drawing, sheet: Sheet) -> dict[str, Any]:
    across, up = drawing.names, drawing.values[0]
    data = [
        list(pair)
        for pair in zip(_plotted(sheet, across), _plotted(sheet, up), strict=True)
        if None not in pair
    ]
    axis = {"type": "value", "scale": True, "nameLocation": "middle", "nameGap": 28}
    return {
        "grid": {"left": 32, "right": 16, "top": 16, "bottom": 40, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": {**axis, "name": column_label(_column(sheet, across))},
        "yAxis": {**axis, "name": column_label(_column(sheet, up))},
        "series": [{"type": "scatter", "symbolSize": 6, "data": data}],
    }


_DRAWN: Final = {"bars": _bars, "lines": _lines, "heat": _heat, "dots": _dots}


def _frame(names: list[str], series: list[dict[str, Any]], unit: str) -> dict[str, Any]:
    several = len(series) > 1
    return {
        "legend": {"bottom": 0, "show": several, "type": "scroll"},
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 32 if several else 4, "containLabel": True},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "axisLabel": {"formatter": f"{{value}}{unit}"}},
        "series": series,
    }


def _column(sheet: Sheet, name: str) -> Column:
    return next(column for column in sheet.columns if column.name == name)


def _values(sheet: Sheet, name: str) -> list[Any]:
    place = [column.name for column in sheet.columns].index(name)
    return [row[place] for row in sheet.rows]


def _distinct(sheet: Sheet, name: str) -> list[Any]:
    return list(dict.fromkeys(_values(sheet, name)))


def _by_pair(sheet: Sheet, drawing: Drawing, plotted: list[Any]) -> dict[tuple[Any, Any], Any]:
    keys = _values(sheet, drawing.by) if drawing.by else [None] * len(sheet.rows)
    return dict(zip(zip(keys, _values(sheet, drawing.names), strict=True), plotted, strict=True))


def _texts(sheet: Sheet, name: str, values: list[Any]) -> list[str]:
    """Values of a column as an axis bears them."""
    column = _column(sheet, name)
    plain = Column(column.name, "number" if column.kind == "count" else column.kind)
    return [_cell(plain, value, None, {}).text for value in values]


def _plotted(sheet: Sheet, name: str) -> list[Any]:
    """Numbers in the unit of the axis: shares in per cent, money in whole units of the currency."""
    kind, values = _column(sheet, name).kind, _values(sheet, name)
    times, digits = {"share": (100, 2), "money": (1 / minor_units(base_currency()), 2)}.get(kind, (1, 4))
    return [None if value is None else round(value * times, digits) for value in values]


def _unit(sheet: Sheet, name: str) -> str:
    return " %" if _column(sheet, name).kind == "share" else ""
