"""Characters, tokens, keys and shingles of a batch, against a second and slow reading of the same definitions."""

from __future__ import annotations

import hashlib
import random
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup import shingling
from dedup.fingerprint.words import words_of
from dedup.shingling import keys, tokenise
from dedup.text import unicode_tables
from dedup.text.arrays import batches, distinct, ranges
from dedup.text.characters import NORMALISE, class_table, fold, fold_table, mix
from dedup.text.hashing import span_hashes
from dedup.text.signs import is_sign
from tests.support import oracle, strategies

if TYPE_CHECKING:
    from dedup.shingling import Words
    from dedup.text.arrays import Hashes

ALPHABETS = (
    "abcXYZ éÉßſﬁ ﬀ'’-_.,ıİ",
    "0123 ٣४๓５²½①Ⅳⅷ",
    "e\u0301e\u0323\u0302A\u030aÅ\u212b n\u0303",
    "кириЙЁё\u0438\u0306 ",
    "שָׁלוֹם \u05f3",
    "كِتَابٌ ـ\u0621\u0654\u0651\u064e أإآؤ ﷲ",
    "हिन्दीक्षण़\u0958 ।",
    "สวัสดีครับน้ำ ๆ",
    "汉字漢字，。々〇 ab",
    "カタガｶﾞﾊﾟひら ー。",
    "한국어\u1100\u1161\u11a8 ",
    "ខ្មែរ ລາວ မြန်မာ བོད་",
    "\u00ad\u200b\u200c\u200d\ufeff\u2060 \u200e\u202e",
    "😀👩\u200d👧❤\ufe0f🇺🇳",
    "\udc80\udcff\ud800 \0\x1c\t",
    "Ab9 +-#<>~=(★☆✓",
    "C5％＋＜℃㎡฿≤♀▲′☐–−$ .",
    "\n\r\x85\u2028\x0b",
)
_texts = st.lists(st.sampled_from(ALPHABETS).flatmap(st.sampled_from), max_size=40).map("".join)
_paragraphs = _texts.map(lambda text: "".join(" " if c in oracle.BREAKS else c for c in text))


def batch(paragraphs: list[str]) -> Words:
    """Return the tokens of some paragraphs, one a line."""
    sizes = np.array([len(p) + 1 for p in paragraphs], np.int64)
    ends = np.cumsum(sizes) - 1
    return tokenise("\n".join(paragraphs) + "\n", ends - sizes + 1, ends)


def tokens(words: Words, paragraph: int = 0) -> list[str]:
    """Return the tokens of one paragraph of a batch."""
    return [words.token(i) for i in range(*words.offsets[paragraph : paragraph + 2].tolist())]


def canonical(text: str) -> bool:
    """Tell whether the marks of a text stand in the order that Unicode gives them."""
    return unicodedata.is_normalized("NFC", text) or unicodedata.is_normalized("NFD", text)


# Tables


def test_tables_are_pinned() -> None:
    """What a word is may not drift: a change of these digests is a change of the output, and is announced as one."""
    assert unicode_tables.VERSION == "18.0.0"
    table = class_table().tobytes() + fold_table().astype("<u4").tobytes()
    expansions = repr(sorted((ord(c), text) for c, text in unicode_tables.expansions().items())).encode()
    assert hashlib.sha256(table).hexdigest() == CLASSES_AND_FOLDS
    assert hashlib.sha256(expansions).hexdigest() == EXPANSIONS


CLASSES_AND_FOLDS = "39934634d784926847873f1f6c18fc38f2326a14d30254c817594686b0857be7"
EXPANSIONS = "18a781ffaaff8a0fe7af04ce98ef994b88e3fa15d67510996ed208639fe79c0f"


