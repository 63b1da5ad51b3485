"""One connection to the channel, and the thread that uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from queue import Empty

from django.utils.translation import gettext as _

from guanxi.foundation.errors import DomainError
from guanxi.outreach.delivery.channels import CannotOpen, EmailChannel
from guanxi.outreach.delivery.ledger import Turn
from guanxi.outreach.delivery.letters import Ending, Letter
from guanxi.outreach.delivery.writer import LedgerWriter
from guanxi.outreach.models import Contact

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a channel that could not be opened is tried again; doubled each time."""


class Line(threading.Thread):
    """Takes letters from the writer's stock and sends them one after the other."""

    def __init__(
        self, number: int, writer: LedgerWriter, now: Callable[[], datetime], patience: float = float("inf")
    ) -> None:
        super().__init__(name=f"line {number}", daemon=True)
        self.error: BaseException | None = None
        self._number, self._writer, self._now = number, writer, now
        self._patience = patience
        """How often in a row the channel may fail to open before the line gives up."""
        self._failures = 0
        self._channel = EmailChannel()

    def run(self) -> None:
        try:
            while not self._writer.stopping.is_set() and (letter := self._writer.ready.get()):
                self._send_all(letter)
        except BaseException as error:
            self.error = error
            self._writer.stopping.set()
        finally:
            self._channel.close()

    def _send_all(self, first: Letter) -> None:
        """Send letters until none is at hand. The end of one and the hand-over of the next are one turn."""
        ending: Ending | None = None
        letter: Letter | None = first
        while letter:
            if not self._is_open(ending, letter):
                return None
            granted = self._writer.turn(Turn(self._number, ending, letter))
            ending = self._channel.send(letter, self._now()) if granted else None
            if ending and ending.is_lost:
                self._writer.turn(Turn(self._number, ending))
                return self._rest(ending.error)
            self._failures = 0
            letter = self._at_hand()
        if ending:
            self._writer.turn(Turn(self._number, ending))
        return None

    def _at_hand(self) -> Letter | None:
        if self._writer.stopping.is_set():
            return None
        try:
            return self._writer.ready.get_nowait()
        except Empty:
            return None

    def _is_open(self, ending: Ending | None, letter: Letter) -> bool:
        """Open the channel before anything is handed over; if that fails, give the letter back and wait."""
        try:
            self._channel.open()
        except CannotOpen as error:
            back = Ending(letter.contact.contact_id, Contact.State.PLANNED)
            self._writer.turn(Turn(self._number, ending, dropped=back))
            self._rest(str(error))
            return False
        return True

    def _rest(self, reason: str) -> None:
        """Wait before the channel is tried again; raise DomainError when patience is at its end."""
        self._failures += 1
        if self._failures >= self._patience:
            raise DomainError(_("The mail server cannot be reached: %(reason)s.") % {"reason": reason})
        self._writer.stopping.wait(min(FIRST_PAUSE * 2 ** (self._failures - 1), LONGEST_PAUSE))
