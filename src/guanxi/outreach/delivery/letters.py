"""What each contact says: names, texts, links, and a last look at consent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

from guanxi.customers.models import Fact
from guanxi.outreach.delivery.mail import ONE_CLICK, UNSUBSCRIBE, PlainMail
from guanxi.outreach.delivery.placeholders import LINK, UNSUBSCRIBE_LINE, LetterText
from guanxi.outreach.gate import Held, Known, customer_addresses, identify, without_consent
from guanxi.outreach.languages import FACT, language_for, unsubscribe_line
from guanxi.outreach.links import click_address, unsubscribe_address
from guanxi.outreach.models import Contact, Link, Message
from guanxi.outreach.policy import ContactPolicy

SENT_CHANNELS = ("email",)
"""Channels with something behind them that sends."""
UNDONE = Held("import undone", "the import that brought the address was undone")
"""Why nobody is written to whose import was taken back, whatever the consent policy says."""


@dataclass(frozen=True)
class Claimed:
    """A ledger row that this worker has taken."""

    contact_id: int
    campaign_id: int
    party_id: int
    cell: str
    channel: str
    address: str
    attempts: int


class LinkTo(NamedTuple):
    """A link of the campaign: its name, its number among the stored ones, and where it leads."""

    name: str
    link_id: int
    address: str


@dataclass(frozen=True)
class Letter:
    """A claimed contact with its words."""

    contact: Claimed
    subject: str
    body: str
    name: str
    links: Sequence[LinkTo] = ()
    language: str = ""
    """That of its words; empty where the plan does not say."""


@dataclass(frozen=True)
class Ending:
    """How a contact leaves this worker's hands."""

    contact_id: int
    state: str
    error: str = ""
    again_at: datetime | None = None
    """When a planned one may be tried again, if the channel asked us to wait."""

    @property
    def is_lost(self) -> bool:
        """Whether the connection was lost before the message left."""
        return self.state == Contact.State.PLANNED and self.again_at is None


def write_letters(claimed: Sequence[Claimed], policy: ContactPolicy) -> tuple[list[Letter], list[Ending]]:
    """Find the words for claimed contacts; those that cannot or may not go end here."""
    known = identify([contact.party_id for contact in claimed], lock=False)
    texts = _texts(claimed)
    names, links = _names(known), _links(claimed)
    languages = _languages(known) if any(len(written) > 1 for written in texts.values()) else {}
    refused = _refused(claimed, known, policy)
    letters, endings = [], []
    for contact in claimed:
        written = texts.get((contact.campaign_id, contact.cell), {})
        text = text_for(languages.get(known.customers[contact.party_id], ""), written)
        if ending := _cannot_go(contact, text, refused):
            endings.append(ending)
        elif text:
            name = names.get(known.customers[contact.party_id], "")
            leads = links.get(contact.campaign_id, ())
            letters.append(Letter(contact, text.subject, text.body, name, leads, text.language))
    return letters, endings


def text_for(told: str, written: Mapping[str, Message]) -> Message | None:
    """Of a cell's messages by language the one for a customer told to read one; None where there is none at all."""
    if chosen := language_for(told, list(written)):
        return written[chosen]
    return next((message for message in written.values() if message.stands_for_others), None)


def email_of(letter: Letter, at: datetime) -> PlainMail:
    """The message; a customer's name cannot add a header, and a contact always has the same Message-ID."""
    number, name = letter.contact.contact_id, {"name": _one_line(letter.name)}
    leave = unsubscribe_address(number)
    words = name | {"unsubscribe": leave} | _addresses(letter)
    if UNSUBSCRIBE_LINE in letter.body:
        words[UNSUBSCRIBE_LINE] = unsubscribe_line(leave, letter.language)
    sender = settings.DEFAULT_FROM_EMAIL
    identity = salted_hmac("guanxi.outreach.message", str(number)).hexdigest()[:32]
    domain = sender.rpartition("@")[2].strip("> ")
    return PlainMail(
        subject=_one_line(LetterText(letter.subject).filled(name)),
        body=LetterText(letter.body).filled(words),
        from_email=sender,
        to=[letter.contact.address],
        headers={
            "Message-ID": f"<{identity}@{domain}>",
            "Date": format_datetime(at),
            **_way_out(leave),
            **({"Content-Language": letter.language} if letter.language else {}),
        },
    )


