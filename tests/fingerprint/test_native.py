"""The native kernels give the same bytes as the Python, which is the specification, with whatever this machine has."""

from __future__ import annotations

import itertools
import json
import random
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.fingerprint import native_batch
from dedup.fingerprint.fingerprint import fingerprint
from dedup.fingerprint.minhash import Banding, band_keys
from dedup.fingerprint.shared_digests import SharedDigestSet
from dedup.fingerprint.words import words_of
from dedup.model.settings import Settings
from dedup.native import kernels
from dedup.shingling import shingles
from dedup.text.characters import class_table, folding, normalise
from dedup.text.signs import sign_table
from tests.support import strategies
from tests.support.fake_kernel import run_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.fingerprint.table import FingerprintTable

NATIVE = kernels.native()
pytestmark = pytest.mark.skipif(NATIVE is None, reason="the native kernels are not at work")
INSTRUCTIONS = [] if NATIVE is None else NATIVE.instructions()
USUAL = Banding(32, 4)
CORPUS = Settings(scope="corpus", min_words=1)

SIGNS = [*"+＋#＃<＜>﹥~∼′″×↑🔺★☆⭐✓❤♪-–−=($£€/.%°½", "<=", "--", "->", "++", "##"]
LETTERS = [*"aABbÄßẞİıǅｂＡΣςЖқのカｶﾞ漢กabकि가각각", "ﬁ", "Ⱥ", "𝒜", "𐐀", "Å", "\u212b"]
MARKS = [*"\u0301\u0327\u0323\u0e31\u0e49\u064b\u0651\u093c\u05b0\u20e3\ufe0f", "\u0327\u0301", "\u0301\u0327"]
DIGITS = [*"0159٣۴७๕１𝟗²Ⅷ①"]
GAPS = [*"   \t\xa0\u3000\n\r\x85\u2028\x1c\u200b\u00ad\u200d\u200c\ufeff\0", "  ", "\n\n", " " * 65]
RAW = ["\ud800", "\udcff", "\ud83d\ude00"]
PIECES = st.sampled_from([*SIGNS, *LETTERS, *MARKS, *DIGITS, *GAPS, *RAW, "word", "Rh", "слово", "42"])
ODD = st.lists(PIECES, max_size=30).map("".join)
ANY = st.text(st.characters(), max_size=30)
WORDS = st.builds(
    lambda seed, script, number: strategies.SCRIPTS[script].gap.join(
        strategies.sentence_words(random.Random(seed), script, number)  # noqa: S311 - not for secrets
    ),
    st.integers(0, 999),
    st.sampled_from(sorted(strategies.SCRIPTS)),
    st.integers(1, 30),
)
TEXTS = st.lists(st.one_of(ODD, ANY, WORDS), max_size=8)
SETTINGS = st.builds(
    Settings,
    scope=st.just("corpus"),
    split=st.sampled_from(["auto", "line", "blank"]),
    min_words=st.sampled_from([1, 2, 8]),
    exact=st.booleans(),
    keep=st.sampled_from(["first", "richest"]),
)
BANDINGS = st.sampled_from([USUAL, Banding(1, 1), Banding(128, 1), Banding(16, 8), Banding(18, 7), Banding(30, 9)])


@pytest.fixture(params=INSTRUCTIONS, autouse=True)
def instructions(request: pytest.FixtureRequest) -> Iterator[str]:
    """Use each set of instructions that this machine has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "instructions", lambda: request.param)
        yield request.param


def table_of(
    native: str, texts: Sequence[str], salts: Sequence[int] | None, settings: Settings, banding: Banding
) -> FingerprintTable:
    """Return what the chosen kernels make of some texts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernels.VARIABLE, native)
        return fingerprint(texts, salts, settings, banding, SharedDigestSet(64))


def check_same(
    texts: Sequence[str],
    salts: Sequence[int] | None = None,
    settings: Settings = CORPUS,
    banding: Banding = USUAL,
) -> FingerprintTable:
    """Check that both kernels make the same table of some texts, and return it."""
    expected, found = (table_of(native, texts, salts, settings, banding) for native in "01")
    for name, one, other in zip(expected._fields, expected, found, strict=True):
        if isinstance(one, bytes):
            assert one == other, name
        else:
            assert isinstance(one, np.ndarray)
            assert isinstance(other, np.ndarray)
            assert (one.dtype, one.shape) == (other.dtype, other.shape), name
            for field in one.dtype.names or [...]:
                wrong = np.argwhere(one[field] != other[field])
                assert not len(wrong), (name, field, wrong[:5])
    return found


