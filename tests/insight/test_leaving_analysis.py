"""Who is likely to leave: learned, tested on a later day, told of everybody with reasons, and a field of audiences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from built_once import built_once
from django.utils.translation import override
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import Compare, parse
from guanxi.foundation.errors import DomainError
from guanxi.foundation.language import CHINESE
from guanxi.insight.analyses import leaving
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience
from guanxi.insight.kept_risk import kept_risk, likely_to_leave
from guanxi.insight.members import member_of
from guanxi.insight.queries import current_run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ASKED = {"horizon_days": 60, "active_days": 60, "layers": 5, "top": 12}
Row = tuple[Any, ...]


def monthly(prefix: str, people: int, *, until: int) -> Iterator[Row]:
    """Bought for 10 on the 15th of each month of 2025 up to one."""
    for number in range(people):
        for month in range(1, until + 1):
            yield f"{prefix}{number}", f"2025-{month:02}-15", "10.00"


def once(prefix: str, people: int, *, month: int) -> Iterator[Row]:
    """Bought once."""
    return ((f"{prefix}{number}", f"2025-{month:02}-15", "10.00") for number in range(people))


def shop() -> list[Row]:
    """Figures are of 15 December: learned on 17 August, tested on 16 October.

    Before the first day bought 100 steady ones, 10 who are steady until October, 50 who came once and 10 who were
    steady until then; the last two kinds stopped. Before the second, 50 others had come once. Ten came now.
    """
    return [
        *monthly("s", 100, until=12), *monthly("e", 10, until=10), *monthly("d", 10, until=8),
        *once("a", 50, month=8), *once("b", 50, month=10), *once("c", 10, month=12),
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def figures_of_december(home: Path) -> None:
    def build() -> None:
        sell(home, shop())
        refresh()

    built_once("shop of 2025", build)


@pytest.mark.requirement("ANA-59")
def test_who_leaves_is_learned_on_one_day_tested_on_a_later_one_and_told_of_everybody() -> None:
    answer = ask("leaving", ASKED, actor=MIA)
    assert answer.raw
    raw = answer.raw
    assert (raw["learned_on"], raw["tested_on"]) == ("2025-08-17", "2025-10-16")
    assert (raw["customers"], raw["leavers"]) == (170, 60)

    check = raw["card"]["backtest"]
    assert (check["customers"], check["leavers"], check["base_rate"]) == (160, 60, 0.375)
    # Who came once is above the steady ones; the ten who were steady until then tie with the hundred who stayed.
    assert check["auc"]["value"] == pytest.approx((50 + 10 * 0.5) / 60)
    assert check["auc"]["low"] < check["auc"]["value"] < check["auc"]["high"]
    assert check["brier"] < check["brier_of_base_rate"] == 0.375 * 0.625
    assert columns(check["deciles"][:4], "decile", "customers", "leavers", "actual") == [
        (1, 16, 16, 1.0), (2, 16, 16, 1.0), (3, 16, 16, 1.0), (4, 16, 2, 0.125),
    ]  # fmt: skip
    assert check["deciles"][0]["lift"] == pytest.approx(1 / 0.375)
    assert raw["card"]["features"]

    assert count_audience(parse({"op": "known", "field": answer.field})) == 110
    assert count_audience(Compare(answer.field, ">", 0.5)) == 10
    assert [row["p_leave"] > 0.5 for row in raw["most"]] == [True] * 10 + [False] * 2
    assert answer.shown
    most, spans, deciles, card = answer.shown.sheets
    assert sum(row[1] for row in spans.rows) == 110
    assert [count_audience(parse(where)) for where in spans.opens] == [row[1] for row in spans.rows]
    assert answer.shown.reaches
    assert count_audience(parse(answer.shown.reaches)) == 10
    assert any("which raises the chance of leaving." in text for text in most.rows[0][5:])
    assert len(deciles.rows) == 10
    assert len(card.rows) == len(raw["card"]["features"])
    assert any("AUC 0.917" in str(note) for note in answer.shown.notes)


@pytest.mark.requirement("ANA-59")
def test_reasons_are_read_in_the_readers_language_and_the_kept_answer_knows_one_customer() -> None:
    answer = ask("leaving", ASKED, actor=MIA)
    assert answer.raw
    first, run = answer.raw["most"][0], current_run()
    assert run
    digest = answer.field.partition(".")[2]
    assert member_of(digest, run, first["customer_id"]) == first["p_leave"]
    assert member_of(digest, run, 10**9) is None
    assert member_of("0" * 16, run, first["customer_id"]) is None
    assert first["reasons"][0]["direction"] == "raises"
    told = kept_risk(first["customer_id"], run)
    assert set(told) == {"leaving"}
    assert (told["leaving"].value, told["leaving"].row) == (first["p_leave"], first)
    likely = likely_to_leave(run)
    assert likely
    assert count_audience(likely) == 10
    with override(CHINESE):
        assert answer.shown
        texts = answer.shown.sheets[0].rows[0][5:]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in texts if text)


@pytest.mark.requirement("ANA-59")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"horizon_days": 200}, "Orders are needed from before 2024-11-10"),
        ({"horizon_days": 45, "active_days": 30}, "Of 110 customers who bought before 2025-09-16, 0 stopped"),
    ],
)
def test_too_few_data_are_said_and_are_no_error(asked: dict[str, int], said: str) -> None:
    answer = ask("leaving", asked, actor=MIA)
    assert answer.shown
    (sheet,) = answer.shown.sheets
    assert (list(sheet.rows), said in str(sheet.empty)) == ([], True), sheet.empty
    assert count_audience(parse({"op": "known", "field": answer.field})) == 0


@pytest.mark.requirement("ANA-59")
def test_who_is_overdue_is_listed_with_the_test_of_every_sign() -> None:
    answer = ask("overdue", {"horizon_days": 60, "rank": "overdue_ratio"}, actor=MIA)
    assert answer.raw
    # 15 December less the last purchase: 61 days after nine gaps of 273 days, 122 after seven of 212.
    assert columns(answer.raw["list"][:1], "last_day", "days_since", "gaps_as_long") == [
        ("2025-08-15", 122, 0)
    ]
    assert [round(row["overdue_ratio"], 4) for row in answer.raw["list"]] == [
        *[round(122 * 7 / 212, 4)] * 10, *[round(61 * 9 / 273, 4)] * 10,
    ]  # fmt: skip
    assert columns(answer.raw["spans"], "class_number", "customers") == [(1, 10), (2, 10), (4, 100)]
    check = answer.raw["check"]
    assert check["calibration_end"] == "2025-10-16"
    assert (check["everybody"]["customers"], check["everybody"]["silent"]) == (220, 120)
    assert (check["regulars"]["customers"], check["regulars"]["silent"]) == (120, 20)
    # Of the regular, ten had stopped by then and are told from the hundred; the ten of October tie with them.
    assert check["regulars"]["overdue_ratio"]["value"] == pytest.approx((10 + 10 * 0.5) / 20)
    assert count_audience(parse({"op": ">", "field": answer.field, "value": 1.0})) == 20
    assert answer.shown
    people, spans, signs = answer.shown.sheets
    assert len(people.rows) == 20
    assert [count_audience(parse(where)) for where in spans.opens] == [10, 10, 100]
    assert [row[0] for row in signs.rows][2:4] == ["Lowest P(alive)", "Times the usual interval"]
    assert any("P(alive) of one-time buyers says little" in str(note) for note in answer.shown.notes)


@pytest.mark.requirement("ANA-59")
def test_boosted_trees_are_a_choice_where_they_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    answer = ask("leaving", {**ASKED, "base": "boosted", "top": 2}, actor=MIA)
    assert answer.raw
    assert answer.raw["card"]["name"] == "churn, boosted"
    assert answer.raw["card"]["backtest"]["auc"]["value"] == pytest.approx((50 + 10 * 0.5) / 60)
    assert answer.shown
    assert not answer.shown.sheets[3].rows
    monkeypatch.setattr(leaving, "find_spec", lambda _name: None)
    with pytest.raises(DomainError, match="Learned by takes logistic, not boosted"):
        ask("leaving", {**ASKED, "base": "boosted"}, actor=MIA)
