"""The main job by the people who do it: each begins on their start page and clicks what the pages show."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from browser.stories import (
    Calendar,
    Person,
    SignIn,
    calendar,
    comes,
    later_file,
    orders_file,
    people_file,
    work_off,
)
from campaigns.world import delivered, roles

from guanxi.customers.models import ImportBatch

__all__ = ["calendar"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.requirement("DATA-16", "CAMP-06", "CAMP-08", "CAMP-09", "CAMP-12")
def test_from_files_with_mistakes_to_a_lesson_and_back(sign_in: SignIn, calendar: Calendar) -> None:
    steward = comes(sign_in, "data_steward", "Shi Lan")
    the_steward_brings_two_files_and_mends_them(steward)
    analyst = comes(sign_in, "analyst", "Fen Xi")
    the_analyst_finds_who_slips_and_why(analyst)
    marketer = comes(sign_in, "marketing_manager", "Ma Kai")
    the_marketer_plans(marketer)
    the_marketer_launches_and_watches(marketer, calendar)

    calendar.set(datetime(2026, 4, 20, 9, tzinfo=UTC))
    treated = {key for key, role in roles("come-back").items() if role == "target"}
    the_steward_brings(steward, "orders", "later.csv", later_file(treated), 100)
    the_marketer_reads_what_it_earned_and_closes(marketer)
    the_decision_maker_reads_the_result(comes(sign_in, "decision_maker", "Jue Ce"))
    the_steward_takes_the_orders_back(steward)
    assert [each.complaints() for each in (steward, analyst, marketer)] == [[], [], []]


def the_steward_brings_two_files_and_mends_them(steward: Person) -> None:
    steward.reads("Nothing was imported yet")
    steward.follow("Import a file")
    steward.choose("What it holds", "customers")
    steward.bring("customers.csv", people_file())
    steward.press("Check the file")
    steward.reads("is not an e-mail address", "is neither yes nor no", "Import 98 rows")
    steward.type("email, 5", "k03@example.com")
    steward.type("consent_email, 7", "no")
    steward.press("Check again")
    steward.reads("mended")
    steward.press("Import 100 rows")
    steward.reads("You can leave this page")
    work_off()
    steward.reads("published", "Nothing is analysed yet")

    steward.go("Imports")
    steward.choose("What it holds", "orders")
    steward.bring("orders.csv", orders_file())
    steward.press("Check the file")
    steward.reads("is not a date", "is not a number")
    steward.type("time, 9", "2025-10-18")
    steward.type("amount, 13", "201")
    steward.press("Check again")
    steward.reads("mended")
    steward.press("Import")
    steward.reads("You can leave this page")
    work_off()
    steward.reads("published")
    assert [batch.rows_bad for batch in ImportBatch.objects.order_by("pk")] == [0, 0]


def the_steward_brings(steward: Person, kind: str, name: str, text: str, rows: int) -> None:
    steward.go("Imports")
    steward.choose("What it holds", kind)
    steward.bring(name, text)
    steward.press("Check the file")
    steward.press(f"Import {rows} rows")
    steward.reads("You can leave this page")
    work_off()
    steward.reads("The figures do not know this yet")


def the_analyst_finds_who_slips_and_why(analyst: Person) -> None:
    """The figures of autumn beside those of now: twenty of the best have gone down."""
    analyst.page.reload()
    analyst.press("Refresh the figures", "main")
    analyst.reads("brings the figures up to date")
    work_off()
    for day in ("2025-10-31", ""):
        analyst.go("Insight")
        analyst.unfold("Refresh the figures")
        analyst.type("As of", day)
        analyst.press("Refresh", "main details")
        analyst.reads("brings the figures up to date")
        work_off()
    analyst.reads("Done: insight refresh")
    analyst.follow("Open", "#toasts")
    analyst.follow("Tiers")
    analyst.reads("From which tier on 2025-10-31 to which on 2026-03-09")
    matrix = analyst.page.locator("figure", has_text="From which tier")
    matrix.locator("tbody tr", has_text="MVC").get_by_role("link", name="20", exact=True).click()
    analyst.reads("Value tier on 2025-10-31 is “MVC”", "20 customers")
    analyst.unfold("Views")
    analyst.type("Save the list as a new view", "Slipped away")
    analyst.tick("shared")
    analyst.press("Save", "form:has([name=is_shared])")
    analyst.reads("The view “Slipped away” is saved.")

    analyst.page.locator("tbody a").first.click()
    analyst.press("Why this tier?")
    analyst.reads("neither most valuable", "MVC → MIGRATOR")


def the_marketer_plans(marketer: Person) -> None:
    """For the analyst's view; each step says what is missing, and what stands beside it follows."""
    marketer.go("Customers")
    marketer.unfold("Views")
    marketer.follow("Slipped away")
    marketer.tick("all 20")
    marketer.press("Plan a campaign", "main")
    marketer.reads("Plan a campaign for 20 customers")
    marketer.press("Plan a campaign", "main")
    marketer.press("Begin", "main")
    marketer.type("What people call it", "Come back")
    marketer.type("Short name", "come-back")
    marketer.tick("return")
    marketer.type("Expected extra responses", "20")
    marketer.type("What one response earns", "60")
    marketer.press("Continue", ".gx-onward")
    marketer.reads("Value tier on 2026-03-09 is “MIGRATOR”")
    work_off()
    marketer.press("Continue", ".gx-onward")
    marketer.type("What is offered", "20 off the next order")
    marketer.press("Continue", ".gx-onward")
    marketer.type("Control share in per cent", "50")
    marketer.reads("Kept at")
    marketer.press("Continue", ".gx-onward")
    marketer.type("Subject", "We miss you, ${name|dear customer}")
    marketer.type("Words", "20 off your next order.")
    marketer.press("Send a trial to")  # at once: what was typed goes first
    marketer.reads("A trial letter is on its way to marketing_manager@example.com.")
    work_off()
    marketer.press("Continue", ".gx-onward")
    marketer.type("When it goes out", "2026-03-16T12:00")
    marketer.type("Days measured", "28")
    marketer.press("Continue", ".gx-onward")
    marketer.type("Budget", "100")
    marketer.type("Cost per contact", "1")
    marketer.press("Continue", ".gx-onward")
    marketer.reads("Everything on one page")
    work_off()
    marketer.reads("On figures as of 2026-03-09")
    marketer.press("Plan", ".gx-onward")
    marketer.reads("The plan is being made")
    work_off()
    marketer.reads("Launch to")


