"""The command line of `dedup-index` as click sees it: parsed, and turned into an `IndexRequest`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.command.eager import callbacks
from dedup.command.index_help import COMMANDS, COMPLETE_VARIABLE, DEBUG, GLOBAL, HELP, PROGRAM, render, usage
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from dedup.command.option import Option

_SPAN = re.compile(r"(\d{1,12})(?:-(\d{1,12}))?", re.ASCII)


@dataclass(frozen=True)
class IndexRequest:
    """What is asked for.

    Attributes:
        command: its name.
        directories: of indexes.
        output: of a new one.
        json, deep, dry_run: likewise.
        days: first and last number of those to be forgotten.
        before: those that are older are to be forgotten.
    """

    command: str
    directories: tuple[Path, ...]
    output: Path | None = None
    json: bool = False
    deep: bool = False
    dry_run: bool = False
    days: tuple[tuple[int, int], ...] = ()
    before: datetime | None = None


class _Command(click.Command):
    """A command whose help is made from the table."""

    def get_help(self, ctx: click.Context) -> str:
        return render(self.name, ctx.terminal_width or 80).rstrip("\n")

    def get_usage(self, ctx: click.Context) -> str:  # noqa: ARG002 - the signature is click's
        return usage(self.name)


class _Group(click.Group):
    """The program, with the help that is made from the table."""

    def get_help(self, ctx: click.Context) -> str:
        return render(None, ctx.terminal_width or 80).rstrip("\n")

    def get_usage(self, ctx: click.Context) -> str:  # noqa: ARG002 - the signature is click's
        return usage(None)


def build() -> click.Group:
    """Make the command; invoking it returns an `IndexRequest`."""
    group = _Group(PROGRAM, params=[_parameter(option) for option in GLOBAL], add_help_option=False)
    for name, command in COMMANDS.items():
        params: list[click.Parameter] = [_parameter(option) for option in (*command.options, DEBUG, HELP)]
        several = command.arguments.endswith("...")
        place = click.Path(path_type=Path)
        params.append(
            click.Argument(["directories"], nargs=-1 if several else 1, required=True, type=place, metavar="DIR")
        )
        group.add_command(
            _Command(name, params=params, callback=_request, add_help_option=False, short_help=command.summary)
        )
    return group


def _parameter(option: Option) -> click.Option:
    names = [f"-{option.short}"] if option.short else []
    names += [f"--{option.name}", option.dest]
    extra: dict[str, Any] = {"help": option.help}
    if option.name in _EAGER:
        extra |= {"is_eager": True, "expose_value": False, "callback": _EAGER[option.name]}
    if option.kind == "flag":
        extra["is_flag"] = True
    elif option.kind == "choice":
        extra["type"] = click.Choice(option.choices)
    else:
        extra |= {"multiple": option.kind == "list", "metavar": option.metavar}
        extra["type"] = click.Path(path_type=Path) if option.kind == "path" else str
    return click.Option(names, **extra)


def _version() -> str:
    from importlib.metadata import version

    return version("paradedup")


_EAGER = callbacks(PROGRAM, COMPLETE_VARIABLE, _version)


@click.pass_context
def _request(ctx: click.Context, /, **values: Any) -> IndexRequest:
    name = str(ctx.command.name)
    given = values["directories"]
    output = values.get("output")
    if name == "merge" and output is None:
        raise UsageError("there is no place for the new index", hint="name a directory with --output")
    if name == "forget" and not values["day"] and values["before"] is None:
        raise UsageError("nothing says which days to forget", hint="use --day N, or --before DATE")
    return IndexRequest(
        name,
        given if isinstance(given, tuple) else (given,),
        output,
        values.get("json", False),
        values.get("deep", False),
        values.get("dry_run", False),
        tuple(_span(text) for text in values.get("day", ())),
        _time(values.get("before")),
    )


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text.strip())
    first = int(found[1]) if found else 0
    last = int(found[2] or first) if found else 0
    if not 0 < first <= last:
        raise UsageError(
            f"{text!r} is no number of a day", place="--day", hint="use a number such as 12, or a range, 3-7"
        )
    return first, last


def _with_offset(text: str) -> str:
    """Return a time with its zone as `datetime.fromisoformat` of Python 3.10 reads it."""
    return f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        # Before Python 3.11 the letter for UTC is not known.
        found = datetime.fromisoformat(_with_offset(text.strip()))
    except ValueError:
        hint = "use one such as 2026-01-31, or 2026-01-31T12:00:00+01:00"
        raise UsageError(f"{text!r} is no date", place="--before", hint=hint) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)
