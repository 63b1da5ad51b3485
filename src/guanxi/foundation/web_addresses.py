"""What a web address that somebody typed must look like before anything is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from guanxi.foundation.errors import DomainError

LONGEST = 2_000
PORTS = {"http": 80, "https": 443}


class BadAddress(DomainError):
    """The text is not a web address that can be used."""


@dataclass(frozen=True)
class WebAddress:
    """The parts of an address: what to connect to, and what to ask for there."""

    scheme: str
    host: str
    """As the network knows it: lower case, in ASCII, without brackets or a dot at the end."""
    port: int
    target: str
    """Path and query."""


def web_address(text: str) -> WebAddress:
    """Take an http or https address apart; raise BadAddress for anything else.

    Refused are credentials, spaces and control characters (Python's parser drops some of them, browsers others), and
    backslashes, which browsers read as slashes.

    >>> web_address("https://例子.cn:8443/a?b=1#c")
    WebAddress(scheme='https', host='xn--fsqu00a.cn', port=8443, target='/a?b=1')
    """
    if not isinstance(text, str) or not text or len(text) > LONGEST:
        raise BadAddress(_("A web address is a text of 1 to %(most)s characters.") % {"most": f"{LONGEST:,}"})
    if any(sign.isspace() or not sign.isprintable() or sign == "\\" for sign in text):
        raise BadAddress(
            _("%(address)r holds a space or a character that no web address has.") % {"address": text}
        )
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme, _ascii(parts.hostname or ""), parts.port
    except ValueError:
        raise BadAddress(_not_an_address(text)) from None
    if scheme not in PORTS or not host or port == 0:
        raise BadAddress(_not_an_address(text))
    if "@" in parts.netloc:
        raise BadAddress(_("A web address may hold no user name and no password."))
    query = f"?{parts.query}" if parts.query else ""
    return WebAddress(scheme, host, port or PORTS[scheme], f"{parts.path or '/'}{query}")


def _ascii(host: str) -> str:
    """Raises ValueError where the name cannot be written in ASCII."""
    return host.rstrip(".").encode("idna").decode("ascii").lower() if host else ""


def _not_an_address(text: str) -> str:
    said = _("%(address)r is not a web address such as https://shop.example.com/spring.")
    return said % {"address": text}
