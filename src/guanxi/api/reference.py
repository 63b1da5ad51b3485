"""What the API can do, for people and for programs, from one description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guanxi.api.v1 import description
from guanxi.staff.access import everybody, signed_in
from guanxi.wording.vocabulary import declared

PARTS: Final = declared("customers", "insight", "batches", "campaigns", "jobs")


def document() -> str:
    """The description as the file of docs/reference has it."""
    return json.dumps(_description(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@cache
def _description() -> dict[str, Any]:
    return json.loads(json.dumps(description(), default=str))  # type: ignore[no-any-return]


@require_safe
@everybody
def openapi_document(request: HttpRequest) -> HttpResponse:
    """The description in OpenAPI, for programs; it tells nothing of this installation's data."""
    return JsonResponse(_description(), json_dumps_params={"ensure_ascii": False})


@require_safe
@signed_in
def reference(request: HttpRequest) -> HttpResponse:
    """Every operation with what it needs, takes and gives."""
    operations = list(_operations())
    parts = [
        {"code": part, "label": _(part), "operations": [each for each in operations if each["part"] == part]}
        for part in PARTS
    ]
    return render(request, "api/reference.html", {"parts": parts})


def _operations() -> Iterator[dict[str, Any]]:
    for address, methods in _description()["paths"].items():
        for method, told in methods.items():
            yield {
                "part": told["tags"][0],
                "id": told["operationId"],
                "method": method.upper(),
                "address": address,
                "summary": _(told["summary"]),
                "permission": told["x-permission"],
                "parameters": [_parameter(each) for each in told["parameters"]],
                "body": _example(told.get("requestBody", {})),
                "answers": [_answer(*each) for each in told["responses"].items()],
            }


def _parameter(told: dict[str, Any]) -> dict[str, Any]:
    return {"name": told["name"], "place": told["in"], "is_needed": told["required"]}


def _answer(status: str, told: dict[str, Any]) -> dict[str, str]:
    return {"status": status, "example": _example(told) if status < "300" else ""}


def _example(told: dict[str, Any]) -> str:
    """The first example of a body, laid out."""
    for content in told.get("content", {}).values():
        found = content.get("example", next(iter(content.get("schema", {}).get("examples", [])), None))
        if found is not None:
            return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, indent=2)
    return ""
