"""The best channel: rates drawn towards segment and channel, what a contact earns net, and what to fall back on."""

import doctest
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from customer_insight.profiles.best_channel import (
    ChannelModel,
    ChannelRate,
    SegmentRate,
    best_channels,
    best_channels_of_segments,
    channel_scores,
    fit_channels,
    shrinkage,
)
from customer_insight.profiles.best_channel.shrinkage import concentration
from customer_insight.tables import TableError

COSTS = {"call": 500, "mail": 10}
CALL = ChannelRate("call", 400, 80, 0.2, 5000.0, 50.0, 10.0, (SegmentRate("firm", 100, 30, 0.3, 6000.0),))
MAIL = ChannelRate("mail", 900, 45, 0.05, 4000.0, 50.0, 20.0, (SegmentRate("firm", 300, 3, 0.01, 4000.0),))
MODEL = ChannelModel((CALL, MAIL))

CUSTOMERS = [
    {"customer_id": 1, "segment": "firm"}, {"customer_id": 2, "segment": "home"},
    {"customer_id": 3, "segment": None}, {"customer_id": 4, "segment": "firm"}, {"customer_id": 5, "segment": "home"},
]  # fmt: skip


def contacts(customer, channel, times, responses, value=4000, day=10):
    return [
        {"customer_id": customer, "channel": channel, "day": day, "responded": n < responses,
         "value": value if n < responses else None}
        for n in range(times)
    ]  # fmt: skip


ONE = contacts(1, "mail", 1, 1)
PAST = [
    *contacts(1, "call", 10, 0), *contacts(1, "mail", 20, 10), *contacts(2, "mail", 4, 0), *contacts(4, "call", 5, 5),
    *contacts(4, "mail", 9, 9, day=99),
]  # fmt: skip


def tables(engine, rows=None):
    kinds = {"customer_id": pa.int64(), "segment": pa.string()}
    return engine.table(rows or CUSTOMERS, kinds), engine.table(PAST)


@pytest.mark.requirement("ANA-73")
def test_what_a_contact_earns_by_customer_and_channel(engine):
    rows = engine.rows(channel_scores(*tables(engine), MODEL, costs=COSTS, as_of=50))

    names = ("basis", "contacts", "responses", "rate", "expected_net")
    told = {(row["customer_id"], row["channel"]): tuple(row[name] for name in names) for row in rows}
    assert len(rows) == 10
    assert told[1, "call"] == ("own", 10, 0, pytest.approx(3 / 20), pytest.approx(400))  # .15 x 6000 - 500
    assert told[1, "mail"] == ("own", 20, 10, pytest.approx(10.2 / 40), pytest.approx(1010))
    assert told[2, "call"] == ("base", 0, 0, pytest.approx(0.2), pytest.approx(500))
    assert told[2, "mail"] == ("own", 4, 0, pytest.approx(1 / 24), pytest.approx(4000 / 24 - 10))
    assert told[3, "mail"] == ("base", 0, 0, pytest.approx(0.05), pytest.approx(190))
    assert told[4, "mail"] == (
        "segment",
        0,
        0,
        pytest.approx(0.01),
        pytest.approx(30),
    )  # day 99 is after as_of


@pytest.mark.requirement("ANA-73")
def test_the_best_channel_of_each_customer(engine):
    reachable = [{"customer_id": n, "channel": "mail"} for n in (1, 2, 3)] + [
        {"customer_id": 4, "channel": "call"}
    ]
    names = ("customer_id", "channel", "verdict", "basis", "contacts", "responses")

    rows = engine.rows(best_channels(*tables(engine), MODEL, costs=COSTS, as_of=50))
    bound = engine.rows(
        best_channels(*tables(engine), MODEL, costs=COSTS, as_of=50, reachable=engine.table(reachable))
    )

    assert sorted(tuple(row[name] for name in names) for row in rows) == [
        (1, "mail", "use", "own", 20, 10), (2, "call", "use", "base", 0, 0), (3, "call", "use", "base", 0, 0),
        (4, "call", "use", "own", 5, 5), (5, "call", "use", "base", 0, 0),
    ]  # fmt: skip
    assert sorted((row["customer_id"], row["channel"], row["verdict"]) for row in bound) == [
        (1, "mail", "use"), (2, "mail", "use"), (3, "mail", "use"), (4, "call", "use"), (5, None, "not reachable"),
    ]  # fmt: skip


@pytest.mark.requirement("ANA-73")
def test_where_no_channel_earns_its_cost_none_is_named(engine):
    dear = {"call": 5000, "mail": 200}
    worthless = ChannelModel(tuple(replace(each, value=None, segments=()) for each in MODEL.channels))
    home = [{"customer_id": 7, "segment": "home"}]

    rows = engine.rows(best_channels(*tables(engine, home), MODEL, costs=dear, as_of=50))
    unknown = engine.rows(best_channels(*tables(engine, home), worthless, costs=COSTS, as_of=50))

    assert [(row["channel"], row["verdict"], row["expected_net"]) for row in rows] == [
        (None, "none pays", 0.0)
    ]
    assert [(row["channel"], row["verdict"], row["rate"]) for row in unknown] == [(None, "unknown", None)]


