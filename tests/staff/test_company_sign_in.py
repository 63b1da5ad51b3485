"""Signing in by the company's own OpenID Connect, against a small one that runs here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from staff.cast import person

from guanxi.staff.models import User
from guanxi.staff.roles import Role

pytestmark = pytest.mark.django_db


class Company(BaseHTTPRequestHandler):
    """Vouches for whomever the test names."""

    vouched: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        here = f"http://{self.headers['Host']}"
        if self.path.endswith("/openid-configuration"):
            names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "issuer")
            self._answer({name: f"{here}/{name}" for name in names})
        else:
            self._answer(self.vouched)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append(parse_qs(body))
        self._answer({"access_token": "t", "token_type": "Bearer"})

    def _answer(self, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def company(settings: Any) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Company)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Company.asked.clear()
    address = f"http://127.0.0.1:{server.server_port}"
    settings.OIDC_URL = address
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "company",
                    "name": "Acme",
                    "client_id": "guanxi",
                    "secret": "s",
                    "settings": {"server_url": address},
                }
            ],
        }
    }
    yield address
    server.shutdown()
    server.server_close()


def comes_from(company: str, browser: Client, *, email: str, verified: bool = True) -> Any:
    """Press the button, sign in there, and come back."""
    Company.vouched = {"sub": f"sub-{email}", "email": email, "email_verified": verified, "name": "Zhou Min"}
    away = browser.post("/accounts/oidc/company/login/")
    assert away.status_code == 302
    assert away.headers["Location"].startswith(f"{company}/authorization_endpoint?")
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    back = {"code": "c", "state": asked["state"][0]}
    return browser.get("/accounts/oidc/company/login/callback/", back, follow=True)


def test_the_button_is_there_only_where_the_company_has_a_sign_in(client: Client, company: str) -> None:
    page = client.get("/accounts/login/")
    assert "Sign in with Acme" in page.content.decode()
    assert f"form-action 'self' {company}" in page.headers["Content-Security-Policy"]


def test_without_one_there_is_no_button_and_no_address(client: Client) -> None:
    assert "Sign in with" not in client.get("/accounts/login/").content.decode().replace("with a passkey", "")
    assert client.post("/accounts/oidc/company/login/").status_code == 404


def test_who_has_an_account_is_signed_in_with_their_role(client: Client, company: str) -> None:
    zhou = person("Zhou", Role.SALESPERSON)
    comes_from(company, client, email="zhou@example.com")

    assert client.session["_auth_user_id"] == str(zhou.pk)
    assert client.get("/").status_code == 200
    assert client.get("/settings/").status_code == 403
    assert "code_verifier" in Company.asked[0]


def test_who_has_none_gets_none(client: Client, company: str) -> None:
    answer = comes_from(company, client, email="stranger@example.com")

    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()
    assert answer.status_code == 200


def test_an_address_that_the_company_does_not_vouch_for_opens_nothing(client: Client, company: str) -> None:
    person("Zhou", Role.SALESPERSON)
    comes_from(company, client, email="zhou@example.com", verified=False)

    assert "_auth_user_id" not in client.session


def test_who_was_barred_stays_out(client: Client, company: str) -> None:
    zhou = person("Zhou", Role.SALESPERSON)
    zhou.is_active = False
    zhou.save()
    comes_from(company, client, email="zhou@example.com")

    assert client.get("/").status_code == 302
