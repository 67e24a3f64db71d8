"""What scope ``corpus`` promises, whatever is in the corpus: checked on runs from bytes to bytes."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.engines.local import clustering, stages
from dedup.engines.removal import second_pass
from dedup.engines.run import restore
from dedup.formats import jsonl, parts
from dedup.model.errors import ExitCode
from dedup.model.settings import Settings
from dedup.text import long_texts
from dedup.text.paragraphs import split
from tests.support import oracle, strategies
from tests.support.cli_process import environment
from tests.support.fake_kernel import Recorder, run_bytes, run_files
from tests.support.strategies import EDITS, prose, sentence_words

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.model.outcome import Outcome

CORPUS = Settings(scope="corpus")
MENU = ["Home and garden", "Sport of the week", "Culture and travel", "Politics at home", "Letters to us"]


@dataclass(frozen=True)
class Line:
    """A line of a corpus: its text's literal, and what stands before and behind it."""

    before: bytes
    literal: bytes
    after: bytes
    text: str

    @property
    def whole(self) -> bytes:
        """The line as it stands in the file."""
        return self.before + self.literal + self.after


def _text(rng: random.Random, script: str, pool: list[str], edits: list[str]) -> str:
    """Make up a text, much of which was said before in `pool`, and add to that what is new."""
    out: list[str] = []
    for _ in range(rng.randint(0, 6)):
        what = rng.choice(["new", "again", "again", "edited", "run", "short", "menu", "captions", "heading", "item"])
        if what in ("again", "edited", "run") and pool:
            at = rng.randrange(len(pool))
            some = pool[at : at + (rng.randint(2, 4) if what == "run" else 1)]
            out += [EDITS[rng.choice(edits)](rng, one) for one in some] if what == "edited" else some
        elif what == "short":
            out.append(" ".join(sentence_words(rng, script, rng.randint(1, 4))))
        elif what == "menu":
            out += MENU[rng.randrange(2) :][: rng.randint(2, 5)]
        elif what == "captions":
            for _ in range(rng.randint(2, 6)):
                out += ["Film of the day in the town", *(rng.choices(pool, k=1) if pool and rng.random() < 0.5 else [])]
        elif what == "heading":
            out.append(f"## {strategies.word(rng, script)}")
        elif what == "item":
            out.append(f"- {prose(rng, rng.randint(3, 12), script)}")
        else:
            out.append(prose(rng, rng.randint(8, 30), script))
    pool += out
    end = rng.choice(["\n", "\n\n", "\n\n", "\r\n", "\r\n\r\n"])
    return end.join(out) + rng.choice(["", "", end])


@st.composite
def corpora(draw: st.DrawFn, most: int = 7) -> list[Line]:
    """Draw the lines of a corpus in which much is said several times, in records written in many ways."""
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    script = draw(st.sampled_from(["latin"] * 3 + list(strategies.SCRIPTS)))
    edits = draw(st.sampled_from([["same"], ["dropped", "upper", "commas", "slip"], list(EDITS)]))
    pool: list[str] = []
    out: list[Line] = []
    for number in range(draw(st.integers(1, most))):
        text = _text(rng, script, pool, edits)
        if rng.random() < 0.05:
            text = draw(strategies.documents(most=5))
        # UTF-8 has no half of a surrogate pair, but an escape may stand for one.
        plain = rng.random() < 0.5 and not any(
            "\ud800" <= char < "\udc80" or "\udcff" < char <= "\udfff" for char in text
        )
        literal = json.dumps(text, ensure_ascii=not plain).encode("utf-8", "surrogateescape")
        before = rng.choice(['{"text": ', f'{{"id": {number},"text" :', '{ "n":[1, {"text":"no"}], "text":\t'])
        after = rng.choice(["}", ', "url": "http://a.b/c"}', ' ,"x":1e5 } ']) + rng.choice(["\n", "\n", "\n\n", "\r\n"])
        out.append(Line(before.encode(), literal, after.encode(), text))
    return out


def written(lines: list[Line]) -> bytes:
    """Return the file."""
    return b"".join(line.whole for line in lines)


kept = st.sampled_from(
    [CORPUS] * 4
    + [
        Settings(scope="corpus", keep="richest"),
        Settings(scope="corpus", keep="longest"),
        Settings(scope="corpus", keep="none", boilerplate=2),
        Settings(scope="corpus", keep="none", boilerplate=3, min_words=3),
        Settings(scope="corpus", exact=True),
        Settings(scope="corpus", threshold=0.6, guard="off"),
        Settings(scope="corpus", threshold=0.9, guard="numbers", split="line"),
        Settings(scope="corpus", within="HOST"),
    ]
)


