"""What the business calls the indicators, and which of them it offers: read wherever figures are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.foundation import audit
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.versions import require_unchanged, version_of
from guanxi.insight.catalogue import MEASURES, RENAMED, Renamed
from guanxi.insight.models import IndicatorName

KIND: Final = "indicator names"
MOST: Final = 80


def follow() -> None:
    """Take over the names that count now; whoever reads the published run does."""
    rows = IndicatorName.objects.all()
    found = {row.name: Renamed(row.label_en, row.label_zh, row.is_shown) for row in rows}
    RENAMED.clear()
    RENAMED.update(found)


def names() -> dict[str, dict[str, Any]]:
    """Every indicator with the names that count and whether it is offered."""
    follow()
    return {name: _said(name) for name in MEASURES}


def version() -> str:
    """The version of all names."""
    return version_of(names())


def save(changes: Mapping[str, Mapping[str, Any]], *, actor: Actor, seen: str) -> None:
    """Set label_en, label_zh and is_shown of indicators; one that is again as the library has it needs no row.

    Raises NotFound for an unknown indicator, DomainError for an empty name, ChangedMeanwhile where somebody else
    set names since.
    """
    with transaction.atomic():
        now = names()
        require_unchanged(KIND, "all", seen=seen, now=now)
        changed = {name: dict(said) for name, said in changes.items() if now.get(name) != said}
        for name, said in changed.items():
            _set(name, said)
        if changed:
            audit.record(actor, "set", KIND, "all", old={name: now[name] for name in changed}, new=changed)
    follow()


def _set(name: str, said: dict[str, Any]) -> None:
    measure = MEASURES.get(name)
    if measure is None:
        raise NotFound(_("There is no indicator %(name)s.") % {"name": name})
    labels = [said["label_en"].strip(), said["label_zh"].strip()]
    if not all(1 <= len(label) <= MOST for label in labels):
        raise DomainError(_("An indicator needs a name in both languages: %(name)s.") % {"name": name})
    if labels == [measure.label_en, measure.label_zh] and said["is_shown"]:
        IndicatorName.objects.filter(name=name).delete()
        return
    values = {"label_en": labels[0], "label_zh": labels[1], "is_shown": said["is_shown"]}
    IndicatorName.objects.update_or_create(name=name, defaults=values)


def _said(name: str) -> dict[str, Any]:
    renamed, measure = RENAMED.get(name), MEASURES[name]
    if renamed is None:
        return {"label_en": measure.label_en, "label_zh": measure.label_zh, "is_shown": True}
    return {"label_en": renamed.label_en, "label_zh": renamed.label_zh, "is_shown": renamed.is_shown}
