"""Reading drafts: what is still missing or wrong, whom their audience reaches, and how old their estimate is."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.conditions import Condition
from guanxi.campaigns.models import Campaign, CampaignDraft
from guanxi.campaigns.outlook import redrawn
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.plan_languages import language_complaint
from guanxi.campaigns.plans import OPTIONAL, READERS, REQUIRED, Plan, complaints, parse_plan
from guanxi.foundation import clock
from guanxi.foundation.errors import NotFound
from guanxi.foundation.versions import version_of
from guanxi.insight.queries import published_run

RESTS_ON: Final = ("audience", "channel", "start", "measure_days", "pre_days", "salt")
"""Fields whose change makes an estimate old; shares, words and money are reckoned anew at once."""
NEUTRAL: Final[dict[str, Any]] = {
    "code": "draft",
    "name": "draft",
    "goal": Campaign.Goal.RETURN.value,
    "offer": "-",
    "channel": "email",
    "budget": 0,
    "expected_response_rate": 0,
    "expected_margin_per_response": 0,
}
"""What stands in for fields that say nothing yet: nothing is expected, and nothing may be spent."""
NEUTRAL_WORDS: Final = {"subject": "-", "body": "-"}
NEUTRAL_CELL: Final = {**NEUTRAL_WORDS, "share": 1.0}
"""Words change nothing of what is reckoned for a draft."""


def draft_numbered(draft_id: int) -> CampaignDraft:
    """A draft; raises NotFound."""
    found = CampaignDraft.objects.select_related("campaign").filter(pk=draft_id).first()
    if found is None:
        raise NotFound(
            _("There is no draft %(number)s; it was planned or deleted meanwhile.") % {"number": draft_id}
        )
    return found


def draft_complaints(draft: CampaignDraft) -> dict[str, str]:
    """What keeps a draft from being planned, by field: what `complaints` says, and a code that is taken."""
    found = complaints(draft.document)
    code = draft.document.get("code")
    if "code" not in found and (said := _taken(draft, str(code))):
        found["code"] = said
    return found


def _taken(draft: CampaignDraft, code: str) -> str:
    """A plan under the same code would be replaced, so only its own draft may have it."""
    own = draft.campaign.code if draft.campaign else code
    if code != own:
        return _("A planned campaign keeps its code: %(code)s.") % {"code": own}
    taken = Campaign.objects.filter(code=code).exclude(pk=draft.campaign_id or 0).first()
    return (
        _("Campaign %(code)s exists already; choose another code.") % {"code": code}
        if taken is not None
        else ""
    )


def audience_of(document: dict[str, Any]) -> Condition:
    """The condition of a document. Raises PlanError where it has none or a wrong one."""
    if not document.get("audience"):
        raise PlanError(_("Nobody is chosen yet."))
    condition: Condition = READERS["audience"](document)
    return condition


def reckonable(document: dict[str, Any]) -> Plan:
    """A plan to reckon with: something neutral in place of what is missing or wrong, but for the audience.

    Raises PlanError where the audience is missing or wrong.
    """
    audience_of(document)
    wrong = complaints(document)
    known = {**REQUIRED, **OPTIONAL}
    kept = {name: value for name, value in document.items() if name in known and name not in wrong}
    start = {"start": clock.now().isoformat()}
    cells = _cells(document, wrong)
    if language_complaint(kept.get("language", ""), ((cell["code"], cell["languages"]) for cell in cells)):
        cells = [cell | {"languages": {}} for cell in cells]
    return parse_plan(NEUTRAL | start | kept | {"cells": cells})


def _cells(document: dict[str, Any], wrong: dict[str, str]) -> list[dict[str, Any]]:
    if not isinstance(document.get("cells"), list) or "cells" in wrong:
        return [{"code": "all", "languages": {}, **NEUTRAL_CELL}]
    return [_cell(place, cell, wrong) for place, cell in enumerate(document["cells"])]


def _cell(place: int, cell: dict[str, Any], wrong: dict[str, str]) -> dict[str, Any]:
    right: dict[str, Any] = {
        name: cell[name]
        for name in ("code", "share")
        if name in cell and f"cells.{place}.{name}" not in wrong
    }
    languages = {} if f"cells.{place}.languages" in wrong else cell.get("languages") or {}
    return {
        "code": f"cell-{place + 1}",
        **NEUTRAL_CELL,
        **right,
        "languages": dict.fromkeys(languages, NEUTRAL_WORDS),
    }


def digest_of(document: dict[str, Any]) -> str:
    """What an estimate of the document would rest on, as a short name."""
    return version_of([published_run().pk, *(document.get(name) for name in RESTS_ON)])


def is_estimated(draft: CampaignDraft) -> bool:
    """Whether the kept estimate is of the document as it is now, on the figures that count now."""
    return bool(draft.estimate) and draft.estimated == digest_of(draft.document)


def outlook_of(draft: CampaignDraft) -> dict[str, Any]:
    """The kept estimate with shares, money and expectations of now; empty before the first estimate.

    Raises PlanError where the audience is missing or wrong.
    """
    return redrawn(reckonable(draft.document), draft.estimate) if draft.estimate else {}
