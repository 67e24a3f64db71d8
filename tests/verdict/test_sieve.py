"""What the crate settles about many pairs at once, held against what the rules find in each by itself."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from dedup.fingerprint.words import words_of
from dedup.language.spelling import VOWELS, agree, beginnings, plain, variant
from dedup.model.settings import Settings
from dedup.native import kernels
from dedup.verdict.additions import check_addition
from dedup.verdict.batch import native_sieve
from dedup.verdict.batch.texts import Texts
from dedup.verdict.batch.verify import Paragraphs, verify
from dedup.verdict.compare import align, numbers_in, provisional_verdict
from tests.fingerprint.test_native import NATIVE, ODD
from tests.resolve.test_corpus_kernels import letter_rows, many_texts
from tests.support import oracle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.verdict.gap import Paragraph

pytestmark = pytest.mark.skipif(NATIVE is None, reason="the native kernels are not at work")
STRICT = Settings(scope="corpus", min_words=1, threshold=0.5)

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


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    """Use the crate for few pairs, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native_sieve, "_FEWEST", 0)
        yield


def _pairs(number: int) -> Any:
    return np.array(list(itertools.permutations(range(number), 2)), np.int64).reshape(-1, 2).T


def _settled(texts: Sequence[str]) -> list[tuple[bool, Paragraph, Paragraph]]:
    """Return each pair of texts, the witness first, with whether the crate settles that something is new."""
    rows = letter_rows(words_of(texts))
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    some = Texts(raw, rows)
    witness, candidate = _pairs(len(texts))
    found = native_sieve.settled(rows, raw, witness, candidate).tolist()
    sides = zip(witness.tolist(), candidate.tolist(), strict=True)
    return [(new, some.paragraph(a), some.paragraph(b)) for new, (a, b) in zip(found, sides, strict=True)]


def _finds(witness: Paragraph, candidate: Paragraph) -> bool:
    """Tell whether the rules find something new, or do not take the two for similar."""
    return not provisional_verdict(witness, candidate, align(witness.chars, candidate.chars), STRICT).covered


@settings(max_examples=200)
@given(texts=many_texts() | _sheets() | st.lists(ODD, min_size=2, max_size=4))
def test_the_sieve_claims_nothing_that_the_rules_deny(texts: list[str]) -> None:
    """What is certainly new is new when all rules are asked, in any script and for whatever characters."""
    texts = [text for text in texts if oracle.words(text)]
    for settled, witness, candidate in _settled(texts):
        assert not settled or _finds(witness, candidate), (witness.text, candidate.text)


@settings(max_examples=100)
@given(texts=many_texts() | _sheets())
def test_rules_that_stop_early_find_as_much(texts: list[str]) -> None:
    """That something is new is found whether or not all that is new is asked for."""
    for _, witness, candidate in _settled(texts):
        for gap in align(witness.chars, candidate.chars).gaps:
            thorough, quick = (check_addition(gap, witness, candidate, thorough=each).new for each in (True, False))
            assert bool(thorough) == bool(quick)


