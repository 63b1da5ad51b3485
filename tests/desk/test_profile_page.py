"""A profile on its page: the counts of the group and of everybody each open their own customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from desk.test_insight_pages import counted, page_of, somebody
from insight.analysing import refresh, sell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.requirement("ANA-63")
def test_counts_of_the_group_and_of_everybody_open_different_customers(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    people = "customer,city,kind\na,Lyon,good\nb,Lyon,good\nc,Lyon,plain\nd,Nice,plain\n"
    bring("customers", file_of(home, people, "people.csv"))
    sell(home, [("a", "2025-01-03", "10.00")])
    refresh()
    asked = "group=fact.kind&value=good&attributes=fact.city&at_least=1"
    browser = somebody("decision_maker")
    page = page_of(browser, f"/insight/analyses/profile/?{asked}")
    # In Lyon two of the group and three of everybody; in Nice one of everybody.
    assert sorted(counted(browser, page, 1)) == [1, 2, 3]
