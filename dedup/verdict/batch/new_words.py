"""Content words in gaps that are certainly new: the batch counterpart of the rules about words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.language.spelling import agree, initials, variant
from dedup.language.wordlists import LINKS
from dedup.text.arrays import ranges
from dedup.verdict.batch.gaps import may_be_headline
from dedup.verdict.rules.order import MOVED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.text.arrays import Flags, Ints
    from dedup.verdict.batch.gaps import Gaps, TokenBytes, TokenTable, Vocabulary


_CUT = b"-", b"..", "…".encode(), "\u00ad".encode()
_DOTS = np.frombuffer(b".-/", np.uint8)
_SECTION_SIGN = "§".encode()[-1]
_BEFORE = 8
"""Bytes before a paragraph's first word that are searched for it."""
_SEVERAL = 2
"""Minimum words of a gap that is more than the text of a link."""
_TRIED = 4
"""Maximum words of a pair that are checked: one new word is enough."""


def new_words(gaps: Gaps, tokens: TokenTable, vocabulary: Vocabulary) -> Flags:
    """Return the gaps with a content word that resembles no word of the witness in the gap.

    A gap that a rule of `dedup.verdict.rules` may ignore as a whole is not flagged: attribution, links, initials, names
    of sites, words that the witness has elsewhere.
    """
    candidate = vocabulary.candidate
    flagged = np.zeros(len(gaps.pair), bool)
    left = _eligible_tokens(gaps, tokens.written, vocabulary)
    # One new word settles a gap, and one such gap its pair: try the first word left of each pair, a few times.
    for _ in range(_TRIED):
        pair = gaps.pair[candidate.gap[left]]
        is_head = np.ones(len(left), bool)
        is_head[1:] = pair[1:] != pair[:-1]
        heads = left[is_head]
        heads = heads[~_may_be_in_witness(heads, gaps, tokens.written, vocabulary)]
        gap = candidate.gap[heads]
        several = np.flatnonzero((candidate.sizes[gap] >= _SEVERAL) | (vocabulary.witness.sizes[gap] == 0)).tolist()
        explained = [i for i in several if _may_be_explained(int(gap[i]), gaps, tokens, vocabulary)]
        flagged[np.delete(gap, explained)] = True
        left = left[~is_head]
        left = left[~np.isin(gaps.pair[candidate.gap[left]], gaps.pair[flagged])]
    return flagged


def _eligible_tokens(gaps: Gaps, written: TokenBytes, vocabulary: Vocabulary) -> Ints:
    """Return the content words, as indices into the candidates' words, that no rule ignores for their position."""
    witness, candidate = vocabulary.witness, vocabulary.candidate
    gap = candidate.gap
    is_last = np.zeros(len(gap), bool)
    is_last[candidate.begins[1:] - 1] = True
    is_first = np.zeros(len(gap), bool)
    is_first[candidate.begins[:-1]] = True
    cut_off = np.zeros(len(gaps.pair), bool)
    ends = np.flatnonzero(gaps.at_end)
    cut_off[ends] = _may_be_cut_off(gaps, written, ends)
    section = gaps.at_start & _after_section_sign(written, gaps.candidate_start)
    tracked = written.tracked[gaps.candidate]
    attributed = candidate.any(vocabulary.saying[candidate.words])
    imaged = written.imaged[gaps.candidate] & written.imaged[gaps.witness]
    content = vocabulary.content[candidate.words]
    content &= ~(is_last & cut_off[gap]) & ~(is_first & section[gap]) & ~(tracked | attributed | imaged)[gap]
    content &= ~_may_be_link(gaps, written, vocabulary, content)[gap]
    eligible = np.flatnonzero(content)
    # At either end, capitalised words may be the name of a site, where the witness has nothing.
    replaces = (candidate.sizes == 1) | (~gaps.at_start & (witness.sizes >= candidate.sizes))
    may_be_site = ((gaps.at_start | gaps.at_end) & ~((witness.sizes > 0) & replaces))[gap[eligible]]
    out: Ints = eligible[~may_be_site | _is_lower(written, candidate.tokens[eligible], may_be_site)]
    return out


