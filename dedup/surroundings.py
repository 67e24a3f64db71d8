"""What stands around a text, at its ends or between its sentences, and says nothing beside it: rules of `dedup.aside`.

Who says so and who distributes it, what stands on buttons, the site's name, a label or a headline in front.
"""

from __future__ import annotations

import re
from os.path import commonprefix
from typing import TYPE_CHECKING

from dedup.letters import is_numeric
from dedup.lexicon import FUNCTION, FURNITURE, FURNITURE_PHRASES, SAYING, SITES, STATUS, TURNING
from dedup.phrases import AGENCIES, KEYS, NETWORKS, REPLIES, VERBS, by_first, calls
from dedup.scope import NEGATIONS
from dedup.sides import Difference, begins_clause, between, in_front, is_capital
from dedup.spelling import plain
from dedup.wording import around, runs

if TYPE_CHECKING:
    from dedup.sides import Side, Stretch

_ATTRIBUTION = 7
"""Words of an attribution."""
_CONTENT = 2
"""Words of content in it: who says so."""
_TEXT = 6
"""Words of a text beside which a row of buttons is only that."""
FEWEST, _HEADLINE = 3, 14
"""Words of a headline."""
_TOLD = 2
"""Words of content in it, at least."""
_NEAR = 40
"""Characters around a stretch in which a sign is looked for."""
_SITE = 5
"""Words of the name of a site."""
_SITE_CHARACTERS = 30
"""Characters of it in a script without capitals."""
_ARABIC = "\u0600"
_STEM, _ENDING = 4, 2
"""Letters that a headline's word has in common with the text's, at least, and that it may have besides."""
_PARTING = frozenset(".:!?…–—|*\n。：！？؟।")
"""Signs between a headline and its text; a comma ends no headline: "for members, …"."""
_OPEN = "([（【"
_DASHES = "-–—/|:"
_COLONS = frozenset(":：")
_CLAUSE_END = "\"'”’»“„«,，;:—–-。.!?！？…」』"
_SIGN_BEFORE = re.compile(r"\s*(?:\s[|–—\-·•»:]|[|｜—–_])\s*\Z")
_SIGN_AFTER = re.compile(r"\s*(?:[|–—·•»｜]|\s?-)\s*")
_BAR_AFTER = re.compile(r"\s+[|»]\s+")
_REPLIES_OVER = re.compile(r"\W*(?:\d+\s+)?([^\W\d_]+)\s+([^\W\d_]+)\s*[:“”\"„«‘]")
"""“12 thoughts on “…”" and “Comments on: …"."""


def attribution(stretch: Stretch) -> None:
    """“He said”, “the new mother wrote”: who says what both say, unless it is named."""
    ours = stretch.ours
    _said_otherwise(stretch)
    if not 0 < len(ours) <= _ATTRIBUTION or not any(token in SAYING for token in ours.values()):
        return
    content = [i for i, token in ours.items() if token not in FUNCTION and token not in SAYING]
    if len(content) > _CONTENT or any(_telling(stretch.paragraph, i) for i in ours):
        return
    if is_bounded(stretch) or _leads(stretch, content):
        stretch.set_aside(list(ours), Difference.ATTRIBUTION)


def _said_otherwise(stretch: Stretch) -> None:
    """Set aside a verb of saying in place of another one: "said" and "added"."""
    paragraph, after = stretch.paragraph, stretch.gap.b1
    if len(stretch.ours) != 1 or len(stretch.theirs) != 1:
        return
    verbs = {*stretch.ours.values(), *stretch.theirs.values()}
    if not verbs <= VERBS:
        return
    # In Arabic the verb comes before who says so.
    first = min(verbs)[0] >= _ARABIC and begins_clause(paragraph, stretch.gap.b0)
    if first or begins_clause(paragraph, after) or paragraph.token(after) in FUNCTION:
        stretch.set_aside(list(stretch.ours), Difference.ATTRIBUTION, list(stretch.theirs))


def _leads(stretch: Stretch, content: list[int]) -> bool:
    """Tell whether the stretch leads to what is said, at the beginning: "the spokesman said", but not "Miller said"."""
    text, span = stretch.paragraph.text, stretch.paragraph.span
    if not text or not all(text[span(i)[0]].islower() for i in content):
        return False
    last = [token for _, token in sorted(stretch.ours.items())][-3:]
    return not stretch.theirs and stretch.gap.b0 <= 1 and not SAYING.isdisjoint(last) and not stretch.at_end


def _telling(side: Side, index: int) -> bool:
    """Tell whether a token is a number, a name, or turns a statement."""
    return (is_numeric(side.letters[index])) or is_capital(side, index) or side.token(index) in TURNING


