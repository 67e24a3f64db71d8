"""Words of content that certainly say something new, in stretches in which two paragraphs differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.language.spelling import agree, initials, variant
from dedup.language.wordlists import LINKS
from dedup.text.arrays import ranges
from dedup.verdict.batch.gaps import perhaps_echo
from dedup.verdict.rules.order import MOVED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.verdict.batch.gaps import Stretches, Tokens, Vocabulary, Written

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_CUT = b"-", b"..", "…".encode(), "\u00ad".encode()
_DOTS = np.frombuffer(b".-/", np.uint8)
_SECTION_SIGN = "§".encode()[-1]
_BEFORE = 8
"""Bytes before a paragraph's first word in which it is looked for."""
_SEVERAL = 2
"""Words that are not all the text of a link."""
_TRIED = 4
"""Words of a pair that are looked at: one is enough."""


def other_word(found: Stretches, tokens: Tokens, vocabulary: Vocabulary) -> Flags:
    """Tell where a word of content stands that is nothing like any of the witness's words there.

    Unless a rule of `dedup.verdict.rules.numbers` may take the whole stretch for something else: who says so, a link,
    initials, the name of a site, words that stand elsewhere.
    """
    ours = vocabulary.ours
    out = np.zeros(len(found.pair), bool)
    left = _told(found, tokens.written, vocabulary)
    # A stretch that says something new is enough for its pair, and a word for the stretch.
    for _ in range(_TRIED):
        where = found.pair[ours.stretch[left]]
        heads = np.ones(len(left), bool)
        heads[1:] = where[1:] != where[:-1]
        at = left[heads]
        at = at[~_answered(at, found, tokens.written, vocabulary)]
        stretch = ours.stretch[at]
        whole = np.flatnonzero((ours.sizes[stretch] >= _SEVERAL) | (vocabulary.theirs.sizes[stretch] == 0)).tolist()
        gone = [place for place in whole if _as_a_whole(int(stretch[place]), found, tokens, vocabulary)]
        out[np.delete(stretch, gone)] = True
        left = left[~heads]
        left = left[~np.isin(found.pair[ours.stretch[left]], found.pair[out])]
    return out


def _answered(at: Ints, found: Stretches, written: Written, vocabulary: Vocabulary) -> Flags:
    """Tell which words of ours, by their places, may be one of the witness's there."""
    theirs, ours = vocabulary.theirs, vocabulary.ours
    where = ours.stretch[at]
    counts = theirs.sizes[where]
    others = theirs.words[ranges(theirs.begins[where], counts)]
    # One word in one word's place is it in another spelling, or short for it, or another one.
    alone = (ours.sizes[where] == 1) & (counts == 1)
    some = where[alone]
    alone[alone] = ~(_dotted(written, found.a1[some]) | _dotted(written, found.b1[some]))
    both = np.stack((others, np.repeat(ours.words[at], counts)))
    alike = _alike(both, np.repeat(alone, counts), vocabulary.plain)
    answered: Flags = np.bincount(np.repeat(np.arange(len(at)), counts)[alike], minlength=len(at)) > 0
    return answered


def _told(found: Stretches, written: Written, vocabulary: Vocabulary) -> Ints:
    """Return the places, among all of ours, of words of content that no rule sets aside for where they stand."""
    theirs, ours = vocabulary.theirs, vocabulary.ours
    owner = ours.stretch
    content = vocabulary.content[ours.words]
    last = np.flatnonzero(found.last)
    content[(ours.begins[1:] - 1)[last[_cut_off(found, written, last)]]] = False
    content[ours.begins[:-1][found.first & _sectioned(written, found.b0)]] = False
    content &= ~written.tracked[found.text][owner]
    content &= ~ours.any(vocabulary.saying[ours.words])[owner]
    content &= ~_perhaps_link(found, written, vocabulary, content)[owner]
    at = np.flatnonzero(content)
    # At either end, what is written with capitals may be the name of a site, where the witness has nothing.
    beside = (ours.sizes == 1) | (~found.first & (theirs.sizes >= ours.sizes))
    edge = ((found.first | found.last) & ~((theirs.sizes > 0) & beside))[owner[at]]
    told: Ints = at[~edge | _lower(written, ours.tokens[at], edge)]
    return told


