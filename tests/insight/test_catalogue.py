"""Every published measure is explained: label, formula, unit, window and when it is undefined, in both languages."""

from __future__ import annotations

import re

import pytest
from cli.commands import guanxi, told
from django.utils.translation import override

from guanxi.insight.audience import audience_fields
from guanxi.insight.catalogue import MEASURES, PUBLISHED, measure_label, measure_text
from guanxi.wording.words import phrase

NOT_MEASURES = {"run_id", "party_id", "tier", "tier_rule", "tier_since"}
HANZI = re.compile(r"[\u4e00-\u9fff]")


def test_every_published_column_is_a_measure_that_is_explained() -> None:
    assert set(MEASURES) >= PUBLISHED - NOT_MEASURES


@pytest.mark.requirement("ANA-02", "ANA-04", "ANA-10")
def test_the_formulas_are_shown_to_users() -> None:
    rows = {row["indicator"]: row for row in told("insight", "show", "indicators")}

    assert set(rows) == PUBLISHED - NOT_MEASURES
    assert rows["gross_margin_rate"] == {
        "indicator": "gross_margin_rate",
        "label": "Gross margin rate",
        "formula": "profit_amount / sales_amount",
        "unit": "share",
        "window": "from since to as_of, both days included",
        "undefined": "null when sales_amount is 0",
        "requirement": "ANA-04",
    }
    assert (
        "= number of orders with at least one line that is not a return (count)"
        in guanxi("insight", "show", "indicators").out
    )


@pytest.mark.parametrize("name", sorted(PUBLISHED - NOT_MEASURES))
def test_a_chinese_reader_finds_every_word_of_a_definition_in_chinese(name: str) -> None:
    measure = MEASURES[name]
    with override("zh-hans"):
        texts = [
            measure_label(name),
            *map(phrase, (measure.formula, measure.unit, measure.window, measure.undefined)),
        ]

    assert [text for text in texts if not HANZI.search(text)] == []


def test_a_value_is_shown_in_its_unit() -> None:
    with override("zh-hans"):
        assert measure_text("recency_days", 3) == "3 天"
    assert measure_text("sales_amount", 123_456).startswith("1,234.56 ")
    assert measure_text("transaction_count", 51) == "51"


@pytest.mark.django_db
def test_a_plan_speaks_of_measures_by_the_same_labels() -> None:
    fields = audience_fields()
    assert (fields["indicator.p_alive"].label_en, fields["indicator.p_alive"].label_zh) == (
        "P(alive)",
        "活跃概率",
    )
