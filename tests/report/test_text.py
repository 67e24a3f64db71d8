"""Summary, explanations and progress, as text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.differences import Difference
from dedup.model.errors import ExitCode, InputError
from dedup.model.explanation import Explanation, Standing
from dedup.model.outcome import Counts, Outcome
from dedup.report import explain, progress, summary
from dedup.report.progress import Bar, Lines, Meter
from dedup.report.reporter import Reporter, _meter
from dedup.report.terminal import Stream, Terminal

if TYPE_CHECKING:
    from dedup.model.job import Mode

PLAIN = Stream()
COLOR = Stream(terminal=True, color=True)
COUNTS = Counts(files=3, documents=3, changed=2, paragraphs=214, exact=12, near=3, block=2)


def terminal(stderr: Stream = PLAIN, stdout: Stream = PLAIN, *, dumb: bool = False) -> Terminal:
    return Terminal(PLAIN, stdout, stderr, dumb=dumb)


@pytest.mark.parametrize(
    ("counts", "mode", "line"),
    [
        (COUNTS, "clean", "3 files, 214 paragraphs: 197 kept, 17 removed (12 exact, 3 near, 2 in blocks)."),
        (COUNTS, "check", "3 files, 214 paragraphs: 197 to keep, 17 to remove (12 exact, 3 near, 2 in blocks)."),
        (Counts(files=1, documents=1, paragraphs=1), "clean", "1 file, 1 paragraph: 1 kept, 0 removed."),
        (Counts(), "clean", "0 files, 0 paragraphs: 0 kept, 0 removed."),
        (
            Counts(files=1, documents=1200, paragraphs=3000, near=1),
            "clean",
            "1 file, 1,200 documents, 3,000 paragraphs: 2,999 kept, 1 removed (1 near).",
        ),
        (
            Counts(1, 9, paragraphs=90, boilerplate=8, exact=1, references=1200, emptied=2, unexamined=1),
            "clean",
            (
                "1 file, 9 documents, 90 paragraphs: 81 kept, 9 removed (1 exact, 8 boilerplate). "
                "1,200 documents read as references. 2 documents left empty. "
                "1 pair in large groups of near-copies not compared one by one."
            ),
        ),
        (
            Counts(files=1, documents=1, paragraphs=3, kept_near=3, new=Counter(words=2, number=1200)),
            "dry-run",
            (
                "1 file, 3 paragraphs: 3 to keep, 0 to remove. "
                "3 near-duplicates say something new (numbers in 1,200, words in 2)."
            ),
        ),
        (
            Counts(files=1, documents=1, paragraphs=1, kept_near=1),
            "clean",
            "1 file, 1 paragraph: 1 kept, 0 removed. 1 near-duplicate says something new.",
        ),
        (
            Counts(files=2, documents=2, paragraphs=4, invalid_utf8=1, unsettled=1, too_large=2, errors=1),
            "clean",
            (
                "2 files, 4 paragraphs: 4 kept, 0 removed. "
                "1 document with bytes that do not decode, kept byte for byte. "
                "1 document left unchanged because the decisions did not settle. "
                "2 documents above --max-document, passed through unread. 1 error."
            ),
        ),
    ],
)
def test_the_summary_in_one_line(counts: Counts, mode: Mode, line: str) -> None:
    assert line == summary.line(counts, mode)


@given(*[st.integers(0, 10**6)] * 5)
def test_the_figures_of_the_summary_add_up(documents: int, kept_ones: int, exact: int, near: int, block: int) -> None:
    everything = kept_ones + exact + near + block
    counts = Counts(1, documents, paragraphs=everything, exact=exact, near=near, block=block)
    numbers = [
        int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", summary.line(counts).partition(" paragraph")[2])
    ]
    kept, removed, *reasons = numbers
    assert counts.paragraphs == kept + removed
    assert removed == sum(reasons)


def test_figures_of_parts_are_added() -> None:
    """Those of each kind, too."""
    counts = Counts(paragraphs=1, new=Counter(name=1))
    counts.stayed([("number", "name"), ("number",)])
    counts.add(Counts(paragraphs=2, kept_near=1, new=Counter(words=1)))
    assert (counts.paragraphs, counts.kept_near) == (3, 3)
    assert counts.new == {"number": 2, "name": 2, "words": 1}


def test_the_summary_of_a_pipe_is_one_line_and_quiet_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    Reporter(terminal()).summary(Outcome(COUNTS, ExitCode.OK))
    Reporter(terminal(COLOR), quiet=True).summary(Outcome(COUNTS, ExitCode.OK))
    assert ("", summary.line(COUNTS) + "\n") == capsys.readouterr()


def test_the_summary_of_a_terminal_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    Reporter(terminal(COLOR)).summary(Outcome(COUNTS, ExitCode.OK))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "\x1b[" in shown.err
    for figure in ("214", "197", "17", "12 exact, 3 near, 2 in blocks", "of 3"):
        assert figure in shown.err


def test_without_colour_the_table_has_no_escape_sequence(capsys: pytest.CaptureFixture[str]) -> None:
    Reporter(terminal(Stream(terminal=True))).summary(Outcome(replace(COUNTS, errors=1), ExitCode.ERROR))
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "1 error." in shown


def test_quiet_does_not_silence_problems(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter(terminal(), quiet=True)
    before = reporter.failed
    reporter.problem(InputError("it is gone", place="a.txt"))
    assert (before, reporter.failed) == (False, True)
    assert capsys.readouterr() == ("", "dedup: a.txt: it is gone.\n")


GONE = Explanation(
    at=Standing("a.txt", 7, 3),
    document="a.txt",
    removed=True,
    reason="near",
    text="Sales rose seven per cent.",
    witness="Sales rose seven per cent, it said.",
    beside=Standing("a.txt", 2, 1),
    similarity=0.876,
    coverage=1.0,
)
STAYS = replace(GONE, removed=False, reason="new", text="Sales rose eleven per cent.", new=((11, 17),))


def test_an_explanation_of_a_removal() -> None:
    expected = (
        "a.txt:7: removed, a near-duplicate (similarity 0.88, coverage 1.00)\n"
        "    Sales rose seven per cent.\n"
        "    kept: a.txt:2: Sales rose seven per cent, it said.\n"
    )
    assert expected == explain.render(GONE, PLAIN)


def test_an_explanation_names_the_kinds_of_difference() -> None:
    """In words for people; a name that nobody knows is told as it is."""
    told = explain.render(replace(GONE, kinds=("spelling", "marker", "odd")), PLAIN).splitlines()[0]
    assert told.endswith("(similarity 0.88, coverage 1.00; differs in spelling, a marker, odd)")
    told = explain.render(replace(STAYS, kinds=("number", "turn")), PLAIN).splitlines()[0]
    assert "kept, it says something new: a number, a negation or the like (" in told


def test_every_kind_of_difference_has_words_for_people() -> None:
    """What covers and what is new, and nothing twice."""
    every = Difference(sum(kind.value for kind in Difference)).names()
    assert sorted(every) == sorted([*explain.WAYS, *explain.NEWS])


def test_boilerplate_says_how_often_it_stands_and_that_no_copy_is_kept() -> None:
    told = replace(GONE, reason="boilerplate", documents=1214, witness=GONE.text, beside=Standing("top/b.jsonl", 7))
    lines = explain.render(told, PLAIN).splitlines()
    assert "removed, boilerplate that stands in 1,214 documents (" in lines[0]
    assert lines[2] == "    also: top/b.jsonl:7, the same words"


def test_the_same_text_is_not_shown_twice() -> None:
    shown = explain.render(replace(GONE, reason="exact", witness=GONE.text), PLAIN)
    assert shown.count(GONE.text) == 1
    assert "    kept: a.txt:2, the same words\n" in shown


def test_new_words_are_marked_in_what_stays() -> None:
    assert "    Sales rose [+eleven+] per cent.\n" in explain.render(STAYS, PLAIN)
    assert "    Sales rose \x1b[32meleven\x1b[0m per cent.\n" in explain.render(STAYS, COLOR)
    assert "kept, it says something new" in explain.render(STAYS, PLAIN)


def test_hostile_text_is_harmless_in_an_explanation() -> None:
    hostile = "[/x] \x1b]0;owned\x07 [bold]\u202etxt\n\x9b2J" + "\udcff"
    shown = explain.render(
        replace(
            STAYS,
            at=Standing(hostile, 1),
            text=hostile,
            witness=hostile + "!",
            beside=Standing(hostile),
            new=((0, 4),),
        ),
        PLAIN,
    )
    assert shown.count("\n") == 3
    assert not set("\x1b\x07\x9b\u202e\udcff") & set(shown)
    assert "[+[/x]+] \\x1b]0;owned\\x07 [bold]\\u202etxt \\x9b2J\\xff" in shown


def test_a_long_paragraph_is_shortened_around_its_new_words() -> None:
    text = "word " * 100 + "NEW " + "word " * 100 + "LATE"
    at, late = text.index("NEW"), text.index("LATE")
    shown = explain.quote(text, ((at, at + 3), (late, late + 4)), PLAIN)
    assert shown.startswith("word word")
    assert "[+NEW+]" in shown
    assert shown.endswith("[+LATE+]")
    assert shown.count("…") == 2
    assert len(shown) < 250
    assert explain.SNIPPET + 5 > len(explain.quote(text, (), PLAIN)) > explain.SNIPPET - 5


@given(st.text("ab \n", max_size=400), st.lists(st.integers(0, 400), max_size=12, unique=True))
def test_marks_stand_where_the_spans_are(text: str, cuts: list[int]) -> None:
    """Whatever the spans, all their letters are quoted and marked."""
    points = sorted(cut for cut in cuts if cut <= len(text))
    spans = tuple(zip(points[::2], points[1::2], strict=False))
    shown = explain.quote(text, spans, PLAIN)
    marked = "".join(re.findall(r"\[\+(.*?)\+\]", shown))
    wanted = "".join(text[start:end] for start, end in spans)
    assert re.sub(r"\s", "", wanted) == re.sub(r"\s", "", marked)


def test_so_many_new_words_that_not_all_are_quoted() -> None:
    assert len(explain.quote("x" * 10**6, ((0, 10**6),), PLAIN)) < explain.MOST + 10


class Clock:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_progress_as_lines_says_nothing_at_first_and_then_little() -> None:
    written: list[str] = []
    clock = Clock()
    lines = Lines(written.append, clock=clock)
    for second in range(12):
        clock.now = float(second)
        lines.update(second * 10**6, 20 * 10**6)
    assert written == [
        "1.0 MB of 20.0 MB read (5%), 1.0 MB/s, 19 s left\n",
        "6.0 MB of 20.0 MB read (30%), 1.0 MB/s, 14 s left\n",
        "11.0 MB of 20.0 MB read (55%), 1.0 MB/s, 9 s left\n",
    ]


def test_progress_of_unknown_length() -> None:
    assert progress.describe(999, None, 2.0) == "999 bytes read, 500 bytes/s"
    assert progress.describe(0, 10, 0.0) == "0 bytes of 10 bytes read (0%), 0 bytes/s"


def test_no_rate_is_below_zero() -> None:
    """Fewer tasks may be done than at the beginning of the stage: those of another job are counted then."""
    assert (
        progress.describe(3, 9, 2.0, stage="deciding", unit="tasks", first=4)
        == "deciding: 3 of 9 tasks (33%), 0 tasks/s"
    )


def test_rate_and_time_left_are_those_of_the_stage() -> None:
    written: list[str] = []
    clock = Clock()
    lines = Lines(written.append, delay=30.0, every=30.0, eager=False, clock=clock)
    for second in range(100):
        clock.now = float(second)
        if second < 50:
            lines.update(second * 10**6, 49 * 10**6, "reading")
        else:
            lines.update(1000 + (second - 50) * 20, 5000, "comparing", "pairs")
    assert written == [
        "reading: 30.0 MB of 49.0 MB (61%), 1.0 MB/s, 19 s left\n",
        "comparing: 1,200 of 5,000 pairs (24%), 20 pairs/s, 3 min left\n",
        "comparing: 1,800 of 5,000 pairs (36%), 20 pairs/s, 3 min left\n",
    ]
    assert progress.describe(7, None, 1.0, stage="merging", unit="groups") == "merging: 7 groups, 7 groups/s"


def test_a_short_run_draws_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """Not even the cursor is hidden before the first second is over."""
    clock = Clock()
    bar = Bar(terminal(COLOR), clock=clock)
    for clock.now in (0.0, 0.5, 0.99):
        bar.update(10, 100)
    bar.clear()
    assert capsys.readouterr() == ("", "")
    clock.now = 1.0
    bar.update(20, 100)
    bar.clear()
    assert "20 bytes of 100 bytes read" in capsys.readouterr().err


def test_a_new_stage_is_told_at_once_where_lines_are_wanted() -> None:
    written: list[str] = []
    clock = Clock()
    lines = Lines(written.append, clock=clock)
    for second, stage in enumerate(["", "reading", "reading", "comparing", "comparing"]):
        clock.now = float(second)
        lines.update(second, None, stage)
    assert [line.partition(":")[0] for line in written] == ["reading", "comparing"]


def test_a_new_stage_is_drawn_at_once_but_not_in_the_first_second(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    bar = Bar(terminal(COLOR), clock=clock)
    bar.update(1, 100, "reading")
    clock.now = 0.5
    bar.update(2, 100, "comparing")
    assert capsys.readouterr().err == ""
    clock.now = 2.0
    bar.update(3, 100, "comparing")
    assert "comparing: 3 bytes" in capsys.readouterr().err
    clock.now = 2.01
    bar.update(4, 100, "comparing")
    assert capsys.readouterr().err == ""
    clock.now = 2.02
    bar.update(0, 100, "writing")
    assert "writing: 0 bytes" in capsys.readouterr().err
    bar.clear()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (3599, "1 h 0 min"), (3660, "1 h 1 min")]
)
def test_times_for_people(seconds: float, text: str) -> None:
    assert text == progress.duration(seconds)


def test_a_long_run_writes_a_line_now_and_then_where_nobody_looks() -> None:
    flags = {"wanted": True, "forced": False, "crowded": False, "long": True}
    meter = _meter(terminal(PLAIN), **flags)
    assert isinstance(meter, Lines)
    assert meter._every == progress.RARELY
    forced = _meter(terminal(PLAIN), **{**flags, "forced": True})
    assert isinstance(forced, Lines)
    assert forced._every == progress.LINE_EVERY
    assert type(_meter(terminal(PLAIN), **{**flags, "wanted": False})) is Meter
    assert isinstance(_meter(terminal(COLOR), **flags), Bar)
    assert type(_meter(terminal(COLOR), **{**flags, "crowded": True})) is Meter


def test_notes_are_told_to_those_who_want_to_know_more(capsys: pytest.CaptureFixture[str]) -> None:
    Reporter(terminal()).note("expect 3 GB")
    assert capsys.readouterr().err == ""
    Reporter(terminal(), verbose=True).note("expect\x1b 3 GB")
    assert capsys.readouterr().err == "dedup: expect\\x1b 3 GB.\n"


def test_the_bar_is_drawn_after_a_second_and_taken_away(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    bar = Bar(terminal(COLOR), clock=clock)
    bar.update(1, 100)
    assert capsys.readouterr().err == ""
    clock.now = 2.0
    bar.update(50, 100)
    assert "50 bytes of 100 bytes read (50%), 25 bytes/s, 2 s left" in capsys.readouterr().err
    bar.clear()
    assert "\x1b[?25h" in capsys.readouterr().err, "the cursor is shown again"


@pytest.mark.parametrize(
    ("stderr", "flags", "kind"),
    [
        (COLOR, {}, Bar),
        (PLAIN, {}, Meter),
        (Stream(terminal=True), {}, Lines),
        (COLOR, {"wanted": False}, Meter),
        (COLOR, {"crowded": True}, Meter),
        (COLOR, {"crowded": True, "forced": True}, Lines),
        (PLAIN, {"forced": True}, Lines),
    ],
)
def test_which_progress_is_shown(stderr: Stream, flags: dict[str, bool], kind: type) -> None:
    given_flags = {"wanted": True, "forced": False, "crowded": False, **flags}
    assert kind is type(_meter(terminal(stderr), **given_flags))


def test_a_dumb_terminal_sees_no_progress_unless_asked() -> None:
    dumb = terminal(Stream(terminal=True), dumb=True)
    assert type(_meter(dumb, wanted=True, forced=False, crowded=False)) is Meter
    assert isinstance(_meter(dumb, wanted=True, forced=True, crowded=False), Lines)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 bytes"), (999, "999 bytes"), (85_200_000, "85.2 MB"), (2 * 10**15, "2000.0 TB")]
)
def test_sizes_for_people(number: int, text: str) -> None:
    assert text == summary.size(number)


@pytest.mark.parametrize("verbose", [False, True])
def test_the_first_problems_of_a_kind_are_told_and_the_others_counted(
    capfd: pytest.CaptureFixture[str], *, verbose: bool
) -> None:
    """With their places; a kind is what happened, whatever figures and details come with it. Verbose tells all."""
    with Reporter(terminal(), "clean", quiet=True, verbose=verbose) as reporter:
        for number in range(20):
            reporter.problem(InputError("no field 'text'", place=f"a.jsonl:{number}", hint="look"))
            reporter.problem(InputError(f"not JSON (Expecting value, column {number})", place=f"b:{number}"))
        reporter.problem(InputError("no field 'text'", place="c.jsonl:7"), more=1000)
        reporter.problem(InputError("is no file", place="c"))
        reporter.summary(Outcome(Counts(), ExitCode.ERROR))
    told = capfd.readouterr().err.splitlines()
    places = [line.split(": ")[1] for line in told if "more of this kind" not in line]
    counted = [line for line in told if "more of this kind" in line]
    if verbose:
        assert len(places) == 42
        assert counted == ["dedup: … and 1,000 more of this kind: no field 'text'."]
    else:
        first = [f"{name}:{number}" for number in range(5) for name in ("a.jsonl", "b")]
        assert places == [*first, "c"]
        hint = "Hint: -v tells each of them."
        assert counted == [
            "dedup: … and 1,016 more of this kind: no field 'text'. " + hint,
            "dedup: … and 15 more of this kind: not JSON (Expecting value, column 5). " + hint,
        ]