def is_bounded(stretch: Stretch) -> bool:
    """Tell whether punctuation, or the paragraph's end, stands on either side of the stretch."""
    text, gap, span = stretch.paragraph.text, stretch.gap, stretch.paragraph.span
    if not text:
        return False
    start, end = span(gap.b0)[0], span(gap.b1 - 1)[1]
    before, after = text[max(0, start - _NEAR) : start].rstrip()[-1:], text[end : end + _NEAR].lstrip()[:1]
    return (stretch.at_start or before in _CLAUSE_END) and (stretch.at_end or after in _CLAUSE_END)


def agency(stretch: Stretch) -> None:
    """“(Reuters) -": who distributes the report."""
    ours, text, span = stretch.ours, stretch.paragraph.text, stretch.paragraph.span
    if stretch.theirs or not text or not ours or not all(token in AGENCIES for token in ours.values()):
        return
    before, after = text[: span(min(ours))[0]].rstrip()[-1:], text[span(max(ours))[1] :].lstrip()[:1]
    enclosed = before and before in _OPEN
    dashed = (stretch.at_start and after and after in _DASHES) or (stretch.at_end and before and before in _DASHES)
    if enclosed or dashed:
        stretch.set_aside(list(ours), Difference.ATTRIBUTION)


def label(stretch: Stretch) -> None:
    """“Title:", “Note:": the form of what follows, not its subject."""
    ours, text = stretch.ours, stretch.paragraph.text
    if not stretch.at_start or not text or not ours or stretch.gap.a0:
        return
    if not all(token in KEYS for token in (*ours.values(), *stretch.theirs.values())):
        return
    if text[stretch.paragraph.span(max(ours))[1] :].lstrip()[:1] in _COLONS:
        stretch.set_aside(list(ours), Difference.MARKER, list(stretch.theirs))


def replies(stretch: Stretch) -> None:
    """“12 thoughts on …": how many have replied to what is named."""
    if not stretch.at_start or REPLIES.isdisjoint(stretch.ours.values()):
        return
    text, span = stretch.paragraph.text, stretch.paragraph.span
    if not text or not all(token in REPLIES or token.isdigit() for token in stretch.theirs.values()):
        return
    found = _REPLIES_OVER.match(text)
    if found and plain(found.group(1).casefold()) in REPLIES and plain(found.group(2).casefold()) in FUNCTION:
        stretch.set_aside([i for i in stretch.ours if span(i)[1] <= found.end()], Difference.FURNITURE)


def furniture(stretch: Stretch) -> None:
    """“Read more”, “Share this”: what stands on buttons, at either end."""
    ours = stretch.ours
    if not (stretch.at_start or stretch.at_end) or not stretch.paragraph.text:
        return
    words = list(ours.values())
    written = "".join(words)
    alone = all(word in FURNITURE for word in stretch.theirs.values())
    if not (alone and len(words) > 1) and not (is_bounded(stretch) and (alone or len(words) > 1)):
        return  # "Top women" are not women
    if any(written == phrase for phrase in FURNITURE_PHRASES) or (
        any(word in FURNITURE and word not in FUNCTION for word in words)
        and all(word in FURNITURE or word in FUNCTION for word in words)
    ):
        stretch.set_aside(list(ours), Difference.FURNITURE)


def buttons(stretch: Stretch) -> None:
    """“Order now!", “Share on Facebook": what is asked of the reader of a text, at either end of it."""
    ours, paragraph = stretch.ours, stretch.paragraph
    size = len(paragraph.letters)
    edge = stretch.at_start or stretch.gap.b1 >= size - 1
    if not edge or not ours or not paragraph.text or size - len(ours) < _TEXT:
        return
    call = tuple(around(ours, paragraph, stretch.gap.b0, stretch.gap.b1).values())
    # "Act now", where the other one has another call that ends in "now".
    if stretch.gap.b1 == size - 1 and call[1:] in calls() and begins_clause(paragraph, min(ours)):
        stretch.set_aside(list(ours), Difference.FURNITURE)
    for run in runs(ours, by_first(calls)):
        if stretch.at_start or (stretch.at_end and begins_clause(paragraph, run[0])):
            stretch.set_aside(run, Difference.FURNITURE)
    _shares(stretch)


