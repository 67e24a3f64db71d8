"""`--review`: the draw, the answers in their file, the estimate, and the labelled pairs of the project."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.errors import InputError
from dedup.model.explanation import Explanation, Standing
from dedup.model.settings import Settings
from dedup.report.review.answers import Answers
from dedup.report.review.draw import LONGEST, Draw, allocation
from dedup.report.review.estimate import Stratum, estimate, wilson
from dedup.report.review.other_settings import tried
from dedup.report.review.pairs import WEIGHTS, Pair, as_line, identity, pair_of
from tests.support.cli_inprocess import run

ROOT = Path(__file__).resolve().parent.parent.parent
YES, NO = True, False
SENTENCE = "The keeper of the old lighthouse rings the bell whenever fog comes in from the sea."


def found(number: int, *, removed: bool, coverage: float, reason: str = "near") -> Explanation:
    at = Standing("a.jsonl", number, 1)
    text = f"{SENTENCE} {number}"
    return Explanation(at, "a", removed, reason, text, SENTENCE, at._replace(paragraph=0), 0.9, coverage)


def pair(number: int = 1) -> Pair:
    return pair_of(found(number, removed=True, coverage=0.95))


def labels_of(folder: Path) -> list[dict[str, object]]:
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("flags", [[], ["--guard", "numbers"], ["--guard", "off", "--threshold", "0.7"]], ids=str)
def test_the_labelled_pairs_of_the_project_have_their_known_rates(flags: list[str], tmp_path: Path) -> None:
    """A sample answered from the labels: the rate among all decisions lies within the interval, on both sides."""
    labelled = labels_of(ROOT / "fixtures" / "pairs")
    records = "".join(json.dumps({"text": f"{one['a']}\n\n{one['b']}"}) + "\n" for one in labelled)
    known = {identity(str(one["a"]), str(one["b"])): one["redundant"] for one in labelled}
    every = [json.loads(line) for line in _review(["--review", "10000", *flags], records).splitlines()]
    drawn = _review(["--review", "250", *flags], records)
    answers = tmp_path / "answers.jsonl"
    entries = [json.loads(line) for line in drawn.splitlines()]
    assert len(entries) == 250
    answers.write_text("".join(as_line({**one, "redundant": known.get(one["id"])}) for one in entries), "utf-8")
    told = run(
        ["--isolated", "--format", "jsonl", "--review", "250", "--answers", str(answers), *flags], records.encode()
    )
    text = told.stderr.decode()
    for side, wrong in (("lose something", False), ("could have gone", True)):
        went = side == "lose something"
        if not went and not any(one["went"] is False for one in every):
            assert "There are no near-duplicates that stayed" in text  # without a guard nothing is new
            continue
        population = [known[one["id"]] for one in every if one["went"] == went and one["id"] in known]
        rate = sum(label == wrong for label in population) / len(population)
        match = re.search(rf"([\d.]+) % {side} \(95 % interval: ([\d.]+) % to ([\d.]+) %", text)
        assert match, text
        _, low, high = map(float, match.groups())
        assert low / 100 - 0.0006 <= rate <= high / 100 + 0.0006


def _review(flags: list[str], records: str) -> str:
    done = run(["--isolated", "--quiet", "--format", "jsonl", *flags], records.encode())
    assert done.code == 0, done.stderr
    return done.stdout.decode()


def test_what_has_an_answer_is_not_written_again(tmp_path: Path) -> None:
    text = "".join(f"{SENTENCE} It is {n} years old.\n\n" for n in range(3))
    first = run(["--isolated", "--review", "5"], text.encode())
    entries = [json.loads(line) for line in first.stdout.splitlines()]
    assert [one["redundant"] for one in entries] == [None] * 2
    answers = tmp_path / "answers.jsonl"
    answers.write_text(as_line({**entries[0], "redundant": False}), "utf-8")
    second = run(["--isolated", "--review", "5", "--answers", str(answers)], text.encode())
    assert [json.loads(line)["id"] for line in second.stdout.splitlines()] == [entries[1]["id"]]
    assert b"1 answered, 0 unsure, 1 open" in second.stderr
    assert b"Too few answers to recommend" in second.stderr
    assert answers.read_text("utf-8").count("\n") == 1, "what was not asked is not written"


def test_the_same_seed_draws_the_same_and_another_one_does_not() -> None:
    def drawn(seed: int) -> list[str]:
        draw = Draw(10, seed)
        for number in range(200):
            draw.add(found(number, removed=number % 2 == 0, coverage=0.9, reason="near" if number % 2 == 0 else "new"))
        return [one.at for one in draw.drawn()]

    assert drawn(1) == drawn(1) != drawn(2)
    assert len(drawn(1)) == 10


def test_each_part_of_a_draw_has_something_of_both_sides() -> None:
    """Whoever stops half-way has answered about some of each."""
    draw = Draw(40, 3)
    for number in range(400):
        gone = number % 2 == 0
        draw.add(found(number, removed=gone, coverage=0.9, reason="near" if gone else "new"))
    sides = [one.went for one in draw.drawn()]
    assert all(3 <= sum(sides[at : at + 10]) <= 7 for at in (0, 10)), sides


@given(st.dictionaries(st.sampled_from(list(WEIGHTS)), st.integers(0, 50)), st.integers(1, 120))
def test_as_many_are_drawn_as_there_are_and_none_twice(numbers: dict[str, int], most: int) -> None:
    shares = allocation(numbers, most)
    assert sum(shares.values()) == min(most, sum(numbers.values()))
    assert all(share <= numbers[stratum] for stratum, share in shares.items())


def test_each_group_is_drawn_from_and_the_edge_most() -> None:
    shares = allocation(dict.fromkeys(WEIGHTS, 1000), 100)
    assert set(shares) == set(WEIGHTS)
    assert shares["went: many words of its own"] > shares["went: the same words"]
    assert shares["stayed: hardly any word of its own"] > shares["stayed: many words of its own"]
    assert sum(share for stratum, share in shares.items() if stratum.startswith("went")) == 50


def test_long_paragraphs_are_counted_and_not_drawn() -> None:
    draw = Draw(5, 1)
    draw.add(replace(found(1, removed=True, coverage=0.9), text="x" * (LONGEST + 1)))
    assert (draw.too_long, draw.drawn()) == (1, [])


def test_wilson_is_known_for_some_figures() -> None:
    """Figures of Brown, Cai and DasGupta, and of any table."""
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.27753), abs=1e-4)
    assert wilson(0.5, 100) == pytest.approx((0.40383, 0.59617), abs=1e-4)


def test_an_even_sample_gives_wilsons_interval() -> None:
    """Strata that are drawn from in proportion, and are alike, are one sample."""
    got = estimate([Stratum(100, 10, 3), Stratum(300, 30, 9)])
    assert got is not None
    assert (got.low, got.high) == pytest.approx(wilson(0.3, 40))


def test_strata_without_answers_are_told_of() -> None:
    got = estimate([Stratum(100, 10, 0), Stratum(50, 0, 0)])
    assert got is not None
    assert (got.number, got.left_out) == (100, 50)
    assert estimate([Stratum(50, 0, 0)]) is None


def test_the_interval_holds_the_true_share_mostly() -> None:
    """Uneven strata, drawn from unevenly, a thousand times: it does in 93 of a hundred and more."""
    chooser = random.Random(5)  # noqa: S311 - a simulation is no secret
    strata = [(2000, 20, 0.01), (500, 30, 0.1), (100, 30, 0.4)]
    truth = sum(n * p for n, _, p in strata) / sum(n for n, _, _ in strata)
    held = 0
    for _ in range(1000):
        got = estimate(Stratum(n, k, sum(chooser.random() < p for _ in range(k))) for n, k, p in strata)
        assert got is not None
        held += got.low <= truth <= got.high
    assert held >= 930


def test_answers_are_kept_one_by_one_and_the_last_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with Answers(path) as answers:
        answers.add(pair(1), YES)
        answers.add(pair(2), None)
        assert len(path.read_text("utf-8").splitlines()) == 2
        answers.add(pair(1), NO)
    assert Answers(path).labels == {pair(1).identity: False, pair(2).identity: None}


def test_a_torn_last_line_is_no_answer_and_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with Answers(path) as answers:
        answers.add(pair(1), YES)
        answers.add(pair(2), YES)
    path.write_bytes(path.read_bytes()[:-30])
    with Answers(path) as answers:
        assert list(answers.labels) == [pair(1).identity]
        answers.add(pair(3), YES)
    assert [json.loads(line)["at"] for line in path.read_bytes().splitlines()] == ["a.jsonl:1", "a.jsonl:3"]
    assert len(Answers(path).labels) == 2


def test_a_last_line_without_its_end_is_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(as_line(pair(1).to_entry(redundant=True)).rstrip("\n"), "utf-8")
    with Answers(path) as answers:
        answers.add(pair(2), NO)
    assert list(Answers(path).labels.values()) == [True, False]
    path.write_text("torn\n" + path.read_text("utf-8"), "utf-8")
    with pytest.raises(InputError):
        Answers(path)


def test_a_file_that_holds_no_answers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(f"{SENTENCE}\n{SENTENCE}\n", "utf-8")
    done = run(["--isolated", "--review", "5", "--answers", str(path)], SENTENCE.encode())
    assert done.code == 2
    assert b"article.txt:1: is no labelled pair" in done.stderr
    done = run(["--isolated", "--review", "5", "--answers", str(path), str(path)])
    assert (done.code, path.read_text("utf-8")) == (2, f"{SENTENCE}\n{SENTENCE}\n")


def test_lone_surrogates_and_hostile_text_stay_data() -> None:
    entry = replace(pair(), a="\ud800\x1b[2J").to_entry(redundant=None)
    line = as_line(entry)
    assert line.isascii()
    assert json.loads(line)["a"] == "\ud800\x1b[2J"


def test_other_settings_are_tried_with_the_librarys_own_comparison() -> None:
    """A pair that adds a name stays under strict, and would go under off; one under the present setting agrees."""
    a = "The prize for the best garden of the whole year goes to Anna Meyer from the valley."
    one = replace(
        pair(), a=a, b=a.replace("Meyer", "Meier"), went=False, stratum="stayed: some words of its own", reason="new"
    )
    got = tried([(one, False)], {one.stratum: 7.0}, Settings())
    rows = {(row.threshold, row.guard): row for row in got.rows}
    assert (rows[0.8, "strict"].lost, rows[0.8, "off"].lost, rows[0.8, "off"].all_lost) == (0, 1, 7.0)
    assert rows[0.95, "off"].lost == 0
    assert rows[0.8, "strict"].now
    assert got.better() is None
    assert tried([(one, True)], {one.stratum: 7.0}, Settings()).better() is not None
