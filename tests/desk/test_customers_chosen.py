"""What is done with many customers at once asks first, with the exact number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from desk.files import csv_rows
from desk.test_customer_pages import somebody, three, where

from guanxi.customers.models import Assignment
from guanxi.desk.customers.views import actions
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
RICH = where(op=">=", field="indicator.sales_amount", value=20_000)


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def hidden(page: str) -> dict[str, str]:
    """What the form that asks for confirmation sends."""
    form = page[page.index('action="/customers/chosen/"') :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))


def test_ticked_customers_are_exported_after_the_number_is_confirmed() -> None:
    three()
    analyst = somebody()
    asked = {"do": "export", "chosen": ["c03", "c01", "c01"], "where": RICH, "sort": "sales_amount"}
    page = analyst.post("/customers/chosen/", asked).content.decode()

    assert "Export 2 customers" in page
    sent = {name: value.replace("&quot;", '"') for name, value in hidden(page).items()}
    rows = csv_rows(analyst.post("/customers/chosen/", {**sent, "format": "csv"}))
    assert [row[0] for row in rows[1:]] == ["c03", "c01"]


def test_a_number_that_changed_meanwhile_is_asked_again() -> None:
    three()
    analyst = somebody()
    asked = {"do": "export", "scope": "all", "where": RICH, "expected": "7", "format": "csv"}
    answer = analyst.post("/customers/chosen/", asked)
    assert answer.status_code == 409
    assert "It was 7 when you chose them, and is 2 now." in answer.content.decode()
    assert hidden(answer.content.decode())["expected"] == "2"
    assert len(csv_rows(analyst.post("/customers/chosen/", asked | {"expected": "2"}))) == 3


def test_a_campaign_begins_with_exactly_those_who_were_chosen() -> None:
    three()
    marketer = somebody("marketing_manager")
    for asked, where_text in (
        ({"scope": "all", "where": RICH}, RICH),
        ({"chosen": ["c02"]}, where(op="in", field="customer.public_id", values=["c02"])),
    ):
        page = marketer.post("/customers/chosen/", {"do": "campaign", **asked}).content.decode()
        number = re.search(r"Plan a campaign for (\d+) customers", page)
        assert number
        answer = marketer.post("/customers/chosen/", {"do": "campaign", **asked, "expected": number.group(1)})
        parts = urlsplit(answer.url)
        assert (answer.status_code, parts.path) == (302, "/campaigns/plan/")
        assert json.loads(parse_qs(parts.query)["where"][0]) == json.loads(where_text)


def test_customers_are_given_to_a_colleague_or_to_the_public_pool() -> None:
    three()
    ann = User.objects.create_user("ann", "ann@example.com", first_name="Ann", role="salesperson")
    steward = somebody("data_steward")
    asked = {"do": "assign", "scope": "all", "where": RICH}
    assert "Assign 2 customers" in steward.post("/customers/chosen/", asked).content.decode()
    wrong = steward.post("/customers/chosen/", {**asked, "expected": "2"})
    assert (wrong.status_code, Assignment.objects.count()) == (422, 0)
    for owner, said, owned in ((str(ann.pk), "looked after by Ann now", 2), ("pool", "public pool now", 0)):
        sent = {**asked, "expected": "2", "owner": owner}
        assert said in steward.post("/customers/chosen/", sent, follow=True).content.decode()
        assert Assignment.objects.filter(owner=ann).count() == owned


def test_too_many_at_once_nobody_and_nonsense_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    three()
    steward, analyst = somebody("data_steward"), somebody()
    monkeypatch.setattr(actions, "MOST_ASSIGNED", 2)
    many = {"do": "assign", "scope": "all", "expected": "3", "owner": "pool"}
    assert "At most 2 customers" in steward.post("/customers/chosen/", many).content.decode()
    for asked in (
        {"do": "export"},
        {"do": "export", "chosen": ["nobody"]},
        {"do": "dance", "chosen": ["c01"]},
    ):
        assert analyst.post("/customers/chosen/", asked).status_code == 422
    for action in ("campaign", "assign"):
        assert analyst.post("/customers/chosen/", {"do": action, "chosen": ["c01"]}).status_code == 403
