"""Every address says who may; every role meets exactly the doors that are open to it."""

from __future__ import annotations

from typing import Any

import pytest
from desk.addresses import Address, addresses
from django.test import Client

from guanxi.foundation.registry import registry
from guanxi.staff.models import User
from guanxi.staff.roles import GRANTED, May, Role

ALL = [address for address in addresses() if not address.is_operation]
OURS = [address for address in ALL if address.is_ours]
SIGN_IN = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_confirm_email", "account_email_verification_sent", "account_confirm_login_code",
    "account_request_login_code",
    "openid_connect_login", "openid_connect_callback",
    "account_reauthenticate", "mfa_authenticate", "mfa_login_webauthn", "mfa_signup_webauthn",
}  # fmt: skip
"""Addresses of the sign-in library that serve those who have not signed in."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet(home: Any) -> None:
    """Uploads and templates have a home to look into."""


def person(role: Role) -> Client:
    user = User.objects.create_user(f"{role}@example.com", f"{role}@example.com", role=role)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def knock(client: Client, address: Address) -> int:
    """The answer to a GET, or to a POST where the address takes no GET."""
    status = client.get(address.path).status_code
    return client.post(address.path).status_code if status == 405 else status


def test_every_view_of_ours_states_who_may() -> None:
    assert [address.name for address in OURS if address.rule is None] == []
    assert {address.rule for address in OURS} <= {"everybody", "signed in", *May}


@pytest.mark.parametrize("role", Role)
def test_a_role_meets_the_doors_that_are_open_to_it(role: Role) -> None:
    client = person(role)
    refused = {address.name for address in OURS if knock(client, address) == 403}

    assert refused == {a.name for a in OURS if isinstance(a.rule, May) and a.rule not in GRANTED[role]}


def test_nobody_meets_the_sign_in_everywhere() -> None:
    client = Client(raise_request_exception=False)
    for address in ALL:
        if address.name in SIGN_IN or address.rule == "everybody":
            continue
        answer = client.get(address.path)
        answer = client.post(address.path) if answer.status_code == 405 else answer
        assert (answer.status_code, answer.headers.get("Location", "")[:16]) == (302, "/accounts/login/"), (
            address
        )


def test_no_address_breaks(client: Client) -> None:
    client = person(Role.ADMINISTRATOR)
    assert {address.name for address in OURS if knock(client, address) >= 500} == set()


def test_the_sidebar_shows_what_a_role_may_open() -> None:
    for role in Role:
        page = person(role).get("/").content.decode()
        shown = {entry.url_name for entry in registry.navigation if f'href="{_path(entry.url_name)}"' in page}
        granted = {
            e.url_name for e in registry.navigation if e.permission is None or e.permission in GRANTED[role]
        }
        assert shown - {"home"} == granted - {"home"}


def _path(url_name: str) -> str:
    return next(address.path for address in ALL if address.name == url_name)


@pytest.mark.parametrize("inline", ["<script>", "style=", "onclick=", "javascript:"])
def test_no_page_runs_or_styles_inline(inline: str) -> None:
    client = person(Role.ADMINISTRATOR)
    for address in ALL:
        answer = client.get(address.path)
        if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            assert inline not in answer.content.decode(), address
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; ")
