"""Explanations on a terminal: grouped by witness, in a pager where they are long, marked only where that is true."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dedup.model.explanation import Explanation, Standing
from dedup.report import columns, explain, grouped, lives
from dedup.report.grouped import Grouped
from dedup.report.pager import pager_command
from dedup.report.reporter import Reporter
from dedup.report.rule_names import NAMES
from dedup.report.terminal import Stream, Terminal
from dedup.verdict.rules.registry import RULES

if TYPE_CHECKING:
    from dedup.report.terminal import Style
    from tests.support.cli_process import Command

PLAIN, COLOR = Stream(), Stream(terminal=True, color=True)
KEPT = "The keeper of the old lighthouse rings the bell whenever fog comes in from the sea."
NEAR = KEPT.replace("whenever", "whenewer")
GONE = Explanation(
    at=Standing("a.txt", 7, 3),
    document="a",
    removed=True,
    reason="near",
    text=NEAR,
    witness=KEPT,
    beside=Standing("a.txt", 1, 0),
    similarity=0.94,
    coverage=0.94,
    kinds=("spelling",),
)


def rendered(some: list[Explanation], stream: Stream = PLAIN) -> str:
    held = Grouped()
    assert all(map(held.take, some))
    return "".join(held.render(stream))


def test_removals_for_the_same_words_stand_below_them_once() -> None:
    other = replace(GONE, witness="Another text that is kept, too.", text="Another text that is kept, too.", kinds=())
    stays = replace(GONE, removed=False, reason="new", kinds=("words",), text="It stays.")
    again = replace(GONE, at=Standing("b.txt", 9, 0), text=KEPT, reason="exact", kinds=(), similarity=1.0, coverage=1.0)
    told = rendered([other, stays, GONE, again])
    assert told.split("\n") == [
        f"kept: a.txt:1: {KEPT}",
        "    removed for it: 2 paragraphs",
        "    a.txt:7: a near-duplicate (similarity 0.94, coverage 0.94; differs in spelling)",
        f"        {NEAR.replace('whenewer', '[+whenewer+]')}",
        "    b.txt:9: an exact repeat (similarity 1.00, coverage 1.00)",
        *explain.render(other, PLAIN).split("\n")[:-1],
        *explain.render(stays, PLAIN).split("\n"),
    ]


def test_groups_are_largest_first_and_nothing_is_told_twice() -> None:
    some = [replace(GONE, witness=f"Text {n % 3}.", at=Standing("a.txt", n, n)) for n in range(30) if n % 3 or n < 9]
    told = rendered(some)
    places = Counter(line.split(":")[1] for line in told.split("\n") if line.startswith("    a.txt:"))
    assert places == Counter(str(one.at.line) for one in some)
    assert told.index("Text 1.") < told.index("Text 0.")


def test_what_has_no_room_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouped, "MOST", 2)
    held = Grouped()
    assert [held.take(GONE) for _ in range(3)] == [True, True, False]
    assert "".join(held.render(PLAIN)).count("a.txt:7") == 2
    assert not list(held.render(PLAIN))
    monkeypatch.setattr(grouped, "CHARACTERS", 10)
    assert not held.take(GONE)


def test_words_are_marked_on_both_sides_of_a_removal() -> None:
    told = explain.render(GONE, PLAIN)
    assert "[+whenewer+]" in told
    assert "[-whenever-]" in told
    coloured = explain.render(GONE, COLOR)
    assert "\x1b[32mwhenewer\x1b[0m" in coloured
    assert "\x1b[31mwhenever\x1b[0m" in coloured
    assert "[+" not in coloured


def test_nothing_is_marked_that_the_first_witness_alone_does_not_say() -> None:
    """Of several witnesses only one is shown; the other one has the words that this one lacks."""
    assert "[+" not in explain.render(replace(GONE, together=True), PLAIN)
    assert "[+" not in explain.render(replace(GONE, kinds=()), PLAIN)


def test_every_rule_has_a_name_for_people() -> None:
    assert {rule.name for rule in RULES} == set(NAMES)
    assert set(lives.DETAILS) & set(lives.STAYS) == set()


@pytest.mark.parametrize(
    ("env", "command"),
    [
        ({}, ["less"]),
        ({"PAGER": "more -s"}, ["more", "-s"]),
        ({"PAGER": "more", "DEDUP_PAGER": "most"}, ["most"]),
        ({"PAGER": "cat"}, None),
        ({"PAGER": ""}, None),
        ({"PAGER": "more", "DEDUP_PAGER": ""}, None),
        ({"PAGER": "'torn"}, None),
    ],
)
def test_the_pager_is_the_one_that_is_asked_for(env: dict[str, str], command: list[str] | None) -> None:
    terminal = Terminal(PLAIN, COLOR, COLOR)
    assert pager_command(terminal, env) == command
    assert pager_command(replace(terminal, dumb=True), env) is None


SCREEN = Terminal(PLAIN, PLAIN, Stream(terminal=True))


def told_by(reporter: Reporter, capsys: pytest.CaptureFixture[str], some: list[Explanation]) -> str:
    with reporter:
        for one in some:
            reporter.explained(one)
    return capsys.readouterr().err


def test_what_is_too_much_to_be_grouped_follows_as_it_comes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All is told, once, and a line says so."""
    monkeypatch.setattr(grouped, "MOST", 2)
    some = [replace(GONE, at=Standing("a.txt", n, n)) for n in range(5)]
    told = told_by(Reporter(SCREEN, verbose=True, pager=False), capsys, some)
    first, note, rest = told.partition("dedup: there are too many explanations to group them")
    assert note
    assert "removed for it: 2 paragraphs" in first
    assert [f"a.txt:{n}: removed" in rest for n in range(5)] == [False, False, True, True, True]