def _shares(stretch: Stretch) -> None:
    """Set aside names of networks in a row, at either end."""
    left = stretch.ours
    networks = sum(token in NETWORKS for token in left.values())
    shared = networks > 1 or (networks and any(token in FURNITURE for token in left.values()))
    if not shared or stretch.theirs or not (stretch.at_start or stretch.at_end):
        return
    common = [stretch.paragraph.token(i) for i in range(len(stretch.paragraph.letters)) if i not in left]
    beside = sum(token not in FURNITURE and token not in NETWORKS for token in common)
    if beside >= _TEXT and all(t in NETWORKS or t in FURNITURE or t in FUNCTION for t in left.values()):
        stretch.set_aside(list(left), Difference.FURNITURE)


def site(stretch: Stretch) -> None:
    """The name of a site after a title, behind a dash or a bar; or before it."""
    text, gap, span = stretch.paragraph.text, stretch.gap, stretch.paragraph.span
    if not text or stretch.theirs or not stretch.ours or not (stretch.at_end or stretch.at_start) or _speaks(stretch):
        return
    start, end = span(gap.b0)[0], span(gap.b1 - 1)[1]
    written = text[start:end]
    cased = written.upper() != written.lower()
    if len(stretch.ours) > _SITE if cased else len(written) > _SITE_CHARACTERS:
        return
    if not cased and stretch.at_end and not _names_a_site(written):
        return
    if (
        (
            stretch.at_end
            and _SIGN_BEFORE.search(text[max(0, start - _NEAR) : start])
            and text[end:].strip() in {"", ")", "]"}
        )
        or (stretch.at_start and not stretch.at_end and _SIGN_AFTER.match(text, end) and not cased)
        or (stretch.at_start and not stretch.at_end and _BAR_AFTER.match(text, end))
    ):
        stretch.set_aside(list(stretch.ours), Difference.FURNITURE)


def _names_a_site(written: str) -> bool:
    """Tell whether some words in a script without capitals, which shows no names, are the name of a site."""
    return any(written.startswith(s) or written.endswith(s) for s in SITES)


def _speaks(stretch: Stretch) -> bool:
    """Tell whether the stretch says what became of a thing, or is no name."""
    paragraph = stretch.paragraph
    for i, token in stretch.ours.items():
        start = paragraph.span(i)[0]
        first = paragraph.text[start]
        lower = first.islower() and token not in FUNCTION
        if is_numeric(paragraph.letters[i]) or token in STATUS or token in TURNING or lower:
            return True
    return False


def echo(stretch: Stretch) -> None:
    """A headline before its text, or the end of one, that has no word that the text has not."""
    gap, paragraph, witness = stretch.gap, stretch.paragraph, stretch.witness
    size = gap.b1 - gap.b0
    if gap.a0 != gap.a1 or not paragraph.text or not FEWEST <= size <= _HEADLINE or 2 * size > len(paragraph.letters):
        return
    before = in_front(paragraph.letters, gap)
    first = 0 if before else gap.b0
    if not before and not (stretch.at_end and paragraph.letters[gap.b0 : gap.b1] in witness.letters):
        return
    inner = size if before else first
    if _PARTING.isdisjoint(between(paragraph, inner)):
        return
    if any(_denies_otherwise(paragraph, i, witness) for i in range(first, first + size)):
        return
    letters = set(witness.letters)
    content = [i for i in range(first, first + size) if paragraph.token(i) not in FUNCTION]
    told = [i for i in content if paragraph.letters[i] not in letters]
    if len(content) >= _TOLD and (not told or (before and _in_other_forms(paragraph, told, witness))):
        stretch.set_aside(list(stretch.ours), Difference.ORDER)


def _denies_otherwise(side: Side, index: int, witness: Side) -> bool:
    """Return True if what turns a word of a headline does not turn it in the text, or the other way round."""
    turning = side.token(index) in TURNING
    if turning and index + 1 < len(side.letters):
        return side.letters[index : index + 2] not in witness.letters
    at = witness.letters.find(side.letters[index])
    if at < 1 or side.token(index) in FUNCTION or witness.token(at - 1) not in NEGATIONS:
        return turning
    return index == 0 or side.letters[index - 1] != witness.letters[at - 1]


def _in_other_forms(side: Side, some: list[int], other: Side) -> bool:
    """Tell whether another text has some words with other endings: a headline says "close", its text "closed"."""
    if any(is_numeric(side.letters[i]) or side.token(i) in TURNING for i in some):
        return False
    words = {plain(other.token(i)) for i in range(len(other.letters))}
    return all(any(_inflected(plain(side.token(i)), word) for word in words) for i in some)


def _inflected(one: str, other: str) -> bool:
    common = len(commonprefix((one, other)))  # noqa: RUF071 - characters are meant
    return common >= _STEM and max(len(one), len(other)) - common <= _ENDING
