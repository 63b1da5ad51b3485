"""Parties, facts, contact points, consent, links, and the imports that brought them."""

from __future__ import annotations

from typing import ClassVar, Final, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Right

TAIL: Final = 4
"""So many last digits of a number must be known to find it."""


class ImportBatch(models.Model):
    """One file on its way in. Rows point at their batch; one flip of its state shows or hides them all."""

    class State(models.TextChoices):
        WORKING = "working"
        PUBLISHED = "published"
        UNDOING = "undoing"
        UNDONE = "undone"
        FAILED = "failed"

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=255)
    file_path = models.TextField()
    file_sha256 = models.CharField(max_length=64)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WORKING)
    lane = models.CharField(max_length=10, null=True, unique=True)  # noqa: DJ001 - NULL lets finished ones be many
    rows_read = models.BigIntegerField(default=0)
    rows_good = models.BigIntegerField(default=0)
    rows_bad = models.BigIntegerField(default=0)
    notes = models.JSONField(default=dict)
    staged = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    published_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"import {self.pk} of {self.file_name} ({self.state})"


Row = TypeVar("Row", bound="Versioned", covariant=True)


class VersionedQuerySet(models.QuerySet[Row]):
    """Rows that came in by imports, of which a published import may have replaced some."""

    def visible(self) -> Self:
        """The rows that count: theirs is published, and nothing published replaced them."""
        published = ImportBatch.State.PUBLISHED
        return self.filter(
            Q(batch=None) | Q(batch__state=published),
            Q(superseded_by=None) | ~Q(superseded_by__state=published),
        )


class Versioned(models.Model):
    """A row that an import may bring, replace and take back."""

    # Without indexes: undoing finds its rows by their reserved range of ids.
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+")
    superseded_by = models.ForeignKey(
        ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+"
    )

    version_key: ClassVar[tuple[str, ...]]
    """The columns that two versions of one row share."""

    class Meta:
        abstract = True


def superseded_index(name: str) -> models.Index:
    """The small index by which undoing finds what a batch replaced."""
    return models.Index(fields=["superseded_by"], condition=Q(superseded_by__isnull=False), name=name)


