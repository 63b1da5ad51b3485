"""Requests made up from the description find no defect, and no answer that the description does not know."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from api.calling import person, token_for
from campaigns import world
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error, response_schema_conformance, status_code_conformance

from guanxi.api.reference import document
from guanxi.foundation import jobs
from guanxi.wsgi import application

SCHEMA = schemathesis.openapi.from_dict(json.loads(document()))
SCHEMA.app = application
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
EXAMPLES = 12
"""Requests for each operation."""


@schemathesis.serializer("application/x-ndjson", "application/jsonl", "text/csv")
def as_it_is(context: Any, value: Any) -> bytes:
    return str(value).encode(errors="replace")


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch, settings: Any) -> str:
    """An installation with customers, figures, a campaign and a batch; whoever waits lets a worker have its turn."""
    settings.API_REQUESTS_PER_MINUTE = 100_000
    monkeypatch.setattr("guanxi.api.jobs.pause", jobs.run_next)
    monkeypatch.setattr("guanxi.api.batches.pause", jobs.run_next)
    world.shop({"c01": 40.0, "c02": 30.0, "c03": 30.0})
    world.planned()
    return token_for(person())


@pytest.mark.django_db(transaction=True)
def test_no_request_breaks_the_api(token: str) -> None:
    assert len(OPERATIONS) >= 25
    for label, operation in OPERATIONS.items():
        _try(label, operation, token)


def _try(label: str, operation: Any, token: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def holds(case: Any) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"})
        case.validate_response(answer, checks=CHECKS)

    try:
        holds()
    except BaseException as error:
        error.add_note(f"by {label}")
        raise
