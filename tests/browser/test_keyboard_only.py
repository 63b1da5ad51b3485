"""A whole way without a mouse: find a customer, filter the list, open a report, write a plan to its review."""

from __future__ import annotations

import pytest
from browser.stories import Person, SignIn, comes, named_shop

pytestmark = pytest.mark.django_db(transaction=True)
CALLED = """() => { const e = document.activeElement;
    return [e.getAttribute("aria-label"), e.labels?.[0]?.innerText, e.innerText, e.id].filter(Boolean).join(" | "); }"""

RESTS = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"


def tab_to(someone: Person, name: str) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(120):
        someone.page.keyboard.press("Tab")
        if name in someone.page.evaluate(CALLED):
            return
    raise AssertionError(f"no Tab leads to {name}")


def types(someone: Person, field: str, text: str) -> None:
    tab_to(someone, field)
    someone.page.keyboard.type(text)


def chooses(someone: Person, field: str, option: str) -> None:
    """Arrow down to an option; each may bring other inputs, so it is waited for."""
    tab_to(someone, field)
    for _ in range(12):
        chosen = someone.page.wait_for_function("() => document.activeElement.selectedOptions?.[0].label")
        if chosen.json_value() == option:
            return
        someone.page.keyboard.press("ArrowDown")
        someone.page.wait_for_function(RESTS)
    raise AssertionError(f"{field} has no {option}")


def enters(someone: Person, name: str) -> None:
    tab_to(someone, name)
    someone.page.keyboard.press("Enter")


def test_from_a_customer_to_a_plan_without_a_mouse(sign_in: SignIn) -> None:
    named_shop()
    marketer = comes(sign_in, "marketing_manager", "Ma Kai")
    keys = marketer.page.keyboard
    keys.press("Control+k")
    marketer.page.wait_for_selector("#menu [role=option]")
    keys.type("c01")
    keys.press("Enter")
    marketer.page.wait_for_url("**/customers/c01/")

    keys.press("g")
    keys.press("c")
    marketer.reads("12 customers")
    enters(marketer, "Add a filter")
    types(marketer, "Field", "Transaction amount")
    marketer.reads("In whole money")
    chooses(marketer, "Comparison", "is at least")
    types(marketer, "Value", "300")
    keys.press("Enter")
    marketer.reads("is at least 300")

    keys.press("g")
    keys.press("i")
    marketer.reads("Customers analysed")
    enters(marketer, "Tiers")
    marketer.reads("Value tiers")

    keys.press("c")
    marketer.page.wait_for_selector("#menu [role=option]:has-text('Plan a campaign')")
    keys.type("plan")
    keys.press("Enter")
    marketer.page.wait_for_url("**/campaigns/plan/")
    enters(marketer, "Begin")
    the_plan(marketer)
    assert marketer.complaints() == []


def the_plan(marketer: Person) -> None:
    """Every step, with Enter to go on."""
    keys = marketer.page.keyboard
    marketer.reads("What it is for")
    types(marketer, "What people call it", "Spring")
    types(marketer, "Short name", "spring")
    tab_to(marketer, "return")
    keys.press("Space")
    types(marketer, "Expected extra responses", "10")
    types(marketer, "What one response earns", "20")
    keys.press("Enter")
    marketer.reads("To whom: all of these conditions hold.")
    types(marketer, "Field", "Transaction amount")
    chooses(marketer, "Comparison", "is at least")
    types(marketer, "Value", "100")
    keys.press("Enter")
    marketer.reads("is at least 100")
    enters(marketer, "Continue")
    marketer.reads("What is offered, and by which means.")
    types(marketer, "What is offered", "5 off")
    enters(marketer, "Continue")
    marketer.reads("Control share in per cent")
    enters(marketer, "Continue")
    marketer.reads("Subject")
    types(marketer, "Subject", "Hello")
    types(marketer, "Words", "5 off for you")
    enters(marketer, "Continue")
    marketer.reads("When it goes out")
    enters(marketer, "Continue")
    marketer.reads("What it may cost, and what it has to bring.")
    types(marketer, "Budget", "100")
    keys.press("Enter")
    marketer.reads("Everything on one page")
