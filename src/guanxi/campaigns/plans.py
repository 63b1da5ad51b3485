"""The plan of a campaign: to whom, what, when, by which means, and is the effect assured (CAMP-08, CAMP-22)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from customer_insight.assignment import CONTROL
from customer_insight.conditions import Condition, ConditionError, parse
from guanxi.campaigns.models import Campaign
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.money import to_minor
from guanxi.insight.audience import audience_fields, unknown_field
from guanxi.outreach.delivery.letters import SENT_CHANNELS
from guanxi.outreach.delivery.placeholders import PLACEHOLDERS, unknown_placeholders

INTERACTIVE_CHANNELS = ("email", "sms")
"""Channels on which the customer can answer at once; e-marketing is differentiated (CAMP-30)."""
HOLDOUT = "holdout"
RESERVED = (CONTROL, HOLDOUT)
"""Codes that no cell may have."""
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
}
LEAST_CONTROL = 0.01
RESPONSES = ("order", "recorded")
CELL_TEXTS = {"subject": 200, "body": 100_000}
"""What a cell says, and how many characters that may have."""
CELL_FIELDS = ("code", *CELL_TEXTS, "share", "offer")


class PlanError(DomainError):
    """The plan cannot be carried out as written; the message names the field."""


@dataclass(frozen=True)
class PlannedCell:
    """One variant: its share of those who are not held out, and what it says."""

    code: str
    subject: str
    body: str
    share: float = 1.0
    offer: str = ""


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
    values = OPTIONAL | document
    goal = _one_of(values, "goal", tuple(Campaign.Goal.values))
    channel = _one_of(values, "channel", SENT_CHANNELS)
    by_channel = "interactive" if channel in INTERACTIVE_CHANNELS else "passive"
    return Plan(
        code=_code(values["code"], "code"),
        name=_text(values, "name", 200),
        goal=goal,
        audience=_audience(values["audience"]),
        offer=_text(values, "offer", 500),
        channel=channel,
        starts_at=_instant(values["start"]),
        budget=_money(values, "budget"),
        expected_response_rate=_share(values, "expected_response_rate", most=1.0),
        expected_margin_per_response=_money(values, "expected_margin_per_response"),
        cells=_cells(values["cells"]),
        control_share=_control_share(values),
        measure_days=_days(values, "measure_days"),
        pre_days=_days(values, "pre_days"),
        cost_per_contact=_money(values, "cost_per_contact"),
        fixed_cost=_money(values, "fixed_cost"),
        response=_one_of(values, "response", RESPONSES),
        salt=_text_or_none(values, "salt", 60),
        initiator=_one_of(values, "initiator", ("outbound", "inbound")),
        interactivity=_one_of(values, "interactivity", ("passive", "interactive"), default=by_channel),
        document=document,
    )


def _check_names(document: dict[str, Any]) -> None:
    # Unknown ones first: a field that is missing is often one that is misspelt.
    if unknown := sorted(set(document) - set(REQUIRED) - set(OPTIONAL)):
        raise PlanError(_unknown(unknown, [*REQUIRED, *OPTIONAL]))
    missing = [name for name in REQUIRED if document.get(name) in (None, "", [], {})]
    if missing:
        wanted = "; ".join(f"{name}: {_(REQUIRED[name])}" for name in missing)
        raise PlanError(
            _("The plan does not say %(missing)s. %(wanted)s.")
            % {"missing": ", ".join(missing), "wanted": wanted}
        )


def _unknown(names: Iterable[str], known: Collection[str], cell: int = 0) -> str:
    """What is said of fields that do not exist: the nearest that does, or all of them."""
    return " ".join(_unknown_one(name, known, cell) for name in names)


def _unknown_one(name: str, known: Collection[str], cell: int) -> str:
    near = get_close_matches(name.lower(), known, n=1)
    said = {"name": name, "near": near[0] if near else "", "known": ", ".join(known), "cell": cell}
    if cell and near:
        return (
            _("Cell %(cell)s has a field '%(name)s' that it does not know; did you mean '%(near)s'?") % said
        )
    if cell:
        return _("Cell %(cell)s has a field '%(name)s' that it does not know; it may have: %(known)s.") % said
    if near:
        return _("The plan has a field '%(name)s' that it does not know; did you mean '%(near)s'?") % said
    return _("The plan has a field '%(name)s' that it does not know; it may have: %(known)s.") % said


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


def _cells(documents: object) -> tuple[PlannedCell, ...]:
    if not isinstance(documents, list) or not all(isinstance(cell, dict) for cell in documents):
        raise PlanError(_("cells is a list; write one [[cells]] section per cell."))
    cells = []
    for number, cell in enumerate(documents, start=1):
        if unknown := sorted(set(cell) - set(CELL_FIELDS)):
            raise PlanError(_unknown(unknown, CELL_FIELDS, number))
        code = _code(cell.get("code", ""), _("code of cell %(number)s") % {"number": number})
        subject, body = (
            _text(cell, name, most, _(" of cell %(code)s") % {"code": code})
            for name, most in CELL_TEXTS.items()
        )
        if len(subject.splitlines()) > 1:
            raise PlanError(_("subject of cell %(code)s must be one line.") % {"code": code})
        _check_placeholders(code, {"subject": subject, "body": body})
        offer = _text_or_none(cell, "offer", 500, _(" of cell %(code)s") % {"code": code})
        cells.append(PlannedCell(code, subject, body, _weight(cell, code), offer))
    codes = [cell.code for cell in cells]
    if taken := [code for code in codes if code.lower() in RESERVED]:
        raise PlanError(
            _("No cell may be called %(taken)r: those who are held out are called so.") % {"taken": taken[0]}
        )
    if len(set(codes)) < len(codes):
        raise PlanError(_("Every cell needs a code of its own."))
    return tuple(cells)


def _check_placeholders(code: str, texts: dict[str, str]) -> None:
    """A misspelt placeholder would be mailed as it stands."""
    for name, text in texts.items():
        if unknown := unknown_placeholders(text):
            raise PlanError(
                _(
                    "%(name)s of cell %(code)s has placeholders that nothing stands for: %(unknown)s. "
                    "There are: %(known)s; write $$ for a dollar sign before a word."
                )
                % {
                    "name": name,
                    "code": code,
                    "unknown": ", ".join(unknown),
                    "known": ", ".join(PLACEHOLDERS),
                }
            )


def _weight(cell: dict[str, Any], code: str) -> float:
    weight = cell.get("share", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < 1e6:
        raise PlanError(
            _("share of cell %(code)s is a number above 0, not %(weight)r.")
            % {"code": code, "weight": weight}
        )
    return float(weight)


def _code(value: object, name: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", value):
        raise PlanError(
            _("%(name)s is 1 to 40 letters, digits, dots, dashes or underscores, not %(value)r.")
            % {"name": name, "value": value}
        )
    return value


def _text(values: dict[str, Any], name: str, most: int, where: str = "") -> str:
    text = values.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > most:
        raise PlanError(
            _("%(name)s%(where)s is a text of 1 to %(most)s characters.")
            % {"name": name, "where": where, "most": f"{most:,}"}
        )
    return text.strip()


def _text_or_none(values: dict[str, Any], name: str, most: int, where: str = "") -> str:
    return _text(values, name, most, where) if values.get(name, "") != "" else ""


def _one_of(values: dict[str, Any], name: str, allowed: tuple[str, ...], *, default: str = "") -> str:
    value = values[name] or default
    if value not in allowed:
        raise PlanError(
            _("%(name)s is one of %(allowed)s, not %(value)r.")
            % {"name": name, "allowed": ", ".join(allowed), "value": value}
        )
    return str(value)


def _money(values: dict[str, Any], name: str) -> int:
    try:
        amount = Decimal(str(values[name]))
        if not amount.is_finite() or amount < 0 or amount > 10**12:
            raise InvalidOperation
    except InvalidOperation:
        raise PlanError(
            _("%(name)s is an amount of money, 0 or more, not %(values)r.")
            % {"name": name, "values": values[name]}
        ) from None
    return to_minor(amount)


def _share(values: dict[str, Any], name: str, *, most: float) -> float:
    share = values[name]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= most:
        raise PlanError(
            _("%(name)s is a share from 0 to %(most)s, not %(share)r.")
            % {"name": name, "most": most, "share": share}
        )
    return float(share)


def _control_share(values: dict[str, Any]) -> float:
    """Every campaign holds out a control: without one nothing could be said about what it caused."""
    share = _share(values, "control_share", most=0.9)
    if share < LEAST_CONTROL:
        raise PlanError(
            _("control_share is at least %(least_control)s: without a control no effect can be shown.")
            % {"least_control": LEAST_CONTROL}
        )
    return share


def _days(values: dict[str, Any], name: str) -> int:
    days = values[name]
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 730:
        raise PlanError(
            _("%(name)s is a whole number of days from 1 to 730, not %(days)r.")
            % {"name": name, "days": days}
        )
    return days


def _instant(value: object) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise PlanError(
                _("start is a time such as 2026-12-01T09:00:00, not %(value)r.") % {"value": value}
            ) from None
    if isinstance(value, date | time) and not isinstance(value, datetime):
        raise PlanError(
            _("start needs a day and a time of day, such as 2026-12-01T09:00:00, not %(value)s.")
            % {"value": value.isoformat()}
        )
    if not isinstance(value, datetime):
        raise PlanError(_("start is a time such as 2026-12-01T09:00:00, not %(value)r.") % {"value": value})
    return (value if value.tzinfo else value.replace(tzinfo=clock.business_zone())).astimezone(UTC)
