"""What happened with a customer, all kinds on one line of time, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.commerce.queries import (
    latest_closed,
    latest_costs,
    latest_invoices,
    latest_opportunities,
    latest_orders,
    latest_receipts,
)
from guanxi.foundation import clock
from guanxi.foundation.money import format_money
from guanxi.insight.queries import moves_of
from guanxi.interactions.queries import latest_interactions
from guanxi.outreach.models import Click, Contact, Suppression
from guanxi.wording.words import phrase, word

SHOWN: Final = 50
PURCHASE, CAMPAIGN, CONTACT = gettext_noop("Purchase"), gettext_noop("Campaign"), gettext_noop("Contact")
RESPONSE, HELD, TIER = gettext_noop("Response"), gettext_noop("Held back"), gettext_noop("Tier")
CLICK, INTERACTION, OPPORTUNITY = (
    gettext_noop("Click"),
    gettext_noop("Interaction"),
    gettext_noop("Opportunity"),
)
INVOICE, RECEIPT, COST = gettext_noop("Invoice"), gettext_noop("Receipt"), gettext_noop("Cost to serve")


@dataclass(frozen=True)
class Event:
    """Something that happened, when, and the campaign that it belongs to."""

    at: datetime
    kind: str
    """One of the names above, such as Purchase or Held back."""
    text: str
    campaign: str = ""
    is_day: bool = False
    """Whether only the day is known."""
    private: str = ""
    """More of it, for those who may see addresses: what people wrote down may hold some."""

    @property
    def label(self) -> str:
        """Its kind in the reader's language."""
        return _(self.kind)

    def told(self, sees_addresses: bool) -> str:
        """What somebody reads of it."""
        return f"{self.text} · {self.private}" if self.private and sees_addresses else self.text

    @property
    def day(self) -> str:
        """The business's day."""
        return clock.business_date(self.at).isoformat()


def timeline(party_ids: Sequence[int], most: int = SHOWN) -> list[Event]:
    """The newest of everything, so many; each kind is read only as far as it can be shown."""
    events = [
        *_orders(party_ids, most),
        *_invoices(party_ids, most),
        *_receipts(party_ids, most),
        *_costs(party_ids, most),
        *_opportunities(party_ids, most),
        *_interactions(party_ids, most),
        *_memberships(party_ids, most),
        *_contacts(party_ids, most),
        *_clicks(party_ids, most),
        *_responses(party_ids, most),
        *_suppressions(party_ids, most),
        *_moves(party_ids, most),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)[:most]


