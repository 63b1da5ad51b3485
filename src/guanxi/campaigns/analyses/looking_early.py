"""What measured campaigns allow to say however often they were looked at (CAMP-13)."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.campaigns.analyses.chosen import GROUP, measured, no_campaign
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.data import Data
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Raw, Sheet, Shown


def _compute(data: Data, asked: Asked) -> Raw:
    return {"looks": [_look(each.name, each.results) for each in measured()]}


def _look(name: str, result: dict[str, Any]) -> dict[str, Any]:
    """What one look and what all looks allow to say; results of before looks were counted know the one only."""
    look = result.get("look") or {}
    limits = look.get("incremental_profit") or {}
    single = result["overall"]["incremental_profit"]
    return {
        "campaign": name,
        "state": "finished" if result["complete"] else "running",
        "look": look.get("number"),
        "profit": single["value"],
        "single_low": single["low"],
        "single_high": single["high"],
        "single_verdict": result["verdict"],
        "level": look.get("level"),
        "low": limits.get("low"),
        "high": limits.get("high"),
        "verdict": look.get("verdict"),
    }


def _show(raw: Raw, asked: Asked) -> Shown:
    columns = [
        Column("campaign"),
        Column("state", "code", _("Measured days")),
        Column("single_verdict", "code", _("one look says")),
        Column("verdict", "code", _("all looks say")),
        Column("look", "number", _("Looks")),
        Column("profit", "money", _("incremental profit")),
        Column("low", "money", _("all looks: at least")),
        Column("high", "money", _("all looks: at most")),
        Column("level", "share", _("Level of this look")),
    ]
    sheet: Sheet = sheet_of(
        "looks", _("Campaigns by what looking allows"), columns, raw["looks"], empty=no_campaign()
    )
    return Shown(
        lead=_("Who measures again and again until the figures please is misled; these intervals are not."),
        sheets=[sheet],
        notes=[
            _(
                "Every measuring is a look. The k-th has an interval of 1 - 0.05 / (k (k + 1)): 97.5 %, 99.2 %, "
                "99.6 % and so on, so that all of them together are wrong in at most 5 of 100 campaigns."
            ),
            _(
                "Campaigns without a number of looks were measured before looks were counted: measure them again."
            ),
        ],
    )


LOOKING_EARLY: Final = Analysis(
    code="looking-early",
    group=GROUP,
    name=gettext_lazy("Looking early"),
    question=gettext_lazy(
        "What may be concluded from a campaign that was measured several times or still runs?"
    ),
    compute=_compute,
    show=_show,
    requirements=("CAMP-13", "CAMP-11"),
)
