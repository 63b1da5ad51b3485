"""A plan as the TOML text that people write and keep in files."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.plans import OPTIONAL, REQUIRED

BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_plan_text(text: str) -> dict[str, Any]:
    """The document that a text says. Raises PlanError where it is no TOML."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise PlanError(_("%(name)s is nested too deeply.") % {"name": _("The plan")}) from error
    except tomllib.TOMLDecodeError as error:
        said = _("%(name)s cannot be read: %(error)s")
        raise PlanError(said % {"name": _("The plan"), "error": error}) from error


def plan_text(document: Mapping[str, Any]) -> str:
    """A document as TOML, in the order in which plans are read; what says nothing is left out.

    >>> cell = {"code": "a", "body": "Dear $name,\\nhello."}
    >>> print(plan_text({"cells": [cell], "code": "x", "budget": None}), end="")
    code = "x"
    <BLANKLINE>
    [[cells]]
    code = "a"
    body = \"\"\"
    Dear $name,
    hello.\"\"\"
    """
    order = [name for name in (*REQUIRED, *OPTIONAL) if name in document]
    known = {name: document[name] for name in [*order, *document] if document[name] is not None}
    tables = {name: value for name, value in known.items() if _is_tables(value)}
    lines = [_line(name, value) for name, value in known.items() if name not in tables]
    for name, rows in tables.items():
        for row in rows:
            lines += ["", f"[[{_key(name)}]]", *_row_lines(name, row)]
    return "\n".join(lines) + "\n"


def _row_lines(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a row; what it holds by further names, such as words by language, as sections of their own below."""
    inner = {key: parts for key, parts in row.items() if _is_sections(parts)}
    yield from (_line(key, value) for key, value in row.items() if key not in inner)
    for key, parts in inner.items():
        for part, values in parts.items():
            yield f"[{_key(name)}.{_key(key)}.{_key(part)}]"
            yield from (_line(each, value) for each, value in values.items())


def _is_sections(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(part, dict) for part in value.values())


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _line(name: str, value: Any) -> str:
    return f"{_key(name)} = {_long(value) if isinstance(value, str) and _is_long(value) else _value(value)}"


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _string(name)


def _is_long(text: str) -> bool:
    return "\n" in text and "\r" not in text


def _long(text: str) -> str:
    """A text over several lines; the line break that opens it does not count."""
    lines = (_string(line)[1:-1] for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case dict():
            return "{ " + ", ".join(_pairs(value)) + " }"
        case list():
            return "[" + ", ".join(_value(part) for part in value) + "]"
    return str(value)


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(name)} = {_value(value)}" for name, value in table.items() if value is not None)


def _string(text: str) -> str:
    """A basic string: what JSON escapes TOML reads alike; DEL it wants escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
