"""Nothing goes on equal hashes alone: what is removed is confirmed on the words."""

from __future__ import annotations

import json
import random
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import clean
from dedup.fingerprint.fingerprint import fingerprint
from dedup.fingerprint.minhash import Banding
from dedup.fingerprint.shared_digests import SharedDigestSet
from dedup.fingerprint.words import words_of
from dedup.model.settings import Settings
from dedup.native.kernels import VARIABLE
from dedup.resolve.corpus.removals import GOES
from dedup.resolve.document.decide import decide
from dedup.shingling import keys
from dedup.text.token_chars import encode_tokens
from dedup.verdict.batch.same_words import surely_same_words
from dedup.verdict.batch.verify import ALIGNED, FOLDED
from tests.support import oracle, strategies
from tests.support.both_engines import corpus, locally
from tests.support.cli_inprocess import run
from tests.support.collisions import LETTERS, SEQUENCES, WORST, collision, hashes_of, token_hash
from tests.support.fake_kernel import run_bytes
from tests.support.witnesses import assert_covered, assert_witnessed

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = strategies.documents() | strategies.raw_texts()
BITS = st.sampled_from(sorted(WORST))
CORPUS = st.sampled_from(
    [
        Settings(scope="corpus"),
        Settings(scope="corpus", min_words=3),
        Settings(scope="corpus", exact=True),
        Settings(scope="corpus", keep="longest", guard="numbers"),
        Settings(scope="corpus", threshold=0.6, guard="off"),
    ]
)


# --- with hashes that hardly tell words apart -------------------------------------------------------------------------


def _told(text: str) -> list[str]:
    """Return the words of a text but for the one number in words that a corpus has, which may stand for its figure."""
    return [word for word in oracle.words(text) if word != "one"]


@given(TEXTS, strategies.settings(), BITS)
def test_in_a_document_nothing_goes_for_another_words_hash(text: str, settings: Settings, bits: str) -> None:
    """Where nearly all words share a hash, what goes still has a witness that says it all, word by word."""
    with hashes_of(WORST[bits]):
        (decision,) = decide([text], settings)
    assert_witnessed(text, decision, settings)


@given(st.integers(0, 2**32), CORPUS, BITS)
def test_in_a_corpus_nothing_goes_for_another_words_hash(seed: int, settings: Settings, bits: str) -> None:
    """Likewise among documents, on this machine's engine."""
    texts = corpus(seed, 8)
    with hashes_of(WORST[bits]):
        found = locally(texts, settings)
    gone = {
        (document, removal[0]) for document, some in found.removals.items() for removal in some if removal[-2] == GOES
    }
    for document, some in found.removals.items():
        for _, start, end, other, witness, first, last, *_, how, _, _, _ in some:
            own, theirs = texts[document][start:end], texts[other][first:last]
            assert (other, witness) not in gone
            if how == ALIGNED:
                assert_covered(oracle.words(theirs), _told(own), settings)
            else:
                assert oracle.words(own) == oracle.words(theirs)
                assert own == theirs or how == FOLDED


@given(st.integers(0, 2**32), st.sampled_from([Settings(scope="corpus"), Settings(scope="corpus", exact=True)]), BITS)
def test_on_spark_no_pair_is_covered_by_another_words_hash(seed: int, settings: Settings, bits: str) -> None:
    """Likewise what a task of Spark says about the pairs of its slot."""
    pa = pytest.importorskip("pyarrow")
    from dedup.engines.spark.stages.fingerprints import sheets  # only with the extra
    from dedup.engines.spark.stages.verdicts import slot

    lines = list(dict.fromkeys(line for text in corpus(seed, 4) for line in text.split("\n")))[:12]
    texts = pa.array([line.encode("utf-8", "surrogatepass") for line in lines])
    number = len(lines)
    rows = pa.RecordBatch.from_arrays(
        [pa.array(range(number)), texts, pa.array([False] * number)], names=["document", "text", "fixed"]
    )
    with hashes_of(WORST[bits]):
        made = pa.Table.from_batches(list(sheets(settings, Banding(32, 4), [rows])))
        made = made.filter(pa.compute.is_valid(made["paragraph"]))
        made = made.filter(pa.compute.greater_equal(made["words"], settings.min_words))
        numbers = made["paragraph"].to_pylist()
        pairs = list(permutations(numbers, 2))
        asked = pa.table({"later": [a for a, _ in pairs], "earlier": [b for _, b in pairs]}) if pairs else None
        found = slot(settings, asked, made).to_pylist() if asked else []
    said = {n: text.decode("utf-8", "surrogatepass") for n, text in zip(numbers, made["text"].to_pylist(), strict=True)}
    for entry in found:
        ours, theirs = oracle.words(said[entry["later"]]), oracle.words(said[entry["earlier"]])
        assert (entry["how"] == FOLDED) == (ours == theirs)
        if entry["how"] == ALIGNED:
            assert_covered(theirs, _told(said[entry["later"]]), settings)


# --- what plainly is the same -----------------------------------------------------------------------------------------

_SIGNS = [*" \n\t-–—/(.,'’“\u00a0\u0338\u0301\u00ad\u200d=<$€%_3٣aAéßｱﾞ日ก\udc80", "not", "5"]


