"""What stands around every page: the sidebar that this person sees, work under way, the browser files."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import reverse

from guanxi.foundation.page_entries import Action, HomePanel, Navigation
from guanxi.foundation.registry import registry
from guanxi.shell.work import under_way

Seen = TypeVar("Seen", Navigation, Action, HomePanel)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return {"navigation": [], "has_browser_files": has_browser_files()}
    return {
        "navigation": _entries(request),
        "work": under_way(request.user),
        "has_browser_files": has_browser_files(),
    }


def _entries(request: HttpRequest) -> list[dict[str, Any]]:
    seen = sorted(seen_by(request.user, registry.navigation), key=lambda entry: entry.order)
    paths = [(reverse(entry.url_name), entry) for entry in seen]
    here = max((path for path, _ in paths if _is_at(request.path, path)), key=len, default="")
    return [
        {"path": path, "label": entry.label, "icon": entry.icon, "key": entry.key, "is_here": path == here}
        for path, entry in paths
    ]


def _is_at(path: str, entry: str) -> bool:
    """Whether a page stands below an entry; below the start page stands only itself."""
    return path == entry if entry == "/" else path.startswith(entry)


def seen_by(person: Any, entries: Iterable[Seen]) -> list[Seen]:
    """The entries of the registry that a person may use."""
    return [entry for entry in entries if entry.permission is None or person.may(entry.permission)]


@cache
def has_browser_files() -> bool:
    """Whether tools/browser_files.py has brought style sheet and scripts."""
    return (Path(__file__).parent / "static/vendor/stamp").is_file()
