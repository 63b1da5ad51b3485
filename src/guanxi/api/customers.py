"""Customers and what is known of them: `/customers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Router

from guanxi.api.callers import Call
from guanxi.api.operations import operation
from guanxi.api.schemas import CustomerPage, Limit, Offset, Profile, PublicId, Row, Timeline, Worth
from guanxi.customers.models import Party
from guanxi.customers.queries import parties_of, profile, seen_customer
from guanxi.customers.services import reveal_addresses
from guanxi.desk.customers import filters
from guanxi.desk.customers.listing import (
    imported_customers,
    imported_page,
    measured_page,
    names_of,
    read_place,
    read_sort,
)
from guanxi.desk.customers.profile import shown_facts, shown_points
from guanxi.desk.customers.timeline import Event, timeline
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.money import base_currency
from guanxi.insight.catalogue import MEASURES, PUBLISHED
from guanxi.insight.queries import current_run, insight_of, profit_note, published_run
from guanxi.staff.roles import May
from guanxi.wording.words import tier_reason

router = Router(tags=["customers"])
USUAL: Final = ("sales_amount", "profit_amount", "lifetime_value", "recency_days", "sales_change")
"""The measures of a customer in a list where none are named."""
KNOWN: Final = frozenset(name for name in MEASURES if name in PUBLISHED)
TIER: Final = "class.tier"
ID: Final = "5f0c3a9be1d2476088aa"
MEASURED: Final = {"sales_amount": 129900, "recency_days": 12, "lifetime_value": 48210, "sales_change": -0.2}
EXAMPLE: Final = {
    "customers": [{"customer": ID, "name": "Ann", "tier": "MVC", "measures": MEASURED}], "total": 2469,
    "currency": "USD", "as_of": "2026-02-28", "next": "[48210.4, 17]",
}  # fmt: skip
PROFILE: Final = {
    "customer": ID,
    "source_records": [{"public_id": ID, "source": "shop", "key": "c1", "kind": "person"}],
    "facts": [
        {
            "attribute": "city", "label": "city", "value": "Rome", "source": "shop", "observed_on": "2026-01-31",
            "inferred": False,
        }
    ],
    "contact_points": [{"kind": "email", "value": "a••••@example.com"}],
    "consents": [{"channel": "email", "granted": True, "source": "shop", "recorded_on": "2026-01-31"}],
}  # fmt: skip
WORTH: Final = {
    "customer": ID, "run": 3, "as_of": "2026-02-28", "model": "BG/NBD", "currency": "USD",
    "tier": {"code": "MVC", "since": "2026-01-31", "rule": 1, "why": "Most valuable: first layer (value layer 1)"},
    "measures": MEASURED, "note": "",
}  # fmt: skip
TIMELINE: Final = {
    "customer": ID,
    "events": [
        {
            "at": "2026-02-16T18:03:00Z", "day": "2026-02-16", "only_day_known": False, "kind": "purchase",
            "text": "o1: 12.50 USD, lines: 2", "campaign": None,
        }
    ],
    "next_offset": 50,
}  # fmt: skip
Where = Annotated[
    str,
    Query(
        description="A condition as JSON, the same text as in the address of the customer list.",
        example='{"op": ">=", "field": "indicator.sales_amount", "value": 100000}',
    ),
]
Sort = Annotated[
    str,
    Query(
        description="What the list can be sorted by, such as a measure, customer.owner or, for those who see names, "
        "customer.name; with - before it the highest first.",
        example="-sales_amount",
    ),
]
Measures = Annotated[
    str,
    Query(
        description="Which measures, with commas between; the usual where none are named.", example="p_alive"
    ),
]
After = Annotated[str, Query(description="`next` of the page before.")]


@router.get(
    "", **operation(May.SEE_CUSTOMERS, gettext_noop("Customers with their worth"), CustomerPage, EXAMPLE)
)
def customer_list(
    request: Call,
    where: Where = "",
    sort: Sort = "",
    after: After = "",
    measures: Measures = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """Those who fulfil a condition, in order, with published measures; before the first analysis all, unmeasured."""
    run, sees, sees_names = current_run(), request.auth.sees, request.auth.may(May.SEE_ADDRESSES)
    shown = read_measures(measures)
    if run is None:
        page = imported_page(read_place(after, ""), sees=sees, size=limit)
        total, shown = imported_customers(sees).count(), ()
    else:
        fields = filters.reader_fields()
        order = read_sort(sort, run, fields, sees_names=sees_names)
        page = measured_page(
            filters.together(filters.read_where(where, fields)),
            columns=[TIER, *(f"indicator.{name}" for name in shown)],
            sort=order,
            place=read_place(after, "", order.kind(fields)),
            sees=sees,
            size=limit,
        )
        total = page.total
    names = names_of([row["customer_id"] for row in page.customers]) if sees_names else {}
    return {
        "customers": [_listed(row, shown, names) for row in page.customers],
        "total": total,
        "currency": base_currency(),
        "as_of": run.as_of if run else None,
        "next": str(page.following) if page.following else None,
    }


def read_measures(text: str) -> tuple[str, ...]:
    """The measures that a request names, with commas between. Raises DomainError."""
    names = tuple(dict.fromkeys(text.split(","))) if text else USUAL
    if unknown := [name for name in names if name not in KNOWN]:
        raise DomainError(_("There is no measure %(name)r.") % {"name": unknown[0]})
    return names


def _listed(row: Row, measures: Sequence[str], names: Mapping[int, str]) -> Row:
    return {
        "customer": row["public_id"],
        "name": names.get(row["customer_id"]),
        "tier": row.get(TIER),
        "measures": {name: whole_minor(name, row[f"indicator.{name}"]) for name in measures},
    }


@router.get(
    "/{public_id}",
    **operation(May.SEE_CUSTOMERS, gettext_noop("Who a customer is"), Profile, PROFILE, errors=(404,)),
)
def customer(request: Call, public_id: PublicId) -> dict[str, Any]:
    """Source records, facts with source and date, addresses and consent. A merged record leads to its customer.

    Where addresses are shown, the audit keeps who read them.
    """
    found, sees_addresses = seen_customer(public_id, request.auth.sees), request.auth.may(May.SEE_ADDRESSES)
    if sees_addresses:
        reveal_addresses(customer=found, actor=request.auth.actor)
    known = profile(found.public_id)
    return {
        "customer": found.public_id,
        "source_records": known["source_records"],
        "facts": shown_facts(known["facts"], sees_addresses),
        "contact_points": shown_points(known["contact_points"], sees_addresses),
        "consents": known["consents"],
    }


@router.get(
    "/{public_id}/insight",
    **operation(May.SEE_CUSTOMERS, gettext_noop("What a customer is worth"), Worth, WORTH, errors=(404,)),
)
def customer_insight(request: Call, public_id: PublicId) -> dict[str, Any]:
    """The published measures and the tier with the rule that fired."""
    found, run = seen_customer(public_id, request.auth.sees), published_run()
    row = next(iter(insight_of([found.pk])), None)
    if row is None:
        raise NotFound(_("This customer came after the last analysis; refresh it first."))
    return {
        "customer": found.public_id,
        "run": run.pk,
        "as_of": row["as_of"],
        "model": run.lifetime_card.get("name"),
        "currency": base_currency(),
        "tier": {
            "code": row["tier"],
            "since": row["tier_since"],
            "rule": row["tier_rule"],
            "why": tier_reason(row["why"]),
        },
        "measures": {name: whole_minor(name, row[name]) for name in MEASURES if name in row},
        "note": profit_note(),
    }


@router.get(
    "/{public_id}/timeline",
    **operation(
        May.SEE_CUSTOMERS, gettext_noop("What happened with a customer"), Timeline, TIMELINE, errors=(404,)
    ),
)
def customer_timeline(
    request: Call, public_id: PublicId, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """Purchases, invoices, receipts, costs, opportunities, interactions, campaigns, contacts, responses and moves
    between tiers on one line of time, newest first. What was said is told to those who may see addresses."""
    found = seen_customer(public_id, request.auth.sees)
    events = timeline(_party_ids(found), offset + limit + 1)[offset:]
    following = offset + limit if len(events) > limit else None
    return {
        "customer": found.public_id,
        "events": [_happening(event, request.auth.may(May.SEE_ADDRESSES)) for event in events[:limit]],
        "next_offset": following,
    }


def _party_ids(customer: Party) -> list[int]:
    return [party.pk for party in parties_of(customer)]


def _happening(event: Event, sees_addresses: bool) -> Row:
    return {
        "at": event.at,
        "day": event.day,
        "only_day_known": event.is_day,
        "kind": event.kind.lower(),
        "text": event.told(sees_addresses),
        "campaign": event.campaign or None,
    }


def whole_minor(name: str, value: float | None) -> float | int | None:
    """A measure as the API gives it: expected amounts, too, in whole minor units.

    >>> whole_minor("lifetime_value", 48210.4), whole_minor("sales_change", -0.2), whole_minor("p_alive", None)
    (48210, -0.2, None)
    """
    is_money = MEASURES[name].unit == "minor units"
    return round(value) if is_money and value is not None else value
