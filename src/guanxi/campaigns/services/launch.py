"""Launching: the audience drawn once, then the gate and the ledger in short transactions, then one flip."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from customer_insight.assignment import CONTROL
from guanxi.campaigns.languages import written_in
from guanxi.campaigns.models import Campaign, Member
from guanxi.campaigns.plan_cells import HOLDOUT
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.plans import Plan, parse_plan
from guanxi.campaigns.queries import campaign_named, membership_counts
from guanxi.campaigns.remarks import holds_nobody_out, nobody_held_out
from guanxi.campaigns.seen import LAUNCH, require_as_seen
from guanxi.campaigns.services.plan import assign
from guanxi.customers.models import Party
from guanxi.customers.queries import born
from guanxi.foundation import audit, clock, events, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.engine.bulk import append
from guanxi.foundation.engine.duck import quoted
from guanxi.foundation.engine.lake import VersionGone
from guanxi.foundation.errors import DomainError
from guanxi.foundation.home import folder
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job
from guanxi.foundation.money import format_money
from guanxi.insight.audience import open_audience
from guanxi.outreach import services as outreach
from guanxi.outreach.gate import held_back, identify
from guanxi.outreach.models import Contact, Suppression
from guanxi.outreach.policy import ContactPolicy, read_policy

BATCH = 1_000
"""Customers per transaction: well under half a second with the gate."""
STEP = 1
MERGED = "merged"
State, Role = Campaign.State, Member.Role


def start_launch(*, code: str, at: datetime, actor: Actor, seen: str = "") -> Job:
    """Write the job that launches a planned campaign at an instant. Raises PlanError when it cannot be launched.

    The first start fixes when the campaign begins and which days are measured; one that goes on after a crash
    keeps both. `seen` is the version of the plan that a page showed: another one is not launched by it.
    """
    with transaction.atomic():
        campaign = campaign_named(code, lock=True)
        require_as_seen(campaign, LAUNCH, seen)
        if campaign.state not in {State.PLANNED, State.LAUNCHING}:
            raise PlanError(
                _("Campaign %(code)s is %(state)s; only a planned one can be launched.")
                % {"code": code, "state": _(campaign.state)}
            )
        if not campaign.estimate["within_budget"]:
            raise PlanError(
                _("Campaign %(code)s would cost more than its budget; change the plan.") % {"code": code}
            )
        if not any(campaign.estimate["cells"].values()):
            raise PlanError(_("Campaign %(code)s would reach nobody; change the plan.") % {"code": code})
        if holds_nobody_out(campaign.estimate):
            raise PlanError(nobody_held_out())
        if campaign.state == State.PLANNED:
            _begin(campaign, at)
        return jobs.enqueue("campaign launch", code, {"code": code, "at": at.isoformat()}, actor)


def _begin(campaign: Campaign, at: datetime) -> None:
    plan = parse_plan(campaign.plan)
    campaign.state, campaign.starts_at = State.LAUNCHING, max(at, plan.starts_at)
    campaign.measure_from = clock.business_date(campaign.starts_at)
    campaign.measure_until = campaign.measure_from + timedelta(days=plan.measure_days - 1)
    campaign.save(update_fields=["state", "starts_at", "measure_from", "measure_until"])


def run_launch(running: RunningJob) -> dict[str, Any]:
    """The job. A second run after a crash goes on behind the last customer decided about.

    One that fails before it has decided about anybody leaves a plan that can be changed.
    """
    campaign = campaign_named(running.arguments["code"])
    drawn = folder("staging") / f"launch-{campaign.pk}.parquet"
    if campaign.state == State.LAUNCHING:
        try:
            _launch(running, campaign, drawn)
        except (jobs.LeaseLost, jobs.JobCancelled):
            raise
        except DomainError:
            if Campaign.objects.filter(pk=campaign.pk, launched_up_to=0, state=State.LAUNCHING).update(
                state=State.PLANNED
            ):
                drawn.unlink(missing_ok=True)
            raise
    drawn.unlink(missing_ok=True)
    return membership_counts(campaign)


def _launch(running: RunningJob, campaign: Campaign, drawn: Path) -> None:
    plan, at = parse_plan(campaign.plan), datetime.fromisoformat(running.arguments["at"])
    running.advance("drawing the audience")
    if not drawn.exists():
        _draw(campaign, plan, drawn)
    outreach.prepare(campaign_id=campaign.pk, code=campaign.code, actor=running.actor)
    _write_words(campaign, plan)
    outreach.write_links(campaign.pk, plan.links)
    total = int(pa.parquet.read_metadata(drawn).num_rows)
    for done, batch in _batches(drawn, campaign.launched_up_to):
        with running.writing("deciding about customers", done, total):
            _decide(campaign, plan, batch, at)
    _go(running, campaign, plan)


def _write_words(campaign: Campaign, plan: Plan) -> None:
    own = {cell.code: (cell.subject, cell.body) for cell in plan.cells}
    outreach.write_messages(campaign.pk, own, language=plan.language)
    for tag in written_in(plan)[1:]:
        words = {cell.code: tuple(cell.languages[tag]) for cell in plan.cells}
        outreach.write_messages(campaign.pk, words, language=tag, stands_for_others=False)


def _draw(campaign: Campaign, plan: Plan, target: Path) -> None:
    """The audience and its cells, written once: a launch that is resumed decides about the same customers."""
    partial = target.with_suffix(".partial")
    try:
        with open_audience(plan.audience, campaign.insight_run) as (duck, found):
            assign(duck, found, plan, campaign.salt)
            ordered = "SELECT customer_id, cell FROM assigned ORDER BY customer_id"
            duck.execute(f"COPY ({ordered}) TO '{quoted(str(partial))}' (FORMAT parquet)")
    except VersionGone as gone:
        raise PlanError(
            _(
                "The figures as of %(as_of)s that campaign %(code)s was planned on are kept no longer; "
                "plan it again."
            )
            % {"code": campaign.code, "as_of": campaign.estimate["as_of"]}
        ) from gone
    partial.rename(target)


def _batches(drawn: Path, after: int) -> Iterator[tuple[int, dict[int, str]]]:
    """How many customers come up to the end of each batch, and their cells; those up to `after` are left out."""
    done = 0
    for batch in pa.parquet.ParquetFile(drawn).iter_batches(batch_size=BATCH):
        customers, cells = (column.to_pylist() for column in batch.columns)
        done += len(customers)
        left = {customer: cell for customer, cell in zip(customers, cells, strict=True) if customer > after}
        if left:
            yield done, left


def _decide(campaign: Campaign, plan: Plan, batch: dict[int, str], at: datetime) -> None:
    """Gate, members and ledger rows of a batch, in the caller's transaction.

    A record that was merged since the figures were made is no customer of its own: it is kept as held back, and its
    customer stands under their own record. A record whose import was taken back since is passed over.
    """
    known = identify(list(batch), lock=True)
    born_ones = Party.objects.filter(born(), pk__in=list(batch)).values_list("pk", flat=True)
    cells = {party: batch[party] for party in sorted(born_ones)}
    merged = {party for party in cells if known.customers[party] != party}
    held = dict.fromkeys(merged, MERGED)
    held |= _gate(campaign, plan, {party: cell for party, cell in cells.items() if party not in merged}, at)
    members = [_member(campaign, party, cell, held.get(party, "")) for party, cell in cells.items()]
    append(Member, pa.Table.from_pylist(members))
    last = max(batch)
    if not Campaign.objects.filter(pk=campaign.pk, state=State.LAUNCHING).update(launched_up_to=last):
        raise PlanError(
            _("Campaign %(code)s was stopped while it was being launched.") % {"code": campaign.code}
        )


def _gate(campaign: Campaign, plan: Plan, cells: dict[int, str], at: datetime) -> dict[int, str]:
    """Put cells on the ledger; whom the gate held back, control included, and why.

    Control passes the same gate as the cells: otherwise the two would not be comparable.
    """
    policy, due = read_policy(), campaign.starts_at or plan.starts_at
    treated = [(party, cell) for party, cell in cells.items() if cell not in {HOLDOUT, CONTROL}]
    outreach.admit(
        campaign_id=campaign.pk,
        step=STEP,
        channel=plan.channel,
        candidates=treated,
        at=at,
        due_at=due,
        cost=plan.cost_per_contact,
        policy=policy,
    )
    suppressions = Suppression.objects.filter(
        campaign_id=campaign.pk, step=STEP, party__in=[party for party, _ in treated]
    )
    control = [party for party, cell in cells.items() if cell == CONTROL]
    return dict(suppressions.values_list("party_id", "reason")) | _held(plan, control, max(at, due), policy)


def _held(plan: Plan, party_ids: list[int], at: datetime, policy: ContactPolicy) -> dict[int, str]:
    answers = held_back(party_ids=party_ids, channel=plan.channel, at=at, policy=policy, lock=False)
    return {party: why.reason for party, why in answers.items()}


def _member(campaign: Campaign, party: int, cell: str, reason: str) -> dict[str, Any]:
    if cell == HOLDOUT:
        role, reason = Role.HOLDOUT, ""
    elif reason:
        role = Role.SUPPRESSED
    else:
        role = Role.CONTROL if cell == CONTROL else Role.TARGET
    return {"campaign_id": campaign.pk, "party_id": party, "role": role.value, "cell": cell, "reason": reason}


def _go(running: RunningJob, campaign: Campaign, plan: Plan) -> None:
    """The flip: from here on workers deliver."""
    with running.writing("starting"):
        _check_budget(campaign, plan)
        _check_control(campaign)
        if not Campaign.objects.filter(pk=campaign.pk, state=State.LAUNCHING).update(state=State.RUNNING):
            raise PlanError(
                _("Campaign %(code)s was stopped while it was being launched.") % {"code": campaign.code}
            )
        outreach.start(campaign_id=campaign.pk, actor=running.actor)
        counts = membership_counts(campaign)
        audit.record(running.actor, "launched", "campaign", campaign.code, **counts)
        events.emit("campaign.launched", campaign=campaign.code, members=counts)
    campaign.refresh_from_db()


def _check_control(campaign: Campaign) -> None:
    """Somebody was in control when it was planned; the gate may have held all of them back since."""
    counts = membership_counts(campaign)
    if counts[Role.TARGET] and not counts[Role.CONTROL]:
        raise PlanError(
            _(
                "Everybody whom campaign %(code)s would hold out is now held back, so nothing could be said about "
                "what it caused. Nothing was sent; stop it and plan another with a larger control_share or audience."
            )
            % {"code": campaign.code}
        )


def _check_budget(campaign: Campaign, plan: Plan) -> None:
    """The estimate was within the budget; more customers may have become reachable since."""
    contacts = Contact.objects.filter(campaign_id=campaign.pk)
    cost = plan.fixed_cost + (contacts.aggregate(cost=Sum("cost"))["cost"] or 0)
    if cost > plan.budget:
        raise PlanError(
            _(
                "Campaign %(code)s would now cost %(cost)s, more than its budget of %(budget)s. "
                "Nothing was sent; stop it and plan another."
            )
            % {"code": campaign.code, "cost": format_money(cost), "budget": format_money(plan.budget)}
        )
