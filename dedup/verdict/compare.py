"""Decide whether a paragraph may be removed because another one stays: a pure function of two token sequences.

The criterion is coverage, not similarity: the witness must say all that the candidate says. The tokens are aligned by
their longest common subsequence; `dedup.verdict.additions` finds what is new in each gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from dedup.model.differences import Difference
from dedup.text.token_chars import encode_injectively, is_injective, is_numeric, number_words
from dedup.verdict.additions import check_addition
from dedup.verdict.addresses import differ_in_address
from dedup.verdict.code import has_same_lines, is_code
from dedup.verdict.gap import Finding, Gap, Paragraph
from dedup.verdict.omissions import is_same_number

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Settings

MAX_ALIGNMENT_CELLS = 1 << 33
"""Maximum product of two lengths that are aligned: an alignment takes a bit of memory for each pair of tokens."""
_BYTES = 8
"""Bytes of a token's hash."""
MIN_RUN = 3
"""Minimum words of a run that counts where a paragraph is contained in another one: a shingle's length."""
WORDS_PER_PIECE = 12
"""Words for which a contained paragraph may be in one more piece."""
NUMBERS_EXPLAINED = 3
"""Numbers of a paragraph that its witness may lack and yet cover it: a marker in front, one written another way."""


_FIGURES = 5
"""Minimum numerals of a table row."""
_GRAMMAR, _GRAMMAR_SHARE = 2, 8
"""Maximum number, or 1/N of the tokens, of differing function words that is ignored."""


class Verdict(NamedTuple):
    """Result of a comparison.

    Attributes:
        covered: the candidate may be removed.
        similarity: twice the common tokens over all tokens of both, 0-1.
        coverage: share of the candidate's tokens that the witness has, in order, 0-1.
        new: indices of the candidate's tokens that say something new; empty if `covered`. Incomplete unless the
            comparison was thorough.
        kind: how the two differ; if something is new, of which kinds that is.
    """

    covered: bool
    similarity: float
    coverage: float
    new: tuple[int, ...]
    kind: Difference = Difference.NONE

    @classmethod
    def covered_by(cls, overlap: tuple[float, float], kind: Difference = Difference.NONE) -> Verdict:
        """Return the verdict that the witness covers the candidate, at some similarity and coverage."""
        similarity, coverage = overlap
        return cls(covered=True, similarity=similarity, coverage=coverage, new=(), kind=kind)

    @classmethod
    def not_covered(
        cls,
        overlap: tuple[float, float] = (0.0, 0.0),
        kind: Difference = Difference.NONE,
        new: Sequence[int] = (),
    ) -> Verdict:
        """Return the verdict that the candidate says something new, or is not similar enough."""
        similarity, coverage = overlap
        return cls(covered=False, similarity=similarity, coverage=coverage, new=tuple(new), kind=kind)


def compare(witness: Paragraph, candidate: Paragraph, settings: Settings, *, thorough: bool = False) -> Verdict:
    """Decide whether the witness makes the candidate superfluous.

    Args:
        witness: the paragraph that stays.
        candidate: the paragraph that may be removed.
        settings: threshold and guard.
        thorough: report all that is new, even where the numbers alone show that something is.
    """
    witness_size, size = len(witness.chars), len(candidate.chars)
    # As `least_common` says, without numpy.
    least = _least_share(settings) * min(size, (witness_size + size) / 2)
    common = LCSseq.similarity(witness.chars, candidate.chars, score_cutoff=int(least))
    if common < least:
        # Too little in common under any guard: the exact differences do not matter.
        return Verdict.not_covered()
    prefilter = settings.guard != "off" and not thorough
    if prefilter and too_many_numbers(numbers_in(witness.chars), numbers_in(candidate.chars)):
        return Verdict.not_covered(_overlap(common, witness_size, size), Difference.NUMBER)
    alignment = align(witness.chars, candidate.chars)
    verdict = provisional_verdict(witness, candidate, alignment, settings, thorough=thorough)
    return confirm(verdict, witness, candidate, settings, thorough=thorough) if verdict.covered else verdict


