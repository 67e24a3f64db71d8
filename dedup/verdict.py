"""May this paragraph go because that one stays? A pure function of two token sequences.

The question is coverage, not likeness: the witness must say all that the paragraph says. The tokens are aligned
(longest common subsequence); differences that are only a matter of writing are set aside (words joined or split,
spelling, abbreviations, markers in front of a list item); what remains of the paragraph is new, unless it is grammar
alone. A negation or a restriction that the witness has and the paragraph lacks is a new statement, too.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA, LCSseq

from dedup.words import FUNCTION, TURNING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from dedup.settings import Settings

_VARIANT_FROM = 5
"""Letters from which one slip (a letter more, less, other, or two swapped) still leaves the same word."""
_NUMBERS_EXPLAINED = 2
"""Numbers of a paragraph that its witness may lack and yet cover it: a marker in front, one written another way."""
_GLUE = "./@["
"""Characters that tie the token after them to an address or to a reference."""
_SEGMENT_LIMIT = 60
"""Tokens of a differing stretch above which nobody looks for spelling variants in it: it is another text."""


class Side(NamedTuple):
    """One paragraph of a comparison.

    Attributes:
        hashes: token hashes, in order.
        numeric: whether each token holds a digit.
        token: returns a folded token by its index; called only for the tokens that differ.
        shown: returns the character before a token, and the token as it is written; None where nobody knows.
    """

    hashes: Sequence[int]
    numeric: Sequence[bool]
    token: Callable[[int], str]
    shown: Callable[[int], tuple[str, str]] | None = None


class Verdict(NamedTuple):
    """What the comparison found.

    Attributes:
        covered: the paragraph may go.
        similarity: twice the common tokens over all tokens of both, 0-1.
        coverage: share of the paragraph's tokens that the witness has, in order, 0-1.
        new: indices of the paragraph's tokens that say something new; empty where `covered`. Unless a thorough look was
            asked for, some of them or none.
    """

    covered: bool
    similarity: float
    coverage: float
    new: tuple[int, ...]


class _Gap(NamedTuple):
    """A stretch in which the two differ: tokens ``a0:a1`` of the witness against ``b0:b1`` of the paragraph."""

    a0: int
    a1: int
    b0: int
    b1: int


def compare(witness: Side, paragraph: Side, settings: Settings, *, thorough: bool = False) -> Verdict:
    """Decide whether the witness makes the paragraph superfluous.

    Args:
        witness: the tokens of the one that stays.
        paragraph: the tokens of the one that may go.
        settings: threshold and guard.
        thorough: name what is new even where a quick look at the numbers has settled that something is.
    """
    len_a, len_b = len(witness.hashes), len(paragraph.hashes)
    least = settings.threshold * min(len_b, (len_a + len_b) / 2)
    common = LCSseq.similarity(witness.hashes, paragraph.hashes, score_cutoff=int(least))
    if common < least:
        # Too little in common under any guard; what exactly differs is nobody's question.
        return Verdict(covered=False, similarity=0.0, coverage=0.0, new=())
    similarity, coverage = 2 * common / (len_a + len_b), common / len_b
    if settings.guard == "off":
        return Verdict(similarity >= settings.threshold, similarity, coverage, ())
    if not thorough and _other_numbers(witness, paragraph) > _NUMBERS_EXPLAINED:
        return Verdict(covered=False, similarity=similarity, coverage=coverage, new=())
    if common == len_b and _stands_in(witness.hashes, paragraph.hashes):
        return Verdict(covered=True, similarity=similarity, coverage=coverage, new=())
    gaps, runs = align(witness.hashes, paragraph.hashes)
    if similarity < settings.threshold and not _contained(gaps, runs, len_b, settings.threshold):
        return Verdict(covered=False, similarity=similarity, coverage=coverage, new=_indices(gaps))
    if settings.guard == "numbers":
        new = tuple(i for i in _indices(gaps) if paragraph.numeric[i])
    else:
        each = (_new_in(gap, witness, paragraph) for gap in gaps)
        # Unless all of it is to be named, the first word that is new settles it.
        new = tuple(i for found in each for i in found) if thorough else tuple(next(filter(None, each), ()))
    return Verdict(not new, similarity, coverage, new)


def _other_numbers(witness: Side, paragraph: Side) -> int:
    """Count the different tokens with digits that the witness lacks."""
    ours = {h for h, numeric in zip(paragraph.hashes, paragraph.numeric, strict=True) if numeric}
    return len(ours.difference(witness.hashes)) if ours else 0


def align(first: Sequence[Hashable], second: Sequence[Hashable]) -> tuple[list[_Gap], list[int]]:
    """Return the stretches that differ, and the lengths of those that do not, in order."""
    gaps: list[_Gap] = []
    runs: list[int] = []
    a = b = 0
    for block in LCSseq.opcodes(first, second):
        if block.tag == "equal":
            if block.src_start > a or block.dest_start > b:
                gaps.append(_Gap(a, block.src_start, b, block.dest_start))
            runs.append(block.src_end - block.src_start)
            a, b = block.src_end, block.dest_end
    if a < len(first) or b < len(second):
        gaps.append(_Gap(a, len(first), b, len(second)))
    return gaps, runs


def _stands_in(first: Sequence[int], second: Sequence[int]) -> bool:
    """Tell whether the second sequence stands in the first from end to end, token by token.

    An alignment may tie the second one's first word to an earlier occurrence, and see a difference where there is none.
    """
    width = len(second)
    if width >= len(first):
        return False
    head, limit = second[0], len(first) - width
    return any(first[i] == head and first[i : i + width] == second for i in range(limit + 1))


def _indices(gaps: list[_Gap]) -> tuple[int, ...]:
    return tuple(i for gap in gaps for i in range(gap.b0, gap.b1))


def _contained(gaps: list[_Gap], runs: list[int], len_b: int, threshold: float) -> bool:
    """Tell whether a shorter paragraph stands inside the witness in few pieces, not in words scattered over it."""
    long_runs = [run for run in runs if run >= 3]  # noqa: PLR2004 - a shingle's length
    inner = sum(1 for gap in gaps if gap.b0 > 0 and gap.b1 < len_b and gap.a1 > gap.a0)
    return sum(long_runs) >= threshold * len_b and inner <= 1 + len_b // 12


def _new_in(gap: _Gap, witness: Side, paragraph: Side) -> list[int]:
    """Return the tokens of one differing stretch that say something the witness does not say there."""
    inner = gap.b0 > 0 and gap.b1 < len(paragraph.hashes)
    if gap.b0 == gap.b1:
        lost = inner and any(witness.token(i) in TURNING for i in range(gap.a0, min(gap.a1, gap.a0 + _SEGMENT_LIMIT)))
        return [gap.b0] if lost else []
    if gap.b1 - gap.b0 > _SEGMENT_LIMIT:
        return list(range(gap.b0, gap.b1))
    theirs = [witness.token(i) for i in range(gap.a0, gap.a1)][-_SEGMENT_LIMIT:]
    ours = [paragraph.token(i) for i in range(gap.b0, gap.b1)]
    rest_a, rest_b = _without_variants(theirs, ours)
    if gap.b0 == 0 and len(ours) == 1 and len(theirs) <= 1 and _marker(ours[0]) and not _name(paragraph, 0):
        return []
    new = [i for i in rest_b if ours[i] not in FUNCTION or _name(paragraph, gap.b0 + i)]
    if not new and inner and any(theirs[i] in TURNING for i in rest_a):
        new = list(rest_b) or [0]
    return [gap.b0 + i for i in new]


def _name(paragraph: Side, index: int) -> bool:
    """Tell whether a token is a name by how it is written: "US", the end of "example.com", the number of a "[2]"."""
    if paragraph.shown is None:
        return False
    before, token = paragraph.shown(index)
    if before in _GLUE and before:
        return True
    if len(token) < 2 or not token.isupper():  # noqa: PLR2004 - "A" begins a sentence
        return False
    around = [paragraph.shown(i)[1] for i in (index - 1, index + 1) if 0 <= i < len(paragraph.hashes)]
    return any(other.upper() != other for other in around)


def _marker(token: str) -> bool:
    """Tell whether the token may number a list item or a section: "3", "iv", "b"."""
    return len(token) == 1 or (token.isdigit() and len(token) <= 3) or set(token) <= set("ivxlc")  # noqa: PLR2004


def _without_variants(theirs: list[str], ours: list[str]) -> tuple[list[int], list[int]]:
    """Return the indices on both sides that no spelling variant, joining, splitting or abbreviation explains."""
    plain_a, plain_b = [_plain(t) for t in theirs], [_plain(t) for t in ours]
    if "".join(plain_a) == "".join(plain_b):
        return [], []
    rest_b: list[int] = []
    at = 0
    used: set[int] = set()
    for index, token in enumerate(plain_b):
        found = next((i for i in range(at, len(plain_a)) if _variant(plain_a[i], token)), None)
        if found is None:
            found = _joined(plain_a, at, plain_b, index)
        if found is None:
            rest_b.append(index)
        else:
            used.add(found)
            at = found + 1
    return [i for i in range(len(plain_a)) if i not in used], rest_b


def _joined(theirs: list[str], at: int, ours: list[str], index: int) -> int | None:
    """Return the second of two words of the witness that are one word here, if there are two such words."""
    for i in range(at, len(theirs) - 1):
        if theirs[i] + theirs[i + 1] == ours[index]:
            return i + 1
    return None


def _plain(token: str) -> str:
    """Take accents, vowel signs and hamza off letters whose words stay the same without them (not in Indic or Thai)."""
    if token.isascii():
        return token
    out = []
    for char in unicodedata.normalize("NFD", token):
        code = ord(char)
        if unicodedata.combining(char) and (code < 0x0700):  # noqa: PLR2004 - Latin, Greek, Cyrillic, Hebrew, Arabic marks
            continue
        out.append(char)
    return "".join(out)


def _variant(theirs: str, ours: str) -> bool:
    """Tell whether two tokens are the same word in another spelling, or ours is short for theirs."""
    if theirs == ours:
        return True
    if any(c.isdigit() for c in theirs + ours):
        return False
    if theirs in TURNING or ours in TURNING:
        return False
    if len(ours) >= 3 and theirs.startswith(ours) and len(theirs) > len(ours) + 1:  # noqa: PLR2004 - "Sen." for "Senator"
        return True
    return min(len(theirs), len(ours)) >= _VARIANT_FROM and OSA.distance(theirs, ours, score_cutoff=1) <= 1
