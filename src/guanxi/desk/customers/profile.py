"""What a customer's page shows: who, worth, next contact, source records; addresses masked where they must be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django.urls import reverse

from guanxi.customers.models import Attribute, Party
from guanxi.customers.owners import keepers
from guanxi.customers.queries import parties_of, profile
from guanxi.desk.customers.next_purchases import next_purchases
from guanxi.desk.customers.risk import risk_of
from guanxi.desk.customers.timeline import Event, timeline
from guanxi.foundation import clock
from guanxi.insight.catalogue import MEASURES, measure_label, measure_text
from guanxi.insight.queries import insight_of, profit_note
from guanxi.outreach.gate import held_back
from guanxi.outreach.policy import read_policy
from guanxi.shell.components import Happening
from guanxi.shell.tables import cell_of
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to
from guanxi.wording.words import phrase, tier_reason, word

HIDDEN = "••••"
SHOWN: Final = frozenset(
    {"facts", "contact_points", "consents", "links", "assignments", "class_moves", "decline_reasons"}
)
"""The parts of a profile that the page shows as they are; the rest stands on its timeline."""


def page_of(customer: Party, person: User, *, reveals: bool = False) -> dict[str, Any]:
    """All of the page, from the one profile that commands show too; addresses are masked until they are revealed."""
    known = profile(customer.public_id, only=SHOWN)
    party_ids = [party.pk for party in parties_of(customer)]
    return {
        **_who(customer, known, person, reveals),
        "consents": known["consents"],
        "worth": _worth(customer),
        "moves": known["class_moves"],
        "risk": risk_of(customer, person, known["decline_reasons"]),
        "next": next_purchases(customer, person),
        "contact": next_contact(customer),
        "happenings": [_happening(event, person) for event in timeline(party_ids)],
        "records": known["source_records"],
        "links": known["links"],
    }


def _happening(event: Event, person: User) -> Happening:
    """What happened as the timeline shows it; it leads to its campaign who may see that."""
    leads = event.campaign and person.may(May.SEE_CAMPAIGNS)
    return Happening(
        when=event.day if event.is_day else cell_of(event.at).text,
        kind=event.label,
        text=event.told(person.may(May.SEE_ADDRESSES)),
        href=reverse("campaign", args=[event.campaign]) if leads else "",
    )


def who_of(customer: Party, person: User, *, reveals: bool = False) -> dict[str, Any]:
    """The part that says who the customer is, and who looks after them."""
    return _who(customer, profile(customer.public_id, only=SHOWN), person, reveals)


def _who(customer: Party, known: dict[str, Any], person: User, reveals: bool) -> dict[str, Any]:
    sees_addresses = person.may(May.SEE_ADDRESSES)
    names = ("name",) if sees_addresses else ()
    facts = shown_facts(known["facts"], sees_addresses and reveals, shown_anyway=names)
    assigns = person.may(May.ASSIGN_CUSTOMERS)
    return {
        "customer": customer,
        "name": next((fact["value"] for fact in facts if fact["attribute"] == "name" and sees_addresses), ""),
        "facts": facts,
        "points": shown_points(known["contact_points"], sees_addresses and reveals),
        "is_masked": not sees_addresses,
        "may_reveal": sees_addresses and not reveals and _has_masked(known, facts),
        "owner": next(iter(known["assignments"]), None),
        "colleagues": keepers(visible_to(person)) if assigns else [],
        "may_assign": assigns,
    }


def _has_masked(known: dict[str, Any], facts: list[dict[str, Any]]) -> bool:
    return bool(known["contact_points"]) or any(fact["value"] == HIDDEN for fact in facts)


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
    why = f"= {phrase(measure.formula)}\n{phrase(measure.window)}; {phrase(measure.undefined)}"
    return {"name": name, "label": measure_label(name), "text": measure_text(name, value), "why": why}


def shown_facts(
    rows: list[dict[str, Any]], sees_addresses: bool, shown_anyway: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The facts; what says who somebody is, only to those who speak with customers."""
    attributes = Attribute.objects.in_bulk(field_name="code")
    return [
        {
            **row,
            "label": phrase(attributes[row["attribute"]].label),
            "value": HIDDEN
            if attributes[row["attribute"]].identifying
            and not sees_addresses
            and row["attribute"] not in shown_anyway
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
