"""Who is overdue against the own cycle: the list, the classes, and which sign of leaving was right (ANA-59)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.leaving import check_overdue, leaving_list, overdue
from customer_insight.lifetime import fit_lifetime, purchase_histories
from customer_insight.structure import class_spans, classify_by_indicator
from guanxi.foundation.engine.duck import value
from guanxi.insight.analyses.arranging import between, sheet_of
from guanxi.insight.analyses.data import Data, calendar_day, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown

TIMES: Final = (1.0, 2.0, 4.0)
"""Multiples of the usual interval that part the customers shown together."""
_LABELS: Final = ("> 4", "2–4", "1–2", "≤ 1")
_ENDS: Final = ((4.0, None), (2.0, 4.0), (1.0, 2.0), (None, 1.0))
_SIGNS: Final = ("recency", "expected", "p_alive", "overdue_ratio", "gap_chance")


def _compute(data: Data, asked: Asked) -> Raw:
    silent = data.keep("silent", overdue(data.lines(), as_of=data.as_of))
    regulars = silent.filter("overdue_ratio IS NOT NULL")
    data.members(regulars, "overdue_ratio")
    classes = classify_by_indicator(regulars, by="overdue_ratio", boundaries=TIMES, lowest_first=False)
    spans = records(class_spans(data.keep("overdue_classes", classes)))
    return {
        "spans": sorted(spans, key=lambda row: row["class_number"]),
        "list": _list(data, silent, asked),
        "check": _check(data, asked),
    }


def _list(data: Data, silent: Any, asked: Asked) -> list[dict[str, Any]]:
    """The first ones who have not been silent for too long, with what the purchase model expects of them."""
    measures = data.keep("overdue_measures", data.measures().select(
        "customer_id", "p_alive", "expected_purchases", "lifetime_value"
    ))  # fmt: skip
    still = silent.filter(f"days_since <= {asked['most_days']} AND overdue_ratio > 1")
    data.keep("overdue_list", leaving_list(still, measures, by=asked["rank"], most=asked["top"]))
    beside = data.duck.sql(
        """SELECT overdue_list.*, expected_purchases, lifetime_value
           FROM overdue_list LEFT JOIN overdue_measures USING (customer_id)"""
    )
    falls = "DESC" if asked["rank"] == "overdue_ratio" else "ASC"
    ordered = records(beside.order(f"{asked['rank']} {falls}, customer_id"))
    return [{**row, "last_day": calendar_day(row["last_day"])} for row in ordered]


def _check(data: Data, asked: Asked) -> dict[str, Any] | None:
    """Every sign as of an earlier day against what came; None where nobody had bought twice by then."""
    day = data.as_of - asked["horizon_days"]
    histories = data.keep("earlier_histories", purchase_histories(data.lines(), as_of=day))
    if not value(data.duck, "SELECT count(*) FROM earlier_histories WHERE x > 0"):
        return None
    name = data.run.lifetime_card.get("name")
    start = int(value(data.duck, "SELECT min(day) FROM lines"))
    how = {"model": name} if name else {}
    model = fit_lifetime(histories, as_of=day, window_start=start, **how)
    check = check_overdue(data.lines(), calibration_end=day, holdout_end=data.as_of, model=model)
    return {**check.as_dict(), "calibration_end": calendar_day(day)}


def _show(raw: Raw, asked: Asked) -> Shown:
    overdue_now = {"op": ">", "field": raw["field"], "value": 1.0}
    return Shown(
        lead=_("Customers whose last purchase is longer ago than their own usual interval."),
        sheets=[_people(raw), _classes(raw), _signs(raw)],
        drawings=[
            Drawing(
                sheet="spans", kind="bars", title=_("Customers by how often their usual interval is over"),
                names="label", values=["customers"],
            )
        ],
        notes=_notes(raw, asked),
        reaches=overdue_now,
    )  # fmt: skip


def _people(raw: Raw) -> Sheet:
    return sheet_of(
        "list",
        _("Overdue against their own cycle"),
        [
            Column("customer_id", "customer", _("Customer")),
            Column("last_day", "day", _("Last bought")),
            Column("days_since", "days", _("Days since")),
            Column("mean_gap_days", "number", _("Usual interval in days")),
            Column("overdue_ratio", "number", _("Times the usual interval")),
            Column("gap_chance", "share", _("Chance of such a gap")),
            Column("gaps_as_long", "number", _("Own gaps as long")),
            Column("p_alive", "share"),
            Column("expected_purchases", "number"),
            Column("lifetime_value", "money"),
        ],
        raw["list"],
        empty=_("Nobody is overdue: a cycle takes three days with purchases."),
    )


def _classes(raw: Raw) -> Sheet:
    return sheet_of(
        "spans",
        _("How overdue the customers are"),
        [
            Column("label", "text", _("Times the usual interval")),
            Column("customers", "count"),
            Column("customer_share", "share", _("share of customers")),
        ],
        [{**row, "label": _LABELS[row["class_number"] - 1]} for row in raw["spans"]],
        opens=[between(raw["field"], *_ENDS[row["class_number"] - 1]) for row in raw["spans"]],
        empty=_("Nobody has a cycle yet: it takes three days with purchases."),
    )


def _signs(raw: Raw) -> Sheet:
    """How well each sign told who would stay away, over everybody and over those with a cycle."""
    check = raw["check"]
    names = {
        "recency": _("Days since the last purchase"),
        "expected": _("Fewest purchases expected"),
        "p_alive": _("Lowest P(alive)"),
        "overdue_ratio": _("Times the usual interval"),
        "gap_chance": _("Smallest chance of such a gap"),
    }
    found = [
        {
            "sign": names[sign],
            **_auc("all", check["everybody"][sign]),
            **_auc("regular", check["regulars"][sign]),
        }
        for sign in (_SIGNS if check else ())
    ]
    return sheet_of(
        "signs",
        _("Which sign was right"),
        [
            Column("sign", "text", _("Sign")),
            Column("all", "number", _("AUC, everybody")),
            Column("all_range", "text", _("95 % interval")),
            Column("regular", "number", _("AUC, with a cycle")),
            Column("regular_range", "text", _("95 % interval")),
        ],
        found,
        empty=_("Nobody had bought twice by the earlier day, so no sign can be tested."),
    )


def _auc(name: str, estimate: Mapping[str, Any] | None) -> dict[str, Any]:
    if estimate is None or estimate["value"] is None:
        return {name: None, f"{name}_range": "–"}
    return {name: estimate["value"], f"{name}_range": f"{estimate['low']:.3f} – {estimate['high']:.3f}"}


def _notes(raw: Raw, asked: Asked) -> list[str]:
    check = raw["check"]
    told = []
    if check:
        told.append(
            _(
                "The test: signs of %(day)s, model %(model)s; of %(customers)s customers %(silent)s bought nothing in "
                "the %(days)s days after. 0.5 is chance, 1 is never wrong."
            )
            % {
                "day": check["calibration_end"], "model": check["model"], "days": asked["horizon_days"],
                "customers": f"{check['everybody']['customers']:,}", "silent": f"{check['everybody']['silent']:,}",
            }
        )  # fmt: skip
    return [
        *told,
        _(
            "P(alive) of one-time buyers says little: under BG/NBD it is 1 for everybody who bought once, and they are "
            "the ones who stay away. To rank a whole base use expected purchases."
        ),
        _(
            "The own cycle tells people in their own terms; in tests it ranked no better than days since the last "
            "purchase."
        ),
    ]


def _ranks() -> dict[str, str]:
    return {
        "gap_chance": _("Chance of such a gap"),
        "overdue_ratio": _("Times the usual interval"),
        "p_alive": _("P(alive)"),
    }


OVERDUE: Final = Analysis(
    code="overdue",
    group="leaving",
    name=gettext_lazy("Overdue against the own cycle"),
    question=gettext_lazy("Who has been silent for longer than usual for them?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="rank", label=gettext_lazy("First the worst by"), kind="choice", default="gap_chance",
            choices=_ranks,
        ),
        Parameter(
            name="most_days", label=gettext_lazy("Silent for at most so many days"), kind="whole", default=365,
            low=1, high=3650, help=gettext_lazy("Whoever has long been gone would lead the list."),
        ),
        Parameter(
            name="horizon_days", label=gettext_lazy("Tested over so many last days"), kind="whole", default=91,
            low=7, high=730,
        ),
        Parameter(
            name="top", label=gettext_lazy("Customers shown"), kind="whole", default=100, low=1, high=300
        ),
    ),
    requirements=("ANA-59",),
    members="number",
)  # fmt: skip
