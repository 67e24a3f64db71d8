"""Scope ``document`` decides by the native kernels as it does without them, and tells and counts the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.candidates.votes import Pairs
from dedup.fingerprint.native_batch import kernels_with
from dedup.fingerprint.native_words import native_words
from dedup.model.settings import Settings
from dedup.native import kernels
from dedup.resolve.document import decide, screen
from dedup.resolve.document.settled import surely_new
from dedup.shingling import tokenise
from dedup.text.token_chars import decode_chars, encode_tokens
from dedup.text.utf8_paragraphs import encoded, split_encoded
from dedup.verdict.batch import native_sieve
from dedup.verdict.compare import compare
from dedup.verdict.gap import Paragraph
from tests.fingerprint.test_native import ANY, ODD, WORDS
from tests.support import strategies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model.decisions import Decision
    from dedup.shingling import Words

pytestmark = pytest.mark.skipif(kernels.native() is None, reason="the native kernels are not at work")


@pytest.fixture(autouse=True)
def always() -> Iterator[None]:
    """Use the kernels and the sieve however little there is to do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screen, "FEWEST", 0)
        patch.setattr(native_sieve, "_FEWEST", 0)
        yield


def without(texts: Sequence[str], asked: Settings, *, explain: bool) -> list[Decision]:
    """Return what is decided without the kernels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernels.VARIABLE, "0")
        return decide.decide(texts, asked, explain=explain)


@given(st.lists(st.one_of(ODD, ANY, WORDS, strategies.documents()), max_size=8).map("\n".join))
def test_words_and_their_places_are_the_same(text: str) -> None:
    """Of every paragraph that is not to be read in another form; those are named."""
    data, _ = both = encoded([text])
    found = split_encoded(both, "auto")
    expected = tokenise(text, found.spans[:, 0], found.spans[:, 1])
    words = native_words(text, data, found.edges)
    if isinstance(words, list):
        assert words == sorted(set(words))
        assert set(words) <= set(range(len(found.edges)))
        return
    for name in ("hashes", "numeric", "offsets"):
        assert np.array_equal(getattr(words, name), getattr(expected, name)), name
    places = range(len(words.hashes))
    assert [(words.span(i), words.token(i)) for i in places] == [(expected.span(i), expected.token(i)) for i in places]


def test_most_paragraphs_are_not_left_to_python() -> None:
    """In any script, and with signs that are compared in another form."""
    text = "\n".join([*strategies.sample(3, 40), "Rh＋ and C＃, ＜5 °C, −7, x – y, ★★ ~ 3"])
    data, _ = both = encoded([text])
    found = split_encoded(both, "line")
    plain = [native_words(text, data, edges[None]) for edges in found.edges]
    assert sum(not isinstance(words, list) for words in plain) > 0.7 * len(plain)
    (last,) = [words for words in plain[-1:] if not isinstance(words, list)]
    tokens = [last.token(i) for i in range(len(last.hashes))]
    assert tokens == ["rh", "+", "and", "c", "#", "<", "5", "°", "c", "-", "7", "x", "y", "★", "★", "3"]


@settings(max_examples=60)
@given(
    st.lists(st.one_of(strategies.documents(), strategies.raw_texts()), max_size=4),
    strategies.settings(),
    st.booleans(),
)
def test_decisions_are_the_same(texts: list[str], asked: Settings, explain: bool) -> None:  # noqa: FBT001 - drawn
    """With what is counted and explained, of any documents with any settings."""
    assert decide.decide(texts, asked, explain=explain) == without(texts, asked, explain=explain)


def test_decisions_on_many_are_the_same() -> None:
    """At once, and each by itself."""
    texts = strategies.sample(23, 120)
    expected = without(texts, Settings(), explain=False)
    assert sum(len(decision.removals) for decision in expected) > 100
    assert sum(decision.comparisons for decision in expected) > 100
    assert decide.decide(texts, Settings()) == expected
    assert [decide.decide([text], Settings())[0] for text in texts] == expected


def paragraph(words: Words, number: int, text: str, begin: int) -> Paragraph:
    """Return a paragraph, which begins at a place of its document, as the rules take it."""
    low, high = words.offsets[number : number + 2].tolist()
    chars = decode_chars(encode_tokens(words.hashes[low:high], words.numeric[low:high]).astype("<u4").tobytes())
    return Paragraph(
        chars,
        words.hashes[low:high].tobytes(),
        lambda i: words.token(low + i),
        text,
        lambda i: (words.span(low + i)[0] - begin, words.span(low + i)[1] - begin),
        lambda: [words.token(i) for i in range(low, high)],
    )


@pytest.mark.parametrize("guard", ["strict", "numbers", "off"])
def test_what_is_settled_the_rules_do_not_cover(guard: str) -> None:
    """Of all pairs of paragraphs in documents that were made to repeat; and much is settled."""
    asked = Settings(guard=guard, threshold=0.6)  # type: ignore[arg-type]
    settled = number = 0
    for text in strategies.sample(41, 25, most=8):
        found = split_encoded(encoded([text]), "line")
        starts, ends = found.spans.T
        words = tokenise(text, starts, ends)
        bodies = [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        sizes = np.diff(words.offsets)
        later, earlier = (
            np.array([(a, b) for a in range(len(bodies)) for b in range(a) if sizes[a] and sizes[b]], np.int64)
            .reshape(-1, 2)
            .T
        )
        new = surely_new(Pairs(later, earlier, np.ones_like(later)), words, bodies.__getitem__, asked)
        settled, number = settled + int(new.sum()), number + len(new)
        for copy, source in zip(later[new].tolist(), earlier[new].tolist(), strict=True):
            one, other = (paragraph(words, at, bodies[at], int(starts[at])) for at in (source, copy))
            assert not compare(one, other, asked).covered
    assert settled > number / 2


@given(st.binary(max_size=60))
def test_bytes_that_are_no_utf8_harm_nothing(data: bytes) -> None:
    """They are nothing that Python would hand over; something is computed, and within bounds."""
    module = kernels.native()
    assert module is not None
    made = kernels_with(kernels.instructions())
    edges = bytes(8) + len(data).to_bytes(8, "little")
    hashes, numeric, places, counts, _ = module.placed_tokens(made, data, edges)
    assert (len(places), len(hashes), len(counts)) == (16 * len(numeric), 8 * len(numeric), 8)
    assert all(0 <= place <= len(data) for place in np.frombuffer(places, "<u8").tolist())


def test_what_does_not_fit_is_refused() -> None:
    """The boundary does not trust its caller: an exception, and nothing worse."""
    module = kernels.native()
    assert module is not None
    made = kernels_with(kernels.instructions())
    one, two, none = ((number).to_bytes(8, "little") for number in (1, 2, 0))
    for edges in (one, one + none, none + one * 2, one + two * 2, none + two + none):
        with pytest.raises(ValueError, match="not within"):
            module.placed_tokens(made, b"a", edges)
    odd, plain = made.tokens(b"\xcc\x81", none + two), made.tokens(b"a", none + one)
    with pytest.raises(ValueError, match="not there"):
        module.repeating(odd, one, 8, 3, None)
    for counts, voting in ((none, None), (two, None), (b"\xff" * 8 + two, None), (one, (0, 0.3, 9)), (one[1:], None)):
        with pytest.raises(ValueError, match=r"paragraphs|array"):
            module.repeating(plain, counts, 8, 3, voting)
    assert module.repeating(plain, one, 0, 0, (1, float("nan"), 9)) in (b"\0", b"\1")
