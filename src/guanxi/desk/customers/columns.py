"""The columns that a list of customers can have: what each is called, how its values read, and what a file holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from guanxi.customers.models import Assignment
from guanxi.desk.customers.filters import Fields, field_label
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import base_currency, whole_money
from guanxi.insight.catalogue import MEASURES, measure_label, measure_text
from guanxi.insight.columns import PUBLIC_ID
from guanxi.insight.owners import OWNER
from guanxi.outreach.gate import addresses
from guanxi.shell.tables import EMPTY, SHARE, Cell, cell_of
from guanxi.staff.models import User
from guanxi.wording.words import word

USUAL: Final = (
    "class.tier", "indicator.sales_amount", "indicator.profit_amount", "indicator.lifetime_value",
    "indicator.recency_days", "indicator.sales_change",
)  # fmt: skip
CHANNELS: Final = {"contact.email": "email", "contact.mobile": "sms"}
"""Columns of addresses, and the channel that each is used on."""
AT_ONCE: Final = 2_000
"""How many customers the truth is asked about at a time."""


@dataclass(frozen=True)
class Column:
    """A column: the field that it shows, and what people call it."""

    name: str
    label: str
    kind: str
    """number, text, boolean or day, as conditions have them."""

    @property
    def short(self) -> str:
        """Its name in an address."""
        return self.name.removeprefix("indicator.")

    @property
    def is_copied(self) -> bool:
        """Whether its values come from the copy for analyses; the others are as of this moment."""
        return self.name != OWNER and self.name not in CHANNELS

    @property
    def is_sortable(self) -> bool:
        return self.name not in CHANNELS

    @property
    def is_number(self) -> bool:
        return self.kind == "number"

    @property
    def is_class(self) -> bool:
        return self.name.startswith(("class.", "tier_on."))

    @property
    def unit(self) -> str:
        """`share` or the currency of its numbers; empty for others."""
        measure = MEASURES.get(self.name.removeprefix("indicator."))
        units = {"minor units": base_currency(), "share": SHARE}
        return units.get(measure.unit, "") if measure else ""


def columns_of(fields: Fields, *, sees_addresses: bool) -> dict[str, Column]:
    """Every column that this person may choose, by name."""
    known = {
        name: Column(name, _label(name, fields), field.kind)
        for name, field in fields.items()
        if name != PUBLIC_ID
    }
    known[OWNER] = Column(OWNER, _("Looked after by"), "text")
    if sees_addresses:
        known["contact.email"] = Column("contact.email", _("E-mail"), "text")
        known["contact.mobile"] = Column("contact.mobile", _("Mobile"), "text")
    return known


def _label(name: str, fields: Fields) -> str:
    group, _dot, code = name.partition(".")
    return measure_label(code) if group == "indicator" else field_label(fields[name])


def full_name(short: str, known: Collection[str]) -> str:
    """The field that an address means by a name; measures are named without their group. Empty for none."""
    return next((name for name in (short, f"indicator.{short}") if name in known), "")


def read_columns(asked: Sequence[str], known: Mapping[str, Column]) -> list[Column]:
    """The columns that an address names, each once; the usual ones where it names none. Raises DomainError.

    Columns of addresses fall away for those who may not see them: the address may come from a colleague.
    """
    hidden = {OWNER, *CHANNELS} - set(known)
    chosen = {short: full_name(short, known) for short in asked or USUAL if short not in hidden}
    if unknown := next((short for short, name in chosen.items() if not name), ""):
        raise DomainError(_("There is no column %(name)r.") % {"name": unknown})
    return [known[name] for name in dict.fromkeys(chosen.values())]


def cell(column: Column, value: Any) -> Cell:
    """A value as people read it and as a file holds it."""
    group, _dot, code = column.name.partition(".")
    if value is None:
        return Cell(EMPTY, is_number=column.is_number, unit=column.unit)
    if group == "indicator":
        plain = value if column.unit in {"", SHARE} else whole_money(value)
        return Cell(measure_text(code, value), is_number=True, value=plain, unit=column.unit)
    if column.kind == "number":
        return cell_of(int(value) if float(value).is_integer() else value)
    if column.kind == "boolean":
        return cell_of(bool(value))
    return Cell(str(word(value)) if column.is_class else str(value))


def from_the_truth(columns: Sequence[Column], ids: Sequence[int]) -> dict[str, dict[int, str]]:
    """Columns that no copy holds, for up to AT_ONCE customers: owners and addresses as of this moment."""
    asked = {column.name for column in columns}
    found = {name: addresses(ids, channel) for name, channel in CHANNELS.items() if name in asked}
    return found | ({OWNER: _owners(ids)} if OWNER in asked else {})


def _owners(ids: Sequence[int]) -> dict[int, str]:
    owned = dict(Assignment.objects.filter(party__in=ids).exclude(owner=None).values_list("party", "owner"))
    people = User.objects.in_bulk(set(owned.values()))
    return {party: people[owner].actor.name for party, owner in owned.items()}
