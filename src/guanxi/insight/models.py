"""What insight publishes: one wide row per customer and run, and the history of class moves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guanxi.customers.models import Party


class ReplicaTable(models.Model):
    """Which version of a table of the columnar copy is current."""

    dataset = models.CharField(max_length=40, primary_key=True)
    version = models.BigIntegerField()
    rows = models.BigIntegerField(default=0)
    definition = models.CharField(max_length=64, default="")
    """Of which definition of the dataset it is the copy (`Dataset.definition`)."""
    synced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.dataset} version {self.version}"


class InsightRun(models.Model):
    """One refresh: as of which date, under which assumptions, by which models. One is published at a time."""

    class State(models.TextChoices):
        BUILDING = "building"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"

    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.BUILDING)
    assumptions = models.JSONField(default=dict)
    thresholds = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    lifetime_card = models.JSONField(default=dict)
    baseline = models.JSONField(default=dict)
    """What the customers looked like to the models that were fitted: shares in bins of each measure (ANA-64)."""
    replica_version = models.BigIntegerField(default=0)
    customers = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    """When it began: what came in later it may not know."""
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="published"), name="insight_one_published"
            ),
        )

    def __str__(self) -> str:
        return f"insight run {self.pk} as of {self.as_of} ({self.state})"


class CustomerInsight(models.Model):
    """All measures of one customer, side by side. Money in minor units; null where undefined, never zero."""

    pk = models.CompositePrimaryKey("party_id", "run_id")
    run = models.ForeignKey(
        InsightRun, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    # A derived row must not hold back the undoing of an import, and is rewritten by every refresh.
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    transaction_count = models.BigIntegerField()
    sales_amount = models.BigIntegerField()
    profit_amount = models.BigIntegerField()
    gross_margin_rate = models.FloatField(null=True)
    average_transaction_amount = models.FloatField(null=True)
    largest_transaction_amount = models.BigIntegerField(null=True)
    return_amount = models.BigIntegerField()
    return_count = models.BigIntegerField()
    tenure_days = models.IntegerField(null=True)
    average_cycle_days = models.FloatField(null=True)
    recency_days = models.IntegerField(null=True)
    product_count = models.BigIntegerField()
    discount_amount = models.BigIntegerField()
    recent_sales = models.BigIntegerField(null=True)
    earlier_sales = models.BigIntegerField(null=True)
    sales_change = models.FloatField(null=True)
    sales_decile = models.IntegerField()
    profit_decile = models.IntegerField()
    bill_band = models.IntegerField(null=True)
    p_alive = models.FloatField(null=True)
    expected_purchases = models.FloatField(null=True)
    expected_spend = models.FloatField(null=True)
    lifetime_value = models.FloatField(null=True)
    cost_to_serve = models.FloatField()
    contribution = models.FloatField(null=True)
    value_layer = models.IntegerField(null=True)
    potential_layer = models.IntegerField(null=True)
    tier = models.CharField(max_length=12)
    tier_rule = models.IntegerField()
    tier_since = models.DateField()

    def __str__(self) -> str:
        return f"insight of {self.party_id} in run {self.run_id}"


class ClassMove(models.Model):
    """A customer's move from one class of a scheme to another, with the rule that fired."""

    run = models.ForeignKey(InsightRun, models.CASCADE, related_name="moves")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, related_name="+")
    scheme = models.CharField(max_length=40)
    from_class = models.CharField(max_length=12, blank=True)
    to_class = models.CharField(max_length=12, blank=True)
    rule = models.IntegerField(null=True)
    inputs = models.JSONField(default=dict)
    moved_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.party_id}: {self.from_class} to {self.to_class}"


class AnalysisQuestion(models.Model):
    """An analysis with the values of its parameters, as somebody asked it; the same is asked again of later figures."""

    digest = models.CharField(max_length=16, unique=True)
    code = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    members = models.CharField(max_length=6, blank=True)
    """The kind of what it says of each customer; empty where it says nothing of each."""
    label_en = models.CharField(max_length=200)
    label_zh = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.code} {self.digest}"


class AnalysisAnswer(models.Model):
    """What a run's figures answer to a question."""

    question = models.ForeignKey(AnalysisQuestion, models.CASCADE, related_name="answers")
    run = models.ForeignKey(InsightRun, models.CASCADE, related_name="answers")
    raw = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["question", "run"], name="analysis_answered_once_per_run"),
        )

    def __str__(self) -> str:
        return f"answer to {self.question_id} by run {self.run_id}"


class AnalysisRecord(models.Model):
    """A question kept under a name: for which business goal, who answers for it, and what is to follow (ANA-67)."""

    class Department(models.TextChoices):
        MARKETING = "marketing"
        SERVICE = "service"
        SALES = "sales"

    question = models.ForeignKey(AnalysisQuestion, models.PROTECT, related_name="records")
    name = models.CharField(max_length=120, unique=True)
    goal = models.CharField(max_length=500)
    department = models.CharField(max_length=10, choices=Department)
    owner = models.CharField(max_length=200)
    action = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class EditedScheme(models.Model):
    """A scheme of classes as the business edited it; those that nobody edited are the library's own."""

    code = models.CharField(max_length=40, primary_key=True)
    document = models.JSONField()
    """What `customer_insight.schemes.parse_scheme` reads."""
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class ScoringTable(models.Model):
    """Candidates scored on criteria, such as customers who may become key accounts (ANA-22)."""

    name = models.CharField(max_length=120, unique=True)
    criteria = models.JSONField(default=list)
    """Objects of name and weight, in their order."""
    scores = models.JSONField(default=dict)
    """Number of a customer to criterion to 1, 3, 5, 7 or 9; a candidate who is not scored yet has none."""
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class IndicatorName(models.Model):
    """What the business calls an indicator, and whether it is offered; the others are called as the library does."""

    name = models.CharField(max_length=60, primary_key=True)
    label_en = models.CharField(max_length=80)
    label_zh = models.CharField(max_length=80)
    is_shown = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class DeclineReason(models.Model):
    """Why a customer buys less or left, as somebody who knows the customer coded it: one of three causes (LIFE-05)."""

    class Cause(models.TextChoices):
        PRODUCT = "product or service"
        """What we sell, or how we serve, was not good enough."""
        COMPETITOR = "competitor's offer"
        CIRCUMSTANCES = "own circumstances"
        """The customer moved, closed, grew out of it."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="decline_reasons")
    as_of = models.DateField()
    """The date of the figures in which the customer declined."""
    cause = models.CharField(max_length=20, choices=Cause)
    note = models.CharField(max_length=500, blank=True)
    coded_at = models.DateTimeField()
    coded_by = models.CharField(max_length=100)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(cause__in=["product or service", "competitor's offer", "own circumstances"]),
                name="insight_decline_cause",
            ),
        )

    def __str__(self) -> str:
        return f"{self.party_id}: {self.cause}"
