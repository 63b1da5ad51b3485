"""These tests sum in dollars and count their days in UTC, unless they say otherwise."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def dollars_and_utc(settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
