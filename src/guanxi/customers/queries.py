"""Reading customers: which rows count, who is who, and one profile with its history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.customers.models import (
    Assignment,
    Consent,
    ContactPoint,
    Fact,
    Handover,
    ImportBatch,
    Party,
    PartyLink,
)
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.money import base_currency
from guanxi.foundation.registry import registry
from guanxi.staff.visibility import Sees

_PUBLISHED = "(SELECT id FROM customers_importbatch WHERE state = 'published')"


def visible_sql(alias: str) -> str:
    """The condition under which a versioned row counts, in SQL; the same as VersionedQuerySet.visible."""
    return f"({born_sql(alias)} AND ({alias}.superseded_by_id IS NULL OR {alias}.superseded_by_id NOT IN {_PUBLISHED}))"


def born_sql(alias: str) -> str:
    """The condition under which a party, product or link counts, in SQL."""
    return f"({alias}.batch_id IS NULL OR {alias}.batch_id IN {_PUBLISHED})"


def require_one_currency() -> None:
    """Raise DomainError where stored money is in another currency than the one that the installation sums in."""
    gone = (ImportBatch.State.UNDONE, ImportBatch.State.FAILED)
    stored = ImportBatch.objects.exclude(state__in=gone).values_list("notes__currency", flat=True)
    for other in sorted({currency for currency in stored if currency} - {base_currency()}):
        raise DomainError(
            _(
                "The amounts stored here are in %(stored)s, and GUANXI_CURRENCY is %(given)s. Set "
                "GUANXI_CURRENCY=%(stored)s again; to sum in %(given)s, convert the files and import them "
                "into a new GUANXI_HOME."
            )
            % {"stored": other, "given": base_currency()}
        )


RESOLVED_PARTIES = f"""
WITH RECURSIVE links AS (
  SELECT link.party_id, link.survivor_id FROM customers_partylink link WHERE {born_sql("link")}
), chain (party_id, customer_id, steps) AS (
  SELECT party_id, survivor_id, 1 FROM links
  UNION ALL
  SELECT chain.party_id, links.survivor_id, chain.steps + 1
  FROM chain JOIN links ON links.party_id = chain.customer_id WHERE chain.steps < 20
)
SELECT party_id, customer_id FROM chain WHERE customer_id NOT IN (SELECT party_id FROM links)
"""
"""Parties that are another customer, and which; a party that is not listed is itself."""


def born(batch_path: str = "batch") -> Q:
    """The ORM's form of `born_sql`."""
    return Q(**{batch_path: None}) | Q(**{f"{batch_path}__state": ImportBatch.State.PUBLISHED})


def seen_by(sees: Sees, party_path: str = "") -> Q:
    """The rows of parties that somebody sees: `party_path` leads from the row to the party, as in `party__`."""
    if sees.owners is None:
        return Q()
    owner = f"{party_path}assignment__owner_id"
    return Q(**{owner: None}) | Q(**{f"{owner}__in": sees.owners})


def seen_sql(party_id: str, sees: Sees) -> str:
    """The same in SQL, for a column that holds the id of a party."""
    if sees.owners is None:
        return "TRUE"
    owners = ", ".join(map(str, sorted(sees.owners))) or "0"
    return f"""NOT EXISTS (SELECT 1 FROM customers_assignment assignment
                           WHERE assignment.party_id = {party_id} AND assignment.owner_id NOT IN ({owners}))"""


def is_seen(customer: Party, sees: Sees) -> bool:
    """Whether somebody sees a customer."""
    return sees.everything or Party.objects.filter(seen_by(sees), pk=customer.pk).exists()


def find_party(reference: str) -> Party:
    """A visible party by public id or by `source:key`; raises NotFound."""
    parties = Party.objects.filter(born())
    found = parties.filter(public_id=reference).first()
    if found is None and ":" in reference:
        source, key = reference.split(":", 1)
        found = parties.filter(source=source, source_key=key).first()
    if found is None:
        raise no_customer(reference)
    return found


def customer_of(party: Party) -> Party:
    """The customer that a party is: the end of its chain of links."""
    while link := PartyLink.objects.filter(born(), party=party).select_related("survivor").first():
        party = link.survivor
    return party


def seen_customer(reference: str, sees: Sees) -> Party:
    """The customer that a public id or `source:key` means; raises NotFound, the same where it is not to be seen."""
    customer = customer_of(find_party(reference))
    if not is_seen(customer, sees):
        raise no_customer(reference)
    return customer


