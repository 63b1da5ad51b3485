"""A worker's delivery as a whole: the writer and its lines, started and stopped together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from guanxi.foundation.jobs import Progress
from guanxi.outreach.delivery.lines import Line
from guanxi.outreach.delivery.workers import leave, register
from guanxi.outreach.delivery.writer import LedgerWriter


class Delivery:
    """Delivers what is due until it is stopped; at most one message per line is in hand at any time."""

    def __init__(
        self, *, connections: int, now: Callable[[], datetime], tell: Progress, patience: float = float("inf")
    ) -> None:
        self.name = register()
        self._writer = LedgerWriter(self.name, connections, now, tell)
        self._lines = [Line(number, self._writer, now, patience) for number in range(connections)]

    def start(self) -> None:
        self._writer.start()
        for line in self._lines:
            line.start()

    @property
    def passes(self) -> int:
        """How often the writer has looked for work."""
        return self._writer.passes

    def has_been_idle_since(self, passes: int) -> bool:
        """Whether a look that began after `passes` looks found nothing left to do."""
        return self._writer.idle_pass > passes

    @property
    def ended(self) -> dict[str, int]:
        """How many messages left this worker's hands, by what became of them."""
        return dict(self._writer.ended)

    @property
    def error(self) -> BaseException | None:
        """What ended delivery before it was stopped."""
        errors = [self._writer.error, *(line.error for line in self._lines)]
        return next((error for error in errors if error), None)

    def stop(self) -> None:
        """Finish the messages in hand, put the rest back and leave; a broken delivery is left to recovery."""
        self._writer.stopping.set()
        for _ in self._lines:
            self._writer.ready.put(None)
        for line in self._lines:
            line.join()
        self._writer.close()
        if self._writer.error is None:
            leave(self.name)
