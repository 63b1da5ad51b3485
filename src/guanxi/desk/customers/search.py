"""What a search of customers shows: names for those who may see them, keys for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from guanxi.customers.search import LIMIT, By, search_customers
from guanxi.desk.customers.listing import names_of
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to

BY: Final = {
    By.KEY: _("key"),
    By.MOBILE: _("mobile number"),
    By.EMAIL: _("e-mail address"),
    By.NAME: _("name"),
}


@dataclass(frozen=True)
class Shown:
    """A customer that was found: where its page is, what it is called, and by what it was found."""

    public_id: str
    name: str
    key: str
    by: Any
    """In words, in the reader's language."""


@dataclass(frozen=True)
class Search:
    """What was found, whether there is more than is shown, and whether there may be more."""

    found: list[Shown]
    has_more: bool
    is_cut: bool


def searched(wanted: str, person: User, *, limit: int = LIMIT) -> Search:
    """The customers that somebody may mean who types this, of those that they see."""
    names_too = person.may(May.SEE_ADDRESSES)
    findings = search_customers(wanted, sees_addresses=names_too, sees=visible_to(person), limit=limit)
    names = names_of([each.customer.pk for each in findings.found]) if names_too else {}
    shown = [
        Shown(each.customer.public_id, names.get(each.customer.pk, ""), str(each.customer), BY[each.by])
        for each in findings.found
    ]
    return Search(shown, findings.has_more, findings.is_cut)