@given(TEXTS, st.integers(0, 3), SETTINGS, BANDINGS)
@example([], 0, CORPUS, USUAL)
@example([""], 3, CORPUS, USUAL)
@example(["\n\n", "", " "], 0, CORPUS, USUAL)
@example(["one"], 0, Settings(scope="corpus", min_words=1, exact=True), USUAL)
@example(["one"], 0, Settings(scope="corpus"), USUAL)
def test_any_texts_have_the_same_table(
    texts: list[str],
    groups: int,
    settings: Settings,
    banding: Banding,
) -> None:
    """Whatever the script, the marks, the settings and the bands."""
    check_same(texts, [i % groups for i in range(len(texts))] if groups else None, settings, banding)


@given(
    st.lists(st.sampled_from([*SIGNS, *"aAB1 ", " ", "(", "\u0301", "漢", "ก", "\u0e31", "٣", "\u00ad"]), max_size=9)
)
@example(["A", "＋", "\u0e31", "ก"])
@example([" ", "−", "\u00ad", "5"])
@example(["a", " ", "–", "£", "5"])
def test_signs_say_the_same(pieces: list[str]) -> None:
    """What a sign says follows from what stands beside it: here nothing else stands there."""
    check_same(["".join(pieces)])


@pytest.mark.parametrize("space", [" ", "\t", "\u3000"])
def test_a_minus_is_looked_for_as_far(space: str) -> None:
    """Across so many spaces, and no more, to the beginning of the line or of the paragraph."""
    spaces = [space * number for number in (0, 1, 2, 63, 64, 65, 66, 129)]
    check_same([f"{before}{some}{minus}5" for before in ("", "a", "(", "\x85") for some in spaces for minus in "-−"])


def test_every_character_is_the_same() -> None:
    """Between letters, digits and spaces, each character that is known for something; of the others some."""
    known = (class_table() > 0) | (sign_table() > 0)
    known[folding()[0]] = True
    edges = np.flatnonzero(np.diff(known.astype(np.int8)) != 0)
    known[edges] = known[edges + 1] = known[::97] = True
    known[0x3400:0x9FFF] = known[0xAC00:0xD7A3] = False  # by the ten thousand, and all alike
    codes = [chr(code) for code in np.flatnonzero(known).tolist()]
    assert len(codes) > 10_000
    check_same([f"a{c}b {c} 1{c}2 {c}{c}x A{c} {c}3\n" for c in codes])
    check_same([f"a{c}b ที่ {c}\n" for c in codes])  # with marks in a row, of which one asks whether all is normal


def test_each_two_marks_are_in_order_or_not() -> None:
    """Marks in a row, of which some change places, behind a letter that composes with none of them."""
    some: dict[int, str] = {}
    for code in range(0x300, 0x3100):
        if order := unicodedata.combining(chr(code)):
            some.setdefault(order, chr(code))
    marks = ["\u200d", "\u0903", "\u0344", "\u0f76", *some.values()]
    pairs = ["".join(pair) for pair in itertools.product(marks, marks)]
    check_same([f"q{pair}w" for pair in pairs])
    check_same([f"q{pair[0]}\u00ad{pair[1]}w" for pair in pairs])


@pytest.mark.parametrize("size", [1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 66, 127, 128, 129, 1000])
def test_tokens_of_any_length_have_the_same_hash(size: int) -> None:
    """In bytes that are one character each, that are two, and that fold to more or fewer."""
    check_same([letter * size + " end" for letter in ("x", "X", "ж", "Ж", "Ⱥ", "Ａ", "\u212a", "ก")])
    check_same(["ก" + "\u0e31" * size, "1" * size, "+" + "\u0e31" * size])


@pytest.mark.parametrize("number", [4095, 4096, 4097, 8192, 12_289])
def test_paragraphs_of_many_tokens_have_the_same_key(number: int) -> None:
    """Also those that are hashed in pieces."""
    found = check_same([" ".join(str(i * 7919) for i in range(number)), "a " * number])
    assert found.rows["words"].tolist() == [number, number]


@pytest.mark.parametrize("length", [0, 1, 127, 128, 129, 255, 256, 257, 5000])
def test_digests_are_those_of_hashlib(length: int) -> None:
    """In blocks that are full or not, with a salt and without one, many lengths side by side."""
    texts = ["é" * (length + more) + "x" for more in range(11)]
    check_same(texts)
    check_same(texts, list(range(11)))


