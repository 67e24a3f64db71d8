"""The library: clean one text, or a stream of documents, and see what went and why.

The same kernels decide as on the command line, in this process and without reading any configuration. All positions
are offsets in characters of the text that was given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, overload

from dedup.decisions import Compared, Reason
from dedup.errors import InputError, UsageError
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typing_extensions import Unpack  # for the type checker alone; typing has it from 3.11 on

    from dedup.decisions import Decision, KeptNear, Removal, Witness
    from dedup.settings import Guard, Keep, Scope, Split

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


@dataclass(frozen=True, slots=True)
class WitnessParagraph:
    """A kept paragraph that makes another one superfluous."""

    paragraph: int
    """Number of the paragraph in its document, from 0."""
    start: int
    end: int
    text: str
    document: int | None = None
    """Number of its document, from 0, where that is not the one the removed paragraph stood in."""


@dataclass(frozen=True, slots=True)
class RemovedParagraph:
    """One paragraph that went: an entry of the removal log."""

    paragraph: int
    """Number of the paragraph in its document, from 0."""
    start: int
    end: int
    cut_start: int
    """Start of what left the text: the paragraph and its separator."""
    cut_end: int
    text: str
    reason: Reason
    compared: Compared
    witnesses: tuple[WitnessParagraph, ...]
    similarity: float
    coverage: float
    block: int | None
    documents: int | None = None
    """For boilerplate: the number of documents that it stands in."""
    differs: tuple[str, ...] = ()
    """Where it was aligned: in what ways it differs from its witnesses, as in the removal log."""


@dataclass(frozen=True, slots=True)
class KeptParagraph:
    """A near-duplicate that stayed, because it says something new."""

    paragraph: int
    start: int
    end: int
    text: str
    witness: WitnessParagraph
    similarity: float
    coverage: float
    new: tuple[tuple[int, int], ...]
    """Spans of the words that are new."""
    kinds: tuple[str, ...] = ()
    """Of what kinds that is: ``number``, ``name``, ``turn`` (a negation, a restriction, an opposite) or ``words``."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One document after cleaning."""

    text: str
    """What is left."""
    removals: tuple[RemovedParagraph, ...]
    """In order of position."""
    kept_near: tuple[KeptParagraph, ...]
    """In order of position; only with ``explain=True``."""
    paragraphs: int
    """Paragraphs found: removed and kept ones together."""
    comparisons: int
    """Pairs of paragraphs that were aligned."""
    unsettled: bool
    """The decisions did not come to rest, and the document was left as it is."""

    @property
    def removed(self) -> int:
        """Number of paragraphs that went."""
        return len(self.removals)

    @property
    def kept(self) -> int:
        """Number of paragraphs that stayed."""
        return self.paragraphs - len(self.removals)

    @property
    def counts(self) -> dict[Reason, int]:
        """Number of removals for each reason; their sum is `removed`."""
        found = Counter(removal.reason for removal in self.removals)
        return {reason: found[reason] for reason in Reason}


@dataclass(frozen=True, slots=True)
class CleanedRecord(Cleaned):
    """One document after cleaning that came as a record."""

    record: Mapping[str, Any]
    """The record with its text cleaned; the very object that came in where nothing went."""


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
    chosen = _settings(settings)
    if chosen.scope != "document":
        raise UsageError(f"one text has no scope {chosen.scope!r}", hint="for several texts, call clean_documents()")
    if not isinstance(text, str):
        raise UsageError(
            f"the text is of type {type(text).__name__}", hint="give a str; for several, clean_documents()"
        )
    from dedup.document import decide

    return _cleaned(text, decide([text], chosen, explain=explain)[0])


@overload
def clean_documents(
    documents: Iterable[str], *, field: str = ..., explain: bool = ..., **settings: Unpack[SettingArguments]
) -> Iterator[Cleaned]: ...


@overload
def clean_documents(
    documents: Iterable[Mapping[str, Any]],
    *,
    field: str = ...,
    explain: bool = ...,
    **settings: Unpack[SettingArguments],
) -> Iterator[CleanedRecord]: ...


