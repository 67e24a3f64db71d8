"""Scope ``corpus`` on the command line: real processes, real files, and what may happen to both."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from dedup.engines.local import corpus_run
from dedup.formats.grouping import group_of
from dedup.model.errors import InputError
from dedup.model.settings import Settings
from tests.command.test_exit import alive, children, wait_for
from tests.support.cli_process import OTHER, SENTENCE, TIMEOUT
from tests.support.fake_kernel import run_bytes, run_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.support.cli_process import Command, Ended

posix = pytest.mark.skipif(os.name == "nt", reason="signals, pipes with names, and limits as POSIX has them")
THIRD = "The mayor promised on Tuesday that nobody would have to walk more than ten minutes to the next bridge."
CORPUS = ("--isolated", "--scope", "corpus")
QUIET = (*CORPUS, "-q")


def lines(*texts: str, **fields: Iterable[Any]) -> bytes:
    """Return records with these texts, and with fields of which each record takes one value, unless it is None."""
    rows = zip(texts, *fields.values(), strict=True) if fields else ((text,) for text in texts)
    out = []
    for text, *values in rows:
        more = {name: value for name, value in zip(fields, values, strict=True) if value is not None}
        out.append(json.dumps({**more, "text": text}, ensure_ascii=False).encode() + b"\n")
    return b"".join(out)


def texts(data: bytes) -> list[Any]:
    """Return the texts of records."""
    return [json.loads(line)["text"] for line in data.splitlines()]


def one_line(done: Ended, *said: str) -> None:
    """Check that a run failed with one line that says this, and without a traceback."""
    assert done.code == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    for words in said:
        assert words in done.stderr


TWO = f"{SENTENCE}\n\n{OTHER}"
REPEATED = lines(SENTENCE, TWO, OTHER, THIRD)
CLEANED = lines(SENTENCE, OTHER, "", THIRD)


# --- what stays -------------------------------------------------------------------------------------------------------

LONGER = SENTENCE.replace("bridge", "railway bridge over the river")
WORDY = SENTENCE.replace("agreed", "has now at last been agreed").replace("bridge", "bridge that was there")


@pytest.mark.parametrize(
    ("flags", "given", "left"),
    [
        (("--keep", "first"), (SENTENCE, LONGER, SENTENCE), (SENTENCE, LONGER, "")),
        (("--keep", "longest"), (SENTENCE, LONGER, SENTENCE), ("", LONGER, "")),
        (("--keep", "richest"), (SENTENCE, LONGER, SENTENCE), ("", LONGER, "")),
        (("--keep", "none", "--boilerplate", "2"), (SENTENCE, OTHER, SENTENCE.upper()), ("", OTHER, "")),
        (("--keep", "none", "--boilerplate", "3"), (SENTENCE, OTHER, SENTENCE.upper()), (SENTENCE, OTHER, "")),
    ],
)
def test_keep_says_which_copy_stays(
    dedup: Command, flags: tuple[str, ...], given: tuple[str, ...], left: tuple[str, ...]
) -> None:
    """The first one, the longest, the one that says most, or none."""
    done = dedup(*QUIET, *flags, "-", stdin=lines(*given))
    assert (done.code, done.stderr) == (0, "")
    assert texts(done.stdout) == list(left)


def test_the_longest_is_not_always_the_richest(dedup: Command) -> None:
    """Characters are not words, and little words say nothing."""
    given = lines(SENTENCE, SENTENCE.replace(" ", "  ").upper(), SENTENCE)
    assert [bool(t) for t in texts(dedup(*QUIET, "--keep", "longest", "-", stdin=given).stdout)] == [False, True, False]
    assert [bool(t) for t in texts(dedup(*QUIET, "--keep", "richest", "-", stdin=given).stdout)] == [True, False, False]


def test_within_compares_records_of_one_host(dedup: Command) -> None:
    """Those of another host, and those of none, are compared with nobody but themselves."""
    urls = [
        "http://a.org/1",
        "https://A.org:8080/2?x=//b.org",
        "a.org/3?y=http://b.org/",
        "http://b.org",
        None,
        None,
        7,
    ]
    given = lines(*[f"{SENTENCE}\n{OTHER}\n{SENTENCE}"] * 7, url=urls)
    done = dedup(*QUIET, "--within", "HOST", "-", stdin=given)
    first = f"{SENTENCE}\n{OTHER}"
    assert texts(done.stdout) == [first, "", "", first, first, first, first]


def test_within_compares_records_of_one_value(dedup: Command) -> None:
    """The value of a field further inside; a number is not a string, and null is no value."""
    sites = [{"id": 1}, {"id": "1"}, {"id": 1}, {"id": None}, {"id": None}, {}, "1", {"id": [2]}, {"id": [2]}]
    done = dedup(*QUIET, "--within", "site.id", "-", stdin=lines(*[SENTENCE] * 9, site=sites))
    assert [bool(text) for text in texts(done.stdout)] == [True, True, False, True, True, True, True, True, False]


def test_records_of_no_value_do_not_meet_a_reference_either(dedup: Command) -> None:
    """A record without the value is not compared with the reference's record at the same place."""
    (dedup.directory / "ref.jsonl").write_bytes(lines(SENTENCE, OTHER, url=[None, "http://a.org"]))
    given = lines(SENTENCE, OTHER, OTHER, url=[None, "http://a.org/x", "http://b.org"])
    done = dedup(*QUIET, "--within", "HOST", "--against", "ref.jsonl", "-", stdin=given)
    assert texts(done.stdout) == [SENTENCE, "", OTHER]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Example.org:80/a", "example.org"),
        ("//example.org/a", "example.org"),
        (" example.org/a?b=http://other.org", "example.org"),
        ("example.org:8080", "example.org"),
        ("http://[::1]:80/", "::1"),
        ("http://[::1", None),
        ("", None),
        ("/a/b", None),
        ("https://", None),
        (None, None),
        (["http://example.org"], None),
    ],
)
def test_the_host_of_a_url(url: object, host: str | None) -> None:
    """Small letters, without the port; something that is no URL has none."""
    assert group_of({"url": url}, "HOST") == host