def test_nothing_is_held_where_there_is_no_screen(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter(Terminal(PLAIN, PLAIN, PLAIN), verbose=True)
    reporter.explained(GONE)
    assert capsys.readouterr().err == explain.render(GONE, PLAIN)


def test_what_is_held_is_told_when_a_run_is_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter(SCREEN, verbose=True)
    reporter.explained(GONE)
    assert not capsys.readouterr().err
    reporter.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "a.txt:7: removed" in capsys.readouterr().err


TEXTS = st.text(st.sampled_from("ab c\u0301漢字 ไ👩\u200d"), max_size=60)


@given(st.lists(st.tuples(TEXTS, st.sampled_from([None, "added"])), max_size=6), st.integers(2, 30))
def test_wrapped_lines_are_no_wider_and_lose_nothing_but_spaces(
    pieces: list[tuple[str, Style | None]], width: int
) -> None:
    lines = columns.lines(pieces, width, PLAIN)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join("".join(text for text, _ in pieces).split())


def test_explanations_are_paged_on_a_terminal_and_nowhere_else(dedup: Command) -> None:
    """In groups, with what repeats most in the summary; in a pipe one by one, in order."""
    texts = [f"{KEPT}\nA line of its own, of the record {n}." for n in range(60)]
    records = [{"text": text, "url": f"https://s{n}.example/x"} for n, text in enumerate(texts)]
    (dedup.directory / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    env = {"PAGER": "sed s/^/PAGED/", "COLUMNS": "80"}
    flags = ["-v", "--check", "--scope", "corpus", "--workers", "1", "--color", "never", "a.jsonl"]
    done = dedup.on_terminal(*flags, env=env)
    told = done.stderr.replace("\r", "")
    assert done.code == 1
    assert f"PAGEDkept: a.jsonl:1: {KEPT}\nPAGED    removed for it: 59 paragraphs" in told
    summary = " ".join(told.partition("╭")[2].replace("│", " ").split())
    assert "most repeated 59 times in 59 documents of s1.example and 58 more: The keeper" in summary
    assert max(map(len, told.split("╭")[1].split("\n"))) <= 80
    plain = dedup.on_terminal("--no-pager", *flags, env=env).stderr
    assert "PAGED" not in plain
    assert "removed for it" in plain
    assert dedup(*flags, env=env).stderr.count(": removed, ") == 59
