"""The e-mail channel: one open connection, and what became of each message."""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import get_connection

from guanxi.outreach.delivery.letters import Ending, Letter, email_of
from guanxi.outreach.models import Contact

State = Contact.State
MOST_ATTEMPTS = 3
WAIT = timedelta(minutes=5)
"""How long a message waits after the server said "later"; longer each time."""


class CannotOpen(Exception):
    """The channel could not be opened: nothing was sent."""


class EmailChannel:
    """A mail connection of Django's that stays open from message to message."""

    def __init__(self) -> None:
        self.backend = get_connection()
        self._watched: smtplib.SMTP | None = None
        self._may_have_left = False

    def open(self) -> None:
        """Connect unless connected; raises CannotOpen."""
        try:
            self.backend.open()
        except OSError as error:
            self.close()
            raise CannotOpen(str(error) or type(error).__name__) from error
        self._watch()

    def close(self) -> None:
        """Disconnect, whatever state the connection is in."""
        with contextlib.suppress(OSError):
            self.backend.close()

    def send(self, letter: Letter, at: datetime) -> Ending:
        """Send one message and say what became of it; never raises for what the server did."""
        try:
            email = email_of(letter, at)
        except Exception as error:  # without a message nothing can have left
            return self._end(letter, State.FAILED, f"{type(error).__name__}: {error}")
        self._may_have_left = self._watched is None
        try:
            sent = self.backend.send_messages([email])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return self._answered(letter, code, text, at)
        except smtplib.SMTPResponseException as error:
            return self._answered(letter, error.smtp_code, error.smtp_error, at)
        except ValueError as error:  # it cannot be written as a message, so nothing left
            return self._end(letter, State.FAILED, str(error))
        except Exception as error:
            self.close()
            reason = f"{type(error).__name__}: {error}"
            return self._end(letter, State.UNKNOWN if self._may_have_left else State.PLANNED, reason)
        return self._end(
            letter, State.DELIVERED if sent else State.FAILED, "" if sent else "nothing was sent"
        )

    def _watch(self) -> None:
        """Note when a message starts to leave: an error before that cannot have delivered it.

        Into a back end that is not SMTP we cannot look: any error there may have come after the message left.
        """
        smtp = getattr(self.backend, "connection", None)
        if not isinstance(smtp, smtplib.SMTP) or smtp is self._watched:
            return
        self._watched = smtp
        smtp.data = self._noting(smtp.data)  # type: ignore[method-assign,assignment]

    def _noting(self, data: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def noted(message: Any) -> Any:
            self._may_have_left = True
            return data(message)

        return noted

    def _answered(self, letter: Letter, code: int, text: bytes | str, at: datetime) -> Ending:
        """The server answered: 5xx is a refusal, 4xx asks us to come again; any other is no clear answer."""
        said = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
        tried = letter.contact.attempts + 1
        if code == 421:  # it closes the connection
            self.close()
        if 400 <= code < 500 and tried < MOST_ATTEMPTS:
            return self._end(letter, State.PLANNED, said, again_at=at + WAIT * tried)
        return self._end(letter, State.FAILED if 400 <= code < 600 else State.UNKNOWN, said)

    def _end(self, letter: Letter, state: State, error: str, again_at: datetime | None = None) -> Ending:
        return Ending(letter.contact.contact_id, state, error[:300], again_at)
