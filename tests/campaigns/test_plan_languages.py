"""A plan in several languages: what it may say, how many read which, and that its text keeps all of it."""

from __future__ import annotations

from typing import Any

import pytest
from campaigns.world import PLAN, customers, delivered, file_of, keys, launched, orders, planned, refresh
from customers.importing import bring
from django.db.models import F

from guanxi.campaigns.languages import readers
from guanxi.campaigns.outlook import redrawn
from guanxi.campaigns.plan_text import plan_text, read_plan_text
from guanxi.campaigns.plans import PlanError, complaints, parse_plan
from guanxi.campaigns.wording import estimate_facts
from guanxi.customers.models import Party
from guanxi.outreach.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
ZH = {"subject": "您好 $name", "body": "优惠 5 元"}


def cell(code: str = "coupon", **languages: Any) -> dict[str, Any]:
    written = {"languages": {tag.replace("_", "-"): words for tag, words in languages.items()}}
    return {"code": code, "subject": "Hello $name", "body": "5 off"} | (written if languages else {})


def plan(*cells: dict[str, Any], language: Any = "en") -> dict[str, Any]:
    return PLAN | {"language": language, "cells": list(cells)}


def test_a_plan_says_its_words_in_several_languages_and_a_text_keeps_them() -> None:
    document = plan(cell(zh_Hans=ZH), cell("plain", zh_Hans=ZH | {"body": '两行\n"引号" ${link:shop}'}))
    document["links"] = {"shop": "https://shop.example.com/?a=1"}
    read = parse_plan(document)
    assert read.cells[0].languages["zh-Hans"].subject == "您好 $name"
    assert complaints(document) == {}
    text = plan_text(document)
    assert "[cells.languages.zh-Hans]\nsubject = " in text
    assert read_plan_text(text) == document


def test_a_plan_in_one_language_needs_to_say_none() -> None:
    assert parse_plan(PLAN).language == ""
    assert parse_plan(plan(cell())).language == "en"


@pytest.mark.parametrize(
    ("document", "field", "said"),
    [
        (
            plan(cell(zh_Hans=ZH), language=""),
            "language",
            "The plan does not say language: in which language",
        ),
        (plan(cell(en=ZH)), "language", "The cells' own words are in en already"),
        (
            plan(cell(zh_Hans=ZH), cell("b")),
            "language",
            "Every cell is written in the same languages; cell b says",
        ),
        (
            plan(cell(), language="English!"),
            "language",
            "language is the tag of a language such as en or zh-Hans",
        ),
        (plan(cell(中=ZH)), "cells.0.languages", "the language of cell coupon is the tag of a language"),
        (plan(cell(zh_Hans="您好")), "cells.0.languages", "languages of cell coupon holds a section such as"),
        (
            plan(cell(zh_Hans={"titel": "x"})),
            "cells.0.languages",
            "has a field 'titel'; it may have: subject, body.",
        ),
        (
            plan(cell(zh_Hans=ZH | {"subject": ""})),
            "cells.0.languages.zh-Hans.subject",
            "subject of cell coupon (zh-Hans) is a text of 1 to 200 characters.",
        ),
        (
            plan(cell(zh_Hans=ZH | {"body": "$nmae"})),
            "cells.0.languages.zh-Hans.body",
            "body of cell coupon (zh-Hans) has placeholders that nothing stands for: $nmae.",
        ),
        (
            plan(cell(zh_Hans=ZH | {"body": "${link:shop}"})),
            "cells.0.body",
            "body of cell coupon brings in ${link:shop}, but [links] has: nothing.",
        ),
    ],
)
def test_what_is_wrong_is_named_where_it_is(document: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(PlanError) as refused:
        parse_plan(document)
    assert said in str(refused.value)
    assert said in complaints(document)[field]


def shop_of_readers() -> None:
    """Ten customers: c01 to c04 read Chinese, c05 English, c06 French; nothing is known of the others."""
    customers(keys(10))
    told = ["zh", "zh-CN", "中文", "zh_Hant", "en-GB", "fr"]
    lines = [[key, language] for key, language in zip(keys(6), told, strict=True)]
    bring("customers", file_of("languages.csv", "customer,language", lines), "shop")
    Party.objects.update(public_id=F("source_key"))
    orders([(key, day, 100.0) for key in keys(10) for day in ("2025-11-01", "2026-03-10")])
    refresh()


@pytest.mark.requirement("CAMP-23")
def test_the_estimate_says_how_many_read_which_language_and_their_letters_are_in_it() -> None:
    """c01, c02, c08, c09, c10 are written to: two read Chinese, of three nothing is known."""
    shop_of_readers()
    campaign = planned(language="en", cells=[cell(zh_Hans=ZH)])
    found = campaign.estimate
    assert (found["languages"], found["for_want_of_another"]) == ({"en": 3, "zh-Hans": 2}, 3)
    assert estimate_facts(found)["languages"] == (
        "en 3, zh-Hans 2 (3 of those who read en are known to read no other that is written)"
    )
    launched()
    assert set(Message.objects.values_list("language", "stands_for_others", "subject")) == {
        ("en", True, "Hello $name"),
        ("zh-Hans", False, "您好 $name"),
    }
    delivered()


def test_an_estimate_of_one_language_names_none_and_knows_who_would_read_another() -> None:
    shop_of_readers()
    campaign = planned()
    assert "languages" not in campaign.estimate
    assert "languages" not in estimate_facts(campaign.estimate)
    assert campaign.estimate["told_languages"] == {"": 3, "zh": 1, "zh-hans": 1}
    with_chinese = redrawn(parse_plan(plan(cell(zh_Hans=ZH)) | {"control_share": 0.5}), campaign.estimate)
    assert with_chinese["languages"] == {"en": 3, "zh-Hans": 2}
    assert "languages" not in redrawn(parse_plan(PLAN), with_chinese)


def test_readers_are_as_many_as_are_written_to_whatever_the_shares() -> None:
    written = parse_plan(plan(cell(zh_Hans=ZH, fr=ZH)))
    found = readers(written, {"zh": 1, "fr": 1, "": 1}, 100)
    assert found == {"languages": {"en": 34, "zh-Hans": 33, "fr": 33}, "for_want_of_another": 33}
    assert readers(written, {}, 0) == {}
