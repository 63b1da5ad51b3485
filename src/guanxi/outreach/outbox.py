"""The mail back end of a first installation: every message becomes a file that any mail program opens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from guanxi.foundation.home import folder


class OutboxBackend(BaseEmailBackend):
    """Writes each message to GUANXI_HOME/outbox/, whole or not at all, named after its Message-ID.

    The same message always has the same name, so one that is written twice is there once.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        outbox = folder("outbox")
        for email in email_messages:
            message = email.message()
            _write(outbox / f"{_safe(str(message['Message-ID']))}.eml", message.as_bytes())
        return len(email_messages)


def _safe(message_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9@._-]", "_", message_id.strip("<> ")).lstrip(".")[:150]


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
