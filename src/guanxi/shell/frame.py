"""What stands around every page: the sidebar that this person sees, and whether the browser files are there."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from guanxi.foundation.page_entries import Navigation
from guanxi.foundation.registry import registry


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"navigation": _entries(request), "has_browser_files": has_browser_files()}


def _entries(request: HttpRequest) -> list[dict[str, Any]]:
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return []
    seen = [entry for entry in registry.navigation if _sees(request.user, entry)]
    paths = [(reverse(entry.url_name), entry) for entry in sorted(seen, key=lambda entry: entry.order)]
    here = max((path for path, _ in paths if request.path.startswith(path)), key=len, default="")
    return [
        {"path": path, "label": entry.label, "icon": entry.icon, "is_here": path == here}
        for path, entry in paths
    ]


def _sees(user: Any, entry: Navigation) -> bool:
    return entry.permission is None or user.may(entry.permission)


@cache
def has_browser_files() -> bool:
    """Whether tools/browser_files.py has brought style sheet and scripts."""
    return (Path(__file__).parent / "static/vendor/stamp").is_file()
