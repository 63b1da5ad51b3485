from __future__ import annotations

from typing import Any

import pytest
from foundation.web_servers import NAME, Resolver


@pytest.fixture(autouse=True)
def _receivers_on_this_machine(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_HTTP = frozenset({NAME}), True
    Resolver(monkeypatch).answers[NAME] = [["127.0.0.1"]]