def cleaned(data: bytes, settings: Settings = CORPUS, **options: Any) -> tuple[bytes, Outcome]:
    """Clean a corpus of JSON lines; nothing must be reported."""
    out, outcome, told = run_bytes(data, settings=settings, format="jsonl", **options)
    assert not told.problems
    return out, outcome


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the place of a log, for many runs one after the other."""
    return tmp_path_factory.mktemp("logs") / "log.jsonl"


def removals(log: Path) -> list[dict[str, Any]]:
    """Return the removals in a log that is whole."""
    entries = [json.loads(line) for line in log.read_bytes().splitlines()]
    found = [entry for entry in entries if next(iter(entry)) == "document"]
    assert entries[-1] == {"end": len(found)}
    return found


# 1 and 3 --------------------------------------------------------------------------------------------------------------


@given(corpora(), kept)
def test_every_other_byte_stays_and_all_come_back(logs: Path, corpus: list[Line], settings: Settings) -> None:
    """Nothing but paragraphs leaves a record: not its other fields, spaces or escapes; and the log puts them back."""
    data = written(corpus)
    out, outcome = cleaned(data, settings, removed=logs)
    at = 0
    changed = 0
    for line in corpus:
        assert out.startswith(line.before, at)
        at += len(line.before)
        _, size = json.JSONDecoder().raw_decode(text := out[at:].decode("utf-8", "surrogateescape"))
        literal = text[:size].encode("utf-8", "surrogateescape")
        left = json.loads(text[:size])
        assert (left == line.text) == (literal == line.literal)
        changed += left != line.text
        spans = [line.text[a:b] for a, b in split(line.text, settings.split)]
        stays = [left[a:b] for a, b in split(left, settings.split)]
        it = iter(spans)
        assert all(one in it for one in stays)
        at += len(literal)
        assert out.startswith(line.after, at)
        at += len(line.after)
    assert at == len(out)
    assert outcome.counts.changed == changed
    assert outcome.counts.documents == len(corpus)
    assert (out == data) == (outcome.counts.removed == 0)
    assert len(removals(logs)) == outcome.counts.removed
    back = io.BytesIO()
    restore("-", logs, None, Recorder(), stdin=io.BytesIO(out), stdout=back)
    assert back.getvalue() == data


# 2 --------------------------------------------------------------------------------------------------------------------


def _check_witnesses(found: list[dict[str, Any]], lines: dict[tuple[str, int], list[str]], settings: Settings) -> None:
    """Check that each removal's witness is there, stays, and says the same, as the log says it does."""
    gone = {((e["document"]["file"], e["document"]["line"]), e["paragraph"]) for e in found}
    assert len(gone) == len(found)
    for entry in found:
        own = (entry["document"]["file"], entry["document"]["line"])
        assert lines[own][entry["paragraph"]] == entry["text"]
        (witness,) = entry["witnesses"]
        there = witness.get("document", entry["document"])
        place = ((there["file"], there["line"]), witness["paragraph"])
        text = lines[place[0]][witness["paragraph"]]
        assert text == witness.get("text", entry["text"])
        assert place != (own, entry["paragraph"])
        assert place not in gone or entry["reason"] == "boilerplate"
        theirs, ours = oracle.words(text), oracle.words(entry["text"])
        assert ("differs" in entry) == (entry["compared"] == "aligned")
        assert entry.get("differs") != [] or settings.guard != "strict"
        if entry["compared"] == "identical":
            assert text == entry["text"]
        elif entry["compared"] == "folded":
            assert theirs == ours
        else:
            assert entry["similarity"] == pytest.approx(oracle.similarity(theirs, ours), abs=1e-4)
            assert settings.guard == "off" or len(oracle.lost_numbers(theirs, ours)) == 0
        if entry["reason"] == "exact":
            assert entry["compared"] != "aligned"
            assert entry["similarity"] == 1


@given(corpora(), kept)
def test_what_goes_is_said_elsewhere(logs: Path, corpus: list[Line], settings: Settings) -> None:
    """The log names a paragraph that stays, where it says, and that says the same."""
    settings = replace(settings, keep="first", boilerplate=None) if settings.keep == "none" else settings
    data = written(corpus)
    cleaned(data, settings, removed=logs, stdin_name="in.jsonl")
    lines: dict[tuple[str, int], list[str]] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            text = json.loads(line.decode("utf-8", "surrogateescape"))["text"]
            lines["in.jsonl", number] = [text[a:b] for a, b in split(text, settings.split)]
    _check_witnesses(removals(logs), lines, settings)


