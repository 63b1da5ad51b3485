"""What an analysis says of each customer, as a field beside the others: the class or score that it gave."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from customer_insight.conditions import Field
from guanxi.foundation.engine.duck import Duck, identifier, quoted
from guanxi.foundation.home import folder
from guanxi.insight.models import AnalysisQuestion, InsightRun

GROUP: Final = "analysis"
MOST: Final = 60
"""So many of the latest questions are offered as fields."""

answer: list[Callable[[str, InsightRun], None]] = []
"""What computes the members of a question by its digest; the analyses put themselves in when the application starts."""


def member_fields() -> dict[str, Field]:
    """A field for each of the latest questions whose answers say something of every customer."""
    questions = AnalysisQuestion.objects.exclude(members="").order_by("-pk")[:MOST]
    return {
        f"{GROUP}.{question.digest}": Field(
            "number" if question.members == "number" else "text", question.label_en, question.label_zh
        )
        for question in questions
    }


def write_members(duck: Duck, view: str, run: InsightRun, digest: str) -> None:
    """Keep the view (customer_id, value) of a question's answer beside the copy."""
    path = _path(run, digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    ordered = f"SELECT customer_id, value FROM {identifier(view)} ORDER BY customer_id"
    duck.execute(f"COPY ({ordered}) TO '{quoted(str(half))}' (FORMAT parquet)")
    half.replace(path)


def read_members(digest: str, run: InsightRun) -> str:
    """A query of (customer_id, value); the answer is computed first where these figures do not have it yet."""
    path = _path(run, digest)
    if not path.exists():
        for compute in answer:
            compute(digest, run)
    return f"SELECT customer_id, value FROM read_parquet('{quoted(str(path))}')"


def member_of(digest: str, run: InsightRun, customer_id: int) -> Any:
    """What a kept answer says of one customer; None where it says nothing, or was not asked by these figures."""
    path = _path(run, digest)
    if not path.exists():
        return None
    from pyarrow import parquet  # slow to import, and commands do without it

    rows = parquet.read_table(path, columns=["value"], filters=[("customer_id", "=", customer_id)])
    return rows["value"][0].as_py() if rows.num_rows else None


def has_members(digest: str, run: InsightRun) -> bool:
    """Whether the answer lies beside the copy."""
    return _path(run, digest).exists()


def forget_members(digest: str, run: InsightRun) -> None:
    """Remove what a question's answer says, so that it is computed anew when it is next read."""
    _path(run, digest).unlink(missing_ok=True)


def remove_members_of_others(run: InsightRun) -> None:
    """Remove what belongs to other runs than the published one."""
    for place in folder("replica", "analyses").iterdir():
        if place.name != str(run.pk):
            shutil.rmtree(place, ignore_errors=True)


def _path(run: InsightRun, digest: str) -> Path:
    return folder("replica", "analyses") / str(run.pk) / f"{digest}.parquet"
