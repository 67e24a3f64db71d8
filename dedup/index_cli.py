"""The command `dedup-index`: what looks after an index; ``python -m dedup.index_cli`` is the same."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dedup.command.ending import columns, ended, flush, uncapitalised
from dedup.command.index_help import COMMANDS, COMPLETE_VARIABLE, PROGRAM, render
from dedup.engines.local.collector import collect_seldom
from dedup.model.errors import DedupError, ExitCode, OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import click

    from dedup.command.index_parser import IndexRequest
    from dedup.index.manifest import DayEntry
    from dedup.index.store import IndexStore

HELP_HINT = "'dedup-index --help' lists the commands"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; never raises, and never exits by itself.

    Args:
        argv: the arguments without the program's name; None: those of this process.
    """
    if argv is None:
        collect_seldom()
    return ended(sys.argv[1:] if argv is None else argv, _carried_out, PROGRAM, for_good=argv is None)


def _carried_out(args: list[str], closed: frozenset[int]) -> int:
    name = args[0] if len(args) > 1 and args[0] in COMMANDS else None
    if args[1 if name else 0 :] in (["--help"], ["-h"]):
        # Asked for alone, the help needs no parser: it is there as fast as Python is.
        sys.stdout.write(render(name, columns()))
        return ExitCode.OK
    if not args and COMPLETE_VARIABLE not in os.environ:
        sys.stderr.write(render(None, columns()))
        return ExitCode.ERROR
    import click

    from dedup.command import index_parser

    command = index_parser.build()
    if COMPLETE_VARIABLE in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(command, {}, PROGRAM, COMPLETE_VARIABLE, os.environ[COMPLETE_VARIABLE])
    try:
        with command.make_context(PROGRAM, args, terminal_width=columns()) as context:
            request: IndexRequest = command.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        raise _translated(error) from error
    if 1 in closed and request.command == "stats":
        raise OutputError("standard output is closed", hint="redirect it to a file")
    return _DONE[request.command](request)


def _translated(error: click.ClickException) -> DedupError:
    """Say what click has to say in this program's form."""
    import click

    name = error.ctx.info_name if isinstance(error, click.UsageError) and error.ctx is not None else None
    hint = f"'{PROGRAM} {name} --help' lists the options" if name in COMMANDS else HELP_HINT
    if isinstance(error, click.NoSuchOption):
        near = f"Did you mean {error.possibilities[0]!r}?" if error.possibilities else hint
        return UsageError(f"no such option: {error.option_name!r}", hint=near)
    if isinstance(error, click.BadParameter) and error.param is not None and isinstance(error.param, click.Option):
        return UsageError(uncapitalised(error.message), place=error.param.opts[-1], hint=hint)
    return UsageError(uncapitalised(error.format_message()), hint=hint)


def _opened(directory: Path, stack: ExitStack, *, writes: bool) -> IndexStore:
    from dedup.index.store import IndexStore

    store = IndexStore(directory, writes=writes)
    stack.callback(store.close)
    return store


def _say(directory: Path, text: str) -> None:
    from dedup.report.reporter import tell
    from dedup.report.terminal import sanitise

    tell(sanitise(f"{directory}: {text}.") + "\n")


def _days(days: Sequence[DayEntry]) -> str:
    return f"{len(days):,} day{'' if len(days) == 1 else 's'}"


def _stats(request: IndexRequest) -> int:
    import json

    from dedup.index.figures import figures, told
    from dedup.report.terminal import sanitise

    with ExitStack() as stack:
        store = _opened(request.directories[0], stack, writes=False)
        found = figures(store)
        lines = [json.dumps(found, indent=1)] if request.json else map(sanitise, told(found, store.manifest.days))
        sys.stdout.writelines(f"{line}\n" for line in lines)
        flush()
    return ExitCode.OK


