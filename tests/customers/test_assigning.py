"""Who looks after a customer, and who sees whom because of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from customers.importing import bring, file_of
from staff.cast import MAY, sales_department

from guanxi.customers.models import Assignment, Party
from guanxi.customers.queries import is_seen, profile, seen_by
from guanxi.customers.services import assign_customers, merge, unmerge
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import AuditEntry, ChangeRow
from guanxi.staff.models import User
from guanxi.staff.visibility import visible_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(home: Path) -> dict[str, User]:
    lines = ["customer,name", *(f"c{n},Customer {n}" for n in range(5))]
    bring("customers", file_of(home, "\n".join(lines)))
    return sales_department()


def customer(key: str) -> Party:
    return Party.objects.get(source_key=key)


def seen(user: User) -> list[str]:
    return sorted(Party.objects.filter(seen_by(visible_to(user))).values_list("source_key", flat=True))


def test_people_see_their_own_customers_and_the_pool(people: dict[str, User]) -> None:
    assign_customers(customer_ids=[customer("c0").pk, customer("c1").pk], owner=people["zhou"], actor=MAY)
    assign_customers(customer_ids=[customer("c2").pk], owner=people["ben"], actor=MAY)

    assert seen(people["zhou"]) == ["c0", "c1", "c3", "c4"]
    assert seen(people["ben"]) == ["c2", "c3", "c4"]
    assert seen(people["ann"]) == ["c3", "c4"]
    assert seen(people["li"]) == ["c0", "c1", "c3", "c4"]
    assert seen(people["wang"]) == seen(people["eve"]) == ["c0", "c1", "c2", "c3", "c4"]
    assert not is_seen(customer("c0"), visible_to(people["ben"]))


def test_giving_back_to_the_pool_shows_a_customer_to_everybody(people: dict[str, User]) -> None:
    assign_customers(customer_ids=[customer("c0").pk], owner=people["zhou"], actor=MAY)
    assert profile("shop:c0")["assignments"][0]["owner"] == "Zhou"
    assign_customers(customer_ids=[customer("c0").pk], owner=None, actor=MAY)

    assert "c0" in seen(people["ben"])
    assert profile("shop:c0")["assignments"] == []
    assert Assignment.objects.count() == 1


def test_a_manager_gives_only_what_and_to_whom_they_lead(people: dict[str, User]) -> None:
    li = visible_to(people["li"])
    assign_customers(customer_ids=[customer("c2").pk], owner=people["ben"], actor=MAY)

    with pytest.raises(DomainError, match="Ben cannot be given these customers"):
        assign_customers(customer_ids=[customer("c0").pk], owner=people["ben"], actor=MAY, sees=li)
    with pytest.raises(DomainError, match="people whom you do not lead"):
        assign_customers(
            customer_ids=[customer("c0").pk, customer("c2").pk], owner=people["ann"], actor=MAY, sees=li
        )
    assert Assignment.objects.count() == 1
    assert assign_customers(customer_ids=[customer("c0").pk], owner=people["ann"], actor=MAY, sees=li) == 1


def test_nobody_is_given_to_somebody_who_left_or_looks_after_nobody(people: dict[str, User]) -> None:
    people["zhou"].is_active = False
    people["zhou"].save()
    for nobody in ("zhou", "eve"):  # an analyst looks after nobody
        with pytest.raises(DomainError, match="cannot be given"):
            assign_customers(customer_ids=[customer("c0").pk], owner=people[nobody], actor=MAY)


def test_every_change_of_hands_is_audited_and_told_to_the_replica(people: dict[str, User]) -> None:
    ChangeRow.objects.all().delete()
    assign_customers(customer_ids=[customer("c0").pk], owner=people["zhou"], actor=MAY)

    entry = AuditEntry.objects.get(verb="assigned")
    assert (entry.actor, entry.object_id) == ("May", str(people["zhou"].pk))
    assert list(ChangeRow.objects.values_list("dataset", "row_id")) == [
        ("assignments", Assignment.objects.get().pk)
    ]


def test_one_customer_has_one_owner_after_merging(people: dict[str, User]) -> None:
    assign_customers(customer_ids=[customer("c0").pk], owner=people["zhou"], actor=MAY)
    assign_customers(customer_ids=[customer("c2").pk], owner=people["ben"], actor=MAY)
    merge(party="shop:c2", into="shop:c0", reason="same", actor=MAY)
    merge(party="shop:c0", into="shop:c1", reason="same", actor=MAY)

    owners = dict(Assignment.objects.values_list("party__source_key", "owner__first_name"))
    assert owners == {"c0": "Zhou", "c1": "Zhou", "c2": "Zhou"}

    assign_customers(customer_ids=[customer("c1").pk], owner=people["ann"], actor=MAY)
    unmerge(party="shop:c0", actor=MAY)
    assert not is_seen(customer("c2"), visible_to(people["ben"]))
    assert is_seen(customer("c2"), visible_to(people["ann"]))
