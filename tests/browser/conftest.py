"""A real browser before a real server: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from guanxi.staff.models import User

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "correct horse 9"


def pytest_collection_modifyitems(items: list[Any]) -> None:
    if CHROMIUM is None:
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        for item in items:
            if "/browser/" in str(item.path):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would take our own queries for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def sign_in(browser: Any, live_server: Any, home: Any, settings: Any) -> Iterator[Callable[..., Any]]:
    """Sign in by clicking; the page, and what its console complained about in `page.complaints`."""
    settings.ALLOWED_HOSTS = ["*"]
    opened = []

    def enter(role: str, *, width: int = 1440, theme: str = "light", locale: str = "en") -> Any:
        email = f"{role}@example.com"
        user = User.objects.filter(email=email).first() or User(email=email, username=email, role=role)
        user.first_name = "Lin Yue"
        user.set_password(PASSWORD)
        user.save()
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            locale=locale,
            base_url=live_server.url,
        )
        opened.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.goto("/")
        page.fill("input[name=login]", user.email)
        page.fill("input[name=password]", PASSWORD)
        page.click("button.btn-primary[type=submit]")
        page.wait_for_url(f"{live_server.url}/")
        return page

    yield enter
    for context in opened:
        context.close()
