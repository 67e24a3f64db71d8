"""The library: clean one text, or a stream of documents, and see what went and why.

The same kernels decide as on the command line, in this process and without reading any configuration. All positions
are offsets in characters of the text that was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypedDict, overload

from dedup.model.errors import InputError, UsageError
from dedup.model.results import (
    Cleaned,
    CleanedRecord,
    KeptParagraph,
    RemovedParagraph,
    WitnessParagraph,
    cleaned,
    with_record,
)
from dedup.model.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typing_extensions import Unpack  # for the type checker alone; typing has it from 3.11 on

    from dedup.model.settings import Guard, Keep, Scope, Split

__all__ = [
    "Cleaned",
    "CleanedRecord",
    "KeptParagraph",
    "RemovedParagraph",
    "WitnessParagraph",
    "clean",
    "clean_documents",
]

BATCH_DOCUMENTS = 256
BATCH_CHARACTERS = 1 << 18
"""`clean_documents` reads ahead until it has so many documents, or so many characters, and decides on them at once."""


class SettingArguments(TypedDict, total=False):
    """The settings, as keyword arguments; see `dedup.Settings` for what they mean and for their defaults."""

    split: Split
    threshold: float
    guard: Guard
    min_words: int
    exact: bool
    scope: Scope
    keep: Keep
    boilerplate: int | None
    within: str | None


def clean(text: str, *, explain: bool = False, **settings: Unpack[SettingArguments]) -> Cleaned:
    """Take the repeats out of one document.

    Args:
        text: the document.
        explain: also collect the near-duplicates that stay because they say something new.
        **settings: as on the command line: ``split``, ``threshold``, ``guard``, ``min_words``, ``exact``. One text is
            no corpus: ``scope`` and what goes with it are for `clean_documents`.

    Raises:
        UsageError: a setting is not known or does not fit, or `text` is not a string.
    """
    chosen = checked_settings(settings)
    if chosen.scope != "document":
        raise UsageError(f"one text has no scope {chosen.scope!r}", hint="for several texts, call clean_documents()")
    if not isinstance(text, str):
        raise UsageError(
            f"the text is of type {type(text).__name__}", hint="give a str; for several, clean_documents()"
        )
    from dedup.resolve.document.decide import decide

    return cleaned(text, decide([text], chosen, explain=explain)[0])


@overload
def clean_documents(
    documents: Iterable[str],
    *,
    field: str = ...,
    explain: bool = ...,
    against: Iterable[str] | Iterable[Mapping[str, Any]] = ...,
    workers: int = ...,
    **settings: Unpack[SettingArguments],
) -> Iterator[Cleaned]: ...


@overload
def clean_documents(
    documents: Iterable[Mapping[str, Any]],
    *,
    field: str = ...,
    explain: bool = ...,
    against: Iterable[str] | Iterable[Mapping[str, Any]] = ...,
    workers: int = ...,
    **settings: Unpack[SettingArguments],
) -> Iterator[CleanedRecord]: ...


def clean_documents(
    documents: Iterable[str] | Iterable[Mapping[str, Any]],
    *,
    field: str = "text",
    explain: bool = False,
    against: Iterable[str] | Iterable[Mapping[str, Any]] = (),
    workers: int = 1,
    **settings: Unpack[SettingArguments],
) -> Iterator[Cleaned]:
    """Take the repeats out of many documents, in order.

    By default each is compared with itself alone, and memory does not grow with their number: a batch is read, decided
    on and yielded before the next one. With ``scope="corpus"`` all are compared with each other: all are read, and kept
    in temporary files (see `tempfile.gettempdir`), before the first one is yielded; memory grows by some 60 to 90 bytes
    for each paragraph. Close the iterator if it is not read to its end: that removes the files and ends the workers.

    Args:
        documents: texts, or records that hold their text under `field`. For scope ``corpus`` records that are no list
            or tuple are pickled while the others are read, and come back as copies.
        field: dotted path of the text in a record (``page.body``).
        explain: also collect the near-duplicates that stay because they say something new; of a corpus, the first
            thousand.
        against: for scope ``corpus``: texts or records that come before all documents, stay, and are not yielded.
        workers: for scope ``corpus``: processes that share the work; with 1 all is done in this one.
        **settings: as on the command line: those of `clean`, and for scope ``corpus`` ``keep``, ``boilerplate`` and
            ``within``.

    Raises:
        UsageError: a setting is not known or does not fit; raised by the call itself, before anything is read.
        InputError: a document is neither a string nor a record with a string under `field`; those before it have been
            yielded, but for scope ``corpus``.
        OutputError: for scope ``corpus``: there is no room for temporary files.
    """
    chosen = checked_settings(settings)
    for given, name in ((documents, "documents"), (against, "references")):
        if isinstance(given, (str, bytes, Mapping)):
            raise UsageError(f"the {name} are one {type(given).__name__}", hint="for a single text, call clean()")
    if type(workers) is not int or workers < 1:
        raise UsageError(f"workers must be a number from 1 on, not {workers!r}")
    if chosen.scope == "corpus":
        return _together(documents, against, field, chosen, explain=explain, workers=workers)
    for name, idle in (("against", against == ()), ("workers", workers == 1)):
        if not idle:
            raise UsageError(f"{name} is for scope 'corpus'", hint="add scope='corpus', or leave it out")
    return _stream(iter(documents), field, chosen, explain=explain)


def _together(
    documents: Iterable[Any], against: Iterable[Any], field: str, settings: Settings, *, explain: bool, workers: int
) -> Iterator[Cleaned]:
    from dedup.engines.local.in_memory_run import PickleSpool, clean_corpus

    with ExitStack() as stack:
        listed = documents if isinstance(documents, (list, tuple)) else None
        kept = PickleSpool(stack) if listed is None else None

        def told(given: Iterable[Any], name: str, keep: PickleSpool | None) -> Iterator[tuple[str, str | None]]:
            for number, document in enumerate(given):
                try:
                    if isinstance(document, str):
                        text, group, record = document, None, None
                    else:
                        text, group, record = _find(document, field), _group(document, settings), document
                    if keep is not None:
                        keep.add(record)
                except InputError as error:
                    raise InputError(error.what, place=f"{name} {number}", hint=error.hint) from error
                yield text, group

        decided = clean_corpus(
            told(documents, "document", kept),
            told(against, "reference", None),
            settings,
            explain=explain,
            workers=workers,
        )
        stack.callback(decided.close)
        records = kept.read_back() if listed is None and kept is not None else iter(listed or ())
        for (text, decision), record in zip(decided, records, strict=False):
            done = cleaned(text, decision)
            yield done if record is None or isinstance(record, str) else with_record(done, record, field)


def _group(record: Mapping[str, Any], settings: Settings) -> str | None:
    """Return the value by which a record is compared only with its like; None if that is not asked, or it has none.

    Raises:
        InputError: the value is none that JSON has.
    """
    if settings.within is None:
        return None
    from dedup.formats.grouping import group_of

    try:
        return group_of(record, settings.within)
    except TypeError as error:
        raise InputError(f"the field {settings.within!r} cannot be compared: {error}") from error


def _stream(documents: Iterator[Any], field: str, settings: Settings, *, explain: bool) -> Iterator[Cleaned]:
    batch: list[tuple[str, Mapping[str, Any] | None]] = []
    characters = 0
    for number, document in enumerate(documents):
        try:
            text = document if isinstance(document, str) else _find(document, field)
        except InputError as error:
            yield from _decided(batch, field, settings, explain=explain)
            raise InputError(error.what, place=f"document {number}", hint=error.hint) from error
        batch.append((text, None if isinstance(document, str) else document))
        characters += len(text)
        if len(batch) >= BATCH_DOCUMENTS or characters >= BATCH_CHARACTERS:
            yield from _decided(batch, field, settings, explain=explain)
            batch, characters = [], 0
    yield from _decided(batch, field, settings, explain=explain)


def _decided(
    batch: Sequence[tuple[str, Mapping[str, Any] | None]], field: str, settings: Settings, *, explain: bool
) -> Iterator[Cleaned]:
    from dedup.resolve.document.decide import decide

    decisions = decide([text for text, _ in batch], settings, explain=explain)
    for (text, record), decision in zip(batch, decisions, strict=True):
        done = cleaned(text, decision)
        yield done if record is None else with_record(done, record, field)


def checked_settings(values: Mapping[str, Any]) -> Settings:
    """Return settings; types are checked as well as ranges, as a caller's checker may be off.

    Raises:
        UsageError: a setting is not known or does not fit.
    """
    from dedup.command.config_file import convert
    from dedup.command.options import OPTIONS

    known = SettingArguments.__annotations__
    for name, value in values.items():
        if name not in known:
            import difflib

            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"settings are {', '.join(known)}"
            raise UsageError(f"unknown setting {name!r}", hint=hint)
        option = OPTIONS[name.replace("_", "-")]
        if value is None and option.default is None:
            continue
        try:
            convert(option, value)
        except ValueError as error:
            raise UsageError(f"{name} {error}") from error
    return Settings(**values)


def _find(record: Any, field: str) -> str:
    """Return the text of a record; that of one whose text is None is empty.

    Raises:
        InputError: there is none; the place is the caller's to add.
    """
    if not isinstance(record, Mapping):
        raise InputError(f"it is neither a string nor a record, but {type(record).__name__}")
    value: Any = record
    for key in field.split("."):
        if not isinstance(value, Mapping) or key not in value:
            raise InputError(f"there is no field {field!r}", hint="name another one with field=")
        value = value[key]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"the field {field!r} holds no string, but {type(value).__name__}")
    return value
