"""Whom a campaign moved: learnt from its draw, tested on customers it had not seen, told of everybody (ANA-69)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.assignment import CONTROL
from customer_insight.deciles import assign_deciles
from customer_insight.drift import fit_baseline
from customer_insight.drift.card import uplift_card
from customer_insight.indicators import transaction_indicators
from customer_insight.tables import TableError, day_number
from customer_insight.uplift import check_uplift, fit_uplift, score_uplift, training_sample
from guanxi.campaigns.analyses.chosen import GROUP, no_campaign, one_measured
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.queries import campaign_named, measured_window
from guanxi.campaigns.units import PRE_DAYS, copy_members, sales_windows, units
from guanxi.foundation.engine.duck import rows
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown
from guanxi.insight.measures import prepare_lines

FEATURES: Final = (
    "transaction_count", "sales_amount", "gross_margin_rate", "average_transaction_amount", "return_count",
    "recency_days", "tenure_days", "average_cycle_days", "product_count", "discount_amount",
)  # fmt: skip
"""What is known of a customer before the draw; the same of today serves to rank."""
USABLE: Final = "usable heterogeneity"


def _compute(data: Data, asked: Asked) -> Raw:
    nobody = data.duck.sql("SELECT customer_id, 0.0 AS uplift FROM chosen LIMIT 0")
    if not asked["campaign"]:
        data.members(nobody, "uplift")
        return {"check": None}
    campaign = campaign_named(asked["campaign"])
    experiment = data.keep("experiment", _experiment(data, campaign))
    learnt = {"learner": asked["learner"], "base": asked["base"]}
    try:
        sample = training_sample(experiment, features=FEATURES)
        check = check_uplift(sample, splits=asked["splits"], **learnt)
        model = fit_uplift(sample, **learnt)
    except TableError:
        raise
    except (ValueError, ImportError) as refused:
        data.members(nobody, "uplift")
        return {"check": None, "refused": str(refused)}
    first, last = rows(data.duck, "SELECT min(day), max(day) FROM lines")[0]
    card = uplift_card(
        model, check, baseline=fit_baseline(experiment, columns=FEATURES), version=str(data.run.pk),
        window_start=int(first), window_end=int(last),
    )  # fmt: skip
    told = {"check": check.as_dict(), "arms": _arms(data), "card": card.as_dict()}
    if check.verdict != USABLE:
        data.members(nobody, "uplift")
        return told
    now = _indicators(data, data.as_of)
    scored = data.keep("scored", score_uplift(now.select("customer_id", *FEATURES), model))
    data.members(scored, "uplift")
    return {**told, "tenths": _tenths(data)}


def _experiment(data: Data, campaign: Campaign) -> Any:
    """Everybody drawn, whether treated, whether they responded, and what was known of them the evening before."""
    start, until = measured_window(campaign) or (data.day, data.day)
    copy_members(data.duck, campaign.pk, start, until)
    pre_days = campaign.plan.get("pre_days", PRE_DAYS)
    days = (until - start).days + 1
    rate = data.assumptions.margin_rate
    sales_windows(data.duck, start=start, days=days, pre_days=pre_days, margin_rate=rate)
    drawn = data.keep("drawn_units", units(data.duck, campaign.results["response"]))
    _indicators(data, day_number(start) - 1).create_view("known_before", replace=True)
    prepare_lines(data.duck, data.day)
    data.keep("known", data.duck.table("known_before"))
    return drawn.query(
        "drawn_rows",
        f"""SELECT drawn_rows.customer_id, CAST(drawn_rows.cell <> '{CONTROL}' AS INTEGER) AS treated,
                   drawn_rows.responded, known.* EXCLUDE (customer_id)
            FROM drawn_rows LEFT JOIN known USING (customer_id) SEMI JOIN chosen USING (customer_id)""",
    )


def _indicators(data: Data, as_of: int) -> Any:
    """The features as of a day: nothing later is read."""
    found = transaction_indicators(data.lines(), as_of=as_of, margin=data.margin)
    return found.select("customer_id", *FEATURES)


def _arms(data: Data) -> dict[str, int]:
    treated, held_out = rows(
        data.duck, "SELECT count(*) FILTER (treated = 1), count(*) FILTER (treated = 0) FROM experiment"
    )[0]
    return {"treated": int(treated), "control": int(held_out)}


def _tenths(data: Data) -> list[dict[str, Any]]:
    """The customers of today by predicted uplift: from which value on, and how many reach it."""
    data.keep("tenths", assign_deciles(data.duck.table("scored"), by="uplift"))
    return records(
        data.duck.sql(
            """SELECT bounds.decile AS tenth, lowest, count(*) AS customers
               FROM (SELECT decile, min(uplift) AS lowest FROM scored JOIN tenths USING (customer_id) GROUP BY 1) bounds
               JOIN scored ON scored.uplift >= lowest GROUP BY 1, 2 ORDER BY 1"""
        )
    )


def _show(raw: Raw, asked: Asked) -> Shown:
    check = raw["check"]
    if check is None:
        why = no_campaign() if not asked["campaign"] else _refused(raw["refused"])
        return Shown(sheets=[Sheet(key="check", title=_("Verdict"), columns=[], rows=[], empty=why)])
    sheets = [_verdict(check, raw["arms"]), _deciles(check)]
    if "tenths" in raw:
        sheets.append(_today(raw))
    return Shown(
        lead=_lead(check["verdict"]),
        sheets=sheets,
        drawings=[
            Drawing(
                sheet="deciles", kind="bars", title=_("Uplift by tenth"), names="decile", values=["predicted", "uplift"]
            )
        ],
        notes=[
            _("Learnt from what was known of them on the evening before the campaign began; nothing later is read."),
            _(
                "Tested by %(splits)s splits: learnt from one half, measured on the other. The Qini coefficient says "
                "how many more responses per customer this order brings than a random one; above zero it is of use."
            )
            % {"splits": check["splits"]},
            _("The response is what the campaign measures; the model says nothing about how much is bought."),
        ],
    )  # fmt: skip


def _lead(verdict: str) -> str:
    if verdict == USABLE:
        return _(
            "The campaign moves some customers more than others, and who they are can be told beforehand."
        )
    return _("No usable heterogeneity: treat everybody or nobody, by the average effect.")


def _refused(why: str) -> str:
    if "scikit-learn" in why:
        return _("Boosted trees need scikit-learn, which is not installed here; choose logistic.")
    return _("Too few customers: each side of the draw needs at least 100, of whom half serve to test.")


def _limits(estimate: Mapping[str, Any]) -> list[float | None]:
    return [estimate["value"], estimate["low"], estimate["high"]]


def _fine(value: float | None) -> str | None:
    """Small figures of responses per customer, which two decimals would hide."""
    return None if value is None else f"{value:.4f}"


def _verdict(check: Mapping[str, Any], arms: Mapping[str, int]) -> Sheet:
    return Sheet(
        key="check",
        title=_("Verdict"),
        columns=[
            Column("treated", "number"),
            Column("held out", "number"),
            Column("average", "share", _("Average effect on the response rate")),
            Column("low", "share", _("at least")),
            Column("high", "share", _("at most")),
            Column("qini", "text", _("Qini coefficient")),
            Column("qini_low", "text", _("at least")),
            Column("qini_high", "text", _("at most")),
            Column("verdict", "code"),
        ],
        rows=[
            [
                arms["treated"], arms["control"], *_limits(check["average"]),
                *map(_fine, _limits(check["qini"])), check["verdict"],
            ]
        ],
    )  # fmt: skip


def _deciles(check: Mapping[str, Any]) -> Sheet:
    columns = [
        Column("decile", "number", _("Tenth by predicted uplift")),
        Column("treated", "number"),
        Column("held out", "number"),
        Column("predicted", "share", _("Predicted uplift")),
        Column("uplift", "share", _("Measured uplift")),
        Column("low", "share", _("at least")),
        Column("high", "share", _("at most")),
        Column("gain", "text", _("Responses gained per customer so far")),
    ]
    rows_ = [
        [
            each["decile"], each["treated"], each["control"], each["predicted"],
            *_limits(each["uplift"]), _fine(each["gain"]),
        ]
        for each in check["deciles"]
    ]  # fmt: skip
    return Sheet(
        key="deciles", title=_("Uplift by tenth, on customers not learnt from"), columns=columns, rows=rows_
    )


def _today(raw: Raw) -> Sheet:
    """Today's customers, cumulated: the top tenths to write to next."""
    return Sheet(
        key="today",
        title=_("Customers of today by predicted uplift"),
        columns=[
            Column("tenth", "text", _("Top")),
            Column("customers", "count"),
            Column("lowest", "share", _("Predicted uplift from")),
        ],
        rows=[[f"{each['tenth']}0 %", each["customers"], each["lowest"]] for each in raw["tenths"]],
        opens=[{"op": ">=", "field": raw["field"], "value": each["lowest"]} for each in raw["tenths"]],
        note=_(
            "A number leads to its customers, who can be kept as an audience. Equal predictions stand together, so a "
            "row may hold more than its tenths."
        ),
    )


def _learners() -> Mapping[str, str]:
    return {"two models": _("two models"), "class transformation": _("class transformation")}


def _bases() -> Mapping[str, str]:
    return {"logistic": _("logistic regression"), "boosted": _("boosted trees")}


UPLIFT: Final = Analysis(
    code="uplift",
    group=GROUP,
    name=gettext_lazy("Uplift"),
    question=gettext_lazy("Whom does a campaign move, and who would have bought anyway?"),
    compute=_compute,
    show=_show,
    parameters=(
        one_measured(),
        Parameter(
            name="learner",
            label=gettext_lazy("Learner"),
            kind="choice",
            default="two models",
            choices=_learners,
        ),
        Parameter(
            name="base", label=gettext_lazy("Model"), kind="choice", default="logistic", choices=_bases
        ),
        Parameter(name="splits", label=gettext_lazy("Splits"), kind="whole", default=20, low=1, high=100),
    ),
    requirements=("ANA-69",),
    members="number",
)
