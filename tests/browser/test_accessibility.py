"""Everybody can use what opens over a page, and can go without a mouse; `test_every_page` looks at the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browser.looks import violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_a_page_keeps_nobody_out(sign_in: Callable[..., Any], theme: str) -> None:
    page = sign_in("administrator", theme=theme)
    page.keyboard.press("Control+k")
    page.wait_for_selector("#menu [role=option]")
    assert violations(page, "#menu") == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#menu", state="hidden")
    page.keyboard.press("?")
    page.wait_for_selector("#keys dl")
    assert violations(page, "#keys") == []


def test_signing_in_keeps_nobody_out(sign_in: Callable[..., Any]) -> None:
    page = sign_in("analyst")
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    assert violations(page) == []


def test_the_first_tab_skips_to_the_content(sign_in: Callable[..., Any]) -> None:
    page = sign_in("analyst")
    page.goto("/insight/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "gx-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_nothing_moves_for_those_who_wish_so(sign_in: Callable[..., Any]) -> None:
    page = sign_in("analyst", width=390)
    page.emulate_media(reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s'"
        " && getComputedStyle(e).transitionProperty !== 'none' || getComputedStyle(e).animationName !== 'none').length"
    )
    assert moving == 0
