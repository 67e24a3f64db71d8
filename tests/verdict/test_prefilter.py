"""What is seen of many pairs at once, held against what the verdict finds in each by itself."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.fingerprint.words import words_of
from dedup.model.differences import Difference
from dedup.model.settings import Settings
from dedup.verdict.additions import check_addition
from dedup.verdict.batch.alignments import align_all, char_differences, concatenate_chars
from dedup.verdict.batch.texts import Texts
from dedup.verdict.compare import align, is_similar
from tests.resolve.test_corpus_kernels import letter_rows, many_texts
from tests.support import oracle

if TYPE_CHECKING:
    from dedup.verdict.compare import Alignment

_FORMS = (
    """
{n}¦{n},{n:03d}¦{n} {n:03d}¦{n}.{m}¦{n},{m}¦0.{m}¦0.0{n}¦{n}.{m}0¦{n}:{m:02d}¦{n}.{m}.{n}¦{n} million¦{n}.{m} mln¦{n}万
{n},000¦{n}000000¦20{m:02d}¦{m:02d}¦{n}/{m}/20{m:02d}¦20{m:02d}-{n:02d}-{m:02d}¦{n} March 20{m:02d}¦March {n}, 20{m:02d}
{n}.{m}.{m:02d}¦№{n}¦-{n}¦({n})¦{n}%¦${n}¦{n}km¦a{n}b{m}¦x{n}¦{n}x{m}y¦٣{n}¦{n}٫{m}¦five¦eleven¦one ({n})¦§ {n}
{n},{m:02d},{n:03d}¦1,{n:03d},{n:03d}¦{n}K¦{n}’{n:03d}¦{n}年{m}月{m}日¦{n}-{m}¦{n}/{m}¦03/04/2012¦3 March 2012¦03/12
""".strip()
    .replace("\n", "¦")
    .split("¦")
)
_WORDS = (
    """