class Party(models.Model):
    """A person, organisation or household as one source knows it. PartyLink says which are the same customer."""

    class Kind(models.TextChoices):
        PERSON = "person"
        ORGANISATION = "organisation"
        HOUSEHOLD = "household"

    public_id = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PERSON)
    source = models.CharField(max_length=60)
    source_key = models.CharField(max_length=120)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "parties"
        constraints = (
            models.UniqueConstraint(fields=["source", "source_key"], name="party_one_per_source_key"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"


class PartyLink(models.Model):
    """Says that a party is the same customer as another; removing the link un-merges them."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="link")
    survivor = models.ForeignKey(Party, models.PROTECT, related_name="merged_links")
    reason = models.CharField(max_length=200)
    linked_by = models.CharField(max_length=100)
    linked_at = models.DateTimeField()
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(party=models.F("survivor")), name="party_link_to_another"),
        )

    def __str__(self) -> str:
        return f"{self.party_id} is {self.survivor_id}: {self.reason}"


class Attribute(models.Model):
    """One thing that can be known of a customer: a row of the catalogue, not a column of a table."""

    class DataType(models.TextChoices):
        TEXT = "text"
        NUMBER = "number"
        DATE = "date"
        FLAG = "flag"

    code = models.CharField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    group = models.CharField(max_length=40, default="imported")
    datatype = models.CharField(max_length=6, choices=DataType, default=DataType.TEXT)
    identifying = models.BooleanField(default=False)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+")
    """The import that brought it, where one did."""

    def __str__(self) -> str:
        return self.code


class Fact(Versioned):
    """One attribute value of a party: from which source, as of which date, stated or inferred."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="facts")
    # Without a constraint: the database would search all facts for every attribute that goes.
    attribute = models.ForeignKey(
        Attribute, models.PROTECT, db_index=False, db_constraint=False, related_name="facts"
    )
    value_text = models.TextField()
    value_number = models.FloatField(null=True)
    source = models.CharField(max_length=60)
    observed_on = models.DateField()
    inferred = models.BooleanField(default=False)

    objects = VersionedQuerySet.as_manager()
    version_key = ("party_id", "attribute_id", "source")

    class Meta:
        indexes = (superseded_index("fact_superseded"),)

    def __str__(self) -> str:
        return f"{self.attribute_id} = {self.value_text}"


class NameToken(models.Model):
    """One way to write a name, by which its customer is found (`customers.names`); it comes and goes with its fact."""

    token = models.CharField(max_length=60)
    # Without constraints and indexes of their own: there are many, and undoing finds them by their range of ids.
    fact = models.ForeignKey(Fact, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+")
    batch = models.ForeignKey(
        ImportBatch, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )

    class Meta:
        indexes = (
            # Holds all that tells a token that counts from one that does not: those of an import under way are many.
            models.Index(
                fields=["token", "-fact", "batch"],
                opclasses=["varchar_pattern_ops", "int8_ops", "int8_ops"],
                name="name_token",
            ),
        )

    def __str__(self) -> str:
        return self.token


class NamePlace(models.Model):
    """Where a name stands in a list of names (`customers.names.sort_key`); it comes and goes with its fact."""

    key = models.CharField(max_length=130)
    # Without constraints and indexes: the engine reads all of them at once, and undoing finds them by their ids.
    fact = models.ForeignKey(Fact, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+")
    batch = models.ForeignKey(
        ImportBatch, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )

    def __str__(self) -> str:
        return self.key


class ContactPoint(Versioned):
    """An address of a party on a channel, normalised."""

    class Kind(models.TextChoices):
        EMAIL = "email"
        MOBILE = "mobile"

    party = models.ForeignKey(Party, models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.CharField(max_length=254)

    objects = VersionedQuerySet.as_manager()
    version_key = ("party_id", "kind")

    class Meta:
        indexes = (
            superseded_index("contact_point_superseded"),
            # Found as a whole, by its beginning, and a number by its last digits.
            models.Index(
                fields=["value", "kind"],
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops"],
                name="contact_point_value",
            ),
            models.Index(Right("value", TAIL), condition=Q(kind="mobile"), name="contact_point_tail"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Consent(Versioned):
    """Whether a party agreed to be contacted on a channel; the latest record counts."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="consents")
    channel = models.CharField(max_length=12)
    granted = models.BooleanField()
    source = models.CharField(max_length=60)
    recorded_on = models.DateField()

    objects = VersionedQuerySet.as_manager()
    version_key = ("party_id", "channel", "source")

    class Meta:
        indexes = (superseded_index("consent_superseded"),)

    def __str__(self) -> str:
        return f"{self.channel}: {'granted' if self.granted else 'refused'}"


class Assignment(models.Model):
    """Who looks after a customer; whom nobody looks after is in the public pool (公海), seen by everybody."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="assignment")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="assignments")
    assigned_by = models.CharField(max_length=100)
    assigned_at = models.DateTimeField()
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+")
    """The import that said so; none where somebody did."""

    def __str__(self) -> str:
        return f"{self.party_id} is looked after by {self.owner_id}"


class Handover(models.Model):
    """That an import gave a customer to somebody, and what was so before: it comes back when the import is undone."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="handovers")
    batch = models.ForeignKey(ImportBatch, models.PROTECT, db_index=False, related_name="+")
    # Without constraints: these rows only remember, and are deleted with their import.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    before_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    before_by = models.CharField(max_length=100, blank=True)
    before_at = models.DateTimeField(null=True)
    """Null where nobody had ever said who looks after the customer."""
    before_batch = models.ForeignKey(
        ImportBatch, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.party_id} was given to {self.owner_id} by import {self.batch_id}"