def test_tables_agree_with_this_python() -> None:
    """For the characters that this Python knows, classes and folds are those of the naive reading."""
    names = ("other", "letter", "digit", "mark", "alone", "unseen", "space", "break")
    classes, folds = class_table() & 15, fold_table()
    for code in [*range(0x3400), *range(0xA000, 0xB000), *range(0xD000, 0xD800), *range(0xDC80, 0xDD00)]:
        char = chr(code)
        if unicodedata.category(char) == "Cn":
            continue
        assert names[classes[code]] == oracle.character(char), hex(code)
        plain = oracle.folded(char)
        if len(plain) == 1 and names[classes[code]] not in ("unseen", "break"):
            assert chr(folds[code]) == plain, hex(code)


FOLDED = {
    "Straße": "strasse",
    "ŒUVRE": "œuvre",
    "ﬁnal": "final",
    "ΌΔΟΣ": "όδοσ",
    "όδος": "όδοσ",
    "ＦＵＬＬ１２": "full12",
    "ｶｷ": "カキ",
    "e\u0301te\u0301": "été",
    "co\u00adop": "coop",
    "١٢٣": "123",
    "४५": "45",
    "㍿": "㍿",
    "x²": "x²",
    "½": "½",
    "Ⅻ": "xii",
    "كـتاب": "كتاب",
    "\ufeffword": "word",
    "İ": "i\u0307",
    "\udc80": "\udc80",
}


@pytest.mark.parametrize(("text", "plain"), FOLDED.items(), ids=[ascii(text) for text in FOLDED])
def test_folding_of_one_word(text: str, plain: str) -> None:
    """Case, compatibility forms, composition and invisible characters make no difference; exponents do."""
    assert fold(text) == plain


@given(st.sampled_from([a for a in ALPHABETS if "ﾞ" not in a]).flatmap(st.text))
@example("\u064e\u0640\u064c")
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is folded is folded."""
    assert fold(fold(text)) == fold(text)


# Tokens


@given(st.lists(_paragraphs, min_size=1, max_size=5))
@example(["", "a", ""])
@example(["字\u0301a", "\u0301a", "a字b", "ab\u0301字"])
@example(["\ufeff", "\u00ad\u00ad", "x\u00ad"])
@example(["a+๓", "a+３", "a+Ａ", "a#๓", "Ａ~5", "๓~5", "字~5", "a+字", "b A-–c"])
def test_tokens_are_those_of_the_naive_reading(paragraphs: list[str]) -> None:
    """In every script, with marks, ligatures and invisible characters, alone and in a batch."""
    paragraphs = [unicodedata.normalize("NFC", p) if not canonical(p) else p for p in paragraphs]
    words = batch(paragraphs)
    for place, text in enumerate(paragraphs):
        expected = oracle.words(text)
        assert tokens(words, place) == expected
        numeric = words.numeric[words.offsets[place] : words.offsets[place + 1]].tolist()
        assert numeric == [oracle.has_digit(token) for token in expected]


@given(st.lists(_paragraphs, min_size=1, max_size=5))
def test_spans_lead_back_to_the_text(paragraphs: list[str]) -> None:
    """A token's span lies in its paragraph, after the one before; where nothing was composed it holds the token."""
    words = batch(paragraphs)
    text = "\n".join(paragraphs) + "\n"
    at = 0
    for place, paragraph in enumerate(paragraphs):
        before = at
        for index in range(*words.offsets[place : place + 2].tolist()):
            start, end = words.span(index)
            assert before <= start < end <= at + len(paragraph)
            before = start
            if canonical(paragraph) and not any(class_table()[ord(c)] >= NORMALISE for c in paragraph):
                token = words.token(index)
                assert oracle.words(text[start:end]) == [token] or (is_sign(token) and end - start == len(token))
        at += len(paragraph) + 1


def test_spans_of_composed_and_plain_paragraphs_side_by_side() -> None:
    """A paragraph that grows or shrinks when it is normalised does not shift the spans of its neighbours."""
    paragraphs = ["one two", "cafe\u0301 ﬁne", "three \u00adfo\u00adur", "e\u0301e\u0301 ﷺ", "five"]
    words, text = batch(paragraphs), "\n".join(paragraphs)
    found = [text[slice(*words.span(i))] for i in range(len(words.hashes))]
    assert found[:2] == ["one", "two"]
    assert found[4:6] == ["three", "fo\u00adur"]
    assert found[-1] == "five"


