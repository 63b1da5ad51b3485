"""Who is told of events, what is on its way to them, and every attempt."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guanxi.foundation.models import Event


class Endpoint(models.Model):
    """A receiver that somebody set up, and how it has been doing."""

    address = models.CharField(max_length=2000)
    secret = models.CharField(max_length=60)
    """What its deliveries are signed with, as it is: a digest of it could sign nothing."""
    events = models.JSONField(default=list)
    """The types it wants; all of them for an empty list."""
    is_active = models.BooleanField(default=True)
    switched_off_at = models.DateTimeField(null=True)
    """When it was switched off for having failed too long."""
    failures = models.PositiveIntegerField(default=0)
    """Attempts in a row that failed."""
    failing_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    """Nothing is sent before: what did not answer a moment ago is not asked for every event again."""
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["address"], name="endpoint_one_per_address"),)

    def __str__(self) -> str:
        return self.address


class Delivery(models.Model):
    """One event on its way to one endpoint."""

    class State(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    since = models.DateTimeField()
    """Since when it is tried: from here the day counts after which it is given up."""
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    """Until when the worker that has it may be believed to be alive."""

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = (models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_one_per_event"),)
        indexes = (
            models.Index(fields=["endpoint", "due_at"], condition=Q(state="pending"), name="delivery_due"),
        )

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id} ({self.state})"


class Attempt(models.Model):
    """One call and what came of it; what the receiver said beyond its status is not kept."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True)
    """Why no answer came."""

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.status or self.error}"