def the_marketer_launches_and_watches(marketer: Person, calendar: Calendar) -> None:
    calendar.set(datetime(2026, 3, 16, 12, tzinfo=UTC))
    marketer.press("Launch to")
    marketer.reads("The launch of come-back is a job now.")
    work_off()
    marketer.reads("letters are out of our hands")
    marketer.reads("running")
    delivered(calendar.now())
    marketer.reads("Not measured yet", "delivered")


def the_marketer_reads_what_it_earned_and_closes(marketer: Person) -> None:
    marketer.go("Start")
    marketer.reads("Sown but not harvested")
    marketer.follow("Come back", "[data-panel=sown]")
    marketer.press("Measure", "main")
    marketer.reads("The measurement of come-back is a job now.")
    work_off()
    marketer.follow("Open", "#toasts")
    marketer.reads("It earned more than it cost.")
    marketer.type("What the figures say", "They came back for it.")
    marketer.type("What the next plan should know", "Write to the best within a month.")
    marketer.press("Close the campaign")
    marketer.reads("The campaign is closed")
    marketer.go("Campaigns")
    marketer.reads("Write to the best within a month.")


def the_decision_maker_reads_the_result(decision_maker: Person) -> None:
    decision_maker.reads("Return on investment of closed campaigns")
    decision_maker.follow("Come back")
    decision_maker.reads("It earned more than it cost.", "Write to the best within a month.")
    assert decision_maker.page.get_by_role("button", name="Measure").count() == 0


def the_steward_takes_the_orders_back(steward: Person) -> None:
    steward.go("Start")
    steward.follow("later.csv")
    steward.press("Undo the import")
    steward.reads("You can leave this page")
    work_off()
    steward.reads("undone", "Taken back: what its rows brought counts no longer")
    assert "The figures do not know this yet" not in steward.text()  # they never knew it
