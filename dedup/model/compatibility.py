"""Which options, settings and parts of a job go together: one table, with the message for each combination refused.

`Settings` check themselves (`SETTINGS`), a run checks its job (`LOCAL_JOB`, `SPARK_JOB`, `ROWS_JOB`), and the
command its options before that (`CONTRADICTIONS`, `NEEDS`), in the words of the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_CORPUS_SETTINGS: tuple[tuple[str, Any], ...] = (("keep", "first"), ("boilerplate", None), ("within", None))
_CORPUS_FIELDS: tuple[tuple[str, Any], ...] = (
    ("against", ()),
    ("index", None),
    ("max_memory", None),
    ("work_dir", None),
)
"""Settings, and fields of a job, that have a meaning in scope ``corpus`` only; each with its value when unused."""


class Refusal(NamedTuple):
    """A combination that is refused."""

    applies: Callable[[Any], bool]
    """Return True if the subject, such as a job, has it."""
    what: str
    """The message; ``{0.mode}`` stands for that attribute of the subject."""
    hint: str


def refuse(refusals: Iterable[Refusal], subject: Any, place: str = "") -> None:
    """Check some combinations in order.

    Raises:
        UsageError: the subject has one.
    """
    for refusal in refusals:
        if refusal.applies(subject):
            raise UsageError(refusal.what.format(subject), place=place, hint=refusal.hint)


def _outside_corpus(name: str, *unused: Any) -> Callable[[Any], bool]:
    return lambda subject: (
        getattr(subject, "settings", subject).scope != "corpus" and getattr(subject, name) not in unused
    )


def _not_over_days(name: str, kept: Any) -> Callable[[Any], bool]:
    return lambda job: job.index is not None and getattr(job.settings, name) != kept


def _range(name: str, low: float, high: float | None, hint: str) -> Refusal:
    def is_outside(job: Any) -> bool:
        value = getattr(job, name)
        return value is not None and not low <= value <= (value if high is None else high)

    return Refusal(is_outside, f"{name} is {{0.{name}}}", hint)


SETTINGS = (
    *(
        Refusal(
            _outside_corpus(name, unused),
            f"{name} is {{0.{name}!r}}, which has a meaning in scope 'corpus' only",
            "set scope to 'corpus', or leave it out",
        )
        for name, unused in _CORPUS_SETTINGS
    ),
    Refusal(
        lambda settings: settings.keep == "none" and settings.boilerplate is None,
        "keep is 'none', and boilerplate does not say in how many documents a paragraph has to stand",
        "set boilerplate to a number of documents, such as 10",
    ),
    Refusal(
        lambda settings: settings.keep != "none" and settings.boilerplate is not None,
        "boilerplate is {0.boilerplate}, and keep is {0.keep!r}, which keeps a copy of everything",
        "set keep to 'none', or leave boilerplate out",
    ),
)
"""Of `dedup.model.settings.Settings`."""
_LATER = "which copy stays is decided by days that are still to come"
_OVER_DAYS: tuple[tuple[str, Any, str, str], ...] = (
    ("keep", "first", _LATER, "with an index the first copy stays; leave keep out"),
    ("within", None, "an index compares all that it has", "use an index for each group"),
)
"""Settings that an index does not go with; the value that it goes with, why, and what to do."""
_ONE_OF_THEM = "leave one of them out"
_NO_TEXT = "mode {0.mode} writes no text, so there is no use for --output"
_NO_LOG = ("--mark removes nothing, so there is nothing to log", "leave --removed out")

_INDEX_JOB = (
    Refusal(
        lambda job: job.index is not None and "://" in job.index and not job.index.lower().startswith("file://"),
        "the index is at an address, and has to be on a file system of the machine that decides: its files are mapped",
        "name a directory, such as one of a mounted file system; only the machine of the command has to see it",
    ),
    *(
        Refusal(
            _not_over_days(name, kept),
            f"{name} is {{0.settings.{name}!r}}: {why}",
            hint,
        )
        for name, kept, why, hint in _OVER_DAYS
    ),
    Refusal(
        lambda job: job.index is not None and bool(job.against),
        "references do not go with an index: each day would have to have the same ones",
        "add them to the index as its first day",
    ),
)
"""Of a job over an index, on whatever engine."""

LOCAL_JOB = (
    Refusal(
        lambda job: job.in_place and job.mode != "clean", "--in-place does not go with mode {0.mode}", _ONE_OF_THEM
    ),
    Refusal(
        lambda job: job.in_place and (job.output_path is not None or job.reads_stdin),
        "--in-place writes over the inputs themselves",
        "leave out --output, and name files",
    ),
    Refusal(lambda job: job.output_path is not None and job.mode != "clean", _NO_TEXT, "leave it out"),
    _range("workers", 1, None, "use a whole number from 1 on"),
    _range("max_document", 1, None, "use a number of bytes, from 1 on"),
    Refusal(
        lambda job: job.html == "text" and job.in_place,
        "--html text gives the texts of pages, which cannot stand in the place of the pages",
        "name a directory with --output, or use --html keep",
    ),
    Refusal(
        lambda job: job.html == "text" and job.encoding.lower() not in ("utf-8", "utf8"),
        "--html text writes UTF-8, and a page says itself what it is in; encoding is {0.encoding!r}",
        "leave --encoding out, or use --html keep",
    ),
    Refusal(lambda job: job.mark and job.removed is not None, *_NO_LOG),
    Refusal(
        lambda job: job.mark and job.mode in ("check", "diff"), "--mark does not go with mode {0.mode}", _ONE_OF_THEM
    ),
    Refusal(
        lambda job: job.mark and job.empty != "keep",
        "--mark leaves no text empty, so there is no use for empty {0.empty!r}",
        "leave it out",
    ),
    *(
        Refusal(
            _outside_corpus(name, unused, 0),
            f"{name} has a meaning in scope 'corpus' only",
            "set scope to 'corpus', or leave it out",
        )
        for name, unused in _CORPUS_FIELDS
    ),
    *_INDEX_JOB,
    _range("max_memory", 1, None, "use a number of bytes, such as 4 << 30"),
    _range("shard_size", 1, None, "use a number of bytes, such as 1 << 30"),
    Refusal(
        lambda job: job.shard_size is not None and job.output_path is None,
        "shards are files, and there is no pattern for their names",
        "set output to one, such as part-{:05}.jsonl",
    ),
    _range("max_removed", 0.0, 1.0, "use a number from 0 to 1, such as 0.3"),
    Refusal(
        lambda job: job.max_removed is not None and job.mode != "clean",
        "mode {0.mode} removes nothing, so there is no use for max_removed",
        "leave it out",
    ),
)
"""Of a `dedup.model.job.Job` on this machine."""

SPARK_JOB = (
    Refusal(lambda job: job.settings.scope != "corpus", "--engine spark is for --scope corpus", "add --scope corpus"),
    Refusal(
        lambda job: job.stats is not None and str(job.stats) in (job.cluster.output, job.cluster.removed),
        "--stats would be written where the text or the log goes",
        "choose another place",
    ),
    Refusal(
        lambda job: job.files_from is not None,
        "--files-from is for inputs of this machine; Spark lists a directory, or a pattern, by itself",
        "name the directory, or a pattern: hdfs:///dump/*.jsonl",
    ),
    Refusal(
        lambda job: job.shard_size is not None,
        "--shard-size cannot be done on Spark, which writes an output in parts by itself",
        "leave it out",
    ),
    Refusal(
        lambda job: job.in_place, "--in-place cannot be done on Spark, which writes whole data sets", "use --output"
    ),
    Refusal(
        lambda job: job.mode == "diff", "--diff cannot be done on Spark", "see what would go with --check --removed LOG"
    ),
    Refusal(
        lambda job: job.mode == "clean" and job.cluster.output is None,
        "--engine spark does not write to standard output",
        "use --output DIR",
    ),
    *_INDEX_JOB,
    Refusal(lambda job: job.html is not None, "HTML is not read on Spark", "write its texts as JSON lines first"),
    Refusal(lambda job: job.mark and job.cluster.removed is not None, *_NO_LOG),
    Refusal(lambda job: job.output is not None and job.mode != "clean", _NO_TEXT, "leave it out"),
)
"""Of a job on Spark."""

ROWS_JOB = tuple(
    Refusal(applies, f"{option} is for JSON lines; nothing was read", "run these by themselves")
    for option, applies in (
        ("--mark", lambda job: job.mark),
        ("--empty", lambda job: job.empty != "keep"),
        ("--within", lambda job: job.settings.within is not None),
        ("--on-error fail", lambda job: job.on_error == "fail"),
    )
)
"""Of a job on Spark whose inputs are rows that Spark itself reads and writes."""
_RESTORE = "restore by itself: dedup --restore LOG CLEANED > ORIGINAL"

_OF_CLEANING = (
    *("check", "diff", "dry_run", "output", "in_place", "removed", "restore", "mark", "stats", "report"),
    *("max_removed", "shard_size"),
)
"""Options for runs that clean, or show what cleaning would do."""

CONTRADICTIONS: tuple[tuple[str, str, str], ...] = (
    ("in_place", "output", "choose where the cleaned text goes"),
    ("in_place", "check", "--check writes nothing; leave --in-place out"),
    ("in_place", "diff", "--diff writes nothing but the diff; leave --in-place out"),
    ("output", "check", "--check writes no text; leave --output out"),
    ("output", "diff", "to keep the diff, redirect it: dedup --diff INPUT > FILE"),
    ("dry_run", "check", "--check writes nothing either; --dry-run only differs in ending with 0"),
    ("dry_run", "diff", "--diff writes no text either; leave --dry-run out"),
    ("dry_run", "removed", "--dry-run writes nothing; --check --removed LOG writes the log alone"),
    *(("restore", other, _RESTORE) for other in ("check", "diff", "dry_run", "removed")),
    ("restore", "mark", "marked records have lost nothing; their originals are they without the field 'dedup'"),
    ("restore", "against", _RESTORE),
    ("restore", "index", _RESTORE),
    ("restore", "files_from", _RESTORE),
    ("restore", "stats", _RESTORE),
    ("restore", "report", _RESTORE),
    ("restore", "since", _RESTORE),
    ("baseline", "since", "with a baseline old repeats are accepted in all files; leave --since out"),
    ("restore", "shard_size", "what is restored is one file; 'split' can cut it"),
    ("mark", "removed", "the marks say themselves what would go, and why; leave --removed out"),
    ("mark", "check", "--check writes nothing; leave --mark out"),
    ("mark", "diff", "--diff writes nothing but the diff; leave --mark out"),
    *(
        (telling, other, hint)
        for telling, hint in (
            ("explain", "--explain writes nothing but what it tells; leave the other one out"),
            ("review", "--review writes nothing but what it asks and counts; leave the other one out"),
        )
        for other in _OF_CLEANING
    ),
    ("explain", "review", "run these by themselves"),
    ("master", "remote", "a Spark Connect server has a master of its own; leave --master out"),
)
"""Options of the command that do not go together, and the hint."""


class Need(NamedTuple):
    """An option of the command that has an effect only where other options have certain values."""

    name: str
    unused: Any
    """Its value when it has no effect."""
    is_met: Callable[[Mapping[str, Any]], bool]
    """Return True if, given the values of all options, it has an effect."""
    what: str
    """What it needs, for a message that begins with its own name."""
    hint: str


NEEDS = (
    *(
        Need(
            name,
            unused,
            lambda values: bool(values["scope"] == "corpus"),
            "is for --scope corpus",
            "add --scope corpus, or leave it out",
        )
        for name, unused in (*_CORPUS_SETTINGS, *_CORPUS_FIELDS, ("engine", "local"))
    ),
    *(
        Need(
            name,
            unused,
            lambda values: bool(values["engine"] == "spark"),
            "is for --engine spark",
            "add --engine spark, or leave it out",
        )
        for name, unused in (("master", None), ("remote", None), ("spark_conf", ()))
    ),
    *(
        Need(
            name,
            None,
            lambda values: bool(values["engine"] != "spark"),
            "is for --engine local; Spark has settings of its own",
            hint,
        )
        for name, hint in (
            ("workers", "give Spark executors: --spark-conf spark.executor.instances=N"),
            ("max_memory", "give executors memory: --spark-conf spark.executor.memory=4g"),
            ("work_dir", "what Spark keeps goes where spark.local.dir says; leave it out"),
        )
    ),
    *(
        Need(
            name,
            None,
            lambda values: bool(values["engine"] != "spark"),
            "is for --engine local: on Spark, decisions are not told one by one",
            "try it on a part of the data, with --engine local",
        )
        for name in ("explain", "review")
    ),
    *(
        Need(
            name,
            unused,
            lambda values: values["review"] is not None,
            "is for --review",
            "add --review N, or leave it out",
        )
        for name, unused in (("answers", None), ("seed", 1))
    ),
    Need(
        "report",
        (),
        lambda values: bool(values["engine"] != "spark"),
        "is for --engine local: on Spark, removals are not told one by one",
        "use --removed LOG, which holds all of them",
    ),
    Need(
        "shard_size",
        None,
        lambda values: values["output"] not in (None, "-"),
        "is for files, and needs --output with a pattern for their names",
        "add -o 'part-{:05}.jsonl', or leave it out",
    ),
    Need(
        "null",
        False,  # noqa: FBT003 - the value of a flag
        lambda values: values["files_from"] is not None,
        "is for --files-from: it says how the names in it end",
        "add --files-from FILE, or leave it out",
    ),
    Need(
        "html",
        None,
        lambda values: bool(values["engine"] == "local"),
        "is for --engine local",
        "leave it out; write the texts of pages as JSON lines first",
    ),
    Need(
        "html",
        None,
        lambda values: bool(values["format"] == "auto"),
        "goes by names and first bytes, and --format says something else",
        "leave one of them out",
    ),
    Need(
        "boilerplate",
        None,
        lambda values: bool(values["keep"] == "none"),
        "is for --keep none, which removes every copy",
        "add --keep none",
    ),
    Need(
        "empty",
        "keep",
        lambda values: not values["mark"],
        "does not go with --mark, which leaves no text empty",
        "leave it out",
    ),
    Need(
        "max_removed",
        None,
        lambda values: not (values["check"] or values["diff"] or values["dry_run"]),
        "is for runs that write; --check, --diff and --dry-run remove nothing",
        "leave it out",
    ),
)
