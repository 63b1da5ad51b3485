"""The values of settings as people read and type them: what each is called, in which unit, and what it does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _

from guanxi.desk.campaigns.drafts.fields import text_of, value_of
from guanxi.foundation.money import base_currency, minor_units, whole_money

Kind = Literal["percent", "number", "money", "amounts", "time", "flag", "text", "document"]


@dataclass(frozen=True)
class Typed:
    """One value of a setting: its label, how it is typed, its unit, and what it does."""

    label: Any
    kind: Kind
    unit: Any = ""
    hint: Any = ""

    @property
    def shown_unit(self) -> str:
        """The unit beside the input."""
        if self.kind == "percent":
            return "%"
        return base_currency() if self.kind in {"money", "amounts"} else str(self.unit)


@dataclass(frozen=True)
class Section:
    """One setting: its name, what it decides, and its values."""

    label: Any
    hint: Any
    parts: Mapping[str, Typed]


_FROM_THE_NEXT_REFRESH: Final = _("Figures follow at the next refresh; a run keeps what it rested on.")
SECTIONS: Final[Mapping[str, Section]] = {
    "contact_policy": Section(
        _("Contact policy"),
        _("How often a customer may be contacted, over all campaigns and means. It holds from now on."),
        {
            "max_contacts": Typed(_("At most"), "number", _("contacts with one customer")),
            "window_days": Typed(_("Within"), "number", _("days")),
            "min_gap_days": Typed(_("Between two contacts at least"), "number", _("days")),
            "quiet_from": Typed(_("Nothing is sent from"), "time"),
            "quiet_until": Typed(
                _("Until"), "time", hint=_("In the time zone of the business; equal times: no quiet hours.")
            ),
            "consent_required": Typed(
                _("Contact only those who agreed"),
                "flag",
                hint=_("Off: silence is enough, a refusal still counts."),
            ),
        },
    ),
    "universal_holdout": Section(
        _("Universal hold-out"),
        _("Customers whom no campaign contacts: what all campaigns together earn is measured against them."),
        {
            "share": Typed(_("Held out"), "percent", hint=_("Of all customers; at most 50 %.")),
            "salt": Typed(_("Word of the draw"), "text", hint=_("Another word holds out other customers.")),
        },
    ),
    "insight_assumptions": Section(
        _("Assumptions"),
        _FROM_THE_NEXT_REFRESH,
        {
            "margin_rate": Typed(_("Margin where no cost is known"), "percent", hint=_("Of sales.")),
            "cost_to_serve_per_order": Typed(_("Cost to serve an order or a return"), "money"),
            "horizon_days": Typed(_("Lifetime value looks ahead"), "number", _("days")),
            "discount_rate_year": Typed(_("Discount rate a year"), "percent"),
            "trend_days": Typed(
                _("The sales trend compares the last"),
                "number",
                _("days"),
                _("With as many days before them."),
            ),
        },
    ),
    "class_thresholds": Section(
        _("Where classes begin"),
        _FROM_THE_NEXT_REFRESH,
        {
            "bill_bands": Typed(
                _("Bill bands end at"), "amounts", hint=_("Whole amounts that rise, commas between.")
            ),
            "top_layer": Typed(
                _("Most valuable (MVC): actual value down to layer"),
                "number",
                hint=_("Of five; 1 is the best fifth."),
            ),
            "growth_layer": Typed(_("Most growable (MGC): actual value down to layer"), "number"),
            "high_potential_layer": Typed(_("and strategic value down to layer"), "number"),
        },
    ),
    "need_rules": Section(
        _("Needs inferred from purchases"),
        _(
            "Who bought what shows which need: the analysis of inferred needs follows from the next refresh on."
        ),
        {
            "rules": Typed(
                _("Rules"),
                "document",
                hint=_(
                    "As JSON, a rule an object: its code and names, the categories of products, the condition, and "
                    "from how many orders on the need is firm."
                ),
            )
        },
    ),
}
"""Every setting that the rooms define, in the order of the page."""


def read_typed(kind: Kind, text: str) -> Any:
    """What a typed text sets; what is none of its kind stays a text, for the check to refuse.

    >>> read_typed("percent", "5 %"), read_typed("amounts", "50, 100，200"), read_typed("flag", "")
    (0.05, [50, 100, 200], False)
    >>> read_typed("number", "many"), read_typed("time", "21:00")
    ('many', '21:00')
    """
    if kind == "flag":
        return text == "true"
    if kind == "amounts":
        return [value_of("number", part) for part in re.split(r"[,，、;；\s]+", text.strip()) if part]
    if kind == "money":
        return _minor(value_of("money", text))
    if kind == "document":
        return _document(text)
    return (
        value_of("percent" if kind == "percent" else "number", text)
        if kind in {"percent", "number"}
        else text
    )


def _document(text: str) -> Any:
    """What a JSON text says; a text that says nothing stays one, for the check to refuse."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _minor(amount: Any) -> Any:
    """Minor units; what is finer than they are stays a fraction, for the check to refuse."""
    if isinstance(amount, str):
        return amount
    minor = Decimal(str(amount)) * minor_units(base_currency())
    return int(minor) if minor == minor.to_integral_value() else float(minor)


def shown_text(kind: Kind, value: Any) -> str:
    """What stands in the input for a value.

    >>> shown_text("percent", 0.05), shown_text("amounts", [50, 100]), shown_text("flag", True)
    ('5', '50, 100', 'true')
    """
    if kind == "flag":
        return "true" if value else ""
    if kind == "document" and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, indent=1)
    if kind == "amounts" and isinstance(value, list):
        return ", ".join(map(str, value))
    if kind == "money" and isinstance(value, int | float):
        return f"{whole_money(value).normalize():f}"
    return text_of("percent" if kind == "percent" else "number", value)