@given(st.integers(0, 2**32), st.sampled_from(sorted(strategies.SCRIPTS)))
def test_composed_and_decomposed_words_are_the_same(seed: int, script: str) -> None:
    """NFC, NFD, capitals, full-width letters and soft hyphens make no other tokens."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    text = unicodedata.normalize("NFC", strategies.prose(rng, 12, script) + " Straße ﬁn")
    forms = [text, unicodedata.normalize("NFD", text), "\u00ad".join(text), unicodedata.normalize("NFKC", text)]
    forms += [strategies.EDITS[name](rng, text) for name in ("upper", "quotes", "spaces", "wide", "commas", "hyphens")]
    words = batch(forms)
    assert len({tuple(tokens(words, i)) for i in range(len(forms))}) == 1
    assert len(set(keys(words).tolist())) == 1


ORDERS = {
    "vietnamese": ("e\u0323\u0302", "e\u0302\u0323"),
    "arabic": ("مُحَم\u0651\u064eد", "مُحَم\u064e\u0651د"),
    "hebrew": ("ש\u05b8\u05c1לום", "ש\u05c1\u05b8לום"),
    "thai": ("ท\u0e48\u0e38", "ท\u0e38\u0e48"),
}


@pytest.mark.parametrize("script", ORDERS)
def test_marks_in_any_order_are_the_same(script: str) -> None:
    """Two marks on one letter are written in either order."""
    first, second = ORDERS[script]
    assert unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)
    words = batch([first, second])
    assert tokens(words, 0) == tokens(words, 1)


def test_half_width_kana_is_kana() -> None:
    """Voiced half-width Katakana, two characters each, is the same as the full-width one."""
    assert fold("ｶﾞｷﾞ") == "ガギ"


@pytest.mark.parametrize("text", ["die große Maße im Fluß", "une ﬁn trouve\u0301e hier"])
def test_span_is_the_word_where_letters_expand(text: str) -> None:
    """Where the paragraph grows or shrinks in normalising, a token's span is still its word."""
    words = batch([text])
    assert [text[slice(*words.span(i))] for i in range(len(words.hashes))] == text.split()


def test_shingles_longer_than_the_batch() -> None:
    """A batch of few tokens has one shingle for each paragraph, however long shingles are."""
    for width in (4, 5, 9):
        hashes, _ = shingling.shingles(batch(["a", "a"]), width)
        assert hashes[0] == hashes[1]


def test_text_outside_of_paragraphs_is_left_out() -> None:
    """What stands between two paragraphs has no tokens."""
    words = tokenise("one\ntwo three\nfour\n", np.array([0, 14]), np.array([3, 18]))
    assert [words.token(i) for i in range(len(words.hashes))] == ["one", "four"]
    assert words.offsets.tolist() == [0, 1, 2]


# Hashes


@given(st.lists(_paragraphs, min_size=2, max_size=6))
def test_equal_keys_mean_equal_tokens(paragraphs: list[str]) -> None:
    """Two paragraphs have one key just where they have the same tokens in the same order."""
    words = batch(paragraphs)
    found = keys(words).tolist()
    for i in range(len(paragraphs)):
        for j in range(i):
            assert (found[i] == found[j]) == (tokens(words, i) == tokens(words, j))


@given(st.lists(_paragraphs, min_size=1, max_size=5), st.integers(1, 3))
def test_shingles_are_those_of_the_naive_reading(paragraphs: list[str], width: int) -> None:
    """As many, in the same order, and equal just where the runs of tokens are equal."""
    words = batch(paragraphs)
    hashes, offsets = shingling.shingles(words, width)
    expected = [oracle.shingles(tokens(words, i), width) for i in range(len(paragraphs))]
    assert np.diff(offsets).tolist() == [len(runs) for runs in expected]
    meaning = dict(zip(hashes.tolist(), [run for runs in expected for run in runs], strict=True))
    assert [meaning[h] for h in hashes.tolist()] == [run for runs in expected for run in runs]
    assert len(meaning) == len({run for runs in expected for run in runs})


