"""The only way in which the product calls an address that a user gave.

Whoever may type an address must not be able to make this server talk to machines that only it can reach. So the name is
looked up here, every address it has must be allowed, the connection goes to the very address that was checked, and a
redirect is checked anew. One limit of time holds for all of it, from the look-up to the last byte.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final
from urllib.parse import quote, urljoin

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.foundation.errors import DomainError
from guanxi.foundation.network_rules import is_odd_number, may_call, may_use
from guanxi.foundation.web_addresses import PORTS, BadAddress, WebAddress, web_address

AGENT: Final = "Guanxi"
REDIRECTS: Final = (301, 302, 303, 307, 308)
MOST_REDIRECTS: Final = 3
KEPT: Final = "!$%&'()*+,/:;=?@[]~"
"""Signs of a path that stand for themselves."""
SAID: Final = {
    "not allowed": gettext_noop("this server may not call that machine"),
    "name unknown": gettext_noop("no machine has that name"),
    "no connection": gettext_noop("nothing answers there"),
    "not trusted": gettext_noop("its certificate is not to be trusted"),
    "too slow": gettext_noop("it took too long"),
    "too large": gettext_noop("the answer is too large"),
    "no web server": gettext_noop("what answered is no web server"),
    "redirects": gettext_noop("it leads elsewhere too often, or from https to http"),
}
"""Why a call failed, by the code under which it is logged."""


class CallFailed(DomainError):
    """No answer came; `code` is a key of SAID."""

    def __init__(self, host: str, code: str) -> None:
        super().__init__(_("%(host)s cannot be called: %(why)s.") % {"host": host, "why": _(SAID[code])})
        self.code = code


@dataclass(frozen=True)
class Limits:
    """What a call may cost us."""

    seconds: float = 10.0
    body: int = 64 * 1024
    """Bytes of the answer."""


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def check_address(text: str) -> WebAddress:
    """Take an address apart that may be called as far as can be told without a look-up. Raises BadAddress."""
    address = web_address(text)
    if address.scheme != "https" and not settings.WEBHOOK_HTTP:
        raise BadAddress(
            _("Only https addresses are called; inside a closed network set GUANXI_WEBHOOK_HTTP=1.")
        )
    if is_odd_number(address.host):
        raise BadAddress(
            _("%(host)s is a number in an unusual spelling; write it like 203.0.113.7.") % vars(address)
        )
    if not may_use(address.port):
        raise BadAddress(_("Port %(port)s is not called; use 443 or a port from 1024 on.") % vars(address))
    return address


def post(text: str, *, body: bytes, headers: Mapping[str, str], limits: Limits = Limits()) -> Answer:
    """Send something; a redirect is an answer like any other. Raises BadAddress and CallFailed."""
    return _call("POST", check_address(text), body, headers, _Deadline(limits.seconds), limits.body)


def fetch(text: str, *, limits: Limits = Limits()) -> Answer:
    """Get something, following up to three redirects. Raises BadAddress and CallFailed."""
    deadline = _Deadline(limits.seconds)
    address = check_address(text)
    for _turn in range(MOST_REDIRECTS + 1):
        answer = _call("GET", address, b"", {}, deadline, limits.body)
        if answer.status not in REDIRECTS:
            return answer
        text = urljoin(text, answer.headers.get("location", ""))
        before, address = address, check_address(text)
        if address.scheme != before.scheme:
            break
    raise CallFailed(address.host, "redirects")


class _Deadline:
    """The instant at which a call ends, whatever it is waiting for."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left; raises TimeoutError when none are."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def _call(
    method: str, address: WebAddress, body: bytes, headers: Mapping[str, str], deadline: _Deadline, most: int
) -> Answer:
    try:
        with _connect(address, deadline) as connected:
            return _exchange(_Stream(connected, deadline), method, address, body, headers, most)
    except TimeoutError:
        raise CallFailed(address.host, "too slow") from None
    except ssl.SSLCertVerificationError:
        raise CallFailed(address.host, "not trusted") from None
    except (http.client.HTTPException, ssl.SSLError):
        raise CallFailed(address.host, "no web server") from None
    except OSError:
        raise CallFailed(address.host, "no connection") from None


def _exchange(
    stream: _Stream, method: str, address: WebAddress, body: bytes, headers: Mapping[str, str], most: int
) -> Answer:
    link = http.client.HTTPConnection(address.host, address.port)
    link.sock = stream  # connected already, to the address that was checked
    link.auto_open = 0
    own = {"Host": _host(address), "User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    link.request(method, quote(address.target, safe=KEPT), body=body or None, headers=own | dict(headers))
    answer = link.getresponse()
    read = answer.read(most + 1)
    if len(read) > most:
        raise CallFailed(address.host, "too large")
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, read)


def _host(address: WebAddress) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return host if address.port == PORTS[address.scheme] else f"{host}:{address.port}"


def _connect(address: WebAddress, deadline: _Deadline) -> socket.socket:
    """Look the name up, refuse it unless all its addresses may be called, and connect to the first that answers."""
    found = list(dict.fromkeys(_looked_up(address, deadline)))
    if not found:
        raise CallFailed(address.host, "name unknown")
    if not all(may_call(address.host, ip) for ip in found):
        raise CallFailed(address.host, "not allowed")
    for place, ip in enumerate(found):
        try:
            connected = socket.create_connection((ip, address.port), timeout=deadline.left())
        except OSError:
            if place == len(found) - 1:
                raise
        else:
            return _encrypted(connected, address, deadline)
    raise AssertionError("the last address either answers or raises")


def _encrypted(connected: socket.socket, address: WebAddress, deadline: _Deadline) -> socket.socket:
    if address.scheme != "https":
        return connected
    try:
        connected.settimeout(deadline.left())
        return ssl.create_default_context().wrap_socket(connected, server_hostname=address.host)
    except BaseException:
        connected.close()
        raise


def _looked_up(address: WebAddress, deadline: _Deadline) -> list[str]:
    """The addresses of a name. The system's look-up knows no time limit, so it waits in a thread of its own."""
    answers: SimpleQueue[list[str]] = SimpleQueue()
    threading.Thread(target=lambda: answers.put(_resolve(address.host, address.port)), daemon=True).start()
    try:
        return answers.get(timeout=deadline.left())
    except Empty:
        raise TimeoutError from None


def _resolve(host: str, port: int) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError:
        return []


class _Stream(io.RawIOBase):
    """A connected socket that keeps to one deadline for everything, not one for every byte."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._socket, self._deadline = connected, deadline

    def sendall(self, data: Any) -> None:
        """As the client of the standard library sends."""
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._deadline.left())
            rest = rest[self._socket.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        """As the client of the standard library reads."""
        return io.BufferedReader(_Stream(self._socket, self._deadline))  # it is closed by itself

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(buffer)
