"""Which options make sense together: refused in words of the command line, before any file is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.model.errors import UsageError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CONTRADICTIONS: tuple[tuple[str, str, str], ...] = (
    ("in_place", "output", "choose where the cleaned text goes"),
    ("in_place", "check", "--check writes nothing; leave --in-place out"),
    ("in_place", "diff", "--diff writes nothing but the diff; leave --in-place out"),
    ("output", "check", "--check writes no text; leave --output out"),
    ("output", "diff", "to keep the diff, redirect it: dedup --diff INPUT > FILE"),
    ("dry_run", "check", "--check writes nothing either; --dry-run only differs in ending with 0"),
    ("dry_run", "diff", "--diff writes no text either; leave --dry-run out"),
    ("dry_run", "removed", "--dry-run writes nothing; --check --removed LOG writes the log alone"),
    ("restore", "check", "restore by itself: dedup --restore LOG CLEANED > ORIGINAL"),
    ("restore", "diff", "restore by itself: dedup --restore LOG CLEANED > ORIGINAL"),
    ("restore", "dry_run", "restore by itself: dedup --restore LOG CLEANED > ORIGINAL"),
    ("restore", "removed", "restore by itself: dedup --restore LOG CLEANED > ORIGINAL"),
    ("restore", "mark", "marked records have lost nothing; their originals are they without the field 'dedup'"),
    ("restore", "against", "restore by itself: dedup --restore LOG CLEANED > ORIGINAL"),
    ("mark", "removed", "the marks say themselves what would go, and why; leave --removed out"),
    ("mark", "check", "--check writes nothing; leave --mark out"),
    ("mark", "diff", "--diff writes nothing but the diff; leave --mark out"),
    ("master", "remote", "a Spark Connect server has a master of its own; leave --master out"),
)


class _Need(NamedTuple):
    """An option that says something only where another one has a certain value."""

    name: str
    idle: Any
    """Its value when it says nothing."""
    fits: Callable[[Mapping[str, Any]], bool]
    what: str
    """What it needs, for a message that begins with its own name."""
    hint: str


def _in_corpus(values: Mapping[str, Any]) -> bool:
    return bool(values["scope"] == "corpus")


def _on_spark(values: Mapping[str, Any]) -> bool:
    return bool(values["engine"] == "spark")


def _on_one_machine(values: Mapping[str, Any]) -> bool:
    return not _on_spark(values)


def _writes(values: Mapping[str, Any]) -> bool:
    return not (values["check"] or values["diff"] or values["dry_run"])


_NEEDS = (
    *(
        _Need(name, idle, _in_corpus, "is for --scope corpus", "add --scope corpus, or leave it out")
        for name, idle in (
            ("keep", "first"),
            ("boilerplate", None),
            ("within", None),
            ("against", ()),
            ("max_memory", None),
            ("work_dir", None),
            ("engine", "local"),
        )
    ),
    *(
        _Need(name, idle, _on_spark, "is for --engine spark", "add --engine spark, or leave it out")
        for name, idle in (("master", None), ("remote", None), ("spark_conf", ()))
    ),
    *(
        _Need(name, None, _on_one_machine, "is for --engine local; Spark has settings of its own", hint)
        for name, hint in (
            ("workers", "give Spark executors: --spark-conf spark.executor.instances=N"),
            ("max_memory", "give executors memory: --spark-conf spark.executor.memory=4g"),
            ("work_dir", "what Spark keeps goes where spark.local.dir says; leave it out"),
        )
    ),
    _Need(
        "binary_as_text",
        False,  # noqa: FBT003 - the value of a flag
        lambda values: values["format"] in ("auto", "text"),
        "is for text",
        "leave it out, or use --format text",
    ),
    _Need(
        "boilerplate",
        None,
        lambda values: bool(values["keep"] == "none"),
        "is for --keep none, which removes every copy",
        "add --keep none",
    ),
    _Need(
        "empty",
        "keep",
        lambda values: not values["mark"],
        "does not go with --mark, which leaves no text empty",
        "leave it out",
    ),
    _Need(
        "max_removed",
        None,
        _writes,
        "is for runs that write; --check, --diff and --dry-run remove nothing",
        "leave it out",
    ),
)


def drop_unused_options(values: dict[str, Any], on_command_line: Callable[[str], bool]) -> None:
    """Refuse on the command line what would say nothing there; from elsewhere, put it back to what says nothing.

    A configuration may well say how a corpus is cleaned, and still serve for a single article.

    Args:
        values: of all options; changed.
        on_command_line: tells whether the command line gives an option.

    Raises:
        UsageError: an option was given that says nothing.
    """
    for need in _NEEDS:
        if values[need.name] == need.idle or need.fits(values):
            continue
        if on_command_line(need.name):
            raise UsageError(f"--{need.name.replace('_', '-')} {need.what}", hint=need.hint)
        values[need.name] = need.idle
    if values["keep"] == "none" and values["boilerplate"] is None:
        what = "--keep none needs --boilerplate: in how many documents a paragraph has to stand"
        raise UsageError(what, hint="add --boilerplate N, such as 10")


def check_combinations(values: Mapping[str, Any], inputs: tuple[str, ...]) -> None:
    """Refuse options that contradict each other; no file has been touched so far.

    Raises:
        UsageError: they do.
    """
    for one, other, hint in _CONTRADICTIONS:
        if values[one] not in (None, False, ()) and values[other] not in (None, False, ()):
            names = (f"--{name.replace('_', '-')}" for name in (one, other))
            raise UsageError(f"{' and '.join(names)} do not go together", hint=hint)
    if values["exit_zero"] and not (values["check"] or values["diff"]):
        raise UsageError("--exit-zero is for --check and --diff", hint="leave it out")
    if values["restore"] is not None and len(inputs) > 1:
        raise UsageError("--restore takes one INPUT", hint="name the cleaned file or directory that belongs to LOG")
    for name in ("output", "removed", "restore", "config", "work_dir"):
        if values[name] == "":
            raise UsageError(f"--{name.replace('_', '-')} is an empty name", hint="name a file")
    if "" in values["against"]:
        raise UsageError("--against is an empty name", hint="name a file")
    if STDIN in values["against"]:
        raise UsageError("a reference cannot be '-'", hint="name a file")
    if STDIN in (values["removed"], values["restore"]):
        raise UsageError("the removal log cannot be '-'", hint="name a file")


def check_inputs(inputs: tuple[str, ...], *, in_place: bool) -> None:
    """Refuse inputs that cannot be read, or not so.

    Raises:
        UsageError: there are such.
    """
    if in_place and STDIN in inputs:
        raise UsageError("--in-place needs files: standard input cannot be replaced", hint="name an INPUT")
    if inputs.count(STDIN) > 1:
        raise UsageError("'-' is given more than once", hint="standard input can be read only once")
    if "" in inputs:
        raise UsageError("an INPUT is an empty name", hint="name a file, or - for standard input")
