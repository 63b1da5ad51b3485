"""How a removed view is brought back from its message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from guanxi.desk.customers.saved_views import restore_view
from guanxi.foundation.page_entries import Undo
from guanxi.staff.models import User
from guanxi.staff.roles import May

VIEW_REMOVED: Final = "view removed"


def _bring_back(arguments: Mapping[str, str], person: User) -> str:
    view = restore_view(view_id=int(arguments["view"]), owner=person)
    return _("The view “%(name)s” is back.") % {"name": view.name}


UNDOS: Final = (Undo(VIEW_REMOVED, _bring_back, May.SEE_CUSTOMERS),)
