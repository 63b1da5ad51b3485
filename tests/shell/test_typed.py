"""Numbers in addresses and forms: ASCII digits of a length that the database can hold, or no number at all."""

from __future__ import annotations

import pytest

from guanxi.shell.typed import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("42", 42), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1.0", "²", "٣", "４", "1\0", "9" * 19, "9" * 5_000])
def test_anything_else_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_a_place_may_ask_for_fewer_digits() -> None:
    assert (whole_number("999", 3), whole_number("1000", 3)) == (999, None)