def test_against_takes_out_what_stands_in_references(dedup: Command) -> None:
    """Files, packed ones and directories, several times; they are read and not written."""
    (dedup.directory / "one.jsonl.gz").write_bytes(gzip.compress(lines(SENTENCE)))
    tree = dedup.directory / "tree" / "below"
    tree.mkdir(parents=True)
    (tree / "b.txt").write_text(f"{OTHER}\n\nSomething else stands here.\n", encoding="utf-8")
    (tree / "c.txt.bz2").write_bytes(bz2.compress(b"Nothing of it is said again.\n"))
    refs = ("--against", "one.jsonl.gz", "--against", "tree")
    done = dedup(*CORPUS, *refs, "--removed", "log", "-", stdin=lines(TWO, THIRD, OTHER.upper()))
    assert (done.code, texts(done.stdout)) == (0, ["", THIRD, ""])
    assert "3 documents, 4 paragraphs: 1 kept, 3 removed" in done.stderr
    log = (dedup.directory / "log").read_text(encoding="utf-8")
    found = [json.loads(line)["witnesses"][0] for line in log.splitlines() if '"document"' in line]
    assert [(one["document"], one["paragraph"]) for one in found] == [
        ({"file": "one.jsonl.gz", "line": 1}, 0),
        ({"file": "tree/below/b.txt"}, 0),
        ({"file": "tree/below/b.txt"}, 0),
    ]
    assert [one["text"] for one in found if "text" in one] == [OTHER]
    restored = dedup("--isolated", "-q", "--restore", "log", stdin=done.stdout)
    assert texts(restored.stdout) == [TWO, THIRD, OTHER.upper()]


@pytest.mark.parametrize("name", ["none.jsonl", "broken.jsonl.gz", "empty"])
def test_a_reference_that_cannot_be_read_ends_the_run(dedup: Command, name: str) -> None:
    """What it holds would stay unseen, so nothing is written."""
    (dedup.directory / "broken.jsonl.gz").write_bytes(gzip.compress(REPEATED)[:40])
    (dedup.directory / "empty").mkdir()
    done = dedup(*QUIET, "--against", name, "-o", "out.jsonl", "-", stdin=REPEATED)
    one_line(done, name, "nothing was written")
    assert not (dedup.directory / "out.jsonl").exists()


def test_references_without_text_are_told(dedup: Command) -> None:
    """Without -v, for the run is not what it was meant to be; an empty one is no error, as on the first day of many."""
    (dedup.directory / "empty.jsonl").write_bytes(b"")
    (dedup.directory / "null.jsonl").write_bytes(b'{"text": null}\n{"text": ""}\n')
    (dedup.directory / "half.jsonl").write_bytes(b'{"body": 1}\n' + lines(SENTENCE))
    refs = [part for name in ("empty", "null", "half") for part in ("--against", f"{name}.jsonl")]
    done = dedup(*CORPUS, *refs, "-", stdin=lines(SENTENCE, OTHER))
    assert (done.code, texts(done.stdout)) == (0, ["", OTHER])
    assert "2 references without any text, so nothing was compared with them. " in done.stderr
    assert "1 record of the references could not be read, and nothing was compared with it." in done.stderr
    done = dedup(*CORPUS, "-v", "--against", "empty.jsonl", "-", stdin=lines(SENTENCE))
    assert (done.code, texts(done.stdout)) == (0, [SENTENCE])
    assert "dedup: the reference empty.jsonl holds no text, and nothing is compared with it.\n" in done.stderr


def test_marks_change_no_text(dedup: Command) -> None:
    """Each record gets a field that says what would go, and for what."""
    done = dedup(*QUIET, "--mark", "-", stdin=REPEATED)
    assert done.code == 0
    assert texts(done.stdout) == texts(REPEATED)
    marks = [json.loads(line)["dedup"] for line in done.stdout.splitlines()]
    assert [len(each) for each in marks] == [0, 1, 1, 0]
    assert marks[1][0]["reason"] == "exact"
    assert marks[2][0]["witnesses"][0]["document"] == {"file": "-", "line": 2} or marks[2][0]["witnesses"]
    assert b"".join(line.split(b', "dedup"')[0] + b"}\n" for line in done.stdout.splitlines()) == REPEATED