@pytest.mark.parametrize(
    ("witness", "paragraph", "new"),
    [
        ("Profit rose to 1,590,000 in the year", "Profit rose to 1,391,000 in the year", True),
        ("Profit rose to 93.4 mln in the year", "Profit rose to 51.6 mln in the year", True),
        ("See http://a.b/2024/10/14/x.htm for it", "See http://a.b/2024/10/17/x.htm for it", True),
        ("The file is VIDEx1Y22z in the list", "The file is VIDEq3W44z in the list", True),
        ("We told the harbour of this", "We told the painter of this", True),
        ("We told the harbour", "We told the harbour about the painter and his ship", True),
        ("Письмо передали рыбакам", "Письмо передали министру", True),
        ("We saw it from the harbour there", "We saw it from the hillside there", True),
        ("[^10]: Das Wetter war schön", "[^15]: Das Wetter war schön", True),
        ("L’article 12 du livre dit cela", "L’article 14 du livre dit cela", True),
        ("```sh\nrun the ship\n```", "```sh\nrun the boat\n```", True),
        ("```> full ```\nrun the ship\n```", "```> empty ```\nrun the ship\n```", False),
        ("```sh\nrun\n```", "```painter\nrun\n```", False),
        ("Der Doktor kam aus dem Haus", "Der Dr. kam aus dem Haus", False),
        ("The plough was in the shed", "The plow was in the shed", False),
        ("Die Brücke wird morgen gesperrt", "Die Brücke wird morgen geöffnet", False),  # both may be one word misspelt
        ("Shr profit of the year", "Oper shr profit of the year", False),
        ("Profit rose to 5.38 mln in the year", "Profit rose to 5.4 mln in the year", False),
        ("Profit rose to 92.96 mln in the year", "Profit rose to 93.0 mln in the year", False),
        ("Profit rose to 1250000 in the year", "Profit rose to 1.25 million in the year", False),
        ("It was on 3 April 2021 in the year", "It was on 03/04/2021 in the year", False),
        ("It was on 03.04.21 in the year", "It was on 03.04.2021 in the year", False),
        ("One (1) ship has come to the harbour", "One ship has come to the harbour", False),
        ("We keep your PI for the year", "We keep your personal information for the year", False),
        ("The ECB told us of this", "The European Central Bank told us of this", False),
        ("3. Tell us of this", "viii. Tell us of this", False),
        ("7. Tell us of this", "8. Tell us of this", False),
        ("Two new trees in the street", "Two new trees in the street | Daily Post", False),
        ("See [the list](http://a.b/one) for it", "See [the list](http://a.b/one/painter) for it", False),
        ("The contact was lost at sea", "The con- tact was lost at sea", False),
    ],
)
def test_what_is_settled(witness: str, paragraph: str, new: bool) -> None:  # noqa: FBT001 - a table
    """Other figures and words are seen at once; what a rule may have to say to is left to it."""
    assert _settled([witness, paragraph])[0][0] == new


@pytest.mark.parametrize(
    "name", ["harbour|harbor", "clay|day", "kleid|cleid", "phase|fase", "وزير|الوزير", "मन्त्री|मंत्री"]
)
def test_spellings_of_a_word_begin_alike(name: str) -> None:
    """What is taken for one word has beginnings that are known for it."""
    one, other = name.split("|")
    known = beginnings()
    assert known.get(one[0], one[0]) == known.get(other[0], other[0])


WORDS = st.text(st.sampled_from("rnm0o1lvwiucd5sphfaeykztbاوفليةىनमङ्कयेऎ"), min_size=3, max_size=12)
SPELT = st.sampled_from(
    [("ph", "f"), ("rn", "m"), ("cl", "d"), ("k", "c"), ("y", "i"), ("ou", "o"), ("t", "tt"), ("e", "")]
)


@settings(max_examples=500)
@given(one=WORDS, other=WORDS, spelt=SPELT)
def test_other_beginnings_are_other_words(one: str, other: str, spelt: tuple[str, str]) -> None:
    """Two words with beginnings of which none is known for the other are no variants, whatever else they are."""
    known = beginnings()
    for a, b in itertools.permutations(map(plain, (one, other, one.replace(*spelt))), 2):
        if known.get(a[0], a[0]) != known.get(b[0], b[0]) and not VOWELS.isdisjoint(a + b):
            assert a in b or b in a or not (variant(a, b) or agree(a, b))


@settings(max_examples=500)
@given(word=st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=14), spelt=SPELT, at=st.integers(0, 14))
def test_no_word_is_new_beside_another_spelling_of_it(word: str, spelt: tuple[str, str], at: int) -> None:
    """Whatever the rules take for one word, the sieve does."""
    for other in (word.replace(*spelt), word[:at] + spelt[0] + word[at + 1 :], word + spelt[1], word[:at]):
        texts = [f"We told them {each} of this today" for each in (word, other)]
        for settled, witness, candidate in _settled(texts):
            assert not settled or _finds(witness, candidate), texts


