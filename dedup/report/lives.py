"""The life of a paragraph for people (``--explain``): how it was read, compared, decided, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.report.columns import row
from dedup.report.explain import NEWS, REASONS, WAYS, quoted
from dedup.report.rule_names import NAMES
from dedup.report.summary import plural
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model.explanation import Standing
    from dedup.model.life import Candidate, GapLife, Life
    from dedup.report.columns import Piece
    from dedup.report.terminal import Stream, Style

MOST_GAPS = 12
"""Places in which two paragraphs differ that are told of one by one."""
_JOINED = {
    "wrapped": "{} lines that were hard-wrapped: each runs on in the next one",
    "blank": "{} lines between blank ones",
    "table": "{} rows of a table",
    "fence": "{} lines of a fenced block of code",
}
STAYS = {
    "new": "it says something new",
    "held": "held back: what is left would be read differently",
    "unsettled": "held back: the decisions about this document did not settle",
    "only": "it is the only paragraph of its document",
    "wordless": "it has no words",
    "short": "it has too few words to go by itself, and is in no repeated block",
    "exact": "only what has the same words goes (--exact)",
    "unique": "nothing before it has enough words in common with it",
    "unlike": "what is most like it is not like enough",
    "apart": "it is about something else, however similar",
    "source": "it is the first one of its words",
    "meant": "the repetition is taken for meant",
    "stray": "it repeats by itself what stands among other things",
    "heading": "it heads what is new",
    "rest": "what it would go with stays",
    "neighbours": "what stays beside it needs it",
    "fault": "an internal error; the document is kept as it is",
}
DETAILS = {
    "pieces": "what repeats is not of one piece",
    "form": "it is no text that follows on itself, no body of text, no menu",
    "series": "it is one of several made alike",
    "filled-in": "it is a form filled in otherwise",
    "cells": "it stands among the cells of a table",
    "subject": "it stands under a name, or in a section, of its own",
    "front-matter": "one of the two is in the front matter",
    "entry": "they are different entries of a list, or define different terms",
}


def render(life: Life, stream: Stream, width: int) -> str:
    """Return the life of a paragraph as lines with their ends; all foreign text in it is harmless."""
    rows = [_head(life, stream)]
    for label, pieces in _rows(life, bare=stream.color):
        rows.append(row(f"  {label}", pieces, width, stream))
    return "".join(rows)


def _head(life: Life, stream: Stream) -> str:
    place = stream.paint(sanitise(life.at.place), "place")
    lines = f", lines {life.at.line}-{life.last}" if life.last not in (None, life.at.line) else ""
    return f"{place}{lines}: paragraph {life.at.paragraph + 1:,} of {life.paragraphs:,}\n"


def _rows(life: Life, *, bare: bool) -> Iterator[tuple[str, list[Piece]]]:
    """Yield what is told, one label after the other; an empty label goes on with the one before.

    `bare`: colour marks words, and no brackets do.
    """
    mine, its = _marks(life)
    yield "text", _quote(life.text, mine, "added", bare=bare)
    yield "outcome", _outcome(life)
    if life.witness is not None:
        relation = "kept" if life.went and life.documents is None else "also" if life.went else "beside"
        there: list[Piece] = [(f"{sanitise(life.witness.place)}", "place"), (_number(life.witness), None)]
        if life.witness_text == life.text:
            there.append((": the same words", None))
        else:
            there += [(": ", None), *_quote(life.witness_text, its, "removed", bare=bare)]
        yield relation, there
        if life.others:
            yield "", [("and with it ", None), (", ".join(sanitise(one.place) for one in life.others), "place")]
    yield "read as", [(_split(life), None)]
    yield from _compared(life)
    yield from _rules(life, bare=bare)
    yield "change", [(_changes(life), None)]


def _marks(life: Life) -> tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]:
    """Return which words to mark in the paragraph and in its witness."""
    if life.witness is None or life.witness_text == life.text or life.others:
        return (), ()
    from dedup.report.word_marks import differing_words

    return differing_words(life.text, life.witness_text)


def _quote(text: str, marked: Sequence[tuple[int, int]], style: Style, *, bare: bool) -> list[Piece]:
    return [_mark(piece, style, bare=bare) if is_marked else (piece, None) for piece, is_marked in quoted(text, marked)]


def _mark(text: str, style: Style, *, bare: bool) -> Piece:
    sign = "+" if style == "added" else "-"
    return (text if bare else f"[{sign}{text}{sign}]"), style


def _outcome(life: Life) -> list[Piece]:
    if life.went:
        what = REASONS.get(life.reason, life.reason)
        if life.block:
            what += f" of {plural(life.block, 'paragraph')}"
        if life.documents is not None:
            what += f" that stands in {plural(life.documents, 'document')}"
        pieces: list[Piece] = [("goes", "removed"), (f": {what}{_ways(life)}", None)]
    else:
        what = STAYS.get(life.detail) or STAYS.get(life.reason, life.reason)
        if life.reason == "new" and life.pair is not None and life.pair.kinds:
            what += ": " + ", ".join(NEWS.get(kind, kind) for kind in life.pair.kinds)
        elif detail := DETAILS.get(life.detail):
            what += f": {detail}"
        elif life.reason == "source":
            what += f": {plural(int(life.detail), 'further paragraph')} of the same bytes"
        pieces = [("stays", "added"), (f": {what}", None)]
    if life.similarity is not None and life.coverage is not None:
        pieces.append((f" (similarity {life.similarity:.2f}, coverage {life.coverage:.2f})", None))
    if life.went_for_it:
        pieces.append((f"; {plural(life.went_for_it, 'paragraph')} {_goes(life.went_for_it)} for it", None))
    return pieces


def _goes(number: int) -> str:
    return "goes" if number == 1 else "go"


def _ways(life: Life) -> str:
    if life.pair is None or not life.pair.covered or not life.pair.kinds:
        return ""
    return "; differs in " + ", ".join(WAYS.get(kind, kind) for kind in life.pair.kinds)


def _number(at: Standing) -> str:
    return f", paragraph {at.paragraph + 1:,}"


def _split(life: Life) -> str:
    """Say how the document was split, and what the paragraph is."""
    how = f"--split {life.settings.split}: {plural(life.in_document, 'line')} with text are"
    how = how.replace("1 line with text are", "1 line with text is")
    text = f"{how} {plural(life.paragraphs, 'paragraph')}. This one is "
    text += _JOINED[life.why_joined].format(life.lines) if life.why_joined else "one line"
    least = f" (fewer than --min-words {life.settings.min_words})" if life.words < life.settings.min_words else ""
    text += f"; characters {life.start:,} to {life.end:,}; {plural(life.words, 'word')}{least}"
    return f"{text}; key {life.key}" if life.words else text


def _compared(life: Life) -> Iterator[tuple[str, list[Piece]]]:
    if not life.candidates:
        same = life.witness is not None and life.witness_text == life.text
        found = "found by its words, which are the same: nothing else was asked" if same else "with nothing"
        yield "compared", [(found, None)]
        return
    for number, one in enumerate(life.candidates):
        yield "compared" if number == 0 else "", _candidate(one, life.settings.threshold)
    if life.more:
        yield "", [(f"and {plural(life.more, 'more candidate')}", None)]


def _candidate(one: Candidate, threshold: float) -> list[Piece]:
    """Say what came of a candidate."""
    text = _number(one.at)
    if one.votes is not None:
        text += f", {plural(one.votes, 'run')} of words in common"
    if one.went:
        text += ", which goes itself"
    if one.same:
        text += ": the same words"
    elif one.apart:
        text += f": {DETAILS.get(one.apart, one.apart)}"
    elif one.pair is not None:
        pair = one.pair
        if not (pair.similarity or pair.covered):
            text += f": too little in common for --threshold {threshold:g}"
        else:
            text += f": similarity {pair.similarity:.2f}, coverage {pair.coverage:.2f}: "
            text += "says all of it" if pair.covered else _lacks(pair.gaps, pair.kinds)
        if not one.compared:
            text += "; not asked: it was decided by then, or it is too short"
    return [(sanitise(one.at.place), "place"), (text, None)]


def _lacks(gaps: Sequence[GapLife], kinds: Sequence[str]) -> str:
    if not any(gap.new for gap in gaps):
        return "not similar enough"
    return "does not say all of it: " + ", ".join(NEWS.get(kind, kind) for kind in kinds)


def _rules(life: Life, *, bare: bool) -> Iterator[tuple[str, list[Piece]]]:
    """Yield what each rule said about the differences to the witness."""
    if life.pair is None:
        return
    gaps = life.pair.gaps
    for number, gap in enumerate(gaps[:MOST_GAPS]):
        yield "rules" if number == 0 else "", list(_gap(gap, bare=bare))
    if len(gaps) > MOST_GAPS:
        yield "", [(f"and {plural(len(gaps) - MOST_GAPS, 'more difference')}", None)]


def _gap(gap: GapLife, *, bare: bool) -> Iterator[Piece]:
    if gap.words:
        yield _mark(_short(gap.words), "added", bare=bare)
    if gap.words and gap.beside:
        yield " ", None
    if gap.beside:
        yield _mark(_short(gap.beside), "removed", bare=bare)
    said = [
        f"{NAMES.get(one.rule, one.rule)} ({_pair(one.words, one.beside)})"
        if len(gap.ignored) > 1
        else NAMES.get(one.rule, one.rule)
        for one in gap.ignored
    ]
    if gap.new:
        new = f"new is {', '.join(_short(word) for word in gap.new)}" if gap.words else "it is missed here"
        said.append(f"{new} ({', '.join(NEWS.get(kind, kind) for kind in gap.kinds)})")
    elif not gap.words:
        said.append("less, which is no news")
    elif not said or ("grammar" in gap.kinds and not any(one.rule == "agreement" for one in gap.ignored)):
        said.append("words of grammar")
    yield f": {'; '.join(said)}", None


def _pair(words: str, beside: str) -> str:
    return " for ".join(_short(one) for one in (words, beside) if one)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return sanitise(text if len(text) <= 60 else f"{text[:57]}…")  # noqa: PLR2004 - about a line


def _changes(life: Life) -> str:
    """Say what would change it."""
    would = "it would stay" if life.went else "it would go"
    said = []
    options = [change.option for change in life.changes]
    if options:
        sure = "tried on this document" if life.changes[0].tried else "as far as these two go"
        said.append(f"with {_listed(options)} {would} ({sure})")
    elif life.changes_tried:
        said.append("no other threshold, guard, split or number of words that was tried changes it")
    else:
        said.append("other settings were not tried")
    if not life.went and life.reason == "new" and life.pair is not None:
        new = [word for gap in life.pair.gaps for word in gap.new if gap.words]
        if new:
            said.append(f"what keeps it is new: {', '.join(_short(word) for word in new[:MOST_GAPS])}")
    if life.settings.scope == "document" and life.reason in ("unique", "only", "unlike"):
        said.append("--scope corpus compares it with other documents as well")
    return "; ".join(said)


def _listed(options: Sequence[str]) -> str:
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"
