"""The one thread of a worker that writes the ledger: it commits the turns of all connections together."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from guanxi.foundation.actor import SYSTEM
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import Progress
from guanxi.outreach import services
from guanxi.outreach.delivery.ledger import Committed, Ledger, Turn
from guanxi.outreach.delivery.letters import Ending, Letter, write_letters
from guanxi.outreach.policy import ContactPolicy, read_policy
from guanxi.outreach.queries import has_open_contacts, running_dispatches

STOCK = 256
"""Contacts claimed at a time; a second claim is made when half of them are gone."""
IDLE_WAIT = 0.2
GATHER = 0.004
"""Seconds for which a turn waits for those of the other lines: fewer commits carry more messages."""
LOOK_AGAIN = 1.0
"""Seconds between looks at the policy and at dispatches that may be finished."""
RENEW_EVERY = 5.0
WAITS = (0.1, 0.5, 1.0, 2.0, 4.0)
"""Seconds between tries when the database does not answer: less than a lease in all."""
Result = TypeVar("Result")


class _Asked:
    """A turn on its way, and the answer to it."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.granted = False
        self.answered = threading.Event()


class LedgerWriter(threading.Thread):
    """Commits turns, keeps a stock of letters ready for the connections, and finishes dispatches."""

    def __init__(self, worker: str, lines: int, now: Callable[[], datetime], tell: Progress) -> None:
        super().__init__(name="ledger writer", daemon=True)
        self.ready: SimpleQueue[Letter | None] = SimpleQueue()
        self.stopping = threading.Event()
        """Nothing more is claimed or handed over."""
        self.error: BaseException | None = None
        self.passes = 0
        self.idle_pass = 0
        """The last pass, if it found nothing to do; 0 otherwise."""
        self._ledger, self._now, self._tell = Ledger(worker), now, tell
        self._lines = lines
        self._inbox: SimpleQueue[_Asked] = SimpleQueue()
        self._closed = threading.Event()
        self._in_hand: set[int] = set()
        self._dropped: list[Ending] = []
        self._policy = ContactPolicy()
        self._looked = self._renewed = float("-inf")
        self.ended: Counter[str] = Counter()
        """How many messages left this worker's hands, by what became of them."""

    def turn(self, turn: Turn) -> bool:
        """Have a turn committed; true when its letter is handed over and must be sent now."""
        asked = _Asked(turn)
        self._inbox.put(asked)
        asked.answered.wait()
        return asked.granted

    def close(self) -> None:
        """End the thread when all turns are committed; the connections must have ended."""
        self._closed.set()
        self.join()

    def run(self) -> None:
        try:
            while self._is_wanted():
                self._pass()
        except BaseException as error:
            self.error = error
            self.stopping.set()
            while self._is_wanted():
                _answer(self._collect())
        finally:
            connection.close()

    def _is_wanted(self) -> bool:
        return not (self._closed.is_set() and self._inbox.empty())

    def _pass(self) -> None:
        self.passes += 1
        asked = self._collect()
        try:
            self._look_around()
            room = self._room()
            if asked or self._dropped or room or self._lease_is_old():
                self._commit(asked, room)
        finally:
            _answer(asked)
        # What this pass committed may have left something to claim: only a pass without work is idle.
        self.idle_pass = self.passes if not asked and self._is_idle(room) else 0

    def _collect(self) -> list[_Asked]:
        """The turns that wait; those that come while one commit is under way share the next."""
        asked = []
        with contextlib.suppress(Empty):
            asked.append(self._inbox.get(timeout=0 if self._dropped else IDLE_WAIT))
            end = time.monotonic() + GATHER
            while len(asked) < self._lines:
                asked.append(self._inbox.get(timeout=max(0.0, end - time.monotonic())))
        return asked

    def _look_around(self) -> None:
        if time.monotonic() - self._looked < LOOK_AGAIN:
            return
        self._looked = time.monotonic()
        self._policy = _patiently(read_policy)
        sent = self.ended.total()
        self._tell("deliver", sent, sent + len(self._in_hand))
        _patiently(_finish_dispatches)
        _patiently(services.cancel_leftovers)

    def _room(self) -> int:
        """How many contacts to claim now: none while half the stock is in hand."""
        if self.stopping.is_set() or self._is_quiet() or len(self._in_hand) > STOCK // 2:
            return 0
        return STOCK if _patiently(lambda: self._ledger.has_work(self._now())) else 0

    def _is_quiet(self) -> bool:
        return self._policy.is_quiet(self._now())

    def _is_idle(self, room: int) -> bool:
        """Nothing in hand, nothing to claim, and the dispatches that are through are finished."""
        if room or self._in_hand or self._dropped:
            return False
        _patiently(_finish_dispatches)
        return True

    def _lease_is_old(self) -> bool:
        return time.monotonic() - self._renewed > RENEW_EVERY

    def _commit(self, asked: list[_Asked], room: int) -> None:
        turns, dropped = [one.turn for one in asked], self._dropped
        quiet = self._is_quiet() or self.stopping.is_set()
        renew = self._lease_is_old()
        done = _patiently(
            lambda: self._ledger.commit(turns, dropped, at=self._now(), room=room, quiet=quiet, renew=renew)
        )
        for one in asked:
            one.granted = one.turn.letter is not None and one.turn.letter.contact.contact_id in done.granted
        _answer(asked)
        if renew or room:
            self._renewed = time.monotonic()
        self.ended.update(turn.ending.state for turn in turns if turn.ending)
        self._in_hand -= done.gone
        self._in_hand |= {contact.contact_id for contact in done.claimed}
        letters, self._dropped = self._letters(done)
        for letter in letters:
            self.ready.put(letter)

    def _letters(self, done: Committed) -> tuple[list[Letter], list[Ending]]:
        if not done.claimed:
            return [], []
        return _patiently(lambda: write_letters(done.claimed, self._policy))


def _answer(asked: list[_Asked]) -> None:
    for one in asked:
        one.answered.set()


def _finish_dispatches() -> None:
    """Close the running dispatches that have nothing open left."""
    for campaign in running_dispatches():
        if not has_open_contacts(campaign):
            with contextlib.suppress(DomainError):  # somebody paused it, or admitted more, in between
                services.finish(campaign_id=campaign, actor=SYSTEM)


def _patiently(work: Callable[[], Result]) -> Result:
    """Do database work again when the database was away or busy; every piece of it may be repeated."""
    for wait in WAITS:
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(wait)
    return work()
