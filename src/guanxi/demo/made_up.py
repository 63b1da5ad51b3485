"""Accounts, calls and deals that the grocer's real year lacks, made up by a rule: the same on every machine.

Nothing here happened. What a household was billed is what it really bought in the month before; everything else follows
from its number by arithmetic, without chance. Every key begins with `MADE_UP`, so that pages show what is not real.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

MADE_UP: Final = "made-up-"
YEAR, FIRST, LAST = 2017, date(2017, 1, 1), date(2017, 12, 31)
CHANNELS: Final = {"telephone": 3.50, "shop": 1.00, "letter": 0.80}
"""Channel → what one touch costs, in dollars."""
FEEDBACK: Final = ("complaint", "praise", "suggestion")
Row = tuple[Any, ...]
Bills = dict[int, dict[int, int]]
"""Household → month → cents that it bought for."""
FILES: Final = {
    "invoices": ("invoice", "customer", "issued_on", "due_on", "amount"),
    "receipts": ("receipt", "customer", "received_on", "amount", "invoice"),
    "costs": ("cost", "customer", "booked_on", "kind", "amount"),
    "opportunities": (
        "opportunity", "customer", "name", "opened_on", "closed_on", "expected_amount", "outcome",
    ),
    "interactions": (
        "interaction", "customer", "time", "channel", "direction", "summary", "feedback", "answered_on",
    ),
}  # fmt: skip
"""Kind of import → the columns of its file."""


def write_made_up(transactions: pa.Table, place: Path) -> dict[str, Path]:
    """Write a file of every kind, from the real lines (household_id, sales_value, transaction_timestamp)."""
    bills = _bills(transactions)
    rows: dict[str, Iterable[Row]] = {
        "invoices": _invoices(bills),
        "receipts": _receipts(bills),
        "costs": _costs(bills),
        "opportunities": _opportunities(bills),
        "interactions": _interactions(bills),
    }
    return {kind: _written(place / f"made-up-{kind}.csv", FILES[kind], rows[kind]) for kind in FILES}


def _bills(transactions: pa.Table) -> Bills:
    month = pc.month(transactions["transaction_timestamp"])
    lines = pa.table(
        [transactions["household_id"], month, transactions["sales_value"]], ["who", "month", "value"]
    )
    found: Bills = {}
    for row in lines.group_by(["who", "month"]).aggregate([("value", "sum")]).to_pylist():
        found.setdefault(int(row["who"]), {})[row["month"]] = round(row["value_sum"] * 100)
    return dict(sorted(found.items()))


def _accounts(bills: Bills) -> Iterator[tuple[int, int, int]]:
    """Household, month and cents of each bill: one household in five has an account, billed for January to November."""
    for who in (who for who in bills if who % 5 == 2):
        for month, cents in sorted(bills[who].items()):
            if month < 12 and cents > 0:
                yield who, month, cents


def _invoices(bills: Bills) -> Iterator[Row]:
    for who, month, cents in _accounts(bills):
        issued = date(YEAR, month + 1, 1)
        yield _key(who, month), who, issued, issued + timedelta(days=14), _units(cents)


def _receipts(bills: Bills) -> Iterator[Row]:
    """One account in three pays in time, one late, and one pays half of it late; what is not due yet is not paid."""
    for who, month, cents in _accounts(bills):
        habit, issued = who % 3, date(YEAR, month + 1, 1)
        paid = issued + timedelta(days=(5, 18, 25)[habit] + (who + month) % (9, 25, 30)[habit])
        amount = (cents + 1) // 2 if habit == 2 else cents
        if paid <= LAST:
            yield f"{_key(who, month)}-paid", who, paid, _units(amount), _key(who, month)


def _touches(bills: Bills) -> Iterator[tuple[int, int, date, str]]:
    """Household, number, day and channel of each touch: none to five a year."""
    for who in bills:
        for number in range(who % 4 + who // 7 % 3):
            day = FIRST + timedelta(days=(who * 37 + number * 101) % 365)
            yield who, number, day, tuple(CHANNELS)[(who + number) % 3]


def _interactions(bills: Bills) -> Iterator[Row]:
    """Every other touch is the household's; one in four of those is feedback, which is answered but for one in five."""
    for who, number, day, channel in _touches(bills):
        comes_in = (who + number) % 2 == 0
        kind = FEEDBACK[(who // 8 + number) % 3] if comes_in and who // 2 % 4 == 0 else ""
        answered = day + timedelta(days=(who + number) % 6) if kind and who % 5 else None
        said = f"{MADE_UP}{kind or 'conversation'}"
        time = f"{day} {9 + (who + number) % 9:02}:00"
        shown = answered if answered and answered <= LAST else ""
        yield _key(who, number, "touch"), who, time, channel, "in" if comes_in else "out", said, kind, shown


def _costs(bills: Bills) -> Iterator[Row]:
    """What each touch cost, what each bill cost to write, and a delivery a month for one account in four."""
    for who, number, day, channel in _touches(bills):
        yield _key(who, number, "touch-cost"), who, day, "contact", CHANNELS[channel]
    for who, month, _ in _accounts(bills):
        yield _key(who, month, "bill-cost"), who, date(YEAR, month + 1, 1), "service", 1.25
        if who % 4 == 0:
            yield _key(who, month, "delivery-cost"), who, date(YEAR, month, 15), "delivery", 4.00


def _opportunities(bills: Bills) -> Iterator[Row]:
    """One household in ten was offered a standing order: a twelfth of what it really bought in the year."""
    for who in (who for who in bills if who % 10 == 3):
        opened = FIRST + timedelta(days=who * 13 % 340)
        closed = opened + timedelta(days=30 + who % 60)
        is_open = who // 10 % 3 == 0 or closed > LAST
        outcome = "" if is_open else ("won" if who // 30 % 2 else "lost")
        expected = _units(max(0, sum(bills[who].values())) // 12)
        name = f"{MADE_UP}standing order"
        yield f"{MADE_UP}{who}-deal", who, name, opened, "" if is_open else closed, expected, outcome


def _key(who: int, number: int, what: str = "bill") -> str:
    return f"{MADE_UP}{who}-{what}-{number}"


def _units(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _written(target: Path, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return target
