"""Planted repeats are found, in small documents and large ones, at a cost that grows with the text."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import votes
from dedup.candidates.votes import Pairs, by_bands, by_votes, least_share, merged, voting_width
from dedup.model.decisions import Compared
from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide
from dedup.shingling import tokenise
from tests.support import oracle, strategies
from tests.verdict.test_compare import article

if TYPE_CHECKING:
    import pytest
    from numpy.typing import NDArray

    from dedup.shingling import Words
    from dedup.text.arrays import Ints

COVERED = (
    "same",
    "upper",
    "commas",
    "quotes",
    "spaces",
    "decomposed",
    "wide",
    "hyphens",
    "joined",
    "dropped",
    "grammar",
)
"""Edits that say nothing new and leave running text running text."""
PROSE = (*COVERED, "slip", "negated", "number", "word", "other")
SPACED = ("latin", "cyrillic", "greek", "hindi", "korean", "arabic", "hebrew")


def source(seed: int) -> random.Random:
    """Return the source of made-up text."""
    return random.Random(seed)  # noqa: S311 - not for secrets


def gone(text: str, settings: Settings | None = None) -> list[tuple[int, int]]:
    """Return the paragraphs that go, each with its first witness."""
    (decision,) = decide([text], settings or Settings())
    return [(removal.paragraph, removal.witnesses[0].paragraph) for removal in decision.removals]


# Recall


@given(st.integers(0, 2**32), st.sampled_from(sorted(strategies.SCRIPTS)), st.integers(24, 80), st.integers(2, 8))
def test_exact_repeats_of_prose_go(seed: int, script: str, size: int, number: int) -> None:
    """Each long paragraph that stands again somewhere among others goes, and its witness is its first occurrence."""
    rng = source(seed)
    first = [strategies.prose(rng, size, script) for _ in range(number)]
    plan: list[int] = list(range(number))
    for index in range(number):
        plan.insert(rng.randint(plan.index(index) + 1, len(plan)), index)
    lines: list[str] = []
    expected: list[tuple[int, int]] = []
    for index in plan:
        if first[index] in lines:
            expected.append((len(lines), lines.index(first[index])))
        lines.append(first[index])
        lines.append(strategies.prose(rng, 15, script))
    assert gone("\n".join(lines)) == expected


@given(st.integers(0, 2**32), st.sampled_from(SPACED), st.sampled_from(COVERED), st.integers(20, 70))
def test_near_repeats_that_say_nothing_new_go(seed: int, script: str, edit: str, size: int) -> None:
    """Case, form, punctuation, joined words, a word left out or a word of grammar save nothing."""
    rng = source(seed)
    lines = [strategies.prose(rng, size, script) for _ in range(6)]
    lines.append(strategies.EDITS[edit](rng, lines[2]))
    lines.append(strategies.prose(rng, size, script))
    assert gone("\n".join(lines)) == [(6, 2)]


@given(st.integers(0, 2**32), st.sampled_from(["latin", "thai", "arabic"]))
def test_part_of_a_long_paragraph_goes(seed: int, script: str) -> None:
    """A teaser that the article's own paragraph contains goes, however much more that one says."""
    rng = source(seed)
    words = strategies.sentence_words(rng, script, 80)
    lines = [strategies.written(words, script), *(strategies.prose(rng, 20, script) for _ in range(3))]
    lines += [strategies.written(words[20:50], script), strategies.prose(rng, 20, script)]
    assert gone("\n".join(lines)) == [(4, 0)]


@given(st.integers(0, 2**32))
def test_two_paragraphs_cover_their_merger(seed: int) -> None:
    """A paragraph made of two neighbours goes; both are its witnesses."""
    rng = source(seed)
    lines = [strategies.prose(rng, 20) for _ in range(5)]
    text = "\n".join([*lines, f"{lines[1]} {lines[2]}", strategies.prose(rng, 20)])
    (decision,) = decide([text], Settings())
    assert [(r.paragraph, [w.paragraph for w in r.witnesses]) for r in decision.removals] == [(5, [1, 2])]


# The oracle


