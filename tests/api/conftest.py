"""A home of its own, dollars, days counted in UTC, and no memory of earlier requests for every test of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> Path:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    cache.clear()
    return home
