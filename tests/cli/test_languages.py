"""Everything a user reads is there in 简体中文 and in English, and neither leaks into the other."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from django.utils import translation

from guanxi.cli.speaking import chosen
from guanxi.wording.vocabulary import PHRASES
from guanxi.wording.words import label, phrase, tier_reason, word

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from guanxi.cli import prepare
prepare()
from guanxi.cli.app import app
from guanxi.wording.words import phrase
import typer

def commands(command, names=()):
    yield [*names, "--help"]
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*names, name))

def said(words):
    with redirect_stdout(StringIO()) as kept:
        try:
            app(words, standalone_mode=False, prog_name="guanxi")
        except Exception as error:
            print(phrase(error.format_message() if hasattr(error, "format_message") else str(error)))
    return kept.getvalue()

asked = [*commands(typer.main.get_command(app)), *json.load(sys.stdin)]
json.dump([[words, said(words)] for words in asked], sys.stdout)
"""
"""A process that runs every command's help and then some commands, and tells what each said."""

PLAN = """
code = "k1"
name = "N1"
goal = "return"
offer = "V1"
channel = "email"
start = 2026-01-10T09:00:00
budget = 500
cost_per_contact = 0.10
expected_response_rate = 0.10
expected_margin_per_response = 10
control_share = 0.5
measure_days = 14
pre_days = 14
salt = "s1"
[audience]
op = ">="
field = "indicator.transaction_count"
value = 1
[[cells]]
code = "a1"
subject = "S1"
body = "B1"
"""
REPORTS = (
    "money-deciles", "purchase-deciles", "bands", "layers", "tiers", "moves", "lifetime-value", "acquisition",
)  # fmt: skip
COMMANDS = [
    ["init"],
    ["imports"],
    ["import", "customers", "customers.csv", "--dry-run"],
    ["import", "customers", "customers.csv"],
    ["import", "orders", "orders.csv"],
    ["imports"],
    ["insight", "refresh", "--as-of", "2026-01-09"],
    *(["insight", "show", name] for name in REPORTS),
    ["campaign", "plan", "plan.toml"],
    ["campaign", "launch", "k1", "--at", "2026-01-10T09:00"],
    ["worker", "--once", "--at", "2026-01-10T10:00"],
    ["campaign", "status", "k1"],
    ["campaign", "members", "k1", "--role", "control", "--role", "target", "--role", "suppressed"],
    ["import", "orders", "later.csv"],
    ["insight", "refresh"],
    ["campaign", "results", "k1"],
    ["campaign", "list"],
    ["campaign", "close", "k1", "--analysis", "A1", "--lesson", "L1"],
    ["campaign", "lessons"],
    ["customers", "show", "main:c1"],
    ["customers", "show", "main:c31"],
    ["customers", "merge", "main:c2", "main:c3"],
    ["customers", "show", "main:c2"],
    ["customers", "unmerge", "main:c2"],
    ["settings"],
    ["settings", "set", "universal_holdout", '{"share": 0.1, "salt": "s2"}'],
    ["jobs"],
    ["doctor"],
    ["imports", "undo", "3"],
    # what cannot be done
    ["customers", "show", "main:c77"],
    ["import", "orders", "nowhere.csv"],
    ["import", "customers", "later.csv", "--map", "email=mail1"],
    ["import", "customers", "plan.toml"],
    ["import", "customers", "customers.csv", "--currency", "X1"],
    ["imports", "undo", "77"],
    ["insight", "refresh", "--as-of", "d9"],
    ["insight", "show", "n1"],
    ["insight", "show", "bands", "--more"],
    ["campaign", "plan", "nowhere.toml"],
    ["campaign", "launch", "k1"],
    ["campaign", "pause", "k77"],
    ["campaign", "members", "k1", "--role", "r1"],
    ["settings", "set", "s1", "1"],
    ["settings", "set", "contact_policy", '{"max_contacts": 0}'],
    ["jobs", "cancel", "77"],
]
SPOKEN = {
    # what is typed, and what the world above calls its things
    "Guanxi", "guanxi", "main", "name", "all", "csv", "customers", "orders", "toml", "org", "utf", "sig",
    # names of models, units and file formats
    "NBD", "Pareto", "Gamma", "Holm", "CSV", "Parquet", "JSON", "TOML", "USD", "UTC", "alpha", "gamma", "mean",
    # values that are typed as they stand there
    "merged", "by", "hand", "person", "organisation", "household", "control", "holdout", "suppressed", "target",
    "contacts", "responses", "clicks",
    "sales", "profit", "yes", "worker",
    # keys of fields
    "customer", "product", "order", "date", "time", "amount", "cost", "code", "email", "source", "key",
    # names of settings, and their values as JSON
    "contact", "policy", "insight", "assumptions", "universal", "share", "salt", "true", "false",
}  # fmt: skip
"""Latin words that Chinese output may hold."""
CODE = re.compile(
    r"--[\w-]+|“[^”]*”|'[^']*'|\[\w+\]|\w+=\w+|<[^>]*>|\{\w+\}|\[[A-Z\s\]\[.]+\]|\b[A-Z]{2,}[A-Z_=]*\b|`[^`]*`|\"[^\"]*\"|/\S*|\S+@\S+|\b\w*_\w+\b|%\S+"
)
"""Options, types, keys, addresses and paths."""


