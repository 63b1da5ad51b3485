"""The components of pages; the page /components/ shows each of them with its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from guanxi.shell.components import Chip, Happening, Line, Stat, Step

register = template.Library()


@register.inclusion_tag("shell/components/stats.html")
def stats(figures: Iterable[Stat]) -> dict[str, Any]:
    """Figures side by side."""
    return {"stats": list(figures)}


@register.inclusion_tag("shell/components/lines.html")
def lines(given: Iterable[Line], empty: str = "") -> dict[str, Any]:
    """A list; `empty` is what it says where nothing is in it."""
    return {"lines": list(given), "empty": empty}


@register.inclusion_tag("shell/components/steps.html")
def steps(given: Iterable[Step], label: str) -> dict[str, Any]:
    """The steps of a piece of work, the one that is done now among them."""
    return {"steps": list(given), "label": label}


@register.inclusion_tag("shell/components/timeline.html")
def timeline(given: Iterable[Happening]) -> dict[str, Any]:
    """What happened, the newest first as it is given."""
    return {"happenings": list(given)}


@register.inclusion_tag("shell/components/chips.html")
def chips(given: Iterable[Chip], label: str) -> dict[str, Any]:
    """Filters in words."""
    return {"chips": list(given), "label": label}


@register.inclusion_tag("shell/components/why.html")
def why(key: str, text: str, asked: str = "") -> dict[str, Any]:
    """Why something is as it is, over the page; `key` is its own on the page, `asked` the words of the button."""
    return {"key": key, "text": text, "asked": asked}


@register.inclusion_tag("shell/components/empty.html")
def empty(title: str, text: str, href: str = "", action: str = "") -> dict[str, Any]:
    """What a page says before there is anything to show: what will stand here, and what to do for it."""
    return {"title": title, "text": text, "href": href, "action": action}