@given(corpora(), st.integers(2, 3))
def test_boilerplate_goes_for_another_copy_of_it(logs: Path, corpus: list[Line], least: int) -> None:
    """Of boilerplate no copy stays; each names another one, and stands in as many documents as it says."""
    settings = Settings(scope="corpus", keep="none", boilerplate=least)
    data = written(corpus)
    out, _ = cleaned(data, settings, removed=logs)
    documents: dict[str, set[int]] = {}
    for number, line in enumerate(corpus):
        for a, b in split(line.text, settings.split):
            documents.setdefault(line.text[a:b], set()).add(number)
    left = {b for line in out.split(b"\n") if line.strip() for b in _paragraphs(line, settings)}
    for entry in removals(logs):
        if entry["reason"] == "boilerplate":
            assert entry["documents"] >= least
            if entry["compared"] == "identical" and len(oracle.words(entry["text"])) >= settings.min_words:
                assert entry["text"] not in left
                assert entry["documents"] >= len(documents[entry["text"]])


def _paragraphs(line: bytes, settings: Settings) -> list[str]:
    text = json.loads(line.decode("utf-8", "surrogateescape"))["text"]
    return [text[a:b] for a, b in split(text, settings.split)]


# 4 --------------------------------------------------------------------------------------------------------------------