def scatter(value: int) -> int:
    """Return the finaliser of SplitMix64, on whole numbers."""
    value %= 2**64
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    value = (value ^ value >> 27) * 0x94D049BB133111EB % 2**64
    return value ^ value >> 31


def naive_hash(values: list[int]) -> int:
    """Return the hash of one span with Python's own whole numbers."""
    if len(values) <= 4096:
        return scatter(_polynomial(values) + scatter(len(values)))
    pieces = [naive_hash(values[i : i + 4096]) for i in range(0, len(values), 4096)]
    return scatter(naive_hash(pieces) + scatter(len(values)))


def _polynomial(values: list[int]) -> int:
    return sum(scatter(value) * pow(0x9E3779B97F4A7C15, place, 2**64) for place, value in enumerate(values))


@given(st.lists(st.integers(0, 2**64 - 1), max_size=40), st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_span_hashes_against_whole_numbers(values: list[int], edges: list[int]) -> None:
    """The differences of prefix sums give the polynomial of every span, also of an empty one."""
    starts = np.sort(np.minimum(np.array(edges, np.int64), len(values)))
    ends = np.minimum(starts + np.array(edges, np.int64)[::-1], len(values))
    found = span_hashes(np.array(values, np.uint64), starts, ends)
    expected = [naive_hash(values[a:b]) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    assert found.tolist() == expected


@given(st.lists(st.text("abcdefghij\u00e9\u0416 ", max_size=90), min_size=1, max_size=4))
def test_tokens_of_any_length_are_hashed_alike_wherever_they_stand(texts: list[str]) -> None:
    """A token's hash depends on its bytes alone, not on where among eight of them it begins."""
    for text in texts:
        alone = [words_of([token]).hashes.tolist() for token in text.split()]
        assert words_of([text]).hashes.tolist() == [one for each in alone for one in each]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("at -5 today", ["at", "-", "5", "today"]),
        ("at \u22125 today", ["at", "-", "5", "today"]),
        ("at \u20135 today", ["at", "-", "5", "today"]),
        ("at   -5", ["at", "-", "5"]),
        ("at (-5)", ["at", "-", "5"]),
        ("paid -\u20ac5", ["paid", "-", "\u20ac", "5"]),
        ("from 10-12", ["from", "10", "12"]),
        ("COVID-19", ["covid", "19"]),
        ("-5 items", ["5", "items"]),
        ("  -5 items", ["5", "items"]),
        ("say - 5 - or so", ["say", "5", "or", "so"]),
    ],
)
def test_a_minus_is_a_token(text: str, tokens: list[str]) -> None:
    """But not a hyphen within a word or between numbers, nor the mark of an entry at a line's beginning."""
    words = batch([text])
    assert [words.token(i) for i in range(len(words.hashes))] == tokens


def test_long_tokens_differ_in_every_byte() -> None:
    """Words of more than eight bytes, and what is no word any more, are hashed to their last byte."""
    for size in (7, 8, 9, 16, 17, 63, 64, 65, 200):
        texts = ["a" * size, *("a" * place + "b" + "a" * (size - place - 1) for place in range(size)), "a" * (size + 1)]
        assert len(set(batch(texts).hashes.tolist())) == size + 2


def some_values(number: int) -> Hashes:
    """Return values that do not repeat much."""
    return np.random.default_rng(7).integers(0, 2**64, number, dtype=np.uint64)


def one_span(values: Hashes) -> int:
    """Return the hash of an array as one span."""
    return int(span_hashes(values, np.zeros(1, np.int64), np.array([len(values)]))[0])


