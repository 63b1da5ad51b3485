"""Invoices, receipts, costs, opportunities and interactions stand on the customer's line of time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of

from guanxi.customers.models import Party
from guanxi.desk.customers.timeline import timeline
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    for kind, text in FILES.items():
        bring(kind, file_of(home, text, f"{kind}.csv"))


FILES = {
    "orders": "order,customer,time,amount\nO1,ann,2026-01-02 18:30,10\n",
    "invoices": "invoice,customer,issued_on,due_on,amount\nI1,ann,2026-01-03,2026-02-02,1100\nI2,ann,2026-01-04,,50\n",
    "receipts": "receipt,customer,received_on,amount,invoice\nR1,ann,2026-01-05,60,I2\nR1,ann,2026-01-05,60,I1\n"
    "R2,ann,2026-01-06,7,\n",
    "costs": "cost,customer,booked_on,kind,amount\nC1,ann,2026-01-07,shipping,2\n",
    "opportunities": "opportunity,customer,name,opened_on,closed_on,expected_amount,outcome\n"
    "D1,ann,Kitchen,2026-01-01,2026-01-08,300,won\n",
    "interactions": "interaction,customer,time,direction,channel,feedback,summary,outcome,employee\n"
    "T1,ann,2026-01-09 09:00,in,telephone,complaint,Call me at 555,promised,Eve\n",
}


def test_everything_stands_in_its_order_newest_first() -> None:
    ann = Party.objects.get(source_key="ann").pk
    told = [(event.day, event.kind, event.text, event.private) for event in timeline([ann])]
    assert told == [
        ("2026-01-09", "Interaction", "in, telephone, complaint", "Call me at 555 · promised · Eve"),
        ("2026-01-08", "Opportunity", "Kitchen: won", ""),
        ("2026-01-07", "Cost to serve", "delivery: 2.00 USD", ""),
        ("2026-01-06", "Receipt", "R2: 7.00 USD", ""),
        ("2026-01-05", "Receipt", "R1: 120.00 USD · for I1, I2", ""),
        ("2026-01-04", "Invoice", "I2: 50.00 USD", ""),
        ("2026-01-03", "Invoice", "I1: 1,100.00 USD, due on 2026-02-02", ""),
        ("2026-01-02", "Purchase", "O1: 10.00 USD, lines: 1", ""),
        ("2026-01-01", "Opportunity", "Kitchen: opened, 300.00 USD expected", ""),
    ]
    assert [event.kind for event in timeline([ann], 2)] == ["Interaction", "Opportunity"]


@pytest.mark.parametrize(("role", "reads"), [("service_agent", True), ("analyst", False)])
def test_what_was_said_is_for_those_who_speak_with_customers(client: Any, role: str, reads: bool) -> None:
    client.force_login(User.objects.create_user(f"{role}@example.com", f"{role}@example.com", role=role))
    page = client.get(f"/customers/{Party.objects.get(source_key='ann').public_id}/").content.decode()
    assert "in, telephone, complaint" in page
    assert ("Call me at 555" in page) is reads