def no_customer(reference: str) -> NotFound:
    """What is said where nobody is found."""
    return NotFound(
        _("There is no customer %(reference)r; name one by public id or as source:key.")
        % {"reference": reference}
    )


def customers_of(party_ids: Sequence[int]) -> dict[int, int]:
    """Each of some parties → the customer that it is, by their ids; it reads only the links of these parties."""
    customers = {party: party for party in party_ids}
    links = PartyLink.objects.filter(born()).values_list("party_id", "survivor_id")
    while found := dict(links.filter(party__in=set(customers.values()))):
        customers = {party: found.get(customer, customer) for party, customer in customers.items()}
    return customers


def parties_of(customer: Party) -> list[Party]:
    """All source records that are this customer, the customer's own first."""
    found, queue = [customer], [customer]
    while queue:
        merged = PartyLink.objects.filter(born(), survivor__in=queue)
        links = merged.select_related("party__batch").order_by("id")
        queue = [link.party for link in links]
        found += queue
    return found


def record_ids_of(customer_ids: Sequence[int]) -> list[int]:
    """Ids of all source records that are these customers, their own among them."""
    found, queue = set(customer_ids), list(customer_ids)
    while queue:
        merged = PartyLink.objects.filter(born(), survivor__in=queue).values_list("party_id", flat=True)
        queue = [pk for pk in merged if pk not in found]
        found.update(queue)
    return sorted(found)


def profile(reference: str, only: Collection[str] | None = None) -> dict[str, Any]:
    """One customer: source records, and what every room keeps of them, or only what is named so (DATA-01)."""
    customer = customer_of(find_party(reference))
    parties = parties_of(customer)
    ids = [party.pk for party in parties]
    return {
        "customer": customer.public_id,
        "source_records": [_source_record(party) for party in parties],
        **{
            provider.name: provider.rows(ids)
            for provider in registry.personal_data
            if only is None or provider.name in only
        },
    }


def _source_record(party: Party) -> dict[str, Any]:
    batch = party.batch
    return {
        "public_id": party.public_id,
        "source": party.source,
        "key": party.source_key,
        "kind": party.kind,
        "import": batch.pk if batch else None,
        "file": batch.file_name if batch else None,
    }


def facts_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The visible facts with source and date."""
    facts = Fact.objects.visible().filter(party__in=party_ids).select_related("attribute", "party")
    return [
        {
            "attribute": fact.attribute.code,
            "value": fact.value_text,
            "source": fact.source,
            "observed_on": fact.observed_on.isoformat(),
            "inferred": fact.inferred,
        }
        for fact in facts.order_by("attribute__code", "-observed_on")
    ]


def contact_points_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The visible contact points."""
    points = ContactPoint.objects.visible().filter(party__in=party_ids).order_by("kind", "value")
    return [{"kind": point.kind, "value": point.value} for point in points]


def consents_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The visible consent records, latest first."""
    consents = (
        Consent.objects.visible().filter(party__in=party_ids).order_by("channel", "-recorded_on", "-id")
    )
    return [
        {
            "channel": consent.channel,
            "granted": consent.granted,
            "source": consent.source,
            "recorded_on": consent.recorded_on.isoformat(),
        }
        for consent in consents
    ]


def links_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Why source records are one customer."""
    links = PartyLink.objects.filter(born(), party__in=party_ids).select_related("party").order_by("id")
    return [
        {
            "party": str(link.party),
            "reason": link.reason,
            "by": link.linked_by,
            "at": link.linked_at.isoformat(),
        }
        for link in links
    ]


def assignments_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Who looks after the customer, since when, and who said so."""
    found = Assignment.objects.filter(party__in=party_ids).exclude(owner=None).select_related("owner")
    return [
        {
            "owner": assignment.owner.actor.name,
            "email": assignment.owner.email,
            "by": assignment.assigned_by,
            "at": assignment.assigned_at.isoformat(),
        }
        for assignment in found.order_by("id")
        if assignment.owner
    ]


def handovers_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """To whom imports gave the customer, and whose it was before."""
    found = (
        Handover.objects.filter(party__in=party_ids).select_related("owner", "before_owner").order_by("id")
    )
    return [
        {
            "import": handover.batch_id,
            "owner": handover.owner.actor.name,
            "before": handover.before_owner.actor.name if handover.before_owner else None,
        }
        for handover in found
    ]
