"""One module calls web addresses: the guarded client. Any other way out would pass its checks by."""

from __future__ import annotations

import ast
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
CLIENT = SRC / "guanxi/foundation/guarded_client.py"
WAYS_OUT = (
    "urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "ftplib", "telnetlib", "xmlrpc",
    "pycurl", "websockets",
)  # fmt: skip


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def ways_out(path: Path) -> set[str]:
    return {name for name in imported(path) for way in WAYS_OUT if name == way or name.startswith(f"{way}.")}


def test_nothing_but_the_guarded_client_calls_web_addresses() -> None:
    assert {str(path) for path in SRC.rglob("*.py") if ways_out(path)} == {str(CLIENT)}
