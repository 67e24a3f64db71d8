"""The promises, as properties of what is decided about any document."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup import clean, clean_documents
from dedup.model.decisions import Compared, Decision, Reason
from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide
from dedup.text.paragraphs import split
from tests.support import oracle, strategies
from tests.support.witnesses import assert_witnessed

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
SEEDS = st.integers(0, 2**32)
TEXTS = strategies.documents() | strategies.raw_texts()


def decided(text: str, settings: Settings) -> Decision:
    """Decide about one document; where that does not come to rest, nothing may go."""
    (decision,) = decide([text], settings, explain=True)
    assert not (decision.unsettled and decision.removals)
    return decision


def bodies(text: str, settings: Settings) -> list[str]:
    """Return the paragraphs of a text."""
    return [text[start:end] for start, end in split(text, settings.split)]


def random_text(seed: int) -> random.Random:
    """Return the source of made-up text."""
    return random.Random(seed)  # noqa: S311 - not for secrets


# 1. Bytes


@given(TEXTS, strategies.settings())
@example("\ufeff", Settings())
@example("\n\n", Settings())
def test_output_is_input_minus_the_cuts(text: str, settings: Settings) -> None:
    """Cuts ascend and do not overlap, each holds its paragraph, and what is left is the input without them."""
    decision = decided(text, settings)
    cuts = [(r.cut_start, r.cut_end) for r in decision.removals]
    assert all(0 <= start < end <= len(text) for start, end in cuts)
    assert all(first[1] <= second[0] for first, second in pairwise(cuts))
    spans = split(text, settings.split)
    for removal in decision.removals:
        assert (removal.start, removal.end) == spans[removal.paragraph]
        assert removal.cut_start <= removal.start < removal.end <= removal.cut_end
        beside = text[removal.cut_start : removal.start] + text[removal.end : removal.cut_end]
        assert not oracle.words(beside)
    assert decision.apply(text) == oracle.without(text, cuts)
    if not cuts:
        assert decision.apply(text) is text


@given(TEXTS, strategies.settings())
def test_what_stays_stays_as_it_was(text: str, settings: Settings) -> None:
    """The paragraphs of the output are those that were kept, in order, between separators that stood in the input."""
    decision = decided(text, settings)
    out = decision.apply(text)
    spans, left = split(text, settings.split), split(out, settings.split)
    gone = {removal.paragraph for removal in decision.removals}
    stayed = [i for i in range(len(spans)) if i not in gone]
    assert [out[a:b] for a, b in left] == [text[slice(*spans[i])] for i in stayed]
    for place, (first, second) in enumerate(pairwise(stayed)):
        separator = out[left[place][1] : left[place + 1][0]]
        separators = [text[spans[i][1] : spans[i + 1][0]] for i in range(first, second)]
        assert separator in separators
        assert oracle.line_ends(separator) == max(map(oracle.line_ends, separators))
    if spans:
        assert out[: left[0][0]] == text[: spans[0][0]]
        assert out[left[-1][1] :] == text[spans[-1][1] :]


# 2. Witness


_LINE = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima."
_STALE = "\n".join(
    [_LINE, "Tango.", "Sierra.", f"20. {_LINE}", "Tango.", "Sierra.", "Sierra.", f"20. {_LINE}", "Tango."]
)


@given(TEXTS, strategies.settings())
@example(_STALE, Settings())
def test_every_removal_has_a_kept_earlier_witness_that_says_it_all(text: str, settings: Settings) -> None:
    """The witnesses stay, stand before, and pass a comparison that knows nothing of the program's own."""
    assert_witnessed(text, decided(text, settings), settings)


@given(TEXTS, strategies.settings())
def test_reason_and_comparison_agree(text: str, settings: Settings) -> None:
    """Alone, an equal paragraph is exact and an aligned one near; a block has several paragraphs and one number."""
    decision = decided(text, settings)
    for removal in decision.removals:
        assert (removal.reason is Reason.BLOCK) == (removal.block is not None)
        assert removal.reason is not Reason.NEAR or removal.compared is Compared.ALIGNED
        assert removal.reason is not Reason.EXACT or removal.compared is not Compared.ALIGNED
    assert {r.block for r in decision.removals} - {None} <= set(range(len(decision.removals)))


# 3. Nothing new is lost