def _check(request: IndexRequest) -> int:
    from dedup.index.checking import problems
    from dedup.index.segment import DamagedError
    from dedup.native import kernels
    from dedup.report.reporter import message, tell
    from dedup.report.terminal import Terminal

    kernels.checked()
    stream = Terminal.detect().stderr
    number = 0
    with ExitStack() as stack:
        try:
            store = _opened(request.directories[0], stack, writes=False)
            for problem in problems(store, deep=request.deep):
                number += 1
                tell(message(problem, stream, PROGRAM))
        except DamagedError as error:  # the manifest itself
            number += 1
            tell(message(error, stream, PROGRAM))
            return ExitCode.FOUND
        segments = len(store.manifest.segments)
        what = f"{segments:,} segment{'' if segments == 1 else 's'}, {_days(store.manifest.days)}"
        unnamed = len(store.unnamed())
        more = f"; {unnamed:,} more, no part of it, not looked at" if unnamed else ""
        found = "nothing is damaged" if not number else f"{number:,} problem{'' if number == 1 else 's'}"
        _say(request.directories[0], f"{what}: {found}{more}")
    return ExitCode.FOUND if number else ExitCode.OK


_STILL_THERE = "; the old files stay until nobody reads them: what writes to the index next removes them"


def _compact(request: IndexRequest) -> int:
    from dedup.index.compaction import compact

    (directory,) = request.directories
    with ExitStack() as stack:
        store = _opened(directory, stack, writes=not request.dry_run)
        number, days = len(store.manifest.segments), _days(store.manifest.days)
        if number <= 1:
            swept = request.dry_run or store.sweep()
            _say(
                directory,
                f"there is nothing to merge: {days} in {number} segment{'' if number == 1 else 's'}"
                + ("" if swept else _STILL_THERE),
            )
        elif request.dry_run:
            size = sum(size for entry in store.manifest.segments for _, size in entry.files.values())
            _say(directory, f"{number:,} segments ({days}, {size:,} bytes) would be merged into one")
        else:
            swept = compact(store)
            _say(directory, f"{number:,} segments merged into one ({days})" + ("" if swept else _STILL_THERE))
    return ExitCode.OK


def _forget(request: IndexRequest) -> int:
    from dedup.index.forgetting import chosen_days, forget

    (directory,) = request.directories
    with ExitStack() as stack:
        store = _opened(directory, stack, writes=not request.dry_run)
        chosen = chosen_days(store.manifest, request.days, request.before)
        names = ", ".join(f"{day.number} ({day.name})" for day in chosen[:5]) + (", …" if len(chosen) > 5 else "")  # noqa: PLR2004
        left = len(store.manifest.days) - len(chosen)
        if not chosen:
            _say(directory, "no day is as old as that; nothing was forgotten")
        elif request.dry_run:
            _say(directory, f"would forget {_days(chosen)}: {names}; {left:,} would stay")
        else:
            swept = forget(store, chosen)
            _say(directory, f"forgot {_days(chosen)}: {names}; {left:,} left" + ("" if swept else _STILL_THERE))
    return ExitCode.OK


def _merge(request: IndexRequest) -> int:
    from dedup.index.manifest import read_manifest
    from dedup.index.merging import merge, merged_manifest
    from dedup.index.store import IndexStore

    output = request.output
    assert output is not None  # noqa: S101 - asked for by the parser
    if read_manifest(output) is not None:
        raise UsageError("is an index already; nothing was written", place=str(output), hint="name a new directory")
    with ExitStack() as stack:
        stores = [_opened(directory, stack, writes=False) for directory in request.directories]
        manifest = merged_manifest(stores)
        days = [day for store in stores for day in store.manifest.days]
        what = f"{_days(days)} of {len(stores):,} index{'' if len(stores) == 1 else 'es'}"
        if request.dry_run:
            _say(output, f"would get {what}")
            return ExitCode.OK
        into = IndexStore(output, new=manifest, writes=True)
        stack.callback(into.close)
        if into.manifest.segments:
            raise UsageError("is an index already; nothing was written", place=str(output), hint="name a new directory")
        merge(stores, into)
        _say(output, f"has {what}")
    return ExitCode.OK


_DONE: dict[str, Callable[[IndexRequest], int]] = {
    "stats": _stats,
    "check": _check,
    "compact": _compact,
    "forget": _forget,
    "merge": _merge,
}

if __name__ == "__main__":
    sys.exit(main())