@pytest.mark.parametrize(
    ("empty", "left"),
    [("keep", CLEANED), ("drop", lines(SENTENCE, OTHER, THIRD)), ("null", CLEANED.replace(b'""', b"null"))],
)
def test_records_left_empty(dedup: Command, empty: str, left: bytes) -> None:
    """Kept, dropped or null; all of them come back."""
    done = dedup(*CORPUS, "--empty", empty, "--removed", "log", "-", stdin=REPEATED)
    assert (done.code, done.stdout) == (0, left)
    assert "1 document left empty" in done.stderr.replace("1 document dropped", "1 document left empty")
    back = dedup("--isolated", "-q", "--restore", "log", stdin=done.stdout)
    assert (back.code, back.stdout) == (0, REPEATED)
    again = dedup(*QUIET, "-", stdin=done.stdout)
    assert (again.code, again.stdout, again.stderr) == (0, done.stdout, "")


def test_a_limit_to_what_may_go(dedup: Command) -> None:
    """Above it nothing is written; at it, all is."""
    (dedup.directory / "in.jsonl").write_bytes(REPEATED)
    for place in ("in.jsonl", "-"):
        done = dedup(*QUIET, "--max-removed", "0.3", "--removed", "log", "-o", "out", place, stdin=REPEATED)
        one_line(done, "2 of 5 paragraphs would go, a share of 0.4, and --max-removed is 0.3; nothing was written")
        assert sorted(path.name for path in dedup.directory.iterdir()) == [".git", "in.jsonl"]
    assert dedup(*QUIET, "--max-removed", "0.4", "-", stdin=REPEATED).stdout == CLEANED


def test_instead_of_cleaning(dedup: Command) -> None:
    """--check and --diff find what cleaning would remove, -n tells it, and none of them writes."""
    (dedup.directory / "a.jsonl").write_bytes(REPEATED)
    (dedup.directory / "b.jsonl").write_bytes(CLEANED.splitlines(keepends=True)[0])
    (dedup.directory / "c.jsonl").write_bytes(lines(THIRD.replace("mayor", "minister")))
    for flag, code in (("--check", 1), ("--diff", 1), ("-n", 0)):
        done = dedup(*CORPUS, flag, "a.jsonl", "b.jsonl", "c.jsonl")
        assert done.code == code
        assert "3 files, 6 documents, 7 paragraphs: 4 to keep, 3 to remove" in done.stderr
        assert (done.stdout != b"") == (flag == "--diff")
        assert done.stdout.count(b"\n-") == (6 if flag == "--diff" else 0)
        assert dedup(*CORPUS, flag, "a.jsonl", "--exit-zero", "-q").code == 0 or flag == "-n"
    assert dedup(*QUIET, "--check", "c.jsonl").code == 0
    assert len(list(dedup.directory.iterdir())) == 4


# --- where it goes ----------------------------------------------------------------------------------------------------


def _tree(top: Path) -> bytes:
    """Write a tree of several kinds of files, and return the texts that are left, one after the other."""
    (top / "in" / "sub").mkdir(parents=True)
    (top / "in" / "a.txt").write_text(f"{SENTENCE}\n\n{OTHER}\n", encoding="utf-8")
    (top / "in" / "b.jsonl").write_bytes(lines(OTHER, THIRD))
    (top / "in" / "sub" / "c.md").write_text(f"{THIRD}\n\nA last word.\n", encoding="utf-8")
    (top / "in" / "sub" / "d.txt").write_text("Untouched.\n", encoding="utf-8")
    left = (f"{SENTENCE}\n\n{OTHER}\n".encode(), lines("", THIRD), b"A last word.\n", b"Untouched.\n")
    return b"".join(left)


def _all(top: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file())


def test_a_tree_is_cleaned_as_one_corpus(dedup: Command) -> None:
    """To standard output, to another tree, or in place: the same text, and it comes back from each."""
    left = _tree(dedup.directory)
    before = _all(dedup.directory / "in")
    assert dedup(*QUIET, "in").stdout == left
    done = dedup(*CORPUS, "-o", "out", "--removed", "log", "in")
    assert (done.code, _all(dedup.directory / "out")) == (0, left)
    assert dedup("--isolated", "-q", "--restore", "log", "-o", "back", "out").code == 0
    # Only what has changed is written into the other tree, and put back from it, by the log.
    assert _all(dedup.directory / "back") == before
    untouched = (dedup.directory / "in" / "sub" / "d.txt").stat()
    assert dedup(*QUIET, "--in-place", "--removed", "log", "in").code == 0
    assert _all(dedup.directory / "in") == left
    assert (dedup.directory / "in" / "sub" / "d.txt").stat().st_ino == untouched.st_ino
    assert dedup("--isolated", "-q", "--restore", "log", "--in-place", "in").code == 0
    assert _all(dedup.directory / "in") == before


def test_many_small_files(dedup: Command) -> None:
    """Hundreds of text files, of which each is compared with all before it."""
    top = dedup.directory / "in"
    top.mkdir()
    for number in range(400):
        text = f"{SENTENCE.replace('bridge', f'bridge number {number % 40 + 100}')}\n\nNote {number}.\n"
        (top / f"{number:03}.txt").write_text(text, encoding="utf-8")
    done = dedup(*CORPUS, "--workers", "2", "-o", "out", "in")
    assert "400 files, 800 paragraphs: 440 kept, 360 removed (360 exact)" in done.stderr
    assert (dedup.directory / "out" / "399.txt").read_bytes() == b"Note 399.\n"


