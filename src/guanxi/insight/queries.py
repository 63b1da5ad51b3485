"""Reading what insight published. Figures come from `customer_insight` over the published copy, never from here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from customer_insight.bands import band_distribution
from customer_insight.conditions import describe
from customer_insight.deciles import money_deciles, purchase_deciles
from customer_insight.groups import group_totals
from customer_insight.layers import layer_summary
from customer_insight.tables import EPOCH
from customer_insight.tiers import CONTRIBUTION, TIER_FIELDS, TIER_GOALS, default_tier_scheme
from guanxi.customers.models import ImportBatch
from guanxi.customers.queries import require_one_currency
from guanxi.foundation.engine import lake
from guanxi.foundation.engine.duck import Duck, workspace
from guanxi.foundation.errors import DomainError
from guanxi.foundation.language import is_chinese
from guanxi.foundation.money import format_money
from guanxi.insight.indicator_names import follow
from guanxi.insight.models import ClassMove, CustomerInsight, InsightRun
from guanxi.insight.replica import open_replica
from guanxi.insight.thresholds import thresholds_of

PUBLISHED_TABLE = "insight"
"""The table of the copy that holds the published wide rows."""
UNKNOWN_CHANNEL = "(unknown)"
BY = {"sales": "sales_amount", "profit": "profit_amount"}
ASSUMED = gettext_noop(
    "Profit rests on a stated margin of {rate} for {share} of sales, whose cost is unknown."
)


def current_run() -> InsightRun | None:
    """The published run; None before the first."""
    return InsightRun.objects.filter(state=InsightRun.State.PUBLISHED).first()


def published_run() -> InsightRun:
    """The run whose figures count now; raises DomainError before the first, and where they are in another currency."""
    require_one_currency()
    follow()
    run = current_run()
    if run is None:
        raise DomainError(_("Nothing is analysed yet. Import orders, then run `guanxi insight refresh`."))
    return run


def unknown_imports(run: InsightRun) -> QuerySet[ImportBatch]:
    """Imports that a run's figures do not know: published since it began, or counted by it and taken back since."""
    came = Q(state=ImportBatch.State.PUBLISHED, published_at__gt=run.created_at)
    went = Q(state=ImportBatch.State.UNDONE, published_at__lte=run.created_at, undone_at__gt=run.created_at)
    return ImportBatch.objects.filter(came | went, notes__datasets__0__isnull=False)


def profit_note() -> str:
    """The stated margin assumption, to stand wherever profit is shown; empty where every cost is known."""
    run = published_run()
    share = run.totals.get("sales_without_cost_share")
    rate = run.assumptions["margin_rate"]
    return _(ASSUMED).format(rate=f"{100 * rate:.0f} %", share=f"{100 * share:.1f} %") if share else ""


@contextmanager
def published(run: InsightRun | None = None) -> Iterator[Duck]:
    """The engine with the published wide rows as view `measures`."""
    with open_published(run or published_run()) as duck:
        yield duck


def open_published(run: InsightRun) -> Duck:
    """The same, for the caller to close."""
    duck = workspace()
    try:
        lake.open_view(duck, PUBLISHED_TABLE, run.replica_version, view="measures")
    except BaseException:
        duck.close()
        raise
    return duck


def records(relation: Any) -> list[dict[str, Any]]:
    """A small relation as dictionaries."""
    return list(relation.to_arrow_table().to_pylist())


def money_decile_table(by: str) -> list[dict[str, Any]]:
    """Ten groups of equally many customers, by sales or by profit (ANA-24)."""
    with published() as duck:
        return records(money_deciles(duck.table("measures"), by=_column(by)))


def purchase_decile_table(by: str) -> list[dict[str, Any]]:
    """Ten slices of equally much sales or profit (ANA-25)."""
    with published() as duck:
        return records(purchase_deciles(duck.table("measures"), by=_column(by)))


def band_table() -> list[dict[str, Any]]:
    """Customers by average bill (ANA-27)."""
    run = published_run()
    bands = thresholds_of(run).bands
    with published(run) as duck:
        return records(
            band_distribution(duck.table("measures"), by="average_transaction_amount", bands=bands)
        )


def layer_table() -> list[dict[str, Any]]:
    """Five layers of lifetime value with their sizes and value (ANA-29)."""
    with published() as duck:
        return records(layer_summary(duck.table("measures"), by="lifetime_value"))


def tier_table() -> list[dict[str, Any]]:
    """The value tiers: size, value, goal, and the rule in words (ANA-33 to ANA-37)."""
    run = published_run()
    scheme = thresholds_of(run).tier_scheme
    words = {rule.assigned.code: describe(rule.condition, fields=TIER_FIELDS) for rule in scheme.rules}
    amounts = ("sales_amount", "profit_amount", "contribution", "lifetime_value")
    with published(run) as duck:
        totals = records(group_totals(duck.table("measures"), by="tier", amounts=amounts))
    by_code = {row["tier"]: row for row in totals}
    empty = {"customers": 0, "customer_share": 0.0, **dict.fromkeys(amounts, 0)}
    return [
        {
            "tier": assigned.code,
            "name": assigned.label_en,
            **{name: by_code.get(assigned.code, empty)[name] for name in empty},
            "goal": TIER_GOALS[assigned.code].goal,
            "rule": words.get(assigned.code, "everybody else"),
        }
        for assigned in scheme.classes
    ]


