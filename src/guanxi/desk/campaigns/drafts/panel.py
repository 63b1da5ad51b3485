"""What stands beside the steps of the wizard and follows every change: people, what can be shown, cost, a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from customer_insight.conditions import Compare, Condition
from guanxi.campaigns import wording
from guanxi.campaigns.drafts import is_estimated, outlook_of
from guanxi.campaigns.models import CampaignDraft
from guanxi.campaigns.overlaps import GROUPS, NO_GROUP, groups_of_audience
from guanxi.campaigns.services.drafts import ESTIMATE
from guanxi.campaigns.services.plan import read_holdout
from guanxi.desk.campaigns.contents import pairs
from guanxi.desk.campaigns.drafts.steps import audience_parts, cells_of
from guanxi.desk.campaigns.drafts.words import languages_of, links_of, written_words
from guanxi.desk.customers import filters
from guanxi.desk.customers.listing import names_of
from guanxi.desk.customers.profile import HIDDEN
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import rows
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import Job
from guanxi.insight.audience import browse_audience, count_audience
from guanxi.outreach.delivery.letters import told_language
from guanxi.outreach.delivery.placeholders import LINK, UNSUBSCRIBE_LINE, LetterText
from guanxi.outreach.languages import language_for, unsubscribe_line
from guanxi.outreach.policy import read_policy
from guanxi.shell.tables import Cell, Table, count_cell
from guanxi.wording.words import phrase, word

FACTS: Final = {
    "goal": ("expected effect per customer", "smallest effect it can show", "is the effect assured"),
    "recipients": ("reach", "universal hold-out", "suppressed"),
    "content": ("cells", "languages"),
    "cells": (
        "cells", "control", "universal hold-out", "expected effect per customer", "smallest effect it can show",
        "is the effect assured", "proposed control share",
    ),
    "cost": (
        "cells", "cost", "expected margin", "expected profit", "break-even response rate",
        "break-even effect per customer",
    ),
    "review": (
        "reach", "suppressed", "cells", "languages", "control", "cost", "expected profit",
        "smallest effect it can show", "is the effect assured",
    ),
}  # fmt: skip
"""Step → the figures of the estimate that matter there."""


def panel(draft: CampaignDraft, step: str, *, customer: int = 0, sees_names: bool = False) -> dict[str, Any]:
    """All of the panel; without an audience only that nobody is chosen."""
    shown: dict[str, Any] = {"draft": draft, "here": step, "job": _estimating(draft)}
    try:
        parts = audience_parts(draft.document)
        if not parts:
            return shown | {"nobody": True}
        audience = filters.together(parts)
        shown |= {"people": count_audience(audience), "customers": _customers(parts)}
        estimate = outlook_of(draft)
    except DomainError as error:
        return shown | {"complaint": phrase(str(error))}
    if estimate:
        shown |= _estimated(draft, step, estimate)
    if step == "content":
        shown |= {"letters": letters(draft.document, audience, customer, sees_names), "customer": customer}
    return shown


def _estimating(draft: CampaignDraft) -> Job | None:
    return Job.objects.filter(kind=ESTIMATE, key=str(draft.pk)).order_by("-pk").first()


def _customers(parts: Sequence[Condition]) -> str:
    return f"{reverse('customers')}?{urlencode({'where': filters.where_of(parts)})}"


def _estimated(draft: CampaignDraft, step: str, estimate: Mapping[str, Any]) -> dict[str, Any]:
    facts = wording.estimate_facts(estimate) | {"is the effect assured": wording.assured(estimate)}
    wanted = {name: facts[name] for name in FACTS.get(step, ()) if name in facts}
    return {
        "as_of": estimate["as_of"],
        "is_current": is_estimated(draft),
        "facts": pairs(wanted),
        "over_budget": "" if estimate["within_budget"] or step != "cost" else wording.over_budget(),
        "conflicts": conflict_table(estimate) if step in {"recipients", "schedule", "review"} else None,
        "held_back": held_back_table(estimate) if step == "recipients" else None,
    }


def audience_tables(parts: Sequence[Condition]) -> list[Table]:
    """The audience by tier and by decile of sales, each number opening its customers."""
    found = groups_of_audience(filters.together(parts))
    return [_group_table(name, found[name], parts) for name in GROUPS]


def _group_table(name: str, numbers: Mapping[str, int], parts: Sequence[Condition]) -> Table:
    column, title = ("sales decile", _("By sales decile")) if name == "decile" else (name, _("By value tier"))
    shown = [
        [Cell(str(word(group))), count_cell(number, _customers([*parts, _in_group(name, group)]))]
        for group, number in numbers.items()
        if group != NO_GROUP
    ]
    return Table((column, "customers"), shown, title=title)


def _in_group(name: str, group: str) -> Condition:
    return Compare(GROUPS[name], "=", int(group) if name == "decile" else group)


def held_back_table(estimate: Mapping[str, Any]) -> Table:
    """Whom the gate would hold back, and why."""
    shown = [[why, number] for why, number in estimate["suppressed"].items()]
    return Table(
        ("reason", "customers"),
        shown,
        title=_("Held back by the gate"),
        empty=_("The gate would let everybody pass."),
    )


def conflict_table(estimate: Mapping[str, Any]) -> Table:
    """Other campaigns that reach the same customers within one window of the contact policy."""
    policy = read_policy()
    note = _(
        "At most %(most)s contacts in %(window)s days, %(gap)s days apart, over all campaigns; the gate sees to it."
    )
    shown = [
        [
            Cell(row["name"], reverse("campaign", args=[row["campaign"]])),
            row["state"],
            _day(row["starts_at"]),
            row["customers"],
        ]
        for row in estimate["conflicts"]
    ]
    return Table(
        ("campaign", "state", "from", "customers"),
        shown,
        title=_("Other campaigns that reach the same customers in these weeks"),
        note=note % {"most": policy.max_contacts, "window": policy.window_days, "gap": policy.min_gap_days},
        empty=_("No other campaign reaches any of them in these weeks."),
    )  # fmt: skip


def _day(instant: str) -> Any:
    return clock.business_date(datetime.fromisoformat(instant))


def letters(
    document: Mapping[str, Any], audience: Condition, customer: int, sees_names: bool
) -> list[dict[str, Any]]:
    """Each cell's letter in each of its languages, with a customer of the audience put in; `is_read` marks the one
    that this customer would get. The name only for those who may see it."""
    who = _one_of(audience, customer)
    if who is None:
        return []
    customer_id, public_id = who
    name = names_of([customer_id]).get(customer_id, "")
    filling = {"name": name if sees_names or not name else HIDDEN, "unsubscribe": _("(where to unsubscribe)")}
    filling |= {LINK + link: address for link, address in links_of(document).items()}
    told, own = told_language(customer_id), str(document.get("language") or "")
    return [
        {
            "customer": public_id,
            "place": place,
            "is_read": tag == _read(told, own, cell),
            **_letter(cell, tag, said, filling, own),
        }
        for place, cell in enumerate(cells_of(document))
        for tag, said in written_words(cell)
    ]


def _letter(
    cell: Mapping[str, Any], tag: str, said: Mapping[str, Any], filling: Mapping[str, str], own: str
) -> dict[str, Any]:
    words = {**filling, UNSUBSCRIBE_LINE: unsubscribe_line(filling["unsubscribe"], tag or own)}
    return {
        "code": str(cell.get("code", "")),
        "language": tag,
        "subject": LetterText(str(said.get("subject", ""))).filled(words),
        "body": LetterText(str(said.get("body", ""))).filled(words),
    }


def _read(told: str, own: str, cell: Mapping[str, Any]) -> str:
    """The tag of the words of a cell that somebody reads; empty for the cell's own."""
    chosen = language_for(told, [own, *languages_of(cell)])
    return "" if chosen == own else chosen


def _one_of(audience: Condition, place: int) -> tuple[int, str] | None:
    with browse_audience(audience) as (duck, found):
        found.create_view("read_letters", replace=True)
        one = "SELECT customer_id, public_id FROM read_letters ORDER BY customer_id LIMIT 1 OFFSET ?"
        return next(iter(rows(duck, one, [place])), None)


def schedule_facts() -> dict[str, Any]:
    """When nothing is sent, and who is never contacted, whatever a plan says."""
    policy = read_policy()
    quiet = _("%(from)s to %(until)s") % {
        "from": f"{policy.quiet_from:%H:%M}",
        "until": f"{policy.quiet_until:%H:%M}",
    }
    return {
        "quiet_hours": quiet if policy.quiet_from != policy.quiet_until else "",
        "zone": clock.business_zone().key,
        "holdout": wording.percent(read_holdout().share),
    }
