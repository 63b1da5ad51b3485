"""Staying true: whether customers still look as they did when the models were fitted, and the figures over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.drift import Baseline, drift, fit_baseline
from guanxi.insight.analyses.data import Data
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown
from guanxi.insight.catalogue import measure_label
from guanxi.insight.models import InsightRun
from guanxi.insight.queries import current_run

WATCHED: Final = (
    "transaction_count", "sales_amount", "gross_margin_rate", "average_transaction_amount", "recency_days",
    "average_cycle_days", "tenure_days", "product_count", "sales_change", "p_alive", "expected_purchases",
    "lifetime_value", "tier",
)  # fmt: skip
"""What models read, and what they say."""


def baseline_of(measures: Any) -> dict[str, Any]:
    """What a run keeps of the customers that its models were fitted on."""
    return fit_baseline(measures, columns=WATCHED).as_dict()


def _earlier() -> Mapping[str, str]:
    """The runs before the published one that kept a baseline, the latest first."""
    run = current_run()
    if run is None:
        return {}
    before = InsightRun.objects.filter(pk__lt=run.pk, published_at__isnull=False).exclude(baseline={})
    return {str(each.pk): each.as_of.isoformat() for each in before.order_by("-pk")[:24]}


def _latest() -> str:
    return next(iter(_earlier()), "")


def _drift(data: Data, asked: Asked) -> Raw:
    then = InsightRun.objects.filter(pk=asked["since"] or 0).first()
    if then is None:
        return {"columns": [], "then": None}
    report = drift(data.measures(), Baseline.from_dict(then.baseline))
    return {**report.as_dict(), "then": then.as_of.isoformat(), "model": then.lifetime_card.get("name")}


def _show_drift(raw: Raw, asked: Asked) -> Shown:
    columns = [
        Column("measure", "text", _("Measure")),
        Column("index", "number", _("Stability index")),
        Column("by_chance", "number", _("Explained by chance up to")),
        Column("verdict", "code"),
    ]
    rows = [
        [measure_label(each["column"]), each["index"], each["by_chance"], each["verdict"]]
        for each in raw["columns"]
    ]
    sheet = Sheet(
        key="drift",
        title=_("Changes since the models were fitted"),
        columns=columns,
        rows=rows,
        empty=_("These are the first figures; refresh again later, and they are compared."),
    )
    lead = _("Customers of today beside those on whom the models of %(day)s were fitted.") % {
        "day": raw["then"]
    }
    return Shown(
        lead=lead if raw["then"] else "",
        sheets=[sheet, *(_shares(each) for each in raw["columns"] if each["verdict"] != "stable")],
        drawings=[
            Drawing(sheet="drift", kind="bars", title=_("Stability index"), names="measure", values=["index"])
        ],
        notes=[
            _(
                "Below 0.1 little has changed; above 0.25 the models should be fitted anew. A refresh fits them anew."
            ),
        ],
    )


def _shares(each: Mapping[str, Any]) -> Sheet:
    """Where the customers of one measure lay then and lie now."""
    return Sheet(
        key=each["column"],
        title=measure_label(each["column"]),
        columns=[
            Column("value", "text"),
            Column("then", "share", _("Then")),
            Column("now", "share", _("Now")),
        ],
        rows=[list(row) for row in zip(each["labels"], each["shares_then"], each["shares_now"], strict=True)],
    )


def _history(data: Data, asked: Asked) -> Raw:
    runs = InsightRun.objects.filter(published_at__isnull=False, pk__lte=data.run.pk).order_by("-pk")[:60]
    return {
        "runs": [
            {
                "as_of": run.as_of.isoformat(),
                "customers": run.customers,
                "orders": run.totals["orders"],
                "sales": run.totals["sales_minor"],
                "profit": run.totals["profit_minor"],
                "model": run.lifetime_card.get("name"),
            }
            for run in reversed(runs)
        ]
    }


def _show_history(raw: Raw, asked: Asked) -> Shown:
    columns = [
        Column("as_of", "day"),
        Column("customers", "number"),
        Column("orders", "number"),
        Column("sales", "money"),
        Column("profit", "money"),
        Column("model", "text"),
    ]
    sheet = Sheet(
        key="runs",
        title=_("Published figures, the latest last"),
        columns=columns,
        rows=[[run[column.name] for column in columns] for run in raw["runs"]],
    )
    return Shown(
        sheets=[sheet],
        drawings=[
            Drawing(
                sheet="runs", kind="lines", title=_("Sales up to the date"), names="as_of", values=["sales"]
            )
        ],
        notes=[_("Each row is a refresh: models are fitted anew by every one.")],
    )


DRIFT: Final = Analysis(
    code="drift",
    group="models",
    name=gettext_lazy("Drift"),
    question=gettext_lazy("Do customers still look as they did when the models were fitted?"),
    compute=_drift,
    show=_show_drift,
    parameters=(
        Parameter(
            name="since",
            label=gettext_lazy("Models of"),
            kind="choice",
            default=_latest,
            choices=_earlier,
            optional=True,
        ),
    ),
    requirements=("ANA-64",),
)
HISTORY: Final = Analysis(
    code="history",
    group="models",
    name=gettext_lazy("Figures over time"),
    question=gettext_lazy("How have the figures moved from refresh to refresh?"),
    compute=_history,
    show=_show_history,
    requirements=("ANA-64",),
)
