"""Every operation states its permission; every role, token and nobody meets exactly the doors that are open to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from api.calling import Program, fault, person, token_for, told
from api.operations import ALL, Operation
from django.test import Client
from django.utils import translation

from guanxi.customers.queries import no_customer
from guanxi.foundation import clock
from guanxi.foundation.models import Job
from guanxi.staff.models import ApiToken, User
from guanxi.staff.roles import GRANTED, May, Role

pytestmark = pytest.mark.django_db(transaction=True)


def refused(program: Program) -> set[Operation]:
    return {operation for operation in ALL if operation.call(program).status_code == 403}


def test_every_operation_states_one_permission() -> None:
    assert len(ALL) >= 25
    assert {type(operation.may) for operation in ALL} == {May}


@pytest.mark.parametrize("role", Role)
def test_a_role_meets_the_doors_that_are_open_to_it(role: Role) -> None:
    assert refused(Program(role)) == {operation for operation in ALL if operation.may not in GRANTED[role]}


@pytest.mark.parametrize("scope", [May.SEE_CUSTOMERS, May.RUN_CAMPAIGNS, May.IMPORT])
def test_a_token_opens_only_what_it_was_made_for(scope: May) -> None:
    assert refused(Program(scopes=[scope])) == {operation for operation in ALL if operation.may != scope}


@pytest.mark.parametrize("token", ["", "gx_1_0", "gx_4711_" + "0" * 64, "\xe9"])
def test_without_a_token_that_is_valid_nothing_opens(token: str) -> None:
    program = Program(token=token)
    for operation in ALL:
        answer = operation.call(program)
        assert fault(answer)[:2] == (401, "unauthorized"), operation
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("ended", ["expired", "revoked", "left"])
def test_a_token_that_has_ended_opens_nothing(ended: str) -> None:
    program = Program()
    at = clock.now()
    if ended == "expired":
        ApiToken.objects.update(created_at=at - timedelta(2), expires_at=at - timedelta(1))
    if ended == "revoked":
        ApiToken.objects.update(revoked_at=at)
    if ended == "left":
        User.objects.update(is_active=False)

    assert {operation.call(program).status_code for operation in ALL} == {401}


def test_a_browser_that_has_signed_in_may_read_by_the_same_rule_and_change_nothing() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(person(Role.ANALYST))
    for operation in ALL:
        program = Program(token="")
        program.client = client
        status = operation.call(program).status_code
        if operation.method == "POST":
            assert status == 401, operation
        else:
            assert (status == 403) == (operation.may not in GRANTED[Role.ANALYST]), operation


def test_a_wrong_token_is_refused_even_where_a_session_would_open() -> None:
    program = Program(token="gx_1_0")
    program.client.force_login(person())

    assert fault(program.get("/customers"))[0] == 401


def test_a_token_is_used_up_for_a_minute_and_says_until_when(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    monkeypatch.setattr("guanxi.api.callers.time.time", lambda: 600.0 + 12)
    program = Program()
    assert [program.get("/jobs").status_code for _ in range(3)] == [200, 200, 429]

    answer = program.get("/jobs")
    assert fault(answer)[:2] == (429, "too_many_requests")
    assert answer.headers["Retry-After"] == "48"
    assert Program(token=token_for(person())).get("/jobs").status_code == 200
    monkeypatch.setattr("guanxi.api.callers.time.time", lambda: 660.0)
    assert program.get("/jobs").status_code == 200


def test_what_a_program_does_is_kept_under_its_persons_name_and_its_token() -> None:
    program = Program()
    told(program.post("/insight/refresh"), 202)
    token = ApiToken.objects.get()

    assert token.last_used_on == clock.business_date(clock.now())
    assert Job.objects.get().actor == f"administrator@example.com (API token {token.pk})"


def test_errors_are_said_in_the_language_of_the_request() -> None:
    program, said = Program(), {}
    for language in ("en", "zh-CN", "fr"):
        said[language] = program.get("/customers/nobody", Accept_Language=language).json()["error"]["message"]
    with translation.override("zh-hans"):
        chinese = no_customer("nobody")

    assert said["zh-CN"] == str(chinese) != said["en"]
    assert (
        said["fr"] == said["en"] == "There is no customer 'nobody'; name one by public id or as source:key."
    )


def test_an_address_or_method_that_there_is_not_is_answered_in_the_same_shape() -> None:
    program = Program()
    assert fault(program.get("/nothing"))[:2] == (404, "not_found")
    assert fault(program.get("/customers/"))[:2] == (404, "not_found")
    answer = program.post("/customers")
    assert fault(answer)[:2] == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"


def test_a_defect_is_an_error_of_the_same_shape_and_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **more: Any) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("guanxi.api.customers.seen_customer", broken)
    assert fault(Program().get("/customers/c1"))[:2] == (500, "internal")
    assert "a defect" in caplog.text
