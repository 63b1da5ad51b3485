"""How the chance to leave is shown: the test, how many have which chance, and who, with reasons in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.indicators import CATALOGUE
from customer_insight.leaving import feature_label, reason_sentence
from customer_insight.leaving.wording import plain_figure
from guanxi.foundation.language import is_chinese
from guanxi.insight.analyses.arranging import between, sheet_of
from guanxi.insight.analyses.definition import Asked, Column, Drawing, Raw, Sheet, Shown
from guanxi.insight.catalogue import measure_text

AT_RISK: Final = 0.5
"""Who is above leaves more likely than not."""
_LABELS: Final = ("> 75 %", "50–75 %", "25–50 %", "10–25 %", "≤ 10 %")
_ENDS: Final = ((0.75, None), (0.5, 0.75), (0.25, 0.5), (0.1, 0.25), (None, 0.1))


def show(raw: Raw, asked: Asked) -> Shown:
    """The sheets, the test and what it rests on."""
    if raw["lacking"]:
        nothing = Sheet(key="most", title=_people(), columns=[], rows=[], empty=_lacking(raw, asked))
        return Shown(sheets=[nothing])
    check = raw["card"]["backtest"]
    return Shown(
        lead=_("The chance of each customer to buy nothing in the next %(days)s days.")
        % {"days": asked["horizon_days"]},
        sheets=[_most(raw, asked), _spans(raw), _deciles(check), _slopes(raw)],
        drawings=[
            Drawing(
                sheet="deciles", kind="bars", title=_("Told to leave, and left, by tenth of the chance"),
                names="decile", values=["predicted", "actual"],
            ),
            Drawing(
                sheet="deciles", kind="bars", title=_("Times the average leave, by tenth"),
                names="decile", values=["lift"],
            ),
        ],
        notes=[*_tested(raw, check), *_meant(raw, asked)],
        reaches={"op": ">", "field": raw["field"], "value": AT_RISK},
    )  # fmt: skip


def _people() -> str:
    return _("The most likely to leave among the customers that matter")


def _lacking(raw: Raw, asked: Asked) -> str:
    if raw["lacking"] == "history":
        return _(
            "Orders are needed from before %(day)s, twice %(days)s days ago; import older ones or take fewer days."
        ) % {"day": raw["learned_on"], "days": asked["horizon_days"]}
    if raw["lacking"] == "later":
        return _("Nobody bought in the %(days)s days before %(day)s, so nothing can be tested.") % {
            "days": asked["active_days"], "day": raw["tested_on"],
        }  # fmt: skip
    if raw["lacking"] == "alike":
        return _("The customers of %(day)s differ in nothing that is known of them.") % {
            "day": raw["learned_on"]
        }
    return _(
        "Of %(customers)s customers who bought before %(day)s, %(leavers)s stopped; learning needs %(fewest)s who "
        "stopped and %(fewest)s who stayed. Import more orders or choose other days."
    ) % {
        "customers": raw["customers"],
        "day": raw["learned_on"],
        "leavers": raw["leavers"],
        "fewest": raw["fewest"],
    }


def _most(raw: Raw, asked: Asked) -> Sheet:
    reasons = [Column(f"reason_{number}", "text", _("Reason")) for number in range(1, 4)]
    people = [
        [
            row["customer_id"], row["p_leave"], row["lifetime_value"], row["value_layer"], row["recency_days"],
            *sentences(row["reasons"]),
        ]
        for row in raw["most"]
    ]  # fmt: skip
    return Sheet(
        key="most",
        title=_people(),
        columns=[
            Column("customer_id", "customer", _("Customer")),
            Column("p_leave", "share", _("Chance to leave")),
            Column("lifetime_value", "money"),
            Column("value_layer", "number"),
            Column("recency_days", "days"),
            *reasons,
        ],
        rows=people,
        note=_("Of the layers of value 1 to %(layers)s, the highest chance first.")
        % {"layers": asked["layers"]},
        empty=_("Of nobody is the lifetime value known yet: somebody must have bought twice."),
    )


def sentences(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """Three reasons in words, the strongest first, empty ones after."""
    told = [reason_sentence(reason, label=_feature, figure=_figure, translate=_) for reason in reasons]
    return [*told, "", "", ""][:3]


def _feature(name: str) -> str:
    return feature_label(name, chinese=is_chinese())


def _figure(feature: str, number: float) -> str:
    entry = CATALOGUE.get(feature)
    if entry is None or entry.unit not in {"minor units", "share"}:
        return plain_figure(feature, number)
    return measure_text(feature, number)


def _spans(raw: Raw) -> Sheet:
    return sheet_of(
        "spans",
        _("How many have which chance now"),
        [
            Column("label", "text", _("Chance to leave")),
            Column("customers", "count"),
            Column("customer_share", "share", _("share of customers")),
            Column("mean", "share", _("Mean chance")),
        ],
        [{**row, "label": _LABELS[row["class_number"] - 1]} for row in raw["spans"]],
        opens=[between(raw["field"], *_ENDS[row["class_number"] - 1]) for row in raw["spans"]],
    )


def _deciles(check: Mapping[str, Any]) -> Sheet:
    return sheet_of(
        "deciles",
        _("The test: who was told to leave, and who left"),
        [
            Column("decile", "number", _("Tenth, the highest chance first")),
            Column("customers", "number"),
            Column("leavers", "number", _("Left")),
            Column("predicted", "share", _("Told to leave")),
            Column("actual", "share", _("Share who left")),
            Column("lift", "number", _("Times the average")),
            Column("found", "share", _("Leavers found so far")),
        ],
        check["deciles"],
    )


def _slopes(raw: Raw) -> Sheet:
    """The card: what a unit more of each feature does to the log odds; boosted trees have no slopes."""
    slopes = raw["card"]["parameters"].get("log odds", {})
    found = [
        {"feature": _feature(name), "slope": slope} for name, slope in slopes.items() if name != "intercept"
    ]
    return sheet_of(
        "card",
        _("What the model learned"),
        [Column("feature", "text", _("Feature")), Column("slope", "number", _("Log odds per unit"))],
        found,
        empty=_("Boosted trees have no figure per feature; the reasons say what moved a customer."),
    )


def _tested(raw: Raw, check: Mapping[str, Any]) -> list[str]:
    auc = {
        name: "–" if check["auc"][key] is None else f"{check['auc'][key]:.3f}"
        for name, key in (("auc", "value"), ("low", "low"), ("high", "high"))
    }
    return [
        _(
            "Learned from %(customers)s customers of %(learned)s, tested on %(tested)s customers of %(day)s: AUC "
            "%(auc)s (95 %%: %(low)s to %(high)s; 0.5 is chance)."
        )
        % {
            **auc, "customers": f"{raw['customers']:,}", "learned": raw["learned_on"],
            "tested": f"{check['customers']:,}", "day": raw["tested_on"],
        },
        _(
            "Told to leave %(told)s, left %(left)s. Brier score %(brier)s; telling everybody the average would have "
            "%(plain)s."
        )
        % {
            "told": f"{check['predicted_rate']:.1%}", "left": f"{check['base_rate']:.1%}",
            "brier": f"{check['brier']:.3f}", "plain": f"{check['brier_of_base_rate']:.3f}",
        },
    ]  # fmt: skip


def _meant(raw: Raw, asked: Asked) -> list[str]:
    return [
        _("Only who bought in the last %(days)s days has a chance to leave; the others count as gone.")
        % {"days": asked["active_days"]},
        _(
            "Reasons are what goes with leaving, not what causes it; whether a contact keeps somebody, a trial tells."
        ),
    ]
