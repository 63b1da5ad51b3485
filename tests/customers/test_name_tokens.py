"""The ways in which people write a name, and what somebody who types may mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.customers.names import LONGEST, MOST_READINGS, ways_to_ask, ways_to_write


def is_found(name: str, asked: str) -> bool:
    """Whether somebody who types this means that name."""
    return any(way.startswith(begun) for way in ways_to_write(name) for begun in ways_to_ask(asked))


WAYS = {
    "王伟": ["王伟", "王", "伟", "王 伟", "wangwei", "Wang Wei", "wei wang", "WANGW", "ww"],
    "王小明": ["小明", "xiaoming", "wxm"],
    "欧阳娜娜": ["ouyang nana", "oynn"],
    "北京华为科技有限公司": ["华为", "huawei"],
    "María López": ["mari", "maría", "lopez", "Lopez, Maria"],
    "Anna Maria López": ["anna lopez"],
    "Seán O’Brien": ["o'brien", "OBRIEN"],
    "Łukasz Żak": ["lukasz zak"],
    "Jürgen Weiß": ["jurgen weiss"],
    "Ｗａｎｇ": ["wang"],
    "Иван Петров": ["петров"],
    "玛丽·居里": ["居里"],
    "王伟 (David Wang)": ["david", "wang d", "王伟"],
    "鈴木 一朗": ["鈴木一"],
}
READINGS = {
    "单雄信": ["shanxiongxin"],
    "曾国藩": ["zengguofan", "cengguofan"],
    "仇英": ["qiuying"],
    "解晓东": ["xiexiaodong"],
    "朴树": ["piaoshu"],
    "尉迟恭": ["yuchigong"],
    "万俟卨": ["moqi"],
    "吕布": ["lvbu", "lübu", "lubu", "lyubu"],
    "李乐": ["liyue", "lile"],
    "张茜": ["zhangxi", "zhangqian"],
}


@pytest.mark.parametrize(("name", "asked"), [(name, each) for name, ways in WAYS.items() for each in ways])
def test_a_name_is_meant_by_any_of_its_words_characters_syllables_or_initials(name: str, asked: str) -> None:
    assert is_found(name, asked)


@pytest.mark.parametrize(("name", "said"), [(name, each) for name, said in READINGS.items() for each in said])
def test_surnames_are_read_as_surnames_and_characters_of_two_readings_both_ways(name: str, said: str) -> None:
    assert is_found(name, said)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("王伟", "王芳"),
        ("王伟", "angwei"),
        ("王伟", "伟大"),
        ("María López", "aria"),
        ("王小明", "wm"),
        ("", "a"),
    ],
)
def test_what_is_no_beginning_means_somebody_else(name: str, asked: str) -> None:
    assert not is_found(name, asked)


def test_nothing_but_signs_means_nobody() -> None:
    assert ways_to_ask(" -._'% ") == ways_to_write("—") == []


@given(st.text(max_size=300))
def test_every_name_has_few_short_ways_and_is_found_by_itself(name: str) -> None:
    ways = ways_to_write(name)
    assert len(ways) <= 8 + 6 * (21 + MOST_READINGS * 22)
    assert all(0 < len(way) <= LONGEST for way in ways)
    assert not ways or is_found(name, name)
