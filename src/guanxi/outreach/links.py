"""The links in letters: signed tokens that customers bring back.

A token says for whom a letter was and which stored link it names. It never holds an address, so nobody can make this
server send others elsewhere, and whoever has no token can make none.
"""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.core.signing import BadSignature, Signer, b62_decode, b62_encode

LONGEST_TOKEN = 120
_UNSUBSCRIBE = "guanxi.outreach.unsubscribe"
_CLICK = "guanxi.outreach.click"


class Clicked(NamedTuple):
    """What a click token names."""

    contact_id: int
    link_id: int


def unsubscribe_address(contact_id: int) -> str:
    """Where the customer of a contact takes consent back; empty where the installation has no public address.

    A letter that is only tried out is on no ledger (its number is not above zero) and leads nowhere but to the shop.
    """
    return _address("u", _UNSUBSCRIBE, contact_id) if _can_be_reached(contact_id) else ""


def click_address(contact_id: int, link_id: int, stored: str) -> str:
    """What a letter says where a link stands; the stored address itself where nobody could reach this server."""
    return _address("c", _CLICK, contact_id, link_id) if _can_be_reached(contact_id) else stored


def contact_of(token: str) -> int | None:
    """The contact that an unsubscribe token names; None for a token that is not ours."""
    found = _numbers(_UNSUBSCRIBE, token)
    return found[0] if len(found) == 1 else None


def clicked_by(token: str) -> Clicked | None:
    """What a click token names; None for a token that is not ours."""
    found = _numbers(_CLICK, token)
    return Clicked(*found) if len(found) == 2 else None


def _can_be_reached(contact_id: int) -> bool:
    return bool(settings.PUBLIC_URL) and contact_id > 0


def _address(door: str, salt: str, *numbers: int) -> str:
    token = _signer(salt).sign("-".join(b62_encode(number) for number in numbers))
    return f"{settings.PUBLIC_URL}/{door}/{token}"


def _numbers(salt: str, token: str) -> tuple[int, ...]:
    """The numbers of a token; none where its signature does not fit. The same little work whatever is sent."""
    if len(token) > LONGEST_TOKEN:
        return ()
    try:
        return tuple(b62_decode(part) for part in _signer(salt).unsign(token).split("-"))
    except BadSignature:
        return ()


def _signer(salt: str) -> Signer:
    return Signer(salt=salt, sep=".")
