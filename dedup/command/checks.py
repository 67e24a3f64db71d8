"""Checks of the options as they were given: refused in words of the command line, before any file is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.command import check_needs
from dedup.formats.files.addresses import is_address, shown
from dedup.formats.names import INSISTED
from dedup.model.compatibility import CONTRADICTIONS, NEEDS, Need
from dedup.model.errors import UsageError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_WHAT_BELONGS = (
    "name the cleaned file or directory that belongs to LOG; shards go through a pipe: cat part-* | dedup --restore LOG"
)
_NEEDS = (
    *NEEDS,
    *check_needs.NEEDS,
    Need(
        "binary_as_text",
        False,  # noqa: FBT003 - the value of a flag
        lambda values: values["format"] in ("auto", INSISTED),
        "is for text",
        f"leave it out, or use --format {INSISTED}",
    ),
)


def drop_unused_options(values: dict[str, Any], on_command_line: Callable[[str], bool]) -> None:
    """Reject options that have no effect when given on the command line; reset them when they come from elsewhere.

    A configuration may say how a corpus is cleaned, and still serve for a single article.

    Args:
        values: of all options; changed.
        on_command_line: returns True if the command line gives an option.

    Raises:
        UsageError: an option on the command line has no effect.
    """
    for need in _NEEDS:
        if values[need.name] == need.unused or need.is_met(values):
            continue
        if on_command_line(need.name):
            raise UsageError(f"--{need.name.replace('_', '-')} {need.what}", hint=need.hint)
        values[need.name] = need.unused
    if values["keep"] == "none" and values["boilerplate"] is None:
        what = "--keep none needs --boilerplate: in how many documents a paragraph has to stand"
        raise UsageError(what, hint="add --boilerplate N, such as 10")


def check_combinations(values: Mapping[str, Any], inputs: tuple[str, ...]) -> None:
    """Refuse options that contradict each other; no file has been touched so far.

    Raises:
        UsageError: they do.
    """
    for first, second, hint in CONTRADICTIONS:
        if values[first] not in (None, False, ()) and values[second] not in (None, False, ()):
            names = (f"--{name.replace('_', '-')}" for name in (first, second))
            raise UsageError(f"{' and '.join(names)} do not go together", hint=hint)
    if values["exit_zero"] and not (values["check"] or values["diff"]):
        raise UsageError("--exit-zero is for --check and --diff", hint="leave it out")
    if values["restore"] is not None and len(inputs) > 1:
        raise UsageError("--restore takes one INPUT", hint=_WHAT_BELONGS)
    _check_names(values)
    if values["since"] is not None:
        _check_since(inputs)
    if values["explain"] == "":
        raise UsageError("--explain names nothing", hint="name an input, or a line of it: --explain FILE:LINE")
    if STDIN in values["against"]:
        raise UsageError("a reference cannot be '-'", hint="name a file")
    if STDIN in (values["removed"], values["restore"]):
        raise UsageError("the removal log cannot be '-'", hint="name a file")


def _check_since(inputs: tuple[str, ...]) -> None:
    for given in inputs:
        if given == STDIN:
            raise UsageError("--since is for files, and standard input is none", hint="name an INPUT")
        if is_address(given):
            what = "--since is for files of a git repository, and this is an address"
            raise UsageError(what, place=shown(given), hint="leave one of them out")


def _check_names(values: Mapping[str, Any]) -> None:
    for name in ("output", "removed", "restore", "config", "work_dir", "files_from", "stats", "baseline", "answers"):
        if values[name] == "":
            raise UsageError(f"--{name.replace('_', '-')} is an empty name", hint="name a file")
    for name in ("against", "report"):
        if "" in values[name]:
            raise UsageError(f"--{name} is an empty name", hint="name a file")
    for name in ("work_dir", "debug_dir"):
        if is_address(values[name] or ""):
            what = f"--{name.replace('_', '-')} is an address"
            raise UsageError(what, place=shown(values[name]), hint="name a directory of this machine")
    for name, given in (("baseline", values["baseline"] or ""), *(("report", one) for one in values["report"])):
        if is_address(given):
            raise UsageError(f"--{name} is an address", place=shown(given), hint="name a file of this machine")


def check_stats(values: Mapping[str, Any]) -> None:
    """Refuse figures on standard output where something else goes there.

    Raises:
        UsageError: it does.
    """
    if values["stats"] != STDIN:
        return
    if values["annotate"] is not None:
        what = "--stats - and --annotate both write to standard output"
        raise UsageError(what, hint="name a file for --stats")
    elsewhere = values["in_place"] or values["output"] not in (None, STDIN)
    if values["diff"] or not (elsewhere or values["check"] or values["dry_run"]):
        what = f"--stats - and the {'diff' if values['diff'] else 'cleaned text'} both go to standard output"
        raise UsageError(what, hint="name a file for one of them")


def sign_between(given: str) -> str:
    r"""Return the sign that ``--delimiter`` gives; ``\t`` and ``tab`` are a tab.

    Raises:
        UsageError: it gives something else than one sign.
    """
    sign = "\t" if given in {"\\t", "tab"} else given
    if sign and (len(sign) > 1 or not sign.isascii() or sign in '"\r\n'):
        hint = "give one sign of ASCII that is no quotation mark and no line end: ',' ';' tab '|'"
        raise UsageError(f"--delimiter is {given!r}", hint=hint)
    return sign


def check_inputs(inputs: tuple[str, ...], *, in_place: bool, files_from: str | None) -> None:
    """Refuse inputs that cannot be read, or not so.

    Raises:
        UsageError: there are such.
    """
    if in_place and STDIN in inputs:
        raise UsageError("--in-place needs files: standard input cannot be replaced", hint="name an INPUT")
    if inputs.count(STDIN) > 1:
        raise UsageError("'-' is given more than once", hint="standard input can be read only once")
    if files_from == STDIN and STDIN in inputs:
        what = "standard input cannot be both the list of inputs and one of them"
        raise UsageError(what, hint="name a file for one of them")
    if "" in inputs:
        raise UsageError("an INPUT is an empty name", hint="name a file, or - for standard input")
