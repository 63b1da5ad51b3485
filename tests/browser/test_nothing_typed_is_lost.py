"""Writing a plan while things go wrong: going back, a session that ends, a lost connection, a second tab."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.conftest import PASSWORD
from browser.stories import Person, SignIn, comes
from campaigns.world import delivered, keys, launched, measured, orders, planned, refresh, shop

from guanxi.campaigns.models import Campaign, CampaignDraft

pytestmark = pytest.mark.django_db(transaction=True)
NAME, OFFER = "What people call it", "What is offered"


def begins(sign_in: SignIn) -> Person:
    """A marketing manager on the first step of a new plan."""
    marketer = comes(sign_in, "marketing_manager", "Ma Kai")
    marketer.go("Campaigns")
    marketer.follow("Plan a campaign")
    marketer.press("Begin", "main")
    marketer.field(NAME)
    return marketer


def kept() -> dict[str, object]:
    return dict(CampaignDraft.objects.get().document)


def comes_to_be_kept(someone: Person, name: str, value: str) -> None:
    """What is sent while a page goes arrives a moment later."""
    for _ in range(50):
        if kept().get(name) == value:
            return
        someone.page.wait_for_timeout(100)
    assert kept().get(name) == value


@pytest.mark.parametrize(
    "leave",
    [
        lambda marketer: marketer.follow("Offer", "main nav"),
        lambda marketer: marketer.go("Customers"),
        lambda marketer: marketer.page.go_back(),
    ],
    ids=["another step", "another page", "the browser's back"],
)
def test_what_was_typed_a_moment_ago_is_kept_however_somebody_leaves(
    sign_in: SignIn, leave: Callable[[Person], None]
) -> None:
    marketer = begins(sign_in)
    draft = marketer.page.url
    marketer.type(NAME, "Come back")
    leave(marketer)
    marketer.page.wait_for_url(lambda url: url != draft)
    comes_to_be_kept(marketer, "name", "Come back")


def test_back_and_forward_lose_nothing(sign_in: SignIn) -> None:
    marketer = begins(sign_in)
    marketer.type(NAME, "Come back")
    marketer.press("Continue", ".gx-onward")
    marketer.reads("To whom: all of these conditions hold.")
    marketer.press("Continue", ".gx-onward")
    marketer.type(OFFER, "20 off")
    marketer.page.go_back()
    marketer.reads("To whom: all of these conditions hold.")
    marketer.page.go_back()
    marketer.page.wait_for_function("() => document.getElementById('name')?.value === 'Come back'")
    marketer.follow("Offer", "main nav")
    marketer.page.wait_for_function("() => document.getElementById('offer')?.value === '20 off'")


def test_a_condition_that_was_typed_goes_along(sign_in: SignIn, home: object) -> None:
    shop({"c01": 300, "c02": 200, "c03": 100})
    marketer = begins(sign_in)
    marketer.follow("Recipients", "main nav")
    marketer.choose("Field", "Transaction amount (USD)")
    marketer.choose("Comparison", "is at least")
    marketer.page.get_by_role("textbox", name="Value").fill("200")
    marketer.press("Continue", ".gx-onward")
    marketer.page.get_by_label(OFFER).wait_for()
    assert kept()["audience"] == {"op": ">=", "field": "indicator.sales_amount", "value": 20000}


def test_a_session_that_ends_gives_back_what_was_typed_after_it(sign_in: SignIn) -> None:
    marketer = begins(sign_in)
    marketer.page.context.clear_cookies(name="sessionid")
    marketer.type(NAME, "Come back")
    marketer.reads("You are signed out. What you typed is kept in this tab.")
    marketer.follow("Sign in again", "#lost")
    signs_in_again(marketer)
    assert marketer.page.input_value("#name") == "Come back"
    marketer.press("Continue", ".gx-onward")
    marketer.reads("To whom: all of these conditions hold.")
    assert kept()["name"] == "Come back"


def test_going_on_after_a_session_ended_gives_it_back_as_well(sign_in: SignIn) -> None:
    marketer = begins(sign_in)
    marketer.page.context.clear_cookies(name="sessionid")
    marketer.page.evaluate("document.getElementById('name').value = 'Come back'")  # as a browser fills it in
    marketer.press("Continue", ".gx-onward")
    signs_in_again(marketer)
    assert marketer.page.input_value("#name") == "Come back"


def signs_in_again(someone: Person) -> None:
    someone.page.fill("input[name=login]", "marketing_manager@example.com")
    someone.page.fill("input[name=password]", PASSWORD)
    someone.page.click("button.btn-primary[type=submit]")
    someone.reads("is back. Look it over")


def test_a_lost_connection_keeps_the_step_until_it_is_sent_again(sign_in: SignIn) -> None:
    marketer = begins(sign_in)
    marketer.page.context.set_offline(True)
    marketer.type(NAME, "Come back")
    marketer.reads("The connection is lost.")
    marketer.press("Continue", ".gx-onward")
    assert marketer.page.input_value("#name") == "Come back"
    marketer.page.context.set_offline(False)
    marketer.press("Send it again", "#lost")
    comes_to_be_kept(marketer, "name", "Come back")


def test_two_tabs_on_one_draft_show_both_and_the_writer_chooses(sign_in: SignIn) -> None:
    marketer = begins(sign_in)
    other = marketer.another_tab()
    marketer.type(NAME, "Spring")
    marketer.reads("Kept at")
    other.type(NAME, "Autumn")
    other.reads("Not kept: somebody else changed this meanwhile.")
    other.press("Continue", ".gx-onward")
    other.reads("Ma Kai changed this after you had opened it", "Theirs, which is kept")
    assert (kept()["name"], other.page.input_value("#name")) == ("Spring", "Autumn")
    other.press("Keep mine")
    comes_to_be_kept(other, "name", "Autumn")


def test_a_lesson_typed_while_another_tab_closed_the_campaign_is_not_lost(sign_in: SignIn) -> None:
    shop(dict.fromkeys(keys(8), 100))
    planned()
    launched()
    delivered()
    orders([(key, "2026-03-20", 90.0) for key in keys(8)])
    refresh(None)
    measured()
    marketer = comes(sign_in, "marketing_manager", "Ma Kai")
    marketer.follow("Spring coupon")
    marketer.reads("Close with a lesson")
    other = marketer.another_tab()
    for tab, lesson in ((marketer, "Write to fewer."), (other, "Write to more.")):
        tab.type("What the figures say", "Nothing can be told.")
        tab.type("What the next plan should know", lesson)
        tab.press("Close the campaign")
        tab.reads("closed")
    assert Campaign.objects.get().lesson == "Write to fewer."
    other.reads("Write to fewer.", "Write to more.")