@settings(max_examples=300)
@given(st.lists(st.text("abcdefgh12", max_size=200) | st.text("ab1", max_size=80), min_size=2, max_size=4))
def test_common_words_are_counted_as_rapidfuzz_counts(rows: list[str]) -> None:
    """So are the numbers that the other paragraph lacks."""
    letters = native_sieve.concatenated(rows)
    one, other = _pairs(len(rows))
    pairs = list(zip(one.tolist(), other.tolist(), strict=True))
    expected = [LCSseq.similarity(rows[a], rows[b]) for a, b in pairs]
    assert native_sieve.common(letters, one, other).tolist() == expected
    lacking = [len(numbers_in(rows[b]) - numbers_in(rows[a])) for a, b in pairs]
    assert native_sieve.numbers_lacking(letters, one, other).tolist() == lacking


@settings(max_examples=100)
@given(texts=many_texts() | _sheets(), threshold=st.sampled_from([0.3, 0.6, 0.8]))
def test_verdicts_are_the_same_with_the_crate_and_without(texts: list[str], threshold: float) -> None:
    """All of a verdict but of what kind what is new is, which is asked for by itself."""
    words = words_of(texts)
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    keys = np.arange(len(texts), dtype=np.uint64)
    paragraphs = Paragraphs(letter_rows(words), keys, lambda some: [raw[i] for i in some])
    later, earlier = _pairs(len(texts))
    chosen = Settings(scope="corpus", min_words=1, threshold=threshold)
    one = verify(paragraphs, later, earlier, chosen)
    other = verify(paragraphs, later, earlier, chosen, sieve=False)
    for name in ("how", "similarity", "coverage"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    covered = one.how > 0
    assert one.kind[covered].tolist() == other.kind[covered].tolist()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda letters, texts, pairs: ((b"\0\0\x11\0", letters[1]), texts, pairs),
        lambda letters, texts, pairs: ((letters[0], b"\1" + letters[1][1:]), texts, pairs),
        lambda letters, texts, pairs: ((letters[0], letters[1][:-1]), texts, pairs),
        lambda letters, texts, pairs: (letters, [*texts, b"two"], pairs),
        lambda letters, texts, pairs: (letters, texts, (b"\7" + bytes(7), pairs[1])),
        lambda letters, texts, pairs: (letters, texts, (b"", pairs[1])),
    ],
)
def test_what_does_not_fit_is_refused(wrong: Any) -> None:
    """Letters that are none, offsets, texts and pairs of other paragraphs."""
    letters, texts, pairs = native_sieve.concatenated(["a"]), [b"one"], (bytes(8), bytes(8))
    sieve = native_sieve.sieve_with(kernels.instructions())
    assert sieve.settled(letters, texts, pairs, 1) == b"\0"
    letters, texts, pairs = wrong(letters, texts, pairs)
    with pytest.raises(ValueError, match=r"of other paragraphs|as many as|64-bit"):
        sieve.settled(letters, texts, pairs, 1)


def test_letters_that_say_something_else_settle_nothing() -> None:
    """Where a paragraph's tokens are not those of its letters, the rules decide, and nothing raises."""
    texts = ["We told the harbour of this", "We told the painter of this"]
    raw = [text.encode() for text in texts]
    for rows in (["aaaa", "aaba"], ["abcdef", "abcccc"], ["", ""], ["a" * 6, "c" * 6]):
        assert not native_sieve.settled(rows, raw, *_pairs(2)).any() or rows == ["abcdef", "abcccc"]


def test_bytes_that_are_no_text_raise_nothing() -> None:
    """The crate is given what decodes; what does not is read to its end all the same."""
    raw = [b"\xff\xfe one \xe2\x82", b"\x80 two \xf4\x90", b"\xc3"]
    for sizes in itertools.product(range(5), repeat=3):
        rows = [chr(0x100 + 2 * place) * size for place, size in enumerate(sizes)]
        native_sieve.settled(rows, raw, *_pairs(3))


def test_pairs_too_large_to_be_aligned_are_left_to_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alignment takes memory."""
    texts = ["We told the harbour of this", "We told the painter of this"]
    assert _settled(texts)[0][0]
    monkeypatch.setattr(native_sieve, "MAX_ALIGNMENT_CELLS", 35)
    assert not _settled(texts)[0][0]
