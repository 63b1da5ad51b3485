"""What this room brings to the frame of every page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.desk.undos import UNDOS
from guanxi.foundation.page_entries import Navigation
from guanxi.foundation.registry import registry
from guanxi.staff.roles import May


def fill() -> None:
    """Fill the registry."""
    registry.add(
        Navigation(10, _("Start"), "home", "home"),
        Navigation(20, _("Customers"), "customers", "users", May.SEE_CUSTOMERS),
        Navigation(30, _("Insight"), "insight", "chart-bar", May.SEE_INSIGHT),
        Navigation(40, _("Campaigns"), "campaigns", "speakerphone", May.SEE_CAMPAIGNS),
        Navigation(50, _("Imports"), "imports", "database-import", May.SEE_IMPORTS),
        Navigation(60, _("Jobs"), "jobs", "list-check", May.SEE_JOBS),
        Navigation(70, _("Audit"), "audit", "history", May.SEE_AUDIT),
        Navigation(80, _("Settings"), "settings", "settings", May.SEE_SETTINGS),
        *UNDOS,
    )
