"""How a changed setting is taken back from its message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from guanxi.foundation import configuration
from guanxi.foundation.page_entries import Undo
from guanxi.insight.class_schemes import save_scheme
from guanxi.staff.models import User
from guanxi.staff.roles import May

SET: Final = "setting changed"
SCHEME: Final = "scheme changed"


def _set_back(arguments: Mapping[str, str], person: User) -> str:
    """The value before, unless somebody has changed the setting once more."""
    before = json.loads(arguments["before"])
    configuration.write(arguments["setting"], before, actor=person.actor, seen=arguments["version"])
    return _("The setting is what it was before.")


def _scheme_back(arguments: Mapping[str, str], person: User) -> str:
    """The scheme before, unless somebody has changed it once more."""
    save_scheme(
        arguments["code"], json.loads(arguments["before"]), actor=person.actor, seen=arguments["version"]
    )
    return _("The scheme is what it was before.")


UNDOS: Final = (
    Undo(SET, _set_back, May.CHANGE_SETTINGS),
    Undo(SCHEME, _scheme_back, May.CHANGE_SETTINGS),
)