def _overlap(common: int, witness_size: int, size: int) -> tuple[float, float]:
    """Return the similarity and the coverage of a pair with so many common tokens."""
    return 2 * common / (witness_size + size), common / size


def least_common(witness_size: Any, size: Any, settings: Settings) -> Any:
    """Return how many tokens two paragraphs of these sizes (numbers or arrays) must have in common, in order.

    Words in another spelling make up for as much as a paragraph at the threshold may differ in.
    """
    return _least_share(settings) * np.minimum(size, (witness_size + size) / 2)


def _least_share(settings: Settings) -> float:
    share = settings.threshold
    return max(1.5 * share - 0.5, share / 2) if settings.guard == "strict" else share


class Alignment(NamedTuple):
    """An alignment of two sequences.

    Attributes:
        gaps: the parts that differ, in order.
        runs: the equal parts, as (start in the first, start in the second, length).
        common: number of common tokens.
    """

    gaps: list[Gap]
    runs: list[tuple[int, int, int]]
    common: int


def confirm(
    verdict: Verdict, witness: Paragraph, candidate: Paragraph, settings: Settings, *, thorough: bool = False
) -> Verdict:
    """Confirm on the words that a witness covers a candidate.

    Different words may share a character or a hash. Where they do, the pair is compared again with a character for each
    distinct word.
    """
    words = [*witness.words(), *candidate.words()]
    if is_injective(witness.chars + candidate.chars, words):
        return verdict
    exact = _encoded_injectively(witness, candidate, words)
    if exact is None:
        return verdict._replace(covered=False, kind=Difference.WORDS)
    return compare(*exact, settings, thorough=thorough)


def _encoded_injectively(
    witness: Paragraph, candidate: Paragraph, words: list[str]
) -> tuple[Paragraph, Paragraph] | None:
    """Return both paragraphs with characters and hashes that only equal words share; None if they have too many."""
    numbers = number_words(words)
    chars = encode_injectively(numbers, witness.chars + candidate.chars)
    if chars is None:
        return None
    hashes, size = numbers.astype(np.uint64).tobytes(), len(witness.chars)
    return (
        witness._replace(chars=chars[:size], hashes=hashes[: _BYTES * size]),
        candidate._replace(chars=chars[size:], hashes=hashes[_BYTES * size :]),
    )


def provisional_verdict(
    witness: Paragraph,
    candidate: Paragraph,
    alignment: Alignment,
    settings: Settings,
    *,
    thorough: bool = False,
) -> Verdict:
    """Decide about an aligned pair by its characters and hashes; see `confirm` for pairs that are covered by these."""
    if settings.guard == "off":
        return _verdict_by_similarity(witness, candidate, settings)
    witness_size, size = len(witness.chars), len(candidate.chars)
    if settings.guard == "strict" and is_code(candidate.text):
        verdict: Verdict | None = _verdict_on_code(witness, candidate, alignment)
    else:
        verdict = _verdict_if_contained(witness, candidate, settings) if alignment.common == size else None
    if verdict is not None:
        return verdict
    if not _have_same_hashes(witness, candidate, alignment.runs):  # two words share a character
        alignment = align(_hash_list(witness), _hash_list(candidate))
        if alignment.common < least_common(witness_size, size, settings):
            return Verdict.not_covered()
    gaps = alignment.gaps
    overlap = _overlap(alignment.common, witness_size, size)
    if not is_similar(alignment, witness_size, size, settings):
        return Verdict.not_covered(overlap, Difference.WORDS, [i for gap in gaps for i in gap.candidate_range])
    numbers_only = settings.guard == "numbers"
    finding = (
        _new_numbers(gaps, candidate) if numbers_only else _check_all(alignment, witness, candidate, thorough=thorough)
    )
    if finding.new:
        return Verdict.not_covered(overlap, finding.kind, finding.new)
    return Verdict.covered_by(overlap, finding.kind)


def _verdict_by_similarity(witness: Paragraph, candidate: Paragraph, settings: Settings) -> Verdict:
    """Decide by similarity alone (guard off); by hashes, as nothing else would notice words that share a character."""
    common = LCSseq.similarity(_hash_list(witness), _hash_list(candidate))
    overlap = _overlap(common, len(witness.chars), len(candidate.chars))
    return Verdict.covered_by(overlap) if overlap[0] >= settings.threshold else Verdict.not_covered(overlap)


