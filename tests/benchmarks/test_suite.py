"""What the benchmark suite counts, it counts rightly. No time is asserted anywhere."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from benchmarks import adversarial, corpus_speed, growth_local, make_dump, recall, verify_log
from benchmarks.competitors.tools import LINES, RULES, Peers
from benchmarks.lib import brute_force, independent, memory, plots
from benchmarks.lib.pairs import Row, Run, insert, pairs, table
from benchmarks.lib.synthetic import articles

ROOT = Path(__file__).resolve().parent.parent.parent
CHANCE = random.Random(5)  # noqa: S311 - reproducible, not secret


def _naive_common(first: list[Any], second: list[Any]) -> int:
    row = [0] * (len(second) + 1)
    for one in first:
        before = row[:]
        for at, other in enumerate(second):
            row[at + 1] = before[at] + 1 if one == other else max(before[at + 1], row[at])
    return row[-1]


def _sequences(number: int, letters: int) -> list[list[int]]:
    """Make sequences of which many are changed copies of others."""
    made: list[list[int]] = []
    for _ in range(number):
        if made and CHANCE.random() < 0.7:
            copy = list(CHANCE.choice(made))
            for _ in range(CHANCE.randint(0, 4)):
                at = CHANCE.randrange(len(copy))
                copy[at : at + CHANCE.randint(0, 2)] = [CHANCE.randrange(letters)] * CHANCE.randint(0, 2)
                copy = copy or [1]
            made.append(copy)
        else:
            made.append([CHANCE.randrange(letters) for _ in range(CHANCE.randint(1, 30))])
    return made


def _naive_pairs(sequences: list[list[int]], threshold: float) -> dict[tuple[int, int], float]:
    found = {}
    for second, ours in enumerate(sequences):
        for first, theirs in enumerate(sequences[:second]):
            similarity = 2 * _naive_common(theirs, ours) / (len(theirs) + len(ours))
            if similarity >= threshold:
                found[first, second] = similarity
    return found


@pytest.mark.parametrize(("threshold", "letters"), [(0.8, 200), (0.8, 6), (0.85, 30), (0.5, 12), (1.0, 4)])
def test_brute_force_finds_what_a_double_loop_finds(threshold: float, letters: int) -> None:
    """No prefix and no length leaves out a pair, and no pair is made up."""
    sequences = _sequences(70, letters)
    expected = _naive_pairs(sequences, threshold)
    found = brute_force.find([np.array(each, np.uint64) for each in sequences], threshold)
    similar = {
        frozenset(pair): value
        for *pair, value in zip(found.first.tolist(), found.second.tolist(), found.similarity.tolist(), strict=True)
    }
    for first, second in [(a, b) for b in range(len(sequences)) for a in range(b)]:
        groups = int(found.group[first]), int(found.group[second])
        same = sequences[first] == sequences[second]
        assert (groups[0] == groups[1]) == same
        if not same:
            assert similar.get(frozenset(groups)) == expected.get((first, second))


def test_pairs_left_are_counted_as_a_double_loop_counts_them() -> None:
    """Equal and similar pairs of which both stay, and paragraphs that went though no like of theirs stayed."""
    sequences = _sequences(60, 9)
    found = brute_force.find([np.array(each, np.uint64) for each in sequences], 0.7)
    for _ in range(10):
        stays = [CHANCE.random() < 0.6 for _ in sequences]
        expected = _naive_pairs(sequences, 0.8)
        same = [pair for pair in expected if sequences[pair[0]] == sequences[pair[1]]]
        left = [pair for pair in expected if stays[pair[0]] and stays[pair[1]]]
        equal = len([pair for pair in left if pair in same])
        assert found.left(np.array(stays), 0.8) == (equal, len(left) - equal)
        like = {at for pair in expected for at, other in (pair, pair[::-1]) if stays[other]}
        assert found.alone(np.array(stays), ~np.array(stays), 0.8) == len(
            [a for a, kept in enumerate(stays) if not kept and a not in like]
        )


def test_sample_takes_the_start_and_the_middle(tmp_path: Path) -> None:
    """Whole documents, the same ones each time, and none twice."""
    path = tmp_path / "corpus.jsonl"
    records = list(articles(200_000, seed=3))
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    taken = brute_force.sample(path, "text", 300, 8)
    texts = [record["text"] for record in records]
    at = [texts.index(record["text"]) for record in taken.records]
    assert at == sorted(set(at))
    assert at[0] == 0
    assert any(after - before > 1 for before, after in pairwise(at))
    assert 300 <= sum(taken.long) < 400
    assert len(taken.places) == len(taken.texts) == len(taken.tokens) == len(taken.long)
    assert [len(tokens) >= 8 for tokens in taken.tokens] == taken.long
    assert min(map(len, taken.tokens)) >= 4
    everything = brute_force.sample(path, "text", 10**6, 8)
    assert [record["text"] for record in everything.records] == texts


def test_recall_knows_what_the_program_left(tmp_path: Path) -> None:
    """A paragraph repeated in its document is taken out, and the pair counts as found."""
    one, other = " ".join(f"One{i}" for i in range(12)) + ".", " ".join(f"Two{i}" for i in range(12)) + "."
    path = tmp_path / "corpus.jsonl"
    texts = [f"{one}\n\u200b\n{other}\n{one}", other]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    taken = brute_force.sample(path, "text", 10, 8)
    stays = recall.run_tool(taken, tmp_path, 0.8, scope="document")
    assert stays.tolist() == [True, True, False, True]
    found = recall.cached(taken, 0.8, tmp_path / "cache", "corpus")
    assert found.left(np.ones(4, bool), 0.8) == (2, 0)
    assert found.left(stays, 0.8) == (1, 0)
    again = recall.cached(taken, 0.8, tmp_path / "cache", "corpus")
    assert all(np.array_equal(*both) for both in zip(found, again, strict=True))
    with pytest.raises(AssertionError, match="record 0"):
        recall.check(taken, {brute_force.Place(1, 0)}, tmp_path / "out.jsonl")


def test_shares_are_cut_off_not_rounded_up() -> None:
    """A tool that left a pair has not found all."""
    assert recall.share(100_000, 1) == "99.99 %"
    assert recall.share(100_000, 0) == "100.00 %"
    assert recall.share(0, 0) == "-"


def test_independent_alignment_is_the_longest_common_subsequence() -> None:
    """The bit-parallel rows give what the table gives."""
    for _ in range(200):
        first, second = (CHANCE.choices("abcd", k=CHANCE.randint(0, 20)) for _ in range(2))
        assert independent.common(first, second) == _naive_common(first, second)


def test_independent_tokens() -> None:
    """Words are folded, marks stay with their letters, and characters of scripts without spaces stand alone."""
    assert independent.tokens("Größe ﬁt, x2!") == ["grösse", "fit", "x2"]
    assert independent.tokens("हिन्दी में") == ["हिन्दी", "में"]
    assert independent.tokens("日本go語") == ["日", "本", "go", "語"]
    assert independent.written("A-b\u00a0C.") == independent.written("abc")


@pytest.mark.parametrize(
    ("text", "witness", "lost", "otherwise"),
    [
        ("in 1999 and 2001", "2001, 1999", [], []),
        ("in 1999 and 2001", "in 1999 and 2002", ["2001"], []),
        ("costs 1,000 euros", "costs 1000 euros", [], ["1", "000"]),
        ("on 7 May", "on 07 May", [], ["7"]),
        ("3. the same thing", "4. the same thing", [], ["3"]),
        ("the same 3 things", "the same 4 things", ["3"], []),
        ("१२ words", "12 words", [], []),
        ("7.2 the same thing", "the same thing", [], ["7", "2"]),
        ("Art. 12 the same thing", "the same thing", [], ["12"]),
        ("sold 3 of them", "sold three of them", [], ["3"]),
        ("for fourteen (14) days", "for fourteen days", [], ["14"]),
        ("profit of 12.2 mln", "profit of 12,231,000", [], ["2"]),
        ("profit of 12.3 mln", "profit of 12,231,000", ["3"], []),
        ("up by 18 per cent", "up by 17.5 per cent", ["18"], []),
    ],
)
def test_independent_numbers(text: str, witness: str, lost: list[str], otherwise: list[str]) -> None:
    """A number that is not there is told from one that is written in another way."""
    assert independent.numbers_missing(text, witness) == (lost, otherwise)


SENTENCE = "The quick brown fox jumps over the lazy dog near the old river bank today."


def _log(tmp_path: Path) -> tuple[Path, list[dict[str, Any]]]:
    """Write a corpus of two documents and return it with a right log across them."""
    path = tmp_path / "corpus.jsonl"
    near = f"{SENTENCE[:-1]} again 17."
    texts = [f"{SENTENCE}\nSomething else stands here {near}", f"intro\n{SENTENCE}\n{SENTENCE.upper()}\n{near}"]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    first = {"paragraph": 0, "document": {"file": "corpus.jsonl", "line": 1}}
    second = {"paragraph": 1, "document": {"file": "corpus.jsonl", "line": 1}, "text": texts[0].splitlines()[1]}
    common = {"document": {"file": "corpus.jsonl", "line": 2}}
    log: list[dict[str, Any]] = [
        {"dedup_log": 1, "field": "text", "options": {"threshold": 0.8, "guard": "strict", "split": "auto"}},
        {**common, "paragraph": 1, "text": SENTENCE, "reason": "exact", "compared": "identical", "witnesses": [first]},
        {
            **common,
            "paragraph": 2,
            "text": SENTENCE.upper(),
            "reason": "exact",
            "compared": "folded",
            "witnesses": [{**first, "text": SENTENCE}],
        },
        {**common, "paragraph": 3, "text": near, "reason": "near", "compared": "aligned", "witnesses": [second]},
        {"end": 3},
    ]
    return path, log


def _found(path: Path, log: list[dict[str, Any]]) -> Counter[str]:
    written = path.with_name("log.jsonl")
    written.write_text("".join(json.dumps(entry) + "\n" for entry in log), encoding="utf-8")
    return Counter(finding.kind for finding in verify_log.verify(written, [path]).run() if finding.failed)


def test_verify_log_accepts_a_right_log(tmp_path: Path) -> None:
    """Identical, folded and aligned removals with witnesses in another document pass."""
    assert not _found(*_log(tmp_path))


@pytest.mark.parametrize(
    ("at", "change", "kind"),
    [
        (1, {"text": "made up"}, "the paragraph does not stand there"),
        (1, {"paragraph": 0}, "the paragraph does not stand there"),
        (1, {"paragraph": 9}, "the paragraph does not stand there"),
        (1, {"paragraph": 2}, "removed twice"),
        (1, {"witnesses": []}, "no witness"),
        (1, {"witnesses": [{"paragraph": 1}]}, "its own witness"),
        (1, {"witnesses": [{"paragraph": 1}]}, "the witness is removed itself"),
        (2, {"witnesses": [{"paragraph": 0, "text": "intro"}]}, "not equal"),
        (2, {"compared": "identical"}, "not identical"),
        (3, {"witnesses": [{"paragraph": 0, "text": "intro"}]}, "not similar"),
        (3, {"witnesses": [{"paragraph": 0, "text": "intro"}]}, "a number is lost"),
        (3, {"witnesses": [{"paragraph": 0, "text": "outro"}]}, "the witness does not stand there"),
        (4, {"end": 4}, "the log is not whole"),
    ],
)
def test_verify_log_catches_a_wrong_removal(tmp_path: Path, at: int, change: dict[str, Any], kind: str) -> None:
    """Each kind of wrong entry is found."""
    path, log = _log(tmp_path)
    log[at] |= change
    assert _found(path, log)[kind] == 1


def test_verify_log_passes_the_program_s_own_log(tmp_path: Path) -> None:
    """What the program writes about a synthetic corpus holds."""
    path, log = tmp_path / "corpus.jsonl", tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in articles(60_000, seed=2)), encoding="utf-8")
    command = [sys.executable, "-m", "dedup", "--isolated", "--quiet", "--removed", str(log), str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, verify_log.__file__, str(path), str(log)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    assert "\n0 failures" in done.stdout
    assert not done.stdout.startswith("0 removals")


def test_ratios_are_taken_pair_by_pair() -> None:
    """Each run is divided by the one beside it; the table shows the least and the median of these."""
    row = Row("ours", "theirs", tuple((Run(a, 5_000_000), Run(b, 1)) for a, b in ((4.0, 2.0), (9.0, 3.0), (5.0, 1.0))))
    assert row.ratios == [2.0, 3.0, 5.0]
    assert row.cells() == ["ours", "theirs", "2.00", "3.00", "5.00 s", "2.00 s", "5.0 MB"]
    assert corpus_speed.Timed("text", "peer", row).cells()[2:6] == ["2.00", "3.00", "5.00 s", "2.00 s"]
    assert corpus_speed.Timed("text", "peer", None, "not installed").cells()[2:] == ["not installed"] * 6


@pytest.mark.parametrize("warm", [False, True])
def test_order_within_pairs_alternates(tmp_path: Path, *, warm: bool) -> None:
    """Whoever goes first in one pair goes second in the next."""
    path = tmp_path / "order"
    ours, theirs = ([sys.executable, "-c", f"open({str(path)!r}, 'a').write('{who}')"] for who in "ab")
    row = pairs("ours", ours, "theirs", theirs, runs=3, warm=warm)
    assert len(row.runs) == 3
    assert path.read_text() == ("ab" if warm else "") + "abbaab"


def test_insert_replaces_what_stands_between_the_comments(tmp_path: Path) -> None:
    """Only that, and a page without the comments is left alone."""
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- suite: begin -->\nold\n<!-- suite: end -->\nz\n", encoding="utf-8")
    insert(page, table(["x"], [["1"]]), "suite")
    insert(page, table(["x"], [["2"]]), "suite")
    expected = "a\n<!-- suite: begin -->\n\n| x |\n| --- |\n| 2 |\n\n<!-- suite: end -->\nz\n"
    assert page.read_text(encoding="utf-8") == expected
    with pytest.raises(SystemExit, match="nothing was written"):
        insert(page, "text", "other")


def test_dump_is_the_same_everywhere_and_repeats_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """About 3 % of the paragraphs stood before; two runs make the same bytes."""
    monkeypatch.setattr(make_dump, "VOCABULARY", 3000)
    made = list(make_dump.lines(3_000_000, seed=2))
    assert made[:500] == list(islice(make_dump.lines(3_000_000, seed=2), 500))
    assert 3_000_000 <= sum(map(len, made)) < 3_100_000
    paragraphs = [part for line in made for part in json.loads(line)["text"].split("\n")]
    repeated = len(paragraphs) - len(set(paragraphs))
    assert 0.005 < repeated / len(paragraphs) < 0.04
    assert len({json.loads(line)["id"] for line in made}) == len(made)


def test_mixed_text_takes_as_much_from_each_corpus(tmp_path: Path) -> None:
    """Until one has no more; then from the others."""
    sources = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for path, letter, number in zip(sources, "ab", (100, 10), strict=True):
        path.write_text(f'{{"text": "{letter * 20}"}}\n' * number, encoding="utf-8")
    out = tmp_path / "out.jsonl"
    assert growth_local.mix(sources, "text", out, 396) == out.stat().st_size
    assert Counter(json.loads(line)["text"][0] for line in out.read_text().splitlines()) == {"a": 6, "b": 6}
    growth_local.mix(sources, "text", out, 10**6)
    assert Counter(json.loads(line)["text"][0] for line in out.read_text().splitlines()) == {"a": 100, "b": 10}
    assert 0 < growth_local.mix([], "text", out, 50_000) <= 50_000


def test_watch_counts_output_and_processes() -> None:
    """Bytes written are counted; the memory of a child counts with its parent's."""
    child = "import time; kept = bytearray(60_000_000); kept[::4096] = b'x' * len(kept[::4096]); time.sleep(0.8)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); print('x' * 99)"
    found = memory.watch([sys.executable, "-c", parent])
    assert found.written == 100
    assert found.seconds > 0
    if sys.platform == "linux":
        assert found.largest > 60_000_000
        assert found.together > 60_000_000


