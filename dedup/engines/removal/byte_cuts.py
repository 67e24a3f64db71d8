"""Cuts by bytes, without parsing a record again: where nothing of a text is to be told, or nothing of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.removal.task_decisions import (
    REASONS,
    edges_of,
    is_judged,
    is_near,
    is_renumbered,
    is_reworded,
    repeated,
)
from dedup.formats.jsonl_bytes import LARGEST, Literals
from dedup.formats.jsonl_string import locate_string
from dedup.formats.parts import PartKind
from dedup.resolve.outline import Outline
from dedup.resolve.surroundings import EMPTY, Surroundings
from dedup.text.arrays import batches, ranges
from dedup.text.characters import code_points
from dedup.text.hard_wraps import perhaps_grouped
from dedup.text.lines import Lines, marked
from dedup.text.long_texts import split_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.engines.removal.task_decisions import TaskDecisions
    from dedup.formats.jsonl_bytes import Literal
    from dedup.formats.parts import Part, PartResult, Work
    from dedup.model.settings import Settings, Split
    from dedup.text.arrays import Flags, Ints

LEAST = 1 << 13
"""Bytes of a record from which on it is not read again: what is done for many at once costs as much for a few."""
_PART = 4
"""Such records make at least one part of so many of what is looked at."""
_OTHER_ENDS = "\r\v\f\x85\u2028\u2029"


def cut_without_parsing(
    work: Work, parts: list[Part], results: list[PartResult], decided: TaskDecisions, chosen: Ints, *, most: int
) -> Ints:
    """Cut the documents of a task of which that can be done by their bytes; return the others that are to be cut.

    Args:
        work: what is to be done; nothing of it is reported.
        parts: the task.
        results: what comes of each part; cuts and figures are added.
        decided: what was decided about the task.
        chosen: the documents that are to be cut, by their numbers within the task, ascending; int64.
        most: characters that are looked at together.

    Returns:
        Numbers of documents within the task, ascending; int64.
    """
    begins, ends, low, high = edges_of(decided)
    sizes = decided.documents["end"] - decided.documents["start"]
    long = chosen[sizes[chosen] >= LEAST]
    # A part is looked at as a whole, which has to be worth it.
    looked_at = np.bincount(decided.documents["part"][long], sizes[long], minlength=len(parts)) * _PART
    found: list[tuple[int, _UnparsedDocument]] = []
    literals: dict[int, Literals] = {}
    columns = [decided.documents[name][long].tolist() for name in ("part", "start", "end")]
    for number, place, start, end in zip(long.tolist(), *columns, strict=True):
        if place not in literals:
            if looked_at[place] < len(parts[place].data) or not can_skip_parsing(
                work, parts[place], decided.parts[place]
            ):
                continue
            literals[place] = Literals(parts[place].data, work.field[0])
        if (literal := literals[place].of(start, end)) is not None:
            removals = decided.removals[low[number] : high[number]]
            number_here = int(ends[number] - begins[number])
            if is_judged(work.settings) and repeated(removals, int(begins[number]), number_here).any():
                continue  # the text is asked whether that was meant
            gone = removals["paragraph"].astype(np.int64) - begins[number]
            spans = decided.spans[begins[number] : ends[number]]
            found.append((number, _UnparsedDocument(literal, spans, gone, removals)))
    done = np.zeros(len(begins), bool)
    for some in batches([plain.literal.length for _, plain in found], most):
        cut = _find_cuts([plain for _, plain in found[some]], work.settings)
        for (number, _), one in zip(found[some], cut, strict=True):
            if one is not None:
                done[number] = True
                mine = results[decided.documents["part"][number]]
                mine.cuts += zip(one.edges[::2], one.edges[1::2], strict=True)
                reasons = decided.removals["reason"][low[number] : high[number]][one.carried_out]
                told = dict(enumerate(np.bincount(reasons, minlength=len(REASONS)).tolist()))
                names = {REASONS[reason].value: count for reason, count in told.items()}
                mine.counts.tallied(names, changed=int(one.carried_out.any()), emptied=one.emptied)
    return chosen[~done[chosen]]


def can_skip_parsing(work: Work, part: Part, seen: np.void) -> bool:
    """Return True if the documents of a part may be cut by their bytes; `seen`: what the first pass says about it."""
    return bool(
        part.kind is PartKind.JSONL
        and work.codec.name == "utf-8"
        and len(work.field) == 1
        and not seen["again"]
        and not seen["invalid"]
        and len(part.data) <= LARGEST
    )


class _UnparsedDocument(NamedTuple):
    """A document whose literal is plain.

    Attributes:
        literal: where its characters are.
        spans: its paragraphs; int32, (n, 2).
        gone: numbers of those that go, ascending, one at least; int64.
        removals: these removals.
    """

    literal: Literal
    spans: NDArray[np.int32]
    gone: Ints
    removals: NDArray[np.void]

    def allowed(self, min_words: int) -> set[int]:
        """Return which of the paragraphs that are to go may do so: others belong to what stays beside them."""
        text, spans = self.literal.without([]), self.spans.tolist()
        removals, gone = self.removals, self.gone
        marked, near, reworded = (gone[which(removals)].tolist() for which in (is_renumbered, is_near, is_reworded))
        sources = dict(zip(gone.tolist(), removals["source"].tolist(), strict=True)) if near else EMPTY
        beside = Surroundings(Outline.of(text, spans), min_words, marked, near=near, reworded=reworded, sources=sources)
        return beside.allowed(gone.tolist(), len(gone))


class _ByteCuts(NamedTuple):
    """What leaves a plain document."""

    edges: list[int]
    """Where each piece begins and ends, in the part's bytes."""
    emptied: bool
    carried_out: Flags
    """Which of the removals leave it: others belong to what stays beside them."""


