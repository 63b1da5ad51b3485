"""The plan of a campaign: to whom, what, when, by which means, and is the effect assured (CAMP-08, CAMP-22)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.conditions import Condition, ConditionError, parse
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.plan_cells import PlannedCell, cell_complaints, read_cells, unknown_fields
from guanxi.campaigns.plan_fields import (
    PlanError,
    read_code,
    read_control_share,
    read_days,
    read_instant,
    read_money,
    read_one_of,
    read_share,
    read_text,
    read_text_or_none,
)
from guanxi.campaigns.plan_languages import language_complaint, read_tag
from guanxi.campaigns.plan_links import check_linked, read_links, unlinked
from guanxi.foundation import clock
from guanxi.foundation.errors import NotFound
from guanxi.insight.audience import audience_fields, unknown_field
from guanxi.outreach.delivery.letters import SENT_CHANNELS

INTERACTIVE_CHANNELS = ("email", "sms")
"""Channels on which the customer can answer at once; e-marketing is differentiated (CAMP-30)."""
REQUIRED = {
    "code": "a short name for commands, such as spring-coupon",
    "name": "what people call it",
    "goal": f"one of {', '.join(Campaign.Goal.values)} (CAMP-01 to CAMP-04)",
    "audience": "to whom: a condition over indicators, classes, facts and consent",
    "offer": "what is offered",
    "channel": "by which means: email",
    "start": "when it goes out, such as 2026-12-01T09:00:00",
    "budget": "what it may cost, in whole money",
    "expected_response_rate": "what share of those contacted should respond, such as 0.05",
    "expected_margin_per_response": "what one response should earn, in whole money",
    "cells": "what is said: one [[cells]] each with code, subject and body",
}
OPTIONAL = {
    "control_share": 0.2,
    "measure_days": 28,
    "pre_days": 91,
    "cost_per_contact": 0,
    "fixed_cost": 0,
    "response": "order",
    "salt": "",
    "initiator": "outbound",
    "interactivity": "",
    "links": {},
    "language": "",
}
RESPONSES = ("order", "recorded")


@dataclass(frozen=True)
class Plan:
    """A plan that was read and checked. Money in minor units; `document` is what the planner wrote."""

    code: str
    name: str
    goal: str
    audience: Condition
    offer: str
    channel: str
    starts_at: datetime
    budget: int
    expected_response_rate: float
    expected_margin_per_response: int
    cells: tuple[PlannedCell, ...]
    control_share: float
    measure_days: int
    pre_days: int
    cost_per_contact: int
    fixed_cost: int
    response: str
    salt: str
    initiator: str
    interactivity: str
    links: dict[str, str]
    """Name → address; a letter brings one in as ${link:name}."""
    language: str
    """That of the cells' own words, where they are written in others too."""
    document: dict[str, Any]

    @property
    def start_date(self) -> date:
        return clock.business_date(self.starts_at)


