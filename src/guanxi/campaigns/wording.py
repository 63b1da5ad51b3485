"""What a plan, a state and a result are called, for the command line and the pages alike.

Functions that end in _facts give names and values in the order in which they are shown; `label` says the names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from customer_insight.conditions import describe
from customer_insight.measurement import RESPONSE_BANDS
from guanxi.campaigns.plans import parse_plan
from guanxi.campaigns.remarks import business_time
from guanxi.foundation.language import is_chinese
from guanxi.foundation.money import format_money
from guanxi.insight.audience import audience_fields
from guanxi.wording.words import label, phrase, word

HEADLINES = {
    "gain": gettext_noop("It earned more than it cost."),
    "loss": gettext_noop("It lost money."),
    "cannot tell": gettext_noop("Cannot tell."),
}
UNCLEAR_LOSS = gettext_noop("It lost money; whether it had any effect cannot be told.")
"""The cost is not repaid even at the upper limit, though the effect itself may be chance."""
FIGURES = {
    "incremental_responses": "incremental responses",
    "response": "incremental response rate",
    "margin": "incremental margin per customer",
    "roi": "return on investment",
}
"""The figure by which a goal is judged, as it is called below."""


def to_whom(estimate: Mapping[str, Any], document: dict[str, Any]) -> str:
    """The audience of a plan in words; the estimate keeps them in English."""
    if not is_chinese():
        return str(estimate["answers"]["to_whom"])
    fields = {
        name: replace(field, label_zh=field.label_zh or _field_label(name, field.label_en))
        for name, field in audience_fields().items()
    }
    return describe(parse_plan(document).audience, language="zh", fields=fields)


def _field_label(name: str, english: str) -> str:
    kind, _dot, code = name.partition(".")
    return label(code) if kind == "indicator" else phrase(english)


def answer_facts(estimate: Mapping[str, Any], whom: str) -> dict[str, Any]:
    """The five questions that every campaign answers before it starts (CAMP-22)."""
    answers = estimate["answers"]
    return {
        "to whom": whom,
        "what": answers["what"],
        "when": business_time(answers["when"]),
        "by which means": word(answers["by_which_means"]),
        "is the effect assured": assured(estimate),
    }


def estimate_facts(estimate: Mapping[str, Any]) -> dict[str, Any]:
    """What a plan would reach, cost, earn and be able to show."""
    return {
        "reach": estimate["reach"],
        "universal hold-out": estimate["holdout"],
        "suppressed": listed(estimate["suppressed"]) or _("nobody"),
        "cells": listed(estimate["cells"]),
        **_languages(estimate),
        "control": estimate["control"],
        "cost": _("%(cost)s of %(budget)s")
        % {"cost": format_money(estimate["cost"]), "budget": format_money(estimate["budget"])},
        "expected margin": format_money(estimate["expected_margin"]),
        "expected profit": expected_profit(estimate),
        "break-even response rate": percent(estimate.get("break_even_response_rate"), 2),
        "break-even effect per customer": format_money(estimate.get("break_even_effect")),
        "expected effect per customer": format_money(estimate["expected_effect"]),
        "smallest effect it can show": format_money(estimate["minimum_detectable_effect"]),
        "proposed control share": proposal(estimate["proposed_control"]),
    }


def _languages(estimate: Mapping[str, Any]) -> dict[str, str]:
    """How many read the letter in which language, where it is written in several."""
    read = estimate.get("languages")
    if not read:
        return {}
    shown, others = listed(read), estimate["for_want_of_another"]
    if not others:
        return {"languages": shown}
    said = _("%(shown)s (%(number)s of those who read %(tag)s are known to read no other that is written)")
    return {"languages": said % {"shown": shown, "number": f"{others:,}", "tag": next(iter(read))}}


def expected_profit(estimate: Mapping[str, Any]) -> str:
    """The profit if what is expected is true, and between which limits it will be measured then."""
    low_and_high = estimate.get("expected_profit_interval")
    if not low_and_high:
        return format_money(estimate["expected_profit"])
    limits = dict(zip(("low", "high"), low_and_high, strict=True))
    return money({"value": estimate["expected_profit"], **limits})


def assured(estimate: Mapping[str, Any]) -> str:
    """Whether the results will be able to show the effect that is expected."""
    if estimate["effect_assured"] is None:
        return _("cannot tell: the past of these customers says nothing about chance")
    if estimate["effect_assured"]:
        return _("yes: an effect as large as expected will be shown four times in five")
    return _("no: the expected effect is smaller than the smallest that can be shown")


def proposal(proposed: Mapping[str, Any] | None) -> str:
    """The proposed control share and why it is that."""
    if proposed is None:
        return "–"
    reasons = {
        "target": _("the smallest that can show the expected effect"),
        "minimum": _("less would do, but a smaller control is not kept"),
        "maximum": _("even half held out cannot show the expected effect"),
    }
    return _("%(share)s: %(why)s") % {
        "share": percent(proposed["share"], 0),
        "why": reasons[proposed["reason"]],
    }


def over_budget() -> str:
    """What is said of a plan that costs more than it may."""
    return _("This plan costs more than its budget and cannot be launched.")


def listed(counts: Mapping[str, int]) -> str:
    """Counts beside their names, in one line."""
    return _(", ").join(f"{word(name)} {number:,}" for name, number in counts.items())


def headline(result: Mapping[str, Any]) -> str:
    """What the figures allow to say, first."""
    if result["verdict"] == "loss" and result["overall"]["effect_verdict"] == "cannot tell":
        return _(UNCLEAR_LOSS)
    return _(HEADLINES[result["verdict"]])


def said_of(result: Mapping[str, Any]) -> str:
    """The headline and its reason; without a control there is no incremental claim."""
    first = headline(result) if result["has_control"] else _("Cannot tell.")
    return f"{first} {phrase(result['explanation'])}"


def window(result: Mapping[str, Any]) -> str:
    """The days that were measured, and whether all of them are known yet."""
    first, last = result["window"]
    days = _("%(first)s to %(last)s") % {"first": first, "last": last}
    if result["complete"]:
        return days
    return days + _(", not complete yet: the orders known end on %(day)s") % {"day": result["data_until"]}


def control_title(result: Mapping[str, Any]) -> str:
    """Between whom the incremental figures compare."""
    overall = result["overall"]
    title = _("Against the control (%(treated)s treated, %(control)s held out; %(level)s interval)")
    return title % {
        "treated": f"{overall['treated']:,}",
        "control": f"{overall['control']:,}",
        "level": percent(result["level"], 0),
    }


def incremental_facts(result: Mapping[str, Any]) -> dict[str, str]:
    """What the campaign caused, each figure with its interval."""
    overall = result["overall"]
    return {
        **_goal(result),
        "incremental response rate": points(overall["response"]["difference"]),
        "incremental responses": number(overall["incremental_responses"]),
        "incremental margin per customer": money(overall["margin"]["difference"]),
        "incremental margin": money(overall["incremental_margin"]),
        "cost": format_money(overall["cost"]),
        "incremental profit": money(overall["incremental_profit"]),
        "return on investment": roi(overall["roi"]),
    }


def _goal(result: Mapping[str, Any]) -> dict[str, str]:
    if not result["judged_by"]:
        return {}
    goal, figure = word(result["goal"]), label(FIGURES[result["judged_by"]])
    said = _("%(goal)s, judged by the %(figure)s")
    return {"goal": said % {"goal": str(goal).replace("_", " "), "figure": figure}}


def cells_title(result: Mapping[str, Any]) -> str:
    """What stands above the cells."""
    return _("Cells (intervals hold together at %(level)s)") % {"level": percent(result["level"], 0)}


CELL_COLUMNS = ("cell", "treated", "margin per customer", "profit", "verdict", "p (Holm)")


def cell_rows(result: Mapping[str, Any]) -> list[list[Any]]:
    """A row per cell, under CELL_COLUMNS."""
    return [
        [
            cell["cell"],
            cell["treated"],
            money(cell["margin"]["difference"]),
            money(cell["incremental_profit"]),
            cell["verdict"],
            _p(cell["margin_p_adjusted"]),
        ]
        for cell in result["cells"]
    ]


GROUP_COLUMNS = (
    "value tier", "cell", "channel", "offer", "treated", "held out", "margin per customer", "return on investment",
    "verdict", "p (Holm)", "incremental profit", "not compared",
)  # fmt: skip


def groups_title(result: Mapping[str, Any]) -> str:
    """What stands above the groups."""
    said = _("By value tier as of %(day)s, channel and offer (intervals hold together at %(level)s)")
    return said % {"day": result["groups"][0]["as_of"], "level": percent(result["level"], 0)}


def group_rows(result: Mapping[str, Any]) -> list[list[Any]]:
    """A row per value tier and cell, under GROUP_COLUMNS."""
    return [
        [
            row["group"] or "–",
            row["cell"],
            row["channel"],
            row["offer"],
            row["treated"],
            row["control"],
            money(row["margin"]["difference"]),
            roi(row["roi"]),
            row["verdict"],
            _p(row["margin_p_adjusted"]),
            money(row["incremental_profit"]),
            row.get("unmeasured", 0),
        ]
        for row in result.get("groups", ())
    ]


SUM_COLUMNS = (
    "taken together", "treated", "held out", "incremental profit", "return on investment", "verdict",
    "incremental margin", "cost", "not compared",
)  # fmt: skip


def sums_title(result: Mapping[str, Any]) -> str:
    """What stands above the sums of the groups."""
    said = _("The rows above added up (intervals of %(level)s)")
    return said % {"level": percent(result["breakdown"]["level"], 0)}


def parts_title(result: Mapping[str, Any]) -> str:
    """What stands above the sums where the groups themselves are not shown."""
    said = _("Which part of it paid (value tiers as of %(day)s; intervals of %(level)s)")
    found = result["breakdown"]
    return said % {"day": found["as_of"], "level": percent(found["level"], 0)}


def sum_rows(result: Mapping[str, Any]) -> list[list[Any]]:
    """A row per value tier, cell, channel or offer, where there are several, and the whole, under SUM_COLUMNS."""
    return [
        [
            _taken_together(row),
            row["treated"],
            row["control"],
            money(row["incremental_profit"]),
            roi(row["roi"]),
            row["verdict"],
            money(row["incremental_margin"]),
            format_money(row["cost"]),
            row["unmeasured"],
        ]
        for row in (result.get("breakdown") or {}).get("sums", ())
    ]


def _taken_together(row: Mapping[str, Any]) -> str:
    over = row["over"]
    if not over:
        return _("everybody")
    said = {
        "group": _("value tier %(name)s"),
        "cell": _("cell %(name)s"),
        "channel": _("channel %(name)s"),
        "offer": _("offer %(name)s"),
    }
    return said[over] % {"name": word(row[over]) or "–"}


def sums_note() -> str:
    """Why the whole of the rows need not be the whole above."""
    return _(
        "Each row is compared with the control of its own tier, so rows add up to the last line. It differs a little "
        "from the figures above: fixed cost counts there only, and tiers differ in how many were held out. Customers "
        "that are not compared stand in rows with fewer than two treated or two held out."
    )


def extremes(result: Mapping[str, Any]) -> str:
    """Which part paid best and which worst, and whether they differ; empty with fewer than two measured rows."""
    found = result.get("breakdown") or {}
    if not found.get("best") or not found.get("worst"):
        return ""
    said = _(
        "Best: %(best)s. Worst: %(worst)s. Per treated customer the best earned %(apart)s more: %(verdict)s"
    )
    apart = found["apart"]
    differ = apart["low"] is not None and apart["low"] > 0
    return said % {
        "best": _part_named(found["best"]),
        "worst": _part_named(found["worst"]),
        "apart": money(apart),
        "verdict": _("they do differ.") if differ else _("the difference may be chance."),
    }


def _part_named(by: Mapping[str, str]) -> str:
    return " · ".join(
        str(word(by[name]) or "–") for name in ("group", "cell", "channel", "offer") if by[name]
    )


def look_said(result: Mapping[str, Any]) -> str:
    """The interval that holds however often one looks, while a campaign runs or after several looks; empty otherwise.

    Results that were measured before looks were counted have none.
    """
    look = result.get("look")
    if not look or (result["complete"] and look["number"] == 1):
        return ""
    said = _(
        "Looking early: this is look %(number)s. With an interval of %(level)s, all looks together hold at 95 %%: "
        "incremental profit %(profit)s, %(verdict)s."
    ) % {
        "number": look["number"],
        "level": percent(look["level"], 1),
        "profit": money(look["incremental_profit"]),
        "verdict": word(look["verdict"]),
    }
    if look["verdict"] == result["verdict"]:
        return said
    return f"{said} {_('The headline is made for a single look and says more than so many looks allow.')}"


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


CLICK_COLUMNS = ("cell", "letters delivered", "followed a link", "share of delivered")


def clicks_title() -> str:
    """What stands above clicks, and what they are worth."""
    return _("Links followed")


def clicks_note() -> str:
    """What clicks can say and what not."""
    return _(
        "Attributed: a click shows interest, not what the letter caused; programs that scan mail click too."
    )


def left_out(result: Mapping[str, Any]) -> str:
    """How many customers could not be counted; empty for none."""
    if not result["left_out_as_merged"]:
        return ""
    said = _("Left out: %(number)s customers whose records were in different cells and merged since.")
    return said % {"number": f"{result['left_out_as_merged']:,}"}


def method(result: Mapping[str, Any]) -> str:
    """How it was measured."""
    said = _(
        "Intention to treat; adjusted for the %(days)s days before. Margin is %(rate)s of sales where no cost is known."
    )
    return said % {"days": result["pre_days"], "rate": percent(result["margin_rate"], 0)}


def attributed_title() -> str:
    """What stands above the attributed figures."""
    return _("Attributed (includes what would have been bought anyway)")


def attributed_facts(result: Mapping[str, Any]) -> dict[str, Any]:
    """What those who responded bought, caused by the campaign or not; the response rate beside its band."""
    whole = result["attributed"][0]
    shown = {"customers contacted": whole["contacts"], "new customers among them": result["new_customers"]}
    if result["responses_recorded"]:
        shown |= {
            "customers who responded": whole["responses"],
            "response rate": percent(whole["response_rate"]) + _band(result["benchmark"]),
            "their sales": format_money(whole["sales"]),
            "their margin": format_money(whole["margin"]),
        }
    else:
        shown |= {"responses": _("no responses were recorded")}
    shown |= {"cost": format_money(whole["cost"])}
    if result["new_customers"]:
        shown |= {"cost per new customer": format_money(result["cost_per_new_customer"])}
    return shown


def _band(benchmark: Mapping[str, Any] | None) -> str:
    if benchmark is None:
        return ""
    bands = {
        "below": _("below the usual %(low)s to %(high)s of %(quadrant)s marketing"),
        "in": _("within the usual %(low)s to %(high)s of %(quadrant)s marketing"),
        "above": _("above the usual %(low)s to %(high)s of %(quadrant)s marketing"),
    }
    low, high = RESPONSE_BANDS[benchmark["quadrant"]]
    said = {"low": f"{100 * low:.0f}", "high": percent(high, 0), "quadrant": word(benchmark["quadrant"])}
    return f" ({bands[benchmark['band']] % said})"


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def money(estimate: Mapping[str, Any]) -> str:
    """An amount with its interval."""
    return _with_limits(estimate, format_money)


def points(estimate: Mapping[str, Any]) -> str:
    """A difference of rates in percentage points, with its interval."""
    if estimate["value"] is None or estimate["low"] is None:
        return "–"
    shown = {name: f"{100 * estimate[name]:+.2f}" for name in ("value", "low", "high")}
    return _("%(value)s points  [%(low)s to %(high)s]") % shown


def number(estimate: Mapping[str, Any]) -> str:
    """A count with its interval."""
    return _with_limits(estimate, lambda value: f"{value:,.1f}")


def roi(estimate: Mapping[str, Any]) -> str:
    """A return on investment with its interval."""
    return _with_limits(estimate, lambda value: f"{100 * value:,.0f} %")


def _with_limits(estimate: Mapping[str, Any], shown: Callable[[float], str]) -> str:
    if estimate["value"] is None or estimate["low"] is None:
        return "–"
    return _("%(value)s  [%(low)s to %(high)s]") % {
        name: shown(estimate[name]) for name in ("value", "low", "high")
    }