def _find_cuts(documents: Sequence[_UnparsedDocument], settings: Settings) -> list[_ByteCuts | None]:
    """Find what leaves some documents; None where that has to be asked of their texts, once or more.

    What is left would be read as other paragraphs than those that stay, or only some of the removals may be carried
    out.
    """
    how = settings.split
    out: list[_ByteCuts | None] = []
    open_: list[tuple[int, str, Ints]] = []
    for number, document in enumerate(documents):
        literal, spans, gone = document.literal, document.spans, document.gone
        going = np.ones(len(gone), bool)
        if is_judged(settings) and len(gone) < len(spans):
            number_allowed = len(document.allowed(settings.min_words))
            if 0 < number_allowed < len(gone):
                out.append(None)  # what may go then is asked again
                continue
            going[:] = number_allowed > 0
            gone = gone[going]
        if not len(gone):
            out.append(_ByteCuts([], emptied=False, carried_out=going))
            continue
        bounds = regions_of(spans, gone, literal.length, literal.line_ends)
        edges = literal.offsets(bounds.ravel()).tolist()
        left = literal.without(list(zip(edges[::2], edges[1::2], strict=True)))
        out.append(_ByteCuts(edges, emptied=not left.strip(), carried_out=going))
        # A document of which nothing stays has no lines to run together.
        if len(gone) < len(spans):
            stays = staying(spans, gone)
            stay = moved(stays, bounds)
            if literal.line_ends(*stays.T).any() or not reads_alike(left, stay, how):
                open_.append((number, left, stay))
    for (number, _, stay), found in zip(open_, split_texts([left for _, left, _ in open_], how), strict=True):
        if not np.array_equal(stay, found):
            out[number] = None
    return out


def regions_of(spans: NDArray[np.int32], gone: Ints, length: int, line_ends: Callable[[Ints, Ints], Ints]) -> Ints:
    """Return what `dedup.text.paragraphs.regions` returns, of a text of which only the line ends are asked for.

    Args:
        spans: the paragraphs; (n, 2).
        gone: numbers of those that go, ascending, one at least.
        length: characters of the text.
        line_ends: counts those within some pieces, of which it is told where they begin and end.

    Returns:
        Where each piece that goes begins and ends; int64, (regions, 2).
    """
    begins = np.ones(len(gone), bool)
    begins[1:] = gone[1:] != gone[:-1] + 1
    firsts, stops = gone[begins], gone[np.append(begins[1:], True)] + 1
    starts, ends = spans[:, 0].astype(np.int64), spans[:, 1].astype(np.int64)
    # Where the separators have as many line ends, the first one remains; where nothing follows, the last one does.
    low, high = starts[firsts], np.append(starts, length)[stops]
    if stops[-1] == len(spans) and firsts[-1] > 0:
        low[-1], high[-1] = ends[firsts[-1] - 1], ends[-1]
    bounds = np.stack((low, high), axis=1)
    between = np.flatnonzero((firsts > 0) & (stops < len(spans)))
    # What is one character long is one line end, and there are no others where all are.
    if not len(between) or int((starts[1:] - ends[:-1]).max()) == 1:
        return bounds
    counts = line_ends(ends[:-1], starts[1:])
    before, after = firsts[between] - 1, stops[between]
    most = np.maximum.reduceat(np.append(counts, 0), np.stack((before, after), axis=1).ravel())[::2]
    pieces, done = [], 0
    for run in between[most > counts[before]].tolist():
        first, stop = int(firsts[run]), int(stops[run])
        turn = first + int(np.argmax(counts[first - 1 : stop]))
        pieces += [bounds[done:run], [[ends[first - 1], ends[turn - 1]]]]
        if turn < stop:
            pieces.append([[starts[turn], starts[stop]]])
        done = run + 1
    return np.concatenate([*pieces, bounds[done:]])


