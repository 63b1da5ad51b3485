"""Who may do what: eight roles, each a set of permissions. Views and endpoints ask for permissions, never for roles."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is hired to do."""

    ADMINISTRATOR = "administrator", _("Administrator")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    MARKETING_MANAGER = "marketing_manager", _("Marketing manager")
    SALES_MANAGER = "sales_manager", _("Sales manager")
    SALESPERSON = "salesperson", _("Salesperson")
    SERVICE_AGENT = "service_agent", _("Service agent")
    DATA_STEWARD = "data_steward", _("Data steward")
    ANALYST = "analyst", _("Analyst")


class May(StrEnum):
    """One thing that somebody may do."""

    SEE_CUSTOMERS = "see customers"
    SEE_ADDRESSES = "see addresses"
    SEE_INSIGHT = "see insight"
    REFRESH_INSIGHT = "refresh insight"
    KEEP_ANALYSES = "keep analyses"
    SEE_CAMPAIGNS = "see campaigns"
    RUN_CAMPAIGNS = "run campaigns"
    SEE_IMPORTS = "see imports"
    IMPORT = "import"
    SEE_JOBS = "see jobs"
    CANCEL_JOBS = "cancel jobs"
    SEE_AUDIT = "see audit"
    SEE_SETTINGS = "see settings"
    CHANGE_SETTINGS = "change settings"
    MANAGE_PEOPLE = "manage people"
    ASSIGN_CUSTOMERS = "assign customers"


class Reach(StrEnum):
    """Whose customers somebody sees; customers whom nobody looks after are everybody's."""

    ALL = "all"
    UNIT = "unit"
    """One's own, and those of the people in one's unit and the units below it."""
    OWN = "own"


_READS: Final = frozenset({May.SEE_CUSTOMERS, May.SEE_INSIGHT, May.SEE_CAMPAIGNS})
GRANTED: Final[dict[Role, frozenset[May]]] = {
    Role.ADMINISTRATOR: frozenset(May),
    Role.DECISION_MAKER: _READS | {May.SEE_SETTINGS},
    Role.MARKETING_MANAGER: _READS
    | {May.RUN_CAMPAIGNS, May.REFRESH_INSIGHT, May.KEEP_ANALYSES, May.SEE_IMPORTS, May.SEE_JOBS, May.SEE_SETTINGS},
    Role.SALES_MANAGER: _READS | {May.SEE_ADDRESSES, May.ASSIGN_CUSTOMERS, May.KEEP_ANALYSES},
    Role.SALESPERSON: frozenset({May.SEE_CUSTOMERS, May.SEE_ADDRESSES}),
    Role.SERVICE_AGENT: frozenset({May.SEE_CUSTOMERS, May.SEE_ADDRESSES}),
    Role.DATA_STEWARD: frozenset(
        {
            May.SEE_CUSTOMERS, May.SEE_ADDRESSES, May.SEE_IMPORTS, May.IMPORT, May.SEE_JOBS, May.CANCEL_JOBS,
            May.SEE_AUDIT, May.SEE_INSIGHT, May.REFRESH_INSIGHT, May.ASSIGN_CUSTOMERS,
        }
    ),
    Role.ANALYST: _READS
    | {May.REFRESH_INSIGHT, May.KEEP_ANALYSES, May.SEE_IMPORTS, May.SEE_JOBS, May.SEE_SETTINGS},
}  # fmt: skip
"""Role → what it may do. Contact addresses are for those who speak with customers."""

REACH: Final[dict[Role, Reach]] = {
    **dict.fromkeys(Role, Reach.ALL),
    Role.SALES_MANAGER: Reach.UNIT,
    Role.SALESPERSON: Reach.OWN,
}
"""Role → whose customers it sees (GOV-03)."""
