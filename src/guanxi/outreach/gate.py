"""The one gate before every outbound contact (CAMP-17): consent, address, and fatigue over all campaigns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from guanxi.customers.models import Consent, ContactPoint, Party, PartyLink
from guanxi.customers.queries import born, customers_of
from guanxi.foundation.errors import DomainError
from guanxi.outreach.models import Contact
from guanxi.outreach.policy import ContactPolicy

ADDRESS_KINDS = {"email": ContactPoint.Kind.EMAIL, "sms": ContactPoint.Kind.MOBILE}
COUNTED = (
    Contact.State.PLANNED,
    Contact.State.CLAIMED,
    Contact.State.HANDED_OVER,
    Contact.State.DELIVERED,
    Contact.State.UNKNOWN,
)
"""States of contacts that the customer felt or will feel; an unknown one may have arrived."""


@dataclass(frozen=True)
class Held:
    """Why a customer is not contacted."""

    reason: str
    """consent, address, gap or cap."""
    detail: str


@dataclass(frozen=True)
class Known:
    """Who is who among the parties asked about."""

    customers: dict[int, int]
    """Party asked about → the customer it is."""
    records: dict[int, int]
    """Every source record of those customers → the customer."""


def held_back(
    *, party_ids: Sequence[int], channel: str, at: datetime, policy: ContactPolicy, lock: bool
) -> dict[int, Held]:
    """Who of up to 5,000 customers must not be contacted on a channel at an instant, and why; others may be.

    With `lock` the customers stay locked until the caller's transaction ends, so that two launches at once
    cannot both use a customer's last contact. Raises DomainError for a channel that has no addresses.
    """
    known = identify(party_ids, lock=lock)
    held = judge(known, channel=channel, at=at, policy=policy)
    return {party: held[customer] for party, customer in known.customers.items() if customer in held}


def addresses(party_ids: Sequence[int], channel: str) -> dict[int, str]:
    """Where each customer is reached on a channel; one without an address is left out."""
    known = identify(party_ids, lock=False)
    found = customer_addresses(known, channel)
    return {party: found[customer] for party, customer in known.customers.items() if customer in found}


def identify(party_ids: Sequence[int], *, lock: bool) -> Known:
    """Follow the links from the parties to their customers and back to all their source records.

    The same as customers.queries.RESOLVED_PARTIES, but it reads only the links of these parties.
    """
    if lock:  # before the links are read: merging locks the same rows
        _lock(party_ids)
    customers = customers_of(party_ids)
    if lock and (others := set(customers.values()).difference(party_ids)):
        _lock(others)
    return Known(customers, _merged_into(set(customers.values())))


def judge(known: Known, *, channel: str, at: datetime, policy: ContactPolicy) -> dict[int, Held]:
    """The customers that are held back; consent goes before address, address before gap, gap before cap."""
    consent = without_consent(known, channel, policy)
    address = _without_address(known, channel)
    return {**_tired(known, at, policy), **address, **consent}


def customer_addresses(known: Known, channel: str) -> dict[int, str]:
    """The newest contact point of each customer; the customer's own record goes before merged ones."""
    points = (
        ContactPoint.objects.visible()
        .filter(kind=_kind(channel), party__in=list(known.records))
        .order_by("id")
    )
    found: dict[int, tuple[bool, str]] = {}
    for party, value in points.values_list("party_id", "value"):
        customer = known.records[party]
        if customer not in found or party == customer or not found[customer][0]:
            found[customer] = (party == customer, value)
    return {customer: value for customer, (_, value) in found.items()}


def _kind(channel: str) -> ContactPoint.Kind:
    if channel not in ADDRESS_KINDS:
        raise DomainError(
            _("There is no channel %(channel)r; there are: %(address_kinds)s.")
            % {"channel": channel, "address_kinds": ", ".join(ADDRESS_KINDS)}
        )
    return ADDRESS_KINDS[channel]


def _lock(party_ids: Collection[int]) -> None:
    """Lock in one order, so that launches wait for each other, not in a circle; SQLite has one writer."""
    rows = Party.objects.select_for_update(no_key=True).filter(pk__in=list(party_ids)).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _merged_into(customers: set[int]) -> dict[int, int]:
    records = {customer: customer for customer in customers}
    links = PartyLink.objects.filter(born()).values_list("party_id", "survivor_id")
    newest = list(customers)
    while found := dict(links.filter(survivor__in=newest)):
        records |= {party: records[survivor] for party, survivor in found.items()}
        newest = list(found)
    return records


def without_consent(known: Known, channel: str, policy: ContactPolicy) -> dict[int, Held]:
    """Of records on one day a refusal counts as the later one."""
    consents = Consent.objects.visible().filter(channel=channel, party__in=list(known.records))
    latest: dict[int, tuple[bool, str]] = {}
    for party, granted, day, source in consents.order_by("recorded_on", "-granted", "id").values_list(
        "party_id", "granted", "recorded_on", "source"
    ):
        latest[known.records[party]] = (granted, f"refused on {day} ({source})")
    held = {
        customer: Held("consent", detail) for customer, (granted, detail) in latest.items() if not granted
    }
    if policy.consent_required:
        silent = Held("consent", f"no consent to {channel} on record")
        held |= {customer: silent for customer in known.customers.values() if customer not in latest}
    return held


def _without_address(known: Known, channel: str) -> dict[int, Held]:
    found = customer_addresses(known, channel)
    missing = Held("address", f"no address for {channel} on record")
    return {customer: missing for customer in known.customers.values() if customer not in found}


def _tired(known: Known, at: datetime, policy: ContactPolicy) -> dict[int, Held]:
    held = {}
    for customer, contacts in _contacts_around(known, at, policy).items():
        if reason := _too_soon(contacts, at, policy) or _too_often(contacts, at, policy):
            held[customer] = reason
    return held


def _contacts_around(
    known: Known, at: datetime, policy: ContactPolicy
) -> dict[int, list[tuple[datetime, int]]]:
    """Instants and campaigns of the contacts that may matter at an instant, by customer, in order."""
    reach = timedelta(days=max(policy.window_days, policy.min_gap_days))
    rows = (
        Contact.objects.visible()
        .filter(party__in=list(known.records), state__in=COUNTED)
        .annotate(felt_at=Coalesce("contacted_at", "due_at"))
        .filter(felt_at__gt=at - reach, felt_at__lt=at + reach)
    )
    around: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for party, felt_at, campaign in rows.values_list("party_id", "felt_at", "campaign_id"):
        around[known.records[party]].append((felt_at, campaign))
    return {customer: sorted(contacts) for customer, contacts in around.items()}


def _too_soon(contacts: list[tuple[datetime, int]], at: datetime, policy: ContactPolicy) -> Held | None:
    felt_at, campaign = min(contacts, key=lambda contact: abs(contact[0] - at))
    if abs(felt_at - at) >= timedelta(days=policy.min_gap_days):
        return None
    return Held(
        "gap",
        f"contact on {felt_at:%Y-%m-%d %H:%M} UTC by campaign {campaign}, gap {policy.min_gap_days} days",
    )


def _too_often(contacts: list[tuple[datetime, int]], at: datetime, policy: ContactPolicy) -> Held | None:
    """Held when one contact more would make some window, before, after or around the instant, too full."""
    most, window = policy.max_contacts, timedelta(days=policy.window_days)
    for (first, _other), (last, _one) in zip(contacts, contacts[most - 1 :], strict=False):
        if max(last, at) - min(first, at) < window:
            return Held("cap", f"{most} contacts within {policy.window_days} days")
    return None