def staying(spans: NDArray[np.int32], gone: Ints) -> Ints:
    """Return the paragraphs that stay; int64, (n, 2)."""
    stays = np.ones(len(spans), bool)
    stays[gone] = False
    return spans[stays].astype(np.int64)


def moved(wanted: Ints, bounds: Ints | Sequence[tuple[int, int]]) -> Ints:
    """Return where some paragraphs stand when regions between them have left the text; int64, (n, 2)."""
    bounds = np.asarray(bounds, np.int64).reshape(-1, 2)
    before = np.concatenate(([0], np.cumsum(bounds[:, 1] - bounds[:, 0])))
    here: Ints = wanted - before[np.searchsorted(bounds[:, 0], wanted[:, 0], side="right")][:, None]
    return here


def reads_alike(left: str, stay: Ints, how: Split) -> bool:
    """Tell, at a glance, whether a text certainly is read as some paragraphs; where that is open, it has to be split.

    It is where each of its lines is one of them, and no lines may belong together, by the same quick look with which
    splitting begins.

    Args:
        left: what is left of a document.
        stay: the paragraphs that stay, where they stand in it: all that is not blank, and each of one line; int64,
            (n, 2).
        how: the reading.
    """
    if how == "blank" or not len(stay) or any(end in left for end in _OTHER_ENDS):
        return False
    lines = Lines(left, code_points(left), stay[:, 0], stay[:, 1], np.zeros(len(stay), np.int64))
    return not len(marked(lines) if how == "line" else perhaps_grouped(lines))


def each_a_line(left: str, stay: Ints) -> bool:
    """Return True if no paragraph has several lines: are all line ends, all of them LF, outside of the paragraphs?"""
    after, before = stay[1:, 0], stay[:-1, 1]
    single = after - before == 1  # certainly a line end
    outside = int(np.count_nonzero(single))
    for start, end in zip(before[~single].tolist(), after[~single].tolist(), strict=True):
        outside += left.count("\n", start, end)
    outside += left.count("\n", 0, int(stay[0, 0])) + left.count("\n", int(stay[-1, 1]))
    return outside == left.count("\n")


def cut_emptied(work: Work, parts: list[Part], results: list[PartResult], decided: TaskDecisions) -> Ints:
    """Cut the documents of a task of which nothing stays, by their bytes; return the others that are to be cut.

    Args:
        work: what is to be done; nothing of it is reported.
        parts: the task.
        results: what comes of each part; cuts and figures are added.
        decided: what was decided about the task.

    Returns:
        Numbers of documents within the task, ascending; int64.
    """
    begins, ends, low, high = edges_of(decided)
    going = high - low
    chosen = np.flatnonzero(going)
    emptied = chosen[(going == ends - begins)[chosen]]
    # What stands before the first paragraph would stay.
    emptied = emptied[decided.spans[begins[emptied], 0] == 0]
    plain = np.array(
        [can_skip_parsing(work, part, seen) for part, seen in zip(parts, decided.parts, strict=True)], bool
    )
    emptied = emptied[plain[decided.documents["part"][emptied]]]
    places = decided.documents["part"][emptied]
    gone = np.zeros(len(emptied), bool)
    columns = [decided.documents[name][emptied].tolist() for name in ("start", "end")]
    for at, (place, start, end) in enumerate(zip(places.tolist(), *columns, strict=True)):
        literal = locate_string(parts[place].data, work.field[0], start, end)
        if literal is not None:
            results[place].cuts.append(literal)
            gone[at] = True
    emptied, places = emptied[gone], places[gone]
    reasons = decided.removals["reason"][ranges(low[emptied], going[emptied])]
    _tally(results, places, np.repeat(places, going[emptied]), reasons)
    return np.setdiff1d(chosen, emptied, assume_unique=True)


def _tally(
    results: list[PartResult], emptied: NDArray[np.int32], owners: NDArray[np.int32], reasons: NDArray[np.int8]
) -> None:
    """Count documents of which nothing stays.

    Args:
        results: what comes of each part.
        emptied: the part of each document.
        owners: the part of each of their paragraphs.
        reasons: why it goes.
    """
    both = owners.astype(np.int64) * len(REASONS) + reasons
    counts = np.bincount(both, minlength=len(results) * len(REASONS)).reshape(len(results), -1).tolist()
    for done, told, number in zip(results, counts, np.bincount(emptied, minlength=len(results)).tolist(), strict=True):
        done.counts.tallied(
            {REASONS[reason].value: count for reason, count in enumerate(told)}, changed=number, emptied=number
        )
