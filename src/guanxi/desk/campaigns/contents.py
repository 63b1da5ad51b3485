"""What the pages of campaigns show: tables and pairs, each number with the address of its people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from customer_insight.assignment import CONTROL
from guanxi.campaigns import queries, wording
from guanxi.campaigns.models import Campaign, Member
from guanxi.campaigns.people import CLICKS, CONTACTS, RESPONSES, People
from guanxi.campaigns.remarks import business_time, older_figures, remarks
from guanxi.campaigns.seen import versions
from guanxi.desk.campaigns.figures import leading_figures, stop_rule
from guanxi.shell.tables import Cell, Table, cell_of, count_cell, money_cell, share_cell
from guanxi.wording.words import label, phrase, word

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "planned": ("launch",),
    "launching": ("launch", "stop"),
    "running": ("pause", "measure", "stop"),
    "delivered": ("measure",),
    "finished": ("measure",),
    "paused": ("resume", "measure", "stop"),
    "stopped": ("measure",),
    "imported": ("measure",),
    "closed": (),
}
"""What can be done in a state."""
MOVING = ("launching", "running")
"""States in which the counts of a page bring themselves up to date."""
TO_GO = ("planned", "claimed")
"""States of contacts that a pause holds and a stop cancels."""
LIST_COLUMNS = ("campaign", "name", "goal", "state", "from", "until", "contacts", "responses", "verdict")
Pairs = list[tuple[str, Cell]]


def campaign_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """All campaigns, each leading to its page."""
    return Table(LIST_COLUMNS, [[_listed(row, name) for name in LIST_COLUMNS] for row in rows])


def _listed(row: Mapping[str, Any], name: str) -> Any:
    value = row[name]
    if name in {"campaign", "name"}:
        return Cell(str(value), reverse("campaign", args=[row["campaign"]]))
    if name in {"contacts", "responses"} and value:
        return number(value, row["campaign"], name)
    return goal_words(value) if name == "goal" else value


def goal_words(goal: str) -> Cell:
    """A goal as people say it."""
    return Cell(str(word(goal)).replace("_", " ") or "–")


def lesson_table(rows: Iterable[Mapping[str, str]]) -> Table:
    """What closed campaigns taught."""
    shown = [
        [
            Cell(row["campaign"], reverse("campaign", args=[row["campaign"]])),
            goal_words(row["goal"]),
            Cell(row["analysis"]),
            Cell(row["lesson"]),
        ]
        for row in rows
    ]
    return Table(("campaign", "goal", "analysis", "lesson"), shown)


def people_table(found: People, every: Callable[[], Iterable[Mapping[str, Any]]]) -> Table:
    """People, each leading to the customer's page; `every` reads all of them, for a file."""
    columns = ("customer", "source", "key", "file", *found.columns)

    def shown(rows: Iterable[Mapping[str, Any]]) -> Iterable[list[Any]]:
        return ([_of_person(row, name) for name in columns] for row in rows)

    return Table(columns, shown(found.rows), every=lambda: shown(every()))


def _of_person(row: Mapping[str, Any], name: str) -> Any:
    value = row[name]
    if name == "customer":
        return Cell(value, reverse("customer", args=[value]))
    if name == "value" and value is not None:
        return money_cell(value)
    if name in {"source", "key", "file", "reference"}:
        return Cell(value or "–")
    return value


def campaign_context(campaign: Campaign) -> dict[str, Any]:
    """Everything that the page of a campaign shows to everybody."""
    status = queries.status(campaign)
    actions = ACTIONS.get(status["state"], ())
    if not campaign.estimate.get("within_budget", True):
        actions = tuple(action for action in actions if action != "launch")
    return {
        "campaign": campaign,
        "goal": goal_words(campaign.goal),
        "state": status["state"],
        "actions": actions,
        "versions": versions(campaign),
        "is_begun": campaign.state != Campaign.State.PLANNED,
        "plan": _plan(campaign) if campaign.estimate else None,
        "remarks": _remarks(campaign) if campaign.state == Campaign.State.PLANNED else [],
        **live_context(campaign, status),
        "results": _results(campaign) if campaign.results else None,
        "clicks": _clicks(campaign),
        "can_close": bool(campaign.results) and campaign.state != Campaign.State.CLOSED,
    }


def live_context(campaign: Campaign, status: Mapping[str, Any]) -> dict[str, Any]:
    """What changes while a campaign goes out: exact counts, and how many letters are still to go."""
    contacts = status["contacts"]
    total, to_go = sum(contacts.values()), sum(contacts[state] for state in TO_GO)
    return {
        "status": _status(campaign.code, status),
        "is_moving": status["state"] in MOVING,
        "total": total,
        "to_go": to_go,
        "gone": total - to_go,
    }


def _plan(campaign: Campaign) -> dict[str, Any]:
    estimate = campaign.estimate
    answers = wording.answer_facts(estimate, wording.to_whom(estimate, campaign.plan))
    return {
        "as_of": estimate["as_of"],
        "answers": pairs(answers | {"when": business_time(answers["when"])}),
        "estimate": pairs(wording.estimate_facts(estimate)),
        "over_budget": "" if estimate["within_budget"] else wording.over_budget(),
        "reaches": sum(estimate["cells"].values()),
    }


