"""Components of the frame: icons, tables and charts."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from guanxi.shell.tables import Table

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside a word; screen readers pass it over."""
    return format_html(
        '<svg class="gx-icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("vendor/icons.svg"),
        name,
    )


@register.inclusion_tag("shell/table.html")
def table(given: Table) -> dict[str, Any]:
    """A table that a view made."""
    return given.as_context()


@register.inclusion_tag("shell/chart.html")
def chart(title: str, identifier: str, option: dict[str, Any], note: str = "") -> dict[str, Any]:
    """A chart; its table stands beside it on the page. `option` is what ECharts takes."""
    return {"title": title, "chart": {"id": identifier, "option": option}, "note": note}
