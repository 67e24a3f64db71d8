"""From the texts of documents to decisions: the kernels in their order, round by round, for a batch at once.

    split → tokens, keys → candidates → (per document with any) blocks → resolve → settle

Settling makes the second cleaning a no-op: what a document's cleaning leaves is decided about again, until nothing
more goes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from dedup.candidates.votes import Pairs, by_bands, by_votes, in_large, merged
from dedup.model.containment import attempt, one_by_one
from dedup.model.decisions import Decision, held
from dedup.resolve.document.article import Article
from dedup.resolve.document.native_reading import NativeReading, Spans, read_natively, words_natively
from dedup.resolve.document.resolve import removed_among, resolve
from dedup.resolve.document.rounds import merge_rounds
from dedup.resolve.document.screen import SHORT_RUN, is_quicker, paragraphs_alone
from dedup.resolve.document.settled import surely_new
from dedup.resolve.document.trace import Trace
from dedup.shingling import keys as key_hashes
from dedup.shingling import tokenise
from dedup.text.arrays import batches
from dedup.text.lines import LINE_ENDS
from dedup.text.long_texts import LONG, split_together
from dedup.text.paragraphs import split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Settings
    from dedup.shingling import Words
    from dedup.text.arrays import Ints

BATCH = 1 << 17
"""Characters that pass through the kernels together: enough to amortise a call, few enough to stay in the cache."""
ROUNDS = 8
"""Rounds after which a document that does not come to rest is left as it was."""
_SHORT_TEXT = 64
"""Characters below which a text without line ends may well hold nothing to read."""


def decide(texts: Sequence[str], settings: Settings, *, explain: bool = False) -> list[Decision]:
    """Decide for each document, by itself, which of its paragraphs go.

    Args:
        texts: the documents; lone surrogates stand for bytes that did not decode.
        settings: what counts as superfluous.
        explain: also name the near-duplicates that stay, and the words that keep them.

    Returns:
        One decision per document, in order. Cleaning what a decision leaves removes nothing more. From a document with
        which a kernel raises nothing goes, and `Decision.fault` says so.
    """
    return one_by_one(
        lambda some: _decide(some, settings, explain=explain),
        texts,
        lambda text, fault: Decision(_counted(text, settings), fault=fault),
    )


def decide_traced(text: str, settings: Settings) -> tuple[Decision, list[Trace]]:
    """Decide about one document as `decide` does, and return also what each round came to, in order.

    A document of a single paragraph has no rounds.
    """
    traces: list[Trace] = []
    [decision] = one_by_one(
        lambda some: _decide(some, settings, explain=True, watch=traces.append),
        [text],
        lambda one, fault: Decision(_counted(one, settings), fault=fault),
    )
    return decision, traces


def _counted(text: str, settings: Settings) -> int:
    """Return the paragraphs of a text with which a kernel has raised; none, where it is the splitting."""
    return attempt(lambda: len(split(text, settings.split)), lambda _: 0)


def _decide(texts: Sequence[str], settings: Settings, *, explain: bool, watch: Watch | None = None) -> list[Decision]:
    """Decide for each document, as `decide` does; raise whatever a kernel raises."""
    out = _decide_all(texts, settings, explain=explain, watch=watch)
    moving = [i for i, decision in enumerate(out) if decision.removals]
    for _ in range(ROUNDS):
        if not moving:
            return out
        moving = _settle(texts, out, moving, settings, explain=explain, watch=watch)
    for number in moving:
        out[number] = _unsettled(out[number])
    return out


def _settle(
    texts: Sequence[str],
    out: list[Decision],
    moving: list[int],
    settings: Settings,
    *,
    explain: bool,
    watch: Watch | None,
) -> list[int]:
    """Decide about what is left of some documents, as one decision with the first; return those not at rest."""
    left = [out[number].apply(texts[number]) for number in moving]
    still: list[int] = []
    every = _decide_all(left, settings, explain=explain, watch=watch)
    for number, rest, again in zip(moving, left, every, strict=True):
        joined = merge_rounds(texts[number], out[number], rest, again, settings)
        if joined is None:
            out[number] = _unsettled(out[number])
            continue
        out[number] = replace(joined, comparisons=out[number].comparisons + again.comparisons)
        if again.removals:
            still.append(number)
    return still


def _unsettled(decision: Decision) -> Decision:
    """Return the decision to leave a document as it is, because its rounds contradict each other or do not end."""
    stays = held(decision.removals)
    return Decision(decision.paragraphs, comparisons=decision.comparisons, unsettled=True, held_back=stays)


def _decide_all(
    texts: Sequence[str], settings: Settings, *, explain: bool, watch: Watch | None = None
) -> list[Decision]:
    out = [Decision(_only(text)) for text in texts]
    several = [i for i, text in enumerate(texts) if any(end in text for end in LINE_ENDS)]
    # Of a document that is watched every paragraph is looked at.
    counts = [None for _ in several] if watch else paragraphs_alone([texts[i] for i in several], settings)
    for number, count in zip(several, counts, strict=True):
        if count is not None:
            out[number] = Decision(count)
    several = [number for number, count in zip(several, counts, strict=True) if count is None]
    for some in batches([len(texts[i]) for i in several], BATCH):
        decisions = _decide_batch([texts[i] for i in several[some]], settings, explain=explain, watch=watch)
        for number, decision in zip(several[some], decisions, strict=True):
            out[number] = decision
    return out


def _only(text: str) -> int:
    """Return the paragraphs of a text without line ends: one or none."""
    if not text or text.isspace():
        return 0
    return len(split(text)) if len(text) < _SHORT_TEXT else 1


class Repeats(NamedTuple):
    """Some repetitions within a document.

    Attributes:
        text: the document.
        spans: (start, end) of each of its paragraphs; int64, (n, 2).
        pairs: paragraphs, ascending, and for each an earlier one that makes it superfluous; int64, (pairs, 2).
    """

    text: str
    spans: NDArray[np.int64]
    pairs: NDArray[np.int64]


def judge_repeats(documents: Sequence[Repeats], settings: Settings) -> list[set[int]]:
    """Return, for each document, which of these repetitions scope ``document`` removes, given no others.

    None is removed from a document with which a kernel raises.
    """
    out: list[set[int]] = []
    for some in batches([len(document.text) for document in documents], BATCH):
        out += one_by_one(lambda chosen: _judge(chosen, settings), documents[some], lambda _, __: set())
    return out


def _judge(documents: Sequence[Repeats], settings: Settings) -> list[set[int]]:
    texts = [document.text for document in documents]
    text, begins = _together(texts)
    numbers = np.array([len(document.spans) for document in documents])
    starts, ends = np.concatenate([d.spans + begin for d, begin in zip(documents, begins, strict=True)]).T
    firsts = np.cumsum(numbers) - numbers
    later, earlier = np.concatenate([d.pairs + first for d, first in zip(documents, firsts, strict=True)]).T
    spans = Spans(starts, ends, np.repeat(np.arange(len(documents)), numbers))
    words = _words(text, starts, ends)
    pairs, unknown = Pairs(later, earlier, np.ones_like(later)), np.zeros(len(later), bool)
    batch = _Batch(begins, spans, words, key_hashes(words), pairs, unknown)
    return [
        removed_among(_article(batch, document.text, number, settings), document.pairs[:, 0].tolist())
        for number, document in enumerate(documents)
    ]


def _words(text: str, starts: Ints, ends: Ints) -> Words:
    """Return the words of the paragraphs of a batch."""
    words = None
    if is_quicker(len(text)) and len(text) <= LONG:
        # Where it raises, it is done the other way.
        words = attempt(lambda: words_natively(text, starts, ends), lambda _: None)
    return tokenise(text, starts, ends) if words is None else words


Watch: TypeAlias = "Callable[[Trace], None]"
"""Is given what a round came to."""


class _Batch(NamedTuple):
    begins: NDArray[np.int64]
    spans: Spans
    words: Words
    keys: NDArray[np.uint64]
    pairs: Pairs
    new: NDArray[np.bool_]
    """In which pairs something is certainly new."""


def _together(texts: Sequence[str]) -> tuple[str, NDArray[np.int64]]:
    """Return documents as one text, each ended by a line end, and where each begins."""
    begins = np.concatenate(([0], np.cumsum([len(t) + 1 for t in texts[:-1]]))).astype(np.int64)
    return "\n".join(texts), begins


def _decide_batch(
    texts: Sequence[str], settings: Settings, *, explain: bool, watch: Watch | None = None
) -> list[Decision]:
    """Run the kernels over some documents and resolve those in which anything repeats."""
    text, begins = _together(texts)
    if watch is None and is_quicker(len(text)) and len(text) <= LONG:
        # Where it raises, it is done the other way.
        read = attempt(lambda: read_natively(texts, text, begins, settings), lambda _: None)
        if isinstance(read, NativeReading):
            batch = _batched(begins, read.spans, read.words, settings, explain=explain)
            return _resolved(texts, read.counts, batch, settings, explain=explain)
        if read and len(read) < len(texts):
            return _apart(texts, read, settings, explain=explain)
    found = split_together(texts, settings.split)
    counts = np.array([len(spans) for spans in found])
    several = np.flatnonzero(counts > 1)
    if not len(several):
        return [Decision(count) for count in counts.tolist()]
    starts, ends = np.concatenate([found[number] + begins[number] for number in several.tolist()]).T
    spans = Spans(starts, ends, np.repeat(several, counts[several]))
    words = tokenise(text, starts, ends)
    batch = _batched(begins, spans, words, settings, explain=explain)
    return _resolved(texts, counts, batch, settings, explain=explain, watch=watch)


def _apart(texts: Sequence[str], odd: list[int], settings: Settings, *, explain: bool) -> list[Decision]:
    """Decide for documents of which some are to be read in another form, and for the others by themselves."""
    out = [Decision(0)] * len(texts)
    for some in (sorted({*range(len(texts))}.difference(odd)), odd):
        decisions = _decide_batch([texts[number] for number in some], settings, explain=explain)
        for number, decision in zip(some, decisions, strict=True):
            out[number] = decision
    return out


def _batched(begins: Ints, spans: Spans, words: Words, settings: Settings, *, explain: bool) -> _Batch:
    pairs = _pairs(words, spans, settings)
    new = np.zeros(len(pairs.later), bool)
    # Where pairs are explained it is asked what is new in them, which this does not tell.
    if not explain and is_quicker(len(words.text)):
        text, (starts, ends, _) = words.text, spans
        new = attempt(lambda: surely_new(pairs, words, lambda at: text[starts[at] : ends[at]], settings), lambda _: new)
    return _Batch(begins, spans, words, key_hashes(words), pairs, new)


def _resolved(
    texts: Sequence[str],
    counts: Ints,
    batch: _Batch,
    settings: Settings,
    *,
    explain: bool,
    watch: Watch | None = None,
) -> list[Decision]:
    """Resolve the documents of a batch in which anything repeats."""
    out = [Decision(count) for count in counts.tolist()]
    worth = _worth_resolving(batch, settings)
    if watch is not None:
        for number in sorted(set(batch.spans.documents.tolist()).difference(worth)):
            watch(_trace(batch, texts[number], number, settings))
    for number in worth:
        if watch is None:
            out[number] = resolve(_article(batch, texts[number], number, settings), explain=explain)
        else:
            trace = _trace(batch, texts[number], number, settings)
            out[number] = resolve(trace.article, explain=explain, trace=trace)
            watch(trace)
    return out


def _trace(batch: _Batch, text: str, number: int, settings: Settings) -> Trace:
    """Return what is to take down how one document is resolved."""
    low, high = np.searchsorted(batch.spans.documents, [number, number + 1]).tolist()
    some = slice(*np.searchsorted(batch.pairs.later, [low, high]).tolist())
    columns = (batch.pairs.later[some] - low, batch.pairs.earlier[some] - low, batch.pairs.votes[some])
    votes = {(later, earlier): votes for later, earlier, votes in zip(*(c.tolist() for c in columns), strict=True)}
    return Trace(_article(batch, text, number, settings), votes)


def _pairs(words: Words, spans: Spans, settings: Settings) -> Pairs:
    """Return the candidate pairs of the batch."""
    sizes = np.diff(words.offsets)
    eligible = sizes >= settings.min_words
    if settings.exact:
        eligible = np.zeros_like(eligible)
    pairs = by_votes(words, spans.documents, eligible, settings.threshold)
    large = in_large(spans.documents, eligible)
    if large.any():
        pairs = merged(pairs, by_bands(words, spans.documents, eligible & large))
    return pairs


def _worth_resolving(batch: _Batch, settings: Settings) -> list[int]:
    """Return the documents in which a long paragraph has a candidate, or several short ones in a row repeat."""
    documents, keys = batch.spans.documents, batch.keys
    sizes = np.diff(batch.words.offsets)
    order = np.lexsort((keys, documents))
    again = np.zeros(len(keys), bool)
    follows = (keys[order][1:] == keys[order][:-1]) & (documents[order][1:] == documents[order][:-1])
    again[order[1:][follows]] = True
    again &= sizes > 0
    worth = set(documents[batch.pairs.later].tolist())
    worth.update(documents[again & (sizes >= settings.min_words)].tolist())
    number = np.bincount(documents, again)
    worth.update(np.flatnonzero(number >= SHORT_RUN).tolist())
    return sorted(worth)


def _article(batch: _Batch, text: str, number: int, settings: Settings) -> Article:
    low, high = np.searchsorted(batch.spans.documents, [number, number + 1]).tolist()
    base = int(batch.begins[number])
    starts = (batch.spans.starts[low:high] - base).tolist()
    ends = (batch.spans.ends[low:high] - base).tolist()
    first, last = np.searchsorted(batch.pairs.later, [low, high]).tolist()
    candidates: dict[int, list[int]] = {}
    later, earlier = batch.pairs.later[first:last] - low, batch.pairs.earlier[first:last] - low
    for copy, source in zip(later.tolist(), earlier.tolist(), strict=True):
        candidates.setdefault(copy, []).append(source)
    new = batch.new[first:last]
    return Article(
        text,
        list(zip(starts, ends, strict=True)),
        words=batch.words,
        keys=batch.keys[low:high].tolist(),
        first=low,
        candidates=candidates,
        settings=settings,
        base=base,
        new=zip(earlier[new].tolist(), later[new].tolist(), strict=True),
    )
