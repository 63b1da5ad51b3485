"""Closing, what a closed campaign keeps, its lesson, and campaigns that nobody looked at again."""

from __future__ import annotations

from datetime import date

import pytest
from campaigns.world import (
    AFTER,
    MIA,
    NOON,
    contacts,
    delivered,
    keys,
    launched,
    measured,
    orders,
    planned,
    shop,
)
from django.db import IntegrityError, transaction

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.queries import campaign_rows, lessons
from guanxi.campaigns.services.measure import close, run_measurement, start_measurement
from guanxi.foundation import jobs
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import RunningJob

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {"analysis": "The coupon earned 3.00.", "lesson": "Write to slipping customers only."}


def closing(**changes: str) -> None:
    close(code="spring", actor=MIA, **(WORDS | changes))


@pytest.mark.requirement("CAMP-06", "CAMP-12")
def test_a_campaign_closes_only_with_results_analysis_and_lesson_and_then_stays_as_it_is() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    with pytest.raises(
        DomainError, match="Campaign spring was not measured yet; run `guanxi campaign results spring`"
    ):
        closing()
    orders([("c01", AFTER, 100.0)])
    result = measured()
    with pytest.raises(
        DomainError, match="Campaign spring still has contacts to deliver; stop it or wait for them"
    ):
        closing()
    delivered()
    for missing in ("analysis", "lesson"):
        with pytest.raises(DomainError, match="A campaign closes only with its analysis and a lesson"):
            closing(**{missing: "  "})
    waiting = start_measurement(code="spring", actor=MIA)
    closing()
    orders([("c02", AFTER, 1_000.0)])
    jobs.run_now(waiting)
    assert (
        measured()["overall"]["margin"]["treated_mean"] == result["overall"]["margin"]["treated_mean"] == 600
    )
    assert Campaign.objects.get().state == "closed"
    with pytest.raises(DomainError, match="Campaign spring is closed already"):
        closing(lesson="Another one.")
    assert Campaign.objects.get().lesson == "Write to slipping customers only."


def test_a_campaign_that_is_closed_while_it_is_measured_keeps_what_it_was_closed_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    delivered()
    orders([("c01", AFTER, 100.0)])
    measured()
    orders([("c02", AFTER, 1_000.0)])

    def advance(running: RunningJob, step: str, done: int = 0, total: int = 0) -> None:
        if step == "measuring":
            closing()

    monkeypatch.setattr(RunningJob, "advance", advance)
    kept = run_measurement(RunningJob(start_measurement(code="spring", actor=MIA)))
    assert kept["overall"]["margin"]["treated_mean"] == 600
    assert Campaign.objects.get().results["overall"]["margin"]["treated_mean"] == 600


@pytest.mark.requirement("CAMP-06")
@pytest.mark.parametrize("missing", [{"lesson": ""}, {"analysis": ""}, {"measured_at": None}])
def test_the_database_itself_refuses_to_close_without_them(missing: dict[str, object]) -> None:
    told = {"lesson": "x", "analysis": "x", "measured_at": NOON, "state": "closed"}
    values = {"code": "x", "source": "n", "source_key": "x", "name": "x", "created_at": NOON}
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.create(**values, **(told | missing))
    assert Campaign.objects.create(**values, **told).state == "closed"


@pytest.mark.requirement("CAMP-06")
def test_lessons_are_found_by_all_of_their_words() -> None:
    told = {"source": "n", "created_at": NOON, "state": "closed", "measured_at": NOON}
    for number, (name, goal, lesson) in enumerate(
        [
            ("Spring", "return", "Write to slipping customers only."),
            ("New Year", "loyalty", "老客户对短信没有反应。"),
        ]
    ):
        Campaign.objects.create(
            code=f"c{number}", source_key=str(number), name=name, goal=goal, lesson=lesson, analysis="Seen.",
            measure_until=date(2026, 1, 1 + number), **told,
        )  # fmt: skip
    Campaign.objects.create(code="open", source_key="open", name="slipping", **(told | {"state": "running"}))

    def found(words: str) -> list[str]:
        return [row["campaign"] for row in lessons(words)]

    assert found("") == ["c1", "c0"]
    assert found("customers SLIPPING") == ["c0"]
    assert found("短信") == ["c1"]
    assert found("loyalty") == ["c1"]
    assert found("slipping loyalty") == []
    assert lessons("spring")[0] == {
        "campaign": "c0", "goal": "return", "analysis": "Seen.", "lesson": "Write to slipping customers only.",
    }  # fmt: skip


@pytest.mark.requirement("CAMP-12")
def test_campaigns_that_nobody_harvested_are_marked() -> None:
    """Ours runs to 12 April. The old mailing does not say when it ended: four weeks from 1 February."""
    shop(dict.fromkeys(keys(10), 100))
    contacts([["mailing", "c01", "2026-02-01", "x", 1]])
    planned()

    def sown(day: date) -> list[str]:
        return [row["campaign"] for row in campaign_rows(day) if row["sown_but_not_harvested"]]

    assert sown(date(2026, 2, 28)) == []
    assert sown(date(2026, 5, 1)) == ["shop:mailing"]
    launched()
    delivered()
    assert sown(date(2026, 4, 12)) == ["shop:mailing"]
    assert sown(date(2026, 4, 13)) == ["spring", "shop:mailing"]
    measured("shop:mailing")
    assert sown(date(2026, 4, 13)) == ["spring"]
