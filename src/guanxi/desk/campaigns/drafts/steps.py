"""The steps of the wizard: which fields each has, what a sent form changes, and what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customer_insight import conditions
from guanxi.campaigns.models import CampaignDraft
from guanxi.desk.campaigns.drafts import words
from guanxi.desk.campaigns.drafts.fields import CELL_FIELDS, FIELDS, shown_field, value_of
from guanxi.desk.customers import filters
from guanxi.foundation.errors import DomainError
from guanxi.foundation.errors import NotFound as NoSuchStep
from guanxi.shell.typed import whole_number

MOST_CELLS: Final = 12


@dataclass(frozen=True)
class Step:
    """A page of the wizard: its own fields, and those that each cell has on it."""

    key: str
    title: Any
    lead: Any
    fields: tuple[str, ...] = ()
    cell_fields: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Fields of the document that the step sets by other means."""

    @property
    def sets(self) -> tuple[str, ...]:
        """Every field of the document that is set here."""
        return (*self.fields, *(("cells",) if self.cell_fields else ()), *self.others)


STEPS: Final = {
    step.key: step
    for step in (
        Step(
            "goal",
            _("Goal"),
            _("What the campaign is for, and how large an effect would make it worth it."),
            ("name", "code", "goal", "response", "expected_response_rate", "expected_margin_per_response"),
        ),
        Step(
            "recipients", _("Recipients"), _("To whom: all of these conditions hold."), others=("audience",)
        ),
        Step(
            "offer",
            _("Offer"),
            _("What is offered, and by which means."),
            ("offer", "channel", "initiator", "interactivity"),
        ),
        Step(
            "cells",
            _("Cells and control"),
            _("How many are held out, and which variants are compared."),
            ("control_share",),
            ("code", "share", "offer"),
        ),
        Step(
            "content",
            _("Content"),
            _("What each cell says, in one language or several, and where its links lead."),
            ("language",),
            cell_fields=("subject", "body"),
            others=("links",),
        ),
        Step(
            "schedule",
            _("Schedule"),
            _("When it goes out, and which days are measured."),
            ("start", "measure_days", "pre_days"),
        ),
        Step(
            "cost",
            _("Cost"),
            _("What it may cost, and what it has to bring."),
            ("budget", "cost_per_contact", "fixed_cost"),
        ),
        Step(
            "review",
            _("Review"),
            _("Everything on one page. Nothing goes out before the campaign is launched."),
        ),
    )
}
STEP_OF: Final = {name: step.key for step in STEPS.values() for name in step.sets if name != "cells"}
"""Field of the document → the step where it is set."""


def step_named(key: str) -> Step:
    """A step; raises NotFound."""
    if key not in STEPS:
        raise NoSuchStep(key)
    return STEPS[key]


def step_of_complaint(name: str) -> str:
    """Where what is complained of can be mended; unknown fields only in the text."""
    part = name.rpartition(".")[2]
    if name.startswith("cells"):
        return "content" if part in {"subject", "body", "languages"} else "cells"
    return STEP_OF.get(name, "text")