def read_plan_file(path: Path) -> dict[str, Any]:
    """The document in a TOML or JSON file. Raises NotFound or PlanError."""
    if not path.is_file():
        raise NotFound(_("%(path)s does not exist or is not a file.") % {"path": path})
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise PlanError(
            _("%(name)s is not a text in UTF-8 (byte %(start)s); save it as UTF-8.")
            % {"name": path.name, "start": error.start}
        ) from error
    except RecursionError as error:
        raise PlanError(_("%(name)s is nested too deeply.") % {"name": path.name}) from error
    except (OSError, json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(
            _("%(name)s cannot be read: %(error)s") % {"name": path.name, "error": error}
        ) from error
    if not isinstance(document, dict):
        raise PlanError(_("%(name)s must hold the fields of one plan.") % {"name": path.name})
    return document


def parse_plan(document: dict[str, Any]) -> Plan:
    """Check a document and turn it into a plan. Raises PlanError naming the field at fault."""
    _check_names(document)
    _check_characters(document, "")
    values = _filled(document)
    plan = Plan(**{name: read(values) for name, read in READERS.items()}, document=document)
    check_linked(plan.cells, plan.links)
    if said := language_complaint(plan.language, ((cell.code, cell.languages) for cell in plan.cells)):
        raise PlanError(said)
    return plan


def complaints(document: dict[str, Any]) -> dict[str, str]:
    """What is wrong with every field, by its name; the fields of cells as `cells.0.subject`, unknown ones as ``.

    Says of all fields at once what `parse_plan` says of the first; a document without complaints is a plan.
    """
    values = _filled(document)
    found = {name: _("Still missing: %(what)s.") % {"what": _(REQUIRED[name])} for name in missing(document)}
    for name in sorted({*REQUIRED, *OPTIONAL} - set(found) - {"cells"}):
        try:
            _check_characters(values[name], name)
            READERS[FIELD_OF.get(name, name)](values)
        except PlanError as error:
            found[name] = str(error)
    if "cells" not in found:
        found |= cell_complaints(values["cells"])
    if not found:
        found |= _between_fields(values)
    if not found:
        try:
            parse_plan(document)
        except PlanError as error:
            found[""] = str(error)
    return found


def _between_fields(values: dict[str, Any]) -> dict[str, str]:
    """What is wrong between fields each of which is right: links that are not there, languages that do not fit."""
    try:
        cells = read_cells(values["cells"])
    except PlanError as error:  # a field that cells do not have
        return {"": str(error)}
    found = {
        f"cells.{place}.body": said
        for place, cell in enumerate(cells)
        for words in cell.all_words
        if (said := unlinked(cell.code, words.body, values["links"]))
    }
    if said := language_complaint(values["language"], ((cell.code, cell.languages) for cell in cells)):
        found["language"] = said
    return found


def _filled(document: dict[str, Any]) -> dict[str, Any]:
    """The values of a document; an optional field that is there and empty counts as left out."""
    return OPTIONAL | {
        name: value for name, value in document.items() if name not in OPTIONAL or value not in (None, "")
    }


def missing(document: dict[str, Any]) -> list[str]:
    """The required fields that a document leaves out, in order."""
    return [name for name in REQUIRED if document.get(name) in (None, "", [], {})]


def _check_names(document: dict[str, Any]) -> None:
    # Unknown ones first: a field that is missing is often one that is misspelt.
    if unknown := sorted(set(document) - set(REQUIRED) - set(OPTIONAL)):
        raise PlanError(unknown_fields(unknown, [*REQUIRED, *OPTIONAL]))
    if left_out := missing(document):
        wanted = "; ".join(f"{name}: {_(REQUIRED[name])}" for name in left_out)
        raise PlanError(
            _("The plan does not say %(missing)s. %(wanted)s.")
            % {"missing": ", ".join(left_out), "wanted": wanted}
        )


def _check_characters(value: object, path: str) -> None:
    """Text that no database can keep is refused here, by the name of its field."""
    if isinstance(value, dict):
        for name, part in value.items():
            _check_characters(name, "the name of a field")
            _check_characters(part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for part in value:
            _check_characters(part, path)
    elif isinstance(value, str) and ("\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value)):
        raise PlanError(
            _("%(path)s holds a character that cannot be stored (NUL or half a surrogate pair).")
            % {"path": path}
        )


def _audience(document: object) -> Condition:
    fields = audience_fields()
    if unknown := [name for name in _named_fields(document) if name not in fields]:
        raise PlanError(_("audience: %(error)s") % {"error": unknown_field(unknown[0], fields)})
    try:
        return parse(document, fields)
    except ConditionError as error:
        raise PlanError(_("audience: %(error)s") % {"error": error}) from error


def _named_fields(document: object) -> list[str]:
    """The fields that a condition names, in order, whatever else may be wrong with it."""
    if isinstance(document, list):
        return [name for part in document for name in _named_fields(part)]
    if not isinstance(document, dict):
        return []
    own = document.get("field")
    return ([own] if isinstance(own, str) and own else []) + _named_fields(document.get("of"))


def _read_interactivity(values: dict[str, Any]) -> str:
    by_channel = "interactive" if values.get("channel") in INTERACTIVE_CHANNELS else "passive"
    return read_one_of(values, "interactivity", ("passive", "interactive"), default=by_channel)


READERS: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "goal": lambda values: read_one_of(values, "goal", tuple(Campaign.Goal.values)),
    "channel": lambda values: read_one_of(values, "channel", SENT_CHANNELS),
    "code": lambda values: read_code(values["code"], "code"),
    "name": lambda values: read_text(values, "name", 200),
    "audience": lambda values: _audience(values["audience"]),
    "offer": lambda values: read_text(values, "offer", 500),
    "starts_at": lambda values: read_instant(values["start"]),
    "budget": lambda values: read_money(values, "budget"),
    "expected_response_rate": lambda values: read_share(values, "expected_response_rate", most=1.0),
    "expected_margin_per_response": lambda values: read_money(values, "expected_margin_per_response"),
    "cells": lambda values: read_cells(values["cells"]),
    "control_share": read_control_share,
    "measure_days": lambda values: read_days(values, "measure_days"),
    "pre_days": lambda values: read_days(values, "pre_days"),
    "cost_per_contact": lambda values: read_money(values, "cost_per_contact"),
    "fixed_cost": lambda values: read_money(values, "fixed_cost"),
    "response": lambda values: read_one_of(values, "response", RESPONSES),
    "salt": lambda values: read_text_or_none(values, "salt", 60),
    "initiator": lambda values: read_one_of(values, "initiator", ("outbound", "inbound")),
    "interactivity": _read_interactivity,
    "links": lambda values: read_links(values["links"]),
    "language": lambda values: read_tag(values["language"], "language"),
}
"""Part of a plan → what reads it from the values of a document."""
FIELD_OF: Final = {"start": "starts_at"}
"""Field of a document → the part of the plan that it becomes, where the two are called differently."""
