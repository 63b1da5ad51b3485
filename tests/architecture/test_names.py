"""What things are called, and how services are called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
REFUSED = {"utils", "util", "helpers", "helper", "common", "core", "manager", "managers", "misc", "signals"}
MODULES = [path for path in sorted(SRC.rglob("*.py")) if "migrations" not in path.parts]


def shown(path: Path) -> str:
    return str(path.relative_to(SRC))


def test_no_module_has_a_name_that_says_nothing() -> None:
    refused = [shown(path) for path in MODULES if REFUSED & {path.stem, *path.relative_to(SRC).parts[:-1]}]

    assert refused == []


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_rooms_call_each_other_and_send_no_signals(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}

    assert not [
        name for name in imported if name.startswith("django.dispatch") or "signals" in name.split(".")
    ]


def services() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions of the modules named services and of the packages named services."""
    for path in MODULES:
        parts = path.relative_to(SRC).with_suffix("").parts
        if parts[0] == "guanxi" and "services" in parts:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield f"{'.'.join(parts)}.{node.name}", node


def names(arguments: list[ast.arg]) -> set[str]:
    return {argument.arg for argument in arguments}


def test_what_somebody_does_is_called_by_keyword() -> None:
    """A verb takes an actor; run_… are jobs, which the queue calls with what is running."""
    verbs = {
        name: node.args
        for name, node in services()
        if "actor" in names(node.args.args + node.args.kwonlyargs)
    }

    assert len(verbs) > 10
    assert [name for name, args in verbs.items() if args.args or args.posonlyargs] == []