NEWS: dict[str, Callable[[random.Random], str]] = {
    "number": lambda rng: str(rng.randint(1000, 99999)),
    "percentage": lambda rng: f"{rng.randint(10, 99)}%",
    "arabic digits": lambda rng: "".join(rng.choice("٠١٢٣٤٥٦٧٨٩") for _ in range(5)),
    "name": lambda rng: strategies.word(rng, "latin").title(),
    "foreign name": lambda rng: strategies.word(rng, "cyrillic").title(),
    "negation": lambda rng: rng.choice(["not", "never", "nicht", "jamais", "nunca", "не", "değil", "ليس", "नहीं"]),
    "restriction": lambda rng: rng.choice(
        ["only", "until", "unless", "nur", "sauf", "solo", "только", "sadece", "فقط"]
    ),
}


@given(SEEDS, st.sampled_from(sorted(NEWS)), st.sampled_from(sorted(strategies.SCRIPTS)), st.floats(0.1, 0.9))
def test_near_duplicate_with_news_is_kept(seed: int, find_new_words: str, script: str, place: float) -> None:
    """A number, a name, a negation or a restriction that the witness lacks keeps a near-duplicate."""
    rng = random_text(seed)
    words = strategies.sentence_words(rng, script, 30)
    at = round(place * len(words))
    more = [*words[:at], f" {NEWS[find_new_words](rng)} ", *words[at:]]
    between = [strategies.prose(rng, 20, script) for _ in range(3)]
    text = "\n".join([strategies.written(words, script), *between, strategies.written(more, script), between[0][:9]])
    decision = decided(text, Settings())
    assert 4 not in {removal.paragraph for removal in decision.removals}
    assert [near.paragraph for near in decision.kept_near] == [4]


@given(SEEDS, st.sampled_from(["latin", "cyrillic", "greek", "hindi", "korean"]), st.booleans())
def test_replaced_word_or_number_is_kept(seed: int, script: str, number: bool) -> None:  # noqa: FBT001 - drawn
    """A near-duplicate in which a content word or a figure is another one stays, and the new word is named."""
    rng = random_text(seed)
    words = strategies.sentence_words(rng, script, 25)
    at = rng.randrange(1, 24)
    words[at] = "1250" if number else words[at]
    other = [*words[:at], "1350" if number else strategies.word(rng, script), *words[at + 1 :]]
    text = "\n".join([" ".join(words), strategies.prose(rng, 20), strategies.prose(rng, 20), " ".join(other)])
    decision = decided(text, Settings())
    assert not decision.removals
    (near,) = decision.kept_near
    assert near.paragraph == 3
    assert [text[a:b] for a, b in near.new] == [other[at]]


def test_taken_away_negation_is_new() -> None:
    """Without the "not" of the first one the second says the opposite."""
    says = "The committee will {}publish the minutes of the meeting held on the shore of the lake in early spring"
    text = (
        f"{says.format('not ')}.\nSomething else entirely stands here, of no interest to anyone.\n{says.format('')}.\n"
    )
    assert not decided(text, Settings()).removals


# Random text


@given(SEEDS, st.sampled_from(sorted(strategies.SCRIPTS)), st.lists(st.integers(1, 60), min_size=1, max_size=30))
def test_what_has_nothing_in_common_stays(seed: int, script: str, sizes: list[int]) -> None:
    """Paragraphs that were not made from one another all stay, and hardly one is even compared."""
    rng = random_text(seed)
    text = "\n".join(strategies.prose(rng, size, script) for size in sizes)
    decision = decided(text, Settings())
    assert not decision.removals
    assert not decision.kept_near
    # Where every character is a token, three in a row may well come again.
    assert decision.comparisons == 0 or strategies.SCRIPTS[script].gap == ""


# 5. Deterministic