def sent_values(step: Step, sent: QueryDict, document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the document as a sent form has them; what the form does not have stays. Raises DomainError."""
    values = {name: value_of(FIELDS[name].kind, str(sent[name])) for name in step.fields if name in sent}
    if step.cell_fields:
        values["cells"] = _sent_cells(step, sent, document)
    if step.key == "recipients":
        values |= _sent_audience(sent, document)
    if step.key == "content":
        values |= words.sent_links(sent, document)
        if any(words.languages_of(cell) for cell in values["cells"]):
            said = values.get("language", document.get("language"))
            values["language"] = words.own_language(values["cells"], said)
    return values


def _sent_cells(step: Step, sent: QueryDict, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    cells = [dict(cell) for cell in cells_of(document)]
    for place, cell in enumerate(cells):
        for name in step.cell_fields:
            if (text := sent.get(f"cells.{place}.{name}")) is not None:
                cell[name] = value_of(CELL_FIELDS[name].kind, str(text))
        if step.key == "content":
            words.with_sent_languages(cell, place, sent)
    if "add_cell" in sent and len(cells) < MOST_CELLS:
        taken = {cell.get("code") for cell in cells}
        code = next(code for n in range(2, 99) if (code := f"letter-{n}") not in taken)
        first = cells[0] if cells else {}
        copied = {name: first[name] for name in ("subject", "body", "languages") if name in first}
        cells.append({"subject": "", "body": ""} | copied | {"code": code, "share": 1})
    removed = whole_number(sent.get("remove_cell", ""))
    if removed is not None and removed < len(cells) > 1:
        del cells[removed]
    return cells


def cells_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells of a document, as far as it has some."""
    cells = document.get("cells")
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _sent_audience(sent: QueryDict, document: Mapping[str, Any]) -> dict[str, Any]:
    """The condition without a part that is removed, or with the one that was typed, also by who just goes on."""
    parts = audience_parts(document)
    removed = whole_number(sent.get("remove", ""))
    if removed is not None and removed < len(parts):
        del parts[removed]
    elif "add" in sent or ("go" in sent and sent.get("value", "").strip()):
        parts.append(_typed(sent))
    else:
        return {}
    return {"audience": conditions.as_dict(filters.together(parts)) if parts else ""}


def _typed(sent: QueryDict) -> conditions.Condition:
    return filters.typed_condition(
        sent.get("field", ""), sent.get("op", "="), sent.get("value", ""), filters.reader_fields()
    )


def audience_parts(document: Mapping[str, Any]) -> list[conditions.Condition]:
    """The conditions all of which are to hold; none where the document has none. Raises DomainError for a wrong one."""
    written = document.get("audience")
    if not written:
        return []
    try:
        condition = conditions.parse(written, filters.reader_fields())
    except conditions.ConditionError as error:
        raise DomainError(str(error)) from None
    return list(condition.parts) if isinstance(condition, conditions.All) else [condition]


def with_typed(document: Mapping[str, Any], sent: QueryDict) -> list[conditions.Condition]:
    """The conditions, and the one that is being typed as far as it makes sense already. Raises DomainError."""
    parts = audience_parts(document)
    return [*parts, _typed(sent)] if sent.get("value", "").strip() else parts


def shown_fields(step: Step, values: Mapping[str, Any], wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    """The step's own fields with what stands in them and what is wrong with it."""
    return [shown_field(FIELDS[name], values, wrong.get(name, "")) for name in step.fields]


def shown_cells(step: Step, values: Mapping[str, Any], wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    """The cells with their fields on this step."""
    return [
        {
            "place": place,
            "code": cell.get("code") or place + 1,
            "fields": [
                shown_field(
                    CELL_FIELDS[name], cell, wrong.get(f"cells.{place}.{name}", ""), prefix=f"cells.{place}."
                )
                for name in step.cell_fields
            ],
            "languages": words.shown_languages(cell, place, wrong) if step.key == "content" else [],
        }
        for place, cell in enumerate(cells_of(values))
        if step.cell_fields
    ]


def rail(draft: CampaignDraft, here: str, wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    """All steps with their state: done, or something is missing or wrong."""
    open_steps = {step_of_complaint(name) for name in wrong}
    return [
        {
            "key": step.key,
            "title": step.title,
            "number": number,
            "is_here": step.key == here,
            "is_done": step.key not in open_steps and (step.key != "review" or not wrong),
        }
        for number, step in enumerate(STEPS.values(), start=1)
    ]


def neighbours(key: str) -> tuple[str, str]:
    """The steps before and after one; empty at either end."""
    keys = ["", *STEPS, ""]
    place = keys.index(key)
    return keys[place - 1], keys[place + 1]
