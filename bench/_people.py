"""A file of customers as a large retailer's would be: twenty facts each, and one in fourteen is called 王.

python -m bench._people CUSTOMERS FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

SEED = 20
PART = 100_000
WANG = 0.07
"""The share of all customers who are called 王."""
CHINESE = 0.65
FAMILY = (
    "李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文辉红建宁安晨雨欣浩宇子轩梓涵佳怡思琪俊凯博鑫志国春梅玲燕"
    "晓东海波峰云龙飞翔婷雪莉萍琳珊倩颖慧洁嘉诗若瑶可馨天佑泽昊然逸晟铭瑞祥福荣贵宝光亮新成林森家豪振兴永庆"
)
LATIN_GIVEN = (
    *(
        "Anna",
        "Ben",
        "Chloé",
        "David",
        "Elena",
        "Felix",
        "Grace",
        "Hugo",
        "Inès",
        "Jakob",
        "Karin",
        "Liam",
        "Mia",
    ),
    *(
        "Noah",
        "Olga",
        "Paul",
        "Rosa",
        "Samuel",
        "Tara",
        "Zoë",
        "Maria",
        "Marie",
        "Mario",
        "Marit",
        "Jürgen",
        "Åsa",
    ),
)
LATIN_FAMILY = (
    *(
        "Almeida",
        "Becker",
        "Costa",
        "Dubois",
        "Evans",
        "Fischer",
        "García",
        "Hughes",
        "Ivanov",
        "Jensen",
        "Kovač",
    ),
    *(
        "Lindqvist",
        "Müller",
        "Novák",
        "O'Brien",
        "Pereira",
        "Quinn",
        "Rossi",
        "Smith",
        "Tan",
        "Łukasik",
        "Öberg",
    ),
)
CITIES = (
    "上海",
    "北京",
    "广州",
    "成都",
    "杭州",
    "武汉",
    "London",
    "Lisbon",
    "Berlin",
    "Dublin",
    "Porto",
    "Leeds",
)
CATEGORIES = {
    "city": CITIES,
    "segment": ("young family", "student", "retired", "couple", "single"),
    "membership": ("gold", "silver", "bronze", "none"),
    "language": ("zh", "en"),
    "payment": ("card", "cash", "wallet", "transfer"),
    "store": tuple(f"store {number}" for number in range(60)),
    "hobby": ("tea", "sport", "books", "travel", "cooking", "music"),
    "occupation": ("teacher", "engineer", "nurse", "driver", "clerk", "farmer", "other"),
    "education": ("school", "college", "university"),
    "device": ("phone", "tablet", "desktop"),
}
NUMBERS = {
    "birth_year": (1945, 2006), "children": (0, 5), "income_band": (1, 10), "household_size": (1, 7),
    "cars": (0, 3), "visits_planned": (0, 30), "distance_km": (1, 200),
}  # fmt: skip


def write_people(path: Path, customers: int) -> None:
    """The file, part by part: customer, name, e-mail, mobile, two consents, and facts, twenty in all."""
    random = np.random.default_rng(SEED)
    writer: pa.parquet.ParquetWriter | None = None
    for start in range(0, customers, PART):
        part = _part(start, min(PART, customers - start), random)
        writer = writer or pa.parquet.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer:
        writer.close()


def _part(start: int, count: int, random: np.random.Generator) -> pa.Table:
    numbers = pa.array(np.arange(start + 1, start + count + 1)).cast(pa.string())
    given, family = _picked(LATIN_GIVEN, count, random), _picked(LATIN_FAMILY, count, random)
    chinese = pa.array(random.random(count) < CHINESE)
    local = pc.binary_join_element_wise(pc.ascii_lower(_plain(family)), numbers, ".")
    tails = pa.array(random.integers(10**9, 10**10, count)).cast(pa.string())
    columns = {
        "customer": pc.binary_join_element_wise("C", pc.utf8_lpad(numbers, 7, padding="0"), ""),
        "name": pc.if_else(chinese, _chinese(count, random), pc.binary_join_element_wise(given, family, " ")),
        "email": pc.binary_join_element_wise(local, "example.com", "@"),
        "mobile": pc.binary_join_element_wise("+861", tails, ""),
        "consent_email": pa.array(random.random(count) < 0.8).cast(pa.string()),
        "consent_sms": pa.array(random.random(count) < 0.5).cast(pa.string()),
        "acquisition_channel": _picked(("shop", "web", "friend", "fair"), count, random),
        "acquired_on": pa.array(random.integers(18_000, 19_500, count).astype("datetime64[D]")).cast(
            pa.string()
        ),
    }
    columns |= {name: _picked(choices, count, random) for name, choices in CATEGORIES.items()}
    columns |= {
        name: pa.array(random.integers(low, high, count)).cast(pa.string())
        for name, (low, high) in NUMBERS.items()
    }
    return pa.table(columns)


def _chinese(count: int, random: np.random.Generator) -> pa.Array:
    is_wang = pa.array(random.random(count) < WANG / CHINESE)
    family = pc.if_else(is_wang, "王", _picked(tuple(FAMILY), count, random))
    second = _picked((*GIVEN, *[""] * (len(GIVEN) // 3)), count, random)
    return pc.binary_join_element_wise(family, _picked(tuple(GIVEN), count, random), second, "")


def _plain(names: pa.Array) -> pa.Array:
    """Names as they stand in addresses: letters only."""
    return pc.replace_substring_regex(names, "[^A-Za-z]", "")


def _picked(choices: tuple[str, ...], count: int, random: np.random.Generator) -> pa.Array:
    return pa.array(choices).take(pa.array(random.integers(0, len(choices), count)))


if __name__ == "__main__":
    write_people(Path(sys.argv[2]), int(sys.argv[1]))