def test_a_file_without_its_last_line_end(dedup: Command) -> None:
    """What follows in the same stream is not glued to it, and the log knows of the line end that was put in."""
    (dedup.directory / "a.jsonl").write_bytes(lines(SENTENCE, OTHER)[:-1])
    (dedup.directory / "b.jsonl").write_bytes(lines(OTHER, THIRD)[:-1])
    done = dedup(*QUIET, "--removed", "log", "a.jsonl", "b.jsonl")
    assert done.stdout == lines(SENTENCE, OTHER, "", THIRD)[:-1]
    back = dedup("--isolated", "-q", "--restore", "log", stdin=done.stdout)
    assert back.stdout == lines(SENTENCE, OTHER, OTHER, THIRD)[:-1]
    dropped = dedup(*QUIET, "--empty", "drop", "--removed", "log", "a.jsonl", "b.jsonl")
    assert dropped.stdout == lines(SENTENCE, OTHER, THIRD)[:-1]
    assert dedup("--isolated", "-q", "--restore", "log", stdin=dropped.stdout).stdout == back.stdout


def test_the_same_file_twice(dedup: Command) -> None:
    """Named twice it is read twice, and all of the second reading goes."""
    (dedup.directory / "a.jsonl").write_bytes(lines(SENTENCE, OTHER))
    assert texts(dedup(*QUIET, "a.jsonl", "a.jsonl").stdout) == [SENTENCE, OTHER, "", ""]


# --- what is read -----------------------------------------------------------------------------------------------------


@posix
def test_what_can_be_read_only_once(dedup: Command) -> None:
    """A pipe with a name, packed or not, and standard input are kept until they are read for the second time."""
    os.mkfifo(dedup.directory / "pipe.jsonl")
    for data in (REPEATED, gzip.compress(REPEATED)):
        feeder = threading.Thread(target=(dedup.directory / "pipe.jsonl").write_bytes, args=(data,))
        feeder.start()
        done = dedup(*QUIET, "pipe.jsonl", "-", stdin=data)
        feeder.join()
        assert (done.code, done.stderr) == (0, "")
        assert texts(done.stdout) == [*texts(CLEANED), "", "", "", ""]
    (dedup.directory / "in.jsonl").write_bytes(REPEATED)
    with (dedup.directory / "in.jsonl").open("rb") as file:
        piped = subprocess.run(
            [sys.executable, "-m", "dedup", *QUIET], stdin=file, cwd=dedup.directory, capture_output=True, check=True
        )
    assert piped.stdout == CLEANED


def test_packed_files(dedup: Command) -> None:
    """They are unpacked for both readings, and stay packed in another tree."""
    (dedup.directory / "in").mkdir()
    (dedup.directory / "in" / "a.jsonl.gz").write_bytes(gzip.compress(REPEATED))
    (dedup.directory / "in" / "b.txt.bz2").write_bytes(bz2.compress(f"{THIRD}\n\nNew.\n".encode()))
    assert dedup(*QUIET, "-o", "out", "in").code == 0
    assert gzip.decompress((dedup.directory / "out" / "a.jsonl.gz").read_bytes()) == CLEANED
    assert bz2.decompress((dedup.directory / "out" / "b.txt.bz2").read_bytes()) == b"New.\n"


