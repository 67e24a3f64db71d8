"""Rules about page furniture: buttons, replies, names of sites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.phrases import NETWORKS, REPLIES, by_first, calls
from dedup.language.spelling import plain
from dedup.language.wordlists import DOMAINS, FUNCTION, FURNITURE, FURNITURE_PHRASES, SITES, STATUS, TURNING
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_clause
from dedup.verdict.rules.phrases import around, runs

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext


_TEXT = 6
"""Words of a text beside which a row of buttons is only that."""

_NEAR = 40
"""Characters around a gap in which a sign is looked for."""

_SITE = 5
"""Words of the name of a site."""

_SITE_CHARACTERS = 30
"""Characters of it in a script without capitals."""

_CLAUSE_END = "\"'”’»“„«,，;:—–-。.!?！？…」』"

_SIGN_BEFORE = re.compile(r"\s*(?:\s[|–—\-·•»:]|[|｜—–_])\s*\Z")

_SIGN_AFTER = re.compile(r"\s*(?:[|–—·•»｜]|\s?-)\s*")

_BAR_AFTER = re.compile(r"\s+[|»]\s+")

_SITE_WITH_SUFFIX = re.compile(r"(?:\s[|–—\-·•»]|[|｜—–])\s*[^\W\d_][\w '&-]*(?P<suffix>(?:\.[a-z]{2,4}){1,2})\Z")

_REPLIES_OVER = re.compile(r"\W*(?:\d+\s+)?([^\W\d_]+)\s+([^\W\d_]+)\s*[:“”\"„«‘]")
"""“12 thoughts on “…”" and “Comments on: …"."""


def is_bounded(context: GapContext) -> bool:
    """Return True if punctuation, or the paragraph's end, is on either side of the gap."""
    text, gap, span = context.candidate.text, context.gap, context.candidate.span
    if not text:
        return False
    start, end = span(gap.candidate_start)[0], span(gap.candidate_end - 1)[1]
    before, after = text[max(0, start - _NEAR) : start].rstrip()[-1:], text[end : end + _NEAR].lstrip()[:1]
    return (context.at_start or before in _CLAUSE_END) and (context.at_end or after in _CLAUSE_END)


def reply_count(context: GapContext) -> None:
    """“12 thoughts on …": how many have replied to what is named."""
    if not context.at_start or REPLIES.isdisjoint(context.candidate_words.values()):
        return
    text, span = context.candidate.text, context.candidate.span
    if not text or not all(token in REPLIES or token.isdigit() for token in context.witness_words.values()):
        return
    found = _REPLIES_OVER.match(text)
    if found and plain(found.group(1).casefold()) in REPLIES and plain(found.group(2).casefold()) in FUNCTION:
        context.ignore_tokens([i for i in context.candidate_words if span(i)[1] <= found.end()])


def furniture(context: GapContext) -> None:
    """“Read more”, “Share this”: what stands on buttons, at either end."""
    left = context.candidate_words
    if not (context.at_start or context.at_end) or not context.candidate.text:
        return
    words = list(left.values())
    written = "".join(words)
    alone = all(word in FURNITURE for word in context.witness_words.values())
    if not (alone and len(words) > 1) and not (is_bounded(context) and (alone or len(words) > 1)):
        return  # "Top women" are not women
    if any(written == phrase for phrase in FURNITURE_PHRASES) or (
        any(word in FURNITURE and word not in FUNCTION for word in words)
        and all(word in FURNITURE or word in FUNCTION for word in words)
    ):
        context.ignore_all()


def button_captions(context: GapContext) -> None:
    """“Order now!", “Share on Facebook": what is asked of the reader of a text, at either end of it."""
    left, candidate = context.candidate_words, context.candidate
    size = len(candidate.chars)
    edge = context.at_start or context.gap.candidate_end >= size - 1
    if not edge or not left or not candidate.text or size - len(left) < _TEXT:
        return
    call = tuple(around(left, candidate, context.gap.candidate_start, context.gap.candidate_end).values())
    # "Act now", where the other one has another call that ends in "now".
    if context.gap.candidate_end == size - 1 and call[1:] in calls() and begins_clause(candidate, min(left)):
        context.ignore_all()
    for run in runs(left, by_first(calls)):
        if context.at_start or (context.at_end and begins_clause(candidate, run[0])):
            context.ignore_tokens(run)
    _shares(context)


def _shares(context: GapContext) -> None:
    """Ignore names of networks in a row, at either end."""
    left = context.candidate_words
    networks = sum(token in NETWORKS for token in left.values())
    shared = networks > 1 or (networks and any(token in FURNITURE for token in left.values()))
    if not shared or context.witness_words or not (context.at_start or context.at_end):
        return
    common = [context.candidate.token(i) for i in range(len(context.candidate.chars)) if i not in left]
    beside = sum(token not in FURNITURE and token not in NETWORKS for token in common)
    if beside >= _TEXT and all(t in NETWORKS or t in FURNITURE or t in FUNCTION for t in left.values()):
        context.ignore_all()


def site_name(context: GapContext) -> None:
    """The name of a site after a title, behind a dash or a bar; or before it."""
    text, gap, span = context.candidate.text, context.gap, context.candidate.span
    if (
        not text
        or context.witness_words
        or not context.candidate_words
        or not (context.at_end or context.at_start)
        or _speaks(context)
    ):
        return
    start, end = span(gap.candidate_start)[0], span(gap.candidate_end - 1)[1]
    written = text[start:end]
    cased = written.upper() != written.lower()
    if len(context.candidate_words) > _SITE if cased else len(written) > _SITE_CHARACTERS:
        return
    if not cased and context.at_end and not _names_a_site(written):
        return
    if (
        (
            context.at_end
            and _SIGN_BEFORE.search(text[max(0, start - _NEAR) : start])
            and text[end:].strip() in {"", ")", "]"}
        )
        or (context.at_start and not context.at_end and _SIGN_AFTER.match(text, end) and not cased)
        or (context.at_start and not context.at_end and _BAR_AFTER.match(text, end))
    ):
        context.ignore_all()


def domain_suffix(context: GapContext) -> None:
    """“| Harbour Post.com": what the address of a site ends with, behind its name, where both have that."""
    text, left = context.candidate.text, context.candidate_words
    if not context.at_end or context.witness_words or not text or not DOMAINS.issuperset(left.values()):
        return
    found = _SITE_WITH_SUFFIX.search(text[-_NEAR:])
    if found and context.candidate.span(min(left))[0] >= len(text) - len(text[-_NEAR:]) + found.start("suffix"):
        context.ignore_all()


def _names_a_site(written: str) -> bool:
    """Return True if some words in a script without capitals, which shows no names, are the name of a site."""
    return any(written.startswith(s) or written.endswith(s) for s in SITES)


def _speaks(context: GapContext) -> bool:
    """Return True if the gap states what became of something, or is no name."""
    candidate = context.candidate
    for i, token in context.candidate_words.items():
        start = candidate.span(i)[0]
        first = candidate.text[start]
        lower = first.islower() and token not in FUNCTION
        if is_numeric(candidate.chars[i]) or token in STATUS or token in TURNING or lower:
            return True
    return False
