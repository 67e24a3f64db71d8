"""What the native kernels leave out, the Python, which is the specification, finds nothing in; and nothing else is."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.model.decisions import Decision
from dedup.model.settings import Settings
from dedup.native import kernels
from dedup.resolve.document import decide, screen
from dedup.text.utf8_paragraphs import encoded
from tests.support import strategies

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.skipif(kernels.native() is None, reason="the native kernels are not at work")

PIECES = st.sampled_from(
    [
        *"ab cdeⅧé字กก็की-+#<=*|`_~\t\x1c\x1f\u200b\u00ad\ufeff\0",
        "\ud83d",
        "\udcff",
        "e\u0301",
        "ﬁ",
        "ｶﾞ",
        "Å",
        "한",
        "한",
    ]
)
WORDS = st.builds(
    lambda seed, script, number: strategies.SCRIPTS[script].gap.join(
        strategies.sentence_words(random.Random(seed), script, number)  # noqa: S311 - not for secrets
    ),
    st.integers(0, 3),
    st.sampled_from(sorted(strategies.SCRIPTS)),
    st.integers(1, 20),
)
PARAGRAPHS = st.one_of(WORDS, WORDS, st.lists(PIECES, max_size=12).map("".join), st.sampled_from(["", " ", "Ads", "7"]))
DOCUMENTS = st.builds(
    lambda some, ends: "".join(one + end for one, end in zip(some, [*ends, *[""] * len(some)], strict=False)),
    st.lists(PARAGRAPHS, max_size=8),
    st.lists(st.sampled_from(strategies.ENDS), max_size=8),
)
SETTINGS = st.builds(
    Settings,
    split=st.sampled_from(["auto", "line", "blank"]),
    threshold=st.sampled_from([0.5, 0.7, 0.8, 0.95]),
    min_words=st.sampled_from([1, 3, 8]),
    exact=st.booleans(),
)
FOX = "the quick brown fox jumps over the lazy dog and runs away"


def by_python(texts: Sequence[str], settings: Settings) -> tuple[list[Decision], set[int]]:
    """Return what is decided without the kernels, and which documents were resolved."""
    asked = set[int]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernels.VARIABLE, "0")
        found = [decide.decide([text], settings)[0] for text in texts]
        for number, text in enumerate(texts):

            def noted(*_: Any, number: int = number, **__: Any) -> Decision:
                asked.add(number)
                return Decision(0)

            patch.setattr(decide, "resolve", noted)
            decide.decide([text], settings)
    return found, asked


def check_screened(texts: Sequence[str], settings: Settings) -> list[bool]:
    """Check that nothing is left out in which something is found; return what is left in."""
    found = screen.screen(encoded(texts), settings)
    decisions, asked = by_python(texts, settings)
    worth: list[bool] = found.worth.tolist()
    for number, decision in enumerate(decisions):
        if not worth[number]:
            assert number not in asked, texts[number]
            assert decision == Decision(int(found.paragraphs[number]))
    return worth


@given(st.lists(DOCUMENTS, max_size=5), SETTINGS)
@example(["", "\n", " \n\u200b", "\x1c" * 70, "\u200b" * 70, "a\r\r\nb"], Settings())
def test_nothing_is_left_out_that_python_would_resolve(texts: list[str], settings: Settings) -> None:
    """In any script, whatever stands between paragraphs, and with any of the settings that are asked about."""
    check_screened(texts, settings)


def test_every_character_is_counted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a text is nothing but one, or many of it."""
    codes = [
        *range(0x3100),
        *range(0xD7F0, 0xE010),
        *range(0xFE00, 0x10000),
        *range(0x1F300, 0x1F400),
        0xE0001,
        0x10FFFF,
    ]
    texts = [chr(code) * number for code in codes for number in (1, 70)]
    found = screen.screen(encoded(texts), Settings())
    monkeypatch.setenv(kernels.VARIABLE, "0")
    counts = [decision.paragraphs for decision in decide.decide(texts, Settings())]
    screened = zip(found.paragraphs.tolist(), found.worth.tolist(), counts, strict=True)
    assert all(worth or paragraphs == count for paragraphs, worth, count in screened)


def test_few_documents_are_left_in() -> None:
    """Those in which a long paragraph, or several short ones, or a good part of a long one, stand again."""
    rest = "a sentence that nobody has read before it was written here"
    texts = [
        FOX,
        f"{FOX}\n\n{rest}",
        f"{FOX}\n\n{rest}\n\n{FOX}",
        f"{FOX}\n\n{rest}\n\nand {FOX.upper()}!",
        f"{FOX}\n\nmore about the lazy dog, that nobody has read before it was written here",
        f"Ads\n\n{FOX}\n\nAds\n\n{rest}\n\nAds",
        f"Ads\n\n{FOX}\n\nAds\n\n{rest}\n\nAds\n\nAds",
    ]
    assert check_screened(texts, Settings()) == [False, False, True, True, False, False, True]
    assert check_screened(texts, Settings(exact=True)) == [False, False, True, False, False, False, True]


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.95])
def test_the_same_share_is_asked_for(threshold: float) -> None:
    """Of paragraphs of any length, as many shingles as Python asks for, and not one more or less."""
    settings = Settings(threshold=threshold)
    words = strategies.sentence_words(random.Random(1), "latin", 60)  # noqa: S311 - not for secrets
    first = " ".join(words[:30])
    texts = [
        f"{first}\n\n{' '.join([*words[:common], *words[30 : 30 + size - common]])}"
        for size in range(6, 25)
        for common in range(size + 1)
    ]
    _, asked = by_python(texts, settings)
    assert [number for number, worth in enumerate(check_screened(texts, settings)) if worth] == sorted(asked)


@pytest.mark.parametrize("raises", [False, True])
def test_documents_are_decided_about_as_without_the_kernels(raises: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """All of them, of which many are screened at once, and where screening raises."""
    rng = random.Random(7)  # noqa: S311 - not for secrets
    scripts = sorted(strategies.SCRIPTS)
    texts = []
    for number in range(40):
        script = scripts[number % len(scripts)]
        gap = strategies.SCRIPTS[script].gap
        some = [gap.join(strategies.sentence_words(rng, script, 20)) for _ in range(5)]
        texts.append("\n\n".join([*some, some[0]] if number % 3 == 0 else some))
    expected, _ = by_python(texts, Settings())
    monkeypatch.setattr(screen, "FEWEST", 1)
    monkeypatch.setattr(screen, "BATCH", 2000)
    if raises:
        monkeypatch.setattr(screen, "split_encoded", lambda *_: 1 / 0)
    left = screen.paragraphs_alone(texts, Settings())
    assert [count is None for count in left] == [raises or number % 3 == 0 for number in range(40)]
    assert decide.decide(texts, Settings()) == expected
    assert any(decision.removals for decision in expected)
