"""What has to be said of a plan beside its figures, for the command line and the pages alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.campaigns.models import Campaign
from guanxi.foundation import clock
from guanxi.insight.queries import ASSUMED, current_run


def remarks(estimate: Mapping[str, Any]) -> list[str]:
    """Sentences about an estimate: what keeps it from being launched first, then what to know about it."""
    said = [
        nobody_held_out() if holds_nobody_out(estimate) else "",
        _past_start(estimate),
        _without_name(estimate),
        _without_way_out(),
        _margin(estimate),
    ]
    return [sentence for sentence in said if sentence]


def holds_nobody_out(estimate: Mapping[str, Any]) -> bool:
    """Whether somebody would be contacted and the control is empty."""
    return any(estimate["cells"].values()) and not estimate["control"]


def nobody_held_out() -> str:
    """Why a plan without a control cannot be launched, and what to do."""
    return _(
        "Nobody would be held out: the control share of so few customers is nobody, and without a control nothing "
        "can be said about what the campaign caused. Raise control_share or the audience; it cannot be launched so."
    )


def business_time(instant: str) -> str:
    """An instant as people of this business say it."""
    return clock.business_minute(datetime.fromisoformat(instant))


def older_figures(campaign: Campaign) -> str:
    """What is said before a launch when newer figures are published than those that the plan was made on."""
    run = campaign.insight_run
    newest = current_run()
    if run is None or newest is None or run.pk == newest.pk:
        return ""
    return _(
        "Campaign %(code)s chooses its customers by the figures as of %(as_of)s, which it was planned on; newer "
        "ones, as of %(newest)s, are published. To use them, plan it again."
    ) % {"code": campaign.code, "as_of": run.as_of, "newest": newest.as_of}


def _past_start(estimate: Mapping[str, Any]) -> str:
    if not estimate.get("starts_in_the_past"):
        return ""
    return _(
        "It starts in the past: %(when)s. Launched now, it goes out and is measured from now; "
        "`--at` replays it as of another time."
    ) % {"when": business_time(estimate["answers"]["when"])}


def _without_name(estimate: Mapping[str, Any]) -> str:
    number = estimate.get("without_name", 0)
    if not number:
        return ""
    return _(
        "%(number)s of those who would be written to have no name, and the words leave a gap where $name stands; "
        "write ${name|customer} to say what stands there instead."
    ) % {"number": f"{number:,}"}


def _without_way_out() -> str:
    """What is said while customers could not reach this server."""
    if settings.PUBLIC_URL:
        return ""
    return _("Letters will hold no unsubscribe link, and clicks will not be counted: set GUANXI_PUBLIC_URL.")


def _margin(estimate: Mapping[str, Any]) -> str:
    """The margin assumption, as it stands wherever profit is shown."""
    said = _("Expected margin and profit rest on what the plan says a response earns.")
    share = estimate.get("sales_without_cost_share")
    if not share:
        return said
    assumed = _(ASSUMED).format(rate=f"{100 * estimate['margin_rate']:.0f} %", share=f"{100 * share:.1f} %")
    return _("%(plan)s What can be shown is judged by past profit. %(assumed)s") % {
        "plan": said,
        "assumed": assumed,
    }