@given(st.lists(st.sampled_from(_SIGNS), max_size=12), st.data())
def test_what_is_plainly_the_same_has_the_same_words(signs: list[str], data: st.DataObject) -> None:
    """The quick look at two texts says nothing of two that do not have the same words; case alone may hide a mark."""
    other = list(signs)
    for _ in range(data.draw(st.integers(0, 3))):
        if other:
            place = data.draw(st.integers(0, len(other) - 1))
            other[place] = data.draw(st.sampled_from(_SIGNS))
    one, two = "".join(signs), "".join(other)
    if surely_same_words(one.encode("utf-8", "surrogatepass"), two.encode("utf-8", "surrogatepass")):
        assert oracle.words(one) == oracle.words(two)


@given(st.integers(0, 2**32), st.sampled_from(["same", "upper", "spaces", "quotes"]))
def test_most_copies_are_plainly_the_same(seed: int, edit: str) -> None:
    """Spaces, quotes and case of ASCII do not hide that the words are the same."""
    text = strategies.prose(random.Random(seed), 20).encode("ascii", "ignore").decode()  # noqa: S311 - not for secrets
    assert surely_same_words(text.encode(), strategies.EDITS[edit](random.Random(seed), text).encode())  # noqa: S311


# --- with single words of one hash ------------------------------------------------------------------------------------

LEVY = "The court said that the levy on all the houses by the old harbour is {} and void from the first of the month."
REST = "Nothing else was said on that day about the houses, the harbour or the people who live in the old town there."
WORDS = [
    ("unconstitutional", "jepagofiddlehead"),
    ("4000500060007000", "9999888877776666"),
    ("unconstitutional", "abc"),
    ("неконституционный", "законнейшийзаконов"),
]


def _lines(*lines: str) -> bytes:
    return b"".join(json.dumps({"text": line}).encode() + b"\n" for line in lines)


def _corpus_keeps(texts: list[str], settings: Settings) -> None:
    data = _lines(*texts)
    out, _, told = run_bytes(data, settings=settings, format="jsonl")
    assert not told.problems
    assert out == data


_MADE: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "equal": lambda one, other: (LEVY.format(one), LEVY.format(other)),
    "folded": lambda one, other: (LEVY.format(one), LEVY.format(other).upper()),
    "near": lambda one, other: (LEVY.format(one), LEVY.format(other).replace("The court said that the", "The")),
    "within": lambda one, other: (f"{LEVY.format(one)} {REST}", LEVY.format(other)),
    "twice": lambda one, other: (LEVY.format(f"{one} {other}"), LEVY.format(f"{other} {one}")),
}


@pytest.mark.parametrize("made", sorted(_MADE))
@pytest.mark.parametrize(("one", "other"), WORDS)
@pytest.mark.parametrize("exact", [False, True])
def test_a_word_with_the_hash_of_another_one_stays(made: str, one: str, other: str, exact: bool) -> None:  # noqa: FBT001
    """A sentence that has another word of the same hash is not a copy, alone or in a block, in either scope."""
    first, second = _MADE[made](one, other)
    with collision(one, other):
        body = [REST.replace("harbour", f"harbour {number} of {number + 1}") for number in range(4)]
        for text in (f"{first}\n{second}\n", "\n".join([*body, first, *body, second]) + "\n"):
            assert second in clean(text, exact=exact).text.split("\n")
        _corpus_keeps([first, second], Settings(scope="corpus", exact=exact))


@pytest.mark.parametrize(("one", "other"), WORDS)
def test_a_short_piece_with_the_hash_of_another_word_stays(one: str, other: str) -> None:
    """A short paragraph that follows on the piece of a split one goes only for its words, not for their hashes."""
    whole = f"{LEVY.format('good')} It is {one} today."
    with collision(one, other):
        text = f"{REST}\n{whole}\n{LEVY.format('good')}\nIt is {other} today.\n"
        assert f"It is {other} today." in clean(text).text.split("\n")
        same = f"{REST}\n{whole}\n{LEVY.format('good')}\nIt is {one} today.\n"
        assert f"It is {one} today." not in clean(same).text.split("\n")


@pytest.mark.parametrize(("one", "other"), WORDS)
def test_a_row_of_short_paragraphs_with_the_hash_of_another_word_stays(one: str, other: str) -> None:
    """Of rows of short paragraphs, the bytes are compared."""
    row = ["Home and garden of the week", "Sport {} of the day", "Culture and travel at home", "Letters to the editor"]
    body = "\n".join([*row, "Text {} says {} things that no other one says at all"])
    with collision(one, other):
        _corpus_keeps([body.format(one, 1, 7), body.format(other, 2, 14)], Settings(scope="corpus"))
    out, _, _ = run_bytes(
        _lines(body.format(one, 1, 7), body.format(one, 2, 14)), settings=Settings(scope="corpus"), format="jsonl"
    )
    assert f"Sport {one} of the day" not in json.loads(out.splitlines()[1])["text"]


