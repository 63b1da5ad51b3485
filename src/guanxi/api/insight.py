"""What insight published: `/insight`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext_noop
from ninja import Body, Query, Router

from guanxi.api.callers import Call
from guanxi.api.idempotency import Key, once
from guanxi.api.jobs import EXAMPLE as JOB
from guanxi.api.jobs import job_state
from guanxi.api.operations import Status, operation
from guanxi.api.schemas import Insight, JobState, Measure, Refresh
from guanxi.foundation.money import base_currency
from guanxi.insight import queries
from guanxi.insight.catalogue import catalogue_rows
from guanxi.insight.services import start_refresh
from guanxi.staff.roles import May
from guanxi.wording.words import phrase

router = Router(tags=["insight"])
EXAMPLE: Final = {
    "run": 3, "as_of": "2026-02-28", "published_at": "2026-03-01T09:00:12Z", "customers": 2469, "currency": "USD",
    "model": "BG/NBD", "totals": {"lines": 41023, "sales_amount": 9127300}, "assumptions": {"margin_rate": 0.3},
    "money_deciles": [{"decile": 1, "customers": 247, "sales_amount": 4120100, "sales_share": 0.45}],
    "purchase_deciles": [{"slice": 1, "customers": 12, "customer_share": 0.005, "amount": 912730}],
    "tiers": [{"tier": "MVC", "name": "Most valuable", "customers": 311, "sales_amount": 5023100}],
    "bands": [{"band": 1, "label": "0-10", "customers": 402, "share": 0.16}],
    "layers": [{"layer": 1, "customers": 494, "value": 3310900, "value_share": 0.61, "lowest": 4100}],
}  # fmt: skip
INDICATOR: Final = {
    "indicator": "recency_days", "label": "Recency", "formula": "as_of - last_day", "unit": "days",
    "window": "from since to as_of, both days included", "undefined": "null without a valid transaction",
}  # fmt: skip
Wish = Annotated[Refresh | None, Body()]
By = Annotated[Literal["sales", "profit"], Query(description="By what the deciles are made.")]


@router.get(
    "",
    **operation(May.SEE_INSIGHT, gettext_noop("The published figures and their reports"), Insight, EXAMPLE),
)
def insight(request: Call, by: By = "sales") -> dict[str, Any]:
    """The run whose figures count now, as of which day, totals, deciles, value tiers, bill bands, value layers."""
    run = queries.published_run()
    return {
        "run": run.pk,
        "as_of": run.as_of,
        "published_at": run.published_at,
        "customers": run.customers,
        "currency": base_currency(),
        "model": run.lifetime_card.get("name"),
        "totals": run.totals,
        "assumptions": run.assumptions,
        "money_deciles": queries.money_decile_table(by),
        "purchase_deciles": queries.purchase_decile_table(by),
        "tiers": [row | queries.tier_words(row) for row in queries.tier_table()],
        "bands": queries.band_table(),
        "layers": queries.layer_table(),
    }


@router.get(
    "/indicators",
    **operation(
        May.SEE_INSIGHT, gettext_noop("What is measured of every customer"), list[Measure], [INDICATOR]
    ),
)
def indicators(request: Call) -> list[dict[str, str]]:
    """Each measure with its formula, unit and window, and when it is undefined."""
    words = ("formula", "unit", "window", "undefined")
    return [row | {name: phrase(row[name]) for name in words} for row in catalogue_rows()]


@router.post(
    "/refresh",
    **operation(
        May.REFRESH_INSIGHT,
        gettext_noop("Bring every measure up to date"),
        JobState,
        JOB,
        status=202,
        errors=(400, 409),
    ),
)
def refresh(request: Call, wish: Wish = None, key: Key = None) -> Status[dict[str, Any]]:
    """Runs as a job; one that is under way already is returned."""

    def act() -> tuple[int, dict[str, Any]]:
        return 202, job_state(start_refresh(as_of=wish.as_of if wish else None, actor=request.auth.actor))

    return Status(*once(request, key, act))