def _remarks(campaign: Campaign) -> list[str]:
    """What has to be said before a launch."""
    return [said for said in (*remarks(campaign.estimate), older_figures(campaign)) if said]


def _status(code: str, status: Mapping[str, Any]) -> list[tuple[str, Pairs]]:
    """The exact counts of now, each beside its name and leading to its people."""
    cells = {cell: ("control" if cell == CONTROL else "target", cell) for cell in status["cells"]}
    groups = {
        "members": [(role, number(n, code, role)) for role, n in status["members"].items()],
        "cells": [(cell, number(n, code, cells[cell][0], cell=cell)) for cell, n in status["cells"].items()],
        "contacts": [(s, number(n, code, CONTACTS, state=s)) for s, n in status["contacts"].items() if n],
        "suppressed": [
            (why, number(n, code, Member.Role.SUPPRESSED, reason=why))
            for why, n in status["suppressed"].items()
        ],
        "cancelled": [
            (why, number(n, code, CONTACTS, state="cancelled")) for why, n in status["cancelled"].items()
        ],
        "responses": [("responses recorded", number(status["responses"], code, RESPONSES))],
    }
    return [
        (label(name), [(str(word(label(what))), cell) for what, cell in counted])
        for name, counted in groups.items()
        if counted
    ]


def _clicks(campaign: Campaign) -> Table | None:
    """Who followed a link, per cell; None for letters without links."""
    counted = queries.clicks(campaign)
    if not counted:
        return None
    rows = [
        [
            Cell(each["cell"]),
            number(each["delivered"], campaign.code, CONTACTS, cell=each["cell"], state="delivered"),
            number(each["followed"], campaign.code, CLICKS, cell=each["cell"]),
            share_cell(each["share"]),
        ]
        for each in counted
    ]
    return Table(wording.CLICK_COLUMNS, rows, title=wording.clicks_title(), note=wording.clicks_note())


def number(count: int, code: str, role: str, **only: str) -> Cell:
    """A number that opens its people; nobody is behind a zero."""
    if not count:
        return cell_of(count)
    narrowed = f"?{urlencode(only)}" if only else ""
    return count_cell(count, reverse("campaign_members", args=[code, role]) + narrowed)


def _results(campaign: Campaign) -> dict[str, Any]:
    """Incremental first, attributed second."""
    result = campaign.results
    shown = {
        "stop_rule": stop_rule(result),
        "said": wording.said_of(result),
        "verdict": result["verdict"] if result["has_control"] else "cannot tell",
        "window": wording.window(result),
        "attributed_title": wording.attributed_title(),
        "attributed": pairs(wording.attributed_facts(result)),
    }
    if not result["has_control"]:
        return shown
    return shown | {
        "figures": leading_figures(result),
        "control_title": wording.control_title(result),
        "incremental": pairs(wording.incremental_facts(result)),
        "cells": len(result["cells"]) > 1
        and Table(
            ("cell", "channel", *wording.CELL_COLUMNS[1:]),
            _cell_rows(result, campaign.channel),
            title=wording.cells_title(result),
        ),
        "groups": _groups(result),
        "sums": _sums(result),
        "look": wording.look_said(result),
        "left_out": wording.left_out(result),
        "method": wording.method(result),
    }


def _groups(result: Mapping[str, Any]) -> Table | None:
    """By group, channel and product; None for results that were measured before they were told apart."""
    shown = wording.group_rows(result)
    if not shown:
        return None
    figures = ("margin per customer", "incremental profit", "return on investment", "p (Holm)")
    rows = _to_the_right(shown, wording.GROUP_COLUMNS, figures)
    return Table(
        wording.GROUP_COLUMNS, rows, title=wording.groups_title(result), note=wording.extremes(result)
    )


def _sums(result: Mapping[str, Any]) -> Table | None:
    """The groups added up; None for results that were measured before they were."""
    shown = wording.sum_rows(result)
    if not shown:
        return None
    figures = ("cost", "incremental margin", "incremental profit", "return on investment")
    rows = _to_the_right(shown, wording.SUM_COLUMNS, figures)
    return Table(wording.SUM_COLUMNS, rows, title=wording.sums_title(result), note=wording.sums_note())


def _to_the_right(
    rows: Iterable[Sequence[Any]], columns: Sequence[str], figures: Sequence[str]
) -> list[list[Any]]:
    """Rows whose figures stand to the right though they are texts."""
    right = {columns.index(name) for name in figures}
    return [
        [Cell(value, is_number=True) if place in right else value for place, value in enumerate(row)]
        for row in rows
    ]


def _cell_rows(result: Mapping[str, Any], channel: str) -> list[list[Any]]:
    """The figures stand to the right, their intervals with them."""
    return [
        [
            Cell(row[0]),
            channel,
            row[1],
            *(Cell(text, is_number=True) for text in row[2:4]),
            row[4],
            Cell(row[5], is_number=True),
        ]
        for row in wording.cell_rows(result)
    ]


def pairs(facts: Mapping[str, Any]) -> Pairs:
    """Names and values; texts are ready, numbers are written as people read them."""
    return [
        (label(name), Cell(phrase(value)) if isinstance(value, str) else cell_of(value))
        for name, value in facts.items()
    ]