def _verdict_on_code(witness: Paragraph, candidate: Paragraph, alignment: Alignment) -> Verdict:
    """Decide about a block of code, whose lines the witness must have as they are written."""
    overlap = _overlap(alignment.common, len(witness.chars), len(candidate.chars))
    if has_same_lines(witness.text, candidate.text):
        return Verdict.covered_by(overlap, Difference.LESS if alignment.gaps else Difference.NONE)
    return Verdict.not_covered(overlap, Difference.WORDS, _first_tokens(alignment.gaps) or [0])


def _verdict_if_contained(witness: Paragraph, candidate: Paragraph, settings: Settings) -> Verdict | None:
    """Decide about a candidate whose tokens the witness has in one run; None where it has not.

    Under the strict guard the omission of what precedes and follows the run must not change what the candidate says.
    """
    start = find_whole(witness, candidate)
    if start is None:
        return None
    witness_size, size = len(witness.chars), len(candidate.chars)
    overlap = _overlap(size, witness_size, size)
    ends = [gap for gap in (Gap(0, start, 0, 0), Gap(start + size, witness_size, size, size)) if gap.witness_size]
    if settings.guard == "strict":
        if spelt := differ_in_address(witness, candidate, [(start, 0, size)]):
            return Verdict.not_covered(overlap, Difference.WORDS, spelt)
        for gap in ends:
            finding = check_addition(gap, witness, candidate)
            if finding.new:
                return Verdict.not_covered(overlap, finding.kind, finding.new)
    return Verdict.covered_by(overlap, Difference.LESS if ends else Difference.NONE)


def is_similar(alignment: Alignment, witness_size: int, size: int, settings: Settings) -> bool:
    """Return True if two paragraphs are similar, words in each other's place taken as equal, or one holds the other."""
    if 2 * alignment.common >= settings.threshold * (witness_size + size):
        return True
    if settings.guard == "strict":
        surplus = sum([abs(gap.witness_size - gap.candidate_size) for gap in alignment.gaps])
        if surplus <= (1 - settings.threshold) * (witness_size + size):
            return True
    return _is_contained(alignment, size, settings.threshold)


def _new_numbers(gaps: list[Gap], candidate: Paragraph) -> Finding:
    """Return the tokens with digits in the gaps."""
    new = [i for gap in gaps for i in gap.candidate_range if is_numeric(candidate.chars[i])]
    return Finding(new, Difference.NUMBER if new else Difference.NONE)


def _check_all(alignment: Alignment, witness: Paragraph, candidate: Paragraph, *, thorough: bool) -> Finding:
    """Examine the gaps, and if they say nothing new what is equal."""
    finding = _check_gaps(alignment.gaps, witness, candidate, thorough=thorough)
    spelt = [] if finding.new else differ_in_address(witness, candidate, alignment.runs)
    return Finding(spelt, Difference.WORDS) if spelt else finding


