"""What somebody saw of a campaign when they decided to do something with it, and whether that still holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from guanxi.campaigns.models import Campaign
from guanxi.foundation.versions import ChangedMeanwhile, last_change, version_of

LAUNCH, MOVE, CLOSE, PLAN = "launch", "move", "close", "plan"
RESTS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    LAUNCH: ("state", "plan"),
    MOVE: ("state",),
    CLOSE: ("state", "results"),
    PLAN: ("state", "plan"),
}
"""Act → the columns of a campaign on which somebody decides about it."""


def versions(campaign: Campaign) -> dict[str, str]:
    """Act → the version that a page shows, to be sent along with the act."""
    return {act: version_of(_standing(campaign, act)) for act in RESTS_ON}


def require_as_seen(campaign: Campaign, act: str, seen: str) -> None:
    """Raise ChangedMeanwhile where what an act rests on is another by now; an empty `seen` has seen nothing."""
    now = _standing(campaign, act)
    if not seen or version_of(now) == seen:
        return
    said = {"code": campaign.code, "state": _(campaign.state)} | last_change("campaign", campaign.code)
    if "by" not in said:
        raise ChangedMeanwhile(
            _("Campaign %(code)s changed after you had opened it. Look again.") % said, now
        )
    raise ChangedMeanwhile(
        _(
            "%(by)s changed campaign %(code)s at %(at)s, after you had opened it; it is %(state)s now. "
            "Nothing was done: look at it again."
        )
        % said,
        now,
    )


def _standing(campaign: Campaign, act: str) -> dict[str, Any]:
    standing = {column: getattr(campaign, column) for column in RESTS_ON[act]}
    # A launch comes to its end by itself; whoever stops it then meant nothing else.
    is_going_out = act == MOVE and campaign.state == Campaign.State.LAUNCHING
    return standing | ({"state": Campaign.State.RUNNING} if is_going_out else {})
