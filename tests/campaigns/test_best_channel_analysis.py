"""The best channel by segment and customer, from contacts, recorded responses and costs."""

from __future__ import annotations

from typing import Any

import pytest
from campaigns.world import MIA, contacts, customers, keys, orders, refresh, responses

from customer_insight.conditions import parse
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "campaign,customer,time,channel,cost"


@pytest.fixture
def contacted(home: Any) -> None:
    """Forty with an address and consent, ten without; forty were written to by e-mail and forty by mail.

    By e-mail 8 of 40 responded, by mail 20 of 40; a response was worth 10 on average, an e-mail cost 0.10, a letter 2.
    """
    customers(keys(40))
    customers(keys(10, "x"), email=False)
    orders([(key, "2026-01-10", 20) for key in (*keys(40), *keys(10, "x"))])
    sent = [["spring", key, "2026-02-01 09:00", "email", 0.1] for key in keys(40)]
    sent += [["summer", key, "2026-02-10 09:00", "mail", 2] for key in keys(40)]
    sent += [["silent", key, "2026-02-20 09:00", "sms", 1] for key in keys(40)]
    contacts(sent, HEADER)
    answers = [["spring", key, "2026-02-02 10:00", "10"] for key in keys(8)]
    answers += [["summer", key, "2026-02-12 10:00", "10"] for key in keys(40)[20:]]
    responses(answers, "campaign,customer,time,value")
    refresh()


@pytest.mark.requirement("ANA-73")
@pytest.mark.usefixtures("contacted")
def test_each_segment_has_its_pattern_of_channels_with_costs() -> None:
    answer = ask("best-channel", {}, actor=MIA)
    assert answer.raw
    everybody = [row for row in answer.raw["segments"] if row["segment"] is None]
    told = [
        (row["channel"], row["contacts"], row["responses"], row["cost"], row["is_best"]) for row in everybody
    ]
    assert told == [("mail", 40, 20, 200, True), ("email", 40, 8, 10, False)]
    # (20 + 1/2) / 41 x 10.00 - 2.00 = 3.00 and (8 + 1/2) / 41 x 10.00 - 0.10 = 1.97
    assert [round(row["expected_net"]) for row in everybody] == [300, 197]
    assert answer.shown
    _segments, recommended = answer.shown.sheets
    assert sum(row[1] for row in recommended.rows) == 50
    assert [count_audience(parse(where)) for where in recommended.opens] == [
        row[1] for row in recommended.rows
    ]


@pytest.mark.requirement("ANA-73")
@pytest.mark.usefixtures("contacted")
def test_costs_may_be_typed_and_who_cannot_be_reached_is_not_told_to_be() -> None:
    dear = ask("best-channel", {"costs": "mail 50"}, actor=MIA)
    assert dear.raw
    assert [(row["channel"], row["customers"]) for row in dear.raw["recommended"]] == [
        ("email", 40), ("none pays", 10),
    ]  # fmt: skip
    assert count_audience(parse({"op": "=", "field": dear.field, "value": "email"})) == 40
    with pytest.raises(DomainError, match="a channel and what a contact costs"):
        ask("best-channel", {"costs": "cheap"}, actor=MIA)


def test_without_contacts_it_says_what_to_import(home: Any) -> None:
    customers(keys(2))
    orders([(key, "2026-01-10", 20) for key in keys(2)])
    refresh()
    shown = ask("best-channel", {}, actor=MIA).shown
    assert shown
    assert shown.sheets[0].empty.startswith("There are no contacts with recorded responses")
