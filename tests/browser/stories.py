"""People at their screens: what they read, press, follow and type; and the shop of the stories."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Container, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from campaigns.world import file_of, keys, refresh, shop
from customers.importing import bring

from guanxi.foundation import clock, jobs
from guanxi.staff.models import Unit, User

SignIn = Callable[..., Any]


class Person:
    """Somebody before a page. Everything waits until it is there; nothing is reached but by what the page shows."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def another_tab(self) -> Person:
        """The same person's second tab, on the address of the first."""
        page = self.page.context.new_page()
        page.goto(self.page.url)
        return Person(page)

    def go(self, name: str) -> None:
        """To a page of the sidebar."""
        self.page.get_by_role("navigation", name="Main menu").get_by_role(
            "link", name=name, exact=True
        ).click()

    def press(self, name: str, place: str = "body") -> None:
        self.page.locator(place).get_by_role("button", name=name).first.click()

    def follow(self, name: str, place: str = "main") -> None:
        self.page.locator(place).get_by_role("link", name=name).first.click()

    def unfold(self, name: str, place: str = "main") -> None:
        self.page.locator(f"{place} summary").filter(has_text=name).first.click()

    def field(self, name: str) -> Any:
        """A field of a page whose scripts are there; a name may be the beginning of what it is called."""
        found = self.page.get_by_label(re.compile(rf"^\s*{re.escape(name)}")).first
        found.wait_for()
        self.page.wait_for_load_state()
        return found

    def type(self, field: str, text: str) -> None:
        self.field(field).fill(text)

    def choose(self, field: str, option: str) -> None:
        self.field(field).select_option(label=option)

    def tick(self, name: str) -> None:
        self.field(name).check()

    def bring(self, name: str, text: str) -> None:
        """Choose a file."""
        self.page.set_input_files(
            "input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
        )

    def reads(self, *texts: str) -> None:
        """Wait until each stands on the page."""
        for text in texts:
            self.page.locator("body").get_by_text(text).locator("visible=true").first.wait_for()

    def row(self, *texts: str) -> Any:
        """The row of a table that holds these."""
        found = self.page.locator("main tr")
        for text in texts:
            found = found.filter(has_text=text)
        return found.first

    def complaints(self) -> list[str]:
        """What the console complained of, but for requests that ended because somebody went on."""
        ended = ("htmx:afterRequest", "htmx:sendError")
        return [said for said in self.page.complaints if not said.startswith(ended)]

    def text(self) -> str:
        return str(self.page.inner_text("main"))


def comes(sign_in: SignIn, role: str, name: str, *, unit: Unit | None = None, **screen: Any) -> Person:
    """Somebody comes to work: signs in and sees the start page with their name."""
    page = sign_in(role, **screen)
    User.objects.filter(email=f"{role}@example.com").update(first_name=name, unit=unit)
    page.reload()
    return Person(page)


def work_off() -> None:
    """The worker does what waits."""
    while jobs.run_next():
        pass


class Calendar:
    """The clock of the story: it goes on from wherever it is set."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        self._ahead = at - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    """A Saturday in March, two days before the campaign of the story begins."""
    calendar = Calendar(datetime(2026, 3, 14, 9, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", calendar.now)
    return calendar


def csv_of(header: str, lines: Iterable[Sequence[object]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([header.split(","), *lines])
    return file.getvalue()


FAMILIES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋"
WHO = [f"k{number:02d}" for number in range(100)]
SLIPPED, RICH = 20, 50
"""The first of them bought twice a month, and nothing since October; the next buy much, the others little."""


def people_file() -> str:
    """A hundred customers. The address of one and the consent of another are no such thing."""
    lines = [
        [
            key,
            FAMILIES[n % 10] + GIVEN[n // 10],
            "k03 at example.com" if n == 3 else f"{key}@example.com",
            f"138001380{n:02d}",
            "perhaps" if n == 5 else "yes",
        ]
        for n, key in enumerate(WHO)
    ]
    return csv_of("customer,name,email,mobile,consent_email", lines)


def _days(n: int) -> list[date]:
    """When somebody bought. A third of those who spend little left long ago, as customers do."""
    year = [date(2025, month, 1) for month in range(7, 13)]
    if n < SLIPPED:
        return [day + timedelta(n % 5 + later) for day in year[:4] for later in (0, 14)]
    days = [*year, date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)]
    return [day + timedelta(n % 5) for day in (days[:2] if n >= RICH and n % 3 == 0 else days)]


def _spends(n: int) -> int:
    return (200 if n < RICH else 20) + n % 11


def orders_file() -> str:
    """A half-year of orders. One day and one amount are no such thing."""
    lines: list[list[object]] = [
        [f"{key}-{day:%y%m%d}", key, day, _spends(n)] for n, key in enumerate(WHO) for day in _days(n)
    ]
    lines[7][2], lines[11][3] = "soon", "2l5"
    return csv_of("order,customer,time,amount", lines)


def later_file(treated: Container[str]) -> str:
    """What everybody bought within the measured days: those who had the letter came back for it."""
    lines = [
        [f"{key}-later", key, "2026-03-25", 400 + n % 5 if key in treated else _spends(n) // 4]
        for n, key in enumerate(WHO)
    ]
    return csv_of("order,customer,time,amount", lines)


CALLERS = (
    ("c01", "王伟", "wei@example.com", "+8613800130001", "yes"),
    ("c02", "Ann O'Brien", "ann@example.com", "+447911120001", "no"),
)


def named_shop() -> None:
    """Twelve customers with figures; two of them have names, and telephones that end alike."""
    shop({key: 60 + 4 * place**2 for place, key in enumerate(keys(12))})
    header = "customer,name,email,mobile,consent_email"
    bring("customers", file_of("callers.csv", header, CALLERS), "shop")
    refresh()