def _orders(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    for order in latest_orders(party_ids, most):
        text = _("%(order)s: %(amount)s, lines: %(lines)s") % {
            "order": order.source_key,
            "amount": format_money(order.amount, order.currency),
            "lines": order.line_count,
        }
        yield Event(order.placed_at, PURCHASE, f"{text} · {order.store}" if order.store else text)


def _invoices(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    for detail in latest_invoices(party_ids, most):
        known = {"invoice": detail.invoice.source_key, "amount": format_money(detail.amount, detail.currency)}
        if detail.due_on:
            known["day"] = detail.due_on.isoformat()
            text = _("%(invoice)s: %(amount)s, due on %(day)s") % known
        else:
            text = "{invoice}: {amount}".format(**known)
        yield _on_day(detail.issued_on, INVOICE, text)


def _receipts(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    for receipt in latest_receipts(party_ids, most).prefetch_related("allocations__invoice"):
        text = f"{receipt.source_key}: {format_money(receipt.amount, receipt.currency)}"
        paid = ", ".join(sorted(part.invoice.source_key for part in receipt.allocations.all()))
        yield _on_day(
            receipt.received_on,
            RECEIPT,
            text + (" · " + _("for %(invoices)s") % {"invoices": paid} if paid else ""),
        )


def _costs(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    for cost in latest_costs(party_ids, most):
        yield _on_day(cost.booked_on, COST, f"{word(cost.kind)}: {format_money(cost.amount, cost.currency)}")


def _opportunities(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    """An opportunity stands twice where it was closed: on the day it was opened and on the day it was won or lost."""
    for chance in latest_opportunities(party_ids, most):
        text = _("%(opportunity)s: opened, %(amount)s expected") % {
            "opportunity": chance.name or chance.source_key,
            "amount": format_money(chance.expected_amount, chance.currency),
        }
        yield _on_day(chance.opened_on, OPPORTUNITY, text)
    for chance in latest_closed(party_ids, most):
        yield _on_day(
            chance.closed_on, OPPORTUNITY, f"{chance.name or chance.source_key}: {word(chance.outcome)}"
        )


def _interactions(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    for touch in latest_interactions(party_ids, most):
        words = (touch.direction, touch.channel, touch.feedback_kind)
        text = ", ".join(str(word(each)) for each in words if each)
        private = " · ".join(each for each in (touch.summary, touch.outcome, touch.employee) if each)
        yield Event(touch.happened_at, INTERACTION, text, private=private)


def _memberships(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    """The campaigns that chose the customer, on the day from which they are measured."""
    members = Member.objects.visible().filter(party__in=party_ids, campaign__measure_from__isnull=False)
    for member in members.select_related("campaign").order_by("-campaign__measure_from", "-pk")[:most]:
        words = [member.role, member.cell, member.reason]
        text = ", ".join(str(word(each)) for each in words if each)
        yield _on_day(
            member.campaign.measure_from, CAMPAIGN, f"{member.campaign.name}: {text}", member.campaign.code
        )


def _contacts(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    contacts = Contact.objects.visible().filter(party__in=party_ids)
    latest = list(contacts.annotate(at=Coalesce("contacted_at", "due_at")).order_by("-at", "-pk")[:most])
    campaigns = Campaign.objects.in_bulk([contact.campaign_id for contact in latest])
    for contact in latest:
        name, code = _campaign(campaigns, contact.campaign_id)
        text = f"{name}: {word(contact.channel)}, {word(contact.state)}"
        yield Event(contact.at, CONTACT, text, code)


def _clicks(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    """The links of letters that the customer followed, at the first time."""
    clicks = Click.objects.filter(contact__party__in=party_ids).select_related("contact", "link")
    latest = list(clicks.order_by("-first_at", "-pk")[:most])
    campaigns = Campaign.objects.in_bulk([click.contact.campaign_id for click in latest])
    for click in latest:
        name, code = _campaign(campaigns, click.contact.campaign_id)
        yield Event(click.first_at, CLICK, f"{name}: {click.link.name}", code)


def _responses(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    responses = Response.objects.visible().filter(party__in=party_ids).select_related("campaign")
    for response in responses.order_by("-responded_at", "-pk")[:most]:
        text = f"{response.campaign.name} {response.reference}".strip()
        yield Event(response.responded_at, RESPONSE, text, response.campaign.code)


def _suppressions(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    latest = list(Suppression.objects.filter(party__in=party_ids).order_by("-decided_at", "-id")[:most])
    campaigns = Campaign.objects.in_bulk([suppression.campaign_id for suppression in latest])
    for suppression in latest:
        name, code = _campaign(campaigns, suppression.campaign_id)
        text = f"{name}: {word(suppression.reason)}, {phrase(suppression.detail)}"
        yield Event(suppression.decided_at, HELD, text, code)


def _moves(party_ids: Sequence[int], most: int) -> Iterable[Event]:
    for move in moves_of(party_ids)[:most]:
        text = f"{word(move['from']) or '–'} → {word(move['to']) or '–'}"
        yield _on_day(date.fromisoformat(move["on"]), TIER, text)


def _campaign(campaigns: dict[Any, Campaign], campaign_id: int) -> tuple[str, str]:
    found = campaigns.get(campaign_id)
    return (found.name, found.code) if found else (str(campaign_id), "")


def _on_day(day: date | None, kind: str, text: str, campaign: str = "") -> Event:
    return Event(clock.at_business_time(day or date.min), kind, text, campaign, is_day=True)
