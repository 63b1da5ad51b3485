"""Which links a plan may have, and which its letters may bring in."""

from __future__ import annotations

from typing import Any

import pytest
from campaigns.world import PLAN

from guanxi.campaigns.plans import PlanError, complaints, parse_plan

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example.com/spring?from=letter"


def with_links(links: Any, body: str = "Look: ${link:shop}") -> dict[str, Any]:
    return PLAN | {"links": links, "cells": [{"code": "coupon", "subject": "Hello", "body": body}]}


def test_a_letter_brings_in_a_link_by_its_name() -> None:
    assert parse_plan(with_links({"shop": SHOP})).links == {"shop": SHOP}
    assert complaints(with_links({"shop": SHOP})) == {}
    assert parse_plan(PLAN).links == {}


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ([SHOP], 'links is a section of at most 50 lines such as shop = "https://shop.example.com".'),
        (
            {f"l{number}": SHOP for number in range(51)},
            'links is a section of at most 50 lines such as shop = "https://shop.example.com".',
        ),
        (
            {"the shop": SHOP},
            "the name of a link is 1 to 40 letters, digits, dots, dashes or underscores, not 'the shop'.",
        ),
        (
            {"shop": "javascript:alert(1)"},
            "link shop: 'javascript:alert(1)' is not a web address such as https://shop.example.com/spring.",
        ),
        (
            {"shop": "//shop.example.com"},
            "link shop: '//shop.example.com' is not a web address such as https://shop.example.com/spring.",
        ),
        (
            {"shop": "https://a:b@shop.example.com"},
            "link shop: A web address may hold no user name and no password.",
        ),
        ({"shop": 5}, "link shop: A web address is a text of 1 to 2,000 characters."),
        ({"other": SHOP}, "body of cell coupon brings in ${link:shop}, but [links] has: other."),
        ({}, "body of cell coupon brings in ${link:shop}, but [links] has: nothing."),
    ],
)
def test_a_link_at_fault_is_named(links: Any, said: str) -> None:
    with pytest.raises(PlanError) as refused:
        parse_plan(with_links(links))
    assert str(refused.value) == said
    assert said in complaints(with_links(links)).values()


@pytest.mark.parametrize("sign", ["\n", "\t", " ", "\x7f", "\u200b", "\\"])
def test_no_sign_that_programs_read_in_different_ways(sign: str) -> None:
    with pytest.raises(PlanError, match="holds a space or a character that no web address has"):
        parse_plan(with_links({"shop": f"https://shop.example.com/{sign}x"}))


def test_a_subject_brings_in_the_name_alone() -> None:
    document = with_links({"shop": SHOP})
    document["cells"] = [{"code": "coupon", "subject": "${link:shop}", "body": "x"}]
    with pytest.raises(PlanError, match=r"subject of cell coupon has placeholders .*: \$\{link:shop\}"):
        parse_plan(document)
