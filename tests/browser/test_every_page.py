"""Every page at every width, in both themes and both languages: it fits, it reads, it complains of nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from browser import full_world, world
from browser.looks import PHONE, headings_wrong, looks_wrong, violations
from campaigns.world import PLAN
from desk.addresses import addresses
from desk.chinese import english_in, words
from django.test import Client
from django.urls import resolve

from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (1440, 820, PHONE)
THEMES = ("light", "dark")
LOCALES = ("en", "zh-CN")
NOT_PAGES = {
    "work": "a part of the frame",
    "filter_inputs": "a part of the list of customers",
    "filter_count": "a part of the list of customers",
    "customer_suggestions": "a part of the search box",
    "draft_panel": "a part of the wizard",
    "campaign_live": "a part of the campaign's page",
    "import_template": "a file",
    "import_errors": "a file",
    "customer_export_file": "a file",
    "openapi": "a file",
    "api_nothing": "an answer to programs",
}
"""Addresses of ours that take GET and are no pages of their own."""
SAID = (
    "Lin Yue", "Mia", "shop", "till", "summer", "Summer", "autumn", "Sales", "nobody", "customer", "city", "order",
    "time", "amount", "soon", "mean", "utf sig", "en zh Hans", "guanxi campaign plan FILE", "关 简体中文 汉字",
    "scikit learn learning sms",
)  # fmt: skip
"""Names, file headings, keys and commands that stand on pages as they are."""
OWN_SAID = " ".join(
    [
        *world.NAMES, *world.CITIES, *full_world.LONG_NAMES.values(), full_world.LONG_CODE, full_world.LONG_CAMPAIGN,
        *full_world.UNITS, full_world.VIEW, full_world.FILE, full_world.PROGRAM, full_world.CRITERIA,
        full_world.SCORING,
        *map(str, PLAN.values()), *SAID,
    ]
)  # fmt: skip
"""What the world itself brings onto pages of either language."""
SignIn = Callable[..., Any]


@pytest.fixture
def administrator() -> User:
    email = "administrator@example.com"
    return User.objects.create_user(email, email, role="administrator", first_name="Lin Yue")


def complaints(page: Any, path: str, locale: str) -> dict[str, list[str]]:
    """What is wrong with a page: in its language and headings, and at each width."""
    page.complaints.clear()
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    answer = page.goto(path)
    page.wait_for_load_state("networkidle")
    found = {f"{width} px": looks_wrong(page, width) for width in WIDTHS}
    found["headings"] = headings_wrong(page)
    found["language"] = foreign(page, locale)
    found["console"] = [
        said for said in page.complaints if answer.ok or "Failed to load resource" not in said
    ]
    return {where: said for where, said in found.items() if said}


def foreign(page: Any, locale: str) -> list[str]:
    """Words that are not of the page's language, nor names."""
    if locale != "en":
        english = english_in(page.content()) - {*words(OWN_SAID)}
        return [" ".join(sorted(english))] if english else []
    return sorted({*re.findall(r"[\u4e00-\u9fff，。；]", page.inner_text("main"))} - set(OWN_SAID))


def walk(page: Any, paths: Iterable[str], locale: str, axe_at: int) -> dict[str, Any]:
    """Look at each page; axe-core looks at one width."""
    page.emulate_media(reduced_motion="reduce")
    found = {}
    for path in paths:
        wrong: dict[str, Any] = complaints(page, path, locale)
        page.set_viewport_size({"width": axe_at, "height": 900})
        if grave := violations(page):
            wrong["axe-core"] = grave
        if wrong:
            found[path] = wrong
    return found


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_page_fits_reads_and_complains_of_nothing(
    sign_in: SignIn, administrator: User, settings: Any, theme: str, locale: str
) -> None:
    settings.PUBLIC_URL = "https://crm.example.com"
    private, public = full_world.furnish_fully(administrator)
    assert not_walked([*private, *public], administrator) == set()
    page = sign_in("administrator", theme=theme, locale=locale)
    axe_at = 1440 if (theme == "light") == (locale == "en") else PHONE

    found = walk(page, private, locale, axe_at)
    page.context.clear_cookies()
    found |= walk(page, public, locale, axe_at)
    assert not found, told(found)


def not_walked(paths: Iterable[str], person: User) -> set[str]:
    """Pages of ours that no address leads to."""
    walked = {resolve(path.partition("?")[0]).url_name for path in paths if path != "/no/such/page/"}
    client = Client(raise_request_exception=False)
    client.force_login(person)
    shown = {each.name for each in addresses() if each.is_ours and client.get(each.path).status_code != 405}
    return shown - walked - set(NOT_PAGES)


@pytest.mark.parametrize(("theme", "locale", "axe_at"), [("light", "en", PHONE), ("dark", "zh-CN", 1440)])
def test_every_page_of_an_empty_installation_teaches(
    sign_in: SignIn, administrator: User, theme: str, locale: str, axe_at: int
) -> None:
    paths = [
        each.path for each in addresses() if each.is_ours and not re.search(r"nothing|/1/|/c/|/u/", each.path)
    ]
    client = Client()
    client.force_login(administrator)
    pages = [path for path in paths if b"<html" in client.get(path).content]
    assert len(pages) > 15
    page = sign_in("administrator", theme=theme, locale=locale)

    found = walk(page, pages, locale, axe_at)
    assert not found, told(found)


def told(found: dict[str, Any]) -> str:
    """One line for each thing that is wrong."""
    return "\n".join(
        f"{page} {where}: {each}"
        for page, wrong in found.items()
        for where, said in wrong.items()
        for each in said
    )
