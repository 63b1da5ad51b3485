"""Scoring tables: criteria with weights, candidates scored on 1, 3, 5, 7, 9, and who reaches the mean of totals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
from django.db import transaction
from django.utils.translation import gettext as _

from customer_insight.scoring import STEPS, score_candidates
from guanxi.customers.queries import customer_of, seen_customer
from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.versions import require_unchanged, version_of
from guanxi.insight.models import ScoringTable
from guanxi.staff.visibility import Sees

KIND: Final = "scoring table"
MOST_CRITERIA: Final = 20
MOST_CANDIDATES: Final = 200
Scores = dict[str, dict[str, int]]


def table_of(table_id: int) -> ScoringTable:
    """A table. Raises NotFound."""
    found = ScoringTable.objects.filter(pk=table_id).first()
    if found is None:
        raise NotFound(_("There is no scoring table %(number)s.") % {"number": table_id})
    return found


def version(table: ScoringTable) -> str:
    """The version of what a table holds."""
    return version_of([table.criteria, table.scores])


def read_criteria(text: str) -> list[dict[str, Any]]:
    """Criteria as they are typed: one a line, with its weight behind =, or of weight 1.

    Raises DomainError for none, too many, one that is named twice, and a weight that is no number above 0.

    >>> read_criteria("Relation = 2\\nPolicy")
    [{'name': 'Relation', 'weight': 2.0}, {'name': 'Policy', 'weight': 1.0}]
    """
    found = [_criterion(line) for line in text.splitlines() if line.strip()]
    names = [each["name"] for each in found]
    if not 1 <= len(found) <= MOST_CRITERIA:
        raise DomainError(_("Name 1 to %(most)s criteria, one a line.") % {"most": MOST_CRITERIA})
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise DomainError(_("The criterion %(name)s stands there twice.") % {"name": doubled[0]})
    return found


def _criterion(line: str) -> dict[str, Any]:
    name, equals, typed = (part.strip() for part in line.replace("＝", "=").partition("="))
    try:
        weight = float(typed) if equals else 1.0
    except ValueError:
        weight = 0.0
    if not name or len(name) > 80 or not 0 < weight <= 100:
        raise DomainError(
            _("“%(line)s” is no criterion: a name, and where it counts more a weight such as = 2.")
            % {"line": line.strip()}
        )
    return {"name": name, "weight": weight}


def create(name: str, criteria: str, *, actor: Actor) -> ScoringTable:
    """Begin a table. Raises DomainError for a name that is missing, too long or taken, and for bad criteria."""
    name = name.strip()
    if not name or len(name) > 120:
        raise DomainError(_("Give the table a name of at most 120 letters."))
    with transaction.atomic():
        if ScoringTable.objects.filter(name=name).exists():
            raise DomainError(_("A table named %(name)s is there already.") % {"name": name})
        table = ScoringTable.objects.create(
            name=name, criteria=read_criteria(criteria), scores={}, changed_at=clock.now()
        )
        audit.record(actor, "created", KIND, table.pk, name=name, criteria=table.criteria)
    return table


def candidates_of(text: str, sees: Sees) -> list[int]:
    """The customers that typed references mean. Raises NotFound naming one that is not there or not to be seen."""
    found = [part.strip() for part in re.split(r"[,，、;；\s]+", text) if part.strip()]
    return [customer_of(seen_customer(reference, sees)).pk for reference in found]


def save(
    table_id: int, changes: Mapping[str, Mapping[str, int] | None], *, actor: Actor, seen: str
) -> ScoringTable:
    """Set the scores of candidates; None removes one, what is not named stays.

    Raises DomainError for a score off the steps, ChangedMeanwhile where the table is another by now.
    """
    with transaction.atomic():
        table = table_of(table_id)
        require_unchanged(KIND, table.pk, seen=seen, now=[table.criteria, table.scores])
        known = {each["name"] for each in table.criteria}
        scores: Scores = dict(table.scores)
        for customer, given in changes.items():
            if given is None:
                scores.pop(customer, None)
                continue
            if not set(given) <= known or not set(given.values()) <= set(STEPS):
                raise DomainError(_("Scores are 1, 3, 5, 7 or 9."))
            scores[customer] = dict(given)
        if len(scores) > MOST_CANDIDATES:
            raise DomainError(_("A table has at most %(most)s candidates.") % {"most": MOST_CANDIDATES})
        audit.record(actor, "set", KIND, table.pk, old=table.scores, new=scores)
        table.scores, table.changed_at = scores, clock.now()
        table.save()
    return table


def remove(table_id: int, *, actor: Actor) -> str:
    """Remove a table and return its name; what it held stays in the audit."""
    with transaction.atomic():
        table = table_of(table_id)
        audit.record(
            actor, "removed", KIND, table.pk, name=table.name, criteria=table.criteria, scores=table.scores
        )
        table.delete()
    return table.name


def results(table: ScoringTable) -> dict[int, dict[str, Any]]:
    """By customer: total, mean of all totals, star and rank (ANA-22, ANA-23); those without a score have none."""
    rows = [
        {"customer_id": int(customer), "criterion": name, "score": score}
        for customer, given in table.scores.items()
        for name, score in given.items()
    ]
    if not rows:
        return {}
    scored = {row["criterion"] for row in rows}
    weights = {each["name"]: each["weight"] for each in table.criteria if each["name"] in scored}
    found = score_candidates(pa.Table.from_pylist(rows), weights=weights).to_pylist()
    return {row["customer_id"]: row for row in found}
