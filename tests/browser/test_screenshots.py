"""The pictures of the README, from invented customers; they are kept only when asked (`make screenshots`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser.world import furnish

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"
MOST = 200_000
"""Bytes that a picture may have."""
SHOTS = {
    "start": ("marketing_manager", "/", 1440, "light", "en"),
    "customer": ("sales_manager", "/customers/c12/", 1440, "light", "en"),
    "insight": ("analyst", "/insight/", 1440, "dark", "en"),
    "campaign": ("decision_maker", "/campaigns/named/spring/", 1440, "light", "en"),
    "start-zh-phone": ("salesperson", "/", 390, "light", "zh-CN"),
}
"""Name → role, address, width, theme and language."""
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pictures_of_the_readme(sign_in: Callable[..., Any], tmp_path: Path) -> None:
    folder = IMAGES if "SCREENSHOTS" in os.environ else tmp_path
    folder.mkdir(exist_ok=True)
    furnish()
    for name, (role, address, width, theme, locale) in SHOTS.items():
        page = sign_in(role, width=width, theme=theme, locale=locale)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)  # the chart is drawn
        picture = folder / f"{name}.png"
        page.screenshot(path=picture)
        assert page.complaints == []
        assert picture.stat().st_size <= MOST
