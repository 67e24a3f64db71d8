"""New numbers in a batch of pairs: the batch counterpart of the rules about numbers."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.fingerprint import words_of
from dedup.language.numbers import dates, magnitude, values, word_value
from dedup.language.phrases import REPLIES
from dedup.language.spelling import initials, plain, same_unit, variant
from dedup.language.wordlists import MAGNITUDES
from dedup.text.arrays import ranges
from dedup.verdict.batch.gaps import may_be_headline
from dedup.verdict.rules.order import MOVED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Flags, Ints
    from dedup.verdict.batch.alignments import ParagraphChars
    from dedup.verdict.batch.gaps import Gaps, TokenBytes, TokenTable, Vocabulary


_WINDOW = 8
"""Tokens on either side of a gap whose digits are looked at: what a rule looks at is nearer, or a chain of more
numbers than that, which is left to the rules."""

_LONGEST = 15
"""Digits up to which two numbers that differ are two floating-point numbers, too."""

_PARTS = 5
"""Tokens of one number."""

_DAY, _AROUND = 4, 3
"""Tokens on either side in which the rest of a day's date stands; those in which the witness's is looked for."""

_CENTURY = 2000

_POINTS, _APART = (np.isin(np.arange(256), [*signs]) for signs in (b".,:", b" '"))
"""What ties numbers, and what ties groups of three digits, of ASCII; see `dedup.language.numbers`."""

_GROUP = 3

_RUN, _RUNS = re.compile(r"\d+"), re.compile(rb"\d+")

_SEVERAL = 2


class NumberChains:
    """The digits of some tokens, and what ties those of one to those of the next."""

    def __init__(self, written: TokenBytes) -> None:
        data, edges = self._data, self._edges = written.data, written.edges
        self._token = np.flatnonzero(written.numeric)
        places = np.flatnonzero((data - np.uint8(ord("0"))) < 10)  # noqa: PLR2004 - digits
        low, high = edges[self._token].T
        begin, end = np.searchsorted(places, low), np.searchsorted(places, high)
        other = np.flatnonzero(data >= 0x80)  # noqa: PLR2004 - not ASCII
        foreign = (begin == end) | (np.searchsorted(other, low) != np.searchsorted(other, high))
        self._foreign = self._token[foreign]
        """Numbers of which the digits may be others than 0 to 9."""
        pure = (end - begin == high - low) & ~foreign
        self._pure: list[bool] = pure.tolist()
        self._tied: list[bool] = self._ties(data, edges).tolist()
        """Which numbers a point or the like ties to a digit of the token before."""
        digits = data[places].tobytes()
        self._own = [digits[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
        self._raw = [
            data[a:b].tobytes() if not pure else b""
            for a, b, pure in zip(low.tolist(), high.tolist(), self._pure, strict=True)
        ]
        self._known: dict[tuple[int, int], tuple[set[bytes], list[bytes]] | None] = {}
        self._days: dict[tuple[int, ...], set[int]] = {}

    def _ties(self, data: NDArray[np.uint8], edges: Ints) -> Flags:
        here, pure = self._token, np.array(self._pure, bool)
        start, end = edges[here, 0], edges[np.maximum(here - 1, 0), 1]
        digits = [(data[np.maximum(at, 0)] - np.uint8(ord("0"))) < 10 for at in (start, end - 1)]  # noqa: PLR2004
        first, second, third = (data[np.minimum(end + step, len(data) - 1)] for step in range(3))
        size = start - end
        points = ((size == 1) & _POINTS[first]) | ((size == 2) & (first == 0xD9) & (second == 0xAB))  # noqa: PLR2004
        apart = (size == 1) & _APART[first]
        apart |= (size == 2) & (  # noqa: PLR2004 - a space that does not break; an Arabic comma
            ((first == 0xC2) & (second == 0xA0)) | ((first == 0xD9) & (second == 0xAC))  # noqa: PLR2004
        )
        apart |= (size == 3) & (first == 0xE2) & (second == 0x80) & ((third == 0x99) | (third == 0xAF))  # noqa: PLR2004
        group = ~pure | (edges[here, 1] - start == _GROUP)
        out: Flags = digits[0] & digits[1] & (here > 0) & (points | (apart & group))
        return out

    def absent(self, token: Ints, window: Ints, edges: Ints, pair: Ints) -> Flags:
        """Return which numbers of paragraphs are not to be found in their witnesses, in no form: one for each pair.

        Args:
            token: tokens with digits; int64.
            window: start and end of the gap in the witness, for each; int64, shape (n, 2).
            edges: first token of the whole witness, and first after it, for each; int64, shape (n, 2).
            pair: of which one is enough, for each; int64, ascending.
        """
        low, high = np.maximum(window[:, 0] - _WINDOW, edges[:, 0]), np.minimum(window[:, 1] + _WINDOW, edges[:, 1])
        # Digits tied to one another may belong to one number: somewhere the chain has to end.
        chained = (low > edges[:, 0]) & (self._counted(low, window[:, 0] - 1) == _WINDOW - 1)
        chained |= (high < edges[:, 1]) & (self._counted(window[:, 1] + 1, high) == _WINDOW - 1)
        known = ~chained & (_among(self._foreign, low, high) == 0)
        known &= _among(self._foreign, token - _PARTS, token + _PARTS + 1) == 0
        place = np.searchsorted(self._token, token)
        known &= np.array(self._pure, bool)[place]
        begin, end = np.searchsorted(self._token, low), np.searchsorted(self._token, high)
        near = self._counted(token - _DAY, token + _DAY + 1)
        out = np.zeros(len(token), bool)
        chosen = np.flatnonzero(known)
        # The text in which a date is looked for, by its bytes.
        around = [
            np.clip(paragraph[chosen], *edges[chosen].T)
            for paragraph in (window[:, 0] - _AROUND, window[:, 1] + _AROUND)
        ]
        spans = self._edges[around[0], 0], self._edges[np.maximum(around[1] - 1, 0), 1]
        columns = (
            *(column[chosen].tolist() for column in (pair, place, begin, end, near)),
            *(s.tolist() for s in spans),
        )
        done = -1
        for index, owner, *rest in zip(chosen.tolist(), *columns, strict=True):
            if owner != done and self._lacks(*rest):
                out[index] = True
                done = owner
        return out

    def _counted(self, low: Ints, high: Ints) -> Ints:
        return _among(self._token, low, high)

    def _lacks(self, place: int, begin: int, end: int, near: int, *span: int) -> bool:
        """Return True if no reading of the witness's numbers is the number at a place, or a longer form of it."""
        first, last = self._chain(place)
        if last - first >= _PARTS or not all(self._pure[first : last + 1]):
            return False
        window = begin, end
        if window not in self._known:
            self._known[window] = self._readings(begin, end)
        witness = self._known[window]
        if witness is None:
            return False
        known, heads = witness
        for a in range(first, place + 1):
            for b in range(place, last + 1):
                reading = b"".join(self._own[a : b + 1])
                if len(reading) > _LONGEST or not reading.strip(b"0") or reading.strip(b"0") in known:
                    return False
                if a < b and _rounded(int(reading), heads):
                    return False
        others = near - (1 if first == last else _SEVERAL)
        return others <= 0 or not self._in_a_day(place, span)

    def _chain(self, place: int) -> tuple[int, int]:
        """Return the first and the last of the numbers that are tied to one."""
        first = last = place
        while self._tied[first] and place - first < _PARTS:
            first -= 1
        while last + 1 < len(self._tied) and self._tied[last + 1] and last - place < _PARTS:
            last += 1
        return first, last

    def _readings(self, begin: int, end: int) -> tuple[set[bytes], list[bytes]] | None:
        """Return the digits of some numbers, in all ways of taking those that are tied together; None if too many.

        Without zeros at either end; and with those behind, which count where a number is rounded.
        """
        out: list[bytes] = []
        start = begin
        while start < end:
            first, last = self._chain(start)
            if last - first >= _PARTS:
                return None
            if first == last and not self._pure[start]:
                out += _RUNS.findall(self._raw[start])
            elif all(self._pure[first : last + 1]):
                own = self._own[first : last + 1]
                out += [b"".join(own[a:b]) for a in range(len(own)) for b in range(a + 1, len(own) + 1)]
            else:
                return None
            start = last + 1
        if any(len(reading) > _LONGEST for reading in out):
            return None
        return {reading.strip(b"0") for reading in out}, [reading.lstrip(b"0") for reading in out]

    def _in_a_day(self, place: int, span: tuple[int, ...]) -> bool:
        """Return True if a number may be the day, the month or the year of a date in some bytes."""
        if span not in self._days:
            start, end = span
            known = dates(self._data[start:end].tobytes().decode("utf-8", "surrogatepass"))
            self._days[span] = {part for date in known for day in date.days for part in day}
        own, days = int(self._own[place]), self._days[span]
        return own in days or own + _CENTURY in days


