"""What a day adds to an index: the columns of a segment, from a run's spool and what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.index.columns import ALWAYS, COLUMNS, SHORT, VERDICT, WANTED
from dedup.index.runs import run_hashes, standing_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from numpy.typing import NDArray

    from dedup.text.arrays import Flags, Ints


class DayParagraphs(NamedTuple):
    """The paragraphs of a day, in order; arrays of one length.

    Attributes:
        document: number of the document of each; int32.
        digests, spans: see `dedup.index.columns`.
        short: too short to go by itself; bool.
        wanted: goes by itself, wherever it stands; bool.
        gone: the round in which it went, or 0; uint8.
    """

    document: NDArray[np.int32]
    digests: NDArray[np.uint64]
    spans: NDArray[np.int32]
    short: Flags
    wanted: Flags
    gone: NDArray[np.uint8]


class NewClasses(NamedTuple):
    """The different long paragraphs of a day that no earlier day has, in order.

    Attributes:
        paragraph: the first paragraph of each; int64.
        witness: what it goes for, by its number across days, or -1; int64.
        verdict: on these two.
        features: of each: key, numbers, bits and words, as a spool's rows have them.
    """

    paragraph: Ints
    witness: Ints
    verdict: NDArray[np.void]
    features: dict[str, NDArray[Any]]


def paragraph_columns(documents: NDArray[np.void], day: DayParagraphs) -> dict[str, NDArray[Any]]:
    """Return the columns of all paragraphs."""
    flags = np.where(day.short, SHORT, 0) | np.where(day.wanted, WANTED, 0)
    return {
        "documents": documents,
        "digests": day.digests,
        "spans": day.spans,
        "flags": flags.astype(np.uint8),
        "gone": day.gone,
    }


def short_columns(paragraphs: Ints, witness: Ints) -> dict[str, NDArray[Any]]:
    """Return the columns of short paragraphs that went, given what stays in their place."""
    return {"gone_paragraph": paragraphs.astype(np.uint32), "gone_witness": witness}


def class_columns(classes: NewClasses, digests: NDArray[np.uint64]) -> dict[str, NDArray[Any]]:
    """Return the columns of classes, but for those of bands and texts; `digests`: of all paragraphs."""
    theirs = digests[classes.paragraph]
    order = np.lexsort((classes.paragraph, theirs[:, 1]))
    goes = np.flatnonzero(classes.witness >= 0)
    kept = np.flatnonzero(classes.witness < 0)
    features = {name: column[kept] for name, column in classes.features.items()}
    return {
        "class_digest": theirs[order, 1],
        "class_paragraph": classes.paragraph[order].astype(np.uint32),
        "want_paragraph": classes.paragraph[goes].astype(np.uint32),
        "want_witness": classes.witness[goes],
        "want_verdict": classes.verdict[goes].astype(VERDICT),
        "kept_paragraph": classes.paragraph[kept].astype(np.uint32),
        **{f"kept_{name}": column for name, column in features.items()},
        "by_key": np.argsort(features["key"], kind="stable").astype(np.uint32),
    }


def band_columns(keys: Iterator[NDArray[np.uint32]]) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
    """Yield for each band its keys, ascending, and whose they are; `keys`: of the kept ones, in order."""
    for band in keys:
        order = np.argsort(band, kind="stable")
        yield band[order], order.astype(np.uint32)


def run_columns(day: DayParagraphs) -> dict[str, NDArray[Any]]:
    """Return the columns of runs of three short paragraphs: of each, in each round, the one that stands first."""
    last = int(day.gone.max()) + 1 if len(day.gone) else 1
    hashes, runs, rounds = [], [], []
    for turn in range(1, last + 1):
        # Those that go by themselves are out, be they retained or not.
        gone = ((day.gone > 0) & (day.gone < turn)) | day.wanted
        found = standing_runs(day.document, day.short, gone)
        value, first = np.unique(run_hashes(day.digests[:, 1][found]), return_index=True)
        hashes.append(value)
        runs.append(found[first])
        rounds.append(np.full(len(value), turn, np.uint8))
    return _merged(np.concatenate(hashes), np.concatenate(runs), np.concatenate(rounds), last)


def _merged(hashes: NDArray[np.uint64], runs: Ints, rounds: NDArray[np.uint8], last: int) -> dict[str, NDArray[Any]]:
    """Return each run once, with the rounds from and until which it stands first."""
    order = np.lexsort((rounds, runs[:, 0], hashes))
    hashes, runs, rounds = hashes[order], runs[order], rounds[order]
    goes_on = np.zeros(len(hashes), bool)
    same = (hashes[1:] == hashes[:-1]) & (runs[1:] == runs[:-1]).all(axis=1)
    goes_on[1:] = same & (rounds[1:] == rounds[:-1] + 1)
    heads = np.flatnonzero(~goes_on)
    ends = np.append(heads[1:], len(hashes))[: len(heads)] - 1
    until = np.where(rounds[ends] == last, ALWAYS, rounds[ends] + 1).astype(np.uint8)
    by_place = np.lexsort((runs[heads, 0], hashes[heads]))
    heads, until = heads[by_place], until[by_place]
    return {
        "run_hash": hashes[heads],
        "run_paragraphs": runs[heads].astype(np.uint32),
        "run_rounds": np.stack((rounds[heads], until), axis=1),
    }


def checked(columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return columns in their types.

    Raises:
        KeyError: one is unknown.
    """
    return {name: np.ascontiguousarray(column, COLUMNS[name].base) for name, column in columns.items()}
