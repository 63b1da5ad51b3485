"""The movements between tiers from one date to another, each number opening its customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from customer_insight.conditions import Condition
from customer_insight.tiers import default_tier_scheme
from guanxi.desk.customers.filters import where_of
from guanxi.foundation.errors import DomainError
from guanxi.insight.columns import tier_dates
from guanxi.insight.moves import Moves, moved, tier_moves
from guanxi.insight.queries import move_table
from guanxi.shell.tables import Cell, Table, count_cell
from guanxi.wording.words import word


def movements(asked: Mapping[str, str]) -> dict[str, Any]:
    """The two dates and the matrix between them; without one where figures are known of one date only."""
    dates = tier_dates()
    if len(dates) < 2:
        return {"dates": [], "history": _history(dates)}
    since, until = _date(asked.get("since"), dates, dates[1]), _date(asked.get("until"), dates, dates[0])
    if since >= until:
        raise DomainError(_("The first date has to lie before the second."))
    moves = tier_moves(since, until)
    return {
        "dates": dates, "since": since, "until": until, "matrix": _matrix(moves), "history": _history(dates),
    }  # fmt: skip


def _date(typed: str | None, dates: list[date], usual: date) -> date:
    if not typed:
        return usual
    found = next((day for day in dates if day.isoformat() == typed), None)
    if found is None:
        raise DomainError(_("No figures of %(day)s are known; choose one of the dates.") % {"day": typed})
    return found


def _matrix(moves: Moves) -> Table:
    """A row per tier of before, a column per tier of after."""
    tiers: list[str | None] = [each.code for each in default_tier_scheme().classes]
    if any(None in pair for pair in moves.counts):
        tiers.append(None)
    rows = [
        [Cell(_name(was)), *(_people(moves, was, now) for now in tiers), _sum(moves, was, tiers)]
        for was in tiers
    ]
    said = {"since": moves.since, "until": moves.until}
    return Table(
        [_("from and to"), *map(_name, tiers), str(word("total"))],
        rows,
        title=_("From which tier on %(since)s to which on %(until)s") % said,
    )


def _name(tier: str | None) -> str:
    return _("none") if tier is None else str(word(tier))


def _people(moves: Moves, was: str | None, now: str | None) -> Any:
    count = moves.counts.get((was, now), 0)
    return count_cell(count, opening(moves.people(was, now))) if count else 0


def _sum(moves: Moves, was: str | None, tiers: list[str | None]) -> int:
    return sum(moves.counts.get((was, now), 0) for now in tiers)


def opening(condition: Condition) -> str:
    """The address of the list of those who fulfil a condition."""
    return f"{reverse('customers')}?{urlencode({'where': where_of([condition])})}"


def _history(dates: list[date]) -> Table:
    """Every movement by the date on which it was seen."""
    before = {after.isoformat(): (since, after) for after, since in pairwise(dates)}
    return Table(
        ["on", "from", "to", "customers"],
        [_move(row, before.get(row["on"])) for row in move_table()],
        title=_("Moves between tiers"),
        empty=_("Nobody has moved yet: moves appear from the second refresh on."),
    )


def _move(row: Mapping[str, Any], days: tuple[date, date] | None) -> list[Any]:
    """A movement; its people can be opened where the tiers before and after it are known."""
    people = moved(*days, row["from"] or None, row["to"] or None) if days else None
    return [
        Cell(row["on"]), row["from"], row["to"],
        count_cell(row["customers"], opening(people)) if people else row["customers"],
    ]  # fmt: skip