def clean_documents(
    documents: Iterable[str] | Iterable[Mapping[str, Any]],
    *,
    field: str = "text",
    explain: bool = False,
    **settings: Unpack[SettingArguments],
) -> Iterator[Cleaned]:
    """Take the repeats out of each of many documents, in order; each is compared with itself alone.

    Memory does not grow with the number of documents: a batch is read, decided on and yielded before the next one.

    Args:
        documents: texts, or records that hold their text under `field`.
        field: dotted path of the text in a record (``page.body``).
        explain: also collect the near-duplicates that stay because they say something new.
        **settings: as on the command line: those of `clean`. A whole corpus (``scope="corpus"``) is
            for the command line, or for `dedup.run.run`.

    Raises:
        UsageError: a setting is not known or does not fit; raised by the call itself, before anything is read.
        InputError: a document is neither a string nor a record with a string under `field`; those before it have been
            yielded.
    """
    chosen = _settings(settings)
    if isinstance(documents, (str, bytes, Mapping)):
        raise UsageError(f"the documents are one {type(documents).__name__}", hint="for a single text, call clean()")
    if chosen.scope == "corpus":
        raise UsageError("scope 'corpus' is not there for the library yet", hint="use the command, or scope 'document'")
    return _stream(iter(documents), field, chosen, explain=explain)


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
    from dedup.document import decide

    decisions = decide([text for text, _ in batch], settings, explain=explain)
    for (text, record), decision in zip(batch, decisions, strict=True):
        done = _cleaned(text, decision)
        yield done if record is None else _with_record(done, record, field)


def _settings(values: Mapping[str, Any]) -> Settings:
    """Check types as well as ranges: a caller's checker may be off, and a wrong setting must not pass for another."""
    from dedup.config import convert
    from dedup.options import OPTIONS

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


def _cleaned(text: str, decision: Decision) -> Cleaned:
    return Cleaned(
        text=decision.apply(text),
        removals=tuple(_removed(text, removal) for removal in decision.removals),
        kept_near=tuple(_kept(text, kept) for kept in decision.kept_near),
        paragraphs=decision.paragraphs,
        comparisons=decision.comparisons,
        unsettled=decision.unsettled,
    )


def _removed(text: str, removal: Removal) -> RemovedParagraph:
    return RemovedParagraph(
        paragraph=removal.paragraph,
        start=removal.start,
        end=removal.end,
        cut_start=removal.cut_start,
        cut_end=removal.cut_end,
        text=text[removal.start : removal.end],
        reason=removal.reason,
        compared=removal.compared,
        witnesses=tuple(_witness(text, witness) for witness in removal.witnesses),
        similarity=removal.similarity,
        coverage=removal.coverage,
        block=removal.block,
        documents=removal.documents,
        differs=removal.differs,
    )


def _kept(text: str, kept: KeptNear) -> KeptParagraph:
    return KeptParagraph(
        paragraph=kept.paragraph,
        start=kept.start,
        end=kept.end,
        text=text[kept.start : kept.end],
        witness=_witness(text, kept.witness),
        similarity=kept.similarity,
        coverage=kept.coverage,
        new=kept.new,
        kinds=kept.kinds,
    )


def _witness(text: str, witness: Witness) -> WitnessParagraph:
    if (other := witness.elsewhere) is not None:
        # Documents of a library call are the lines of one input, which are counted from 1.
        number = None if other.line is None else other.line - 1
        return WitnessParagraph(witness.paragraph, witness.start, witness.end, other.text, number)
    return WitnessParagraph(witness.paragraph, witness.start, witness.end, text[witness.start : witness.end])


def _with_record(done: Cleaned, record: Mapping[str, Any], field: str) -> CleanedRecord:
    return CleanedRecord(
        text=done.text,
        removals=done.removals,
        kept_near=done.kept_near,
        paragraphs=done.paragraphs,
        comparisons=done.comparisons,
        unsettled=done.unsettled,
        record=_replaced(record, field.split("."), done.text) if done.removals else record,
    )


def _find(record: Any, field: str) -> str:
    """Return the text of a record.

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
    if not isinstance(value, str):
        raise InputError(f"the field {field!r} holds no string, but {type(value).__name__}")
    return value


def _replaced(record: Mapping[str, Any], path: Sequence[str], text: str) -> dict[str, Any]:
    """Return a copy of a record, and of the records on the way, with another text; all else is shared."""
    key, *rest = path
    return {**record, key: _replaced(record[key], rest, text) if rest else text}