@pytest.mark.parametrize("banding", [USUAL, Banding(30, 9)])
def test_bands_are_those_of_datasketch(banding: Banding) -> None:
    """Bit by bit, for paragraphs of one token, of two, and of more."""
    texts = ["one", "one two", "one two three", "a b " * 50]
    hashes, offsets = shingles(words_of(texts), 2)
    columns = []
    for first, last in itertools.pairwise(offsets.tolist()):
        signed = MinHash(num_perm=banding.num_perm, scheme="affine32", hashfunc=lambda value: value)
        for value in hashes[first:last].tolist():
            signed.update(value & 0xFFFFFFFF)
        columns.append(signed.hashvalues)
    expected = band_keys(np.array(columns, np.uint32).T, banding) >> np.uint64(32)
    found = table_of("1", texts, None, CORPUS, banding)
    assert (found.bands == expected).all()
    low = np.array(columns)[:, :128] & 1
    assert [sum(int(bit) << i for i, bit in enumerate(row)) for row in low] == [
        int(first) | int(second) << 64 for first, second in found.rows["bits"].tolist()
    ]


def test_few_paragraphs_are_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those of which it is asked: not what folds to another length, is ignored, or has marks in order."""
    asked: list[str] = []

    def found(text: str) -> str:
        asked.append(text)
        return normalise(text)

    monkeypatch.setattr(native_batch, "normalise", found)
    native = ["plain", "Ä", "Ａ", "soft\u00adhyphen", "ที่นี่", "می\u200cخواهم", "中文", "\ud800", "−5 (−5"]
    left = ["e\u0301", "ﬁ\u00ad5", "q\u0301\u0327", "q\u0301\u00ad\u0327 \u0301\u0327", "e\u0301" * 40]
    check_same(["\n".join(native + left)])
    assert asked == left


def test_a_whole_run_is_the_same() -> None:
    """Text and log, byte for byte."""
    rng = random.Random(5)  # noqa: S311 - not for secrets
    texts = strategies.prose(rng), strategies.prose(rng), strategies.prose(rng)
    lines = [{"text": "\n".join(rng.choices([*texts, texts[0].upper(), texts[1] + " 5"], k=4))} for _ in range(30)]
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    outputs = []
    for native in "01":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(kernels.VARIABLE, native)
            outputs.append(run_bytes(data, settings=Settings(scope="corpus"), format="jsonl")[0])
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) < len(data)


def test_what_does_not_fit_is_refused() -> None:
    """The boundary does not trust its caller: an exception, and nothing worse."""
    made = native_batch.kernels_with(kernels.instructions())
    word = (1).to_bytes(8, "little")
    for arguments in ((b"ab", word, None), (b"ab", word[:7], None), (b"ab", bytes(8) + word, b"")):
        with pytest.raises(ValueError, match=r"array|within"):
            made.digests(*arguments)
    for edges in ((2, 1), (0, 3), (2**63, 2**64 - 1)):
        for kernel in (made.tokens, lambda text, edges: made.digests(text, edges, None)):
            with pytest.raises(ValueError, match="not within"):
                kernel(b"ab", b"".join(edge.to_bytes(8, "little") for edge in edges))
    batch = made.tokens(b"\xcc\x81", bytes(8) + (2).to_bytes(8, "little"))
    assert batch.odd() == [0]
    with pytest.raises(ValueError, match="not there"):
        batch.rows(None, 1, None, None, (32, 4))
    for pieces in (b"", bytes(24) + word, bytes(8) + (2).to_bytes(8, "little")):
        with pytest.raises(ValueError, match=r"other paragraphs|not within"):
            made.read_normalised(batch, b"a", pieces)
    made.read_normalised(batch, b"a", bytes(8) + word)
    with pytest.raises(ValueError, match="permutations"):
        batch.rows(None, 1, None, (bytes(4), bytes(4)), (32, 4))
    assert NATIVE is not None
    with pytest.raises(ValueError, match="no instructions"):
        NATIVE.Kernels(b"", b"", b"", b"", b"", "mmx")
    with pytest.raises(ValueError, match="all code points"):
        NATIVE.Kernels(b"", b"", b"", b"", b"", "plain")


@given(st.binary(max_size=60))
def test_bytes_that_are_no_utf8_harm_nothing(data: bytes) -> None:
    """They are nothing that Python would hand over; something is computed, and within bounds."""
    made = native_batch.kernels_with(kernels.instructions())
    size = len(data).to_bytes(8, "little")
    made.digests(data, bytes(8) + size, None)
    made.tokens(data, bytes(8) + size).odd()


def test_a_fault_is_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    """A panic ends no process, and writes nothing by itself."""
    assert NATIVE is not None
    with pytest.raises(RuntimeError, match="native kernel: index out of bounds"):
        NATIVE.fail()
    assert capfd.readouterr() == ("", "")