def test_what_cannot_be_read_does_not_stop_the_rest(dedup: Command) -> None:
    """A file that is missing, one that was cut off, a line that is no record: reported once, and all else is done."""
    whole = gzip.compress(b"".join(lines(SENTENCE.replace("bridge", f"bridge {n * n}")) for n in range(2000)))
    (dedup.directory / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (dedup.directory / "a.jsonl").write_bytes(lines(SENTENCE) + b'{"no": 1}\n[]\nnot json\n\n' + lines(SENTENCE, THIRD))
    (dedup.directory / "b.jsonl").write_bytes(lines(THIRD, OTHER))
    done = dedup(*CORPUS, "-o", "out/", "a.jsonl", "none.jsonl", "cut.jsonl.gz", "b.jsonl")
    assert done.code == 2
    for words in ("a.jsonl:2: ", "a.jsonl:3: ", "a.jsonl:4: ", "none.jsonl: ", "cut.jsonl.gz: the gzip file ends"):
        assert done.stderr.count(words) == 1, done.stderr
    left = lines(SENTENCE) + b'{"no": 1}\n[]\nnot json\n\n' + lines("", THIRD)
    assert (dedup.directory / "out" / "a.jsonl").read_bytes() == left
    assert (dedup.directory / "out" / "b.jsonl").read_bytes() == lines("", OTHER)
    assert sorted(path.name for path in (dedup.directory / "out").iterdir()) == ["a.jsonl", "b.jsonl"]


def test_the_first_problem_ends_a_strict_run(dedup: Command) -> None:
    """Nothing is written then, and nothing is decided."""
    (dedup.directory / "a.jsonl").write_bytes(REPEATED + b'{"no": 1}\n')
    done = dedup(*QUIET, "--on-error", "fail", "-o", "out", "a.jsonl")
    one_line(done, "a.jsonl:5: no field 'text'")
    assert dedup(*QUIET, "--on-error", "fail", "-", stdin=REPEATED).stdout == CLEANED
    assert not (dedup.directory / "out").exists()


def test_another_encoding(dedup: Command) -> None:
    """Text files in Latin-1 are compared as text, with records in UTF-8 as well."""
    text = SENTENCE.replace("bridge", "brücke über den fluß")
    (dedup.directory / "a.txt").write_bytes(f"{text}\n\nEnde.\n".encode("latin-1"))
    (dedup.directory / "b.txt").write_bytes(f"Äh.\n\n{text.upper()}\n".encode("latin-1"))
    done = dedup(*QUIET, "--encoding", "latin-1", "-o", "out/", "a.txt", "b.txt")
    assert done.code == 0
    assert (dedup.directory / "out" / "b.txt").read_bytes() == "Äh.\n".encode("latin-1")


def test_large_documents_pass_through(dedup: Command) -> None:
    """What is above the limit is not read, reported once, and stands in the output as it was."""
    data = lines(SENTENCE, SENTENCE, " ".join([SENTENCE] * 9), SENTENCE.upper())
    done = dedup(*CORPUS, "--max-document", "500", "-", stdin=data)
    assert done.code == 2
    assert texts(done.stdout) == [SENTENCE, "", " ".join([SENTENCE] * 9), ""]
    assert done.stderr.count("<stdin>:3: the document is larger than 500 bytes") == 1


@pytest.mark.parametrize("data", [b"", b"\n\n \n", lines(""), lines(SENTENCE), lines("...", "...", "--")])
def test_next_to_nothing(dedup: Command, data: bytes) -> None:
    """An empty input, blank lines, one record, empty records, texts without any word."""
    done = dedup(*CORPUS, "--keep", "richest", "--within", "HOST", "--removed", "log", "-", stdin=data)
    assert (done.code, done.stdout) == (0, data)
    assert dedup("--isolated", "-q", "--restore", "log", stdin=data).stdout == data


@pytest.mark.parametrize("data", [b"", b"\n\n \n", lines(""), lines(SENTENCE), lines("...", "...", "--")])
@pytest.mark.parametrize("settings", [{}, {"exact": True}, {"keep": "none", "boilerplate": 2}, {"within": "HOST"}])
@pytest.mark.parametrize("mark", [False, True])
def test_next_to_nothing_with_any_settings(data: bytes, settings: dict[str, Any], *, mark: bool) -> None:
    """Whatever is asked for, there is nothing to do."""
    out, outcome, _ = run_bytes(data, settings=Settings(scope="corpus", **settings), format="jsonl", mark=mark)
    assert out.replace(b', "dedup": []', b"") == data
    assert outcome.counts.removed == 0


def test_thousands_of_empty_records(dedup: Command) -> None:
    """They are counted, and stay."""
    data = lines(*[""] * 5000)
    done = dedup(*CORPUS, "--workers", "2", "-", stdin=data)
    assert (done.code, done.stdout) == (0, data)
    assert "5,000 documents, 0 paragraphs: 0 kept, 0 removed" in done.stderr


# --- what is told -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """Return a corpus that takes a second, and the file it stands in: much of it is repeated, some of it nearly."""
    rng = random.Random(1)  # noqa: S311 - not for secrets
    words = ["".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(3)) for _ in range(5000)]

    def paragraph() -> list[str]:
        return rng.choices(words, k=40)

    pool = [paragraph() for _ in range(1500)]
    out = []
    for _ in range(2500):
        found = [paragraph() if rng.random() < 0.6 else list(rng.choice(pool)) for _ in range(8)]
        for one in found:
            if rng.random() < 0.1:
                del one[rng.randrange(1, 38)]
        out.append("\n\n".join(" ".join(one) for one in found))
    data = lines(*out)
    path = tmp_path_factory.mktemp("big") / "big.jsonl"
    path.write_bytes(data)
    return data, path


@pytest.fixture(scope="module")
def big_cleaned(big: tuple[bytes, Path]) -> bytes:
    """Return what is left of it."""
    command = [sys.executable, "-m", "dedup", *QUIET, "--workers", "1", str(big[1])]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_verbose_tells_what_is_expected(dedup: Command) -> None:
    """How many near-duplicates will be found, and what it takes; nobody else is told."""
    done = dedup(*CORPUS, "-v", "-", stdin=REPEATED)
    assert re.search(r"dedup: .*predicted recall .*[01]\.\d+\.\n", done.stderr)
    assert "dedup: forecast: about " in done.stderr
    assert "-:1" in done.stderr or "<stdin>:1" in done.stderr
    assert "recall" not in dedup(*CORPUS, "-", stdin=REPEATED).stderr


def test_progress_names_the_stages(dedup: Command, big: tuple[bytes, Path]) -> None:
    """A line for a stage that is there after a second, with what it counts."""
    done = dedup(*CORPUS, "--progress", "--workers", "1", "-n", *[big[1]] * 40)
    told = [line for line in done.stderr.splitlines() if "/s" in line]
    assert told
    stages = {line.split(": ")[0] for line in told}
    assert stages <= {"reading", "exact copies", "candidates", "verdicts", "judging", "cleaning"}
    assert stages & {"reading", "judging", "cleaning"}
    # A stage that has just begun has no rate yet, and nothing to foresee.
    assert all("left" in line or re.search(r"\((0|100)%\)| 0 bytes/s", line) for line in told if "%" in line), told


