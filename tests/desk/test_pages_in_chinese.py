"""Every page in 简体中文 holds no English word that is not a name."""

from __future__ import annotations

from typing import Any

import pytest
from desk.addresses import addresses
from desk.chinese import english_in
from django.test import Client

from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
OURS = [address for address in addresses() if address.is_ours]


@pytest.fixture
def chinese(home: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(
        User.objects.create_user(
            "a@example.com", "a@example.com", first_name="Ada", role="administrator", language="zh-hans"
        )
    )
    return client


def english_on(client: Client, path: str) -> set[str]:
    answer = client.get(path)
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return set()
    return english_in(answer.content.decode())


def test_no_page_of_an_empty_installation_speaks_english(chinese: Client) -> None:
    paths = [
        address.path for address in OURS if "nothing" not in address.path
    ]  # their messages repeat the address
    found = {path: english for path in paths if (english := english_on(chinese, path))}

    assert found == {}


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/2fa/"])
def test_signing_in_speaks_chinese(path: str) -> None:
    answer = Client().get(path, headers={"accept-language": "zh-CN"}, follow=True)
    assert english_in(answer.content.decode()) == set()