def _cut_off(found: Stretches, written: Written, some: Ints) -> Flags:
    """Tell which paragraphs may end within a word."""
    ends = zip(written.edges[found.b1[some] - 1, 1].tolist(), written.ends[found.text[some]].tolist(), strict=True)
    tails = (written.data[start:end].tobytes() for start, end in ends)
    return np.array([any(sign in tail for sign in _CUT) for tail in tails], bool)


def _dotted(written: Written, behind: Ints) -> Flags:
    """Tell before which tokens one ends that may be an abbreviation, by the sign behind it."""
    after = written.data[np.minimum(written.edges[behind - 1, 1], len(written.data) - 1)]
    found: Flags = np.isin(after, _DOTS) | (after >= 0x80)  # noqa: PLR2004 - not ASCII
    return found


def _as_a_whole(stretch: int, found: Stretches, tokens: Tokens, vocabulary: Vocabulary) -> bool:
    """Tell whether the words of a stretch may be one thing for a rule: initials, a run that stands elsewhere."""
    if perhaps_echo(found, stretch, tokens):
        return True
    theirs, ours = vocabulary.told(stretch)
    if len(ours) >= MOVED:
        run = tokens.letters[found.text[stretch]][found.at[stretch] : found.at[stretch] + len(ours)]
        return run in tokens.letters[found.witness[stretch]]
    return initials(ours, theirs)


def _sectioned(written: Written, first: Ints) -> Flags:
    """Tell before which tokens the sign of a section may stand, after which a word may be what a number is called."""
    places = np.maximum(written.edges[first, :1] - np.arange(1, _BEFORE), 0)
    found: Flags = (written.data[places] == _SECTION_SIGN).any(axis=1)
    return found


def _perhaps_link(found: Stretches, written: Written, vocabulary: Vocabulary, content: Flags) -> Flags:
    """Tell which stretches that are put in may be the target of a link, or within a tag."""
    ours = vocabulary.ours
    links = np.array([word in LINKS for word in vocabulary.words], bool)
    whole = np.bincount(ours.stretch[content], minlength=len(ours.sizes)) >= _SEVERAL
    put_in: Flags = (found.a0 == found.a1) & written.linked[found.text]
    return put_in & (~whole | ours.any(links[ours.words]))


def _lower(written: Written, some: Ints, asked: Flags) -> Flags:
    """Tell which of some tokens, where it is asked, are written with a small letter."""
    out = np.zeros(len(some), bool)
    places = np.flatnonzero(asked)
    edges = written.edges[some[places]]
    first = written.data[edges[:, 0]]
    out[places] = (first - np.uint8(ord("a"))) < 26  # noqa: PLR2004 - letters of the alphabet
    for place, (start, end) in zip(places[first >= 0x80].tolist(), edges[first >= 0x80].tolist(), strict=True):  # noqa: PLR2004
        out[place] = written.data[start:end].tobytes().decode("utf-8", "surrogatepass")[0].islower()
    return out


def _alike(both: Ints, alone: Flags, words: Sequence[str]) -> Flags:
    """Tell which pairs of words, by their numbers, may be taken for the same; those that are `alone` as wholes only."""
    different, number = np.unique((both[0] * len(words) + both[1]) * 2 + alone, return_inverse=True)
    pairs, whole = np.divmod(different, 2)
    one, other = np.divmod(pairs, len(words))
    alike: Flags = np.array(
        [
            (not only and _perhaps_part(words[i], words[j])) or variant(words[i], words[j]) or agree(words[i], words[j])
            for i, j, only in zip(one.tolist(), other.tolist(), whole.tolist(), strict=True)
        ],
        bool,
    )[number]
    return alike


def _perhaps_part(one: str, other: str) -> bool:
    """Tell whether one word may be short for the other, or a part of it."""
    return (one[0] == other[0] and len(one) != len(other)) or one in other or other in one
