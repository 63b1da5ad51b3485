"""The part of a customer's page that says how likely they leave, why, and what somebody who knows them said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.customers.models import Party
from guanxi.insight.analyses.decliners import part_labels
from guanxi.insight.analyses.leaving_shown import sentences
from guanxi.insight.kept_risk import Said, kept_risk
from guanxi.insight.models import DeclineReason
from guanxi.insight.queries import current_run
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.wording.words import word


def risk_of(customer: Party, person: User, coded: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What kept answers say, and the causes coded so far; None where there is neither.

    Notes are for those who speak with customers: what people wrote down may say who somebody is.
    """
    run = current_run()
    said = kept_risk(customer.pk, run) if run else {}
    if not said and not coded:
        return None
    speaks = person.may(May.SEE_ADDRESSES)
    leaving = said.get("leaving")
    return {
        "lines": [_line(code, each, person) for code, each in said.items()],
        "reasons": [text for text in sentences(leaving.row.get("reasons", [])) if text] if leaving else [],
        "coded": [{**each, "note": each["note"] if speaks else ""} for each in coded],
        "causes": [(code, word(code)) for code in DeclineReason.Cause.values],
        "may_code": speaks,
    }


def _line(code: str, said: Said, person: User) -> dict[str, str]:
    """One answer in words, leading to its analysis for those who may see that."""
    told = {
        "leaving": lambda: (
            _("Chance to leave"),
            _("%(chance)s within %(days)s days")
            % {"chance": f"{said.value:.0%}", "days": said.asked["horizon_days"]},
        ),
        "overdue": lambda: (
            _("Times the usual interval"),
            _("%(times)s since the last purchase") % {"times": f"{said.value:.1f}"},
        ),
        "decliners": lambda: (_("Buys less than last year"), part_labels()[said.value]),
    }
    label, text = told[code]()
    href = reverse("analysis", args=[code]) if person.may(May.SEE_INSIGHT) else ""
    return {"label": label, "text": text, "href": href}
