"""May this paragraph go because that one stays? A pure function of two token sequences.

The question is coverage, not likeness: the witness must say all that the paragraph says. The tokens are aligned
(longest common subsequence); `dedup.verdict.additions` says of each differing stretch what is new in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from dedup.model.differences import Difference
from dedup.text.token_chars import exact_letters, exact_numbers, is_exact, is_numeric
from dedup.verdict.additions import examine
from dedup.verdict.gap import Finding, Gap, Side
from dedup.verdict.omissions import same_figure

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Settings

MATRIX = 1 << 33
"""Product of two lengths above which no alignment is made: it takes a bit of memory for each pair of tokens."""
_BYTES = 8
"""Bytes of a token's hash."""
LONG_RUN = 3
"""Words of a run that counts where one paragraph stands in another one: a shingle's length."""
PIECE = 12
"""Words for which it may stand there in one more piece."""
NUMBERS_EXPLAINED = 2
"""Numbers of a paragraph that its witness may lack and yet cover it: a marker in front, one written another way."""


_FIGURES = 5
"""Figures of a row of a table, at least."""
_GRAMMAR, _GRAMMAR_SHARE = 2, 8
"""Words of grammar that may be other ones: so many, or one in so many; beyond that they say something together."""


class Verdict(NamedTuple):
    """What the comparison found.

    Attributes:
        covered: the paragraph may go.
        similarity: twice the common tokens over all tokens of both, 0-1.
        coverage: share of the paragraph's tokens that the witness has, in order, 0-1.
        new: indices of the paragraph's tokens that say something new; empty where `covered`. Unless a thorough look was
            asked for, some of them or none.
        kind: in what way the two differ; where something is new, of what kind that is.
    """

    covered: bool
    similarity: float
    coverage: float
    new: tuple[int, ...]
    kind: Difference = Difference.NONE


def compare(witness: Side, paragraph: Side, settings: Settings, *, thorough: bool = False) -> Verdict:
    """Decide whether the witness makes the paragraph superfluous.

    Args:
        witness: the tokens of the one that stays.
        paragraph: the tokens of the one that may go.
        settings: threshold and guard.
        thorough: name what is new even where a quick look at the numbers has settled that something is.
    """
    len_a, len_b = len(witness.letters), len(paragraph.letters)
    least = least_common(len_a, len_b, settings)
    common = LCSseq.similarity(witness.letters, paragraph.letters, score_cutoff=int(least))
    if common < least:
        # Too little in common under any guard; what exactly differs is nobody's question.
        return Verdict(covered=False, similarity=0.0, coverage=0.0, new=())
    quick = settings.guard != "off" and not thorough
    if quick and too_many_numbers(numbers_in(witness.letters), numbers_in(paragraph.letters)):
        return Verdict(False, 2 * common / (len_a + len_b), common / len_b, (), Difference.NUMBER)  # noqa: FBT003 - covered
    return judge(witness, paragraph, align(witness.letters, paragraph.letters), settings, thorough=thorough)


def least_common(len_a: Any, len_b: Any, settings: Settings) -> Any:
    """Return how many tokens two paragraphs of these lengths (numbers or arrays) must have in common, in order.

    Words in another spelling make up for as much as a paragraph at the threshold may differ in.
    """
    share = settings.threshold
    if settings.guard == "strict":
        share = max(1.5 * share - 0.5, share / 2)
    return share * np.minimum(len_b, (len_a + len_b) / 2)


class Alignment(NamedTuple):
    """How two sequences go together.

    Attributes:
        gaps: the stretches that differ, in order.
        runs: those that do not, as (place in the first, in the second, tokens).
        common: tokens that both have, in order.
    """

    gaps: list[Gap]
    runs: list[tuple[int, int, int]]
    common: int


def judge(
    witness: Side,
    paragraph: Side,
    alignment: Alignment,
    settings: Settings,
    *,
    thorough: bool = False,
) -> Verdict:
    """Decide about a pair by the alignment of its letters, and confirm it; the rest is as in `compare`."""
    verdict = presume(witness, paragraph, alignment, settings, thorough=thorough)
    return confirm(verdict, witness, paragraph, settings, thorough=thorough) if verdict.covered else verdict


def confirm(verdict: Verdict, witness: Side, paragraph: Side, settings: Settings, *, thorough: bool = False) -> Verdict:
    """Confirm on the words that a witness covers a paragraph.

    Letters and hashes of tokens only find it, as both can be made to agree for different words. Where they do, the pair
    is compared again with a letter for each word.
    """
    words = [*witness.words(), *paragraph.words()]
    if is_exact(witness.letters + paragraph.letters, words):
        return verdict
    both = _exactly(witness, paragraph, words)
    if both is None:
        return verdict._replace(covered=False, kind=Difference.WORDS)
    return compare(*both, settings, thorough=thorough)


