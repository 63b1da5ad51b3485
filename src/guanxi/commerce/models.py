"""Products, orders and order lines."""

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
