"""Reading orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet, Sum

from guanxi.commerce.models import Order

SHOWN_ORDERS = 10


def latest_orders(party_ids: Sequence[int], most: int) -> QuerySet[Any]:
    """The latest visible orders of source records, newest first, with `line_count` and `amount` (of their lines).

    Only these are summed up: some customers have a hundred thousand.
    """
    visible = Order.objects.visible().filter(party__in=party_ids).order_by("-placed_at", "-id")
    latest = Order.objects.filter(pk__in=list(visible.values_list("pk", flat=True)[:most]))
    return latest.annotate(line_count=Count("lines"), amount=Sum("lines__amount")).order_by(
        "-placed_at", "-id"
    )


def orders_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The latest visible orders of source records, newest first (the first ten)."""
    return [
        {
            "order": f"{order.source}:{order.source_key}",
            "placed_at": order.placed_at.isoformat(),
            "business_date": order.business_date.isoformat(),
            "lines": order.line_count,
            "amount_minor": order.amount,
            "currency": order.currency,
            "store": order.store,
        }
        for order in latest_orders(party_ids, SHOWN_ORDERS)
    ]