@given(st.integers(0, 2**32), st.integers(3, 10), st.lists(st.sampled_from(PROSE), min_size=1, max_size=4))
def test_all_pairs_find_no_more_than_votes(seed: int, number: int, edits: list[str]) -> None:
    """Where each repeat was made from one source, what a comparison of all with all takes out is what goes.

    Paragraphs are longer than names: made of few words by chance, shorter ones would be instances of one form.
    """
    rng = source(seed)
    lines = [strategies.prose(rng, 80) for _ in range(number)]
    sources = rng.sample(range(number), min(number, len(edits)))
    for index, edit in zip(sources, edits, strict=False):
        lines += [strategies.EDITS[edit](rng, lines[index]), strategies.prose(rng, 80)]
    all_of_them = article(lines)
    expected = oracle.all_pairs(
        len(lines), lambda w, p: all_of_them.is_eligible(p) and all_of_them.verdict(w, p).covered
    )
    assert gone("\n".join(lines)) == [(found.paragraph, found.witness) for found in expected]


@given(st.integers(0, 2**32), st.integers(2, 12), st.sampled_from([0.5, 0.6, 0.75, 0.8, 0.9]))
def test_candidates_by_votes_are_the_most_alike(seed: int, number: int, threshold: float) -> None:
    """Each earlier paragraph similar enough is a candidate; no more of them than can have that share of votes."""
    rng = source(seed)
    base = strategies.sentence_words(rng, "latin", 40)
    lines = [strategies.prose(rng, 30) for _ in range(number)]
    place = rng.randrange(number)
    lines[place] = " ".join(base)
    keep = round(40 * (threshold + 1) / 2)
    kept = set(rng.sample(range(40), keep))
    lines.append(" ".join(w if i in kept else strategies.word(rng, "latin") for i, w in enumerate(base)))
    pairs = by_votes(*arrays(lines), threshold)
    assert (number, place) in zip(pairs.later.tolist(), pairs.earlier.tolist(), strict=True)
    assert np.bincount(pairs.later).max() <= 1 / least_share(threshold, voting_width(threshold)) + 1
    assert all((pairs.earlier < pairs.later).tolist())


def arrays(lines: list[str]) -> tuple[Words, Ints, NDArray[np.bool_]]:
    """Return tokens, documents and eligibility of some lines of one document."""
    sizes = np.array([len(line) + 1 for line in lines])
    ends = np.cumsum(sizes) - 1
    words = tokenise("\n".join(lines), ends - sizes + 1, ends)
    return words, np.zeros(len(lines), np.int64), np.diff(words.offsets) >= 8


def test_documents_of_a_batch_do_not_vote_for_each_other() -> None:
    """The same text in two documents is no candidate, neither by votes nor by bands."""
    rng = source(1)
    lines = [strategies.prose(rng) for _ in range(5)] * 2
    words, _, eligible = arrays(lines)
    documents = np.array([0] * 5 + [1] * 5)
    assert not len(by_votes(words, documents, eligible, 0.8).later)
    assert not len(by_bands(words, documents, eligible).later)
    together = by_bands(words, np.zeros(10, np.int64), eligible)
    assert {(5 + i, i) for i in range(5)} <= set(zip(together.later.tolist(), together.earlier.tolist(), strict=True))


