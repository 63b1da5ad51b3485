"""How an operation is declared: its one permission, what it answers with an example, and the errors it may answer."""

from __future__ import annotations

import json
from typing import Any, Final

from ninja import Schema
from ninja import Status as Status

from guanxi.api.callers import Bearer
from guanxi.api.schemas import Problem
from guanxi.staff.roles import May

ALWAYS: Final = (401, 403, 422, 429, 500)
"""Errors that any operation may answer."""


def operation(
    may: May,
    summary: str,
    returns: Any,
    example: Any,
    *,
    status: int = 200,
    others: dict[int, Any] | None = None,
    errors: tuple[int, ...] = (),
    body: dict[str, Any] | None = None,
    lines: type[Schema] | None = None,
) -> dict[str, Any]:
    """What a router is told of an operation; `others` are its other good answers, `body` describes an own body.

    With `lines` the answer is one JSON object of that shape a line, streamed.
    """
    shown = {"application/json": {"example": example}}
    if lines:
        shown = {
            "application/x-ndjson": {"example": json.dumps(example), "schema": lines.model_json_schema()}
        }
    extra: dict[str, Any] = {
        "x-permission": may.value,
        "responses": {status: {"content": shown}},
    }
    if body:
        extra["requestBody"] = body
    good = {status: returns, **(others or {})}
    return {
        "auth": Bearer(may),
        "summary": summary,
        "response": good | dict.fromkeys(sorted({*ALWAYS, *errors}), Problem),
        "openapi_extra": extra,
    }
