"""The same documents decided about by the local engine and on Spark, in words that can be compared."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.engines.local.clustering import Clustering
from dedup.engines.local.first_pass import Scan, pieces
from dedup.engines.local.settling import settled_removals
from dedup.engines.local.spool import Spool
from dedup.engines.local.spool_columns import COLUMNS
from dedup.engines.local.stages import CorpusStages
from dedup.engines.local.workers import WorkerPool
from dedup.engines.removal.settle import Settled, settled_documents
from dedup.engines.removal.task_decisions import Document
from dedup.fingerprint.banding import choose_banding
from dedup.fingerprint.fingerprint import fingerprint
from dedup.fingerprint.shared_digests import SharedDigestSet
from dedup.formats.edits import LocatedDocument
from dedup.formats.files.encoding import Codec
from dedup.formats.parts import Part, PartResult, Record, Work
from dedup.formats.registry import TEXT
from dedup.resolve.corpus.kept_near import NearDuplicates
from dedup.resolve.corpus.removals import UNJUDGED
from tests.support import strategies
from tests.support.fake_kernel import Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.fingerprint.table import FingerprintTable
    from dedup.model.settings import Settings

Removal = tuple[Any, ...]


class Outcome(NamedTuple):
    """What an engine decided.

    Attributes:
        removals: of each document from which something goes, in the fields of
            `dedup.engines.spark.stages.decisions.REMOVAL`.
        unexamined: pairs that were left out.
    """

    removals: dict[int, list[Removal]]
    unexamined: int


def locally(
    texts: Sequence[str], settings: Settings, references: int = 0, salts: Sequence[int] | None = None
) -> Outcome:
    """Decide as the local engine does."""
    banding = choose_banding(
        settings.threshold, sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    ).banding
    spool = Spool(None, {}, COLUMNS)
    sheet = fingerprint(texts, salts, settings, banding, SharedDigestSet(64))
    documents = np.zeros(len(texts), COLUMNS["documents"])
    documents["paragraphs"] = sheet.counts
    spool.append(pieces(Scan(np.zeros(1, COLUMNS["parts"]), documents, sheet), 0, 0, 0), 0)
    clustering = Clustering(spool, settings, banding, WorkerPool(1), Recorder())
    stages = CorpusStages(spool, settings, clustering, max_memory=1 << 28, events=Recorder())
    decided = stages.decide(references)
    judge = partial(_judged, texts, sheet, decided.begins, settings)
    again = partial(stages.decide_again, decided.corpus)
    decided = decided._replace(
        removals=settled_removals(decided.removals, decided.begins, judge, again, lambda rows: rows.copy)
    )
    number = np.repeat(np.arange(len(texts)), sheet.counts)
    out: dict[int, list[Removal]] = {}
    for entry in decided.removals:
        paragraph, witness = int(entry["paragraph"]), int(entry["witness"])
        document, other = int(number[paragraph]), int(number[witness])
        text = None
        if entry["how"] > 0:
            (text,) = decided.texts(spool, np.array([witness]))
        out.setdefault(document, []).append(
            (
                paragraph - int(decided.begins[document]),
                *sheet.spans[paragraph].tolist(),
                other,
                witness - int(decided.begins[other]),
                *sheet.spans[witness].tolist(),
                *(entry[name].item() for name in ("similarity", "coverage", "block", "documents")),
                *(int(entry[name]) for name in ("reason", "how", "differs", "state")),
                None if text is None else text.encode("utf-8", "surrogatepass"),
            )
        )
    spool.close()
    return Outcome(out, decided.unexamined)


def _judged(
    texts: Sequence[str], sheet: FingerprintTable, begins: NDArray[np.int64], settings: Settings, removals: NDArray[Any]
) -> list[Settled]:
    """Judge the removals of a corpus, which is one task here."""
    work = Work(settings, (), Codec("utf-8"), 0)
    found = Settled(removals["state"].copy(), np.ones(len(removals), bool))
    near = NearDuplicates.empty().shown
    for number, text in enumerate(texts):
        first, end = int(begins[number]), int(begins[number + 1])
        here = slice(*np.searchsorted(removals["paragraph"], (first, end)).tolist())
        fresh = removals["state"][here] == UNJUDGED
        if fresh.any():
            located = LocatedDocument(Part(0, TEXT), PartResult(), Record(0, 0, 1, text))
            spans = sheet.spans[first:end]
            document = Document(located, number, spans, removals[here].copy(), first, (), near, ())
            (one,) = settled_documents(work, [document])
            assert one is not None
            found.states[here][fresh], found.asked[here][fresh] = one
    return [found]


def corpus(seed: int, documents: int = 40) -> list[str]:
    """Return articles with copies, near-copies, templates, menus and odd bytes among them."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    stock = [_line(rng, rng.randint(5, 40)) for _ in range(documents)]
    menus = [[_line(rng, 3) for _ in range(rng.randint(3, 12))] for _ in range(3)]
    form = _line(rng, 18)
    out: list[str] = []
    for _ in range(documents):
        paragraphs: list[str] = []
        for _ in range(rng.randint(0, 6)):
            paragraphs += _piece(rng, stock, menus, form, out)
        if rng.random() < 0.05:
            paragraphs.append("lone \udc80 byte " + rng.choice(stock))
        out.append("\n".join(paragraphs))
    return out


def crowded(seed: int, documents: int = 30) -> list[str]:
    """Return articles with many paragraphs that share bands: chains of what is like the next one, forms, a notice.

    Of each form many are kept, for their numbers; behind them come ones with the same number, which are less than the
    first of these, and not covered by the others.
    """
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    chains = [_line(rng, 30).split() for _ in range(2)]
    forms = [[word for word in _line(rng, 90).split() if word.isalpha()] for _ in range(2)]
    notice = _line(rng, 16)
    out: list[str] = []
    for number in range(documents):
        paragraphs = []
        for words in chains:
            if rng.random() < 0.5:
                del words[rng.randrange(len(words))]
            words.insert(rng.randrange(len(words)), rng.choice(forms[0]))
            paragraphs.append(" ".join(words))
        for form in forms:
            later = number - documents // 3
            some = [*form, f"{number + 100}" if later < 0 else "77"]
            for _ in range(2 if later > 0 else 0):
                del some[rng.randrange(len(form) - 2)]
            paragraphs.append(" ".join(some))
        if rng.random() < 0.5:
            paragraphs.append(notice.replace(" ", rng.choice([" ", "  "])))
        rng.shuffle(paragraphs)
        out.append("\n".join(paragraphs))
    return out


def _line(rng: random.Random, words: int) -> str:
    return strategies.prose(rng, words).replace("\n", " ")


def _piece(rng: random.Random, stock: list[str], menus: list[list[str]], form: str, before: list[str]) -> list[str]:
    kind = rng.choices(["copy", "near", "row", "form", "menu", "body", "new"], [5, 4, 3, 2, 3, 1, 2])[0]
    words = form.split()
    if kind == "copy":
        return [rng.choice(stock)]
    if kind == "near":
        text = rng.choice(stock)
        for _ in range(rng.randint(1, 3)):
            text = strategies.EDITS[rng.choice(list(strategies.EDITS))](rng, text)
        return text.split("\n")
    if kind in ("row", "form"):
        new = str(rng.randint(1, 40)) if kind == "row" else rng.choice(["one", "the", "Lima", "not", "odd"])
        words[rng.randrange(len(words))] = new
        return [" ".join(words)]
    if kind == "menu":
        return rng.choice(menus)
    if kind == "body" and before:
        return rng.choice(before).split("\n")
    return [_line(rng, rng.randint(1, 30))]
