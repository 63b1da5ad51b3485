"""The relationship: how well each customer is known, and how rich and timely the dialogue is."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.indicators import indicator_summary
from customer_insight.relationship_measures import dialogue, discovery
from customer_insight.structure import class_spans, classify_by_indicator
from guanxi.customers.models import Attribute
from guanxi.foundation.engine.duck import identifier
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown

DAYS: Final = 365
FIFTHS: Final = (0.2, 0.4, 0.6, 0.8)
"""Where the classes of a score end."""
PARTS: Final = {
    "discovery_score": ("discovery_score",),
    "dialogue_score": ("dialogue_score", "quantity", "variety", "timeliness"),
}
"""A score and what it is made of."""


def relationship_scores(data: Data, *, days: int = DAYS, answer_days: int = 2) -> dict[str, Any]:
    """Relations by the name of their score, `discovery_score` and `dialogue_score`, as far as there are data."""
    found: dict[str, Any] = {}
    facts = list(Attribute.objects.filter(identifying=False).order_by("code").values_list("code", flat=True))
    if facts:
        names = [f"fact.{code}" for code in facts]
        shown = ", ".join(f"{identifier(name)} AS known_{number}" for number, name in enumerate(names))
        data.customers(*names).create_view("known_facts", replace=True)
        profiles = data.duck.sql(f"SELECT customer_id, {shown} FROM known_facts")
        attributes = [f"known_{number}" for number in range(len(names))]
        found["discovery_score"] = discovery(profiles, attributes=attributes)
    if data.has("interactions"):
        found["dialogue_score"] = dialogue(
            data.recorded("interactions"),
            as_of=data.as_of,
            since=data.as_of - days + 1,
            answer_days=answer_days,
        )
    return found


def _compute(data: Data, asked: Asked) -> Raw:
    scores = relationship_scores(data, days=asked["days"], answer_days=asked["answer_days"])
    raw: Raw = {"summary": [], "classes": []}
    for name, relation in scores.items():
        kept = data.keep(name, relation)
        raw["summary"] += records(indicator_summary(kept, indicators=PARTS[name]))
    if asked["by"] not in scores:
        data.no_members(number=True)
        return raw
    placed = data.keep(
        "score_classes",
        classify_by_indicator(data.duck.table(asked["by"]), by=asked["by"], boundaries=FIFTHS),
    )
    data.members(placed, "class_number")
    raw["classes"] = sorted(records(class_spans(placed)), key=lambda row: row["class_number"])
    return raw


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Customers by %(score)s") % {"score": _scores()[asked["by"]]}
    classes = sheet_of(
        "classes",
        title,
        [
            Column("class_number", "number", _("Class")),
            Column("customers", "count"),
            Column("customer_share", "share", _("share of customers")),
            Column("lowest", "share", _("Lowest")),
            Column("highest", "share", _("Highest")),
        ],
        raw["classes"],
        opens=[{"op": "=", "field": raw["field"], "value": row["class_number"]} for row in raw["classes"]],
        empty=_("Nothing is known for this score: import what customers told, and interactions with them."),
    )
    words = _scores()
    summary = sheet_of(
        "summary",
        _("The scores and their parts"),
        [
            Column("indicator", "text", _("Score")),
            Column("known", "number", _("Known of")),
            Column("mean", "share", _("Mean")),
            Column("lower_quartile", "share", _("A quarter lies below")),
            Column("median", "share", _("Median")),
            Column("upper_quartile", "share", _("A quarter lies above")),
        ],
        [{**row, "indicator": words[row["indicator"]]} for row in raw["summary"]],
    )
    return Shown(
        sheets=[classes, summary],
        drawings=[
            Drawing(sheet="classes", kind="bars", title=title, names="class_number", values=["customers"])
        ],
        notes=[
            _("Discovery: the share of all that is asked of customers which is known of this one."),
            _(
                "Dialogue: the mean of how often (12 contacts are enough), by how many channels (3 are enough) and "
                "how timely what they asked was answered."
            ),
        ],
    )


def _scores() -> dict[str, str]:
    return {
        "discovery_score": _("Discovery"),
        "dialogue_score": _("Dialogue"),
        "quantity": _("How often"),
        "variety": _("By how many channels"),
        "timeliness": _("Answered in time"),
    }


def _chosen() -> dict[str, str]:
    return {name: label for name, label in _scores().items() if name in PARTS}


RELATIONSHIP: Final = Analysis(
    code="relationship",
    group="profiles",
    name=gettext_lazy("Discovery and dialogue"),
    question=gettext_lazy("How well do we know each customer, and how do we speak with them?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="by", label=gettext_lazy("By"), kind="choice", default="discovery_score", choices=_chosen
        ),
        Parameter(
            name="days",
            label=gettext_lazy("Contacts of the last days"),
            kind="whole",
            default=DAYS,
            low=1,
            high=3650,
        ),
        Parameter(
            name="answer_days",
            label=gettext_lazy("Answered in time: within days"),
            kind="whole",
            default=2,
            low=1,
            high=60,
        ),
    ),
    requirements=("INT-42",),
    members="number",
)
