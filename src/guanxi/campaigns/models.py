"""Campaigns, who is in them, and who responded."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guanxi.customers.models import ImportBatch, Party, Versioned, VersionedQuerySet, superseded_index
from guanxi.insight.models import InsightRun


class Campaign(models.Model):
    """One marketing battle: planned, launched, measured, closed with a lesson; or imported from elsewhere."""

    class Goal(models.TextChoices):
        ACQUISITION = "acquisition"
        LOYALTY = "loyalty"
        SHARE_OF_CUSTOMER = "share_of_customer"
        RETURN = "return"

    class State(models.TextChoices):
        PLANNED = "planned"
        LAUNCHING = "launching"
        RUNNING = "running"
        PAUSED = "paused"
        STOPPED = "stopped"
        IMPORTED = "imported"
        CLOSED = "closed"

    code = models.CharField(max_length=190, unique=True)
    source = models.CharField(max_length=60, blank=True)
    source_key = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    goal = models.CharField(max_length=20, choices=Goal, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    channel = models.CharField(max_length=12)
    initiator = models.CharField(max_length=10, default="outbound")
    interactivity = models.CharField(max_length=12, default="passive")
    plan = models.JSONField(default=dict)
    estimate = models.JSONField(default=dict)
    salt = models.CharField(max_length=60, blank=True)
    starts_at = models.DateTimeField(null=True)
    measure_from = models.DateField(null=True)
    measure_until = models.DateField(null=True)
    fixed_cost = models.BigIntegerField(default=0)
    insight_run = models.ForeignKey(InsightRun, models.PROTECT, null=True, related_name="campaigns")
    launched_up_to = models.BigIntegerField(default=0)
    """Internal id of the last customer that the launch decided about."""
    results = models.JSONField(default=dict)
    measured_at = models.DateTimeField(null=True)
    analysis = models.TextField(blank=True)
    lesson = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "source_key"], name="campaign_one_per_source_key"),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | (~Q(lesson="") & ~Q(analysis="") & Q(measured_at__isnull=False)),
                name="campaign_closed_with_results_and_lesson",
            ),
            # Ours have no source; each names the analysis that it was planned on (CAMP-08).
            models.CheckConstraint(
                condition=~Q(source="") | Q(insight_run__isnull=False), name="campaign_planned_on_an_analysis"
            ),
        )

    def __str__(self) -> str:
        return self.code


class CampaignDraft(models.Model):
    """A plan that is being written, complete or not; `document` is what planning takes, wrong values as typed."""

    document = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    """Rises with every change, so that two who write at once notice each other."""
    changes = models.JSONField(default=dict)
    """Field → version, who, page and instant of its last change."""
    estimate = models.JSONField(default=dict)
    estimated = models.CharField(max_length=64, blank=True)
    """Digest of what the estimate rests on; another digest means that it is older than the document."""
    campaign = models.OneToOneField(Campaign, models.CASCADE, null=True, related_name="draft")
    """The planned campaign that this changes; None for a new one."""
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Member(Versioned):
    """A customer that a campaign chose: contacted, held out, or held back, and why.

    The reasons are those of the gate, and `merged`: the record became part of another customer after the figures that
    chose it were made.
    """

    class Role(models.TextChoices):
        TARGET = "target"
        CONTROL = "control"
        HOLDOUT = "holdout"
        SUPPRESSED = "suppressed"

    campaign = models.ForeignKey(Campaign, models.PROTECT, db_index=False, related_name="members")
    party = models.ForeignKey(Party, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    cell = models.CharField(max_length=40)
    reason = models.CharField(max_length=20, blank=True)

    objects = VersionedQuerySet.as_manager()
    version_key = ("campaign_id", "party_id")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["campaign", "party"], condition=Q(superseded_by=None), name="member_once_per_campaign"
            ),
        )
        indexes = (
            superseded_index("member_superseded"),
            models.Index(fields=["campaign", "role"], name="member_by_role"),
        )

    def __str__(self) -> str:
        return f"{self.party_id} in {self.campaign_id}: {self.role} {self.cell}"


class Response(Versioned):
    """A recorded response of a customer to a campaign, such as a redeemed coupon."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="responses")
    party = models.ForeignKey(Party, models.PROTECT, related_name="responses")
    responded_at = models.DateTimeField()
    reference = models.CharField(max_length=120, blank=True)
    value = models.BigIntegerField(null=True)

    objects = VersionedQuerySet.as_manager()
    version_key = ("campaign_id", "party_id", "responded_at", "reference")

    class Meta:
        indexes = (superseded_index("response_superseded"),)

    def __str__(self) -> str:
        return f"{self.party_id} responded to {self.campaign_id}"
