"""What the API says of itself, for people and for programs: permissions, examples and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api.operations import ALL
from django.test import Client
from docs.pages import read

from guanxi.api.reference import document
from guanxi.staff.roles import May, Role

pytestmark = pytest.mark.django_db
WHOLE = json.loads(document())
OPERATIONS = [
    (f"{method.upper()} {path}", told)
    for path, methods in WHOLE["paths"].items()
    for method, told in methods.items()
]


def test_the_snapshot_is_up_to_date() -> None:
    assert read("docs/reference/openapi.json") == document(), "run `make docs`"


def test_every_operation_is_described() -> None:
    described = {
        name.replace("/api/v1", "").replace("{batch_id}", "{int:batch_id}") for name, _told in OPERATIONS
    }
    assert described == {f"{each.method} {each.path}" for each in ALL}


@pytest.mark.parametrize(("name", "told"), OPERATIONS)
def test_it_has_a_summary_an_example_and_its_errors(name: str, told: dict[str, Any]) -> None:
    assert told["summary"]
    assert told["description"]
    assert told["x-permission"] in list(May)
    assert told["security"] == [{"Bearer": []}]
    good = [answer for status, answer in told["responses"].items() if status < "300"]
    assert any("example" in content for answer in good for content in answer["content"].values())
    assert {"401", "403", "422", "429"} <= set(told["responses"])
    if "{" in name and "{kind}" not in name:
        assert "404" in told["responses"]
    if "requestBody" in told:
        assert "400" in told["responses"]


def test_programs_read_it_without_a_token(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == WHOLE
    assert WHOLE["openapi"].startswith("3.1")


def test_people_read_it_on_a_page(client: Client, django_user_model: Any) -> None:
    assert client.get("/api/v1/").status_code == 302
    client.force_login(django_user_model.objects.create_user("ann", "ann@example.com", role=Role.SALESPERSON))
    page = client.get("/api/v1/").content.decode()

    for name, told in OPERATIONS:
        assert f"<code>{name}</code>" in page
        assert told["operationId"] in page