@posix
def test_a_reader_that_goes_away_hears_nothing(dedup: Command, big: tuple[bytes, Path]) -> None:
    """``| head -1``: quiet, and no process is left."""
    process = dedup.start(*CORPUS, "--workers", "2", big[1], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().endswith(b"}\n")
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(TIMEOUT) in (0, 141, -signal.SIGPIPE)


# --- what may happen --------------------------------------------------------------------------------------------------


def _spools(directory: Path) -> list[Path]:
    return list(directory.glob("dedup-corpus-*"))


def _started(dedup: Command, big: Path, *flags: str | Path) -> subprocess.Popen[bytes]:
    """Start a run with a place of its own for temporary files."""
    (dedup.directory / "tmp").mkdir(exist_ok=True)
    return dedup.start(
        *QUIET,
        *flags,
        "--workers",
        "2",
        "-o",
        "out.jsonl",
        "--removed",
        "log",
        big,
        env={"TMPDIR": str(dedup.directory / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _spool(dedup: Command, work: str = "work") -> Path:
    """Return where a run with this --work-dir keeps its files."""
    return dedup.directory / work / "dedup-spool"


def _nothing_left(dedup: Command) -> None:
    """Check that there is neither output nor a temporary file."""
    left = {path.name for path in dedup.directory.iterdir()} - {".git", "tmp", "work"}
    assert not left
    if (dedup.directory / "tmp").is_dir():
        assert not list((dedup.directory / "tmp").iterdir())


@posix
@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_interrupted(dedup: Command, big: tuple[bytes, Path], number: str, code: int) -> None:
    """128 and the signal's number, one line, no output, no temporary file, no process."""
    process = _started(dedup, big[1])
    wait_for(lambda: any(_size(spool / "journal") for spool in _spools(dedup.directory / "tmp")), process)
    workers = children(process)
    process.send_signal(getattr(signal, number))
    assert process.stderr is not None
    assert process.stderr.read() == b"dedup: interrupted. No file was left half written.\n"
    assert process.wait(TIMEOUT) == code
    _nothing_left(dedup)
    assert not any(map(alive, workers))


@posix
@pytest.mark.parametrize("numbers", [("SIGINT",), ("SIGTERM", "SIGINT"), ("SIGINT", "SIGHUP", "SIGTERM")])
def test_interrupted_again_and_again(dedup: Command, big: tuple[bytes, Path], numbers: tuple[str, ...]) -> None:
    """Only the first signal counts: what is cleaned up is not interrupted, and nothing more is said."""
    process = _started(dedup, big[1])
    wait_for(lambda: any(_size(spool / "journal") for spool in _spools(dedup.directory / "tmp")), process)
    workers = children(process)
    sent = 0
    while process.poll() is None:
        process.send_signal(getattr(signal, numbers[sent % len(numbers)]))
        sent += 1
        time.sleep(0.002)
    assert sent > 1
    assert process.stderr is not None
    assert process.stderr.read() == b"dedup: interrupted. No file was left half written.\n"
    # Of several that arrive at the same time, any may be the first.
    assert process.wait(TIMEOUT) in [128 + getattr(signal, number) for number in numbers]
    _nothing_left(dedup)
    assert not any(map(alive, workers))


@posix
def test_a_worker_that_is_killed(dedup: Command, big: tuple[bytes, Path]) -> None:
    """The run ends with 2 and says so, and leaves nothing."""
    process = _started(dedup, big[1])
    wait_for(lambda: len(children(process)) > 0, process)
    os.kill(int(children(process)[0]), signal.SIGKILL)
    assert process.stderr is not None
    said = process.stderr.read().decode()
    assert "a worker process was killed (signal 9), most likely because memory ran out. Hint: use --workers 1" in said
    assert "--max-memory" in said
    assert said.count("\n") == 1
    assert process.wait(TIMEOUT) == 2
    _nothing_left(dedup)


@posix
def test_a_spool_that_is_deleted(dedup: Command, big: tuple[bytes, Path]) -> None:
    """2, a line that says what is missing, and no output."""
    process = _started(dedup, big[1])
    spools = dedup.directory / "tmp"
    wait_for(lambda: any(_size(spool / "journal") for spool in _spools(spools)), process)
    while _spools(spools):
        shutil.rmtree(_spools(spools)[0], ignore_errors=True)
    assert process.stderr is not None
    said = process.stderr.read().decode()
    assert process.wait(TIMEOUT) == 2, said
    assert said.count("\n") == 1
    assert "temporary files of this run cannot be" in said
    assert "no output was written" in said
    _nothing_left(dedup)


@posix
@pytest.mark.parametrize("limit", [20, 1000, 5200])
def test_a_full_disk(dedup: Command, big: tuple[bytes, Path], limit: int) -> None:
    """Wherever it gets full: 2, one line, and no half output."""
    (dedup.directory / "tmp").mkdir()
    command = f'ulimit -f {limit}; exec "$0" -m dedup --isolated -q --scope corpus --workers 2 --mark -o out.jsonl "$1"'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, str(big[1])],
        cwd=dedup.directory,
        env={**os.environ, "TMPDIR": str(dedup.directory / "tmp")},
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "ile too large" in done.stderr
    _nothing_left(dedup)


@posix
@pytest.mark.parametrize("change", ["grown", "cut", "other"])
def test_an_input_that_changes_between_the_readings(
    dedup: Command, change: str, big: tuple[bytes, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is refused: what was decided does not fit what would be cut."""
    data = big[0][:600_000]
    data = data[: data.rindex(b"\n") + 1]
    changed = {"grown": data + 3 * big[0], "cut": data[: data.index(b"\n", len(data) // 3) + 1]}
    prepare = corpus_run.TwoPassRun.prepare
    file = dedup.directory / "in.jsonl"

    def prepared(self: corpus_run.TwoPassRun) -> Any:
        found = prepare(self)
        file.write_bytes(changed.get(change, data.replace(b"ba", b"be", 1)))
        return found

    monkeypatch.setattr(corpus_run.TwoPassRun, "prepare", prepared)
    for workers in (1, 2):
        file.write_bytes(data)
        with pytest.raises(InputError, match="has changed since this run began to read it; no output was written"):
            run_files(file, settings=Settings(scope="corpus"), output=dedup.directory / "out", workers=workers)
        assert not (dedup.directory / "out").exists()
    assert len(changed["grown"]) > len(data) > len(changed["cut"])


# --- a directory for the work -----------------------------------------------------------------------------------------


@posix
def test_a_killed_run_goes_on(dedup: Command, big: tuple[bytes, Path], big_cleaned: bytes) -> None:
    """Killed at any moment, again and again: the same command goes on from there, to the same bytes."""
    resumed = 0
    for delay in (0.25, 0.4, 0.6):
        for kill in range(2):
            process = _started(dedup, big[1], "--work-dir", "work")
            if kill:  # at any moment; the first time, when there is something to go on from
                wait_for((_spool(dedup) / "dedup-spool.lock").exists, process)
                time.sleep(delay)
            else:
                wait_for(lambda: _size(_spool(dedup) / "journal") > 0, process)
            process.kill()
            process.wait(TIMEOUT)
            resumed += _size(_spool(dedup) / "journal") > 0
        done = dedup(*QUIET, "--workers", "2", "--work-dir", "work", "-o", "out.jsonl", "--removed", "log", big[1])
        assert (done.code, done.stderr) == (0, "")
        assert (dedup.directory / "out.jsonl").read_bytes() == big_cleaned
        assert not (dedup.directory / "work").exists()
        for name in ("out.jsonl", "log"):
            (dedup.directory / name).unlink()
    assert resumed >= 3


def _half_done(dedup: Command, big: Path, *flags: str) -> None:
    """Leave a run half done in the directory ``work``."""
    process = _started(dedup, big, "--work-dir", "work", *flags)
    wait_for(lambda: _size(_spool(dedup) / "journal") > 0, process)
    process.kill()
    process.wait(TIMEOUT)
    assert process.poll() == -signal.SIGKILL


@posix
def test_what_is_torn_is_done_again(dedup: Command, big: tuple[bytes, Path], big_cleaned: bytes) -> None:
    """A journal that ends in the middle of a line, columns that go on behind it: what every killed run may leave."""
    _half_done(dedup, big[1])
    work = _spool(dedup)
    with (work / "journal").open("ab") as file:
        file.write(b"\1\2\3\4\5")
    with (work / "texts").open("ab") as file:
        file.write(b"half a text")
    (work / "bands").open("ab").close()
    done = dedup(*CORPUS, "--work-dir", "work", big[1])
    assert done.code == 0
    assert "damaged" not in done.stderr
    assert done.stdout == big_cleaned


@posix
def test_what_is_damaged_is_told_and_done_again(dedup: Command, big: tuple[bytes, Path], big_cleaned: bytes) -> None:
    """Half of a column is zero, as after a crash of the machine: the same bytes, and a line about it without -v."""
    _half_done(dedup, big[1])
    texts = _spool(dedup) / "texts"
    size = _size(texts)
    with texts.open("r+b") as file:
        file.write(bytes(size // 2))  # the first one: behind what the journal has there may be as much again
    done = dedup(*CORPUS, "--work-dir", "work", big[1])
    assert re.match(
        r"dedup: \d+ portions that an earlier run left in work are damaged, and are done again\.\n", done.stderr
    )
    assert (done.code, done.stdout) == (0, big_cleaned)


@posix
def test_a_killed_run_is_cleaned_up_after_by_the_next_one(dedup: Command, big: tuple[bytes, Path]) -> None:
    """Killed outright, it leaves a temporary directory; the next run of the same user removes it."""
    process = _started(dedup, big[1])
    temporary = dedup.directory / "tmp"
    wait_for(lambda: any(_size(spool / "journal") for spool in _spools(temporary)), process)
    workers = children(process)
    process.kill()
    process.wait(TIMEOUT)
    assert len(_spools(temporary)) == 1
    until = time.monotonic() + TIMEOUT
    while any(map(alive, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert dedup(*QUIET, "-", stdin=REPEATED, env={"TMPDIR": str(temporary)}).stdout == CLEANED
    assert not list(temporary.iterdir())


@posix
def test_work_of_another_run_is_refused(dedup: Command, big: tuple[bytes, Path], big_cleaned: bytes) -> None:
    """Other settings, another input or a changed one: 2, with a hint; and what is there stays usable."""
    copy = dedup.directory / "tmp" / "in.jsonl"
    copy.parent.mkdir()
    copy.write_bytes(big[0])
    _half_done(dedup, copy)
    one_line(dedup(*QUIET, "--threshold", "0.7", "--work-dir", "work", copy), "work: holds a run with other settings")
    one_line(dedup(*QUIET, "--field", "body", "--work-dir", "work", copy), "work: holds a run with other options")
    one_line(
        dedup(*QUIET, "--work-dir", "work", big[1]), "holds a run with other inputs", "Hint: name another --work-dir"
    )
    one_line(dedup(*QUIET, "--work-dir", "work", "--against", big[1], copy), "other references")
    done = dedup(*QUIET, "--work-dir", "work", "--workers", "1", copy)
    assert (done.code, done.stdout) == (0, big_cleaned)
    _half_done(dedup, copy)
    with copy.open("ab") as file:
        file.write(lines(THIRD))
    one_line(dedup(*QUIET, "--work-dir", "work", copy), "other inputs; nothing in it was touched")
    # The bytes are looked at, too, where neither size nor time tells.
    copy.write_bytes(big[0].replace(b"a", b"e", 1))
    process = dedup.start(*QUIET, "--work-dir", "work2", "-", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(big[0])
    process.stdin.close()
    wait_for(lambda: _size(_spool(dedup, "work2") / "journal") > 0, process)
    process.kill()
    process.wait(TIMEOUT)
    one_line(dedup(*QUIET, "--work-dir", "work2", stdin=copy.read_bytes()), "work2: holds a run over other input")
    assert dedup(*QUIET, "--work-dir", "work2", stdin=big[0]).stdout == big_cleaned


@posix
def test_two_runs_do_not_share_a_directory(dedup: Command, big: tuple[bytes, Path]) -> None:
    """The second one is refused while the first one lives."""
    process = _started(dedup, big[1], "--work-dir", "work")
    # The marker is written when the lock is held; the lock's file is there a moment before.
    wait_for((_spool(dedup) / "dedup-spool.json").exists, process)
    process.send_signal(signal.SIGSTOP)
    try:
        done = dedup(*QUIET, "--work-dir", "work", big[1])
    finally:
        process.send_signal(signal.SIGCONT)
    one_line(done, "work: another run is using this directory", "Hint: ")
    assert process.wait(TIMEOUT) == 0
    assert (dedup.directory / "out.jsonl").exists()


def test_a_directory_of_something_else_is_not_touched(dedup: Command) -> None:
    """One that holds other files is refused; an empty one is used, and empty afterwards; a file is none."""
    (dedup.directory / "mine").mkdir()
    (dedup.directory / "mine" / "thesis.txt").write_text("x", encoding="utf-8")
    one_line(dedup(*QUIET, "--work-dir", "mine", "-", stdin=REPEATED), "mine: is not empty, and holds no earlier run")
    assert [path.name for path in (dedup.directory / "mine").iterdir()] == ["thesis.txt"]
    one_line(dedup(*QUIET, "--work-dir", "mine/thesis.txt", "-", stdin=REPEATED), "mine/thesis.txt")
    one_line(dedup(*QUIET, "--work-dir", "/dev/null/x", "-", stdin=REPEATED), "/dev/null/x: the temporary files")
    (dedup.directory / "new").mkdir()
    assert dedup(*QUIET, "--work-dir", "new", "-", stdin=REPEATED).stdout == CLEANED
    assert not list((dedup.directory / "new").iterdir())  # it was there before
    assert dedup(*QUIET, "--work-dir", "deep/er", "-", stdin=REPEATED).stdout == CLEANED
    assert not (dedup.directory / "deep" / "er").exists()


def test_an_output_that_cannot_be_is_told_before_the_work(dedup: Command) -> None:
    """Nobody waits for hours to learn that a directory is missing."""
    (dedup.directory / "in.jsonl").write_bytes(REPEATED)
    for flags in (("-o", "none/out.jsonl"), ("--removed", "none/log")):
        one_line(dedup(*QUIET, *flags, "--work-dir", "work", "in.jsonl"), "none: no such directory; nothing was read")
    assert not (dedup.directory / "work").exists()
    assert dedup(*QUIET, "-o", "new/", "in.jsonl").code == 0
    assert (dedup.directory / "new" / "in.jsonl").read_bytes() == CLEANED


def test_a_run_that_fails_keeps_its_directory(dedup: Command) -> None:
    """Where the output cannot be written, nothing of the work is lost."""
    (dedup.directory / "in.jsonl").write_bytes(REPEATED)
    one_line(dedup(*QUIET, "--work-dir", "work", "--max-removed", "0.1", "in.jsonl"), "would go")
    assert _size(_spool(dedup) / "journal") > 0
    assert dedup(*QUIET, "--work-dir", "work", "in.jsonl").stdout == CLEANED
    assert not (dedup.directory / "work").exists()
