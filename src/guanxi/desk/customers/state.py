"""The state of the customer list: filters, order and columns, all of it in its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from customer_insight.conditions import Any as Either
from customer_insight.conditions import Condition
from guanxi.desk.customers import filters

KEPT = ("where", "off", "sort", "columns")
"""The parts of the address that make a view; the place in the list and the view's own number do not."""


@dataclass(frozen=True)
class ListState:
    """What a list is asked for. Each change of it is another address."""

    parts: tuple[Condition, ...] = ()
    """The filters that count, all of which are to hold."""
    off: tuple[Condition, ...] = ()
    """The filters that are kept but switched off."""
    sort: str = ""
    columns: tuple[str, ...] = ()
    """The names of the columns as the address has them; empty for the usual ones."""
    view: str = ""
    """The number of the saved view that the list was opened as."""

    @property
    def condition(self) -> Condition:
        return filters.together(self.parts)

    @property
    def where(self) -> str:
        return filters.where_of(self.parts)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The state as names and values, for an address or for the hidden fields of a form."""
        one = {"where": self.where, "off": filters.where_of(self.off), "sort": self.sort}
        told = [(name, value) for name, value in one.items() if value]
        return [*told, *(("columns", name) for name in self.columns)]

    @property
    def query(self) -> str:
        """What a saved view keeps."""
        return urlencode(self.pairs)

    def address(self, **more: str) -> str:
        """The list's own address, with `after`, `before` or what else is given."""
        named = [(name, value) for name, value in {"view": self.view, **more}.items() if value]
        return "?" + urlencode([*self.pairs, *named])

    def changed(self, **changes: Any) -> ListState:
        return replace(self, **changes)

    def without(self, place: int) -> ListState:
        """The same with one filter less."""
        return self.changed(parts=_without(self.parts, place))

    def switched_off(self, place: int) -> ListState:
        return self.changed(parts=_without(self.parts, place), off=(*self.off, self.parts[place]))

    def switched_on(self, place: int) -> ListState:
        return self.changed(off=_without(self.off, place), parts=(*self.parts, self.off[place]))

    def forgotten(self, place: int) -> ListState:
        """The same with one of the filters less that are switched off."""
        return self.changed(off=_without(self.off, place))

    def put(self, condition: Condition, *, place: int | None, how: str) -> ListState:
        """The same with a filter more; or instead of the one at a place, or as another way to fulfil that one."""
        if place is None or place >= len(self.parts):
            return self.changed(parts=(*self.parts, condition))
        there = self.parts[place]
        if how == "or":
            ways = there.parts if isinstance(there, Either) else (there,)
            condition = Either((*ways, condition))
        return self.changed(parts=(*self.parts[:place], condition, *self.parts[place + 1 :]))


def read_state(asked: QueryDict, fields: filters.Fields) -> ListState:
    """The state that an address names. Raises DomainError."""
    return ListState(
        parts=tuple(filters.read_where(asked.get("where", ""), fields)),
        off=tuple(filters.read_where(asked.get("off", ""), fields)),
        sort=asked.get("sort", ""),
        columns=tuple(asked.getlist("columns")),
        view=asked.get("view", ""),
    )


def _without(parts: Sequence[Condition], place: int) -> tuple[Condition, ...]:
    return (*parts[:place], *parts[place + 1 :])