def _in_pieces(patch: pytest.MonkeyPatch, size: int) -> None:
    """Cut the work into small pieces, so that a small corpus keeps several workers busy."""
    patch.setattr(jsonl, "TASK_BYTES", size)
    patch.setattr(parts, "_TASK_ENOUGH", size // 2)
    patch.setattr(long_texts, "BATCH", size)
    patch.setattr("dedup.fingerprint.fingerprint.BATCH", size)
    patch.setattr(second_pass, "BATCH", size)
    patch.setattr("dedup.verdict.batch.texts.BATCH", size)
    for name in ("_MOST_PAIRS", "_FEWEST_PAIRS"):
        patch.setattr(clustering, name, max(1, size // 100))
    patch.setattr(stages, "_BYTES_A_PARAGRAPH", (1 << 26) // size)


@given(corpora(), kept, st.sampled_from([200, 1000]))
def test_how_the_work_is_cut_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, logs: Path, corpus: list[Line], settings: Settings, size: int
) -> None:
    """Sizes of tasks and batches, the limit of memory, and a file or standard input: the same bytes, the same log."""
    data = written(corpus)
    out, outcome = cleaned(data, settings, removed=logs, stdin_name="in.jsonl")
    log = logs.read_bytes()
    file = tmp_path_factory.getbasetemp() / "in.jsonl"
    file.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        _in_pieces(patch, size)
        for memory in (1, 200 << 20, 4 << 30):
            again, other, _ = run_files(file, settings=settings, removed=logs, max_memory=memory)
            assert again == out
            assert logs.read_bytes() == log
            assert other.counts == outcome.counts


def _big(seed: int, number: int) -> bytes:
    """Make up a corpus of about as many hundred bytes, with every kind of repetition."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    pool: list[str] = []
    texts = [_text(rng, rng.choice(list(strategies.SCRIPTS)), pool, list(EDITS)) for _ in range(number)]
    return b"".join(json.dumps({"id": n, "text": text}).encode() + b"\n" for n, text in enumerate(texts))


@pytest.mark.parametrize("keep", ["first", "richest"])
def test_workers_change_nothing(keep: Any, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process, two or three, and whoever comes first to a paragraph: the same bytes, the same log."""
    _in_pieces(monkeypatch, 4000)
    data, settings = _big(6, 120), Settings(scope="corpus", keep=keep)
    found = set()
    for workers in (1, 2, 3, 2):
        out, outcome = cleaned(data, settings, removed=logs, workers=workers)
        assert outcome.counts.removed > 50
        found.add((out, logs.read_bytes(), str(outcome)))
    assert len(found) == 1


def test_hash_seeds_change_nothing(tmp_path: Path) -> None:
    """Nothing depends on the order of sets."""
    (tmp_path / "in.jsonl").write_bytes(_big(7, 60))
    found = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "dedup", "--isolated", "--scope", "corpus", "--removed", "log", "in.jsonl"]
        env = environment({"PYTHONHASHSEED": seed})
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=True)
        found.add((done.stdout, done.stderr, (tmp_path / "log").read_bytes()))
    assert len(found) == 1


# 5 --------------------------------------------------------------------------------------------------------------------


@given(corpora(), kept)
def test_a_second_run_removes_nothing(logs: Path, corpus: list[Line], settings: Settings) -> None:
    """What is left stays as it is, and the second log is empty."""
    out, _ = cleaned(written(corpus), settings)
    again, outcome = cleaned(out, settings, removed=logs)
    assert again == out
    assert not removals(logs)
    assert outcome.counts.removed == 0
    assert outcome.exit_code == ExitCode.OK


# 6 --------------------------------------------------------------------------------------------------------------------


@given(corpora())
def test_a_short_text_goes_with_its_neighbours_only(logs: Path, corpus: list[Line]) -> None:
    """Beside a paragraph of few words that goes another one goes, but for the last of a row, which may stay between."""
    cleaned(written(corpus), removed=logs)
    found = removals(logs)
    gone = {(e["document"]["line"], e["paragraph"]) for e in found}
    for entry in found:
        if len(oracle.words(entry["text"])) < CORPUS.min_words:
            line, place = entry["document"]["line"], entry["paragraph"]
            assert any((line, place + step) in gone for step in (-1, 1, 2))
            assert entry["compared"] == "identical"


# 7 --------------------------------------------------------------------------------------------------------------------


@given(
    st.integers(0, 2**32),
    st.sampled_from(list(strategies.SCRIPTS)),
    st.lists(st.sampled_from(["same", "upper", "commas", "quotes", "spaces", "decomposed", "dropped"]), max_size=5),
    st.integers(0, 6),
)
def test_what_was_said_before_is_found(seed: int, script: str, edits: list[str], between: int) -> None:
    """A copy with a word less, in capitals, or with other punctuation goes, however many documents lie between."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    words = sentence_words(rng, script, rng.randint(30, 45))
    first, less = strategies.written(words, script), rng.randrange(1, len(words) - 1)
    shorter = strategies.written(words[:less] + words[less + 1 :], script)
    copies = [shorter if edit == "dropped" else EDITS[edit](rng, first) for edit in edits]
    others = [[prose(rng, 20, script)] for _ in range(between)]
    documents = [[prose(rng, 12, script), first], *others, *([copy, prose(rng, 12, script)] for copy in copies)]
    data = b"".join(json.dumps({"text": "\n\n".join(texts)}).encode() + b"\n" for texts in documents)
    out, outcome = cleaned(data)
    assert outcome.counts.removed == len(copies)
    assert [json.loads(line)["text"] for line in out.splitlines()] == [
        *("\n\n".join(texts) for texts in documents[: 1 + between]),
        *(texts[-1] for texts in documents[1 + between :]),
    ]


# 8 --------------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.sampled_from(list(strategies.SCRIPTS)), st.booleans())
def test_texts_that_have_nothing_in_common_stay(seed: int, script: str, loose: bool) -> None:  # noqa: FBT001 - drawn
    """Of texts that were made up each by itself nothing goes, not even with the loosest settings."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    # Of five characters drawn from few, half may well be those of another text.
    least = 6 if loose else 1
    texts = [
        "\n\n".join(prose(rng, rng.randint(least, 40), script) for _ in range(rng.randint(1, 8))) for _ in range(20)
    ]
    data = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)
    settings = Settings(scope="corpus", threshold=0.5, guard="off", min_words=5) if loose else CORPUS
    out, outcome = cleaned(data, settings)
    assert out == data
    assert outcome.counts.removed == 0
    assert outcome.counts.paragraphs == sum(len(split(text, "auto")) for text in texts)


# 9 --------------------------------------------------------------------------------------------------------------------


@given(st.lists(strategies.raw_texts(), max_size=5), st.sampled_from(["utf-8", "latin-1", "cp1252"]))
def test_any_text_files_come_back(
    tmp_path_factory: pytest.TempPathFactory, logs: Path, texts: list[str], encoding: str
) -> None:
    """Files of any bytes, many of them no text at all, go through both readings, and the log gives them back."""
    tree = tmp_path_factory.mktemp("tree")
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    for number, data in enumerate(raw):
        (tree / f"{number}.txt").write_bytes(data)
    out = tmp_path_factory.mktemp("out")
    if not raw:
        return
    asked = {"settings": CORPUS, "removed": logs, "encoding": encoding, "binary_as_text": True}
    _, outcome, _ = run_files(tree, output=out, **asked)
    assert outcome.counts.files == len(raw)
    assert sum(path.stat().st_size for path in out.iterdir()) == outcome.counts.bytes_out
    restore(str(out), logs, None, Recorder(), in_place=True)
    assert [(out / f"{number}.txt").read_bytes() for number in range(len(raw))] == raw
