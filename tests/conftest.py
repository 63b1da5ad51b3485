"""What every test stands on: a home folder of its own, and the database that DATABASE_URL names (SQLite otherwise)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Before anything reads the settings: nothing of the developer's own installation may reach a test.
for name in [name for name in os.environ if name.startswith("GUANXI_")]:
    del os.environ[name]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "guanxi.settings",
    "GUANXI_HOME": tempfile.mkdtemp(prefix="guanxi-test-"),
    "GUANXI_CURRENCY": "USD",
    "GUANXI_TIME_ZONE": "UTC",
    "GUANXI_LANGUAGE": "en",
    # Draws and public ids rest on these: every run is the same.
    "GUANXI_ID_KEY": "tests",
    "GUANXI_SECRET_KEY": "tests",
}

import django
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import translation

django.setup()

import emptied

from guanxi.foundation import jobs
from guanxi.foundation.engine import truth

jobs.MAKE_WAY = 0  # nobody else writes while one process tests; bench/imports.py measures what it is for
# The product's way of hashing passwords is slow on purpose: half a second whenever somebody signs in.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests kill processes but cut no power: what was handed to the system stays, and no commit waits for the disk.
options = settings.DATABASES["default"].setdefault("OPTIONS", {})
if "init_command" in options:
    options["init_command"] += "PRAGMA synchronous=OFF;"
else:
    options.setdefault("options", "-c synchronous_commit=off")
TransactionTestCase._fixture_teardown = lambda case: emptied.empty()


@pytest.fixture(autouse=True)
def no_reader_left() -> Iterator[None]:
    """PostgreSQL drops no database that somebody is connected to."""
    yield
    truth.let_go()


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """A page that a test asked for in another language leaves this thread speaking it."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A fresh GUANXI_HOME; the database stays the test database."""
    before, settings.HOME = settings.HOME, tmp_path
    yield tmp_path
    settings.HOME = before


SLOW = (
    "tests/browser/",
    "tests/api/test_schemathesis.py",
    "tests/journeys/test_import_interrupted.py",
    "tests/journeys/test_import_killed.py",
    "tests/journeys/test_import_machine.py",
    "tests/journeys/test_import_writers.py",
    "tests/journeys/test_refresh_killed.py",
)
"""Where the tests are that `make slow` runs, so that `make test` stays a matter of minutes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")
        if item.nodeid.startswith("tests/browser/"):
            # A browser on a machine with two busy processors may miss a deadline once; the summary names who did.
            item.add_marker(pytest.mark.flaky(reruns=2, only_rerun="TimeoutError"))
