"""Calling the API as a program does: with a token, in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.test import Client

from guanxi.foundation.actor import Actor
from guanxi.staff.models import User
from guanxi.staff.roles import May, Role
from guanxi.staff.tokens import create_token

ANN = Actor("Ann")


def person(role: Role = Role.ADMINISTRATOR, name: str = "") -> User:
    email = f"{name or role.value}@example.com"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, email, role=role)


def token_for(user: User, scopes: Iterable[May] | None = None) -> str:
    wanted = (
        list(scopes) if scopes is not None else [permission for permission in May if user.may(permission)]
    )
    return create_token(user=user, name="till", scopes=wanted, days=30, actor=ANN)[1]


class Program:
    """A program with somebody's token."""

    def __init__(
        self, role: Role = Role.ADMINISTRATOR, scopes: Iterable[May] | None = None, token: str | None = None
    ) -> None:
        self.client = Client(raise_request_exception=False)
        self.token = token_for(person(role), scopes) if token is None else token

    def get(self, address: str, asked: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(_whole(address), asked or {}, headers=self._headers(headers))

    def post(self, address: str, body: Any = None, *, kind: str = "application/json", **headers: str) -> Any:
        sent = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        return self.client.post(_whole(address), sent, content_type=kind, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return own | {name.replace("_", "-"): value for name, value in more.items()}


def _whole(address: str) -> str:
    return address if address.startswith("/api") else f"/api/v1{address}"


def told(answer: Any, status: int = 200) -> Any:
    """What an answer of this status says."""
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def fault(answer: Any) -> tuple[int, str, str | None]:
    """Status, code and place of an error, which has the one shape."""
    problem = answer.json()["error"]
    assert set(problem) == {"code", "message", "where"}, problem
    assert problem["message"]
    return answer.status_code, problem["code"], problem["where"]
