"""Reading what customers bought, were billed and paid, what serving them cost, and what they may yet buy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum

from guanxi.commerce.models import InvoiceDetail, Opportunity, Order, Receipt, ServiceCost

SHOWN = 10


def latest_orders(party_ids: Sequence[int], most: int) -> QuerySet[Any]:
    """The latest visible orders of source records, newest first, with `line_count` and `amount` (of their lines).

    Only these are summed up: some customers have a hundred thousand.
    """
    visible = Order.objects.visible().filter(party__in=party_ids).order_by("-placed_at", "-id")
    latest = Order.objects.filter(pk__in=list(visible.values_list("pk", flat=True)[:most]))
    return latest.annotate(line_count=Count("lines"), amount=Sum("lines__amount")).order_by(
        "-placed_at", "-id"
    )


def latest_opportunities(party_ids: Sequence[int], most: int) -> QuerySet[Opportunity]:
    """The visible opportunities of source records that were opened last, newest first."""
    visible = Opportunity.objects.visible().filter(party__in=party_ids)
    return visible.order_by("-opened_on", "-id")[:most]


def latest_closed(party_ids: Sequence[int], most: int) -> QuerySet[Opportunity]:
    """The visible opportunities of source records that were won or lost last, newest first."""
    visible = Opportunity.objects.visible().filter(party__in=party_ids, closed_on__isnull=False)
    return visible.order_by("-closed_on", "-id")[:most]


def latest_invoices(party_ids: Sequence[int], most: int) -> QuerySet[InvoiceDetail]:
    """The latest visible invoices of source records, newest first."""
    visible = InvoiceDetail.objects.visible().filter(party__in=party_ids).select_related("invoice")
    return visible.order_by("-issued_on", "-id")[:most]


def latest_receipts(party_ids: Sequence[int], most: int) -> QuerySet[Receipt]:
    """The latest visible receipts of source records, newest first."""
    visible = Receipt.objects.visible().filter(party__in=party_ids)
    return visible.order_by("-received_on", "-id")[:most]


def latest_costs(party_ids: Sequence[int], most: int) -> QuerySet[ServiceCost]:
    """The latest visible costs of serving source records, newest first."""
    visible = ServiceCost.objects.visible().filter(party__in=party_ids)
    return visible.order_by("-booked_on", "-id")[:most]


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
        for order in latest_orders(party_ids, SHOWN)
    ]


def opportunities_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The latest visible opportunities of source records, newest first (the first ten)."""
    return [
        {
            "opportunity": str(chance),
            "name": chance.name,
            "opened_on": chance.opened_on.isoformat(),
            "closed_on": _day(chance.closed_on),
            "expected_amount_minor": chance.expected_amount,
            "currency": chance.currency,
            "outcome": chance.outcome,
        }
        for chance in latest_opportunities(party_ids, SHOWN)
    ]


def invoices_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The latest visible invoices of source records, newest first (the first ten)."""
    return [
        {
            "invoice": str(detail.invoice),
            "issued_on": detail.issued_on.isoformat(),
            "due_on": _day(detail.due_on),
            "amount_minor": detail.amount,
            "currency": detail.currency,
        }
        for detail in latest_invoices(party_ids, SHOWN)
    ]


def receipts_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The latest visible receipts of source records with what they paid, newest first (the first ten)."""
    return [
        {
            "receipt": str(receipt),
            "received_on": receipt.received_on.isoformat(),
            "amount_minor": receipt.amount,
            "currency": receipt.currency,
            "paid": ", ".join(sorted(str(part.invoice) for part in receipt.allocations.all())),
        }
        for receipt in latest_receipts(party_ids, SHOWN).prefetch_related("allocations__invoice")
    ]


def costs_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The latest visible costs of serving source records, newest first (the first ten)."""
    return [
        {
            "cost": str(cost),
            "booked_on": cost.booked_on.isoformat(),
            "kind": cost.kind,
            "amount_minor": cost.amount,
            "currency": cost.currency,
        }
        for cost in latest_costs(party_ids, SHOWN)
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
