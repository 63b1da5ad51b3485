"""What Typer itself says, in the language of the process: the frame of the help, and the wrong use of a command."""

from __future__ import annotations

from inspect import getdoc
from typing import Any

import typer
from django.utils.translation import gettext as _
from typer.core import TyperCommand, TyperGroup

from guanxi.foundation.language import is_chinese
from guanxi.wording.vocabulary import declared
from guanxi.wording.words import phrase

TYPER = declared(
    "Arguments", "Options", "Commands", "default: {default}", "required", "Missing command.",
    "No such command {name!r}.",
)  # fmt: skip
"""What Typer looks up in the catalogue by itself."""


class _Framed:
    """The parts of a help page that Typer keeps in English."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_("Usage: "))

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this message and exit.")
        return option


class Command(_Framed, TyperCommand):
    """A command."""


class Group(_Framed, TyperGroup):
    """A command that has others under it."""


def framed(tree: typer.Typer) -> typer.Typer:
    """The tree with every docstring that serves as help, and the frame around it, in the language of the process."""
    tree.info.cls = Group
    for command in tree.registered_commands:
        command.cls = Command
        command.help = _(command.help or getdoc(command.callback) or "")
    for group in tree.registered_groups:
        if group.typer_instance:
            framed(group.typer_instance)
    return tree


def wrong_use(error: Any) -> None:
    """Print how a command is used, as Typer does."""
    if not is_chinese() or type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    if context := getattr(error, "ctx", None):
        typer.echo(context.get_usage(), err=True)
        typer.echo(
            _("Try '%(command)s --help' for help.") % {"command": context.command_path} + "\n", err=True
        )
    typer.echo(_("Error: %(what)s") % {"what": phrase(error.format_message())}, err=True)
