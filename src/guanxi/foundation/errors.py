"""Failures that a user can do something about."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_locale

from guanxi.foundation.language import TERMINAL, language_of

CATALOGUES = Path(__file__).parents[1] / "locale"


class DomainError(Exception):
    """What went wrong, where, and what to do, in words for the user; nothing was half-written."""


class NotFound(DomainError):
    """The thing that was named does not exist."""


class WrongSetting(ImproperlyConfigured):
    """A setting is something that it cannot be; raised before there is a language to say it in."""

    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template % values)
        self.template, self.values = template, values

    def said_in_the_wished_language(self) -> str:
        """The line for the user, in the language that the environment asks for."""
        language = language_of(*(os.environ.get(name) for name in ("GUANXI_LANGUAGE", *TERMINAL)))
        catalogue = gettext.translation("django", CATALOGUES, [to_locale(language)], fallback=True)
        return catalogue.gettext("Error: %(what)s") % {"what": catalogue.gettext(self.template) % self.values}
