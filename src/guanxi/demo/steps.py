"""How the demo runs the product: by its commands, as anybody would, printing each one."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from guanxi.cli.app import app
from guanxi.cli.output import out

_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:")


def chapter(title: str) -> None:
    """A heading."""
    out.print()
    out.rule(f"[bold]{title}[/bold]", align="left")


def say(text: str) -> None:
    """A remark between two commands."""
    out.print(text + "\n", style="italic", markup=False)


def guanxi(*words: object) -> None:
    """Run one command of the product in this process."""
    arguments = [str(word) for word in words]
    out.print(f"$ guanxi {shown(arguments)}", style="bold cyan", markup=False)
    app(arguments, standalone_mode=False)


def quietly(*words: object) -> Any:
    """Run one command and keep what it prints to itself."""
    with redirect_stdout(StringIO()) as kept:
        app([*(str(word) for word in words), "--json"], standalone_mode=False)
    return kept.getvalue()


def shown(arguments: Sequence[str]) -> str:
    """The command as it would be typed."""
    return " ".join(word if set(word) <= _PLAIN else shlex.quote(word) for word in arguments)


class Stopwatch:
    """How long a part took."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self.started
