"""The refresh: copy the truth, compute every measure, publish all of it by one flip."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils.translation import gettext as _

from customer_insight.schemes import moves
from customer_insight.tiers import default_tier_scheme
from guanxi.customers.queries import require_one_currency
from guanxi.foundation import audit, clock, events, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.engine import lake
from guanxi.foundation.engine.bulk import append, insertion
from guanxi.foundation.engine.duck import Duck, arrow, scratch, workspace
from guanxi.foundation.engine.planner import look_again
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job
from guanxi.insight import measures
from guanxi.insight.analyses.changes import baseline_of
from guanxi.insight.assumptions import Assumptions, read_assumptions
from guanxi.insight.fill_rates import KNOWN, count_known
from guanxi.insight.members import remove_members_of_others
from guanxi.insight.models import ClassMove, CustomerInsight, InsightRun
from guanxi.insight.queries import PUBLISHED_TABLE
from guanxi.insight.replica import open_replica, sync
from guanxi.insight.thresholds import Thresholds, read_thresholds

BLOCK = 20_000


def start_refresh(*, as_of: date | None, actor: Actor) -> Job:
    """Write the job that brings every measure up to date; `as_of` None means the last day that has an order.

    One that was interrupted is taken up again, for this date. Raises DomainError for a date that has not come yet, and
    where the stored amounts are in another currency than the installation's.
    """
    require_one_currency()
    today = clock.business_date(clock.now())
    if as_of and as_of > today:
        raise DomainError(
            _("--as-of %(as_of)s lies after today, %(today)s: nobody knows yet what happened by then.")
            % {"as_of": as_of, "today": today}
        )
    arguments = {"as_of": as_of.isoformat() if as_of else None}
    with transaction.atomic():
        job = jobs.enqueue("insight refresh", "all", arguments, actor)
        Job.objects.filter(pk=job.pk).update(arguments=arguments)
    return job


def run_refresh(running: RunningJob) -> dict[str, Any]:
    """The job. Killed anywhere, the old figures stay whole and a second run completes."""
    given, began = running.arguments["as_of"], clock.now()
    require_one_currency()
    sync(running)
    with TemporaryDirectory(dir=scratch()) as place, workspace(Path(place) / "refresh.duckdb") as duck:
        open_replica(duck)
        as_of = date.fromisoformat(given) if given else _last_known_day(duck)
        assumptions, thresholds = read_assumptions(), read_thresholds()
        measured = measures.compute(running, duck, as_of, assumptions, thresholds)
        run = _building(began, as_of, assumptions, thresholds, measured)
        _carry_over(duck, run)
        _load(running, duck, run)
        run.totals[KNOWN], run.baseline = count_known(duck), baseline_of(duck.table("measures"))
        _publish(running, run)
    look_again({CustomerInsight: run.customers})
    _remove_old(running, run)
    return summary(run)


def _last_known_day(duck: Duck) -> date:
    """The last day that has an order; clocks and zones differ, so an order may bear tomorrow's date."""
    return min(measures.last_day(duck), clock.business_date(clock.now()))


def summary(run: InsightRun) -> dict[str, Any]:
    """What a refresh published."""
    diagnosis = [finding["sentence"] for finding in run.lifetime_card.get("diagnosis", [])]
    return {
        "run": run.pk,
        "as_of": run.as_of.isoformat(),
        "customers": run.customers,
        "moves": run.moves.count(),
        "assumptions": run.assumptions,
        "thresholds": run.thresholds,
        "totals": run.totals,
        "lifetime_model": run.lifetime_card.get("name"),
        "lifetime_diagnosis": diagnosis,
    }


def _building(
    began: datetime,
    as_of: date,
    assumptions: Assumptions,
    thresholds: Thresholds,
    measured: measures.Measured,
) -> InsightRun:
    return InsightRun.objects.create(
        as_of=as_of,
        assumptions=assumptions.as_dict(),
        thresholds=thresholds.as_dict(),
        totals=measured.totals,
        lifetime_card=measured.lifetime_card,
        customers=measured.customers,
        created_at=began,
    )


