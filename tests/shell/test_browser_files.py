"""What a browser fetches: every icon that a page names, compressed, and no more than a first load may weigh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from shell.people import person

from guanxi.foundation.registry import registry
from guanxi.shell.frame import has_browser_files

ROOM = Path(__file__).resolve().parents[2] / "src/guanxi"
STATIC = ROOM / "shell/static"
LIMIT, LIMIT_WITH_CHARTS = 250_000, 650_000
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not has_browser_files(), reason="the npm registry was out of reach at installation"),
]


def fetched(client: Client, address: str) -> tuple[str, int]:
    """A file as text, and what it weighs on its way."""
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    weight = len(b"".join(packed.streaming_content) if packed.streaming else packed.content)
    if not packed.headers["Content-Type"].startswith(("text/", "image/svg")):
        return "", weight
    plain = client.get(address)
    body = b"".join(plain.streaming_content) if plain.streaming else plain.content
    return body.decode(), weight


def first_load(client: Client, page: str) -> dict[str, int]:
    """Every file of a page's first load: those it names, and the modules that its scripts import."""
    text, weight = fetched(client, page)
    named = re.findall(r'(?:src|href)="(/static/[^"#]+)', text) + re.findall(r'href="(/static/[^"#]+)#', text)
    if "data-chart" in text:
        named += re.findall(r'data-echarts="([^"]+)"', text)
    weights = {page: weight}
    while named:
        address = named.pop()
        if address in weights:
            continue
        body, weights[address] = fetched(client, address)
        if address.startswith("/static/shell/") and address.endswith(".js"):
            named += ["/static/shell/" + name for name in re.findall(r'(?:import|from) "\./([^"]+)"', body)]
    return weights


def test_a_first_load_without_charts_weighs_little() -> None:
    weights = first_load(person("administrator"), "/settings/")
    assert "/static/shell/palette.js" in weights
    assert sum(weights.values()) <= LIMIT, weights


def test_a_first_load_with_charts_weighs_what_it_may() -> None:
    weights = first_load(person("administrator"), "/components/")
    assert "/static/vendor/echarts.js" in weights
    assert sum(weights.values()) <= LIMIT_WITH_CHARTS, weights


def test_the_large_files_come_ready_compressed_and_stay_in_the_browser() -> None:
    answer = Client().get("/static/vendor/tabler.css", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) < 100_000
    assert "max-age" in answer.headers["Cache-Control"]
    again = Client().get(
        "/static/vendor/tabler.css", headers={"If-Modified-Since": answer.headers["Last-Modified"]}
    )
    assert again.status_code == 304


def test_every_icon_that_pages_name_is_there() -> None:
    drawn = set(
        re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/icons.svg").read_text(encoding="utf-8"))
    )
    templates = "".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.html"))
    named = set(re.findall(r"""\{% icon ["']([a-z0-9-]+)""", templates))
    named |= {entry.icon for entry in (*registry.navigation, *registry.actions)}
    assert named - drawn == set()
