"""One journey per role, by clicking, from the start page; the main job's roles meet in test_main_job_by_clicking.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser.stories import SignIn, comes, named_shop
from campaigns.world import keys, refresh, shop
from staff.cast import person, unit

from guanxi.customers.models import Party
from guanxi.customers.queries import profile
from guanxi.customers.services import assign_customers
from guanxi.foundation import configuration
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry
from guanxi.staff.models import User
from guanxi.staff.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
MAY = Actor("May")


def given_to(owner: User, *keys: str) -> None:
    found = Party.objects.filter(public_id__in=keys).values_list("pk", flat=True)
    assign_customers(customer_ids=list(found), owner=owner, actor=MAY)


@pytest.mark.parametrize("wanted", ["王伟", "wangwei", "ww", "13800130001"])
def test_a_service_agent_finds_the_caller(sign_in: SignIn, wanted: str) -> None:
    named_shop()
    agent = comes(sign_in, "service_agent", "Ke Fu")
    agent.type("Find a customer", wanted)
    agent.page.keyboard.press("Enter")
    agent.reads("What happened", "Purchase", "An e-mail may go out now.", "email: agreed")
    assert agent.page.inner_text("h1") == "王伟"


def test_a_service_agent_sees_whether_and_why_not_to_write(sign_in: SignIn) -> None:
    """Two callers share the last digits; the right one refused e-mail."""
    named_shop()
    agent = comes(sign_in, "service_agent", "Ke Fu")
    agent.type("Find a customer", "0001")
    agent.page.keyboard.press("Enter")
    agent.reads("These customers were found as “0001”:", "王伟")
    agent.follow("Ann O'Brien")
    agent.reads("No e-mail may go out now.", "email: refused", "refused on")
    agent.press("Show addresses")
    agent.reads("ann@example.com", "+44 7911 120001".replace(" ", ""))
    assert AuditEntry.objects.filter(verb="revealed", actor="Ke Fu", object_id="c02").exists()


def test_a_salesperson_sees_their_own_customers_and_the_pool(sign_in: SignIn) -> None:
    named_shop()
    seller = comes(sign_in, "salesperson", "Zhou Min")
    given_to(User.objects.get(role=Role.SALESPERSON), "c01")
    given_to(person("Ben", Role.SALESPERSON), "c02")
    seller.go("Customers")
    seller.reads("王伟", "11 customers")
    assert "Ann O'Brien" not in seller.text()
    seller.type("Find a customer", "O'Brien")
    seller.page.keyboard.press("Enter")
    seller.reads("Nobody was found as “O'Brien”.")
    seller.type("Find a customer", "wangwei")
    seller.page.keyboard.press("Enter")
    seller.page.locator("#who", has_text="Zhou Min").wait_for()
    assert "wei@example.com" not in seller.text()
    seller.press("Show addresses")
    seller.reads("wei@example.com")
    assert AuditEntry.objects.filter(verb="revealed", actor="Zhou Min", object_id="c01").count() == 1


def test_a_sales_manager_gives_customers_to_the_team_and_takes_one_back(sign_in: SignIn) -> None:
    named_shop()
    north = unit("North")
    person("Ann", Role.SALESPERSON, north)
    person("Ben", Role.SALESPERSON, unit("South"))
    manager = comes(sign_in, "sales_manager", "Li Lei", unit=north)
    manager.follow("To the customers")
    manager.tick("Tick c01")
    manager.tick("Tick c02")
    manager.reads("2 ticked")
    manager.press("Assign")
    manager.reads("Assign 2 customers")
    options = manager.page.get_by_label("Who looks after them from now on").inner_text()
    assert ("Ann" in options, "Ben" in options) == (True, False)
    manager.choose("Who looks after them from now on", "Ann")
    manager.press("Assign")
    manager.reads("2 customers are looked after by Ann now.")
    manager.follow("c01", "tbody")
    manager.page.locator("#who p", has_text="Ann").first.wait_for()
    manager.choose("Give to", "nobody (public pool)")
    manager.press("Save", "#who")
    manager.reads("The customer is in the public pool now: everybody sees them.")
    looked_after = {key: [row["owner"] for row in profile(key)["assignments"]] for key in ("c01", "c02")}
    assert looked_after == {"c01": [], "c02": ["Ann"]}


def test_an_administrator_adds_a_person_to_a_team_and_reads_the_audit(sign_in: SignIn) -> None:
    admin = comes(sign_in, "administrator", "Guan Li")
    admin.follow("1", "[data-panel=installation]")
    admin.reads("Departments and teams")
    new_team = "form:has-text('Below')"
    admin.page.locator(new_team).last.get_by_label("Name").fill("North")
    admin.page.locator(new_team).last.get_by_role("button", name="Add").click()
    admin.page.get_by_text("people: 0").wait_for()
    admin.type("E-mail", "zhou@example.com")
    admin.page.locator("form:has-text('First password')").get_by_label("Name").fill("Zhou")
    admin.page.locator("form:has-text('First password')").get_by_label("Role").select_option("salesperson")
    admin.page.locator("form:has-text('First password')").get_by_label("Department or team").select_option(
        label="North"
    )
    admin.type("First password", "correct horse 9")
    admin.press("Add", "form:has-text('First password')")
    admin.row("zhou@example.com").get_by_text("North").wait_for()
    assert User.objects.get(email="zhou@example.com").unit.name == "North"
    admin.go("Audit")
    admin.row("Guan Li", "created").wait_for()


def test_an_administrator_changes_a_policy_in_two_tabs(sign_in: SignIn) -> None:
    """The second tab is told of the first; both values stand there, and nothing typed is lost."""
    admin = comes(sign_in, "administrator", "Guan Li")
    admin.go("Settings")
    most = "#contact_policy input[name=max_contacts]"
    admin.page.locator(most).wait_for()
    other = admin.another_tab()
    admin.page.fill(most, "6")
    other.page.fill(most, "2")
    admin.press("Save", "#contact_policy")
    admin.reads("The setting is saved")  # else its message may stand in the other tab
    other.press("Save", "#contact_policy")
    other.reads("Guan Li changed this", "Now it is 6.")
    assert other.page.input_value(most) == "2"
    assert configuration.read("contact_policy")["max_contacts"] == 6
    other.press("Save", "#contact_policy")
    other.reads("The setting is saved")
    assert configuration.read("contact_policy")["max_contacts"] == 2
    other.go("Audit")
    assert other.page.locator("main tr", has_text="contact_policy").count() == 2


def test_an_analyst_reads_the_model_and_takes_tables_and_charts_along(sign_in: SignIn) -> None:
    named_shop()
    analyst = comes(sign_in, "analyst", "Fen Xi")
    analyst.follow("Tiers", "[data-panel=reports]")
    with analyst.page.expect_download() as download:
        analyst.follow("CSV")
    assert "MVC" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    analyst.follow("Lifetime value")
    analyst.reads("What the model found")
    analyst.follow("Bill bands")
    with analyst.page.expect_download() as download:
        analyst.page.get_by_role("button", name="PNG").first.press("Enter")
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    analyst.go("Settings")
    analyst.reads("An administrator changes these.")
    assert analyst.page.locator("main input:not([type=hidden]):not([readonly]):not([disabled])").count() == 0


def test_a_marketing_manager_asks_an_analysis_opens_its_customers_and_keeps_it(sign_in: SignIn) -> None:
    shop({key: 20.0 + number for number, key in enumerate(keys(40))})
    refresh(None)
    manager = comes(sign_in, "marketing_manager", "Mia")
    manager.go("Insight")
    manager.follow("Analyses")
    manager.follow("Recency, frequency, monetary value")
    manager.type("Scores", "2")
    manager.press("Show")
    manager.reads("Customers by recency (down) and frequency (across)", "222")
    best = manager.row("222")
    number = best.get_by_role("link").first.inner_text()
    best.get_by_role("link").first.click()
    manager.reads(f"{number} customers")
    manager.page.go_back()
    manager.unfold("Keep this analysis")
    for field, text in (
        ("Name", "Whom to keep"), ("Business goal", "Fewer lapse"), ("Who answers for it", "Mia"),
        ("What is to follow", "A letter in April"),
    ):  # fmt: skip
        manager.type(field, text)
    manager.press("Keep", "form[action$='/keep/']")
    manager.reads("Whom to keep is kept.", "Fewer lapse", "A letter in April")
    manager.follow("Whom to keep")
    manager.reads("222")
    assert manager.complaints() == []


def test_an_analyst_asks_who_leaves_of_some_customers_only(sign_in: SignIn) -> None:
    shop({key: 20.0 + number for number, key in enumerate(keys(40))})
    refresh(None)
    analyst = comes(sign_in, "analyst", "An Ni")
    analyst.page.goto(
        analyst.page.url.rstrip("/") + '/customers/?where={"op":"=","field":"class.tier","value":"MVC"}'
    )
    analyst.follow("Analyse these")
    analyst.reads("Only of these customers:", "MVC")
    analyst.follow("Concentration")
    analyst.reads("Only of these customers:", "What the first customers bring")
    analyst.follow("Of all customers")
    analyst.reads("What the first customers bring")
    assert "Only of these customers" not in analyst.text()
    assert analyst.complaints() == []
