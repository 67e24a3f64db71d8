"""Options that end a command before anything else is asked: its help, its version, the script for completion."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import click


def callbacks(
    program: str, variable: str, version: Callable[[], str]
) -> dict[str, Callable[[click.Context, click.Parameter, Any], None]]:
    """Return what the options ``help``, ``version`` and ``completion`` of a program do.

    Args:
        program: its name.
        variable: the one of the environment by which its completion asks.
        version: returns what is told behind its name.
    """

    def of_help(ctx: click.Context, _: Any) -> str:
        return ctx.command.get_help(ctx)

    def of_version(_ctx: click.Context, _: Any) -> str:
        return f"{program} {version()}"

    def of_completion(ctx: click.Context, shell: Any) -> str:
        from click.shell_completion import get_completion_class

        kind = get_completion_class(shell)
        assert kind is not None, shell  # noqa: S101 - the choices are those that click knows
        completion = kind(ctx.command, {}, program, variable)
        # Not source(): for bash that runs the bash found here to see its version, and the script may be for another.
        script: str = completion.source_template % completion.source_vars()
        return script

    return {"help": _ending(of_help), "version": _ending(of_version), "completion": _ending(of_completion)}


def _ending(said: Callable[[click.Context, Any], str]) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return what prints a text, and ends the command, where an option is given."""

    def end(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value and not ctx.resilient_parsing:
            sys.stdout.write(said(ctx, value) + "\n")
            ctx.exit()

    return end