def test_of_channels_that_earn_the_same_the_first_by_name(engine):
    twins = ChannelModel(tuple(replace(CALL, channel=name, segments=()) for name in ("visit", "call")))
    home = engine.table([{"customer_id": 7, "segment": "home"}])

    rows = engine.rows(best_channels(home, engine.table(PAST), twins, costs={"visit": 5, "call": 5}, as_of=5))

    assert [row["channel"] for row in rows] == ["call"]


@pytest.mark.requirement("ANA-73")
def test_the_pattern_of_channels_of_a_segment():
    found = best_channels_of_segments(MODEL, costs=COSTS)

    assert [(row.segment, row.channel, row.expected_net, row.is_best) for row in found] == [
        (None, "call", 500.0, True), (None, "mail", 190.0, False),
        ("firm", "call", 1300.0, True), ("firm", "mail", 30.0, False),
    ]  # fmt: skip
    assert (found[0].low, found[0].high) == pytest.approx((0.1637, 0.2420), abs=1e-4)  # Wilson, 80 of 400


@pytest.mark.requirement("ANA-73")
def test_rates_are_learnt_from_the_counts(engine):
    past = [
        *contacts(1, "mail", 10, 4, value=100), *contacts(2, "mail", 10, 0), *contacts(3, "mail", 4, 1, value=400),
        *contacts(9, "mail", 5, 0), *contacts(1, "mail", 7, 7, day=51),
    ]  # fmt: skip
    people = engine.table(CUSTOMERS[:3], {"customer_id": pa.int64(), "segment": pa.string()})

    model = fit_channels(engine.table(past), people, as_of=50, enough=5)

    (mail,) = model.channels
    assert (mail.channel, mail.contacts, mail.responses) == ("mail", 29, 5)
    assert mail.rate == pytest.approx(5.5 / 30)
    assert mail.value == pytest.approx(160)  # (4 x 100 + 400) / 5
    assert [(each.segment, each.contacts, each.responses) for each in mail.segments] == [
        ("firm", 10, 4),
        ("home", 10, 0),
    ]
    weight = mail.segment_weight
    assert mail.segments[1].rate == pytest.approx(weight * mail.rate / (10 + weight))
    assert mail.segments[0].value == pytest.approx(160)  # four responses are too few for a value of its own
    assert json.loads(json.dumps(model.as_dict()))["channels"][0]["contacts"] == 29


@pytest.mark.requirement("ANA-73")
def test_the_weights_are_found_again_in_simulated_responses():
    random = np.random.default_rng(4)
    people = 20_000
    segment = random.integers(0, 12, people)
    means = random.beta(
        40 * 0.1, 40 * 0.9, 12
    )  # segments are worth 40 contacts of the channel's rate, customers 8
    own = random.beta(8 * means[segment], 8 * (1 - means[segment]))
    times = random.integers(1, 9, people)
    who = np.repeat(np.arange(people), times)
    responded = random.random(len(who)) < own[who]
    value = pa.array(np.where(responded, 1000, 0), mask=~responded)
    past = pa.table({"customer_id": who, "channel": ["mail"] * len(who), "day": np.zeros(len(who), int),
                     "responded": responded, "value": value})  # fmt: skip
    customers = pa.table({"customer_id": np.arange(people), "segment": np.char.add("s", segment.astype(str))})

    model = fit_channels(past, customers, as_of=1)
    scores = channel_scores(customers, past, model, costs={"mail": 1}, as_of=1).sort_by("customer_id")

    assert model.channels[0].customer_weight == pytest.approx(8, rel=0.1)
    assert 10 < model.channels[0].segment_weight < 160
    raw = np.bincount(who, responded, people) / times
    mistaken = [
        float(np.mean((rate - own) ** 2)) for rate in (scores["rate"].to_numpy(), raw, means[segment])
    ]
    assert mistaken[0] < 0.75 * min(mistaken[1:])


def test_members_alike_get_no_rate_of_their_own():
    assert concentration(np.full(100, 50.0), np.full(100, 5.0), np.full(100, 0.1)) > 1e5
    assert doctest.testmod(shrinkage).failed == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (contacts(1, "mail", 1, 1, day=60), "no contact in the window"),
        (
            [{**ONE[0], "responded": None}, *ONE],
            "'responded' is empty in 1 row",
        ),
        (
            [{**ONE[0], "channel": None}, *ONE],
            "'channel' is empty in 1 row",
        ),
    ],
)
def test_contacts_that_teach_nothing_are_refused(engine, rows, message):
    kinds = {"responded": pa.bool_(), "channel": pa.string()}
    people = engine.table(CUSTOMERS[:2])
    with pytest.raises(TableError, match=message):
        fit_channels(engine.table(rows, kinds), people, as_of=50)


@pytest.mark.parametrize("costs", [{}, {"call": -1}, {"fax": 5}])
def test_costs_must_fit_the_channels(costs):
    with pytest.raises(ValueError, match="costs are at least 0"):
        best_channels_of_segments(MODEL, costs=costs)