def _way_out(leave: str) -> dict[str, str]:
    """The button of mail programs to unsubscribe by (RFC 2369), with one click where it is https (RFC 8058)."""
    if not leave:
        return {}
    one_click = {ONE_CLICK: "List-Unsubscribe=One-Click"} if leave.startswith("https:") else {}
    return {UNSUBSCRIBE: f"<{leave}>"} | one_click


def _addresses(letter: Letter) -> dict[str, str]:
    number = letter.contact.contact_id
    return {LINK + name: click_address(number, link, address) for name, link, address in letter.links}


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _texts(claimed: Sequence[Claimed]) -> dict[tuple[int, str], dict[str, Message]]:
    """Campaign and cell → language → what it says."""
    found: dict[tuple[int, str], dict[str, Message]] = {}
    messages = Message.objects.filter(campaign_id__in={contact.campaign_id for contact in claimed})
    for message in messages.order_by("pk"):
        found.setdefault((message.campaign_id, message.cell), {})[message.language] = message
    return found


def _links(claimed: Sequence[Claimed]) -> dict[int, list[LinkTo]]:
    """Campaign → its links."""
    found: dict[int, list[LinkTo]] = {}
    links = Link.objects.filter(campaign_id__in={contact.campaign_id for contact in claimed})
    for link in links.order_by("pk"):
        found.setdefault(link.campaign_id, []).append(LinkTo(link.name, link.pk, link.address))
    return found


def _names(known: Known) -> dict[int, str]:
    """Customer → name: of the customer's own record before a merged one, the latest first."""
    facts = Fact.objects.visible().filter(party__in=list(known.records), attribute__code="name")
    found: dict[int, tuple[bool, str]] = {}
    for party, name in facts.order_by("observed_on", "id").values_list("party_id", "value_text"):
        customer = known.records[party]
        if customer not in found or party == customer or not found[customer][0]:
            found[customer] = (party == customer, name)
    return {customer: name for customer, (_, name) in found.items()}


def _languages(known: Known) -> dict[int, str]:
    """Customer → the language last told of any of their records, as conditions have it (`fact.language`)."""
    facts = Fact.objects.visible().filter(
        party__in=list(known.records), attribute__code=FACT, attribute__identifying=False
    )
    told = facts.order_by("observed_on", "id").values_list("party_id", "value_text")
    return {known.records[party]: language for party, language in told}


def told_language(customer_id: int) -> str:
    """The language that a customer is known to read; empty where nothing is known."""
    return _languages(identify([customer_id], lock=False)).get(customer_id, "")


def _refused(claimed: Sequence[Claimed], known: Known, policy: ContactPolicy) -> dict[int, Held]:
    """Contact → why not: consent may have been withdrawn, or the address taken back, since it was planned."""
    refused = {}
    for channel in {contact.channel for contact in claimed}:
        held = without_consent(known, channel, policy) | _taken_back(known, channel)
        for contact in claimed:
            why = held.get(known.customers[contact.party_id])
            if contact.channel == channel and why:
                refused[contact.contact_id] = why
    return refused


def _taken_back(known: Known, channel: str) -> dict[int, Held]:
    """Everybody on the ledger had an address; only taking back the import that brought it leaves them without."""
    if channel not in SENT_CHANNELS:
        return {}
    found = customer_addresses(known, channel)
    return {customer: UNDONE for customer in known.customers.values() if customer not in found}


def _cannot_go(contact: Claimed, text: Message | None, refused: dict[int, Held]) -> Ending | None:
    if why := refused.get(contact.contact_id):
        return Ending(contact.contact_id, Contact.State.CANCELLED, f"{why.reason}: {why.detail}")
    if contact.channel not in SENT_CHANNELS:
        return Ending(contact.contact_id, Contact.State.FAILED, f"no gateway for channel {contact.channel}")
    if text is None:
        return Ending(contact.contact_id, Contact.State.FAILED, f"cell {contact.cell} has no message")
    return None
