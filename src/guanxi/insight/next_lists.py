"""What one customer is likely to buy next, as the analysis kept it for the published figures; nothing is computed."""

from __future__ import annotations

from typing import Any, Final

from guanxi.insight.kept_tables import rows_of
from guanxi.insight.models import AnalysisAnswer, InsightRun

CODE: Final = "next-products"
"""The analysis that keeps the lists."""
LISTS: Final = "next_lists"
"""The table in which it keeps them."""
EACH: Final = 5
"""Products of each list."""


def next_of(customer_id: int, run: InsightRun) -> dict[str, Any] | None:
    """A customer's lists `again` and `new` and the horizon in `days`; None where nobody asked by these figures."""
    answers = AnalysisAnswer.objects.filter(run=run, question__code=CODE, question__arguments__among="")
    newest = answers.order_by("-made_at", "-pk").values("question__digest", "question__arguments").first()
    found = rows_of(customer_id, run, newest["question__digest"], LISTS) if newest else None
    if newest is None or found is None:
        return None
    lists = {
        name: sorted((row for row in found if row["list"] == name), key=lambda row: row["place"])
        for name in ("again", "new")
    }
    return {"days": newest["question__arguments"]["days"], **lists}
