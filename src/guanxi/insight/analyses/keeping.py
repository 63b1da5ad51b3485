"""Questions kept under a name, each with its business goal, who answers for it, and what is to follow (ANA-67)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.insight.analyses.asking import question_of
from guanxi.insight.models import AnalysisRecord


def kept() -> QuerySet[AnalysisRecord]:
    """All records, the newest first."""
    return AnalysisRecord.objects.select_related("question").order_by("-pk")


def keep(code: str, given: Mapping[str, Any], told: Mapping[str, str], *, actor: Actor) -> AnalysisRecord:
    """Keep a question; `told` has name, goal, department, owner and action, all of which are required.

    Raises DomainError naming what is missing, for a name that is taken and for a department that is none.
    """
    fields = {
        "name": (_("a name"), 120), "goal": (_("the business goal"), 500), "owner": (_("who answers for it"), 200),
        "action": (_("what is to follow from it"), 500),
    }  # fmt: skip
    values = {name: told.get(name, "").strip() for name in fields}
    missing = [label for name, (label, _most) in fields.items() if not values[name]]
    if missing:
        raise DomainError(_("Say %(what)s, so that the analysis is kept.") % {"what": ", ".join(missing)})
    for name, (label, most) in fields.items():
        if len(values[name]) > most:
            raise DomainError(
                _("%(what)s has at most %(most)s letters.") % {"what": label.capitalize(), "most": most}
            )
    department = told.get("department", "")
    if department not in AnalysisRecord.Department.values:
        raise DomainError(
            _("Say which department leads: %(choices)s.")
            % {"choices": ", ".join(AnalysisRecord.Department.values)}
        )
    with transaction.atomic():
        if AnalysisRecord.objects.filter(name=values["name"]).exists():
            raise DomainError(_("An analysis named %(name)s is kept already.") % {"name": values["name"]})
        record = AnalysisRecord.objects.create(
            question=question_of(code, given, actor=actor),
            department=department,
            created_at=clock.now(),
            created_by=actor.name,
            **values,
        )
        audit.record(actor, "kept", "analysis", record.pk, name=record.name, code=code)
    return record


def remove(record_id: int, *, actor: Actor) -> str:
    """Remove a record and return its name; the question and its answers stay. Raises NotFound."""
    with transaction.atomic():
        record = AnalysisRecord.objects.filter(pk=record_id).first()
        if record is None:
            raise NotFound(_("There is no kept analysis %(number)s.") % {"number": record_id})
        audit.record(actor, "removed", "analysis", record.pk, name=record.name)
        record.delete()
    return record.name
