"""What this room brings to the frame of every page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guanxi.desk.campaigns import undos as of_campaigns
from guanxi.desk.customers import undos as of_customers
from guanxi.desk.customers.exports import KIND, run_export
from guanxi.desk.home.panels import PANELS
from guanxi.desk.insight import table_files
from guanxi.desk.settings import undos as of_settings
from guanxi.foundation.models import Job
from guanxi.foundation.page_entries import Action, JobPage, Navigation
from guanxi.foundation.registry import JobKind, registry
from guanxi.staff.roles import May


def fill() -> None:
    """Fill the registry."""
    registry.add(
        JobKind(KIND, run_export),
        JobPage(KIND, lambda job: reverse("customer_exports")),
        JobKind(table_files.KIND, table_files.run),
        JobPage(table_files.KIND, lambda job: reverse("customer_exports")),
        Navigation(10, _("Start"), "home", "home", key="h"),
        Navigation(20, _("Customers"), "customers", "users", May.SEE_CUSTOMERS, key="c"),
        Navigation(30, _("Insight"), "insight", "chart-bar", May.SEE_INSIGHT, key="i"),
        Navigation(40, _("Campaigns"), "campaigns", "speakerphone", May.SEE_CAMPAIGNS, key="p"),
        Navigation(50, _("Imports"), "imports", "database-import", May.SEE_IMPORTS, key="m"),
        Navigation(60, _("Jobs"), "jobs", "list-check", May.SEE_JOBS, key="j"),
        Navigation(70, _("Audit"), "audit", "history", May.SEE_AUDIT, key="a"),
        Navigation(80, _("Settings"), "settings", "settings", May.SEE_SETTINGS, key="s"),
        Action(10, _("Import a file"), "imports", "upload", May.IMPORT, creates=True),
        Action(20, _("Plan a campaign"), "campaign_plan", "speakerphone", May.RUN_CAMPAIGNS, creates=True),
        Action(30, _("Refresh the figures"), "insight_refresh", "refresh", May.REFRESH_INSIGHT, is_post=True),
        Action(90, _("Sign out"), "account_logout", "logout", is_post=True),
        JobPage("import", _import),
        JobPage("undo import", _import),
        JobPage("insight refresh", lambda job: reverse("insight")),
        JobPage("campaign launch", _campaign),
        JobPage("campaign results", _campaign),
        *of_campaigns.UNDOS,
        *of_customers.UNDOS,
        *of_settings.UNDOS,
        *PANELS,
    )


def _import(job: Job) -> str:
    return reverse("import", args=[job.key])


def _campaign(job: Job) -> str:
    return reverse("campaign", args=[job.key])
