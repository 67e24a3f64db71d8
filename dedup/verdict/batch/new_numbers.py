"""New numbers in a batch of pairs: the batch counterpart of the rules about numbers."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.words import words_of
from dedup.language.numbers import dates, magnitude, values, word_value
from dedup.language.phrases import REPLIES
from dedup.language.spelling import initials, plain, same_unit, variant
from dedup.language.wordlists import MAGNITUDES
from dedup.text.arrays import ranges
from dedup.verdict.batch.gaps import may_be_headline
from dedup.verdict.rules.order import MOVED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Bytes, Flags, Ints
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
_GROUP = 3
"""Digits between two separators of thousands."""
_RUN, _RUNS = re.compile(r"\d+"), re.compile(rb"\d+")
_SEVERAL = 2
_ZERO, _DIGITS, _NOT_ASCII = np.uint8(ord("0")), 10, 0x80
_SEPARATOR_BYTES = 3
"""Bytes of a separator in UTF-8, at most."""


def _packed(signs: str) -> Ints:
    """Return the UTF-8 of each sign as one number."""
    return np.array([int.from_bytes(sign.encode(), "big") for sign in signs])


_AFTER_NUMBER = np.isin(np.arange(256), [*b" ,;"])
"""Bytes behind a number that stands alone."""
_DECIMAL_SEPARATORS, _GROUP_SEPARATORS = _packed(".,:٫"), _packed(" '’٬\u00a0\u202f")
"""What ties numbers to one another, and what ties groups of three digits; see `dedup.language.numbers`."""


class NumberChains:
    """The numbers of some texts, which are tokens with digits; those that a separator ties (1,250) may be one.

    Each is given by its index among all numbers.
    """

    def __init__(self, written: TokenBytes) -> None:
        self._data, self._edges = written.data, written.edges
        self._token = np.flatnonzero(written.numeric)
        digit_places, other_places = np.flatnonzero(_is_digit(self._data)), np.flatnonzero(self._data >= _NOT_ASCII)
        low, high = self._edges[self._token].T
        begin, end = np.searchsorted(digit_places, low), np.searchsorted(digit_places, high)
        is_foreign = (begin == end) | (_among(other_places, low, high) > 0)
        self._foreign = self._token[is_foreign]
        """Tokens of which the digits may be others than 0 to 9."""
        is_pure = (end - begin == high - low) & ~is_foreign
        self._is_pure: list[bool] = is_pure.tolist()
        """Numbers that are nothing but digits."""
        self._is_tied: list[bool] = self._tied(is_pure).tolist()
        """Numbers that a separator ties to a digit of the token before."""
        digits = self._data[digit_places].tobytes()
        self._digits = [digits[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
        self._readings: dict[tuple[int, int], tuple[set[bytes], list[bytes]] | None] = {}
        """By the first number and the one behind the last: what `_read` returns."""
        self._days: dict[tuple[int, ...], set[int]] = {}
        """By the bytes of a text: the days, months and years of the dates in it."""

    def _tied(self, is_pure: Flags) -> Flags:
        """Return which numbers a separator ties to a digit of the token before."""
        before, (start, stop) = np.maximum(self._token - 1, 0), self._edges[self._token].T
        end = self._edges[before, 1]
        sizes = start - end
        between = np.zeros(len(start), np.int64)
        for step in range(_SEPARATOR_BYTES):
            byte = self._data.take(end + step, mode="clip")
            between = np.where(step < sizes, between << 8 | byte, between)
        is_separator = np.isin(between, _DECIMAL_SEPARATORS)
        is_separator |= np.isin(between, _GROUP_SEPARATORS) & (~is_pure | (stop - start == _GROUP))
        is_separator &= (sizes <= _SEPARATOR_BYTES) & (self._token > 0)
        tied: Flags = is_separator & _is_digit(self._data[start]) & _is_digit(self._data[end - 1])
        return tied

    def absent(self, token: Ints, window: Ints, whole: Ints, pair: Ints) -> Flags:
        """Return which numbers of paragraphs are not to be found in their witnesses, in no form: one for each pair.

        Args:
            token: tokens with digits; int64.
            window: start and end of the gap in the witness, for each; int64, shape (n, 2).
            whole: first token of the whole witness, and first after it, for each; int64, shape (n, 2).
            pair: of which one is enough, for each; int64, ascending.
        """
        low, high = (np.clip(edge, *whole.T) for edge in (window[:, 0] - _WINDOW, window[:, 1] + _WINDOW))
        # Digits tied to one another may belong to one number: somewhere the chain has to end.
        is_chained = (low > whole[:, 0]) & (_among(self._token, low, window[:, 0] - 1) == _WINDOW - 1)
        is_chained |= (high < whole[:, 1]) & (_among(self._token, window[:, 1] + 1, high) == _WINDOW - 1)
        is_foreign = _among(self._foreign, low, high) > 0
        is_foreign |= _among(self._foreign, token - _PARTS, token + _PARTS + 1) > 0
        place = np.searchsorted(self._token, token)
        chosen = np.flatnonzero(np.array(self._is_pure, bool)[place] & ~is_chained & ~is_foreign)
        near = _among(self._token, token - _DAY, token + _DAY + 1)
        # The text in which a date is looked for, by its bytes.
        first, behind = (np.clip(edge, *whole.T) for edge in (window[:, 0] - _AROUND, window[:, 1] + _AROUND))
        span = self._edges[first, 0], self._edges[np.maximum(behind - 1, 0), 1]
        columns = (pair, place, *np.searchsorted(self._token, (low, high)), near, *span)
        rows = zip(chosen.tolist(), *(column[chosen].tolist() for column in columns), strict=True)
        out = np.zeros(len(token), bool)
        done = -1
        for index, owner, *rest in rows:
            if owner != done and self._lacks(*rest):
                out[index] = True
                done = owner
        return out

    def _lacks(self, place: int, begin: int, end: int, near: int, *span: int) -> bool:
        """Return True if no reading of the witness's numbers is the number at a place, or a longer form of it.

        Args:
            place: the number.
            begin: the first of the witness's numbers.
            end: one past the last of them.
            near: how many numbers are near, itself among them.
            span: bytes in which the witness may have a date.
        """
        first, last = self._chain(place)
        if last - first >= _PARTS or not all(self._is_pure[first : last + 1]):
            return False
        if (begin, end) not in self._readings:
            self._readings[begin, end] = self._read(begin, end)
        witness = self._readings[begin, end]
        if witness is None:
            return False
        known, longer = witness
        for a in range(first, place + 1):
            for b in range(place, last + 1):
                reading = b"".join(self._digits[a : b + 1])
                if len(reading) > _LONGEST or not reading.strip(b"0") or reading.strip(b"0") in known:
                    return False
                if a < b and _rounded(int(reading), longer):
                    return False
        others = near - (1 if first == last else _SEVERAL)
        return others <= 0 or not self._in_a_day(place, span)

    def _chain(self, place: int) -> tuple[int, int]:
        """Return the first and the last of the numbers that are tied to one."""
        first = last = place
        while self._is_tied[first] and place - first < _PARTS:
            first -= 1
        while last + 1 < len(self._is_tied) and self._is_tied[last + 1] and last - place < _PARTS:
            last += 1
        return first, last

    def _read(self, begin: int, end: int) -> tuple[set[bytes], list[bytes]] | None:
        """Return the digits of some numbers, in all ways of taking those that are tied together; None if too many.

        Without zeros at either end; and with those behind, which count where a number is rounded.
        """
        out: list[bytes] = []
        start = begin
        while start < end:
            first, last = self._chain(start)
            if last - first >= _PARTS:
                return None
            if first == last and not self._is_pure[start]:
                low, high = self._edges[self._token[start]].tolist()
                out += _RUNS.findall(self._data[low:high].tobytes())
            elif all(self._is_pure[first : last + 1]):
                own = self._digits[first : last + 1]
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
            known = dates(self._data[slice(*span)].tobytes().decode("utf-8", "surrogatepass"))
            self._days[span] = {part for date in known for day in date.days for part in day}
        return not self._days[span].isdisjoint((int(self._digits[place]), int(self._digits[place]) + _CENTURY))


def _is_digit(data: Bytes) -> Flags:
    is_digit: Flags = (data - _ZERO) < _DIGITS
    return is_digit


def _rounded(value: int, witness: list[bytes]) -> bool:
    """Return True if some digits may be those of a number that is rounded to this one."""
    if value <= 1:
        return True
    heads = b"%d" % value, b"%d" % (value - 1)  # 92.96 may be said as 93.0
    return any(each.startswith(head) and len(each) > len(head) for head in heads for each in witness)


def _among(chosen: Ints, low: Ints, high: Ints) -> Ints:
    """Return how many of some indices, ascending, are in each range."""
    counts: Ints = np.searchsorted(chosen, high) - np.searchsorted(chosen, low)
    return counts


def new_amounts(gaps: Gaps, tokens: TokenTable) -> Flags:
    """Return where a number stands of which the witness does not have the digits."""
    out = np.zeros(len(gaps.pair), bool)
    small = np.flatnonzero(gaps.candidate_sizes < MOVED)
    sizes = gaps.candidate_sizes[small]
    token, gap = ranges(gaps.candidate_start[small], sizes), np.repeat(small, sizes)
    is_number = tokens.written.numeric[token]
    token, gap = token[is_number], gap[is_number]
    at_start = np.flatnonzero(gaps.at_start[gap])
    marker_sizes = [tokens.marker_size(candidate) for candidate in gaps.candidate[gap[at_start]].tolist()]
    in_marker = at_start[token[at_start] - gaps.candidate_start[gap[at_start]] < marker_sizes]
    token, gap = np.delete(token, in_marker), np.delete(gap, in_marker)
    if not len(token):
        return out
    window = np.stack((gaps.witness_start, gaps.witness_end), axis=1)[gap]
    whole = np.stack((gaps.whole_start, gaps.whole_end), axis=1)[gap]
    gap = gap[NumberChains(tokens.written).absent(token, window, whole, gaps.pair[gap])]
    # What the witness says there, or the paragraph just before, may be the same number in words.
    before = tokens.hashes[np.maximum(gaps.candidate_start[gap] - 1, 0)]
    gap = gap[gaps.at_start[gap] | ~np.isin(before, _number_words())]
    sizes = gaps.witness_sizes[gap]
    is_word = np.isin(tokens.hashes[ranges(gaps.witness_start[gap], sizes)], _number_words())
    gap = gap[np.bincount(np.repeat(np.arange(len(gap)), sizes)[is_word], minlength=len(gap)) == 0]
    inserted = np.flatnonzero((gaps.witness_start[gap] == gaps.witness_end[gap]) | gaps.at_start[gap])
    explained = [i for i in inserted.tolist() if _may_be_explained(gaps, int(gap[i]), tokens)]
    out[np.delete(gap, explained)] = True
    return out


def _may_be_explained(gaps: Gaps, gap: int, tokens: TokenTable) -> bool:
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
    out: Flags = (vocabulary.witness.sizes == 1) & (vocabulary.candidate.sizes == 1) & ~gaps.at_start
    for side in (vocabulary.witness, vocabulary.candidate):
        chosen = np.flatnonzero(out)
        out[chosen] = vocabulary.figure[side.words[side.begins[chosen]]]
    for start in (gaps.witness_start, gaps.candidate_start):
        chosen = np.flatnonzero(out)
        out[chosen] = _stands_alone(tokens.written, start[chosen])
    inner = out & ~gaps.at_end
    out[inner] = ~np.isin(tokens.hashes[gaps.candidate_start[inner] + 1], _magnitudes())
    return out


def _stands_alone(written: TokenBytes, chosen: Ints) -> Flags:
    """Return which tokens stand after a space and before one, a comma or a semicolon, and no digit is near."""
    first, last = written.edges[chosen].T
    data = np.concatenate((np.zeros(2, np.uint8), written.data, np.zeros(2, np.uint8)))
    is_apart: Flags = (data[first + 1] == ord(" ")) & _AFTER_NUMBER[data[last + 2]]
    return is_apart & ~_is_digit(data[first]) & ~_is_digit(data[last + 3])


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
