"""Components of the frame: icons, tables and charts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from guanxi.shell.table_files import note_table
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


@register.inclusion_tag("shell/table.html", takes_context=True)
def table(context: dict[str, Any], given: Table) -> dict[str, Any]:
    """A table that a view made, with its files."""
    shown = given.as_context()
    files = note_table(context["request"], replace(given, rows=shown["rows"]))
    lines = [list(zip(shown["columns"], row, strict=True)) for row in shown["rows"]]
    return shown | {"lines": lines, "files": files if lines else []}


@register.inclusion_tag("shell/table_files.html", takes_context=True)
def table_files(context: dict[str, Any], given: Table) -> dict[str, Any]:
    """The files of a table that the page draws in a way of its own."""
    return {"files": note_table(context["request"], given)}


@register.inclusion_tag("shell/chart.html")
def chart(title: str, identifier: str, option: dict[str, Any], note: str = "") -> dict[str, Any]:
    """A chart; its table stands beside it on the page. `option` is what ECharts takes."""
    return {"title": title, "chart": {"id": identifier, "option": option}, "note": note}