def _rounded(value: int, witness: list[bytes]) -> bool:
    """Return True if some digits may be those of a number that is rounded to this one."""
    if value <= 1:
        return True
    heads = b"%d" % value, b"%d" % (value - 1)  # 92.96 may be said as 93.0
    return any(each.startswith(head) and len(each) > len(head) for head in heads for each in witness)


def _among(chosen: Ints, low: Ints, high: Ints) -> Ints:
    gaps: Ints = np.searchsorted(chosen, high) - np.searchsorted(chosen, low)
    return gaps


def new_amounts(gaps: Gaps, tokens: TokenTable) -> Flags:
    """Return where a number stands of which the witness does not have the digits."""
    out = np.zeros(len(gaps.pair), bool)
    chosen = np.flatnonzero(gaps.candidate_sizes < MOVED)
    sizes = gaps.candidate_sizes[chosen]
    token, gap = ranges(gaps.candidate_start[chosen], sizes), np.repeat(chosen, sizes)
    chosen = np.flatnonzero(tokens.written.numeric[token])
    token, gap = token[chosen], gap[chosen]
    marker_size = np.zeros(len(token), bool)
    for place in np.flatnonzero(gaps.at_start[gap]).tolist():
        first = gap[place]
        marker_size[place] = token[place] - gaps.candidate_start[first] < tokens.marker_size(int(gaps.candidate[first]))
    token, gap = token[~marker_size], gap[~marker_size]
    if not len(token):
        return out
    window, whole = (
        np.stack(pair, axis=1)[gap]
        for pair in ((gaps.witness_start, gaps.witness_end), (gaps.whole_start, gaps.whole_end))
    )
    gap = gap[NumberChains(tokens.written).absent(token, window, whole, gaps.pair[gap])]
    # What the witness says there, or the paragraph just before, may be the same number in words.
    before = tokens.hashes[np.maximum(gaps.candidate_start[gap] - 1, 0)]
    gap = gap[gaps.at_start[gap] | ~np.isin(before, _number_words())]
    sizes = gaps.witness_sizes[gap]
    told = np.isin(tokens.hashes[ranges(gaps.witness_start[gap], sizes)], _number_words())
    worded = np.bincount(np.repeat(np.arange(len(gap)), sizes)[told], minlength=len(gap)) > 0
    gap = gap[~worded]
    put_in = (gaps.witness_start[gap] == gaps.witness_end[gap]) | gaps.at_start[gap]
    gone = [place for place in np.flatnonzero(put_in).tolist() if _around(gaps, int(gap[place]), tokens)]
    out[np.delete(gap, gone)] = True
    return out


