"""Of how many customers something is known, counted when figures are published, so that two dates can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from guanxi.customers.models import Attribute
from guanxi.foundation.engine.duck import Duck, identifier, rows
from guanxi.insight.audience import CUSTOMERS
from guanxi.insight.columns import REACHED, with_fields
from guanxi.insight.models import InsightRun

KNOWN: Final = "known"
"""Where a run keeps the counts among its totals."""
MOST_FACTS: Final = 12


@dataclass(frozen=True)
class FillRate:
    """Of how many customers a field is known, and of what share of them under the figures before these."""

    field: str
    known: int
    customers: int
    before: float | None

    @property
    def share(self) -> float:
        """known / customers; 0 where there is nobody."""
        return self.known / self.customers if self.customers else 0.0

    @property
    def change(self) -> float | None:
        """share - before; None where that was not counted."""
        return None if self.before is None else self.share - self.before


def count_known(duck: Duck) -> dict[str, Any]:
    """Customers, and of how many each main field is known: ways to reach them, consents, facts in their order."""
    fields = (*REACHED, "consent.email", "consent.sms", *_facts())
    counted = ", ".join(f"count({identifier(field)})" for field in fields)
    asked = f"SELECT count(*), {counted} FROM ({with_fields(duck, f'({CUSTOMERS})', fields)})"
    customers, *known = rows(duck, asked)[0]
    return {"customers": customers, "fields": dict(zip(fields, known, strict=True))}


def _facts() -> list[str]:
    """Facts that are no secret to analyses; what came first is what the business began with."""
    codes = Attribute.objects.filter(identifying=False).order_by("pk").values_list("code", flat=True)
    return [f"fact.{code}" for code in codes[:MOST_FACTS]]


def fill_rates(run: InsightRun) -> list[FillRate]:
    """What is known under published figures; nothing for those published before this was counted."""
    now = run.totals.get(KNOWN)
    if not now:
        return []
    older = (
        InsightRun.objects.filter(state=InsightRun.State.SUPERSEDED, pk__lt=run.pk).order_by("-pk").first()
    )
    before = older.totals.get(KNOWN) if older else None
    return [
        FillRate(field, known, now["customers"], _share(before, field))
        for field, known in now["fields"].items()
    ]


def _share(counted: dict[str, Any] | None, field: str) -> float | None:
    if not counted or not counted["customers"] or field not in counted["fields"]:
        return None
    return float(counted["fields"][field] / counted["customers"])
