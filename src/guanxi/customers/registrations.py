"""What customers offers to the rooms above and below through the registry."""

from __future__ import annotations

from guanxi.customers import queries
from guanxi.customers.imports.customer_files import CUSTOMERS
from guanxi.customers.imports.kinds import register
from guanxi.customers.imports.running import run_import, run_undo
from guanxi.customers.models import (
    Assignment,
    Attribute,
    Consent,
    ContactPoint,
    Fact,
    Handover,
    Party,
    PartyLink,
)
from guanxi.customers.queries import born_sql, visible_sql
from guanxi.foundation.registry import Dataset, JobKind, PersonalData, Reference, registry

PARTIES = Dataset(
    name="parties",
    model=Party,
    key="party_id",
    rows=f"""SELECT party.id AS party_id, party.public_id, party.kind, party.source, party.batch_id
             FROM customers_party party WHERE {born_sql("party")}""",
    changed="SELECT id FROM customers_party WHERE batch_id = {batch}",
    columns="party_id::BIGINT AS party_id, public_id, kind, source, batch_id::BIGINT AS batch_id",
)
PARTY_LINKS = Dataset(
    name="party_links",
    model=PartyLink,
    key="link_id",
    rows=f"""SELECT link.id AS link_id, link.party_id, link.survivor_id, link.batch_id
             FROM customers_partylink link WHERE {born_sql("link")}""",
    changed="SELECT id FROM customers_partylink WHERE batch_id = {batch}",
    columns="""link_id::BIGINT AS link_id, party_id::BIGINT AS party_id, survivor_id::BIGINT AS survivor_id,
               batch_id::BIGINT AS batch_id""",
)
FACTS = Dataset(
    name="facts",
    model=Fact,
    key="fact_id",
    rows=f"""SELECT fact.id AS fact_id, fact.party_id, attribute.code AS attribute, fact.value_text,
                    fact.value_number, fact.source, fact.observed_on, fact.batch_id
             FROM customers_fact fact JOIN customers_attribute attribute ON attribute.id = fact.attribute_id
             WHERE {visible_sql("fact")} AND NOT attribute.identifying""",
    changed="SELECT id FROM customers_fact WHERE batch_id = {batch} OR superseded_by_id = {batch}",
    columns="""fact_id::BIGINT AS fact_id, party_id::BIGINT AS party_id, attribute, value_text,
               value_number::DOUBLE AS value_number, source, observed_on::DATE AS observed_on,
               batch_id::BIGINT AS batch_id""",
)
CONSENTS = Dataset(
    name="consents",
    model=Consent,
    key="consent_id",
    rows=f"""SELECT consent.id AS consent_id, consent.party_id, consent.channel,
                    CASE WHEN consent.granted THEN 1 ELSE 0 END AS granted, consent.recorded_on, consent.batch_id
             FROM customers_consent consent WHERE {visible_sql("consent")}""",
    changed="SELECT id FROM customers_consent WHERE batch_id = {batch} OR superseded_by_id = {batch}",
    columns="""consent_id::BIGINT AS consent_id, party_id::BIGINT AS party_id, channel, granted::INTEGER AS granted,
               recorded_on::DATE AS recorded_on, batch_id::BIGINT AS batch_id""",
)
ASSIGNMENTS = Dataset(
    name="assignments",
    model=Assignment,
    key="assignment_id",
    rows="SELECT id AS assignment_id, party_id, owner_id FROM customers_assignment WHERE owner_id IS NOT NULL",
    columns="assignment_id::BIGINT AS assignment_id, party_id::BIGINT AS party_id, owner_id::BIGINT AS owner_id",
)


def fill() -> None:
    """Fill the registry."""
    register(CUSTOMERS)
    registry.add(
        JobKind("import", run_import),
        JobKind("undo import", run_undo),
        PARTIES,
        PARTY_LINKS,
        FACTS,
        CONSENTS,
        ASSIGNMENTS,
        PersonalData("facts", Fact, queries.facts_of),
        PersonalData("contact_points", ContactPoint, queries.contact_points_of),
        PersonalData("consents", Consent, queries.consents_of),
        PersonalData("links", PartyLink, queries.links_of),
        PersonalData("assignments", Assignment, queries.assignments_of),
        PersonalData("handovers", Handover, queries.handovers_of),
        Reference(Attribute, Fact, "attribute_id", "batch_id"),
        *(
            Reference(Party, model, "party_id", "batch_id")
            for model in (Fact, ContactPoint, Consent, PartyLink)
        ),
        Reference(Party, PartyLink, "survivor_id", "batch_id"),
        Reference(Party, Assignment, "party_id", "batch_id"),
        Reference(Party, Handover, "party_id", "batch_id"),
    )