def _around(gaps: Gaps, gap: int, tokens: TokenTable) -> bool:
    """Return True if a rule may ignore the gap as a whole: a headline, a number of replies."""
    if may_be_headline(gaps, gap, tokens):
        return True
    words = tokens.words(np.arange(gaps.candidate_start[gap], gaps.candidate_end[gap]))
    return bool(gaps.at_start[gap]) and not REPLIES.isdisjoint(map(plain, words))


@cache
def _number_words() -> NDArray[np.uint64]:
    return np.unique(words_of(sorted(values())).hashes)


def new_figures(gaps: Gaps, tokens: TokenTable, vocabulary: Vocabulary) -> Flags:
    """Return where one number stands in another one's place, and no rule has anything to say to that."""
    witness, candidate = vocabulary.witness, vocabulary.candidate
    out: Flags = (witness.sizes == 1) & (candidate.sizes == 1) & ~gaps.at_start
    chosen = np.flatnonzero(out)
    figure = (vocabulary.figure[paragraph.words[paragraph.begins[chosen]]] for paragraph in (witness, candidate))
    out[chosen] = next(figure) & next(figure)
    for paragraph in (gaps.witness_start, gaps.candidate_start):
        chosen = np.flatnonzero(out)
        out[chosen] = _alone(tokens.written, paragraph[chosen])
    inner = out & ~gaps.at_end
    out[inner] = ~np.isin(tokens.hashes[gaps.candidate_start[inner] + 1], _magnitudes())
    return out


