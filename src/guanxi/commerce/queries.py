"""Reading orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Sum

from guanxi.commerce.models import Order

SHOWN_ORDERS = 10


def orders_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The latest visible orders of source records, newest first (the first ten)."""
    orders = (
        Order.objects.visible()
        .filter(party__in=party_ids)
        .annotate(line_count=Count("lines"), amount=Sum("lines__amount"))
        .order_by("-placed_at", "-id")[:SHOWN_ORDERS]
    )
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
        for order in orders
    ]
