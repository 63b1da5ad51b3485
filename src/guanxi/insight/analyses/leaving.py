"""Who is likely to leave: learned from a past day, tested on a later one, told of everybody with reasons (ANA-59)."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.drift import fit_baseline
from customer_insight.leaving import (
    ChurnModel,
    ChurnSample,
    buying_stopped,
    check_churn,
    churn_card,
    churn_features,
    churn_frame,
    churn_reasons,
    churn_sample,
    fit_churn,
    score_churn,
)
from customer_insight.leaving.model import FEWEST
from customer_insight.structure import class_spans, classify_by_indicator
from guanxi.foundation.engine.duck import identifier, rows, value
from guanxi.insight.analyses.data import Data, calendar_day, plain, records
from guanxi.insight.analyses.definition import Analysis, Asked, Parameter, Raw
from guanxi.insight.analyses.indicator_table import tables_of
from guanxi.insight.analyses.leaving_shown import show

STEPS: Final = (0.1, 0.25, 0.5, 0.75)
"""Chances that part the customers shown together."""
REASONS: Final = 3
VERSION: Final = "1"
_BESIDE: Final = ("lifetime_value", "value_layer", "sales_amount", "recency_days")

_COUNTED: Final = """SELECT count(*) AS customers, count(*) FILTER ("left" = 1) AS leavers,
                            count(*) FILTER ("left" = 0) AS stayers FROM learned"""


def _compute(data: Data, asked: Asked) -> Raw:
    """Learn who stopped after the first cut-off, test on who stopped after the second, score whoever buys now."""
    horizon, first = asked["horizon_days"], value(data.duck, "SELECT min(day) FROM lines")
    learn, test = data.as_of - 2 * horizon, data.as_of - horizon
    raw: Raw = {
        "first": calendar_day(first), "learned_on": calendar_day(learn), "tested_on": calendar_day(test),
        "fewest": FEWEST, "lacking": None, "model": None,
    }  # fmt: skip
    if first is None or first >= learn:
        return _nothing(data, {**raw, "lacking": "history"})
    taught = _frame(data, asked, "learned", learn, span=learn - first)
    raw |= records(data.duck.sql(_COUNTED))[0]
    if min(raw["leavers"], raw["stayers"]) < FEWEST:
        return _nothing(data, {**raw, "lacking": "leavers"})
    features = _varying(data, "learned")
    if not features:
        return _nothing(data, {**raw, "lacking": "alike"})
    later = _sample(_frame(data, asked, "tested", test, span=learn - first), features, asked, test)
    if not len(later):
        return _nothing(data, {**raw, "lacking": "later"})
    model = fit_churn(_sample(taught, features, asked, learn), base=asked["base"])
    check = check_churn(model, later)
    baseline = fit_baseline(taught, columns=features)
    card = churn_card(model, check, baseline=baseline, version=VERSION, window_start=first)
    return {
        **raw,
        "model": model.base,
        "card": known(card.as_dict()),
        **_now(data, asked, model, learn - first),
    }


def _nothing(data: Data, raw: Raw) -> Raw:
    data.no_members(number=True)
    return raw


def _frame(data: Data, asked: Asked, name: str, day: int, *, span: int) -> Any:
    """What was known on a day of who bought before it, beside whether they left; windows are equally long."""
    known_then = churn_features(tables_of(data), as_of=day, margin=data.margin, since=day - span)
    left = buying_stopped(
        data.lines(), as_of=day, horizon_days=asked["horizon_days"], active_days=asked["active_days"]
    )
    return data.keep(name, churn_frame(known_then, left))


def _varying(data: Data, name: str) -> tuple[str, ...]:
    """The features of a table that are numbers and differ between customers; the others can tell nobody apart."""
    table = data.duck.table(name)
    numbers = [
        column
        for column, kind in zip(table.columns, table.types, strict=True)
        if column not in {"customer_id", "left"} and str(kind) not in {"VARCHAR", "DATE"}
    ]
    counted = ", ".join(f"count(DISTINCT {identifier(column)})" for column in numbers)
    (counts,) = rows(data.duck, f"SELECT {counted} FROM {identifier(name)}")
    return tuple(column for column, count in zip(numbers, counts, strict=True) if count > 1)


def _sample(frame: Any, features: tuple[str, ...], asked: Asked, day: int) -> ChurnSample:
    return churn_sample(frame, features=features, as_of=day, horizon_days=asked["horizon_days"])


def _now(data: Data, asked: Asked, model: ChurnModel, span: int) -> Raw:
    """The chance of everybody who buys now, how many have which, and the best customers who have the highest."""
    # Of the label only who is asked about counts: what comes after this day nobody knows yet.
    people = _frame(data, asked, "today", data.as_of, span=span)
    scores = data.keep("leaving_scores", score_churn(people, model))
    data.members(scores, "p_leave")
    classes = classify_by_indicator(scores, by="p_leave", boundaries=STEPS, lowest_first=False)
    spans = records(class_spans(data.keep("leaving_classes", classes)))
    return {
        "spans": sorted(spans, key=lambda row: row["class_number"]),
        "most": _most(data, asked, model),
    }


def _most(data: Data, asked: Asked, model: ChurnModel) -> list[dict[str, Any]]:
    """The customers of the best layers with the highest chance, each with the strongest reasons."""
    data.measures().create_view("leaving_measures", replace=True)
    chosen = data.keep(
        "leaving_most",
        data.duck.sql(
            f"""SELECT customer_id, p_leave, {", ".join(_BESIDE)} FROM leaving_scores
                JOIN leaving_measures USING (customer_id) WHERE value_layer <= {asked["layers"]}
                ORDER BY p_leave DESC, lifetime_value DESC, customer_id LIMIT {asked["top"]}"""
        ),
    )
    told: dict[int, list[dict[str, Any]]] = {}
    asked_about = data.duck.sql("SELECT today.* FROM today SEMI JOIN leaving_most USING (customer_id)")
    for row in sorted(records(churn_reasons(asked_about, model, most=REASONS)), key=lambda row: row["rank"]):
        told.setdefault(row["customer_id"], []).append(
            {name: row[name] for name in ("feature", "value", "typical", "direction")}
        )
    ordered = records(chosen.order("p_leave DESC, lifetime_value DESC, customer_id"))
    return [{**row, "reasons": told.get(row["customer_id"], [])} for row in ordered]


def known(told: Any) -> Any:
    """A document that JSON can keep: what is no finite number is unknown."""
    if isinstance(told, dict):
        return {str(name): known(each) for name, each in told.items()}
    if isinstance(told, list | tuple):
        return [known(each) for each in told]
    return None if isinstance(told, float) and not math.isfinite(told) else plain(told)


def _bases() -> dict[str, str]:
    """The learners at hand; boosted trees need scikit-learn."""
    offered = {"logistic": _("Logistic regression")}
    return offered | ({"boosted": _("Boosted trees")} if find_spec("sklearn") else {})


LEAVING: Final = Analysis(
    code="leaving",
    group="leaving",
    name=gettext_lazy("Who is likely to leave"),
    question=gettext_lazy("Which customers will stop buying, how sure is that, and why?"),
    compute=_compute,
    show=show,
    parameters=(
        Parameter(
            name="horizon_days", label=gettext_lazy("Buys nothing for so many days"), kind="whole",
            default=91, low=7, high=730,
            help=gettext_lazy("That is what leaving means here; take longer than a usual interval."),
        ),
        Parameter(
            name="active_days", label=gettext_lazy("Bought within so many days before"), kind="whole",
            default=182, low=7, high=1460,
            help=gettext_lazy("Who bought nothing for longer counts as gone already."),
        ),
        Parameter(
            name="base", label=gettext_lazy("Learned by"), kind="choice", default="logistic", choices=_bases,
            help=gettext_lazy("Boosted trees are offered where scikit-learn is installed (the extra “learning”)."),
        ),
        Parameter(
            name="layers", label=gettext_lazy("List layers of value up to"), kind="whole", default=2, low=1,
            high=5, help=gettext_lazy("1 is the best fifth by lifetime value, 5 is everybody."),
        ),
        Parameter(
            name="top", label=gettext_lazy("Customers shown"), kind="whole", default=100, low=1, high=300
        ),
    ),
    requirements=("ANA-59",),
    members="number",
)  # fmt: skip
