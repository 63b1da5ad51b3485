"""The published figures, and the long work behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from api.calling import Program, fault, told
from campaigns import world

from guanxi.api.models import KeptAnswer
from guanxi.foundation import clock, jobs
from guanxi.foundation.models import Job
from guanxi.insight import queries
from guanxi.insight.models import InsightRun

pytestmark = pytest.mark.django_db(transaction=True)
SPENT = {"c01": 40.0, "c02": 30.0, "c03": 30.0}


def test_the_figures_are_those_of_the_reports() -> None:
    world.shop(SPENT)
    told_of = told(Program().get("/insight", {"by": "profit"}))

    run = InsightRun.objects.get()
    assert (told_of["run"], told_of["as_of"], told_of["customers"], told_of["currency"]) == (
        run.pk,
        "2026-03-15",
        3,
        "USD",
    )
    assert told_of["totals"] == run.totals
    assert told_of["money_deciles"] == queries.money_decile_table("profit")
    assert told_of["purchase_deciles"] == queries.purchase_decile_table("profit")
    assert [row["customers"] for row in told_of["tiers"]] == [
        row["customers"] for row in queries.tier_table()
    ]
    assert told_of["bands"] == queries.band_table()
    assert told_of["layers"] == queries.layer_table()


def test_before_the_first_analysis_there_are_no_figures() -> None:
    program = Program()
    assert fault(program.get("/insight"))[:2] == (422, "invalid")
    assert fault(program.get("/insight", {"by": "luck"})) == (422, "invalid", "query.by")


def test_every_measure_is_explained() -> None:
    measures = {row["indicator"]: row for row in told(Program().get("/insight/indicators"))}
    assert measures["recency_days"]["unit"] == "days"
    assert all(row["formula"] and row["label"] for row in measures.values())


def test_a_refresh_is_a_job_that_can_be_watched() -> None:
    world.customers(SPENT)
    world.orders([(key, world.BEFORE, 10.0) for key in SPENT])
    program = Program()

    job = told(program.post("/insight/refresh", {"as_of": "2026-03-15"}), 202)
    assert told(program.post("/insight/refresh", {"as_of": "2026-03-15"}), 202)["id"] == job["id"]
    jobs.run_next()
    ended = told(program.get(job["href"]))
    assert (ended["state"], ended["result"]["as_of"], ended["result"]["customers"]) == (
        "done",
        "2026-03-15",
        3,
    )
    assert ended["finished_at"].endswith("Z")
    assert fault(program.post("/insight/refresh", {"as_of": "2999-01-01"}))[:2] == (422, "invalid")
    assert fault(program.post("/insight/refresh", {"as_of": "soon"})) == (422, "invalid", "body.wish.as_of")


def test_jobs_are_listed_newest_first_a_page_at_a_time() -> None:
    for number in range(3):
        jobs.enqueue("campaign results", f"c{number}", {}, world.MIA)
    program = Program()

    first = told(program.get("/jobs", {"limit": 2}))
    assert [job["key"] for job in first["jobs"]] == ["c2", "c1"]
    rest = told(program.get("/jobs", {"limit": 2, "before": first["next_before"]}))
    assert ([job["key"] for job in rest["jobs"]], rest["next_before"]) == (["c0"], None)


def test_a_job_that_waits_is_cancelled_once() -> None:
    job = jobs.enqueue("campaign results", "spring", {}, world.MIA)
    program = Program()

    assert told(program.post(f"/jobs/{job.pk}/cancel", Idempotency_Key="k"))["state"] == "cancelled"
    assert told(program.post(f"/jobs/{job.pk}/cancel", Idempotency_Key="k"))["state"] == "cancelled"
    assert fault(program.post(f"/jobs/{job.pk}/cancel"))[:2] == (404, "not_found")
    assert fault(program.get("/jobs/4711"))[0] == 404
    assert fault(program.get("/jobs/99999999999999999999"))[0] == 422


def test_what_a_job_kept_of_single_rows_is_not_shown() -> None:
    Job.objects.create(
        kind="import", key="1", actor="Mia", state=Job.State.DONE, created_at=clock.now(),
        result={"rows_bad": 1, "notes": {"complaints": [{"value": "ann@example.com"}]}},
    )  # fmt: skip
    answer = Program().get("/jobs")
    assert told(answer)["jobs"][0]["result"] == {"rows_bad": 1}


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(minutes=1), 409), (timedelta(minutes=11), 202), (timedelta(hours=25), 202)]
)
def test_a_request_whose_process_died_may_be_sent_again_after_a_while(age: timedelta, status: int) -> None:
    program = Program()
    told(program.post("/insight/refresh", Idempotency_Key="k"), 202)
    at = clock.now() - age
    KeptAnswer.objects.update(status=None, created_at=at, expires_at=at + timedelta(hours=24))

    answer: Any = program.post("/insight/refresh", Idempotency_Key="k")
    assert answer.status_code == status
