"""Outlines: how the paragraphs of a document look to one another."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from dedup.model.decisions import without
from dedup.resolve.outline import Outline
from dedup.text.paragraphs import regions, split

_LINES = st.sampled_from(
    [
        "# Die Fähre",
        "The ferry",
        "-----",
        "=====",
        "1.F.",
        "1.F.1 The ferry leaves at noon.",
        "1. Anfang",
        "2) Ende;",
        "- Reis, Öl,",
        "• 米と油",
        "第3条",
        "| Port | Hour |\n| ---- | ---- |",
        "**Половина",
        "конец**",
        "NOTICE TO ALL",
        "The boat that we took across the sound last winter was late, and",
        "so were we.",
        "يغادر القارب عند الظهر.",
        "Price: 12.50",
        "12.50",
        "...",
    ]
)


@given(st.lists(_LINES, min_size=1, max_size=12), st.sampled_from(["\n", "\n\n", "\r\n"]), st.data())
def test_what_is_left_looks_as_if_it_were_read_again(lines: list[str], end: str, data: st.DataObject) -> None:
    """Whatever goes: what was found out about the others holds, and what depends on those beside them is new."""
    text = end.join(lines)
    spans = [list(span) for span in split(text, "line")]
    gone = data.draw(st.sets(st.integers(0, len(spans) - 1)))
    cut = regions(text, spans, sorted(gone))
    left = without(text, cut)
    stay = [number for number in range(len(spans)) if number not in gone]
    new = [list(span) for span in split(left, "line")]
    # Else it is held back: of two tables that touch then, one is made.
    assume([left[slice(*span)] for span in new] == [text[slice(*spans[number])] for number in stay])
    whole = Outline.of(text, spans)
    rest, again = whole.of_rest(left, new, stay), Outline.of(left, new)
    assert len(rest) == len(again) == len(stay)
    for name in ("numbers", "bodies", "forms", "levels", "underlined", "series", "halves", "wrapped"):
        assert getattr(rest, name) == getattr(again, name), name
    for place in range(len(rest.numbers)):
        assert rest.has_words(place, 8) == again.has_words(place, 8)
        assert rest.is_prose(place) == again.is_prose(place)
