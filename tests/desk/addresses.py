"""Every address of the product, with something to put into its places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {
    "IntConverter": 1,
    "StringConverter": "nothing",
    "SlugConverter": "nothing",
    "PathConverter": "nothing",
}


@dataclass(frozen=True)
class Address:
    """A pattern, its view, and an address that fits it."""

    name: str
    view: Any
    path: str

    @property
    def is_ours(self) -> bool:
        return self.view.__module__.startswith("guanxi.")

    @property
    def is_operation(self) -> bool:
        """Whether it is one of the API's, at which tests/api/test_api_access.py knocks."""
        return str(self.view.__module__).startswith("ninja.")

    @property
    def rule(self) -> Any:
        return getattr(self.view, "rule", None)


def addresses(patterns: Any = None, before: str = "/") -> Iterator[Address]:
    """All of them."""
    for entry in patterns or get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, before + _filled(entry))
        elif isinstance(entry, URLPattern):
            yield Address(entry.name or str(entry.pattern), entry.callback, before + _filled(entry))


def _filled(entry: Any) -> str:
    route = str(entry.pattern)
    for name, converter in entry.pattern.converters.items():
        kind = type(converter).__name__
        for written in (f"<{kind.removesuffix('Converter').lower()}:{name}>", f"<str:{name}>", f"<{name}>"):
            route = route.replace(written, str(SAMPLES[kind]))
    return route.replace("<int:", "").lstrip("^")
