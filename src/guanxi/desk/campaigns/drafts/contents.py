"""What the steps of the wizard show: fields, conditions as chips, tables of the audience, and everything in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from customer_insight.conditions import Condition
from guanxi.campaigns.drafts import draft_complaints
from guanxi.campaigns.models import Campaign, CampaignDraft
from guanxi.campaigns.seen import PLAN, versions
from guanxi.campaigns.services.drafts import DraftChanged
from guanxi.campaigns.services.measure import JUDGED_BY
from guanxi.campaigns.wording import FIGURES
from guanxi.customers.queries import born
from guanxi.desk.campaigns.drafts import steps, words
from guanxi.desk.campaigns.drafts.fields import CELL_FIELDS, FIELDS, text_of
from guanxi.desk.campaigns.drafts.panel import audience_tables, schedule_facts
from guanxi.desk.customers import filters
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.insight.audience import count_audience
from guanxi.shell.tables import Cell
from guanxi.wording.words import label, phrase, word


def begin_context(parts: Sequence[Condition]) -> dict[str, Any]:
    """How a plan may begin: the customers chosen before, drafts, and earlier campaigns that have a plan."""
    fields = filters.reader_fields()
    planned = Campaign.objects.filter(born(), source="").exclude(plan={}).order_by("-created_at")
    return {
        "where": filters.where_of(parts),
        "chosen": [filters.sentence(part, fields) for part in parts],
        "people": count_audience(filters.together(parts)) if parts else None,
        "drafts": [_listed(draft) for draft in CampaignDraft.objects.order_by("-changed_at")[:50]],
        "earlier": [(campaign.code, campaign.name) for campaign in planned[:200]],
    }


def _listed(draft: CampaignDraft) -> dict[str, Any]:
    by = draft.changes.values()
    last = max(by, key=lambda mark: mark["version"])["by"] if by else draft.created_by
    return {
        "pk": draft.pk,
        "name": draft.document.get("name") or draft.document.get("code"),
        "by": last,
        "at": draft.changed_at,
    }


def step_context(draft: CampaignDraft, step: steps.Step, values: Mapping[str, Any]) -> dict[str, Any]:
    """Everything of a step but its panel; `values` are what stands in the form."""
    wrong = {name: _as_called(name, phrase(said)) for name, said in draft_complaints(draft).items()}
    before, after = steps.neighbours(step.key)
    return {
        "draft": draft,
        "step": step,
        "rail": steps.rail(draft, step.key, wrong),
        "before": before,
        "after": after,
        "title": draft.document.get("name") or _("A new campaign"),
        "fields": _fields(draft, step, values, wrong),
        "cells": steps.shown_cells(step, values, wrong),
        "may_add": step.key == "cells" and len(steps.cells_of(values)) < steps.MOST_CELLS,
        "cells_complaint": wrong.get("cells", "") if step.key == "cells" else "",
        **MORE.get(step.key, _nothing_more)(draft, wrong),
        **(_links(values, wrong) if step.key == "content" else {}),
    }


def _fields(
    draft: CampaignDraft, step: steps.Step, values: Mapping[str, Any], wrong: Mapping[str, str]
) -> list[dict[str, Any]]:
    shown = steps.shown_fields(step, values, wrong)
    for each in shown:
        each["is_fixed"] = each["field"].name == "code" and draft.campaign_id is not None
        if each["field"].name == "goal":
            each["notes"] = [(goal, _judged(goal)) for goal, _said in each["choices"]]
    return shown


def _judged(goal: str) -> str:
    figure = label(FIGURES[JUDGED_BY[Campaign.Goal(goal)]])
    return _("judged by the %(figure)s") % {"figure": figure}


def _nothing_more(draft: CampaignDraft, wrong: Mapping[str, str]) -> dict[str, Any]:
    return {}


def _recipients(draft: CampaignDraft, wrong: Mapping[str, str]) -> dict[str, Any]:
    fields = filters.reader_fields()
    labels = sorted((filters.field_label(field), name) for name, field in fields.items())
    shown: dict[str, Any] = {
        "conditions": [],
        "tables": [],
        "choices": [(name, said) for said, name in labels],
        "operators": filters.operators(),
    }
    try:
        parts = steps.audience_parts(draft.document)
        shown["conditions"] = [filters.sentence(part, fields) for part in parts]
        shown["tables"] = audience_tables(parts) if parts else []
    except DomainError as error:
        shown["audience_complaint"] = phrase(str(error))
    return shown


def _content(draft: CampaignDraft, wrong: Mapping[str, str]) -> dict[str, Any]:
    return {"placeholders": words.INSERTABLE}


def _links(values: Mapping[str, Any], wrong: Mapping[str, str]) -> dict[str, Any]:
    return {"links": words.shown_links(values), "links_complaint": wrong.get("links", "")}


def _schedule(draft: CampaignDraft, wrong: Mapping[str, str]) -> dict[str, Any]:
    return schedule_facts()


def _review(draft: CampaignDraft, wrong: Mapping[str, str]) -> dict[str, Any]:
    """All steps in words, and what keeps the draft from being planned, each with its step."""
    told = [
        {"key": step.key, "title": step.title, "pairs": _told(draft.document, step)}
        for step in steps.STEPS.values()
        if step.sets
    ]
    complaints = [
        {"step": steps.step_of_complaint(name), "said": _complained(name, said)}
        for name, said in wrong.items()
    ]
    return {"told": told, "complaints": complaints, **_of_the_planned(draft)}


def _of_the_planned(draft: CampaignDraft) -> dict[str, Any]:
    """What planning replaces: the version of the plan as it is shown, and who planned it after the draft was begun."""
    campaign = draft.campaign
    if campaign is None:
        return {}
    later = {"by": campaign.created_by, "at": clock.business_minute(campaign.created_at)}
    return {
        "seen": versions(campaign)[PLAN],
        "planned_later": later if campaign.created_at > draft.created_at else None,
    }


def _complained(name: str, said: str) -> str:
    """A complaint that names its field."""
    called = _called(name)
    return said if not name or said.startswith(called) else f"{called}{_(': ')}{said}"


def _called(name: str) -> str:
    """How a field is called on its step."""
    if name.startswith("cells."):
        _cells, place, *inner, part = name.split(".")
        label = CELL_FIELDS[part].label if part in CELL_FIELDS else _("Languages")
        if inner:
            label = f"{label} ({inner[-1]})"
        said = _("%(field)s of cell %(number)s")
        return said % {"field": label, "number": int(place) + 1}
    named = {"audience": _("Recipients"), "cells": _("Cells and control"), "links": _("Links")}
    return str(FIELDS[name].label) if name in FIELDS else named.get(name, name)


def _as_called(name: str, said: str) -> str:
    """A complaint with the field called as on its step, where it begins with the name that texts use."""
    return (
        f"{FIELDS[name].label}{said.removeprefix(name)}" if name in FIELDS and said.startswith(name) else said
    )


def _told(document: Mapping[str, Any], step: steps.Step) -> list[tuple[str, Cell]]:
    pairs = [(str(FIELDS[name].label), _shown(FIELDS[name].kind, document.get(name))) for name in step.fields]
    if step.key == "recipients":
        fields = filters.reader_fields()
        try:
            parts = [filters.sentence(part, fields) for part in steps.audience_parts(document)]
        except DomainError as error:
            parts = [phrase(str(error))]
        pairs.append((_("All of these hold"), Cell("; ".join(parts) or "–")))
    for cell in steps.cells_of(document) if step.cell_fields else ():
        for tag, said in words.written_words(cell) if step.key == "content" else [("", cell)]:
            shown = [_shown(CELL_FIELDS[name].kind, said.get(name)).text for name in step.cell_fields]
            called = f"{cell.get('code', '–')} ({tag})" if tag else str(cell.get("code", "–"))
            pairs.append((called, Cell(" · ".join(text for text in shown if text != "–") or "–")))
    if step.key == "content":
        pairs += [
            (_("Link %(name)s") % {"name": name}, Cell(address))
            for name, address in words.links_of(document).items()
        ]
    return pairs


def _shown(kind: Any, value: Any) -> Cell:
    text = text_of(kind, value)
    if kind == "choice":
        text = str(word(text)).replace("_", " ")
    if kind == "instant":
        text = text.replace("T", " ")
    return Cell(text or "–")


MORE = {"recipients": _recipients, "content": _content, "schedule": _schedule, "review": _review}
"""Step → what only it shows."""


def what_changed(changed: DraftChanged, values: Mapping[str, Any]) -> dict[str, Any]:
    """Both values of every field that somebody else set meanwhile."""
    return {
        "said": phrase(str(changed)),
        "version": changed.version,
        "fields": [
            {"name": _called(name), "theirs": _both(name, theirs), "yours": _both(name, values.get(name))}
            for name, theirs in changed.theirs.items()
        ],
    }


def _both(name: str, value: Any) -> str:
    if name == "cells":
        written = [
            (f"{cell.get('code')} {tag}".strip(), said)
            for cell in steps.cells_of({"cells": value})
            for tag, said in words.written_words(cell)
        ]
        return "\n\n".join(f"{code}: {said.get('subject')}\n{said.get('body')}" for code, said in written)
    if name == "links":
        return "\n".join(f"{link}: {address}" for link, address in words.links_of({name: value}).items())
    if name == "audience":
        return "; ".join(
            filters.sentence(part, filters.reader_fields()) for part in steps.audience_parts({name: value})
        )
    return text_of(FIELDS[name].kind, value) if name in FIELDS else str(value)
