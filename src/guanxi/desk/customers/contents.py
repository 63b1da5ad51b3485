"""What the page of the customer list shows: chips, headings, rows, and the choice of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from customer_insight.conditions import Condition
from guanxi.desk.customers import filters, listing
from guanxi.desk.customers.columns import Column, cell, from_the_truth
from guanxi.desk.customers.filter_form import CHANGE, EITHER
from guanxi.desk.customers.state import ListState
from guanxi.insight.audience import count_audience
from guanxi.insight.name_places import NAME
from guanxi.shell.tables import Cell
from guanxi.staff.visibility import Sees

Row = dict[str, Any]


def chips(state: ListState, fields: filters.Fields, sees: Sees) -> list[dict[str, Any]]:
    """The filters, first those that count, each with how many fulfil it alone and what can be done with it."""
    on = [
        _chip(part, fields, sees)
        | {
            "is_on": True,
            "switch": state.switched_off(place).address(),
            "remove": state.without(place).address(),
            "change": state.address(at=str(place), how=CHANGE) if filters.typed_of(part, fields) else "",
            "either": state.address(at=str(place), how=EITHER),
        }
        for place, part in enumerate(state.parts)
    ]
    off = [
        _chip(part, fields, sees)
        | {"switch": state.switched_on(place).address(), "remove": state.forgotten(place).address()}
        for place, part in enumerate(state.off)
    ]
    return on + off


def _chip(part: Condition, fields: filters.Fields, sees: Sees) -> dict[str, Any]:
    return {"text": filters.sentence(part, fields), "count": count_audience(part, sees=sees)}


def headings(columns: Sequence[Column], state: ListState, sort: listing.Sort) -> list[dict[str, Any]]:
    """The headings; one that can be sorted by leads to the list sorted: the highest first, then the lowest."""
    return [_heading(column, state, sort) for column in columns]


def name_heading(state: ListState, sort: listing.Sort) -> dict[str, str]:
    """The heading over who the customers are; it leads to the list sorted by name."""
    return _sorting(NAME, state, sort, downwards=False)


def _heading(column: Column, state: ListState, sort: listing.Sort) -> dict[str, Any]:
    leads = _sorting(column.name, state, sort, downwards=column.is_number) if column.is_sortable else {}
    return {"label": column.label, "is_number": column.is_number, **leads}


def _sorting(field: str, state: ListState, sort: listing.Sort, *, downwards: bool) -> dict[str, str]:
    """Where a heading leads, and how the list is sorted by it now; the other way round where it is."""
    is_sorted = sort.field == field
    down = (not sort.is_descending) if is_sorted else downwards
    direction = ("descending" if sort.is_descending else "ascending") if is_sorted else ""
    return {"href": state.changed(sort=str(listing.Sort(field, down))).address(), "direction": direction}


def table_rows(customers: Sequence[Row], columns: Sequence[Column], *, sees_names: bool) -> list[Row]:
    """Customers as rows: who, and a cell per column."""
    ids = [customer["customer_id"] for customer in customers]
    names = listing.names_of(ids) if sees_names else {}
    cells = cells_of(customers, columns)
    return [
        {
            "public_id": customer["public_id"],
            "name": names.get(customer["customer_id"], ""),
            "cells": list(zip(columns, row, strict=True)),
        }
        for customer, row in zip(customers, cells, strict=True)
    ]


def cells_of(customers: Sequence[Row], columns: Sequence[Column]) -> list[list[Cell]]:
    """A row of cells for each customer, its values from the copy and from the truth."""
    told = from_the_truth(columns, [customer["customer_id"] for customer in customers])

    def value(customer: Row, column: Column) -> Any:
        known = told.get(column.name)
        return customer[column.name] if known is None else known.get(customer["customer_id"])

    return [[cell(column, value(customer, column)) for column in columns] for customer in customers]


def column_choice(chosen: Sequence[Column], known: Mapping[str, Column]) -> dict[str, Any]:
    """The columns that are shown, in order, and the others by name."""
    names = {column.name for column in chosen}
    others = sorted((column for column in known.values() if column.name not in names), key=lambda c: c.label)
    return {"chosen": chosen, "others": others}


def rearranged(columns: Sequence[str], *, up: str, down: str) -> tuple[str, ...]:
    """Names of columns with one of them moved by one place.

    >>> rearranged(["a", "b", "c"], up="c", down=""), rearranged(["a", "b"], up="a", down="")
    (('a', 'c', 'b'), ('a', 'b'))
    """
    order = list(dict.fromkeys(columns))
    if (moved := up or down) not in order:
        return tuple(order)
    place = order.index(moved)
    order.insert(max(place - 1, 0) if up else place + 1, order.pop(place))
    return tuple(order)
