"""The folders of this installation under GUANXI_HOME."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def folder(*parts: str) -> Path:
    """A folder under GUANXI_HOME, made if it is not there."""
    path = Path(settings.HOME).joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path
