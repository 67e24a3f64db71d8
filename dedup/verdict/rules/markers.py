"""Rules about markers of paragraphs: bullets, numbers of items, labels in front."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.phrases import KEYS
from dedup.language.wordlists import FUNCTION, SECTION, TURNING

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext, Paragraph


_NUMBERED = 6
"""Words of the witness beside which a number in front is still one, at most."""

_MARK = re.compile(
    r"""
    (?P<opening> [\s(\["'“„#*_>§№–—•-]* )
    (?P<word> [^\W\d_]{1,9} \.? \s? )?  # "Section", "Art."
    (?P<number> \d{1,3} | [ivxlIVXL]{1,5} | [A-Za-z] | [^\W\d_](?=\)) )
    (?P<subsection> (?: \.\d{1,3} )* [a-z]? )
    (?P<closing>
        \\?[.):\]、．）º°]+ \s?
        | - \s+
        | \s (?=[^\W\d_])
        | [*_]+ \s+ (?=[^\W\d_])
        | \s[–—-]\s (?=[^\W\d_])
    )
    """,
    re.VERBOSE,
)
"""A section number or a list marker in front of a paragraph."""

_INITIALS = re.compile(r"\W*(?:[^\W\d_]\.\s?){2,}")
"""What is no number of a section: "U.S.", "J. K."."""

_ROMAN = frozenset("ivxlc")

_NUMBERING = frozenset("§№")
"""Signs before the number of a section."""


def marker(context: GapContext) -> None:
    """The number of a section or of a list's entry, in front: what it numbers is the same."""
    if not context.at_start or not context.candidate.text or len(context.witness_words) > _NUMBERED:
        return
    size = marker_size(context.candidate)
    if not size:
        return
    witness_size = marker_size(context.witness) if context.gap.witness_start == 0 else 0
    context.ignore_tokens(
        [i for i in context.candidate_words if i < size], [i for i in context.witness_words if i < witness_size]
    )


def marker_size(paragraph: Paragraph) -> int:
    """Return how many of the first tokens are a marker."""
    match = _MARK.match(paragraph.text)
    if match is None or _INITIALS.match(paragraph.text):
        return 0
    size = 0
    while size < min(len(paragraph.chars), 6) and paragraph.span(size)[1] <= match.end():
        size += 1
    words = [paragraph.token(i) for i in range(size)]
    if any(word[0].isalpha() and not word.isalpha() for word in words):
        return 0  # "Q2: Sales" and "G7: Talks" tell of a quarter and of a summit
    has_numeral = any(word[0].isdigit() for word in words)
    is_named = not _NUMBERING.isdisjoint(match.group())
    for word in words:
        if len(word) > 1 and word in SECTION and (has_numeral or (word not in FUNCTION and word not in TURNING)):
            is_named = True
        elif len(word) > 1 and (word in TURNING or (word.isalpha() and not _ROMAN.issuperset(word))):
            return 0  # "No dogs", "Also no refunds"
    is_bare = match.group().rstrip(" –—-*_")[-1:].isalnum()
    # "7 people" are so many people, "Vi i Sverige" are people; "7.2 Supplier" and "§ 7 Notice" are numbers of sections.
    return 0 if is_bare and not is_named and (len(words) < 2 or not has_numeral) else size  # noqa: PLR2004


_COLONS = frozenset(":：")


def label(context: GapContext) -> None:
    """“Title:", “Note:": the form of what follows, not its subject."""
    left, text = context.candidate_words, context.candidate.text
    if not context.at_start or not text or not left or context.gap.witness_start:
        return
    if not all(token in KEYS for token in (*left.values(), *context.witness_words.values())):
        return
    if text[context.candidate.span(max(left))[1] :].lstrip()[:1] in _COLONS:
        context.ignore_tokens(list(left), list(context.witness_words))
