"""Planning: what a campaign would reach, cost, earn and be able to show."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils.translation import gettext as _

from customer_insight.assignment import assignment_expression, held_out_expression
from customer_insight.conditions import describe
from customer_insight.measurement import PastSpread, past_spread
from guanxi.campaigns.languages import readers, told_languages
from guanxi.campaigns.models import Campaign, CampaignDraft
from guanxi.campaigns.outlook import outlook, sizes_of
from guanxi.campaigns.overlaps import groups_of_audience, overlaps
from guanxi.campaigns.plan_cells import HOLDOUT
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.plans import Plan, parse_plan
from guanxi.campaigns.units import sales_windows, units
from guanxi.customers.queries import RESOLVED_PARTIES, visible_sql
from guanxi.foundation import audit, clock, configuration
from guanxi.foundation.actor import Actor
from guanxi.foundation.configuration import require_number, with_defaults
from guanxi.foundation.engine.duck import Duck, quoted, rows, value
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.errors import DomainError
from guanxi.insight.audience import audience_fields, open_audience
from guanxi.insight.models import InsightRun
from guanxi.insight.queries import published_run
from guanxi.outreach.delivery.placeholders import needs_name
from guanxi.outreach.gate import held_back
from guanxi.outreach.policy import read_policy

HOLDOUT_SETTING = "universal_holdout"
HOLDOUT_DEFAULT = {"share": 0.05, "salt": "universal"}
GATE_BATCH = 5_000
LATE = timedelta(days=1)
"""How long ago a start may be before it is said to lie in the past."""
OWN = ""
"""The source of our own campaigns; an import always names one."""


@dataclass(frozen=True)
class UniversalHoldout:
    """The share of all customers whom no campaign contacts, and the salt by which they are drawn."""

    share: float
    salt: str

    def __post_init__(self) -> None:
        require_number(self.share, "share", 0, 0.5)
        if not isinstance(self.salt, str) or not self.salt:
            raise DomainError(
                _("salt of %(holdout_setting)s is a text, not %(salt)r.")
                % {"holdout_setting": HOLDOUT_SETTING, "salt": self.salt}
            )


def read_holdout() -> UniversalHoldout:
    """The universal hold-out that the business set."""
    return parse_holdout(configuration.read(HOLDOUT_SETTING))


def parse_holdout(given: Any) -> UniversalHoldout:
    """The hold-out of a stored value. Raises DomainError for an impossible one."""
    return UniversalHoldout(**with_defaults(HOLDOUT_SETTING, given, HOLDOUT_DEFAULT))


def plan_campaign(*, document: dict[str, Any], actor: Actor, draft: CampaignDraft | None = None) -> Campaign:
    """Check a plan, estimate it on the published figures and keep it. A plan not launched yet is replaced.

    The salt is fixed here, before anybody can know who will buy. Raises PlanError naming the field at fault. The
    draft that it was written in is done; one that was written on meanwhile stays, as the draft of this campaign.
    """
    plan = parse_plan(document)
    run = published_run()
    before = _still_planned(plan.code)
    salt = plan.salt or (before.salt if before else secrets.token_hex(8))
    estimate = estimate_plan(plan, run, salt)
    columns = _columns(plan) | {
        "insight_run": run,
        "salt": salt,
        "estimate": estimate,
        "created_by": actor.name,
    }
    with transaction.atomic():
        # Once more, and locked: the estimate took a while, and somebody may have launched meanwhile.
        _still_planned(plan.code, lock=True)
        campaign, _ = Campaign.objects.update_or_create(code=plan.code, defaults=columns)
        if draft and not CampaignDraft.objects.filter(pk=draft.pk, version=draft.version).delete()[0]:
            CampaignDraft.objects.filter(pk=draft.pk).update(campaign=campaign)
        audit.record(actor, "planned", "campaign", plan.code, reach=estimate["reach"], salt=salt)
    return campaign


def _still_planned(code: str, *, lock: bool = False) -> Campaign | None:
    """The campaign of that code if there is one; raises PlanError when it may not be changed any more."""
    campaigns = Campaign.objects.select_for_update(of=("self",)) if lock else Campaign.objects.all()
    found = campaigns.filter(code=code).first()
    if found and found.state != Campaign.State.PLANNED:
        raise PlanError(
            _("There is a campaign %(code)s already, and it is %(state)s; choose another code.")
            % {"code": code, "state": _(found.state)}
        )
    return found


def estimate_plan(plan: Plan, run: InsightRun, salt: str) -> dict[str, Any]:
    """Reach, suppressed by reason, cells, cost, expected margin, and what the results will be able to show."""
    with open_audience(plan.audience, run) as (duck, found):
        assign(duck, found, plan, salt)
        _hold_back(duck, plan)
        drawn = dict(rows(duck, "SELECT cell, count(*) FROM going GROUP BY cell"))
        reach, holdout = rows(duck, f"SELECT count(*), count(*) FILTER (cell = '{HOLDOUT}') FROM assigned")[0]
        suppressed = rows(duck, "SELECT reason, count(*) FROM held GROUP BY reason ORDER BY reason")
        without_name = _without_name(duck, plan)
        told = told_languages(duck)
        spread = _spread(duck, plan, run)
        elsewhere = overlaps(duck, plan)
        reached = groups_of_audience(plan.audience)
    cells, control = sizes_of(plan, drawn)
    estimate = {
        "as_of": run.as_of.isoformat(),
        "reach": reach,
        "holdout": holdout,
        "suppressed": dict(suppressed),
        **outlook(plan, cells, control, spread),
        "conflicts": elsewhere,
        "groups": reached,
        "margin_rate": run.assumptions["margin_rate"],
        "sales_without_cost_share": run.totals.get("sales_without_cost_share"),
        "without_name": without_name,
        "told_languages": told,
        **readers(plan, told, sum(cells.values())),
        "starts_in_the_past": plan.starts_at < clock.now() - LATE,
    }
    return estimate | {"answers": _answers(plan, estimate)}


def assign(duck: Duck, found: Any, plan: Plan, salt: str) -> None:
    """Table `assigned` (customer_id, cell): the universal hold-out first, then control and cells, by salted hash."""
    holdout = read_holdout()
    held = held_out_expression("public_id", salt=holdout.salt, share=holdout.share)
    drawn = assignment_expression(
        "public_id",
        salt=salt,
        cells={cell.code: cell.share for cell in plan.cells},
        control_share=plan.control_share,
    )
    found.select("customer_id", held.alias("held"), drawn.alias("cell")).create("drawn")
    duck.execute(
        f"""CREATE TABLE assigned AS
            SELECT customer_id, CASE WHEN held THEN '{HOLDOUT}' ELSE cell END AS cell FROM drawn"""
    )


def _hold_back(duck: Duck, plan: Plan) -> None:
    """Table `held` (customer_id, reason): whom the gate would hold back now; table `going`: the others.

    Launch asks again. The universal hold-out is not asked about: nobody would contact it anyway.
    """
    policy = read_policy()
    duck.execute("CREATE TABLE held (customer_id BIGINT, reason VARCHAR)")
    asked = duck.sql(f"SELECT customer_id FROM assigned WHERE cell <> '{HOLDOUT}' ORDER BY customer_id")
    customers = asked.to_arrow_table()["customer_id"].to_pylist()
    for start in range(0, len(customers), GATE_BATCH):
        part = customers[start : start + GATE_BATCH]
        held = held_back(party_ids=part, channel=plan.channel, at=plan.starts_at, policy=policy, lock=False)
        reasons = [why.reason for why in held.values()]
        table = {"customer_id": pa.array(held, pa.int64()), "reason": pa.array(reasons, pa.string())}
        duck.register("held_now", pa.table(table))
        duck.execute("INSERT INTO held SELECT * FROM held_now")
    duck.execute(
        f"""CREATE TABLE going AS SELECT * FROM assigned ANTI JOIN held USING (customer_id)
            WHERE cell <> '{HOLDOUT}'"""
    )


def _without_name(duck: Duck, plan: Plan) -> int:
    """How many of those who would be written to have no name though the words of their cell use it."""
    said = {cell.code: [text for words in cell.all_words for text in words] for cell in plan.cells}
    cells = [code for code, texts in said.items() if any(map(needs_name, texts))]
    if not cells:
        return 0
    # Names say who somebody is, so they are not in the copy.
    copy_truth(
        duck,
        "named",
        f"""SELECT DISTINCT coalesce(resolved.customer_id, fact.party_id) AS customer_id
            FROM customers_fact fact JOIN customers_attribute attribute ON attribute.id = fact.attribute_id
            LEFT JOIN ({RESOLVED_PARTIES}) resolved ON resolved.party_id = fact.party_id
            WHERE attribute.code = 'name' AND trim(fact.value_text) <> '' AND {visible_sql("fact")}""",
    )
    listed = ", ".join(f"'{quoted(cell)}'" for cell in cells)
    return int(
        value(
            duck, f"SELECT count(*) FROM going ANTI JOIN named USING (customer_id) WHERE cell IN ({listed})"
        )
    )


def _spread(duck: Duck, plan: Plan, run: InsightRun) -> PastSpread:
    """How margin varied over the last window as long as the one to be measured."""
    if not value(duck, "SELECT count(*) FROM going"):
        return PastSpread(customers=0, mean=0.0, sd=0.0, r_squared=0.0, response_rate=0.0)
    past_start = run.as_of - timedelta(days=plan.measure_days - 1)
    rate = run.assumptions["margin_rate"]
    sales_windows(duck, start=past_start, days=plan.measure_days, pre_days=plan.pre_days, margin_rate=rate)
    duck.execute(
        """CREATE OR REPLACE TABLE subjects AS
           SELECT customer_id, 'all' AS cell, TRUE AS contacted, FALSE AS recorded FROM going"""
    )
    return past_spread(units(duck, "order"))


def _answers(plan: Plan, estimate: dict[str, Any]) -> dict[str, Any]:
    """The five questions that every campaign answers before it starts (CAMP-22)."""
    return {
        "to_whom": describe(plan.audience, fields=audience_fields()),
        "what": plan.offer,
        "when": plan.starts_at.isoformat(),
        "by_which_means": plan.channel,
        "is_the_effect_assured": estimate["effect_assured"],
    }


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "source": OWN,
        "source_key": plan.code,
        "name": plan.name,
        "goal": plan.goal,
        "channel": plan.channel,
        "initiator": plan.initiator,
        "interactivity": plan.interactivity,
        "plan": as_json(plan.document),
        "starts_at": plan.starts_at,
        "measure_from": plan.start_date,
        "measure_until": plan.start_date + timedelta(days=plan.measure_days - 1),
        "fixed_cost": plan.fixed_cost,
        "created_at": clock.now(),
    }


def as_json(value: Any) -> Any:
    """TOML times as text, so that the document can be kept as JSON and read again."""
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