@pytest.mark.parametrize("size", [0, 1, 3, 4095, 4096, 4097, 8192, 8193, 20000])
@pytest.mark.parametrize("place", [0, 1, 131_000, 131_071, 131_072, 131_073, 135_168, 400_000])
def test_span_hashes_do_not_depend_on_the_place(size: int, place: int) -> None:
    """Short and long spans have one hash wherever they stand, across the stretches that are hashed in one go."""
    values = some_values(430_000)
    part = some_values(20_000)[:size]
    values[place : place + size] = part
    starts = np.unique(np.array([0, 5, place, 420_000], np.int64))
    ends = starts + 10
    index = starts.tolist().index(place)
    ends[index] = place + size
    assert span_hashes(values, starts, ends)[index] == one_span(part)


def test_long_spans_differ_in_their_last_value_and_length() -> None:
    """The piecewise hash of a long span sees every value, and how many there are."""
    values = some_values(9000)
    found = {one_span(values[:size]) for size in (4096, 4097, 8192, 8193, 8999, 9000)}
    for place in (0, 4095, 4096, 8191, 8192, 8999):
        other = values.copy()
        other[place] ^= np.uint64(1)
        found.add(one_span(other))
    assert len(found) == 12
    assert one_span(values[:8193]) == naive_hash(values[:8193].tolist())


@given(st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_mix_against_whole_numbers(values: list[int]) -> None:
    """The finaliser is the published one."""
    assert mix(np.array(values, np.uint64)).tolist() == list(map(scatter, values))


def test_zeros_are_counted() -> None:
    """Values of zero are not nothing."""
    found = [one_span(np.zeros(size, np.uint64)) for size in range(20)]
    assert len(set(found)) == 20


def test_one_paragraph_longer_than_a_stretch() -> None:
    """A paragraph of more tokens than are hashed in one go has the tokens, keys and shingles of any other."""
    rng = random.Random(3)  # noqa: S311 - not for secrets
    text = " ".join(strategies.word(rng, "latin") for _ in range(140_000))
    words = batch(["short one", text, "short one", text])
    assert np.diff(words.offsets).tolist() == [2, 140_000, 2, 140_000]
    found = keys(words).tolist()
    assert found[0] == found[2] != found[1] == found[3]
    hashes, offsets = shingling.shingles(words, 3)
    first, second = hashes[offsets[1] : offsets[2]], hashes[offsets[3] : offsets[4]]
    assert (first == second).all()


def test_no_two_of_many_words_share_a_hash() -> None:
    """Many neighbouring values, and pairs of them in either order, all have hashes of their own."""
    values = np.arange(1, 200_001, dtype=np.uint64) << np.uint64(7)
    at = np.arange(199_999, dtype=np.int64)
    single, double = span_hashes(values, at, at + 1), span_hashes(values, at, at + 2)
    swapped = span_hashes(values[::-1].copy(), at, at + 2)
    assert len(np.unique(np.concatenate((single, double, swapped)))) == 3 * 199_999


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 20))
def test_batches_hold_everything_once(sizes: list[int], most: int) -> None:
    """Slices follow one another, each is as large as was asked for, but for the last, and none larger than need be."""
    found = list(batches(sizes, most))
    assert [size for some in found for size in sizes[some]] == sizes
    totals = [sum(sizes[some]) for some in found]
    assert all(total >= most for total in totals[:-1])
    assert all(sum(sizes[some][:-1]) < most for some in found)


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)))
def test_distinct_values_are_in_order(values: list[int]) -> None:
    assert distinct(np.array(values, np.int64)).tolist() == sorted(set(values))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=10))
def test_ranges_follow_one_another(runs: list[tuple[int, int]]) -> None:
    """The indices of each run, in order."""
    starts, sizes = (np.array([run[side] for run in runs], np.int64) for side in (0, 1))
    assert ranges(starts, sizes).tolist() == [index for start, size in runs for index in range(start, start + size)]
