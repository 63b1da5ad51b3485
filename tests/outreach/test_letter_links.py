"""What a letter says where its customer may leave or follow a link, and what the tokens in it can do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from outreach.world import ALICE, NOON, admit, customer

from guanxi.outreach import services
from guanxi.outreach.delivery.letters import Claimed, Letter, LinkTo, email_of
from guanxi.outreach.delivery.trial import send_trial
from guanxi.outreach.links import Clicked, clicked_by, contact_of
from guanxi.outreach.models import Contact, Link
from guanxi.outreach.worker import run_worker

PUBLIC = "https://crm.example.com"
BODY = "Dear $name, look: ${link:shop}\nNo more letters: ${unsubscribe|answer this letter}"
SHOP = "https://shop.example.com/spring?a=1&b=2"


def letter(number: int = 7, subject: str = "Hello $name") -> Letter:
    contact = Claimed(number, 1, 1, "a", "email", "ann@example.com", 0)
    return Letter(contact, subject, BODY, "Ann", [LinkTo("shop", 3, SHOP)])


def read(letter: Letter) -> EmailMessage:
    sent = email_of(letter, datetime(2026, 3, 16, 12, tzinfo=UTC)).message().as_bytes(linesep="\r\n")
    return message_from_bytes(sent, policy=policy.default)  # type: ignore[return-value]


def test_every_letter_has_the_button_of_mail_programs_and_its_own_links(settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC
    mail = read(letter())
    leave = str(mail["List-Unsubscribe"]).strip("<>")
    assert leave.startswith(f"{PUBLIC}/u/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    shown = mail.get_content()
    assert f"No more letters: {leave}" in shown
    link = re.search(r"look: (\S+)", shown)[1]
    assert link.startswith(f"{PUBLIC}/c/")
    assert "shop.example.com" not in shown
    assert contact_of(leave.rpartition("/")[2]) == 7
    assert clicked_by(link.rpartition("/")[2]) == Clicked(7, 3)


@pytest.mark.parametrize("subject", ["Hello", "您好", "您好 " * 20])
def test_the_address_to_leave_at_stays_on_one_line(subject: str, settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC + ".a-rather-long-name-of-a-server.example.com"
    sent = email_of(letter(subject=subject), NOON).message().as_bytes()
    (line,) = [line for line in sent.split(b"\n") if line.startswith(b"List-Unsubscribe:")]
    assert line.endswith(b">")
    assert len(line) > 78


def test_without_a_public_address_the_links_lead_straight_to_the_shop(settings: Any) -> None:
    settings.PUBLIC_URL = ""
    mail = read(letter())
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    assert mail.get_content() == f"Dear Ann, look: {SHOP}\r\nNo more letters: answer this letter"


def test_one_click_is_promised_over_https_alone(settings: Any) -> None:
    settings.PUBLIC_URL = "http://crm.example.com"
    mail = read(letter())
    assert mail["List-Unsubscribe"] is not None
    assert mail["List-Unsubscribe-Post"] is None


def test_a_letter_that_is_tried_out_takes_nobody_off_any_list(settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC
    mail = read(letter(number=-5))
    assert mail["List-Unsubscribe"] is None
    assert SHOP in mail.get_content()


def test_a_token_is_good_for_one_purpose_and_cannot_be_changed(settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC
    leave = str(read(letter())["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    link = re.search(r"/c/(\S+)", read(letter()).get_content())[1]
    assert clicked_by(leave) is None
    assert contact_of(link) is None
    number, _, sign = leave.partition(".")
    for wrong in (
        f"8.{sign}",
        f"{number}.{sign[:-1]}",
        f"{number}{sign}",
        number,
        "",
        ".",
        "x" * 5000,
        f"-{leave}",
    ):
        assert contact_of(wrong) is None
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert contact_of(leave) == 7
    settings.SECRET_KEY_FALLBACKS = []
    assert contact_of(leave) is None


@pytest.mark.django_db(transaction=True)
def test_a_campaigns_letters_lead_to_the_addresses_that_it_stored(home: Path, settings: Any) -> None:
    settings.PUBLIC_URL, settings.EMAIL_BACKEND = PUBLIC, "guanxi.outreach.outbox.OutboxBackend"
    for campaign, name in ((1, "ann"), (2, "bea")):
        services.prepare(campaign_id=campaign, actor=ALICE)
        services.write_links(campaign, {"shop": f"{SHOP}&campaign={campaign}"})
        services.write_messages(campaign, {"a": ("Hello", BODY)})
        admit(customer(name), campaign=campaign)
        services.start(campaign_id=campaign, actor=ALICE)
    run_worker(once=True, connections=1, now=lambda: NOON)
    for file in (home / "outbox").glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        clicked = clicked_by(re.search(r"/c/(\S+)", mail.get_content())[1])
        contact, link = Contact.objects.get(pk=clicked.contact_id), Link.objects.get(pk=clicked.link_id)
        assert mail["To"] == contact.address
        assert link.campaign_id == contact.campaign_id
    assert len(list((home / "outbox").glob("*.eml"))) == 2


def test_a_trial_letter_leads_straight_to_the_shop(home: Path, settings: Any) -> None:
    settings.PUBLIC_URL, settings.EMAIL_BACKEND = PUBLIC, "guanxi.outreach.outbox.OutboxBackend"
    words = {"subject": "Hello", "body": BODY, "name": "Mia", "links": {"shop": SHOP}}
    assert send_trial(address="mia@example.com", **words, at=NOON).state == "delivered"
    (file,) = (home / "outbox").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["List-Unsubscribe"] is None
    assert f"look: {SHOP}" in mail.get_content()
