"""The ledger's steps as SQL: what one commit of the writer does, and nothing that waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from guanxi.foundation import clock
from guanxi.outreach.delivery.letters import Claimed, Ending, Letter
from guanxi.outreach.delivery.workers import LEASE, LeaseLost
from guanxi.outreach.models import Contact
from guanxi.outreach.queries import running_dispatches

State = Contact.State
HOLD_LEASE = "UPDATE outreach_deliveryworker SET lease_until = %s WHERE name = %s"
DELIVERED = """UPDATE outreach_contact SET state = 'delivered', finished_at = %s, error = ''
               WHERE worker = %s AND state = 'handed_over' AND id IN ({ids})"""
END = """UPDATE outreach_contact SET state = %s, finished_at = %s, error = %s
         WHERE id = %s AND worker = %s AND state = 'handed_over'"""
PUT_BACK = """UPDATE outreach_contact SET state = 'planned', contacted_at = NULL, worker = '', line = NULL,
                     due_at = COALESCE(%s, due_at), attempts = attempts + %s, error = %s
              WHERE id = %s AND worker = %s AND state = 'handed_over'"""
HAND_OVER = """UPDATE outreach_contact SET state = 'handed_over', contacted_at = %s, line = CASE id {lines} END
               WHERE worker = %s AND state = 'claimed' AND id IN ({ids}) AND campaign_id IN (
                 SELECT campaign_id FROM outreach_dispatch
                 WHERE state = 'running' AND campaign_id IN ({campaigns}) {lock})"""
"""The lock keeps the dispatches running until the commit; one that is being paused or stopped is passed over."""


@dataclass
class Turn:
    """What a connection asks of the ledger: end the message it sent, hand over the next one."""

    line: int
    ending: Ending | None = None
    letter: Letter | None = None
    dropped: Ending | None = None
    """A claimed contact that it will not send."""


@dataclass
class Committed:
    """What a commit did."""

    granted: set[int] = field(default_factory=set)
    """Contacts that are handed over and must now be sent."""
    gone: set[int] = field(default_factory=set)
    """Contacts that left this worker's hands."""
    claimed: list[Claimed] = field(default_factory=list)


