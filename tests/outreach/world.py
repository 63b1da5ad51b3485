"""Customers, contacts and campaigns for the tests of outreach, in one line each."""

from __future__ import annotations

from datetime import UTC, date, datetime

from guanxi.customers.models import Attribute, Consent, ContactPoint, Fact, Party, PartyLink
from guanxi.foundation.actor import Actor
from guanxi.outreach import services
from guanxi.outreach.models import Contact
from guanxi.outreach.policy import ContactPolicy

ALICE = Actor("alice")
NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
"""A Monday, outside the quiet hours; what the tests call now."""
POLICY = ContactPolicy()


def utc(text: str) -> datetime:
    """An instant from `2026-03-16 12:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def customer(
    key: str, *, email: str | None = "", consent: bool | None = True, name: str | None = None
) -> Party:
    """A customer with an address derived from the key, and consent to e-mail; None leaves either out."""
    party = Party.objects.create(public_id=f"p-{key}", source="crm", source_key=key, created_at=NOON)
    if email is not None:
        address(party, email or f"{key}@example.com")
    if consent is not None:
        agrees(party, granted=consent)
    if name is not None:
        attribute, _ = Attribute.objects.get_or_create(code="name", defaults={"label": "name"})
        Fact.objects.create(
            party=party, attribute=attribute, value_text=name, source="crm", observed_on=date(2026, 1, 1)
        )
    return party


def address(party: Party, value: str, kind: str = "email") -> None:
    ContactPoint.objects.create(party=party, kind=kind, value=value)


def agrees(
    party: Party, *, granted: bool = True, on: str = "2026-01-01", channel: str = "email", source: str = "crm"
) -> None:
    Consent.objects.create(
        party=party, channel=channel, granted=granted, source=source, recorded_on=date.fromisoformat(on)
    )


def contacted(
    party: Party, at: str, *, campaign: int = 90, state: str = "delivered", **values: object
) -> Contact:
    """A contact of an earlier campaign; one in an open state has no instant of contact yet."""
    done = state not in ("planned", "claimed")
    values = {
        "cell": "a",
        "channel": "email",
        "due_at": utc(at),
        "contacted_at": utc(at) if done else None,
    } | values
    return Contact.objects.create(party=party, campaign_id=campaign, state=state, **values)


def merged(party: Party, into: Party) -> PartyLink:
    return PartyLink.objects.create(
        party=party, survivor=into, reason="same e-mail", linked_by="alice", linked_at=NOON
    )


def admit(
    *parties: Party,
    campaign: int = 1,
    channel: str = "email",
    due: datetime = NOON,
    policy: ContactPolicy = POLICY,
) -> services.Admitted:
    """Admit customers to cell a of a campaign, to go out at NOON."""
    return services.admit(
        campaign_id=campaign,
        step=1,
        channel=channel,
        candidates=[(party.pk, "a") for party in parties],
        at=NOON,
        due_at=due,
        cost=5,
        policy=policy,
    )


def launch(
    *parties: Party, campaign: int = 1, subject: str = "Hello $name", body: str = "Dear $name"
) -> None:
    """Prepare, admit, write and start a campaign whose contacts are due at NOON."""
    services.prepare(campaign_id=campaign, actor=ALICE)
    services.write_messages(campaign, {"a": (subject, body)})
    admit(*parties, campaign=campaign)
    services.start(campaign_id=campaign, actor=ALICE)