def test_a_bucket_of_copies_costs_as_many_pairs_as_it_has_members() -> None:
    """Of n equal paragraphs each is paired with the first and with the one just before, not with all."""
    rng = source(2)
    pairs = by_bands(*arrays([strategies.prose(rng)] * 500))
    assert len(pairs.later) <= 2 * 499


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 8)), max_size=12),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 8)), max_size=12),
)
def test_merging_keeps_each_pair_once(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    """Sorted by the later paragraph, those found by votes before those found by bands."""

    def pairs(found: list[tuple[int, int]]) -> Pairs:
        ordered = sorted(dict.fromkeys(found), key=lambda pair: pair[0])
        later, earlier = (np.array([pair[i] for pair in ordered], np.int64) for i in (0, 1))
        return Pairs(later, earlier, np.ones(len(ordered), np.int64))

    one, two = pairs(first), pairs(second)
    both = merged(one, two)
    found = list(zip(both.later.tolist(), both.earlier.tolist(), strict=True))
    assert sorted(found) == sorted({*first, *second})
    assert [pair[0] for pair in found] == sorted(pair[0] for pair in found)
    assert [pair for pair in found if pair in set(first)] == list(
        zip(one.later.tolist(), one.earlier.tolist(), strict=True)
    )


# Large documents


def planted(rng: random.Random, number: int) -> tuple[list[str], list[tuple[int, int]]]:
    """Return paragraphs of which every tenth repeats an earlier one in other words' clothes, and those pairs."""
    lines: list[str] = []
    expected: list[tuple[int, int]] = []
    originals: list[int] = []
    for index in range(number):
        if index % 10 == 9:
            place = rng.choice(originals)
            originals.remove(place)
            expected.append((index, place))
            lines.append(strategies.EDITS[COVERED[index // 10 % len(COVERED)]](rng, lines[place]))
        else:
            originals.append(index)
            lines.append(strategies.prose(rng, rng.randint(24, 36)))
    return lines, expected


def test_large_documents_are_decided_like_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bands come in beside votes, the planted pairs are those that go; without bands they are, too."""
    lines, expected = planted(source(3), votes.LARGE + 200)
    text = "\n\n".join(lines)
    assert gone(text) == expected
    monkeypatch.setattr("dedup.candidates.votes.LARGE", 10**9)
    assert gone(text) == expected
    rng = source(4)
    small = [line for pair in expected[:50] for line in (lines[pair[1]], strategies.prose(rng, 20), lines[pair[0]])]
    assert [found[0] for found in gone("\n\n".join(small))] == list(range(2, len(small), 3))


def test_bands_find_what_a_template_hides() -> None:
    """In thousands of lines made on one pattern, an equal and a nearly equal pair far apart are found."""
    rng = source(6)
    pattern = "On day {} the harbour master of {} counted {} boats, {} nets and a wind of {} knots from the north."
    lines = []
    for index in range(1200):
        lines.append(strategies.prose(rng, 20))
        name, figures = strategies.word(rng, "latin").title(), (rng.randint(100, 9999) for _ in range(3))
        lines.append(pattern.format(index, name, *figures))
    lines[2001] = lines[7]
    lines[2301] = lines[1101].replace("counted", "then counted").replace(",", " –")
    assert gone("\n".join(lines)) == [(2001, 7), (2301, 1101)]


# Counts, not seconds


def comparisons(lines: list[str]) -> float:
    """Return the alignments made for each paragraph."""
    (decision,) = decide(["\n".join(lines)], Settings(), explain=True)
    assert decision.paragraphs == len(lines)
    return decision.comparisons / len(lines)


def test_near_identical_paragraphs_cost_little_each() -> None:
    """Thousands of copies of one paragraph with a word left out here and there are compared a few times each."""
    rng = source(8)
    words = strategies.sentence_words(rng, "latin", 40)
    lines = [" ".join(w for w in words if rng.random() > 0.03) for _ in range(3000)]
    assert comparisons(lines) <= 12


def test_templates_with_other_figures_cost_little_each() -> None:
    """Thousands of reports that differ in their figures alone: a few comparisons each, and nothing goes."""
    rng = source(9)
    pattern = (
        "Station {}: {} degrees, {} percent humidity, {} millimetres of rain, wind {} from the south-west, calm sea."
    )
    lines = [pattern.format(i, *(rng.randint(0, 99) + rng.random() for _ in range(4))) for i in range(3000)]
    assert comparisons(lines) <= 12
    assert not gone("\n".join(lines))


def test_templates_with_other_names_cost_little_each() -> None:
    """The same for names."""
    rng = source(10)
    pattern = "{} was born in {}, studied law and music, married {} and died, much lamented, in the house of {}."
    lines = [pattern.format(*(strategies.word(rng, "latin").title() for _ in range(4))) for _ in range(3000)]
    assert comparisons(lines) <= 12
    assert not gone("\n".join(lines))


def test_identical_paragraphs_cost_no_comparison() -> None:
    """Twenty thousand times the same paragraph: one stays, and nothing is aligned."""
    (decision,) = decide(["\n".join([strategies.prose(source(12))] * 20_000)], Settings())
    assert len(decision.removals) == 19_999
    assert decision.comparisons == 0
    assert {r.compared for r in decision.removals} == {Compared.IDENTICAL}
    assert {r.witnesses[0].paragraph for r in decision.removals} == {0}


def test_interleaved_copies_cost_little_each() -> None:
    """A body of fifty paragraphs pasted sixty times, each copy with a few words less, is compared a few times each."""
    rng = source(13)
    body = [strategies.sentence_words(rng, "latin", 30) for _ in range(50)]
    lines = [" ".join(w for w in words if rng.random() > 0.02) for _ in range(60) for words in body]
    assert comparisons(lines) <= 12