@dataclass(frozen=True)
class Ledger:
    """The ledger in the hands of one worker; every commit first proves that it still holds its lease."""

    worker: str

    def commit(
        self,
        turns: Sequence[Turn],
        dropped: Sequence[Ending],
        *,
        at: datetime,
        room: int = 0,
        quiet: bool = False,
        renew: bool = False,
    ) -> Committed:
        """Do the turns of all connections and claim up to `room` contacts, in one transaction.

        In quiet hours nothing is handed over or claimed. A commit whose answer was lost may be repeated.
        Raises LeaseLost when another process has taken over.
        """
        done = Committed()
        with transaction.atomic(), connection.cursor() as cursor:
            if renew or room:
                self._hold_lease(cursor)
            ended = [turn.ending for turn in turns if turn.ending]
            self._end(cursor, ended, at)
            asked = {turn.letter.contact: turn.line for turn in turns if turn.letter}
            done.granted = set() if quiet else self._hand_over(cursor, asked, at)
            refused = {contact.contact_id for contact in asked} - done.granted
            given_up = [*dropped, *(turn.dropped for turn in turns if turn.dropped)]
            given_up += [Ending(pk, State.PLANNED) for pk in refused]
            self._drop(given_up, at)
            done.gone = {ending.contact_id for ending in [*ended, *given_up]}
            if room and not quiet:
                done.claimed = self._claim(room, at)
        return done

    def has_work(self, at: datetime) -> bool:
        """Whether there is something to claim, without writing."""
        return bool(_due(at).filter(campaign_id__in=running_dispatches()).exists())

    def _hold_lease(self, cursor: Any) -> None:
        """Needed before a claim: what a worker off the list claims, nobody would recover.

        The other steps change only rows that are in this worker's hands, which recovery takes away.
        """
        cursor.execute(HOLD_LEASE, [_value(clock.now() + LEASE), self.worker])
        if cursor.rowcount != 1:
            raise LeaseLost(
                _("Worker %(worker)s was taken for dead; another has taken its work over.")
                % {"worker": self.worker}
            )

    def _end(self, cursor: Any, endings: Sequence[Ending], at: datetime) -> None:
        delivered, ended, again = [], [], []
        for end in endings:
            whose = (end.error, end.contact_id, self.worker)
            if end.state == State.DELIVERED:
                delivered.append(end.contact_id)
            elif end.state == State.PLANNED:
                again.append((_value(end.again_at), int(bool(end.again_at)), *whose))
            else:
                ended.append((end.state, _value(at), *whose))
        if delivered:
            cursor.execute(DELIVERED.format(ids=_marks(delivered)), [_value(at), self.worker, *delivered])
            if cursor.rowcount != len(delivered):
                self._hold_lease(cursor)
        for statement, rows in ((END, ended), (PUT_BACK, again)):
            if rows:
                cursor.executemany(statement, rows)

    def _hand_over(self, cursor: Any, asked: Mapping[Claimed, int], at: datetime) -> set[int]:
        """Hand over what is still ours and whose dispatch runs; return what may be sent."""
        if not asked:
            return set()
        lines = {contact.contact_id: line for contact, line in asked.items()}
        campaigns = {contact.campaign_id for contact in asked}
        statement = HAND_OVER.format(
            lines="WHEN %s THEN %s " * len(lines),
            ids=_marks(lines),
            campaigns=_marks(campaigns),
            lock="FOR SHARE SKIP LOCKED" if connection.vendor == "postgresql" else "",
        )
        pairs = chain.from_iterable(lines.items())
        cursor.execute(statement, [_value(at), *pairs, self.worker, *lines, *campaigns])
        if cursor.rowcount == len(lines):
            return set(lines)
        ours = Contact.objects.filter(pk__in=lines, worker=self.worker, state=State.HANDED_OVER)
        return {pk for pk, line in ours.values_list("pk", "line") if lines[pk] == line}

    def _drop(self, endings: Sequence[Ending], at: datetime) -> None:
        """End claimed contacts that were not handed over.

        Rows that are locked are being cancelled by a stop: waiting for them could stop both.
        """
        if not endings:
            return
        ours = Contact.objects.filter(worker=self.worker, state=State.CLAIMED)
        for ending in endings:
            own = ours.filter(pk=ending.contact_id)
            if not own.select_for_update(skip_locked=True).values_list("pk").first():
                continue
            if ending.state == State.PLANNED:
                own.update(state=State.PLANNED, worker="", line=None)
            else:
                own.update(state=ending.state, finished_at=at, error=ending.error[:300])

    def _claim(self, room: int, at: datetime) -> list[Claimed]:
        claimed: list[Claimed] = []
        for campaign in running_dispatches():
            due = _due(at).filter(campaign_id=campaign).order_by("due_at")
            rows = due.select_for_update(skip_locked=True)[: room - len(claimed)]
            columns = rows.values_list(
                "pk", "campaign_id", "party_id", "cell", "channel", "address", "attempts"
            )
            found = [Claimed(*row) for row in columns]
            Contact.objects.filter(pk__in=[row.contact_id for row in found]).update(
                state=State.CLAIMED, worker=self.worker, line=None
            )
            claimed += found
            if len(claimed) >= room:
                break
        return claimed


def _due(at: datetime) -> Any:
    """Contacts to be sent now; imported ones are history and never sent."""
    return Contact.objects.filter(batch=None, superseded_by=None, state=State.PLANNED, due_at__lte=at)


def _marks(values: Collection[int]) -> str:
    return ", ".join(["%s"] * len(values))


def _value(instant: datetime | None) -> Any:
    return connection.ops.adapt_datetimefield_value(instant) if instant else None
