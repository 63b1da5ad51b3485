"""How many of those who would be written to read a letter in which language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from guanxi.campaigns.plans import Plan
from guanxi.foundation.engine.duck import Duck, identifier, rows
from guanxi.insight.columns import with_fields
from guanxi.outreach.languages import FACT, language_for, plain_tag

MOST_TOLD: Final = 100
"""Languages kept with an estimate; whoever reads a rarer one is counted with those of whom nothing is known."""


def written_in(plan: Plan) -> tuple[str, ...]:
    """The languages of a plan, that of the cells' own words first; none where it is written in one alone."""
    others = plan.cells[0].languages
    return (plan.language, *others) if others else ()


def told_languages(duck: Duck) -> dict[str, int]:
    """Language as customers are known to read it → how many of table `going` do and would be written to."""
    field = f"fact.{FACT}"
    asked = f"""SELECT coalesce({identifier(field)}, ''), count(*) FROM ({with_fields(duck, "going", (field,))})
                WHERE cell <> 'control' GROUP BY 1"""
    counted: Counter[str] = Counter()
    for told, number in rows(duck, asked):
        counted[plain_tag(told)] += number
    kept = dict(counted.most_common(MOST_TOLD))
    rarer = counted.total() - sum(kept.values())
    return kept | ({"": kept.get("", 0) + rarer} if rarer else {})


def readers(plan: Plan, told: Mapping[str, int], treated: int) -> dict[str, Any]:
    """Parts of an estimate: `languages`, language → how many read it, and how many of the first are there for want
    of another; nothing for a plan in one language. Shares of those who were counted, where other numbers are treated.
    """
    written = written_in(plan)
    counted = sum(told.values())
    if not written or not counted:
        return {}
    found: Counter[str] = Counter()
    for each, number in told.items():
        found[language_for(each, written)] += number
    shares = {tag: round(treated * found[tag] / counted) for tag in (*written[1:], "")}
    first = treated - sum(shares[tag] for tag in written[1:])
    return {
        "languages": {written[0]: first} | {tag: shares[tag] for tag in written[1:]},
        "for_want_of_another": min(shares[""], first),
    }