def _carry_over(duck: Duck, run: InsightRun) -> None:
    """Table `published`: the measures, and since when each customer is in the tier; table `moved`: who moved.

    Figures as of an earlier date than those before them are no later state: nobody has moved.
    """
    previous = InsightRun.objects.filter(state=InsightRun.State.PUBLISHED, as_of__lte=run.as_of).first()
    day = f"DATE '{run.as_of:%Y-%m-%d}'"
    if previous is None:
        duck.execute(f"CREATE TABLE published AS SELECT *, {day} AS tier_since FROM measures")
        duck.execute("CREATE TABLE moved (customer_id BIGINT, from_class VARCHAR, to_class VARCHAR)")
        return
    copy_truth(
        duck,
        "previous",
        f"SELECT party_id AS customer_id, tier, tier_since FROM insight_customerinsight WHERE run_id = {previous.pk}",
    )
    duck.execute("CREATE TABLE classes_before AS SELECT customer_id, tier AS class_code FROM previous")
    duck.execute("CREATE TABLE classes_now AS SELECT customer_id, tier AS class_code FROM measures")
    moves(duck.table("classes_before"), duck.table("classes_now")).create("moved")
    duck.execute(
        f"""CREATE TABLE published AS
            SELECT measures.*,
                   CASE WHEN previous.tier = measures.tier THEN previous.tier_since::DATE ELSE {day} END AS tier_since
            FROM measures LEFT JOIN previous USING (customer_id)"""
    )


def _load(running: RunningJob, duck: Duck, run: InsightRun) -> None:
    """The wide rows into the copy and, in short transactions, into the truth; nobody sees them yet."""
    running.advance("writing the copy", 5, 6)
    sql = f"SELECT *, (customer_id % {lake.BUCKETS})::INTEGER AS {lake.BUCKET} FROM published"
    with lake.writing(lambda: running.advance("waiting for another copy")):
        run.replica_version = lake.overwrite(PUBLISHED_TABLE, duck.sql(sql).to_arrow_reader())
    names = [field.attname for field in CustomerInsight._meta.concrete_fields if field.attname not in _KEYS]
    columns = ", ".join(["customer_id AS party_id", f"{run.pk} AS run_id", *names])
    reader = duck.sql(f"SELECT {columns} FROM published ORDER BY customer_id").to_arrow_reader(BLOCK)
    done = 0
    for batch in reader:
        write = insertion(CustomerInsight, pa.Table.from_batches([batch]))
        with running.writing("publishing", done, run.customers):
            write()
        done += batch.num_rows
    _load_moves(running, duck, run)


_KEYS = {"party_id", "run_id"}


def _load_moves(running: RunningJob, duck: Duck, run: InsightRun) -> None:
    """Who moved, with the rule that fired and the inputs that decided (ANA-33)."""
    inputs = ", ".join(f"'{field}', {field.partition('.')[2]}" for field in default_tier_scheme().fields)
    moved = arrow(
        duck,
        f"""SELECT {run.pk} AS run_id, moved.customer_id AS party_id, '{measures.SCHEME}' AS scheme,
                   coalesce(from_class, '') AS from_class, coalesce(to_class, '') AS to_class,
                   measures.tier_rule AS rule, CAST(json_object({inputs}) AS VARCHAR) AS inputs,
                   DATE '{run.as_of:%Y-%m-%d}' AS moved_on
            FROM moved LEFT JOIN measures USING (customer_id) ORDER BY party_id""",
    )
    for start in range(0, moved.num_rows, BLOCK):
        with running.writing("publishing moves", start, moved.num_rows):
            append(ClassMove, moved.slice(start, BLOCK))


def _publish(running: RunningJob, run: InsightRun) -> None:
    """The flip."""
    with running.writing("publishing"):
        InsightRun.objects.filter(state=InsightRun.State.PUBLISHED).update(state=InsightRun.State.SUPERSEDED)
        run.state, run.published_at = InsightRun.State.PUBLISHED, clock.now()
        run.save()
        audit.record(
            running.actor,
            "refreshed",
            "insight",
            run.pk,
            as_of=run.as_of.isoformat(),
            customers=run.customers,
        )
        events.emit("insight.refreshed", run=run.pk, as_of=run.as_of.isoformat(), customers=run.customers)


def _remove_old(running: RunningJob, run: InsightRun) -> None:
    """What no reader sees any more: rows of earlier runs, published or left half-written by a crash, and the moves of
    runs that were never published or that the figures, as of an earlier date now, know nothing of."""
    InsightRun.objects.filter(state=InsightRun.State.BUILDING).exclude(pk=run.pk).delete()
    last = (
        CustomerInsight.objects.exclude(run=run)
        .order_by("-party_id")
        .values_list("party_id", flat=True)
        .first()
    )
    for start in range(0, (last or -1) + 1, BLOCK):
        with running.writing("removing old figures", start, last or 0):
            CustomerInsight.objects.filter(party_id__gte=start, party_id__lt=start + BLOCK).exclude(
                run=run
            ).delete()
    later = ClassMove.objects.filter(moved_on__gt=run.as_of)
    while ids := list(later.values_list("pk", flat=True)[:BLOCK]):
        with running.writing("removing later moves"):
            ClassMove.objects.filter(pk__gte=min(ids), pk__lte=max(ids), moved_on__gt=run.as_of).delete()
    remove_members_of_others(run)
    with lake.writing(lambda: running.advance("waiting for another copy")):
        lake.tidy(PUBLISHED_TABLE)
