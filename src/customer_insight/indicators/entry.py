"""What an indicator is, in words people can check: the text a page shows beside a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["count", "minor units", "share", "days", "day number", "hour", "weekday", "name", "key"]
Direction = Literal["higher is better", "lower is better", "neither"]

WINDOW: Final = "from since to as_of, both days included"
AS_OF: Final = "as of as_of"
NEVER: Final = "never null"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One measure per customer.

    ``name`` is its column; ``requirement`` the row it answers, None where it only supports others;
    ``undefined`` says when it is null ("never null" otherwise).
    """

    name: str
    requirement: str | None
    formula: str
    unit: Unit
    direction: Direction
    undefined: str
    label_en: str
    label_zh: str
    window: str = WINDOW


def named(*entries: Indicator) -> Mapping[str, Indicator]:
    """The entries by name, in their order."""
    return {entry.name: entry for entry in entries}
