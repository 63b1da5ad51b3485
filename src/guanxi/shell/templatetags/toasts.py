"""Messages of the frame."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.template import Context

from guanxi.shell.toasts import Toast, toast_of

register = template.Library()


@register.inclusion_tag("shell/toast.html", takes_context=True)
def toast(context: Context, said: Message | Toast) -> dict[str, Any]:
    """What was done, with its way back."""
    shown = toast_of(said) if isinstance(said, Message) else said
    return {"toast": shown, "here": context["request"].get_full_path()}


@register.inclusion_tag("shell/toast.html")
def saying(level: str, text: str) -> dict[str, Any]:
    """A message that a script shows when its time has come."""
    return {"toast": Toast(text, level)}