def _may_be_in_witness(heads: Ints, gaps: Gaps, written: TokenBytes, vocabulary: Vocabulary) -> Flags:
    """Return which of the candidates' words may be a variant of one of the witness's words in the same gap."""
    witness, candidate = vocabulary.witness, vocabulary.candidate
    gap = candidate.gap[heads]
    counts = witness.sizes[gap]
    others = witness.words[ranges(witness.begins[gap], counts)]
    # One word in place of one word is a spelling variant of it, an abbreviation, or another word.
    alone = (candidate.sizes[gap] == 1) & (counts == 1)
    ends = gaps.witness_end[gap[alone]], gaps.candidate_end[gap[alone]]
    alone[alone] = ~(_may_be_abbreviated(written, ends[0]) | _may_be_abbreviated(written, ends[1]))
    pairs = np.stack((others, np.repeat(candidate.words[heads], counts)))
    similar = _may_be_same(pairs, np.repeat(alone, counts), vocabulary.plain)
    found: Flags = np.bincount(np.repeat(np.arange(len(heads)), counts)[similar], minlength=len(heads)) > 0
    return found


def _may_be_cut_off(gaps: Gaps, written: TokenBytes, chosen: Ints) -> Flags:
    """Return which candidates may end within a word."""
    starts, ends = written.edges[gaps.candidate_end[chosen] - 1, 1], written.ends[gaps.candidate[chosen]]
    tails = (written.data[a:b].tobytes() for a, b in zip(starts.tolist(), ends.tolist(), strict=True))
    return np.array([any(sign in tail for sign in _CUT) for tail in tails], bool)


def _may_be_abbreviated(written: TokenBytes, ends: Ints) -> Flags:
    """Return whether the last token before each end may be an abbreviation, by the character that follows it."""
    after = written.data[np.minimum(written.edges[ends - 1, 1], len(written.data) - 1)]
    out: Flags = np.isin(after, _DOTS) | (after >= 0x80)  # noqa: PLR2004 - not ASCII
    return out


def _may_be_explained(gap: int, gaps: Gaps, tokens: TokenTable, vocabulary: Vocabulary) -> bool:
    """Return True if a rule may ignore the gap as a whole: a headline, initials, moved words."""
    if may_be_headline(gaps, gap, tokens):
        return True
    witness, candidate = vocabulary.words_in(gap)
    if len(candidate) >= MOVED:
        run = tokens.chars[gaps.candidate[gap]][gaps.offset[gap] : gaps.offset[gap] + len(candidate)]
        return run in tokens.chars[gaps.witness[gap]]
    return initials(candidate, witness)


def _after_section_sign(written: TokenBytes, first: Ints) -> Flags:
    """Return which tokens may follow a section sign, after which a word may be a number's label."""
    places = np.maximum(written.edges[first, :1] - np.arange(1, _BEFORE), 0)
    out: Flags = (written.data[places] == _SECTION_SIGN).any(axis=1)
    return out


def _may_be_link(gaps: Gaps, written: TokenBytes, vocabulary: Vocabulary, content: Flags) -> Flags:
    """Return which insertions may be the target of a link, or within a tag."""
    candidate = vocabulary.candidate
    links = np.array([word in LINKS for word in vocabulary.words], bool)
    several = np.bincount(candidate.gap[content], minlength=len(candidate.sizes)) >= _SEVERAL
    inserted: Flags = (gaps.witness_start == gaps.witness_end) & written.linked[gaps.candidate]
    return inserted & (~several | candidate.any(links[candidate.words]))


def _is_lower(written: TokenBytes, tokens: Ints, where: Flags) -> Flags:
    """Return which tokens begin with a lowercase letter; False where `where` is False."""
    out = np.zeros(len(tokens), bool)
    places = np.flatnonzero(where)
    edges = written.edges[tokens[places]]
    first = written.data[edges[:, 0]]
    out[places] = (first - np.uint8(ord("a"))) < 26  # noqa: PLR2004 - letters of the alphabet
    for place, (start, end) in zip(places[first >= 0x80].tolist(), edges[first >= 0x80].tolist(), strict=True):  # noqa: PLR2004
        out[place] = written.data[start:end].tobytes().decode("utf-8", "surrogatepass")[0].islower()
    return out


def _may_be_same(pairs: Ints, alone: Flags, words: Sequence[str]) -> Flags:
    """Return which pairs of words may be variants of each other; where `alone`, abbreviations and parts are not."""
    different, number = np.unique((pairs[0] * len(words) + pairs[1]) * 2 + alone, return_inverse=True)
    keys, whole = np.divmod(different, 2)
    first, second = np.divmod(keys, len(words))
    similar: Flags = np.array(
        [
            (not only and _may_be_part(words[i], words[j])) or variant(words[i], words[j]) or agree(words[i], words[j])
            for i, j, only in zip(first.tolist(), second.tolist(), whole.tolist(), strict=True)
        ],
        bool,
    )[number]
    return similar


def _may_be_part(first: str, second: str) -> bool:
    """Return True if one word may be an abbreviation or a part of the other."""
    return (first[0] == second[0] and len(first) != len(second)) or first in second or second in first