@pytest.fixture(scope="module")
def tools() -> ModuleType:
    found = importlib.util.spec_from_file_location("translations", ROOT / "tools" / "translations.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LC_MESSAGES": "zh_SG", "LANG": "en_US.UTF-8"}, "zh-hans"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN.GB18030"}, "zh-hans"),
        ({"GUANXI_LANGUAGE": "zh"}, "zh-hans"),
        ({"GUANXI_LANGUAGE": "zh-CN"}, "zh-hans"),
        ({"GUANXI_LANGUAGE": "zh_CN.UTF-8"}, "zh-hans"),
        ({"GUANXI_LANGUAGE": "zh-Hans", "LANG": "en_US.UTF-8"}, "zh-hans"),
        ({"GUANXI_LANGUAGE": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ({"GUANXI_LANGUAGE": "xx"}, "en"),
    ],
)
def test_the_first_wish_that_is_set_chooses_the_language(environment: dict[str, str], language: str) -> None:
    assert chosen(environment) == language


def test_the_catalogue_is_complete_and_compiled(tools: ModuleType) -> None:
    catalogue = tools.updated(tools.read())

    assert tools.faults(catalogue) == []
    assert tools.stale(catalogue) == [], "run `python tools/translations.py`"


def test_words_of_the_data_are_translated_and_words_of_users_are_not() -> None:
    with translation.override("zh-hans"):
        assert (label("rows_read"), label("my_column")) == ("读取行", "my_column")
        assert (word("published"), word("Ann")) == ("已发布", "Ann")
        assert phrase("occurs already in row 7, which was taken") == "已在第 7 行出现，以该行为准"
        assert phrase("no address for email on record") == "没有电子邮件地址记录"
        assert (
            tier_reason(
                "Migrators: neither most valuable, most growable nor below zero (value layer 3, contribution 1.00 USD)"
            )
            == "游离客户：既非最有价值、最具增长潜力，亦非低于零点（实际价值层 3，贡献 1.00 USD）"
        )
    assert (label("rows_read"), word("published"), phrase("is missing")) == (
        "rows_read",
        "published",
        "is missing",
    )


def test_every_phrase_is_found_by_itself() -> None:
    """A phrase that an earlier one swallows would never be shown."""
    with translation.override("zh-hans"):
        for template in PHRASES:
            filled = re.sub(r"%\((\w+)\)s", "7", template).replace("%%", "%")
            expected = re.sub(r"%\((\w+)\)s", "7", translation.gettext(template)).replace("%%", "%")
            assert phrase(filled) == expected


def world(folder: Path) -> Path:
    """Thirty customers with orders before and after a campaign, one row that is bad, one without consent."""
    people = [f"c{n},N{n},c{n}@x1.org,{'no' if n == 30 else 'yes'}" for n in range(1, 32)]
    before = [
        f"o{n}x{k},c{n},2025-{10 + k:02}-{1 + (n * 3 + k) % 27:02},p{n % 3},{5 + n * (k + 1)}.50,2"
        for n in range(1, 31) for k in range(3) if n % 4 or k == 1
    ]  # fmt: skip
    after = [f"z{n},c{n},2026-01-{12 + n % 17},p1,{3 + n},1" for n in range(1, 31)]
    order = "order,customer,date,product,amount,cost"
    heads = {"customers.csv": "customer,name,email,consent_email", "orders.csv": order}
    rows = {
        "customers.csv": [*people, "c99,N9,n9,q9"],
        "orders.csv": [*before, "o99,c1,d9,p1,x,1"],
    }
    for name, head in heads.items():
        (folder / name).write_text("\n".join([head, *rows[name]]) + "\n", encoding="utf-8")
    (folder / "later.csv").write_text("\n".join([order, *after]) + "\n", encoding="utf-8")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return folder


def outputs(folder: Path, language: str) -> list[tuple[Sequence[str], str]]:
    """What every help page and the main commands say in a language."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GUANXI_", "DATABASE_"))
    }
    own = {
        "GUANXI_HOME": str(folder / "home"),
        "GUANXI_LANGUAGE": language,
        "GUANXI_CURRENCY": "USD",
        "COLUMNS": "200",
        "LOGNAME": "u1",
    }
    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(COMMANDS), env=kept | own, cwd=world(folder), capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Sequence[str], str]]]:
    """Both walks at once."""
    with ThreadPoolExecutor() as both:
        walks = {each: both.submit(outputs, tmp_path_factory.mktemp(each), each) for each in ("zh_CN", "en")}
        return {language: walk.result() for language, walk in walks.items()}


def test_chinese_output_holds_no_english(said: dict[str, list[tuple[Sequence[str], str]]]) -> None:
    foreign = {
        found for words, text in said["zh_CN"] for line in text.splitlines() for found in latin(line, words)
    }

    assert sorted(foreign) == []


def latin(line: str, words: Sequence[str]) -> set[tuple[str, str]]:
    """The English words of a line of Chinese, beside the command that said it; a command's own name is none."""
    if match := re.match(r"  ([a-z_-]+) +\S", line):
        line = line[match.end(1) :]
    found = re.findall(r"(?<![\w.])[A-Za-z]{3,}(?![\w.])", CODE.sub(" ", line.removeprefix("用法：guanxi")))
    typed = {part for word in words for part in word.split("-")}
    return {(" ".join(words), each) for each in found if each not in SPOKEN and each not in typed}


def test_english_output_holds_no_chinese(said: dict[str, list[tuple[Sequence[str], str]]]) -> None:
    foreign = [
        (words, line)
        for words, text in said["en"]
        for line in text.splitlines()
        if re.search(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]", line)
    ]

    assert foreign == []
