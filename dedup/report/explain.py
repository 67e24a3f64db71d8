"""Explanations for ``-v``: what went and for which kept paragraph, and what stays because it says something new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from dedup.report.summary import plural
from dedup.report.terminal import Stream, sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.model.explanation import Explanation

Sign: TypeAlias = Literal["+", "-"]
Spans: TypeAlias = "Sequence[tuple[int, int]]"

SNIPPET = 120
"""Characters of a paragraph that are quoted, unless new words stand further on."""
AROUND = 30
"""Characters quoted on either side of a new word."""
MOST = 1000
"""Characters of a paragraph that are quoted at most, however many words are new."""
_PLAIN = Stream()

REASONS = {
    "exact": "an exact repeat",
    "near": "a near-duplicate",
    "block": "part of a repeated block",
    "boilerplate": "boilerplate",
}

WAYS = {
    "spelling": "spelling",
    "format": "the form of a number",
    "marker": "a marker",
    "grammar": "grammar",
    "attribution": "who says so",
    "furniture": "page furniture",
    "truncation": "a word cut short",
    "markup": "markup",
    "order": "the order of words",
    "less": "words left out",
}
NEWS = {"number": "a number", "name": "a name", "turn": "a negation or the like", "words": "words"}


def render(explanation: Explanation, stream: Stream) -> str:
    """Return an explanation as a few lines, each with its line end; all foreign text in it is harmless."""
    place = stream.paint(sanitise(explanation.at.place), "place")
    witness_place = stream.paint(sanitise(explanation.beside.place), "place")
    figures = _figures(explanation)
    own: Spans = explanation.new
    its: Spans = ()
    if explanation.removed:
        what = stream.paint("removed", "removed")
        # Of boilerplate no copy stays: the witness is only another one.
        relation = "kept" if explanation.documents is None else "also"
        head = f"{place}: {what}, {reason_of(explanation)}"
        own, its = own_words(explanation)
    elif explanation.reason == "held":
        what = stream.paint("kept", "added")
        head, relation = f"{place}: {what}, held back: what is left would be read differently ({figures})", "beside"
    else:
        what = stream.paint("kept", "added")
        news = _kinds(": ", explanation.kinds, NEWS)
        head, relation = f"{place}: {what}, it says something new{news} ({figures})", "beside"
    lines = [head, f"    {quote(explanation.text, own, stream)}"]
    if explanation.witness == explanation.text:
        lines.append(f"    {relation}: {witness_place}, the same words")
    else:
        witness = stream.paint(quote(explanation.witness, (), _PLAIN), "faint")
        if its:
            witness = quote(explanation.witness, its, stream, "-")
        lines.append(f"    {relation}: {witness_place}: {witness}")
    return "\n".join(lines) + "\n"


def reason_of(gone: Explanation) -> str:
    """Return why a paragraph went, and how it compares with its witness."""
    reason = REASONS.get(gone.reason, sanitise(gone.reason))
    if gone.documents is not None:
        reason += f" that stands in {plural(gone.documents, 'document')}"
    return f"{reason} ({_figures(gone)}{_kinds('; differs in ', gone.kinds, WAYS)})"


def own_words(gone: Explanation) -> tuple[Spans, Spans]:
    """Return which words only a paragraph that went has, and which only its witness; none that anything hangs on.

    Only where the two were aligned: not where several witnesses cover it together.
    """
    if not gone.kinds or gone.together:
        return (), ()
    from dedup.report.word_marks import differing_words  # numpy

    return differing_words(gone.text, gone.witness)


def _figures(explanation: Explanation) -> str:
    return f"similarity {explanation.similarity:.2f}, coverage {explanation.coverage:.2f}"


def _kinds(before: str, names: Sequence[str], known: Mapping[str, str]) -> str:
    """Return kinds of difference for people, behind some words; nothing where there are none."""
    return before + ", ".join(known.get(name, name) for name in names) if names else ""


def quote(text: str, new: Sequence[tuple[int, int]], stream: Stream, sign: Sign = "+") -> str:
    """Quote a paragraph on one line, shortened where it is long, with the words in the spans `new` marked.

    By their colour, or between brackets with a sign: ``+`` for what this paragraph has and the other one has not,
    ``-`` in the other one.

    Each marked word is quoted with what stands around it; where something is left out there is an ellipsis.
    """
    return "".join(_marked(piece, stream, sign) if is_new else piece for piece, is_new in quoted(text, new))


def quoted(text: str, marked: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Return what `quote` quotes, in pieces that are harmless, each with whether it is marked."""
    parts: list[tuple[str, bool]] = []
    at = 0
    for start, end in _windows(len(text), marked):
        if start > at:
            parts.append(("… " if at == 0 else " … ", False))
        parts += _stripped(list(_pieces(text, start, end, marked)))
        at = end
    if at < len(text):
        parts.append((" …", False))
    return [(piece, is_marked) for piece, is_marked in parts if piece]


def _windows(length: int, new: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans of a text to quote, in order, none touching another."""
    if not new or length <= SNIPPET:
        return [(0, min(length, SNIPPET))]
    merged: list[tuple[int, int]] = []
    for start, end in [(0, min(length, AROUND)), *((max(0, s - AROUND), min(length, e + AROUND)) for s, e in new)]:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    clipped, room = [], MOST
    for start, end in merged:
        if room > 0:
            clipped.append((start, min(end, start + room)))
            room -= end - start
    return clipped


def _stripped(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Return pieces without spaces at the beginning and at the end; what is marked stays as it is."""
    (first, is_marked), *rest = pieces
    out = [(first if is_marked else first.lstrip(" "), is_marked), *rest]
    last, is_marked = out[-1]
    out[-1] = (last if is_marked else last.rstrip(" "), is_marked)
    return out


def _pieces(text: str, start: int, end: int, new: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = start
    for s, e in new:
        if e <= start or s >= end:
            continue
        first, last = max(s, start), min(e, end)
        yield _one_line(text[at:first]), False
        yield _one_line(text[first:last]), True
        at = last
    yield _one_line(text[at:end]), False


def _one_line(text: str) -> str:
    """Fold runs of white space, which may hold line ends, into one space each, and make the rest harmless."""
    words = " ".join(text.split())
    before = " " if text[:1].isspace() else ""
    after = " " if words and text[-1:].isspace() else ""
    return sanitise(before + words + after)


def _marked(text: str, stream: Stream, sign: Sign) -> str:
    if not stream.color:
        return f"[{sign}{text}{sign}]"
    return stream.paint(text, "added" if sign == "+" else "removed")
