"""Messages that say what was done and offer, for a while, to take it back.

A view that did something tells it with `undoable`; the room registers how it is taken back as an `Undo`. What is
offered travels in the message itself, signed for the one person who did it, so nothing is kept on the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.foundation.errors import DomainError
from guanxi.foundation.registry import registry

OFFERED_FOR: Final = timedelta(minutes=10)
SALT: Final = "guanxi.shell.toasts"
MARK: Final = "undo:"
"""What the offer stands behind in a message's tags."""


class NoLongerOffered(DomainError):
    """The offer is too old, was made to somebody else, or was changed on its way."""


@dataclass(frozen=True)
class Toast:
    """A message as the frame shows it."""

    text: str
    level: str
    undo: str = ""
    """The signed offer to take it back; empty where there is none."""
    href: str = ""
    """Where the result is seen."""


def undoable(request: HttpRequest, said: str, undo: str, **arguments: str) -> None:
    """Say what was done, and offer to take it back by a registered undo with these arguments."""
    offer = {"undo": registry.undos[undo].name, "arguments": arguments, "person": request.user.pk}
    messages.success(request, said, extra_tags=MARK + signing.dumps(offer, salt=SALT, compress=True))


def toast_of(message: Message) -> Toast:
    """What a message of Django's says."""
    tags = message.extra_tags or ""
    return Toast(str(message), message.level_tag, tags.removeprefix(MARK) if tags.startswith(MARK) else "")


def take_back(offer: str, person: Any) -> str:
    """Take something back and return what to say of it.

    Raises NoLongerOffered, PermissionDenied, or the DomainError of the undo itself.
    """
    said = _("This can no longer be taken back from here.")
    try:
        promised = signing.loads(offer, salt=SALT, max_age=OFFERED_FOR)
    except signing.BadSignature:
        raise NoLongerOffered(said) from None
    if promised["person"] != person.pk:
        raise NoLongerOffered(said)
    undo = registry.undos[promised["undo"]]
    if undo.permission is not None and not person.may(undo.permission):
        raise PermissionDenied
    return undo.run(promised["arguments"], person)
