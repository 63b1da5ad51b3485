"""Everybody can use every page: axe-core finds nothing serious, in both languages, themes and widths."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.world import furnish

pytestmark = pytest.mark.django_db(transaction=True)
AXE = Axe()
GRAVE = {"serious", "critical"}


def violations(page: Any, within: str | None = None) -> list[str]:
    """What axe-core finds grave: the rule, how often, and the first place."""
    found = AXE.run(page, context=within).response["violations"]
    return [
        f"{each['id']} x{len(each['nodes'])}: {each['nodes'][0]['html'][:150]}"
        for each in found
        if each["impact"] in GRAVE
    ]


def headings(page: Any) -> list[int]:
    """The levels of the headings that are seen, in order."""
    script = "all => all.filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]))"
    return list(page.locator("h1, h2, h3, h4").evaluate_all(script))


@pytest.mark.parametrize(
    ("width", "theme", "locale"),
    [(1440, "light", "en"), (390, "dark", "zh-CN")],
)
def test_no_page_keeps_anybody_out(sign_in: Callable[..., Any], width: int, theme: str, locale: str) -> None:
    pages = furnish()
    page = sign_in("administrator", width=width, theme=theme, locale=locale)
    found = {}
    for path in pages:
        page.goto(path)
        said = violations(page)
        if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            said.append("wider than the screen")
        levels = headings(page)
        if levels[:1] != [1] or any(later - level > 1 for level, later in pairwise(levels)):
            said.append(f"headings {levels}")
        if said:
            found[path] = said

    assert found == {}


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
