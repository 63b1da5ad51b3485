"""Every page in 简体中文 holds no English word that is not a name."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from desk.addresses import addresses
from django.test import Client

from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = {
    "Guanxi", "English", "Ada", "BG", "NBD", "Gamma", "Parquet", "CSV", "TOML", "UTF", "GB", "USD", "UTC", "JSON",
    "ECharts", "PNG", "MVC", "MGC", "BZ", "MIGRATOR", "Fader", "Hardie", "Lee", "NULL", "TOTP", "ID", "npm", "alive",
    "JavaScript", "https", "Ctrl", "Esc", "Enter", "Excel", "API", "OpenAPI", "true", "universal",
}  # fmt: skip
"""Latin words that a Chinese page may hold: names of products, models, units and formats, and values of settings."""
OURS = [address for address in addresses() if address.is_ours]
AS_TYPED = re.compile(r"(?s)<(script|style|textarea|code|pre|option)\b.*?</\1>")
"""What stands on a page as it is typed or kept: documents, keys and values."""


def seen(page: str) -> Iterator[str]:
    """The words that a reader sees or hears."""
    body = AS_TYPED.sub(" ", page)
    for attribute in re.findall(r'(?:aria-label|placeholder|alt|title)="([^"]*)"', body):
        yield from words(attribute)
    yield from words(re.sub(r"<[^>]*>", " ", body))


def words(text: str) -> list[str]:
    plain = re.sub(r"\S+@\S+|`[^`]*`|\S*[_/.:]\S*|\b\w*\d\w*\b", " ", html.unescape(text))
    return re.findall(r"[A-Za-z]{2,}", plain)


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
    return set(seen(answer.content.decode())) - NAMES


def test_no_page_of_an_empty_installation_speaks_english(chinese: Client) -> None:
    paths = [
        address.path for address in OURS if "nothing" not in address.path
    ]  # their messages repeat the address
    found = {path: english for path in paths if (english := english_on(chinese, path))}

    assert found == {}


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/2fa/"])
def test_signing_in_speaks_chinese(path: str) -> None:
    answer = Client().get(path, headers={"accept-language": "zh-CN"}, follow=True)
    assert set(seen(answer.content.decode())) - NAMES == set()
