"""Which language a process speaks; chosen once, before the commands are imported."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping

from django.conf import settings
from django.utils import translation

from guanxi.foundation.language import TERMINAL, language_of


def chosen(environment: Mapping[str, str]) -> str:
    """GUANXI_LANGUAGE, else the terminal's language, else English.

    >>> chosen({"LANG": "zh_CN.UTF-8"})
    'zh-hans'
    >>> chosen({"GUANXI_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"})
    'en'
    """
    return language_of(environment.get("GUANXI_LANGUAGE"), *(environment.get(name) for name in TERMINAL))


def speak(language: str | None = None) -> None:
    """Speak a language from now on, the chosen one when none is given."""
    language = language or chosen(settings.ENVIRONMENT)
    translation.activate(language)
    # Typer asks the standard library for the heads of its help.
    os.environ["LANGUAGE"] = translation.to_locale(language)
    gettext.bindtextdomain("django", str(settings.LOCALE_PATHS[0]))
    gettext.textdomain("django")
