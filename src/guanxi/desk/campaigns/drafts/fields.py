"""The fields of a plan as a form shows and reads them. What is no number stays as it was typed, to be complained of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.plan_fields import PlanError, read_instant
from guanxi.campaigns.plans import RESPONSES
from guanxi.foundation import clock
from guanxi.outreach.delivery.letters import SENT_CHANNELS
from guanxi.shell.typed import decimal_number, without_percent
from guanxi.wording.words import word

Kind = Literal["text", "long", "percent", "money", "number", "instant", "choice"]


@dataclass(frozen=True)
class Typed:
    """A field of the form: what it is called, and how its text becomes a value of the document."""

    name: str
    label: Any
    kind: Kind
    hint: Any = ""
    choices: tuple[str, ...] = ()


GOAL: Final = Typed("goal", _("What it is for"), "choice", choices=tuple(Campaign.Goal.values))
FIELDS: Final = {
    field.name: field
    for field in (
        Typed("name", _("What people call it"), "text"),
        Typed("code", _("Short name"), "text", _("For addresses and commands: letters, digits, dots, dashes.")),
        GOAL,
        Typed(
            "response",
            _("What counts as a response"),
            "choice",
            _("An order in the measured days, alike for everybody; or a response that is imported."),
            RESPONSES,
        ),
        Typed(
            "expected_response_rate",
            _("Expected extra responses in per cent of those contacted"),
            "percent",
            _("Beyond what the control does anyway."),
        ),
        Typed(
            "expected_margin_per_response",
            _("What one response earns"),
            "money",
            _("Both together are the smallest effect per customer that makes it worth it."),
        ),
        Typed("offer", _("What is offered"), "long", _("The product or service, in the customer's words.")),
        Typed("channel", _("By which means"), "choice", choices=SENT_CHANNELS),
        Typed("initiator", _("Who begins"), "choice", choices=("outbound", "inbound")),
        Typed(
            "interactivity",
            _("Can the customer answer at once?"),
            "choice",
            _("Empty: as the channel allows. It says beside which usual band of responses the result stands."),
            ("", "passive", "interactive"),
        ),
        Typed(
            "control_share",
            _("Control share in per cent"),
            "percent",
            _("Held out of this campaign, so that its results can say what it caused."),
        ),
        Typed(
            "language",
            _("Language of the cells' own words"),
            "text",
            _(
                "A tag such as en or zh-Hans; needed where they are written in others too. Whoever's language is not "
                "known, or not written, reads these."
            ),
        ),
        Typed("start", _("When it goes out"), "instant", _("In the time zone of the business.")),
        Typed("measure_days", _("Days measured"), "number", _("From the start on; later orders do not count.")),
        Typed("pre_days", _("Days before, to adjust by"), "number", _("Past sales of these days sharpen the result.")),
        Typed("budget", _("Budget"), "money", _("What it may cost in all; a dearer plan cannot be launched.")),
        Typed("cost_per_contact", _("Cost per contact"), "money"),
        Typed("fixed_cost", _("Fixed cost"), "money", _("Design, agency, gifts: what does not grow with contacts.")),
    )
}  # fmt: skip
CELL_FIELDS: Final = {
    field.name: field
    for field in (
        Typed("code", _("Name of the cell"), "text"),
        Typed("share", _("Share"), "number", _("Cells divide those who are not held out in proportion.")),
        Typed("offer", _("Offer of this cell"), "text", _("Empty: the campaign's offer.")),
        Typed("subject", _("Subject"), "text"),
        Typed("body", _("Words"), "long"),
    )
}


def value_of(kind: Kind, text: str) -> Any:
    """What a typed text puts into the document.

    >>> value_of("percent", "12.5"), value_of("money", "1,200"), value_of("number", "many"), value_of("text", "a ")
    (0.125, 1200, 'many', 'a ')
    """
    plain = text.replace("\r\n", "\n")
    if kind in {"text", "long", "instant", "choice"}:
        return plain
    number = decimal_number(without_percent(plain) if kind == "percent" else plain)
    if number is None:
        return plain.strip()
    value = number / 100 if kind == "percent" else number
    return int(value) if value == value.to_integral_value() else float(value)


def text_of(kind: Kind, value: Any) -> str:
    """What stands in the form for a value of the document.

    >>> text_of("percent", 0.125), text_of("money", 1200), text_of("number", None), text_of("percent", "a lot")
    ('12.5', '1200', '', 'a lot')
    """
    if value is None:
        return ""
    if kind == "instant":
        return _local(value)
    if kind == "percent" and isinstance(value, int | float) and not isinstance(value, bool):
        return _plain(Decimal(str(value)) * 100)
    if isinstance(value, float):
        return _plain(Decimal(str(value)))
    return str(value)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _local(value: Any) -> str:
    """An instant as the browser's field for times takes it; what is none as it was typed."""
    try:
        at: datetime = read_instant(value)
    except PlanError:
        return str(value)
    return f"{at.astimezone(clock.business_zone()):%Y-%m-%dT%H:%M}"


def shown_field(
    field: Typed,
    values: Mapping[str, Any],
    complaint: str,
    *,
    prefix: str = "",
    said: Callable[[str], Any] = word,
) -> dict[str, Any]:
    """A field as the template takes it; one that is still empty is not complained of."""
    text = text_of(field.kind, values.get(field.name))
    return {
        "field": field,
        "id": f"{prefix}{field.name}",
        "text": text,
        "complaint": complaint if text.strip() else "",
        "choices": [(choice, str(said(choice)).replace("_", " ")) for choice in field.choices],
    }
