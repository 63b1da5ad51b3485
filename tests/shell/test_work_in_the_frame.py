"""Jobs in the frame: what runs now, for whom, and how what ran has ended."""

from __future__ import annotations

from typing import Any

import pytest
from shell.people import person

from guanxi.foundation import jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def job(actor: str = "Mia", **now: Any) -> Job:
    made = jobs.enqueue("insight refresh", "all", {}, Actor(actor))
    Job.objects.filter(pk=made.pk).update(**now)
    return made


def answer(client: Any, *watched: int) -> str:
    return client.get("/work/", {"watched": ",".join(map(str, watched))}).content.decode()


def test_every_page_says_what_runs_and_how_far_it_is() -> None:
    running = job(state="running", done_units=3, total_units=4)
    page = person("analyst").get("/").content.decode()

    assert "1 under way" in page
    assert "75 %" in page
    assert f'data-watched="{running.pk}"' in page
    assert 'hx-trigger="every 2s' in page


def test_where_nothing_runs_the_frame_asks_seldom_and_says_nothing() -> None:
    page = answer(person("analyst"))
    assert 'hx-trigger="every 30s' in page
    assert "under way" not in page


def test_the_work_of_others_is_seen_by_those_who_may_see_jobs_and_ones_own_by_everybody() -> None:
    job("Sam")
    assert "under way" in answer(person("analyst", "Ada"))
    assert "under way" in answer(person("salesperson", "Sam"))
    assert "under way" not in answer(person("salesperson", "Eve"))


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        ("done", "", "Done: insight refresh."),
        ("failed", "The disk is full.", "Failed: insight refresh. The disk is full."),
        ("cancelled", "cancelled", "Cancelled: insight refresh."),
    ],
)
def test_a_watched_job_ends_with_a_message(state: str, error: str, said: str) -> None:
    ended = job(state=state, error=error)
    page = answer(person("analyst"), ended.pk)

    assert said in page
    assert ('href="/insight/"' in page) == (state != "cancelled")
    assert said not in answer(person("analyst", "Bob"))


def test_nobody_learns_of_a_job_by_watching_its_number() -> None:
    ended = job("Mia", state="done")
    assert "Done" not in answer(person("salesperson"), ended.pk)


@pytest.mark.parametrize("watched", ["x", "1,,x", "99999999999999999999999", "-1", "²"])
def test_a_number_that_is_none_watches_nothing(watched: str) -> None:
    assert person("analyst").get("/work/", {"watched": watched}).status_code == 200
