"""Pausing, resuming and stopping a campaign; `seen` is the version of it that a page showed."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.queries import campaign_named
from guanxi.campaigns.seen import MOVE, require_as_seen
from guanxi.foundation import audit
from guanxi.foundation.actor import Actor
from guanxi.outreach import services as outreach
from guanxi.outreach.models import Dispatch

State = Campaign.State
MOVABLE = (Dispatch.State.PREPARING, Dispatch.State.RUNNING, Dispatch.State.PAUSED)


def pause(*, code: str, actor: Actor, seen: str = "") -> Campaign:
    """Hand nothing more over until resumed."""
    return _move(code, "paused", State.PAUSED, {State.RUNNING}, outreach.pause, actor, seen)


def resume(*, code: str, actor: Actor, seen: str = "") -> Campaign:
    """Go on after a pause."""
    return _move(code, "resumed", State.RUNNING, {State.PAUSED}, outreach.resume, actor, seen)


def stop(*, code: str, actor: Actor, seen: str = "") -> Campaign:
    """Send nothing more, ever; what was sent is measured all the same. A launch under way ends before it sends."""
    allowed = {State.LAUNCHING, State.RUNNING, State.PAUSED}
    return _move(code, "stopped", State.STOPPED, allowed, outreach.stop, actor, seen)


def _move(
    code: str,
    verb: str,
    to: State,
    allowed: set[State],
    dispatch: Callable[..., Dispatch],
    actor: Actor,
    seen: str,
) -> Campaign:
    with transaction.atomic():
        campaign = campaign_named(code, lock=True)
        require_as_seen(campaign, MOVE, seen)
        if campaign.state not in allowed:
            raise PlanError(
                _("Campaign %(code)s is %(state)s and cannot be %(verb)s.")
                % {"code": code, "state": _(campaign.state), "verb": _(verb)}
            )
        # Locked: a worker may be about to finish it. One whose every message is out has nothing left to move.
        if Dispatch.objects.select_for_update().filter(campaign_id=campaign.pk, state__in=MOVABLE).first():
            dispatch(campaign_id=campaign.pk, actor=actor)
        campaign.state = to
        campaign.save(update_fields=["state"])
        audit.record(actor, verb, "campaign", code)
    return campaign
