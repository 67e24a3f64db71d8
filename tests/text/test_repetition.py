"""How much repeats: by what each measure says, and the same sums however they are added up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.repetition import LIMITS, MEASURES, BeforeAfter, Repetition, Share
from dedup.text.repetition import repetition

LINES = st.lists(
    st.sampled_from(["", " ", "One. Two. Three.", "One.", "Two", "一つ。二つ。三つ。", "four five", "\t"]), max_size=12
)


def test_lines_and_their_characters_are_counted_from_the_second_time_on() -> None:
    found = repetition("aaaa\nbb\naaaa\n\n  aaaa \ncc")
    assert found.lines == Share(2, 5)
    assert found.line_characters == Share(8, 16)


def test_a_paragraph_is_what_blank_lines_set_off() -> None:
    found = repetition("one\ntwo\n \t\nthree\n\n\none\ntwo\n")
    assert found.paragraphs == Share(1, 3)
    assert found.paragraph_characters == Share(7, 19)
    assert found.lines == Share(2, 5)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("A b. C d. E f. A b. C d. E f.", 12),
        ("A b. C d. E f. G h. A b. C d. X y.", 0),
        ("A b. C d. E f. A b. C d. E f. A b. C d. E f.", 24),
        ("A b.\nC d.\nE f.\nG h.\nA b. C d. E f. G h.", 16),
        ("さん。よん。ご。さん。よん。ご。", 8),
        ('He said "No." It is 3.5 km. Go! He said "No." It is 3.5 km. Go!', 29),
        ("Is it? It is… So. Is it? It is… So.", 15),
    ],
)  # fmt: skip
def test_spans_of_three_sentences_repeat(text: str, inside: int) -> None:
    """Each sentence that is in a repeated span counts once, however many such spans it is in."""
    assert repetition(text).span_characters.repeated == inside


@given(LINES)
def test_a_share_is_one(lines: list[str]) -> None:
    """Nothing repeats more than there is; what stands there twice repeats to one half, at the least, of its lines."""
    text = "\n".join(lines)
    found = repetition(text)
    for share in found:
        assert 0 <= share.repeated <= share.whole
    twice = repetition(f"{text}\n\n{text}")
    assert twice.lines.repeated * 2 >= twice.lines.whole
    assert twice.paragraphs.repeated * 2 >= twice.paragraphs.whole


@given(st.lists(LINES, max_size=6), st.integers(0, 6))
def test_sums_do_not_depend_on_how_they_are_added_up(documents: list[list[str]], cut: int) -> None:
    """Workers count some documents each, and the sum is that of all."""
    texts = ["\n".join(lines) for lines in documents]
    whole, parts = Repetition(), (Repetition(), Repetition())
    for number, text in enumerate(texts):
        whole.take(repetition(text))
        parts[number >= cut].take(repetition(text))
    parts[0].add(parts[1])
    assert (parts[0].documents, parts[0].repeated, parts[0].whole, parts[0].above) == (
        whole.documents,
        whole.repeated,
        whole.whole,
        whole.above,
    )
    assert parts[0].shares == pytest.approx(whole.shares)
    assert whole.documents == sum(bool(text.strip()) for text in texts)
    for measure in MEASURES:
        assert 0 <= whole.mean(measure) <= 1
        assert 0 <= whole.pooled(measure) <= 1


def test_a_document_is_above_a_limit_and_not_at_it() -> None:
    """Three lines of ten are what Gopher lets pass."""
    found = BeforeAfter()
    found.before.take(repetition("\n".join("aaabcdefgh")))  # two repeat
    found.before.take(repetition("\n".join("aaaabcdefg")))  # three
    found.before.take(repetition("\n".join("aaaaabcdef")))  # four
    above = dict(zip(LIMITS, found.before.above, strict=True))
    assert {(limit.source, limit.measure): number for limit, number in above.items()} == {
        ("Gopher", "lines"): 1,
        ("Gopher", "paragraphs"): 0,
        ("Gopher", "line_characters"): 2,
        ("Gopher", "paragraph_characters"): 0,
        ("FineWeb", "line_characters"): 3,
        ("C4", "span_characters"): 2,
    }
