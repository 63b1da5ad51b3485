"""How a removed view is brought back, and a coded cause taken back, from its message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from guanxi.desk.customers.saved_views import restore_view
from guanxi.foundation.page_entries import Undo
from guanxi.insight.decline_reasons import take_back_decline
from guanxi.staff.models import User
from guanxi.staff.roles import May

VIEW_REMOVED: Final = "view removed"
DECLINE_CODED: Final = "decline coded"


def _bring_back(arguments: Mapping[str, str], person: User) -> str:
    view = restore_view(view_id=int(arguments["view"]), owner=person)
    return _("The view “%(name)s” is back.") % {"name": view.name}


def _take_back(arguments: Mapping[str, str], person: User) -> str:
    take_back_decline(reason_id=int(arguments["reason"]), actor=person.actor)
    return _("The cause is taken back.")


UNDOS: Final = (
    Undo(VIEW_REMOVED, _bring_back, May.SEE_CUSTOMERS),
    Undo(DECLINE_CODED, _take_back, May.SEE_ADDRESSES),
)