def test_words_that_were_found_to_collide_do() -> None:
    """The constants are words, and sequences of words, that the program cannot tell apart by their hashes."""
    first, second = (token_hash(word.encode()) for word in LETTERS)
    assert first == second
    one, other = (words_of([text]) for text in SEQUENCES)
    assert len(set(_keys(*SEQUENCES))) == 1
    assert encode_tokens(one.hashes, one.numeric).tolist() == encode_tokens(other.hashes, other.numeric).tolist()
    assert max(map(len, SEQUENCES)) < 1024


_REAL = [
    tuple(LEVY.format(word) for word in LETTERS),
    SEQUENCES,
    (f"{SEQUENCES[0]} {REST}", SEQUENCES[1]),
    (f"{LEVY.format(LETTERS[0])} {REST}", LEVY.format(LETTERS[1]).upper()),
]


@pytest.mark.parametrize("pair", _REAL)
@pytest.mark.parametrize("options", [(), ("--exact",), ("--scope", "corpus"), ("--scope", "corpus", "--exact")])
def test_the_command_keeps_what_only_its_hashes_say_was_said(pair: tuple[str, str], options: tuple[str, ...]) -> None:
    """A page with a made-up word, or with other words of the same key, deletes nothing from another page."""
    if "corpus" in options:
        data = _lines(*pair)
    else:
        data = "\n".join([pair[0], REST, pair[1], REST.replace("No", "Yes, no"), pair[1], ""]).encode()
    found = run(["--isolated", "--format", "jsonl" if "corpus" in options else "text", *options, "-"], data)
    assert found.code == 0, found.stderr
    kept = found.stdout.decode()
    assert pair[0] in kept
    assert pair[1] in kept


# --- with keys that agree ---------------------------------------------------------------------------------------------


def _thue_morse(number: int, words: tuple[str, str]) -> str:
    return " ".join(words[place.bit_count() % 2] for place in range(number))


def _keys(*texts: str) -> list[int]:
    found: list[int] = keys(words_of(texts)).tolist()
    return found


@pytest.mark.parametrize("exact", [False, True])
def test_paragraphs_of_one_key_that_have_other_words_stay(exact: bool) -> None:  # noqa: FBT001 - drawn
    """A polynomial modulo a power of two gives one key to a Thue-Morse word and its mirror image: both stay."""
    one, other = _thue_morse(1024, ("pay", "wait")), _thue_morse(1024, ("wait", "pay"))
    assert len(set(_keys(one, other))) == 1
    text = f"{one}\n{other}\n{one}\n{REST}\n{other}\n"
    out = clean(text, exact=exact).text.split("\n")
    assert one in out
    assert other in out
    _corpus_keeps([one, other], Settings(scope="corpus", exact=exact))


def test_keys_within_a_document_are_of_words() -> None:
    """However many paragraphs share a key, each is tied to the first one of the same words."""
    lines = [f"line {number % 7} {'Again' if number % 2 else 'again'} and so on" for number in range(50)]
    from tests.verdict.test_compare import article  # beside its only use

    with hashes_of(0):
        found = article(lines)
    first: dict[tuple[str, ...], int] = {}
    expected = [first.setdefault(tuple(oracle.words(line)), number) for number, line in enumerate(lines)]
    assert [found.key(number) for number in range(50)] == expected
    assert [found.is_first_occurrence(number) for number in range(50)] == [
        key == number for number, key in enumerate(expected)
    ]


# --- groups -----------------------------------------------------------------------------------------------------------


def test_a_digest_belongs_to_its_group() -> None:
    """Copies in different groups have nothing in common that could be chosen: both halves of their digests differ."""
    sheet = fingerprint([REST, REST, REST], [5, 6, 5], Settings(scope="corpus"), Banding(32, 4), SharedDigestSet(64))
    first, second, third = sheet.digests
    assert (first == third).all()
    assert (first ^ second)[0] != (first ^ second)[1]
    assert len(sheet.rows) == 2


@pytest.mark.parametrize("second", [LEVY.format("legal").upper(), LEVY.format("legal").replace("said that ", "")])
def test_nothing_goes_for_a_paragraph_of_another_group(second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bands of two groups agree, which 32 bits may, what is equal or near stays all the same."""
    first = LEVY.format("legal")
    same = np.zeros
    monkeypatch.setenv(VARIABLE, "0")  # what is replaced is the Python
    monkeypatch.setattr(
        "dedup.fingerprint.python_batch.band_keys",
        lambda signed, banding: same((banding.bands, signed.shape[1]), np.uint64),
    )
    for module in ("fingerprint", "python_batch"):
        monkeypatch.setattr(f"dedup.fingerprint.{module}.mix", lambda values: values & np.uint64(0xFFFFFFFF))
    lines = b"".join(
        json.dumps({"text": text, "site": site}).encode() + b"\n" for text, site in ((first, "a"), (second, "b"))
    )
    settings = Settings(scope="corpus", within="site")
    out, _, _ = run_bytes(lines, settings=settings, format="jsonl")
    assert out == lines
    out, _, _ = run_bytes(lines.replace(b'"b"', b'"a"'), settings=settings, format="jsonl")
    assert json.loads(out.splitlines()[1])["text"] == ""
