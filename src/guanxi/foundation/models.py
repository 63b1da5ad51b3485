"""Jobs, audit, change rows, events and settings rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """A piece of long work, written in the caller's transaction, run under a lease, resumed after a crash."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    OPEN = (State.WAITING, State.RUNNING)

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    actor = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    step = models.CharField(max_length=100, blank=True)
    done_units = models.BigIntegerField(default=0)
    total_units = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_one_open_per_key",
            ),
        )
        indexes = (models.Index(fields=["state", "created_at"], name="job_state"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.state})"


class AuditEntry(models.Model):
    """One thing that somebody did; each entry's hash covers the one before it."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = (models.Index(fields=["object_kind", "object_id"], name="audit_object"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.verb} {self.object_kind} {self.object_id}"


class AuditHead(models.Model):
    """The hash of the last entry: without it nobody could tell that the newest entries were cut off."""

    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.hash


class AuditValues(models.Model):
    """The values behind an entry's digest; erasing them leaves the chain whole."""

    entry = models.OneToOneField(
        AuditEntry, on_delete=models.CASCADE, primary_key=True, related_name="values"
    )
    salt = models.CharField(max_length=32)
    body = models.JSONField()

    def __str__(self) -> str:
        return f"values of {self.entry_id}"


class ChangeRow(models.Model):
    """Says that rows of a dataset changed; the replica deletes it once it has followed."""

    dataset = models.CharField(max_length=40)
    import_id = models.BigIntegerField(null=True)
    row_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.dataset} import {self.import_id} row {self.row_id}"


class Event(models.Model):
    """Something that happened here that other systems may be told of; written with what it tells."""

    public_id = models.CharField(max_length=24, unique=True)
    type = models.CharField(max_length=40)
    data = models.JSONField()
    created_at = models.DateTimeField()
    announced = models.BooleanField(default=False)
    """Whether it is on its way to all who want it."""

    class Meta:
        indexes = (models.Index(fields=["id"], condition=Q(announced=False), name="event_to_announce"),)

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"


class Setting(models.Model):
    """A threshold, weight or policy that the business sets."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
