"""Which language a letter goes out in, and what follows it."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from outreach.world import ALICE, NOON, admit, customer, merged

from guanxi.customers.models import Attribute, Fact, Party
from guanxi.outreach import services
from guanxi.outreach.languages import language_for, unsubscribe_line
from guanxi.outreach.worker import run_worker

ENGLISH, CHINESE = (
    ("Hello $name", "Look.\n${unsubscribe_line}"),
    ("您好 $name", "请看。\n${unsubscribe_line}"),
)


def reads(party: Party, language: str, on: str = "2026-01-01", *, identifying: bool = False) -> Party:
    attribute, _ = Attribute.objects.get_or_create(
        code="language", defaults={"label": "language", "identifying": identifying}
    )
    Fact.objects.create(
        party=party,
        attribute=attribute,
        value_text=language,
        source="crm",
        observed_on=date.fromisoformat(on),
    )
    return party


def sent(home: Path, *parties: Party, written: bool = True) -> dict[str, EmailMessage]:
    """Address → what arrived, of a campaign written in English and, if so wished, in Chinese."""
    services.prepare(campaign_id=1, actor=ALICE)
    services.write_messages(1, {"a": ENGLISH}, language="en" if written else "")
    if written:
        services.write_messages(1, {"a": CHINESE}, language="zh-Hans", stands_for_others=False)
    admit(*parties)
    services.start(campaign_id=1, actor=ALICE)
    run_worker(once=True, connections=1, now=lambda: NOON)
    files = (home / "outbox").glob("*.eml")
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return {str(mail["To"]).partition("@")[0]: mail for mail in mails}  # type: ignore[misc]


@pytest.fixture(autouse=True)
def outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    settings.PUBLIC_URL = "https://crm.example.com"


@pytest.mark.django_db(transaction=True)
def test_everybody_reads_their_language_and_the_stated_one_where_theirs_is_not_written(home: Path) -> None:
    zhang = reads(reads(customer("zhang", name="Zhang"), "en", "2025-01-01"), "zh_CN")
    mails = sent(home, zhang, reads(customer("ann"), "en-GB"), reads(customer("luc"), "fr"), customer("bob"))
    assert {
        name: (str(mail["Subject"]).strip(), mail["Content-Language"]) for name, mail in mails.items()
    } == {
        "zhang": ("您好 Zhang", "zh-Hans"),
        "ann": ("Hello", "en"),
        "luc": ("Hello", "en"),
        "bob": ("Hello", "en"),
    }
    assert "不想再收到我们的来信：https://crm.example.com/u/" in mails["zhang"].get_content()
    assert "No more letters from us: https://crm.example.com/u/" in mails["bob"].get_content()


@pytest.mark.django_db(transaction=True)
def test_the_latest_language_of_any_record_counts_as_it_does_in_conditions(home: Path) -> None:
    zhang, before = reads(customer("zhang"), "en", "2025-01-01"), reads(customer("old"), "zh", "2026-01-01")
    merged(before, zhang)
    assert sent(home, zhang)["zhang"]["Content-Language"] == "zh-Hans"


@pytest.mark.django_db(transaction=True)
def test_a_language_that_says_who_somebody_is_is_not_looked_at(home: Path) -> None:
    mails = sent(home, reads(customer("zhang"), "zh", identifying=True))
    assert mails["zhang"]["Content-Language"] == "en"


@pytest.mark.django_db(transaction=True)
def test_a_letter_in_one_language_goes_to_all_and_names_none(home: Path) -> None:
    mails = sent(home, reads(customer("zhang"), "zh"), customer("bob"), written=False)
    assert {str(mail["Subject"]).strip() for mail in mails.values()} == {"Hello"}
    assert mails["zhang"]["Content-Language"] is None


@pytest.mark.parametrize(
    ("told", "written", "read"),
    [
        ("zh-Hans-CN", ["en", "zh-Hans"], "zh-Hans"),
        ("zh-Hant", ["en", "zh-Hans"], "zh-Hans"),
        ("zh-Hant", ["zh-Hans", "zh-TW"], "zh-TW"),
        ("Chinese", ["en", "zh-Hans"], "zh-Hans"),
        ("EN_us", ["en-GB", "zh-Hans"], "en-GB"),
        ("zhx", ["zh-Hans"], ""),
        ("nothing we know", ["en"], ""),
        ("de", [""], ""),
    ],
)
def test_the_nearest_language_is_read(told: str, written: list[str], read: str) -> None:
    assert language_for(told, written) == read


def test_the_sentence_to_unsubscribe_by_follows_the_letter_and_is_nothing_without_an_address() -> None:
    there = "https://crm.example.com/u/x"
    assert unsubscribe_line(there, "en-GB") == f"No more letters from us: {there}"
    assert unsubscribe_line(there, "fr") == there
    assert unsubscribe_line(there, "") == f"No more letters from us: {there}"
    assert unsubscribe_line("", "en") == ""
