"""Reading interactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from guanxi.interactions.models import Interaction

SHOWN_INTERACTIONS = 10


def latest_interactions(party_ids: Sequence[int], most: int) -> QuerySet[Interaction]:
    """The latest visible interactions of source records, newest first."""
    visible = Interaction.objects.visible().filter(party__in=party_ids)
    return visible.order_by("-happened_at", "-id")[:most]


def interactions_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The latest visible interactions of source records, newest first (the first ten)."""
    return [
        {
            "interaction": f"{touch.source}:{touch.source_key}",
            "at": touch.happened_at.isoformat(),
            "business_date": touch.business_date.isoformat(),
            "channel": touch.channel,
            "direction": touch.direction,
            "employee": touch.employee,
            "summary": touch.summary,
            "outcome": touch.outcome,
            "feedback": touch.feedback_kind,
            "answered_on": touch.answered_on.isoformat() if touch.answered_on else None,
        }
        for touch in latest_interactions(party_ids, SHOWN_INTERACTIONS)
    ]
