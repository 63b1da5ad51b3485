"""One touch in or out, with what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customer_insight.inputs.contact import FEEDBACK_KINDS
from guanxi.customers.models import Party, Versioned, VersionedQuerySet, superseded_index


class Interaction(Versioned):
    """A call, visit, letter or message between a customer and us. `summary` and `employee` never leave the truth."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    source = models.CharField(max_length=60)
    source_key = models.CharField(max_length=120)
    party = models.ForeignKey(Party, models.PROTECT, db_index=False, related_name="interactions")
    happened_at = models.DateTimeField()
    business_date = models.DateField()
    channel = models.CharField(max_length=60, blank=True)
    direction = models.CharField(max_length=3, choices=Direction)
    employee = models.CharField(max_length=300, blank=True)
    """As the source calls them."""
    summary = models.TextField(blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    feedback_kind = models.CharField(
        max_length=10, blank=True, choices=[(kind, kind) for kind in FEEDBACK_KINDS]
    )
    answered_on = models.DateField(null=True)
    """The day on which what the customer said was answered."""

    objects = VersionedQuerySet.as_manager()
    version_key = ("source", "source_key")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=Q(superseded_by=None),
                name="interaction_one_per_source_key",
            ),
            models.CheckConstraint(condition=Q(direction__in=["in", "out"]), name="interaction_in_or_out"),
        )
        indexes = (
            superseded_index("interaction_superseded"),
            models.Index(fields=["party", "-happened_at", "-id"], name="interaction_latest"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"
