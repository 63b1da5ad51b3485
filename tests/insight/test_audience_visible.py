"""Whose customers are counted and listed: as of this moment, though the copy is older."""

from __future__ import annotations

from pathlib import Path

import pytest
from customers.importing import bring, file_of
from insight.analysing import refresh, sell
from staff.cast import MAY, sales_department

from customer_insight.conditions import Condition, parse
from guanxi.customers.models import Party
from guanxi.customers.services import assign_customers
from guanxi.foundation.models import ChangeRow
from guanxi.insight.audience import audience_fields, browse_audience, count_audience
from guanxi.staff.models import User
from guanxi.staff.visibility import EVERYTHING, Sees, visible_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(home: Path) -> dict[str, User]:
    names = ["ann", "bob", "cas", "dan"]
    bring("customers", file_of(home, "\n".join(["customer", *names]), "people.csv"))
    sell(home, [(name, "2026-01-05", 10 * place) for place, name in enumerate(names, 1)])
    return sales_department()


def everybody() -> Condition:
    return parse({"op": ">=", "field": "indicator.sales_amount", "value": 0}, audience_fields())


def give(name: str, owner: User | None) -> None:
    assign_customers(customer_ids=[Party.objects.get(source_key=name).pk], owner=owner, actor=MAY)


def seen(sees: Sees) -> list[str]:
    with browse_audience(everybody(), sees=sees) as (_duck, found):
        ids = [customer for customer, _ in found.fetchall()]
    assert count_audience(everybody(), sees=sees) == len(ids)
    return sorted(Party.objects.filter(pk__in=ids).values_list("source_key", flat=True))


def test_the_copy_and_what_changed_hands_since_answer_together(people: dict[str, User]) -> None:
    zhou, ben, li = (visible_to(people[name]) for name in ("zhou", "ben", "li"))
    give("ann", people["zhou"])
    give("bob", people["ben"])
    refresh("2026-01-31")
    assert not ChangeRow.objects.filter(dataset="assignments").exists()
    assert seen(zhou) == ["ann", "cas", "dan"]
    assert seen(ben) == ["bob", "cas", "dan"]
    assert seen(EVERYTHING) == ["ann", "bob", "cas", "dan"]

    give("ann", people["ben"])  # from one to another
    give("cas", people["ann"])  # out of the pool
    give("bob", None)  # back into it
    assert seen(zhou) == ["bob", "dan"]
    assert seen(ben) == ["ann", "bob", "dan"]
    assert seen(li) == ["bob", "cas", "dan"]

    give("dan", people["ben"])
    assert seen(zhou) == ["bob"]
    refresh("2026-01-31")
    assert seen(zhou) == ["bob"]
    assert seen(ben) == ["ann", "bob", "dan"]
    assert seen(EVERYTHING) == ["ann", "bob", "cas", "dan"]