@given(st.lists(TEXTS, max_size=6), strategies.settings(), st.integers(1, 4000))
def test_batches_do_not_matter(texts: list[str], settings: Settings, size: int) -> None:
    """Each document by itself, all together, or in batches of any size: the same decisions."""
    together = decide(texts, settings, explain=True)
    assert together == [decision for text in texts for decision in decide([text], settings, explain=True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.resolve.document.decide.BATCH", size)
        assert decide(texts, settings, explain=True) == together


def test_neighbours_in_a_batch_are_not_compared() -> None:
    """A document that stands twice in a batch, or whose end is the next one's start, is nobody's duplicate."""
    rng = random_text(5)
    texts = ["\n".join(strategies.prose(rng) for _ in range(4))] * 3
    texts += [t + "\n" for t in texts] + ["```\n" + texts[0], "```", "", "\n"]
    assert not any(decision.removals for decision in decide(texts, Settings()))


def test_explaining_changes_nothing() -> None:
    """What goes is the same whether or not anybody asks why."""
    texts = strategies.sample(11, 200)
    plain, explained = decide(texts, Settings()), decide(texts, Settings(), explain=True)
    assert [d.removals for d in plain] == [d.removals for d in explained]
    assert not any(d.kept_near for d in plain)


_DIGEST = """
import hashlib
from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide
from tests.support import strategies
decisions = decide(strategies.sample(23, 100), Settings(), explain=True)
print(hashlib.sha256(repr(decisions).encode()).hexdigest(), sum(len(d.removals) for d in decisions))
"""


def test_hash_seed_does_not_matter() -> None:
    """Python's own hashing, different in every process, leaves no trace."""
    found = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", _DIGEST]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout)
    decisions = decide(strategies.sample(23, 100), Settings(), explain=True)
    digest = hashlib.sha256(repr(decisions).encode()).hexdigest()
    removed = sum(len(d.removals) for d in decisions)
    assert found == {f"{digest} {removed}\n"}
    assert removed > 100


# 6. Idempotent


@given(TEXTS, strategies.settings())
def test_what_was_cleaned_is_clean(text: str, settings: Settings) -> None:
    """The second cleaning finds nothing."""
    out = decided(text, settings).apply(text)
    assert not decided(out, settings).removals


def test_many_documents_come_to_rest() -> None:
    """Under every guard and threshold, documents of all kinds end clean; hardly one is given up."""
    texts = strategies.sample(37, 400)
    for settings in (Settings(), Settings(threshold=0.6, min_words=3), Settings(guard="off"), Settings(exact=True)):
        decisions = decide(texts, settings)
        assert sum(d.unsettled for d in decisions) <= len(texts) // 200
        left = [d.apply(t) for d, t in zip(decisions, texts, strict=True)]
        assert not any(d.removals for d in decide(left, settings))


# 7. Short text


@given(TEXTS, strategies.settings())
def test_short_text_goes_only_in_a_block(text: str, settings: Settings) -> None:
    """What is too short to judge is removed only as part of a run that repeats."""
    for removal in decided(text, settings).removals:
        if len(oracle.words(text[removal.start : removal.end])) < settings.min_words:
            assert removal.reason is Reason.BLOCK


@given(SEEDS, st.integers(1, 7), st.integers(1, 3))
def test_short_repeat_alone_stays(seed: int, size: int, apart: int) -> None:
    """A line of a few words that comes again among other text is not taken for a repeat, however often it comes."""
    rng = random_text(seed)
    line = " ".join(strategies.sentence_words(rng, "latin", size))
    text = "\n".join(p for _ in range(6) for p in [line, *(strategies.prose(rng) for _ in range(apart))])
    assert not decided(text, Settings()).removals


# 9. Counts


@given(TEXTS, strategies.settings())
def test_counts_add_up(text: str, settings: Settings) -> None:
    """All paragraphs are kept or removed, each once; the near-duplicates that stay are among those kept."""
    decision = decided(text, settings)
    assert decision.paragraphs == len(split(text, settings.split))
    gone = [removal.paragraph for removal in decision.removals]
    assert gone == sorted(set(gone))
    assert len(bodies(decision.apply(text), settings)) == decision.paragraphs - len(gone)
    near = [kept.paragraph for kept in decision.kept_near]
    assert near == sorted(set(near))
    assert not set(near) & set(gone)
    for kept in decision.kept_near:
        assert kept.witness.paragraph < kept.paragraph
        assert kept.witness.paragraph not in gone
        assert kept.similarity >= settings.threshold
        assert all(kept.start <= start < end <= kept.end for start, end in kept.new)


@given(st.lists(TEXTS, max_size=4))
def test_library_says_the_same(texts: list[str]) -> None:
    """`clean` and `clean_documents` give what was decided, with the texts spelt out and numbers that add up."""
    cleaned = list(clean_documents(texts, explain=True))
    for text, one, decision in zip(texts, cleaned, decide(texts, Settings(), explain=True), strict=True):
        assert one == clean(text, explain=True)
        assert one.text == decision.apply(text)
        assert one.kept + one.removed == one.paragraphs == decision.paragraphs
        assert sum(one.counts.values()) == one.removed == len(decision.removals)
        for entry, removal in zip(one.removals, decision.removals, strict=True):
            assert entry.text == text[removal.start : removal.end]
            assert [w.text for w in entry.witnesses] == [text[w.start : w.end] for w in removal.witnesses]