profit¦profits¦harbour¦harbor¦European¦Central¦Bank¦ECB¦said¦the¦of¦not¦personal¦information¦PI¦https¦example¦com
[here](http://a.b/c)¦<b>bold</b>¦&amp;¦Mr.¦Mister¦iii.¦Read¦more¦| News¦- Daily Post¦con-¦tact¦contact¦Abschnitt¦Meilen
C++¦C#¦Rh+¦★★★¦25 ℃¦< 5¦not¦isnot¦is not
miles¦kg¦ste…¦may¦Änderung¦Aenderung¦был¦была¦новый¦เรือ¦市场¦가격¦jan¦January¦(b)¦Jan.¦§¦Section
""".strip()
    .replace("\n", "¦")
    .split("¦")
)


@st.composite
def _sheets(draw: st.DrawFn) -> list[str]:
    """Return short texts that share words and figures, in many forms."""
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets

    def piece() -> str:
        if rng.random() < 0.5:
            return rng.choice(_FORMS).format(
                n=rng.choice([1, 2, 3, 5, 10, 12, 93, 100, 999]), m=rng.choice([0, 1, 4, 5, 12, 25])
            )
        return rng.choice(_WORDS)

    first = [piece() for _ in range(rng.randint(1, 14))]
    out = [first]
    for _ in range(draw(st.integers(1, 3))):
        other = list(rng.choice(out))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(other) + 1)
            other[at : at + rng.randint(0, 2)] = [piece() for _ in range(rng.randint(0, 3))]
        out.append(other)
    texts = [rng.choice([" ", " ", " ", ", "]).join(each) for each in out]
    return [text for text in texts if oracle.words(text)]


def _seen(texts: list[str]) -> tuple[list[int], list[list[tuple[bool, ...]]]]:
    """Return what is claimed of each pair at a glance, and what the rules find in each of its stretches, twice."""
    letters = concatenate_chars(letter_rows(words_of(texts)))
    some = Texts([text.encode("utf-8", "surrogatepass") for text in texts], letters.strings)
    pairs = list(itertools.permutations(range(len(texts)), 2))
    sides = [(some.paragraph(witness), some.paragraph(paragraph)) for witness, paragraph in pairs]
    aligned = align_all(letters, *np.array(pairs, np.int64).reshape(-1, 2).T)
    alignments: list[Alignment] = aligned.alignments(np.arange(len(pairs)))
    assert alignments == [align(witness.chars, paragraph.chars) for witness, paragraph in sides]
    found = [
        [
            tuple(bool(check_addition(gap, *both, thorough=thorough).new) for thorough in (True, False))
            for gap in alignment.gaps
        ]
        for both, alignment in zip(sides, alignments, strict=True)
    ]
    return some.certain_differences(aligned).tolist(), found


@settings(max_examples=200)
@given(texts=many_texts() | _sheets())
def test_a_glance_claims_nothing_that_the_verdict_denies(texts: list[str]) -> None:
    """What is certainly new at a glance is new when all rules are asked; so is what is found before that."""
    for kind, found in zip(*_seen(texts), strict=True):
        assert not kind or any(thorough for thorough, _ in found)
        assert all(thorough == quick for thorough, quick in found)


@pytest.mark.parametrize(
    ("witness", "paragraph", "kind"),
    [
        ("Profit rose to 1,590,000 in the year", "Profit rose to 1,391,000 in the year", Difference.NUMBER),
        ("Profit rose to 93.4 mln in the year", "Profit rose to 51.6 mln in the year", Difference.NUMBER),
        ("See http://a.b/2024/10/14/x.htm for it", "See http://a.b/2024/10/17/x.htm for it", Difference.NUMBER),
        ("The file is VIDEx1Y22z in the list", "The file is VIDEq3W44z in the list", Difference.NUMBER),
        ("We told the harbour of this", "We told the painter of this", Difference.WORDS),
        ("We told the harbour", "We told the harbour about the painter and his ship", Difference.WORDS),
        ("Shr profit of the year", "Oper shr profit of the year", Difference.NONE),
        ("Profit rose to 5.38 mln in the year", "Profit rose to 5.4 mln in the year", Difference.NONE),
        ("Profit rose to 92.96 mln in the year", "Profit rose to 93.0 mln in the year", Difference.NONE),
        ("Profit rose to 1250000 in the year", "Profit rose to 1.25 million in the year", Difference.NONE),
        ("It was on 3 April 2021 in the year", "It was on 03/04/2021 in the year", Difference.NONE),
        ("It was on 03.04.21 in the year", "It was on 03.04.2021 in the year", Difference.NONE),
        ("We keep your PI for the year", "We keep your personal information for the year", Difference.NONE),
        ("The ECB told us of this", "The European Central Bank told us of this", Difference.NONE),
        ("3. Tell us of this", "viii. Tell us of this", Difference.NONE),
        ("Two new trees in the street", "Two new trees in the street | Daily Post", Difference.NONE),
    ],
)
def test_what_is_seen_at_a_glance(witness: str, paragraph: str, kind: Difference) -> None:
    """Other figures and words are seen at once; what a rule may have to say to is left to it."""
    assert _seen([witness, paragraph])[0][0] == kind


@given(
    st.lists(st.text("abc12", max_size=30), min_size=2, max_size=4),
    st.sampled_from(["strict", "numbers"]),
    st.sampled_from([0.6, 0.8, 1.0]),
)
def test_a_preview_of_a_batch_says_what_the_verdict_says_of_one(
    rows: list[str], guard: Literal["strict", "numbers"], threshold: float
) -> None:
    """Two paragraphs are told to be unlike at a glance if and only if the verdict finds them unlike."""
    letters = concatenate_chars(rows)
    chosen = Settings(threshold=threshold, guard=guard)
    pairs = list(itertools.permutations(range(len(rows)), 2))
    aligned = align_all(letters, *np.array(pairs, np.int64).T)
    kinds = char_differences(aligned, letters, chosen).tolist()
    for (witness, paragraph), kind, alignment in zip(
        pairs, kinds, aligned.alignments(np.arange(len(pairs))), strict=True
    ):
        assert alignment == align(rows[witness], rows[paragraph])
        unlike = not is_similar(alignment, len(rows[witness]), len(rows[paragraph]), chosen)
        if alignment.common == len(rows[paragraph]):
            assert not kind
        elif unlike or guard == "numbers":
            assert bool(kind) == unlike
