"""Signing in, and what nobody can do: make an account, guess for ever, be sent elsewhere."""

from __future__ import annotations

import pytest
from cli.commands import guanxi, told
from django.core.cache import cache
from django.test import Client

from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse 9"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def add(email: str = "mia@example.com", role: str = "analyst", password: str = PASSWORD) -> object:
    return told("users", "add", email, "--role", role, "--name", "Mia 王", "--password", password)


def sign_in(client: Client, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    answer = client.post("/accounts/login/", {"login": "mia@example.com", "password": password, **more})
    return answer.status_code, answer.headers.get("Location", "")


def test_somebody_who_was_added_signs_in_and_sees_a_name_and_a_role(client: Client) -> None:
    assert add() == {"user": "mia@example.com", "role": "analyst"}
    assert sign_in(client) == (302, "/")

    page = client.get("/").content.decode()
    assert "Good day, Mia 王" in page
    assert "Analyst" in page
    assert told("users") == [
        {"email": "mia@example.com", "name": "Mia 王", "role": "analyst", "is_active": True}
    ]


def test_a_wrong_password_is_refused_and_a_person_who_left_stays_out(client: Client) -> None:
    add()
    assert sign_in(client, "wrong horse 99") == (200, "")
    User.objects.update(is_active=False)
    assert sign_in(client) == (302, "/accounts/inactive/")
    assert client.get("/").status_code == 302


def test_guessing_is_slowed_down(client: Client) -> None:
    add()
    for _ in range(5):
        sign_in(client, "wrong horse 99")
    answer = client.post("/accounts/login/", {"login": "mia@example.com", "password": PASSWORD})
    assert "Too many failed login attempts" in answer.content.decode()


@pytest.mark.parametrize(
    ("email", "role", "password", "said"),
    [
        ("mia", "analyst", PASSWORD, "Enter a valid email address."),
        ("mia@example.com", "analyst", "short", "too short"),
        ("mia@example.com", "analyst", "password123456", "too common"),
    ],
)
def test_a_bad_account_is_refused_with_words(email: str, role: str, password: str, said: str) -> None:
    ended = guanxi("users", "add", email, "--role", role, "--password", password)
    assert (ended.code, said in ended.err) == (1, True)
    assert not User.objects.exists()


def test_one_account_per_address_whatever_its_case() -> None:
    add()
    ended = guanxi("users", "add", "MIA@example.com", "--role", "analyst", "--password", PASSWORD)
    assert ended.err == "Error: There is an account for mia@example.com already.\n"


def test_nobody_makes_an_account_for_themselves(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "eve@example.com", "password1": PASSWORD})
    assert not User.objects.exists()


def test_after_signing_in_nobody_is_sent_elsewhere(client: Client) -> None:
    add()
    assert sign_in(client, next="https://evil.example/") == (302, "/")
    answer = client.post("/language/", {"language": "zh-hans", "next": "//evil.example/"})
    assert answer.headers["Location"] == "/"


def test_the_language_is_what_a_person_chose_else_what_the_browser_asks_for(client: Client) -> None:
    add()
    assert "登录" in client.get("/accounts/login/", headers={"accept-language": "zh-CN,zh"}).content.decode()
    sign_in(client)
    client.post("/language/", {"language": "zh-hans"})
    assert "您好" in client.get("/", headers={"accept-language": "en"}).content.decode()
