"""Who resembles the good customers: a score of everybody else, how far it can be trusted, and why each scores so."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.profiles import (
    Cutting,
    check_look_alikes,
    fit_look_alikes,
    look_alike_reasons,
    score_look_alikes,
)
from customer_insight.profiles.attributes import places_of
from guanxi.foundation.engine.duck import rows
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.chosen_group import (
    ATTRIBUTES,
    IN_GROUP,
    PEOPLE,
    field_label,
    group_parameters,
    group_text,
    mark_group,
    value_text,
)
from guanxi.insight.analyses.data import Data, plain, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown

REASONS: Final = 3
_OTHERS: Final = f"WHERE NOT {IN_GROUP}"


def _compute(data: Data, asked: Asked) -> Raw:
    condition, names = mark_group(data, asked)
    if condition is None or not names or not rows(data.duck, f"SELECT 1 FROM {PEOPLE} {_OTHERS} LIMIT 1"):
        data.no_members(number=True)
        return {"check": None, "weights": [], "likest": [], "good": condition}
    people, cutting = data.duck.table(PEOPLE), Cutting(at_least=asked["at_least"])
    model = fit_look_alikes(people, good=IN_GROUP, attributes=names, cutting=cutting)
    check = check_look_alikes(people, good=IN_GROUP, attributes=names, cutting=cutting)
    others = data.duck.sql(f"SELECT * FROM {PEOPLE} {_OTHERS}")
    scores = data.keep("look_alike_scores", score_look_alikes(others, model))
    data.members(scores.filter("score IS NOT NULL"), "score")
    return {
        "check": check.as_dict(),
        "weights": _weights(model),
        "likest": _likest(data, model, asked["top"]),
        "good": condition,
    }


def _weights(model: Any) -> list[dict[str, Any]]:
    """What every value adds to the score, the strongest first."""
    found = [
        {
            "attribute": each.bins.column,
            "value": place.label,
            "kind": place.kind,
            "low": place.low,
            "high": place.high,
            "weight": plain(weight),
        }
        for each in model.attributes
        for place, weight in zip(places_of(each.bins), each.weights, strict=True)
        if weight
    ]
    return sorted(found, key=lambda row: (-abs(row["weight"]), row["attribute"], row["value"]))


def _likest(data: Data, model: Any, top: int) -> list[dict[str, Any]]:
    """The customers with the highest scores, each with the strongest reasons."""
    best = data.keep(
        "look_alike_best",
        data.duck.table("look_alike_scores")
        .filter("score IS NOT NULL")
        .order("score DESC, customer_id")
        .limit(top),
    )
    chosen = data.duck.sql(f"SELECT * FROM {PEOPLE} SEMI JOIN look_alike_best USING (customer_id)")
    reasons = records(look_alike_reasons(chosen, model, top=REASONS))
    found: dict[int, list[dict[str, Any]]] = {}
    for row in sorted(reasons, key=lambda row: (row["customer_id"], row["place"])):
        found.setdefault(row["customer_id"], []).append({**row, "customer_id": None})
    ordered = records(best.order("score DESC, customer_id"))
    return [{**row, "reasons": found.get(row["customer_id"], [])} for row in ordered]


def _show(raw: Raw, asked: Asked) -> Shown:
    check = raw["check"]
    if check is None:
        empty = Sheet(key="likest", title=_("Who resembles them most"), columns=[], rows=[], empty=_empty())
        return Shown(sheets=[empty])
    return Shown(
        lead=_("Everybody else, scored by how much they resemble the good ones (%(group)s): %(verdict)s")
        % {"group": group_text(asked), "verdict": _verdict(check)},
        sheets=[_tenths(check), _people(raw), _values(raw)],
        drawings=[
            Drawing(
                sheet="tenths", kind="bars", title=_("Good customers by tenth of the score"),
                names="tenth", values=["rate"],
            )
        ],
        notes=[
            _(
                "Checked on customers that the score was not learnt from, one fifth after another: of a good and "
                "another customer the good one scores higher in %(auc)s of cases (95 %%: %(low)s to %(high)s; 50 %% "
                "is chance)."
            )
            % {name: _percent(check["auc"][key]) for name, key in _AUC.items()},
            _("A score ranks and is no probability. As an audience: the score of this analysis from a number on."),
            _("Attributes that say the same count twice; leave out copies."),
        ],
    )  # fmt: skip


_AUC: Final = {"auc": "value", "low": "low", "high": "high"}


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _verdict(check: dict[str, Any]) -> str:
    if check["auc"]["low"] is not None and check["auc"]["low"] > 0.5:
        return _("the score tells them apart.")
    return _("the score does not tell them apart; do not choose by it.")


def _tenths(check: dict[str, Any]) -> Sheet:
    return sheet_of(
        "tenths",
        _("How many of each tenth are good"),
        [
            Column("tenth", "number", _("Tenth, the most alike first")),
            Column("customers", "number"),
            Column("good", "number", _("Good ones")),
            Column("rate", "share", _("Share of good ones")),
            Column("lift", "number", _("Times the average")),
        ],
        check["tenths"],
    )


def _people(raw: Raw) -> Sheet:
    reasons = [Column(f"reason_{number}", "text", _("Reason")) for number in range(1, REASONS + 1)]
    named = {(row["attribute"], row["value"]): value_text(row) for row in raw["weights"]}
    people = [
        [
            row["customer_id"],
            row["score"],
            row["known_attributes"],
            *(_reason(row["reasons"], at, named) for at in range(REASONS)),
        ]
        for row in raw["likest"]
    ]
    return Sheet(
        key="likest",
        title=_("Who resembles them most"),
        columns=[
            Column("customer_id", "customer", _("Customer")),
            Column("score", "number", _("Score")),
            Column("known_attributes", "number", _("Attributes known")),
            *reasons,
        ],
        rows=people,
        note=_("Reasons with + are commoner among the good ones, with − rarer."),
        empty=_("Of nobody else is an attribute known."),
    )


def _reason(reasons: list[dict[str, Any]], at: int, named: dict[tuple[str, str], str]) -> str:
    if at >= len(reasons):
        return ""
    row = reasons[at]
    sign = "+" if row["contribution"] > 0 else "−"
    return f"{sign} {field_label(row['attribute'])}: {named[(row['attribute'], row['value'])]}"


def _values(raw: Raw) -> Sheet:
    told = [
        {**row, "attribute": field_label(row["attribute"]), "value": value_text(row)}
        for row in raw["weights"]
    ]
    return sheet_of(
        "weights",
        _("What each value adds to the score"),
        [Column("attribute", "text"), Column("value", "text"), Column("weight", "number", _("Adds"))],
        told,
    )


def _empty() -> str:
    return _(
        "There is nothing to learn from: there must be good customers, others, and facts of both. Import facts, or "
        "choose another group or attributes."
    )


LOOK_ALIKES: Final = Analysis(
    code="look-alikes",
    group="profiles",
    name=gettext_lazy("Who resembles the good customers"),
    question=gettext_lazy("Which others look like our good customers?"),
    compute=_compute,
    show=_show,
    parameters=(
        *group_parameters(gettext_lazy("Good ones by")),
        ATTRIBUTES,
        Parameter(
            name="at_least",
            label=gettext_lazy("Values of at least so many customers"),
            kind="whole",
            default=30,
            low=1,
            high=10**6,
            help=gettext_lazy("Rarer texts are one row, “other”."),
        ),
        Parameter(
            name="top",
            label=gettext_lazy("Customers shown"),
            kind="whole",
            default=100,
            low=1,
            high=300,
        ),
    ),
    requirements=("LIFE-08",),
    members="number",
)