def test_a_process_that_is_gone_has_no_children() -> None:
    """Processes end while they are looked at; watching the others goes on."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert memory.tree(process.pid) == [process.pid]
    assert memory.proportional(process.pid) == 0


def test_plots_are_svg() -> None:
    """Well-formed, with a bar or a point for each value, also where a value is nought."""
    bars = ET.fromstring(plots.bars("a < b", [("x", 0.0, "0"), ("y & z", 5.0, "5")]))  # noqa: S314 - our own
    assert len(bars.findall("{*}rect")) == 3
    logarithmic = ET.fromstring(plots.bars("a", [("x", 0.02, ""), ("y", 30.0, "")], logarithmic=True))  # noqa: S314
    assert [rect.get("x") for rect in logarithmic.findall("{*}rect")][1:] == [str(plots.LABELS)] * 2
    curves = ET.fromstring(plots.curves("t", "x", "y", {"one": [(1, 2), (10, 0)], "two": [(5, 500)]}))  # noqa: S314
    assert len(curves.findall("{*}circle")) == 2


def test_peers_that_are_missing_are_named(tmp_path: Path) -> None:
    """Without an environment of theirs, the tools say that they are not there."""
    peers = Peers(tmp_path)
    dolma = next(rule for rule in RULES if rule.package == "dolma")
    assert peers.kept(dolma, tmp_path, tmp_path) == "not installed"
    assert peers.titled(dolma) == dolma.title
    assert "LC_ALL=C" in peers.command(LINES[-1], tmp_path)


def test_input_made_to_be_slow_is_what_its_title_says(tmp_path: Path) -> None:
    """All of it are records of the field that is read, as many as a share of the full size has."""
    own = tmp_path / "own.jsonl"
    own.write_text("".join(json.dumps({"body": f"one {i}\ntwo"}) + "\n" for i in range(200)), encoding="utf-8")
    found = {}
    for title, (field, made) in adversarial.inputs(0.01, own, own, "body").items():
        found[title] = [json.loads(line)[field] for line in b"".join(made()).splitlines()]
    sizes = {title: (len(texts), sum(len(text.split("\n")) for text in texts)) for title, texts in found.items()}
    assert sizes == {
        "ten million copies of one paragraph": (100_000, 100_000),
        "100,000 variants of one template": (1000, 1000),
        "a million paragraphs of two words": (10, 10_000),
        "every paragraph in one record": (1, 5),  # and what stands behind the last line end
        "a hundred thousand empty records": (1000, 1000),
        "one script without spaces": (2, 4),
    }
    assert len(set(found["ten million copies of one paragraph"])) == 1
    assert len(set(found["100,000 variants of one template"])) == 1000
    assert found["every paragraph in one record"] == ["one 0\ntwo\none 1\ntwo\n"]


def test_one_part_of_the_suite_is_measured_and_written_down(tmp_path: Path) -> None:
    """The suite runs a part on text of its own making and puts its table on a page."""
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- suite: begin -->\n<!-- suite: end -->\nz\n", encoding="utf-8")
    command = [
        sys.executable,
        "benchmarks/suite.py",
        "--parts",
        "adversarial",
        "--share",
        "0.001",
        "--write",
        str(page),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert "### Input made to be slow" in text
    assert text.count(" MB/s |") == len(adversarial.inputs(1, None, None, "text"))
