"""What a letter says where a name stands, and where none is known."""

from __future__ import annotations

import pytest

from guanxi.outreach.delivery.placeholders import LetterText, links_in, needs_name, unknown_placeholders


@pytest.mark.parametrize(
    ("text", "with_a_name", "without"),
    [
        ("Dear $name,", "Dear Li,", "Dear ,"),
        ("Dear ${name},", "Dear Li,", "Dear ,"),
        ("Dear ${name|customer},", "Dear Li,", "Dear customer,"),
        ("${name|dear friend}: $name", "Li: Li", "dear friend: "),
        ("$ 100 % $, $5, $$name", "$ 100 % $, $5, $name", "$ 100 % $, $5, $name"),
    ],
)
def test_a_name_and_what_stands_in_its_place(text: str, with_a_name: str, without: str) -> None:
    assert LetterText(text).filled({"name": "Li"}) == with_a_name
    assert LetterText(text).filled({"name": ""}) == without


def test_a_name_with_signs_of_its_own_is_put_in_as_it_is() -> None:
    assert LetterText("${name|x}").filled({"name": "$name ${x}"}) == "$name ${x}"


def test_only_a_bare_name_leaves_a_gap() -> None:
    assert [needs_name(text) for text in ("$name", "${name}", "${name|}", "${name|you}", "$$name", "")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_links_and_the_way_out_stand_for_their_addresses() -> None:
    words = {
        "name": "",
        "unsubscribe": "https://a.example/u/1",
        "link:spring-sale.1": "https://a.example/c/1",
    }
    text = "${link:spring-sale.1} ${unsubscribe} $unsubscribe ${link:gone}"
    assert LetterText(text).filled(words) == (
        "https://a.example/c/1 https://a.example/u/1 https://a.example/u/1 ${link:gone}"
    )
    assert LetterText("${unsubscribe|write to us}").filled(words | {"unsubscribe": ""}) == "write to us"
    assert links_in(text) == ["spring-sale.1", "gone"]
    assert unknown_placeholders(text, ["unsubscribe", "link:gone"]) == ["${link:spring-sale.1}"]
