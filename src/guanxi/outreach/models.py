"""The send ledger, what is sent, what was held back and why, and which links customers followed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guanxi.customers.models import Party, Versioned, VersionedQuerySet, superseded_index


class Dispatch(models.Model):
    """Whether the contacts of a campaign may go out now; the room above writes it through our services."""

    class State(models.TextChoices):
        PREPARING = "preparing"
        RUNNING = "running"
        PAUSED = "paused"
        STOPPED = "stopped"
        FINISHED = "finished"

    campaign_id = models.BigIntegerField(primary_key=True)
    code = models.CharField(max_length=190, blank=True, db_default="")
    """What the room above calls the campaign; other systems are told of it by this."""
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)

    def __str__(self) -> str:
        return f"dispatch of campaign {self.campaign_id} ({self.state})"


class Message(models.Model):
    """What a cell of a campaign says in a language; $name stands for the customer's name."""

    campaign_id = models.BigIntegerField()
    cell = models.CharField(max_length=40)
    language = models.CharField(max_length=40, blank=True, db_default="")
    """The tag of its language; empty where the plan does not say."""
    stands_for_others = models.BooleanField(db_default=True)
    """Whether it goes to those whose language is not known, or in which nothing is written."""
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["campaign_id", "cell", "language"], name="message_one_per_cell_and_language"
            ),
        )

    def __str__(self) -> str:
        return self.subject


class Link(models.Model):
    """An address to which the letters of a campaign may lead."""

    campaign_id = models.BigIntegerField()
    name = models.CharField(max_length=40)
    address = models.CharField(max_length=2000)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["campaign_id", "name"], name="link_one_per_name"),)

    def __str__(self) -> str:
        return f"{self.name}: {self.address}"


class Contact(Versioned):
    """One ledger row per campaign, step and customer: our own sends, and contacts that were imported."""

    class State(models.TextChoices):
        PLANNED = "planned"
        CLAIMED = "claimed"
        HANDED_OVER = "handed_over"
        DELIVERED = "delivered"
        FAILED = "failed"
        UNKNOWN = "unknown"
        CANCELLED = "cancelled"

    campaign_id = models.BigIntegerField()
    step = models.PositiveIntegerField(default=1)
    party = models.ForeignKey(Party, models.PROTECT, related_name="contacts")
    cell = models.CharField(max_length=40)
    channel = models.CharField(max_length=12)
    address = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=11, choices=State, default=State.PLANNED)
    due_at = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True)
    """When it counted as a contact: when it was handed over, or what the imported file says."""
    finished_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=60, blank=True)
    line = models.PositiveIntegerField(null=True)
    """Which connection of the worker has it."""
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How often the channel asked us to come again later."""
    cost = models.BigIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    objects = VersionedQuerySet.as_manager()
    version_key = ("campaign_id", "step", "party_id")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["campaign_id", "step", "party"],
                condition=Q(superseded_by=None),
                name="contact_once_per_step",
            ),
            # The promise itself: a crash leaves at most one unknown per connection.
            models.UniqueConstraint(
                fields=["worker", "line"],
                condition=Q(state="handed_over"),
                name="contact_one_in_hand_per_line",
            ),
        )
        indexes = (
            superseded_index("contact_superseded"),
            # Claims read a campaign's planned rows by due date; counts find all they need in the index.
            models.Index(
                fields=["campaign_id", "state", "due_at", "batch", "superseded_by"],
                name="contact_by_campaign",
            ),
            models.Index(
                fields=["worker"], condition=Q(state__in=["claimed", "handed_over"]), name="contact_of_worker"
            ),
        )

    def __str__(self) -> str:
        return f"contact of {self.party_id} by campaign {self.campaign_id} ({self.state})"


class Suppression(models.Model):
    """A contact that was not made, and why."""

    campaign_id = models.BigIntegerField()
    step = models.PositiveIntegerField(default=1)
    party = models.ForeignKey(Party, models.PROTECT, related_name="suppressions")
    reason = models.CharField(max_length=20)
    detail = models.CharField(max_length=200)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["campaign_id", "step", "party"], name="suppression_once_per_step"
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


class Click(models.Model):
    """A customer followed a link of a letter: when first and last, and how often."""

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="clicks")
    link = models.ForeignKey(Link, models.PROTECT, related_name="clicks")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["contact", "link"], name="click_once_per_link"),)

    def __str__(self) -> str:
        return f"contact {self.contact_id} followed {self.link_id} {self.count} times"


class DeliveryWorker(models.Model):
    """A process that delivers; when its lease runs out, what it had handed over is unknown for ever."""

    name = models.CharField(max_length=60, primary_key=True)
    started_at = models.DateTimeField()
    lease_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
