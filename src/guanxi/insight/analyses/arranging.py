"""How analyses arrange what they found: rows under their columns, conditions of rows, values that were typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from guanxi.foundation.engine.duck import identifier, rows
from guanxi.insight.analyses.data import Data
from guanxi.insight.analyses.definition import Column, Sheet, Text
from guanxi.insight.analyses.parameters import attributes
from guanxi.insight.catalogue import MEASURES, measure_label
from guanxi.wording.words import label

BOUGHT: Final[Mapping[str, Any]] = {"op": "known", "field": "indicator.transaction_count"}
"""The condition of those of whom anything was published: they bought at least once."""
UNKNOWN: Final = "–"
"""What is typed for those of whom a value is unknown."""
_UNITS: Final = {"minor units": "money", "share": "share", "days": "days"}


def column_label(column: Column) -> str:
    """What stands above a column."""
    if column.label:
        return str(column.label)
    return measure_label(column.name) if column.name in MEASURES else label(column.name.replace("_", " "))


def sheet_of(
    key: str, title: Text, columns: Sequence[Column], found: Iterable[Mapping[str, Any]], **more: Any
) -> Sheet:
    """A sheet of rows by the names of their columns."""
    kept = [[row[column.name] for column in columns] for row in found]
    return Sheet(key=key, title=title, columns=columns, rows=kept, **more)


def is_value(field: str, value: Any) -> dict[str, Any]:
    """The condition of those of whom a field has a value; of those of whom it is unknown, for None."""
    if value is None:
        return {"op": "unknown", "field": field}
    return {"op": "=", "field": field, "value": value}


def between(field: str, low: float | None, high: float | None) -> dict[str, Any]:
    """The condition of those above the one and up to the other; None leaves an end open.

    >>> between("x", None, 1.5)
    {'op': '<=', 'field': 'x', 'value': 1.5}
    """
    ends = [] if low is None else [{"op": ">", "field": field, "value": low}]
    ends += [] if high is None else [{"op": "<=", "field": field, "value": high}]
    return ends[0] if len(ends) == 1 else {"op": "all", "of": ends}


def together(*conditions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The condition of those who fulfil all."""
    return conditions[0] if len(conditions) == 1 else {"op": "all", "of": list(conditions)}


def attribute_label(field: str) -> str:
    """What a field that customers are grouped by is called."""
    return attributes().get(field, field)


def attribute_column(field: str, name: str = "") -> Column:
    """The column of a field that customers are grouped by."""
    return Column(name or field, "code", attribute_label(field))


def measure_column(measure: str, name: str = "", label: Text = "") -> Column:
    """The column of a measure, in its unit."""
    kind: Any = _UNITS.get(MEASURES[measure].unit, "number") if measure in MEASURES else "number"
    return Column(name or measure, kind, label)


def listed(text: str) -> list[str]:
    """Typed values with commas between.

    >>> listed(" MVC，MGC, ")
    ['MVC', 'MGC']
    """
    return [part.strip() for part in re.split(r"[,，、;；]", text) if part.strip()]


def values_named(data: Data, view: str, column: str, texts: Sequence[str]) -> list[Any]:
    """The values of a column that read as what was typed; what is typed for none of them finds nothing."""
    name = identifier(column)
    query = f"SELECT DISTINCT {name} FROM {identifier(view)} WHERE list_contains(?, CAST({name} AS VARCHAR))"
    return [value for (value,) in rows(data.duck, query, [list(texts)])]


def in_order(values: Iterable[Any]) -> list[Any]:
    """Distinct values as they are read: numbers rising, then words, then the unknown one."""
    return sorted(
        dict.fromkeys(values), key=lambda value: (value is None, isinstance(value, str), value or 0)
    )


def not_here(what: str) -> str:
    """What is said where the data of an analysis are missing."""
    return _("Nothing to show: %(what)s") % {"what": what}
