"""The frame in a real browser: menu, keys, messages, work under way, lost connections and ended sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.foundation import configuration, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Any]
SHARE = "input[name=share]"
HOLDOUT = "form:has(input[value=universal_holdout])"


def found(page: Any) -> None:
    page.wait_for_selector("#menu [role=option]")


def test_the_menu_finds_by_keyboard_and_gives_the_focus_back(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.focus(".gx-help")
    page.keyboard.press("Control+k")
    found(page)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('gx-help')")

    page.keyboard.press("Control+k")
    page.keyboard.type("import")
    page.keyboard.press("Enter")  # before the answer is there: it goes when it is
    page.wait_for_url("**/imports/")


def test_the_menu_is_a_button_on_a_phone(sign_in: SignIn) -> None:
    page = sign_in("analyst", width=390)
    page.click(".gx-find")
    found(page)
    page.click("#menu [role=option]:has-text('Customers')")
    page.wait_for_url("**/customers/")


def test_nothing_acts_while_an_input_method_composes(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/find/" in request.url else None)
    page.keyboard.press("Control+k")
    found(page)
    asked.clear()
    page.evaluate(
        """() => {
            const input = document.querySelector("#menu [name=wanted]");
            input.dispatchEvent(new CompositionEvent("compositionstart"));
            input.value = "huo'd";
            input.dispatchEvent(new Event("input", { bubbles: true }));
            input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true }));
        }"""
    )
    page.wait_for_timeout(400)
    assert asked == []
    assert page.url.endswith("/")

    page.evaluate(
        """() => {
            const input = document.querySelector("#menu [name=wanted]");
            input.value = "活动";
            input.dispatchEvent(new CompositionEvent("compositionend"));
        }"""
    )
    page.wait_for_selector("#menu [role=option]:has-text('Settings')", state="detached")
    assert len(asked) == 1
    assert "Plan a campaign" in page.inner_text("#menu-found")


def test_keys_of_one_letter_go_places_and_stay_out_of_what_is_typed(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/jobs/")
    page.keyboard.press("c")
    page.wait_for_selector("#menu [role=option]:has-text('Import a file')")
    assert page.locator("#menu [role=option]").count() == 2
    page.keyboard.press("Escape")

    page.goto("/customers/")
    page.keyboard.press("/")
    page.keyboard.type("g?cj")
    assert page.input_value("[data-search]") == "g?cj"
    assert page.locator("dialog[open]").count() == 0


def test_rows_are_walked_by_j_and_k(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.goto("/components/")
    focused = "document.activeElement.textContent"
    page.keyboard.press("j")
    first = page.evaluate(focused)
    page.keyboard.press("j")
    assert page.evaluate(focused) != first
    page.keyboard.press("k")
    assert page.evaluate(focused) == first


def test_a_page_says_what_the_key_for_editing_goes_to(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.goto("/settings/")
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.hasAttribute('data-edit')")


def test_the_keys_can_be_switched_off(sign_in: SignIn) -> None:
    page = sign_in("analyst")
    page.keyboard.press("?")
    page.uncheck("#keys [data-keys-switch]")
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 0


def test_a_message_offers_to_take_back_what_was_done(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.goto("/settings/")
    page.fill(f"{HOLDOUT} {SHARE}", "20")
    page.click(f"{HOLDOUT} button")
    page.wait_for_selector("#toasts .gx-toast:has-text('saved')")
    assert configuration.read("universal_holdout")["share"] == 0.2

    page.click("#toasts button:has-text('Undo')")
    page.wait_for_selector("#toasts .gx-toast:has-text('what it was before')")
    assert configuration.read("universal_holdout")["share"] == 0.05
    page.click("#toasts [data-close-toast]")
    assert page.locator("#toasts .gx-toast").count() == 0


def test_a_job_is_followed_until_its_result_on_whatever_page(sign_in: SignIn) -> None:
    job = jobs.enqueue("insight refresh", "all", {}, Actor("Mia"))
    page = sign_in("analyst")
    assert "1 under way" in page.inner_text("#work")

    Job.objects.filter(pk=job.pk).update(state="done")
    page.goto("/customers/")
    page.wait_for_selector("#toasts .gx-toast:has-text('Done: insight refresh')")
    page.click("#toasts a:has-text('Open')")
    page.wait_for_url("**/insight/")


def test_what_is_typed_survives_an_ended_session(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.goto("/settings/")
    page.fill(f"{HOLDOUT} {SHARE}", "30")
    page.context.clear_cookies(name="sessionid")
    page.click(f"{HOLDOUT} button")
    page.wait_for_url("**/accounts/login/?next=**")
    assert "what you typed comes back" in page.inner_text("#toasts")
    kept = page.evaluate("sessionStorage.getItem('typed')")
    assert "csrf" not in kept

    page.fill("input[name=login]", "administrator@example.com")
    page.fill("input[name=password]", "correct horse 9")
    page.click("button.btn-primary[type=submit]")
    page.wait_for_url("**/settings/")
    page.wait_for_selector("#toasts .gx-toast:has-text('is back')")
    assert page.input_value(f"{HOLDOUT} {SHARE}") == "30"
    page.click(f"{HOLDOUT} button")
    page.wait_for_selector("#toasts .gx-toast:has-text('saved')")
    assert configuration.read("universal_holdout")["share"] == 0.3


def test_what_is_sent_over_a_lost_connection_stays_and_is_sent_again(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.goto("/settings/")
    page.fill(f"{HOLDOUT} {SHARE}", "40")
    page.context.set_offline(True)
    page.click(f"{HOLDOUT} button")
    page.wait_for_selector("#lost:has-text('The connection is lost')")
    assert page.input_value(f"{HOLDOUT} {SHARE}") == "40"

    page.context.set_offline(False)
    page.click("#lost button:has-text('Send it again')")
    page.wait_for_selector("#toasts .gx-toast:has-text('saved')")
    assert configuration.read("universal_holdout")["share"] == 0.4


def test_two_tabs_that_change_one_setting_do_not_overwrite_each_other(sign_in: SignIn) -> None:
    page = sign_in("administrator")
    page.goto("/settings/")
    configuration.write("universal_holdout", {"share": 0.15}, actor=Actor("Mia"))
    page.fill(f"{HOLDOUT} {SHARE}", "45")
    page.click(f"{HOLDOUT} button")
    page.wait_for_selector("[role=alert]:has-text('Mia changed this')")

    assert page.input_value(f"{HOLDOUT} {SHARE}") == "45"
    assert "Now it is 15 %." in page.inner_text(HOLDOUT)
    assert configuration.read("universal_holdout")["share"] == 0.15
    page.click(f"{HOLDOUT} button")
    page.wait_for_selector("#toasts .gx-toast:has-text('saved')")
    assert configuration.read("universal_holdout")["share"] == 0.45


def test_everything_is_there_without_scripts(sign_in: SignIn, browser: Any) -> None:
    page = sign_in("administrator")
    state = page.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=state, base_url=page.url)
    page = plain.new_page()
    page.goto("/settings/")
    page.fill(f"{HOLDOUT} {SHARE}", "25")
    page.click(f"{HOLDOUT} button")
    assert "The setting is saved" in page.inner_text("main")
    page.click("main button:has-text('Undo')")
    assert "what it was before" in page.inner_text("main")
    page.click("a:has-text('Find or do')")
    page.fill("main input[name=wanted]", "audit")
    page.click("main button:has-text('Search')")
    page.click("main a:has-text('Audit')")
    page.wait_for_url("**/audit/")
    plain.close()
