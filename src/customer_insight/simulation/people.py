"""Names and facts for simulated customers: invented, and addressed where nothing can arrive (RFC 2606)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_insight.simulation.habits import Habits
from customer_insight.simulation.streams import stream

CHINESE_FAMILY: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾"
CHINESE_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文辉红建宁安晨雨欣"
LATIN_FAMILY: Final = (
    *("Almeida", "Becker", "Costa", "Dubois", "Evans", "Fischer", "García", "Hughes", "Ivanov", "Jensen"),
    *("Kovač", "Lindqvist", "Müller", "Novák", "O'Brien", "Pereira", "Quinn", "Rossi", "Smith", "Tan"),
)
LATIN_GIVEN: Final = (
    *("Anna", "Ben", "Chloé", "David", "Elena", "Felix", "Grace", "Hugo", "Inès", "Jakob"),
    *("Karin", "Liam", "Mia", "Noah", "Olga", "Paul", "Rosa", "Samuel", "Tara", "Zoë"),
)
CITIES: Final = {
    "zh": ("上海", "北京", "广州", "成都", "杭州", "武汉"),
    "en": ("London", "Lisbon", "Berlin", "Dublin", "Porto", "Leeds"),
}
CHINESE_SHARE: Final = 0.6


def people(habits: Habits) -> pa.Table:
    """One row per customer: ``customer_id``, ``customer_key``, ``name``, ``email``, ``language`` (zh or
    en), ``city``, ``birth_year``, ``email_consent``, ``sms_consent``, ``joined_day`` (the first purchase).

    >>> from customer_insight.simulation import draw_habits
    >>> people(draw_habits(3, seed=1, start_day=17000, days=30))["email"].to_pylist()
    ['c0000001@example.com', 'c0000002@example.com', 'c0000003@example.com']
    """
    random, count = stream(habits.seed, "people"), habits.customers
    keys = habits.keys()
    chinese = pa.array(random.random(count) < CHINESE_SHARE)
    zh, en = (_names(language, count, random) for language in ("zh", "en"))
    zh_city, en_city = (_picked(CITIES[language], count, random) for language in ("zh", "en"))
    return pa.table(
        {
            "customer_id": np.arange(1, count + 1),
            "customer_key": keys,
            "name": pc.if_else(chinese, zh, en),
            "email": pc.binary_join_element_wise(pc.utf8_lower(keys), "example.com", "@"),
            "language": pc.if_else(chinese, "zh", "en"),
            "city": pc.if_else(chinese, zh_city, en_city),
            "birth_year": random.integers(1945, 2006, count),
            "email_consent": random.random(count) < 0.8,
            "sms_consent": random.random(count) < 0.5,
            "joined_day": habits.first_day,
        }
    )


def _names(language: str, count: int, random: np.random.Generator) -> Any:
    if language == "en":
        given, family = (_picked(names, count, random) for names in (LATIN_GIVEN, LATIN_FAMILY))
        return pc.binary_join_element_wise(given, family, " ")
    # Given names have one or two characters; a quarter have one.
    family, first = (_picked(tuple(text), count, random) for text in (CHINESE_FAMILY, CHINESE_GIVEN))
    second = _picked((*CHINESE_GIVEN, *[""] * (len(CHINESE_GIVEN) // 3)), count, random)
    return pc.binary_join_element_wise(family, first, second, "")


def _picked(choices: tuple[str, ...], count: int, random: np.random.Generator) -> Any:
    return pa.array(choices).take(pa.array(random.integers(0, len(choices), count)))
