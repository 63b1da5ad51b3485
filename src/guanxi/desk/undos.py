"""How what was done on pages is taken back from its message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from guanxi.campaigns.services import control
from guanxi.desk.saved_views import restore_view
from guanxi.foundation import configuration
from guanxi.foundation.page_entries import Undo
from guanxi.staff.models import User
from guanxi.staff.roles import May

PAUSED: Final = "campaign paused"
RESUMED: Final = "campaign resumed"
SET: Final = "setting changed"
VIEW_REMOVED: Final = "view removed"


def _go_on(arguments: Mapping[str, str], person: User) -> str:
    control.resume(code=arguments["code"], actor=person.actor)
    return _("The campaign goes on.")


def _pause_again(arguments: Mapping[str, str], person: User) -> str:
    control.pause(code=arguments["code"], actor=person.actor)
    return _("Nothing more is handed over until the campaign is resumed.")


def _set_back(arguments: Mapping[str, str], person: User) -> str:
    """The value before, unless somebody has changed the setting once more."""
    before = json.loads(arguments["before"])
    configuration.write(arguments["setting"], before, actor=person.actor, seen=arguments["version"])
    return _("The setting is what it was before.")


def _bring_back(arguments: Mapping[str, str], person: User) -> str:
    view = restore_view(view_id=int(arguments["view"]), owner=person)
    return _("The view “%(name)s” is back.") % {"name": view.name}


UNDOS: Final = (
    Undo(PAUSED, _go_on, May.RUN_CAMPAIGNS),
    Undo(RESUMED, _pause_again, May.RUN_CAMPAIGNS),
    Undo(SET, _set_back, May.CHANGE_SETTINGS),
    Undo(VIEW_REMOVED, _bring_back, May.SEE_CUSTOMERS),
)