def _exactly(witness: Side, paragraph: Side, words: list[str]) -> tuple[Side, Side] | None:
    """Return two sides with letters and hashes that only equal words share; None if they have too many words."""
    numbers = exact_numbers(words)
    letters = exact_letters(numbers, witness.letters + paragraph.letters)
    if letters is None:
        return None
    hashes, size = numbers.astype(np.uint64).tobytes(), len(witness.letters)
    return (
        witness._replace(letters=letters[:size], hashes=hashes[: _BYTES * size]),
        paragraph._replace(letters=letters[size:], hashes=hashes[_BYTES * size :]),
    )


def presume(  # noqa: PLR0911 - one case after the other
    witness: Side,
    paragraph: Side,
    alignment: Alignment,
    settings: Settings,
    *,
    thorough: bool = False,
    certain: bool = False,
) -> Verdict:
    """Decide about a pair as far as letters and hashes tell: that it is covered is to be confirmed, see `confirm`.

    Where it is `certain`, tokens of equal letters have equal hashes, and the two are known to be `alike`, unless the
    witness has all words of the paragraph.
    """
    theirs, ours = witness.letters, paragraph.letters
    len_a, len_b, common = len(theirs), len(ours), alignment.common
    similarity, coverage = 2 * common / (len_a + len_b), common / len_b
    if settings.guard == "off":
        # Two words may share a letter; here nothing else would notice.
        common = LCSseq.similarity(_words(witness), _words(paragraph))
        similarity, coverage = 2 * common / (len_a + len_b), common / len_b
        return Verdict(similarity >= settings.threshold, similarity, coverage, ())
    if common == len_b and (at := stands_in(witness, paragraph)) is not None:
        ends = [gap for gap in (Gap(0, at, 0, 0), Gap(at + len_b, len_a, len_b, len_b)) if gap.a1 > gap.a0]
        found = next((found for gap in ends if (found := examine(gap, witness, paragraph)).new), None)
        if found is not None and settings.guard == "strict":
            return Verdict(False, similarity, coverage, tuple(found.new), found.kind)  # noqa: FBT003
        return Verdict(True, similarity, coverage, (), Difference.LESS if ends else Difference.NONE)  # noqa: FBT003
    if not certain and not _same(witness, paragraph, alignment.runs):  # two words share a letter
        alignment = align(_words(witness), _words(paragraph))
        common = alignment.common
        similarity, coverage = 2 * common / (len_a + len_b), common / len_b
        if common < least_common(len_a, len_b, settings):
            return Verdict(covered=False, similarity=0.0, coverage=0.0, new=())
    gaps = alignment.gaps
    if not (certain and common < len_b) and not alike(alignment, len_a, len_b, settings):
        return Verdict(False, similarity, coverage, _indices(gaps), Difference.WORDS)  # noqa: FBT003
    if settings.guard == "numbers":
        new = tuple(i for i in _indices(gaps) if is_numeric(ours[i]))
        return Verdict(not new, similarity, coverage, new, Difference.NUMBER if new else Difference.NONE)
    found = _examined(gaps, witness, paragraph, thorough=thorough)
    return Verdict(not found.new, similarity, coverage, tuple(found.new), found.kind)


def alike(alignment: Alignment, len_a: int, len_b: int, settings: Settings) -> bool:
    """Tell whether two paragraphs are similar enough if words in each other's place say the same, or one holds one."""
    if 2 * alignment.common >= settings.threshold * (len_a + len_b):
        return True
    if settings.guard == "strict":
        apart = sum([abs(a1 - a0 - b1 + b0) for a0, a1, b0, b1 in alignment.gaps])
        if apart <= (1 - settings.threshold) * (len_a + len_b):
            return True
    return _contained(alignment, len_b, settings.threshold)


