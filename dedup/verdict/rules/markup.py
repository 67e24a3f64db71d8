"""Rules about markup and addresses: targets of links, tracking parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.phrases import LOCALES
from dedup.language.wordlists import ENTITIES, LINKS
from dedup.text.token_chars import is_numeric

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext, Paragraph


_FAR = 2000
"""Characters before and after a gap in which a link or a tag begins and ends."""

# Neither part may hold its own beginning: what is opened again and again, and never closed, is looked at once.
_TAG = re.compile(r"\s*<[^<>]*>\s*")
_TARGET = re.compile(r"\]\((?:[^)\]]|\](?!\())*\)|<[^<>]*>|\[\d{1,3}\]|&\w+;")


def markup(context: GapContext) -> None:
    """What readers do not see: targets of links whose text the witness has, tags, entities; but for their numbers.

    What is nothing but a tag is a text about tags, and seen.
    """
    text, span = context.candidate.text, context.candidate.span
    if not text or not any(sign in text for sign in "[<&") or _TAG.fullmatch(text):
        return
    low, high = span(context.gap.candidate_start)[0] - _FAR, span(context.gap.candidate_end - 1)[1] + _FAR
    places = {i: span(i)[0] for i in context.candidate_words if not is_numeric(context.candidate.chars[i])}
    if context.gap.witness_start < context.gap.witness_end or (
        len(context.candidate_words) > 1 and LINKS.isdisjoint(context.candidate_words.values())
    ):
        places = {i: start for i, start in places.items() if context.candidate_words[i] in ENTITIES}
    for found in _TARGET.finditer(text, max(low, 0), high) if places else ():
        context.ignore_tokens([i for i, at in places.items() if found.start() < at < found.end()])


_IMAGE = re.compile(r"!\[(?P<alt>[^][\n]*)\]\((?P<directory>[^)[\s]*/)(?P<name>[^)[\s/]+)")
"""An image, by what it shows and where it is."""

_SHOWN = 12
"""Characters of what an image is said to show, at least: "logo" may be any."""


def image_path(context: GapContext) -> None:
    """The directory of an image that both call the same, and have under one name in another directory."""
    text, other, span = context.candidate.text, context.witness.text, context.candidate.span
    if not context.witness_words or "![" not in text or "![" not in other:
        return
    low = max(span(context.gap.candidate_start)[0] - _FAR, 0)
    images = {(found["alt"], found["name"]): found for found in _IMAGE.finditer(other)}
    for found in _IMAGE.finditer(text, low, span(context.gap.candidate_end - 1)[1] + _FAR):
        same = images.get((found["alt"], found["name"]))
        if same is None or len(found["alt"]) < _SHOWN:
            continue
        ours = _within(context.candidate, list(context.candidate_words), found)
        context.ignore_tokens(ours, _within(context.witness, list(context.witness_words), same) if ours else ())


def _within(paragraph: Paragraph, some: list[int], image: re.Match[str]) -> list[int]:
    """Return those of some tokens that stand in the directory of an image, but for numbers."""
    start, end = image.span("directory")
    return [i for i in some if start <= paragraph.span(i)[0] < end and not is_numeric(paragraph.chars[i])]


_TRACKED = re.compile(r"[?&]utm_\w+=[^&\s)#\]]*")
"""Who has sent the reader."""

_ADDRESS = re.compile(r"https?://[^\s)\]>\"]+")

_LOCALE = re.compile(
    r"(?:[?&](?:hl|gl|lang|locale|language)=(?:[A-Z]{2}|[a-z]{2}(?:[-_][A-Za-z]{2})?)|/[a-z]{2}(?:[-_][A-Za-z]{2})?)"
    r"(?=[/&#?]|\Z)"
)
"""In which language, and for which country."""


def _localised(context: GapContext) -> None:
    """Ignore what an address says of the reader's language and country, where the witness has an address, too."""
    span = context.candidate.span
    codes = {i: span(i)[0] for i, token in context.candidate_words.items() if token in LOCALES}
    if not codes or not all(token in LOCALES or token in LINKS for token in context.witness_words.values()):
        return
    low, high = min(codes.values()), max(codes.values())
    for address in _ADDRESS.finditer(context.candidate.text):
        if address.end() <= low or address.start() > high:
            continue
        for found in _LOCALE.finditer(address.group()):
            start, end = address.start() + found.start(), address.start() + found.end()
            context.ignore_tokens([i for i, at in codes.items() if start < at < end], list(context.witness_words))


def address(context: GapContext) -> None:
    """The scheme of an address, and who has sent the reader there."""
    text, span = context.candidate.text, context.candidate.span
    if not text or not ("://" in text or "www." in text or "utm_" in text):
        return
    schemes = [
        i for i, t in context.candidate_words.items() if t in LINKS and text[span(i)[1] : span(i)[1] + 1] in {":", "."}
    ]
    context.ignore_tokens(schemes, [j for j, token in context.witness_words.items() if token in LINKS])
    _localised(context)
    for found in _TRACKED.finditer(text) if "utm_" in text else ():
        inside = [i for i in context.candidate_words if found.start() < span(i)[0] < found.end()]
        context.ignore_tokens([i for i in inside if not is_numeric(context.candidate.chars[i])])