def tier_words(row: dict[str, Any]) -> dict[str, str]:
    """Name, rule and goal of a tier in Chinese where that is read; the row itself has them in English."""
    if not is_chinese():
        return {}
    scheme = thresholds_of(published_run()).tier_scheme
    names = {each.code: each.label_zh for each in scheme.classes}
    rules = {rule.assigned.code: rule.condition for rule in scheme.rules}
    rule = rules.get(row["tier"])
    return {
        "name": names[row["tier"]],
        "rule": describe(rule, language="zh", fields=TIER_FIELDS) if rule else _("everybody else"),
        "goal": TIER_GOALS[row["tier"]].text_zh,
    }


def move_table() -> list[dict[str, Any]]:
    """How many customers moved from which tier to which, by date; the newest first (ANA-33, ANA-35)."""
    counted = _moves().values("moved_on", "from_class", "to_class").annotate(customers=Count("id"))
    rows = counted.order_by("-moved_on", "from_class", "to_class").values_list(
        "moved_on", "from_class", "to_class", "customers"
    )
    return [
        {"on": on.isoformat(), "from": before, "to": after, "customers": n} for on, before, after, n in rows
    ]


def _moves() -> QuerySet[ClassMove]:
    """The moves of runs that were published: those of a run under way are nobody's yet."""
    return ClassMove.objects.exclude(run__state=InsightRun.State.BUILDING)


def lifetime_report() -> dict[str, Any]:
    """The lifetime model's card: data window, parameters, diagnosis, back-test (ANA-28)."""
    run = published_run()
    return {**_dated(run.lifetime_card), "assumptions": run.assumptions}


def _dated(card: dict[str, Any]) -> dict[str, Any]:
    """A card with dates in place of day numbers, its back-test's too."""
    days = {"as_of", "window_start", "calibration_end", "holdout_end"}
    return {
        name: _dated(value)
        if isinstance(value, dict)
        else (EPOCH + timedelta(days=value)).isoformat()
        if name in days and value is not None
        else value
        for name, value in card.items()
    }


def acquisition_table() -> list[dict[str, Any]]:
    """Customers by the channel they first came through, how many of them bought, and what (DATA-17)."""
    with published() as duck:
        open_replica(duck)
        duck.execute(_ACQUIRED)
        totals = group_totals(
            duck.table("acquired"), by="channel", amounts=("buyers", "sales_amount", "profit_amount")
        )
        return sorted(records(totals), key=lambda row: (-row["sales_amount"], row["channel"]))


_ACQUIRED = f"""
CREATE OR REPLACE TEMP VIEW acquired AS
WITH first_told AS (
  SELECT coalesce(resolved.customer_id, facts.party_id) AS customer_id,
         arg_min(value_text, (observed_on, fact_id)) AS channel
  FROM facts LEFT JOIN resolved USING (party_id) WHERE attribute = 'acquisition_channel' GROUP BY 1
)
SELECT coalesce(channel, '{UNKNOWN_CHANNEL}') AS channel, sales_amount, profit_amount,
       CASE WHEN transaction_count > 0 THEN 1 ELSE 0 END AS buyers
FROM parties LEFT JOIN first_told ON first_told.customer_id = parties.party_id
LEFT JOIN measures ON measures.customer_id = parties.party_id
WHERE parties.party_id NOT IN (SELECT party_id FROM resolved)
"""


def insight_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The published measures of source records' customers, with the reason of the tier."""
    run = current_run()
    rows = CustomerInsight.objects.filter(party_id__in=party_ids, run=run) if run else []
    return [{"as_of": run.as_of.isoformat() if run else "", **_row(row), "why": why(row)} for row in rows]


def why(row: CustomerInsight) -> str:
    """The rule that put a customer into its tier, and the inputs that decided."""
    scheme = default_tier_scheme()  # names and fields are the same whatever the thresholds
    assigned = next(a for a in scheme.classes if a.code == row.tier)
    inputs = {field: getattr(row, field.partition(".")[2]) for field in scheme.fields}
    shown = ", ".join(
        f"{field.partition('.')[2].replace('_', ' ')} {_told(field, v)}" for field, v in inputs.items()
    )
    return f"{assigned.label_en}: {assigned.reason_en} ({shown})"


def _told(field: str, value: float | None) -> str:
    if value is None:
        return "unknown"
    return format_money(value) if field == CONTRIBUTION else str(value)


def moves_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """A customer's moves between classes, newest first."""
    found = _moves().filter(party_id__in=party_ids)
    return [
        {
            "scheme": move.scheme,
            "from": move.from_class,
            "to": move.to_class,
            "on": move.moved_on.isoformat(),
            "rule": move.rule,
            "inputs": move.inputs,
        }
        for move in found.order_by("-moved_on", "-id")
    ]


def _row(row: CustomerInsight) -> dict[str, Any]:
    hidden = {"run_id", "party_id"}
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in hidden}


def _column(by: str) -> str:
    if by not in BY:
        raise DomainError(_("--by takes sales or profit, not %(by)r.") % {"by": by})
    return BY[by]
