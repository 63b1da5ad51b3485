"""How a pause and its end are taken back from their messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from guanxi.campaigns.services import control
from guanxi.foundation.page_entries import Undo
from guanxi.staff.models import User
from guanxi.staff.roles import May

PAUSED: Final = "campaign paused"
RESUMED: Final = "campaign resumed"


def _go_on(arguments: Mapping[str, str], person: User) -> str:
    control.resume(code=arguments["code"], actor=person.actor)
    return _("The campaign goes on.")


def _pause_again(arguments: Mapping[str, str], person: User) -> str:
    control.pause(code=arguments["code"], actor=person.actor)
    return _("Nothing more is handed over until the campaign is resumed.")


UNDOS: Final = (
    Undo(PAUSED, _go_on, May.RUN_CAMPAIGNS),
    Undo(RESUMED, _pause_again, May.RUN_CAMPAIGNS),
)
