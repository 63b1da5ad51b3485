"""What a customer's page shows: who, worth, next contact, source records; addresses masked where they must be."""

from __future__ import annotations

from typing import Any

from guanxi.customers.models import Attribute, Party
from guanxi.customers.queries import parties_of, profile
from guanxi.desk.customer_timeline import timeline
from guanxi.foundation import clock
from guanxi.insight.catalogue import MEASURES, measure_label, measure_text
from guanxi.insight.queries import insight_of, profit_note
from guanxi.outreach.gate import held_back
from guanxi.outreach.policy import read_policy
from guanxi.wording.words import phrase, tier_reason, word

HIDDEN = "••••"


def page_of(customer: Party, *, sees_addresses: bool) -> dict[str, Any]:
    """All of the page, from the one profile that commands show too."""
    known = profile(customer.public_id)
    party_ids = [party.pk for party in parties_of(customer)]
    facts = shown_facts(known["facts"], sees_addresses)
    return {
        "customer": customer,
        "name": next((fact["value"] for fact in facts if fact["attribute"] == "name" and sees_addresses), ""),
        "facts": facts,
        "points": shown_points(known["contact_points"], sees_addresses),
        "is_masked": not sees_addresses,
        "consents": known["consents"],
        "worth": _worth(customer),
        "moves": known["class_moves"],
        "contact": next_contact(customer),
        "timeline": timeline(party_ids),
        "records": known["source_records"],
        "links": known["links"],
    }


def next_contact(customer: Party) -> dict[str, Any]:
    """Whether the customer may get an e-mail now, by the gate that every campaign passes, and why not."""
    at, policy = clock.now(), read_policy()
    held = held_back(party_ids=[customer.pk], channel="email", at=at, policy=policy, lock=False).get(
        customer.pk
    )
    if held is not None:
        return {"is_allowed": False, "reason": word(held.reason), "detail": phrase(held.detail)}
    until = f"{policy.quiet_until:%H:%M}" if policy.is_quiet(at) else ""
    return {"is_allowed": True, "quiet_until": until}


def _worth(customer: Party) -> dict[str, Any] | None:
    """The published measures, each with its value, what it means, and the reason of the tier."""
    row = next(iter(insight_of([customer.pk])), None)
    if row is None:
        return None
    return {
        "note": profit_note(),
        "as_of": row["as_of"],
        "tier": row["tier"],
        "why": tier_reason(row["why"]),
        "since": row["tier_since"],
        "stats": [_measure(name, row[name]) for name in ("lifetime_value", "sales_amount", "profit_amount")],
        "measures": [_measure(name, row[name]) for name in MEASURES if name in row],
    }


def _measure(name: str, value: float | None) -> dict[str, str]:
    measure = MEASURES[name]
    return {
        "label": measure_label(name),
        "text": measure_text(name, value),
        "formula": phrase(measure.formula),
        "window": phrase(measure.window),
        "undefined": phrase(measure.undefined),
    }


def shown_facts(rows: list[dict[str, Any]], sees_addresses: bool) -> list[dict[str, Any]]:
    """The facts; what says who somebody is, only to those who speak with customers."""
    attributes = Attribute.objects.in_bulk(field_name="code")
    return [
        {
            **row,
            "label": phrase(attributes[row["attribute"]].label),
            "value": HIDDEN
            if attributes[row["attribute"]].identifying and not sees_addresses
            else row["value"],
        }
        for row in rows
    ]


def shown_points(rows: list[dict[str, Any]], sees_addresses: bool) -> list[dict[str, Any]]:
    """The contact points, masked for those who do not speak with customers."""
    return [{**row, "value": row["value"] if sees_addresses else masked(row["value"])} for row in rows]


def masked(address: str) -> str:
    """An address that tells one from another, but not where it leads.

    >>> masked("ann@example.com"), masked("+8613812345678")
    ('a••••@example.com', '••••78')
    """
    name, at, domain = address.partition("@")
    return f"{name[:1]}{HIDDEN}@{domain}" if at else f"{HIDDEN}{address[-2:]}"