def _examined(gaps: list[Gap], witness: Side, paragraph: Side, *, thorough: bool) -> Finding:
    """Examine the stretches: until one says something new, unless all of it is to be named."""
    kinds = Difference.NONE
    new: list[int] = []
    told = Difference.NONE
    grammar = 0
    if not thorough and len(gaps) > 1:  # where a number is in question, most is to be found
        gaps = sorted(
            gaps, key=lambda gap: not any(is_numeric(letter) for letter in paragraph.letters[gap.b0 : gap.b1])
        )
    if gaps and thorough and _is_table(paragraph):
        return Finding([gap.b0 for gap in gaps if gap.b1 > gap.b0] or [0], Difference.NUMBER)
    for gap in gaps:
        found = examine(gap, witness, paragraph, thorough=thorough)
        if not found.new:
            kinds |= found.kind
            grammar += found.grammar
            continue
        new += found.new
        told |= found.kind
        if not thorough:
            break
    if not new and gaps and not thorough and _is_table(paragraph):
        return Finding([0], Difference.NUMBER)
    if not new and grammar > max(_GRAMMAR, len(paragraph.letters) // _GRAMMAR_SHARE):
        return Finding([gap.b0 for gap in gaps if gap.b1 > gap.b0], Difference.WORDS)
    return Finding(new, told if new else kinds)


def _is_table(side: Side) -> bool:
    """Tell whether a paragraph is a row of figures, of which each has its place."""
    figures = int(np.count_nonzero(_codes(side.letters) & 1))
    return figures >= _FIGURES and 2 * figures > len(side.letters)


def numbers_in(letters: str) -> frozenset[int]:
    """Return the letters of the different tokens with digits."""
    codes = _codes(letters)
    return frozenset(codes[codes & 1 == 1].tolist())


def _codes(letters: str) -> NDArray[np.uint32]:
    return np.frombuffer(letters.encode("utf-32-le"), np.uint32)


def too_many_numbers(theirs: frozenset[int], ours: frozenset[int]) -> bool:
    """Tell whether the witness lacks more of the paragraph's numbers than can be explained."""
    return not ours <= theirs and len(ours - theirs) > NUMBERS_EXPLAINED


def align(first: Sequence[Hashable], second: Sequence[Hashable]) -> Alignment:
    """Align two sequences by their longest common subsequence; two that are enormous are left as one stretch."""
    if len(first) * len(second) > MATRIX:
        return Alignment([Gap(0, len(first), 0, len(second))], [], 0)
    gaps: list[Gap] = []
    runs: list[tuple[int, int, int]] = []
    a = b = common = 0
    # Plain tuples: this loop is a good part of a verdict's cost.
    operations: list[Any] = LCSseq.opcodes(first, second).as_list()
    for tag, a0, a1, b0, b1 in operations:
        if tag == "equal":
            if a0 > a or b0 > b:
                gaps.append(Gap(a, a0, b, b0))
            runs.append((a0, b0, a1 - a0))
            common += a1 - a0
            a, b = a1, b1
    if a < len(first) or b < len(second):
        gaps.append(Gap(a, len(first), b, len(second)))
    return Alignment(gaps, runs, common)


def _same(witness: Side, paragraph: Side, runs: list[tuple[int, int, int]]) -> bool:
    """Return True if tokens of equal letters have equal hashes."""
    theirs, ours = witness.hashes, paragraph.hashes
    return all(theirs[_BYTES * a : _BYTES * (a + n)] == ours[_BYTES * b : _BYTES * (b + n)] for a, b, n in runs)


def stands_in(witness: Side, paragraph: Side) -> int | None:
    """Return where the paragraph stands in the witness from end to end, as far as hashes tell; None if nowhere.

    An alignment may tie the paragraph's first word to an earlier occurrence, and see a difference where there is none.
    """
    at = witness.letters.find(paragraph.letters)
    last = len(paragraph.letters) - 1
    while at >= 0:
        whole = same_figure(witness, at, paragraph, 0) and same_figure(witness, at + last, paragraph, last)
        if whole and _same(witness, paragraph, [(at, 0, len(paragraph.letters))]):
            return at
        at = witness.letters.find(paragraph.letters, at + 1)
    return None


def _words(side: Side) -> list[int]:
    words: list[int] = np.frombuffer(side.hashes, np.uint64).tolist()
    return words


def _indices(gaps: list[Gap]) -> tuple[int, ...]:
    return tuple(i for gap in gaps for i in range(gap.b0, gap.b1))


def _contained(alignment: Alignment, len_b: int, threshold: float) -> bool:
    """Tell whether a shorter paragraph stands inside the witness in few pieces, not in words scattered over it."""
    long_runs = [size for _, _, size in alignment.runs if size >= LONG_RUN]
    if sum(long_runs) < threshold * len_b:
        return False
    inner = sum(1 for gap in alignment.gaps if gap.b0 > 0 and gap.b1 < len_b and gap.a1 > gap.a0)
    return inner <= 1 + len_b // PIECE
