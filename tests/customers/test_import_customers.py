"""Customer files become parties, facts with provenance, contact points and consents; e-mail joins sources."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from customers.importing import MIA, bring, file_of, undo, whole_database

from guanxi.customers import services
from guanxi.customers.models import Attribute, Consent, ContactPoint, Fact, Party, PartyLink
from guanxi.customers.queries import profile
from guanxi.foundation.engine.duck import rows, workspace
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.errors import DomainError, NotFound

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS = """\
customer_id,name,email,mobile,consent_email,consent_sms,acquisition_channel,acquired_on,Household Size,城市
ann,Ann Lee,Ann@Example.com,+86 138-0000-0000,yes,no,market event,2025-11-21,3,上海
bob,Bob,,,是,,800 hotline,2026-01-02,,
"""


def facts() -> list[tuple[Any, ...]]:
    found = Fact.objects.visible().order_by("party__source_key", "attribute__code", "source")
    return list(
        found.values_list("party__source_key", "attribute__code", "value_text", "source", "observed_on")
    )


@pytest.mark.requirement("DATA-17")
def test_every_value_carries_its_source_and_date_and_every_customer_its_channel(home: Path) -> None:
    bring("customers", file_of(home, CUSTOMERS), observed_on="2026-02-01")

    told = date(2026, 2, 1)
    assert facts() == [
        ("ann", "acquired_on", "2025-11-21", "shop", told),
        ("ann", "acquisition_channel", "market event", "shop", told),
        ("ann", "household_size", "3", "shop", told),
        ("ann", "name", "Ann Lee", "shop", told),
        ("ann", "城市", "上海", "shop", told),
        ("bob", "acquired_on", "2026-01-02", "shop", told),
        ("bob", "acquisition_channel", "800 hotline", "shop", told),
        ("bob", "name", "Bob", "shop", told),
    ]
    assert list(ContactPoint.objects.values_list("kind", "value").order_by("kind")) == [
        ("email", "ann@example.com"),
        ("mobile", "+8613800000000"),
    ]
    consents = Consent.objects.order_by("party__source_key", "channel").values_list(
        "party__source_key", "channel", "granted", "recorded_on"
    )
    assert list(consents) == [
        ("ann", "email", True, told),
        ("ann", "sms", False, told),
        ("bob", "email", True, told),
    ]
    assert list(
        Attribute.objects.order_by("code").values_list("code", "label", "group", "datatype", "identifying")
    ) == [
        ("acquired_on", "acquired_on", "acquisition", "date", False),
        ("acquisition_channel", "acquisition_channel", "acquisition", "text", False),
        ("household_size", "Household Size", "imported", "number", False),
        ("name", "name", "identity", "text", True),
        ("城市", "城市", "imported", "text", False),
    ]
    assert Fact.objects.get(attribute__code="household_size").value_number == 3.0


@pytest.mark.requirement("DATA-17")
def test_customers_and_later_sales_per_acquisition_channel_follow_from_the_facts(home: Path) -> None:
    bring("customers", file_of(home, CUSTOMERS))
    bring(
        "orders",
        file_of(
            home, "order,customer,time,amount\n1,ann,2026-03-01,10\n2,ann,2026-03-02,5\n3,cy,2026-03-02,1\n"
        ),
    )

    with workspace() as duck:
        copy_truth(
            duck,
            "channels",
            """SELECT fact.value_text AS channel, fact.party_id FROM customers_fact fact
               JOIN customers_attribute attribute ON attribute.id = fact.attribute_id
               WHERE attribute.code = 'acquisition_channel'""",
        )
        copy_truth(
            duck,
            "sales",
            "SELECT party_id, amount FROM commerce_order JOIN commerce_orderline ON order_id = commerce_order.id",
        )
        per_channel = rows(
            duck,
            """SELECT channel, count(DISTINCT channels.party_id), coalesce(sum(amount), 0)::BIGINT
               FROM channels LEFT JOIN sales USING (party_id) GROUP BY 1 ORDER BY 1""",
        )
    assert per_channel == [("800 hotline", 1, 0), ("market event", 1, 1500)]


def test_what_a_source_says_again_replaces_what_it_said_and_no_other_source(home: Path) -> None:
    bring(
        "customers",
        file_of(home, "customer,email,city\nann,a@example.com,Rome\n"),
        source="crm",
        observed_on="2026-01-01",
    )
    bring(
        "customers",
        file_of(home, "customer,email,city\nann,b@example.com,\n"),
        source="crm",
        observed_on="2026-01-02",
    )
    bring("customers", file_of(home, "customer,city\nann,Oslo\n"), source="crm", observed_on="2026-01-03")
    bring("customers", file_of(home, "customer,city\nann,Kyiv\n"), source="web", observed_on="2026-01-04")

    assert facts() == [
        ("ann", "city", "Oslo", "crm", date(2026, 1, 3)),
        ("ann", "city", "Kyiv", "web", date(2026, 1, 4)),
    ]
    assert list(ContactPoint.objects.visible().values_list("value", flat=True)) == ["b@example.com"]
    assert Party.objects.count() == 2


def test_the_row_says_as_of_when_it_is_true(home: Path) -> None:
    bring(
        "customers",
        file_of(home, "customer,city,observed_on\nann,Rome,2024-02-29\nbob,Oslo,\n"),
        observed_on="2026-01-01",
    )

    assert [(key, day) for key, _, _, _, day in facts()] == [
        ("ann", date(2024, 2, 29)),
        ("bob", date(2026, 1, 1)),
    ]


def _two_sources(home: Path) -> None:
    bring(
        "customers",
        file_of(home, "customer,name,email\nc1,Ann Lee,ann@example.com\n", "crm.csv"),
        source="crm",
    )
    bring(
        "orders",
        file_of(home, "order,customer,time,amount\n1,c1,2026-01-01,10\n", "crm-orders.csv"),
        source="crm",
    )
    bring(
        "customers", file_of(home, "customer,city,email\nw9,Rome,ANN@example.com\n", "web.csv"), source="web"
    )
    bring(
        "orders",
        file_of(home, "order,customer,time,amount\n1,w9,2026-01-02,20\n", "web-orders.csv"),
        source="web",
    )


@pytest.mark.requirement("DATA-01")
def test_the_same_email_from_another_source_gives_one_profile_with_both_histories(home: Path) -> None:
    _two_sources(home)

    by_crm, by_web = profile("crm:c1"), profile("web:w9")
    assert by_crm == by_web
    assert by_crm["customer"] == Party.objects.get(source="crm").public_id
    lineage = [(r["source"], r["key"], r["file"]) for r in by_crm["source_records"]]
    assert lineage == [("crm", "c1", "crm.csv"), ("web", "w9", "web.csv")]
    assert [(o["order"], o["amount_minor"]) for o in by_crm["orders"]] == [("web:1", 2000), ("crm:1", 1000)]
    assert [(f["attribute"], f["value"], f["source"]) for f in by_crm["facts"]] == [
        ("city", "Rome", "web"),
        ("name", "Ann Lee", "crm"),
    ]
    assert [(link["party"], link["reason"]) for link in by_crm["links"]] == [
        ("web:w9", "same e-mail address")
    ]


@pytest.mark.requirement("DATA-01")
def test_merging_joins_histories_and_unmerging_restores_them(home: Path) -> None:
    bring("orders", file_of(home, "order,customer,time,amount\n1,ann,2026-01-01,10\n2,anne,2026-01-02,20\n"))
    before, ann, anne = whole_database(), profile("shop:ann"), profile("shop:anne")

    services.merge(party="shop:anne", into="shop:ann", reason="same person at the till", actor=MIA)
    merged = profile("shop:anne")
    assert merged == profile("shop:ann")
    assert (merged["customer"], [o["amount_minor"] for o in merged["orders"]]) == (
        ann["customer"],
        [2000, 1000],
    )
    assert [r["key"] for r in merged["source_records"]] == ["ann", "anne"]
    with pytest.raises(DomainError, match=r"^shop:ann and shop:anne are one customer already\.$"):
        services.merge(party="shop:ann", into="shop:anne", reason="again", actor=MIA)

    services.unmerge(party="shop:anne", actor=MIA)
    assert (profile("shop:ann"), profile("shop:anne")) == (ann, anne)
    assert whole_database() == before
    with pytest.raises(NotFound, match=r"^shop:anne is not merged into another customer\.$"):
        services.unmerge(party="shop:anne", actor=MIA)


def test_an_email_is_no_proof_when_two_customers_have_it_or_the_row_repeats_it(home: Path) -> None:
    bring("customers", file_of(home, "customer,email\n1,two@x.org\n2,two@x.org\n3,one@x.org\n"), source="crm")
    bring("customers", file_of(home, "customer,email\na,two@x.org\nb,one@x.org\nc,one@x.org\n"), source="web")

    assert not PartyLink.objects.exists()


def test_a_link_that_somebody_took_away_does_not_come_back_with_the_next_import(home: Path) -> None:
    _two_sources(home)
    services.unmerge(party="web:w9", actor=MIA)
    bring("customers", file_of(home, "customer,city,email\nw9,Bari,ann@example.com\n"), source="web")

    assert [r["key"] for r in profile("web:w9")["source_records"]] == ["w9"]


def test_a_merged_customer_outlives_the_import_that_brought_it(home: Path) -> None:
    crm = bring("orders", file_of(home, "order,customer,time,amount\n1,c1,2026-01-01,10\n"), source="crm")[
        "import"
    ]
    bring("orders", file_of(home, "order,customer,time,amount\n1,w9,2026-01-01,20\n"), source="web")
    services.merge(party="web:w9", into="crm:c1", reason="same person", actor=MIA)
    survivor = profile("crm:c1")["customer"]

    assert undo(crm)["kept"] == 1
    left = profile("web:w9")
    assert (left["customer"], [o["order"] for o in left["orders"]]) == (survivor, ["web:1"])


def test_two_columns_that_would_be_one_attribute_are_refused(home: Path) -> None:
    with pytest.raises(
        DomainError, match=r"^The columns 'Home City' and 'home-city' would both become the attribute "
    ):
        bring("customers", file_of(home, "customer,Home City,home-city\n1,a,b\n"))
    with pytest.raises(
        DomainError, match=r"^The columns 'who' and 'name' would both become the attribute 'name'"
    ):
        bring("customers", file_of(home, "customer,who,name\n1,a,b\n"), mapping={"name": "who"})
    assert not Party.objects.exists()
