"""The list by who looks after the customers: filters, saved views, order; each sees it as of this moment."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from campaigns import world
from desk.test_list_filters import got, ids
from django.test import Client
from staff.cast import MAY, person, sales_department

from guanxi.customers.services import assign_customers
from guanxi.desk.customers import listing
from guanxi.staff.models import Unit, User
from guanxi.staff.roles import Role

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
OWNERS = {"c0": "zhou", "c1": "ben", "c2": "ann", "c3": "zhou"}


@pytest.fixture
def people(home: Path, settings: Any) -> dict[str, User]:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    world.shop({f"c{n}": 10.0 + n for n in range(5)})  # c4 is in the public pool
    people = sales_department()
    for key, owner in OWNERS.items():
        give(key, people[owner])
    world.refresh()
    return people


def give(key: str, owner: User | None) -> None:
    assign_customers(customer_ids=[world.party(key).pk], owner=owner, actor=MAY)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def owned_by(value: str, op: str = "=") -> str:
    return "?" + urlencode({"where": json.dumps({"op": op, "field": "customer.owner", "value": value})})


def found(user: User, value: str, op: str = "=") -> list[str]:
    return sorted(ids(browser(user), f"/customers/{owned_by(value, op)}"))


def team(name: str) -> str:
    return f"team:{Unit.objects.get(name=name).pk}"


def test_me_a_colleague_a_team_and_the_public_pool_are_owners(people: dict[str, User]) -> None:
    wang, zhou = people["wang"], people["zhou"]
    assert found(zhou, "me") == ["c0", "c3"]
    assert found(wang, "me") == []
    assert found(wang, "zhou@example.com") == ["c0", "c3"]
    assert found(wang, "nobody") == ["c4"]
    assert found(wang, "nobody", "!=") == ["c0", "c1", "c2", "c3"]
    assert found(wang, "zhou@example.com", "!=") == ["c1", "c2", "c4"]
    assert found(wang, team("North")) == ["c0", "c2", "c3"]
    assert found(wang, team("Sales")) == ["c0", "c1", "c2", "c3"]
    assert found(zhou, "ben@example.com") == []  # whose customers are not theirs to see


def test_a_change_of_hands_counts_at_once(people: dict[str, User]) -> None:
    give("c0", people["ben"])
    give("c1", None)
    assert found(people["zhou"], "me") == ["c3"]
    assert found(people["wang"], "ben@example.com") == ["c0"]
    assert found(people["eve"], "nobody") == ["c1", "c4"]


def test_the_chip_says_who_in_words_with_its_count_and_opens_the_form_again(people: dict[str, User]) -> None:
    li = browser(people["li"])
    address = got(li, field="customer.owner", op="=", value="zhou@example.com")
    page = html.unescape(li.get(address).content.decode())
    assert re.search(r"Looked after by Zhou</a>.*?fulfil this filter alone\">2<", page)
    (change,) = re.findall(r'<a href="([^"]+)" title="Change this filter"', page)
    form = li.get(change).content.decode()
    assert '<option value="zhou@example.com" selected>Zhou</option>' in form
    assert "Ben" not in form
    assert f'<option value="{team("North")}">North</option>' in form
    assert team("South") not in form
    for value, said in (("me", "Looked after by me"), ("nobody", "Looked after by nobody (public pool)")):
        assert said in li.get(f"/customers/{owned_by(value)}").content.decode()
    assert (
        "Not looked after by North" in li.get(f"/customers/{owned_by(team('North'), '!=')}").content.decode()
    )
    counted = li.get(
        "/customers/count/", {"field": "customer.owner", "op": "=", "value": "me"}
    ).content.decode()
    assert "<strong>0 customers</strong>" in counted


def test_an_owner_whom_there_is_not_is_explained(people: dict[str, User]) -> None:
    wang = browser(people["wang"])
    for value, said in (
        ("x@example.com", "Nobody signs in as x@example.com"),
        ("team:999", "no department or team 999"),
    ):
        typed = wang.get("/customers/", {"field": "customer.owner", "op": "=", "value": value})
        opened = wang.get(f"/customers/{owned_by(value)}")
        for answer in (typed, opened):
            assert (answer.status_code, said in html.unescape(answer.content.decode())) == (422, True)


def test_a_shared_view_of_my_customers_opens_everybodys_own(people: dict[str, User]) -> None:
    wang = browser(people["wang"])
    (query,) = parse_qs(owned_by("me").removeprefix("?"))["where"]
    saved = wang.post("/customers/views/", {"where": query, "name": "My customers", "is_shared": "on"})
    assert sorted(ids(wang, saved.url)) == []
    assert sorted(ids(browser(people["zhou"]), saved.url)) == ["c0", "c3"]
    assert sorted(ids(browser(people["ben"]), saved.url)) == ["c1"]


def test_a_plan_for_my_customers_names_me(people: dict[str, User]) -> None:
    give("c4", people["zhou"])
    User.objects.filter(pk=people["zhou"].pk).update(role=Role.MARKETING_MANAGER)
    zhou = browser(User.objects.get(pk=people["zhou"].pk))
    where = json.dumps({"op": "=", "field": "customer.owner", "value": "me"})
    answer = zhou.post(
        "/customers/chosen/", {"do": "campaign", "scope": "all", "where": where, "expected": "3"}
    )
    carried = parse_qs(urlsplit(answer.url).query)["where"]
    assert [json.loads(each)["value"] for each in carried] == ["zhou@example.com"]


def test_the_list_is_sorted_by_the_owners_name_forth_and_back(
    people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=people["ben"].pk).update(first_name="王伟")
    wang = browser(people["wang"])
    address = "/customers/?columns=customer.owner&sort={}"
    assert ids(wang, address.format("customer.owner")) == [
        "c2",
        "c1",
        "c0",
        "c3",
        "c4",
    ]  # Ann, Wang Wei, Zhou
    assert ids(wang, address.format("-customer.owner")) == ["c0", "c3", "c1", "c2", "c4"]
    monkeypatch.setattr(listing, "PAGE", 2)
    page = wang.get(address.format("customer.owner")).content.decode()
    assert 'aria-sort="ascending"' in page
    (after,) = re.findall(r'rel="next" href="([^"]+)"', page)
    second = wang.get(html.unescape(after)).content.decode()
    assert re.findall(r'<td><a href="/customers/(\w+)/"', second) == ["c0", "c3"]
    (before,) = re.findall(r'rel="prev" href="([^"]+)"', second)
    assert ids(wang, html.unescape(before)) == ["c2", "c1"]


def test_customers_are_given_to_those_who_look_after_customers_wherever_it_is_done(
    people: dict[str, User],
) -> None:
    person("Ida", Role.SERVICE_AGENT)
    User.objects.filter(pk=people["ann"].pk).update(is_active=False)
    steward = browser(person("Sam", Role.DATA_STEWARD))
    bulk = {"do": "assign", "scope": "all"}
    pages = (steward.get("/customers/c0/"), steward.post("/customers/chosen/", bulk))
    for page in pages:
        (offered,) = re.findall(r'<select name="owner".*?</select>', page.content.decode())
        said = [name.split(" · ")[0] for name in re.findall(r'<option value="\d+"[^>]*>([^<]+)<', offered)]
        assert said == ["Ben", "Ida", "Li", "Wang", "Zhou"]
    eve = str(people["eve"].pk)  # an analyst
    refused = steward.post("/customers/chosen/", {**bulk, "expected": "5", "owner": eve})
    assert "Choose who looks after these customers from now on." in refused.content.decode()
    assert steward.post("/customers/c0/owner/", {"owner": eve}, follow=True).status_code == 422