def _alone(written: TokenBytes, chosen: Ints) -> Flags:
    """Return which tokens stand after a space and before one, a comma or a semicolon, and no digit is near."""
    space, comma, semicolon = b" ,;"
    first, last = written.edges[chosen].T
    data = np.concatenate((np.zeros(2, np.uint8), written.data, np.zeros(2, np.uint8)))
    before, after = data[first + 1], data[last + 2]
    alone: Flags = (before == space) & ((after == space) | (after == comma) | (after == semicolon))
    for near in (data[first], data[last + 3]):
        alone &= (near - np.uint8(ord("0"))) >= 10  # noqa: PLR2004 - digits
    return alone


@cache
def _magnitudes() -> NDArray[np.uint64]:
    return np.unique(words_of(sorted(MAGNITUDES)).hashes)


def new_codes(gaps: Gaps, tokens: TokenTable, vocabulary: Vocabulary) -> Flags:
    """Return where a word with several numbers in it stands, as keys and names of files are, that the witness lacks."""
    candidate = vocabulary.candidate
    out = np.zeros(len(gaps.pair), bool)
    codes = np.array([_is_code(word) for word in vocabulary.plain], bool)
    at = np.flatnonzero(codes[candidate.words] & (~gaps.at_start & (candidate.sizes < MOVED))[candidate.gap])
    for place, gap in zip(at.tolist(), candidate.gap[at].tolist(), strict=True):
        if not out[gap]:
            witness, mine = vocabulary.words_in(gap)
            word = vocabulary.plain[candidate.words[place]]
            said = any(variant(other, word) for other in witness) or any(a + b == word for a, b in pairwise(witness))
            said = said or initials(mine, witness) or "".join(witness) == "".join(mine)
            out[gap] = not (said or may_be_headline(gaps, gap, tokens))
    return out


def _is_code(word: str) -> bool:
    """Return True if a word is no number, and yet has several in it, and no rule knows it."""
    if word.isalpha() or word.isdigit() or len(_RUN.findall(word)) < _SEVERAL:
        return False
    return not same_unit(word, word) and magnitude(word) is None and word_value(word) is None


_CODE = 21
"""Bits of a code point."""


class NumberTable:
    """The different tokens with digits of each of some paragraphs.

    Args:
        chars: the words of each paragraph.
    """

    def __init__(self, chars: ParagraphChars) -> None:
        at = np.flatnonzero(chars.codes & 1)
        owner = np.searchsorted(chars.offsets[1:], at, side="right")
        self._keys = np.unique((owner << _CODE) | chars.codes[at])
        """Number of the paragraph and letter, ascending."""
        self._begins = np.searchsorted(self._keys, np.arange(len(chars.strings) + 1) << _CODE)

    def lacking(self, witness: NDArray[np.int64], candidate: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return for each pair, given by two indices, how many of the paragraph's the witness lacks."""
        begins = self._begins[candidate]
        sizes = self._begins[candidate + 1] - begins
        pair = np.repeat(np.arange(len(sizes)), sizes)
        wanted = (witness[pair] << _CODE) | (self._keys[ranges(begins, sizes)] & ((1 << _CODE) - 1))
        place = np.minimum(np.searchsorted(self._keys, wanted), max(len(self._keys) - 1, 0))
        return np.bincount(pair[self._keys[place] != wanted], minlength=len(sizes))
