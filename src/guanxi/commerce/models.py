"""Products, orders and order lines; opportunities; invoices, receipts and what paid what; costs of serving."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guanxi.customers.models import ImportBatch, Party, Versioned, VersionedQuerySet, superseded_index


class Product(models.Model):
    """A thing that is sold, by the key of its source; what is known of it lies in ProductDetail."""

    source = models.CharField(max_length=60)
    source_key = models.CharField(max_length=120)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "source_key"], name="product_one_per_source_key"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"


class ProductDetail(Versioned):
    """What a source says of a product."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="details")
    name = models.CharField(max_length=300, blank=True)
    department = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=120, blank=True)
    brand = models.CharField(max_length=120, blank=True)
    unit_cost = models.BigIntegerField(null=True)

    objects = VersionedQuerySet.as_manager()
    version_key = ("product_id",)

    class Meta:
        indexes = (superseded_index("product_detail_superseded"),)

    def __str__(self) -> str:
        return self.name


class Order(Versioned):
    """One transaction. Its party is null where the source named no customer."""

    source = models.CharField(max_length=60)
    source_key = models.CharField(max_length=120)
    # Its index is that of the latest orders, below.
    party = models.ForeignKey(Party, models.PROTECT, null=True, db_index=False, related_name="orders")
    placed_at = models.DateTimeField()
    business_date = models.DateField()
    channel = models.CharField(max_length=60, blank=True)
    store = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)

    objects = VersionedQuerySet.as_manager()
    version_key = ("source", "source_key")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=Q(superseded_by=None),
                name="order_one_per_source_key",
            ),
        )
        indexes = (
            superseded_index("order_superseded"),
            models.Index(fields=["party", "-placed_at", "-id"], name="order_latest"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"


class OrderLine(models.Model):
    """One product on one order; it counts while its order counts. Money in minor units of the order's currency."""

    pk = models.CompositePrimaryKey("order_id", "position")
    order = models.ForeignKey(Order, models.PROTECT, db_index=False, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(
        Product, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    quantity = models.FloatField()
    amount = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    cost = models.BigIntegerField(null=True)
    is_return = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"line {self.position} of order {self.order_id}"


class Opportunity(Versioned):
    """A sale that may come: what it should bring, and whether it was won."""

    class Outcome(models.TextChoices):
        WON = "won"
        LOST = "lost"

    source = models.CharField(max_length=60)
    source_key = models.CharField(max_length=120)
    party = models.ForeignKey(Party, models.PROTECT, db_index=False, related_name="opportunities")
    name = models.CharField(max_length=300, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    expected_amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    outcome = models.CharField(max_length=4, choices=Outcome, blank=True)
    """Empty while it is open."""

    objects = VersionedQuerySet.as_manager()
    version_key = ("source", "source_key")

    class Meta:
        verbose_name_plural = "opportunities"
        constraints = (
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=Q(superseded_by=None),
                name="opportunity_one_per_source_key",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", closed_on=None)
                | Q(outcome__in=["won", "lost"], closed_on__gte=models.F("opened_on")),
                name="opportunity_closed_with_outcome",
            ),
        )
        indexes = (
            superseded_index("opportunity_superseded"),
            models.Index(fields=["party", "-opened_on", "-id"], name="opportunity_latest"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"


class Invoice(models.Model):
    """A bill by the key of its source, so that a receipt can pay it; what is known of it lies in InvoiceDetail."""

    source = models.CharField(max_length=60)
    source_key = models.CharField(max_length=120)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "source_key"], name="invoice_one_per_source_key"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"


class InvoiceDetail(Versioned):
    """What a source says of an invoice. An invoice that only a receipt names has none, and counts nowhere."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="details")
    party = models.ForeignKey(Party, models.PROTECT, db_index=False, related_name="invoices")
    issued_on = models.DateField()
    due_on = models.DateField(null=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    objects = VersionedQuerySet.as_manager()
    version_key = ("invoice_id",)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_above_zero"),)
        indexes = (
            superseded_index("invoice_detail_superseded"),
            models.Index(fields=["party", "-issued_on", "-id"], name="invoice_latest"),
        )

    def __str__(self) -> str:
        return f"invoice {self.invoice_id}"


class Receipt(Versioned):
    """Money that came in from a customer."""

    source = models.CharField(max_length=60)
    source_key = models.CharField(max_length=120)
    party = models.ForeignKey(Party, models.PROTECT, db_index=False, related_name="receipts")
    received_on = models.DateField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    objects = VersionedQuerySet.as_manager()
    version_key = ("source", "source_key")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=Q(superseded_by=None),
                name="receipt_one_per_source_key",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_above_zero"),
        )
        indexes = (
            superseded_index("receipt_superseded"),
            models.Index(fields=["party", "-received_on", "-id"], name="receipt_latest"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"


class Allocation(models.Model):
    """How much of a receipt paid which invoice; it counts while its receipt counts. What is left over has none."""

    pk = models.CompositePrimaryKey("receipt_id", "invoice_id")
    receipt = models.ForeignKey(Receipt, models.PROTECT, db_index=False, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    amount = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_above_zero"),)

    def __str__(self) -> str:
        return f"receipt {self.receipt_id} for invoice {self.invoice_id}"


class ServiceCost(Versioned):
    """What serving a customer cost us, booked by kind; below zero where a booking was corrected."""

    source = models.CharField(max_length=60)
    source_key = models.CharField(max_length=120)
    party = models.ForeignKey(Party, models.PROTECT, db_index=False, related_name="service_costs")
    booked_on = models.DateField()
    kind = models.CharField(max_length=40)
    """service, contact, delivery, discount or another word."""
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    objects = VersionedQuerySet.as_manager()
    version_key = ("source", "source_key")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=Q(superseded_by=None),
                name="service_cost_one_per_source_key",
            ),
        )
        indexes = (
            superseded_index("service_cost_superseded"),
            models.Index(fields=["party", "-booked_on", "-id"], name="service_cost_latest"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.source_key}"