def _check_gaps(gaps: list[Gap], witness: Paragraph, candidate: Paragraph, *, thorough: bool) -> Finding:
    """Examine the gaps: all of them if `thorough`, else until one says something new."""
    ignored = new_kinds = Difference.NONE
    new: list[int] = []
    grammar = 0
    if not thorough and len(gaps) > 1:  # gaps with numbers first: they are the most likely to say something new
        gaps = sorted(
            gaps, key=lambda gap: not any(map(is_numeric, candidate.chars[gap.candidate_start : gap.candidate_end]))
        )
    if gaps and thorough and _is_table_row(candidate):
        return Finding(_first_tokens(gaps) or [0], Difference.NUMBER)
    for gap in gaps:
        finding = check_addition(gap, witness, candidate, thorough=thorough)
        if not finding.new:
            ignored |= finding.kind
            grammar += finding.grammar
            continue
        new += finding.new
        new_kinds |= finding.kind
        if not thorough:
            break
    if not new and gaps and not thorough and _is_table_row(candidate):
        return Finding([0], Difference.NUMBER)
    if not new and grammar > max(_GRAMMAR, len(candidate.chars) // _GRAMMAR_SHARE):
        return Finding(_first_tokens(gaps), Difference.WORDS)
    return Finding(new, new_kinds if new else ignored)


def _first_tokens(gaps: list[Gap]) -> list[int]:
    return [gap.candidate_start for gap in gaps if gap.candidate_size]


def _is_table_row(paragraph: Paragraph) -> bool:
    """Return True for a row of numerals, each of which has its own column."""
    numerals = int(np.count_nonzero(_codes(paragraph.chars) & 1))
    return numerals >= _FIGURES and 2 * numerals > len(paragraph.chars)


def numbers_in(chars: str) -> frozenset[int]:
    """Return the code points of the distinct tokens with digits."""
    codes = _codes(chars)
    return frozenset(codes[codes & 1 == 1].tolist())


def _codes(chars: str) -> NDArray[np.uint32]:
    return np.frombuffer(chars.encode("utf-32-le"), np.uint32)


def too_many_numbers(witness_numbers: frozenset[int], numbers: frozenset[int]) -> bool:
    """Return True if the witness lacks more of the candidate's numbers than rules may ignore."""
    return not numbers <= witness_numbers and len(numbers - witness_numbers) > NUMBERS_EXPLAINED


def align(witness: Sequence[Hashable], candidate: Sequence[Hashable]) -> Alignment:
    """Align two sequences by their longest common subsequence; two that are too large make a single gap."""
    if len(witness) * len(candidate) > MAX_ALIGNMENT_CELLS:
        return Alignment([Gap(0, len(witness), 0, len(candidate))], [], 0)
    gaps: list[Gap] = []
    runs: list[tuple[int, int, int]] = []
    a = b = common = 0
    # Plain tuples: this loop is a good part of a verdict's cost.
    operations: list[Any] = LCSseq.opcodes(witness, candidate).as_list()
    for tag, start_a, end_a, start_b, end_b in operations:
        if tag == "equal":
            if start_a > a or start_b > b:
                gaps.append(Gap(a, start_a, b, start_b))
            runs.append((start_a, start_b, end_a - start_a))
            common += end_a - start_a
            a, b = end_a, end_b
    if a < len(witness) or b < len(candidate):
        gaps.append(Gap(a, len(witness), b, len(candidate)))
    return Alignment(gaps, runs, common)


def _have_same_hashes(witness: Paragraph, candidate: Paragraph, runs: list[tuple[int, int, int]]) -> bool:
    """Return True if tokens of equal characters have equal hashes."""
    first, second = witness.hashes, candidate.hashes
    return all(first[_BYTES * a : _BYTES * (a + n)] == second[_BYTES * b : _BYTES * (b + n)] for a, b, n in runs)


def find_whole(witness: Paragraph, candidate: Paragraph) -> int | None:
    """Return where the whole candidate stands in the witness in one run, by hashes; None if nowhere.

    An alignment may match the candidate's first word with an earlier occurrence, and see a difference where there is
    none.
    """
    start = witness.chars.find(candidate.chars)
    last = len(candidate.chars) - 1
    while start >= 0:
        same = is_same_number(witness, start, candidate, 0) and is_same_number(witness, start + last, candidate, last)
        if same and _have_same_hashes(witness, candidate, [(start, 0, len(candidate.chars))]):
            return start
        start = witness.chars.find(candidate.chars, start + 1)
    return None


def _hash_list(paragraph: Paragraph) -> list[int]:
    hashes: list[int] = np.frombuffer(paragraph.hashes, np.uint64).tolist()
    return hashes


def _is_contained(alignment: Alignment, size: int, threshold: float) -> bool:
    """Return True if a shorter candidate is contained in the witness in few pieces, not scattered over it."""
    if sum([length for _, _, length in alignment.runs if length >= MIN_RUN]) < threshold * size:
        return False
    inner = sum(
        1 for gap in alignment.gaps if gap.candidate_start > 0 and gap.candidate_end < size and gap.witness_size
    )
    return inner <= 1 + size // WORDS_PER_PIECE
