"""Which imports the published figures do not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from campaigns.world import customers, orders, refresh
from customers.importing import undo

from guanxi.insight.queries import published_run, unknown_imports

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_came_or_went_since_the_refresh_began_is_not_known(home: Path) -> None:
    customers(["ann"])
    orders([("ann", "2025-12-02", 10.0)])
    first = orders([("ann", "2026-01-02", 10.0)])
    refresh(None)
    assert unknown() == []

    second = orders([("ann", "2026-02-02", 10.0)])
    assert unknown() == [second]
    undo(second)
    assert unknown() == []  # the figures never counted it
    undo(first)
    assert unknown() == [first]
    refresh(None)
    assert unknown() == []


def unknown() -> list[int]:
    return list(unknown_imports(published_run()).values_list("pk", flat=True))
