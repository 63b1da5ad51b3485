"""Whom a campaign moved: a coupon that works on good customers only, and one that works on everybody alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from campaigns.world import AFTER, MIA, delivered, keys, launched, measured, orders, planned, refresh, shop

from customer_insight.conditions import Compare
from guanxi.campaigns.models import Campaign
from guanxi.insight.analyses.asking import Answer, ask
from guanxi.insight.audience import count_audience

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
EVERYBODY = keys(260)


def is_good(key: str) -> bool:
    return int(key[1:]) % 2 == 0


def world(moved: Callable[[str], bool], number: int = 260) -> dict[str, list[str]]:
    """Every second customer spent 20 times as much before; afterwards each tenth buys, and those treated who are
    moved. The members by role."""
    names = EVERYBODY[:number]
    shop({key: 2_000.0 if is_good(key) else 100.0 for key in names})
    planned(cost_per_contact=1, budget=1000)
    launched()
    delivered()
    members = Campaign.objects.get().members.values_list("party__source_key", "role")
    roles: dict[str, list[str]] = {"target": [], "control": []}
    for key, role in members:
        roles[role].append(key)
    buyers = {key for key in names if int(key[1:]) % 10 in {0, 5}}
    buyers |= {key for key in roles["target"] if moved(key)}
    orders([(key, AFTER, 50.0 + int(key[1:]) % 7) for key in sorted(buyers)])
    measured()
    return roles


def uplift(**given: Any) -> Answer:
    answer = ask("uplift", {"splits": 5} | given, actor=MIA)
    assert answer.raw
    assert answer.shown
    return answer


def rate(names: list[str], moved: Callable[[str], bool]) -> float:
    return sum(int(key[1:]) % 10 in {0, 5} or moved(key) for key in names) / len(names)


@pytest.mark.requirement("ANA-69")
def test_a_coupon_that_moves_good_customers_finds_them_and_offers_them_as_an_audience() -> None:
    roles = world(is_good)
    answer = uplift()
    check = answer.raw["check"]
    effect = rate(roles["target"], is_good) - rate(roles["control"], lambda _key: False)
    assert check["average"]["value"] == pytest.approx(effect)
    assert (answer.raw["arms"]["treated"], answer.raw["arms"]["control"]) == (
        len(roles["target"]), len(roles["control"]),
    )  # fmt: skip
    assert check["verdict"] == "usable heterogeneity"
    assert check["qini"]["low"] > 0
    assert check["deciles"][0]["uplift"]["value"] > 0.5 > 0.2 > check["deciles"][-1]["uplift"]["value"]
    half = answer.raw["tenths"][4]
    assert (half["tenth"], half["customers"]) == (5, 130)
    best = {"op": ">=", "field": answer.field, "value": half["lowest"]}
    assert answer.shown.sheets[2].opens[4] == best
    assert count_audience(Compare(answer.field, ">=", half["lowest"])) == 130
    assert answer.raw["card"]["name"] == "uplift, two models, logistic"


@pytest.mark.requirement("ANA-69")
def test_where_the_coupon_moves_everybody_alike_nobody_is_ranked() -> None:
    world(lambda key: int(key[1:]) % 3 == 0)
    answer = uplift()
    assert answer.raw["check"]["verdict"] == "no usable heterogeneity"
    assert "tenths" not in answer.raw
    assert str(answer.shown.lead).startswith("No usable heterogeneity: treat everybody or nobody")
    assert count_audience(Compare(answer.field, ">=", -1)) == 0


@pytest.mark.slow
def test_what_was_bought_since_the_start_is_not_learnt_from() -> None:
    """Orders after the first day change what is measured, never what was known before."""
    world(is_good, 240)
    first = uplift().raw["card"]["baseline"]
    orders([(key, AFTER, 9_000.0) for key in EVERYBODY[:240:3]])
    refresh()
    assert uplift().raw["card"]["baseline"] == first


@pytest.mark.slow
def test_few_customers_and_missing_trees_are_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    world(is_good, 120)
    sheet = uplift().shown.sheets[0]
    assert (list(sheet.rows), str(sheet.empty)) == (
        [],
        "Too few customers: each side of the draw needs at least 100, of whom half serve to test.",
    )
    monkeypatch.setattr(
        "guanxi.campaigns.analyses.uplift.check_uplift",
        lambda *_args, **_more: (_ for _ in ()).throw(ImportError("boosted models need scikit-learn")),
    )
    assert "choose logistic" in str(uplift(base="boosted").shown.sheets[0].empty)
