"""A mail server that accepts everything and remembers whom: one line per accepted message, in a file.

    python smtp_sink.py FILE [DELAY]

It prints its port, then serves until it is killed. Some addresses make it misbehave: refused@ gets 550,
later@ gets 451; at drop@ it hangs up after the message has arrived, at early@ before.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Session(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, file: int, delay: float) -> None:
        self.file, self.delay = file, delay
        self.buffer, self.recipient, self.in_data = b"", b"", False

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.say("220 sink")

    def say(self, line: str) -> None:
        self.transport.write(line.encode() + b"\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while not self.transport.is_closing():
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            part, found, rest = self.buffer.partition(end)
            if not found:
                return
            self.buffer = rest
            if self.in_data:
                self.in_data = False
                asyncio.get_running_loop().call_later(
                    self.delay, self.accept
                ) if self.delay else self.accept()
            else:
                self.command(part)

    def command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self.recipient = line.partition(b"<")[2].partition(b">")[0]
            self.answer_recipient()
        elif verb == b"DATA":
            self.in_data = True
            self.say("354 go ahead")
        elif verb == b"QUIT":
            self.say("221 bye")
            self.transport.close()
        else:
            self.say("250 ok")

    def answer_recipient(self) -> None:
        if self.recipient.startswith(b"early@"):
            self.transport.abort()
            return
        refusals = {b"refused@": "550 no such user", b"later@": "451 come again"}
        self.say(refusals.get(self.recipient.partition(b"@")[0] + b"@", "250 ok"))

    def accept(self) -> None:
        # One write to a file opened for appending: whole lines, there even if the sink is killed.
        os.write(self.file, self.recipient + b"\n")
        if self.recipient.startswith(b"drop@"):
            self.transport.abort()
        elif not self.transport.is_closing():
            self.say("250 accepted")


async def serve(path: str, delay: float) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    server = await asyncio.get_running_loop().create_server(lambda: Session(file, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running_sink(path: Path, delay: float = 0.0) -> Iterator[int]:
    """A sink in a process of its own; its port."""
    path.touch()
    process = subprocess.Popen(
        [sys.executable, __file__, str(path), str(delay)], stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
