"""Which role sees which panel on its start page, and in which order."""

from __future__ import annotations

from typing import Final

from guanxi.desk.home import campaigns, customers, data, figures
from guanxi.foundation.page_entries import HomePanel
from guanxi.staff.roles import May, Role

STATS: Final = "desk/home/stats.html"
LINES: Final = "desk/home/lines.html"
ADMINISTRATOR, DECISION, MARKETING = Role.ADMINISTRATOR, Role.DECISION_MAKER, Role.MARKETING_MANAGER
SALES: Final = frozenset({Role.SALES_MANAGER, Role.SALESPERSON})
STEWARD, ANALYST, AGENT = Role.DATA_STEWARD, Role.ANALYST, Role.SERVICE_AGENT

PANELS: Final = (
    HomePanel(10, "find", "desk/home/find.html", customers.find, SALES | {AGENT}, May.SEE_CUSTOMERS),
    HomePanel(12, "webhooks", LINES, data.webhooks, frozenset({ADMINISTRATOR}), May.CHANGE_SETTINGS),
    HomePanel(15, "installation", STATS, data.installation, frozenset({ADMINISTRATOR}), May.MANAGE_PEOPLE),
    HomePanel(
        20, "figures", STATS, figures.figures,
        frozenset({ADMINISTRATOR, DECISION, MARKETING, Role.SALES_MANAGER, ANALYST}), May.SEE_INSIGHT,
    ),
    HomePanel(
        25, "retention", STATS, figures.retention, frozenset({DECISION, MARKETING, Role.SALES_MANAGER}),
        May.SEE_INSIGHT,
    ),
    HomePanel(30, "sown", LINES, campaigns.sown, frozenset({MARKETING, DECISION}), May.SEE_CAMPAIGNS),
    HomePanel(
        35, "running", "desk/home/running.html", campaigns.running, frozenset({MARKETING}), May.SEE_CAMPAIGNS
    ),
    HomePanel(40, "planned", LINES, campaigns.planned, frozenset({MARKETING}), May.RUN_CAMPAIGNS),
    HomePanel(45, "results", LINES, campaigns.results, frozenset({MARKETING, ANALYST}), May.SEE_CAMPAIGNS),
    HomePanel(50, "value", LINES, figures.value, frozenset({DECISION}), May.SEE_INSIGHT),
    HomePanel(55, "closed", LINES, campaigns.closed, frozenset({DECISION}), May.SEE_CAMPAIGNS),
    HomePanel(60, "moves", LINES, figures.moves, frozenset({DECISION, ANALYST}), May.SEE_INSIGHT),
    HomePanel(65, "at risk", LINES, customers.at_risk, SALES, May.SEE_CUSTOMERS),
    HomePanel(70, "model", LINES, figures.model, frozenset({ANALYST}), May.SEE_INSIGHT),
    HomePanel(75, "reports", LINES, figures.reports, frozenset({ANALYST}), May.SEE_INSIGHT),
    HomePanel(78, "filled", LINES, data.filled, frozenset({STEWARD}), May.SEE_INSIGHT),
    HomePanel(80, "imports", LINES, data.imports, frozenset({STEWARD, ADMINISTRATOR}), May.SEE_IMPORTS),
    HomePanel(85, "failed", LINES, data.failed, frozenset({STEWARD, ADMINISTRATOR}), May.SEE_JOBS),
)  # fmt: skip
