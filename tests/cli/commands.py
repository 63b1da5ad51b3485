"""Running the program in this process, as somebody at a terminal would: what it prints, and how it ends."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from guanxi.cli import app as tree
from guanxi.cli import output


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def guanxi(*words: object) -> Ended:
    """Run `guanxi WORDS…`."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        patch.object(sys, "argv", ["guanxi", *(str(word) for word in words)]),
        patch.object(output.out, "_file", out),
        patch.object(output.err, "_file", err),
        # What a message leaves in one line, only a terminal wraps.
        patch.object(output.out, "_width", 1000),
        patch.object(output.err, "_width", 1000),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            tree.run()
        except SystemExit as end:
            code = int(end.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())


def told(*words: object) -> Any:
    """What a command that must work says with --json."""
    ended = guanxi(*words, "--json")
    assert ended.code == 0, ended.err
    return ended.json
