"""The ways in which people write a name: as it is, any of its words first, by pinyin, by initials.

Each way is a token without spaces; whoever types the beginning of one means the name. A token may begin with any word
of a Latin name, and with any character or syllable of a Chinese one, so that one look-up by prefix answers "wang wei",
"Wei Wang", "小明" of 王小明 and "o'brien" alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import islice, product
from typing import Final

LONGEST: Final = 60
"""Characters of a token: so far a name can be told from another."""
MOST_WORDS: Final = 6
MOST_CHARACTERS: Final = 20
MOST_READINGS: Final = 6
_HAN: Final = "㐀-䶿一-鿿豈-﫿\U00020000-\U000323af"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[\s·•・‧]+(?=[{_HAN}])")
_WORD = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
"""Latin letters that Unicode does not take apart into a letter and its accent."""

SURNAMES: Final = {
    "单": "shan", "單": "shan", "解": "xie", "曾": "zeng", "仇": "qiu", "查": "zha", "区": "ou", "區": "ou", "盖": "ge",
    "蓋": "ge", "朴": "piao", "翟": "zhai", "乐": "yue", "樂": "yue", "覃": "qin", "缪": "miao", "繆": "miao",
    "尉": "yu", "黑": "he", "种": "chong", "折": "she", "员": "yun", "秘": "bi", "洗": "xian", "薄": "bo", "柏": "bo",
    "隗": "wei", "那": "nuo", "召": "shao", "句": "gou", "宓": "fu", "乜": "nie", "祭": "zhai", "都": "du",
    "能": "nai", "阚": "kan", "重": "chong", "卜": "bu", "郗": "chi",
}  # fmt: skip
"""Surnames that are read otherwise than the character mostly is."""
COMPOUND: Final = {
    "万俟": "mo qi", "单于": "chan yu", "尉迟": "yu chi", "尉遲": "yu chi", "长孙": "zhang sun", "長孫": "zhang sun",
    **dict.fromkeys(
        (
            "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "皇甫", "令狐", "慕容", "司徒",
            "司空", "夏侯", "公孙", "公孫", "轩辕", "宇文", "端木", "独孤", "南宫", "西门", "东郭", "百里", "呼延",
            "钟离", "鍾離", "濮阳", "淳于", "申屠", "太史", "澹台",
        ),
        "",
    ),
}  # fmt: skip
"""Surnames of two characters, and how those are read that are not read character by character."""
GIVEN: Final = {
    "乐": "yue", "樂": "yue", "茜": "xi", "晟": "sheng", "朝": "zhao", "传": "zhuan", "长": "chang", "重": "chong",
    "行": "hang", "柏": "bo", "蔚": "yu", "颉": "xie", "单": "shan", "曾": "zeng", "娜": "nuo", "莎": "suo",
    "盛": "cheng", "阿": "e", "仔": "zi", "参": "shen", "佛": "fo", "藏": "zang", "珩": "heng", "都": "du",
}  # fmt: skip
"""The other reading of characters that given names, and people, read in two ways."""


def folded(text: str) -> str:
    """Text without its case, width and accents.

    >>> folded("Zoë Łukasz"), folded("１３８"), folded("Straße")
    ('zoe lukasz', '138', 'strasse')
    """
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in apart if unicodedata.category(char) != "Mn").translate(_LETTERS)


def words(text: str) -> list[str]:
    """Words of letters and digits, and runs of Chinese characters, folded.

    >>> words("O’Brien, Jean-Luc"), words("王 伟 Wang")
    (['obrien', 'jean', 'luc'], ['王伟', 'wang'])
    """
    return _WORD.findall(_BETWEEN_HAN.sub("", _APOSTROPHES.sub("", folded(text))))


def ways_to_ask(text: str) -> list[str]:
    """The beginnings of tokens that somebody may mean who types this.

    >>> ways_to_ask("wei wang"), ways_to_ask("王 伟")
    (['weiwang', 'wangwei'], ['王伟'])
    """
    return [turned[:LONGEST] for turned in _turned(words(text)[:MOST_WORDS])]


def ways_to_write(name: str) -> list[str]:
    """All tokens of a name.

    >>> ways_to_write("王伟")
    ['wang', 'wangwei', 'weiwang', 'ww', '伟王', '王', '王伟']
    >>> ways_to_write("Chloé O'Brien")
    ['chloeobrien', 'obrienchloe']
    """
    parts = words(name)[:MOST_WORDS]
    ways = set(_turned([part for part in parts if not _is_han(part)]))
    ways.update(_turned(parts))
    for run in filter(_is_han, parts):
        ways.update(_chinese(run[:MOST_CHARACTERS]))
    return sorted(way[:LONGEST] for way in ways)


def sort_key(name: str) -> str:
    """Where a name stands in a list: by how it is read, as in a directory; the same readings by character.

    >>> sorted(["Zoë", "李雷", "单雄", "wang wei", "王伟"], key=sort_key)
    ['李雷', '单雄', 'wang wei', '王伟', 'Zoë']
    """
    read: list[str] = []
    for part in words(name)[:MOST_WORDS]:
        read += _read_out(part[:MOST_CHARACTERS]) if _is_han(part) else [part]
    return f"{' '.join(read)[:LONGEST]} {name[:LONGEST]}"


def _read_out(run: str) -> list[str]:
    surname = _surname(run)
    return [*_surname_readings(surname)[0], *(_syllable(each)[0] for each in run[len(surname) :])]


def _surname(run: str) -> str:
    return run[:2] if run[:2] in COMPOUND and len(run) > 2 else run[:1]


def _is_han(word: str) -> bool:
    return re.match(f"[{_HAN}]", word) is not None


def _turned(parts: Sequence[str]) -> list[str]:
    """The parts as one word, begun at each of them."""
    return list(dict.fromkeys("".join((*parts[i:], *parts[:i])) for i in range(len(parts))))


def _chinese(run: str) -> set[str]:
    """The ways to write a Chinese name: from each character, by pinyin from each syllable, the surname, initials."""
    surname = _surname(run)
    ways = {surname, *_turned(run)}
    given_names = islice(product(*map(_readings, run[len(surname) :])), MOST_READINGS)
    for family, given in islice(product(_surname_readings(surname), given_names), MOST_READINGS):
        syllables = [*family, *given]
        ways |= {"".join(family), "".join(syllable[0] for syllable in syllables), *_turned(syllables)}
    return ways


@cache
def _surname_readings(surname: str) -> list[tuple[str, ...]]:
    """How a surname is read, in syllables, the surname's own way first."""
    known = COMPOUND.get(surname) or SURNAMES.get(surname, "")
    by_character = product(*map(_syllable, surname))
    return list(dict.fromkeys([*([tuple(known.split())] if known else []), *by_character]))


@cache
def _readings(character: str) -> list[str]:
    other = GIVEN.get(character)
    return list(dict.fromkeys([*_syllable(character), *([other] if other else [])]))


@cache
def _syllable(character: str) -> list[str]:
    """How a character is mostly read; ü as people type it."""
    from pypinyin import lazy_pinyin  # slow to import, and needed for Chinese names only

    [read] = lazy_pinyin(character)
    return [read, read.replace("v", "u"), read.replace("v", "yu")] if "v" in read else [read]
