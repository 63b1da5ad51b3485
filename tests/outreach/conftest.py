from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _business_in_utc(settings) -> None:
    """The tests name instants in UTC, and quiet hours by the wall clock: let them be the same."""
    settings.TIME_ZONE = "UTC"
