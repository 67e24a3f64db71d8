"""The figures that ``--stats`` writes: as the schema has them, true, and all there or not at all."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import tracemalloc
from collections import Counter
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup.formats.files.atomic import AtomicFile, ChangedError
from dedup.model.job import Cluster, Job
from dedup.model.outcome import Counts
from dedup.model.settings import Settings
from dedup.report import summary
from dedup.report.stats import Stats
from tests.support.cli_inprocess import run
from tests.support.cli_process import CLEANED, COMMAND, OTHER, REPEATED, SENTENCE, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads((files("dedup.report") / "data" / "stats-1.schema.json").read_text(encoding="utf-8"))
ADDED = (
    *("documents", "changed", "emptied", "too_large", "invalid_utf8", "unsettled", "held_back", "holding"),
    *("paragraphs", "kept", "removed", "bytes_in", "bytes_out"),
)
posix = pytest.mark.skipif(os.name == "nt", reason="signals and links as POSIX has them")


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def figures(source: Path | bytes) -> dict[str, Any]:
    """Return figures that are as the schema has them, and whose inputs add up."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    found: dict[str, Any] = json.loads(data.decode("ascii"))
    jsonschema.validate(found, SCHEMA, format_checker=jsonschema.FormatChecker())
    counts = found["counts"]
    assert found["complete"] is (counts is not None)
    if counts is None:
        assert "inputs" not in found
        return found
    assert counts["kept"] + counts["removed"] == counts["paragraphs"]
    assert counts["removed"] == sum(counts["reasons"].values())
    assert counts["errors"] == found["problems"]["number"] == sum(one["number"] for one in found["problems"]["kinds"])
    if found["engine"] == "local":
        for name in ADDED:
            assert sum(one[name] for one in found["inputs"]) == counts[name], name
        reasons = Counter[str]()
        for one in found["inputs"]:
            reasons.update(one["reasons"])
        assert dict(reasons) == counts["reasons"] or not found["inputs"]
        assert counts["files"] == sum(one["state"] == "read" for one in found["inputs"])
    return found


def told(found: dict[str, Any]) -> str:
    """Return the summary line for some figures."""
    counts = found["counts"]
    known = {name: value for name, value in counts.items() if name in Counts.__slots__}
    known |= counts["reasons"] | {"passed": Counter(counts["passed_over"]), "new": Counter(counts.get("new", {}))}
    return summary.line(Counts(**known), "dry-run" if found["options"]["mark"] else found["mode"])


LINES = st.lists(st.sampled_from([SENTENCE, OTHER, "Short.", "", "One more sentence of eight words or even more."]))
BROKEN = st.sampled_from([b"{}\n", b"not JSON\n", b'{"text": 3}\n', b"\n", b'{"text": null}\n', b'{"text": "\xff"}\n'])
RECORDS = st.lists(BROKEN | LINES.map(lambda lines: json.dumps({"text": "\n".join(lines)}).encode() + b"\n"))
TEXTS = LINES.map("\n".join).map(str.encode)
INPUTS = st.lists(
    st.tuples(st.just("jsonl"), RECORDS.map(b"".join)) | st.tuples(st.just("txt"), TEXTS), min_size=1, max_size=5
)
NUMBERS = itertools.count()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    inputs=INPUTS,
    how=st.sampled_from(["--check", "--diff", "-o out.jsonl", "-o tree/", "--in-place", "-n", "--mark -o out.jsonl"]),
    more=st.sampled_from(["", "--scope corpus", "-v", "--removed log", "--empty drop", "--max-document 60"]),
)
def test_figures_are_those_of_the_summary_and_add_up(
    inputs: list[tuple[str, bytes]], how: str, more: str, tmp_path: Path
) -> None:
    place = tmp_path / str(next(NUMBERS))
    place.mkdir()
    os.chdir(place)
    names = [f"{number}.{suffix}" for number, (suffix, _) in enumerate(inputs)]
    for name, (_, data) in zip(names, inputs, strict=True):
        (place / name).write_bytes(data)
    if "--removed" in more and ("-n" in how or "--mark" in how):
        more = ""
    if "--empty" in more and "--mark" in how:
        more = ""
    done = run([*how.split(), *more.split(), "--stats", "s.json", *names, "none.txt"])
    found = figures(place / "s.json")
    assert found["exit_code"] == done.code == 2
    assert done.stderr.decode().splitlines()[-1] == told(found)
    assert [one["name"] for one in found["inputs"]] == names
    assert found["counts"]["bytes_in"] >= sum(len(data) for _, data in inputs)
    for name, (_, data), one in zip(names, inputs, found["inputs"], strict=True):
        if how == "--in-place":
            assert (one["bytes_in"], one["bytes_out"]) == (len(data), (place / name).stat().st_size)


def test_what_is_told_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(REPEATED.encode())
    (tmp_path / "b.jsonl").write_bytes(b'{"text": "x"}\n{"body": "y"}\n{"body": "z"}\n')
    done = run(["--workers", "3", "--min-words", "5", "-o", "out/", "--stats", "s.json", "a.txt", "b.jsonl", "none"])
    found = figures(tmp_path / "s.json")
    assert (found["exit_code"], found["mode"], found["engine"], found["workers"]) == (done.code, "clean", "local", 3)
    assert (found["settings"]["min_words"], found["options"]["field"]) == (5, "text")
    assert found["settings"]["fingerprint"] == Settings(min_words=5).fingerprint()
    assert found["files"] == {"output": "out", "removed": None}
    assert datetime.fromisoformat(found["started"].replace("Z", "+00:00")).utcoffset() is not None
    kinds = {(one["kind"], one["what"]): one["number"] for one in found["problems"]["kinds"]}
    assert kinds == {("InputError", "no field 'text'"): 2, ("InputError", "no such file or directory"): 1}
    assert [one["errors"] for one in found["inputs"]] == [0, 2]
    assert found["inputs"][0] | {"reasons": None} == {
        **dict.fromkeys(("errors", "emptied", "too_large", "invalid_utf8", "unsettled", "held_back", "holding"), 0),
        "name": "a.txt",
        "place": "a.txt",
        "state": "read",
        "documents": 1,
        "changed": 1,
        "paragraphs": 3,
        "kept": 2,
        "removed": 1,
        "bytes_in": len(REPEATED),
        "bytes_out": len(CLEANED),
        "reasons": None,
    }


def test_problems_that_are_only_counted_are_counted(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_bytes(b'{"body": "y"}\n' * 50)
    assert run(["--check", "--stats", "s.json", "b.jsonl"]).code == 2
    assert figures(tmp_path / "s.json")["problems"]["number"] == 50


def test_exit_codes_are_those_of_the_process(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(REPEATED.encode())
    for arguments, code in ((["--check"], 1), (["--check", "--exit-zero"], 0), (["--dry-run"], 0)):
        assert run([*arguments, "--stats", "s.json", "a.txt"]).code == code
        assert figures(tmp_path / "s.json")["exit_code"] == code


@pytest.mark.parametrize(
    ("arguments", "kind", "what"),
    [
        (["--on-error", "fail", "a.txt", "none"], "InputError", "no such file or directory"),
        (["--max-removed", "0.1", "a.txt"], "DedupError", "1 of 3 paragraphs would go"),
        (["-o", "no/such/place", "a.txt"], "OutputError", "no such file or directory"),
        (["-o", "a.txt", "a.txt"], "UsageError", "output and input are the same file"),
        (["--files-from", "none"], "InputError", "no such file or directory"),
    ],
)
def test_a_run_that_fails_is_told(arguments: list[str], kind: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(REPEATED.encode())
    assert run(["--stats", "s.json", *arguments]).code == 2
    found = figures(tmp_path / "s.json")
    assert (found["exit_code"], found["complete"], found["error"]["kind"]) == (2, False, kind)
    assert found["error"]["what"].startswith(what)


def test_a_fault_of_the_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dedup.engines.local.run.check_sums", broken)
    (tmp_path / "a.txt").write_bytes(REPEATED.encode())
    assert run(["--stats", "s.json", "-o", "x", "a.txt"]).code == 2
    assert figures(tmp_path / "s.json")["error"]["what"] == "internal error: ZeroDivisionError"


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, None)])
def test_a_run_that_is_ended_is_told_or_leaves_nothing(dedup: Command, number: int, code: int | None) -> None:
    process = dedup.start("--stats", "s.json", "-o", "out.txt", "-", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(REPEATED.encode())
    process.stdin.flush()
    while len(list(dedup.directory.glob(".dedup-*.tmp"))) < 2:  # its figures and its output
        assert process.poll() is None
    process.send_signal(number)
    process.wait(30)
    assert not (dedup.directory / "out.txt").exists()
    if code is None:
        assert not (dedup.directory / "s.json").exists()
    else:
        assert process.returncode == figures(dedup.directory / "s.json")["exit_code"] == code
        assert not list(dedup.directory.glob(".dedup-*.tmp"))


@posix
def test_a_reader_that_went_away_leaves_no_counts(dedup: Command) -> None:
    (dedup.directory / "big.txt").write_text("".join(f"line {n}\n" for n in range(50_000)), encoding="utf-8")
    script = f"{' '.join(COMMAND)} --stats s.json big.txt | head -n 1 > first; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], cwd=dedup.directory, env=environment(), check=False, timeout=60)
    found = figures(dedup.directory / "s.json")
    assert (done.returncode, found["exit_code"], found["error"], found["complete"]) == (0, 0, None, False)


def test_on_standard_output_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(REPEATED.encode())
    for arguments in (["--check"], ["-n"], ["-o", "x"], ["--in-place"]):
        assert figures(run([*arguments, "-q", "--stats", "-", "a.txt"]).stdout)["complete"]
    for arguments in ([], ["--diff"], ["-o", "-"]):
        done = run([*arguments, "--stats", "-", "a.txt"])
        assert (done.code, done.stdout) == (2, b"")
        assert b"both go to standard output" in done.stderr


def test_nothing_else_is_written_over(tmp_path: Path) -> None:
    """Neither an input nor anything else that this program did not write, and no output of the same run."""
    (tmp_path / "a.txt").write_bytes(REPEATED.encode())
    (tmp_path / "other.json").write_bytes(b'{"schema": "mine"}')
    for place in ("a.txt", "other.json"):
        done = run(["-o", "x", "--stats", place, "a.txt"])
        assert (done.code, (tmp_path / "x").exists()) == (2, False)
        assert b"is there, and is no file that --stats wrote; nothing was read or written" in done.stderr
    for arguments in (["-o", "s.json", "a.txt"], ["-o", "x", "--removed", "s.json", "a.txt"]):
        assert b"the same file" in run([*arguments, "--stats", "s.json"]).stderr
        assert not (tmp_path / "s.json").exists()
    assert run(["-q", "-o", "x", "--stats", "s.json", "a.txt"]).code == 0
    before = figures(tmp_path / "s.json")
    done = run(["-q", "-o", "x", "--format", "text", "--stats", "s.json", "s.json"])
    assert b"the file of the figures is one of the inputs" in done.stderr
    assert (done.code, figures(tmp_path / "s.json")) == (2, before)
    assert (tmp_path / "a.txt").read_bytes() == REPEATED.encode()


def test_what_cannot_be_written_is_told_before_anything_is_read(tmp_path: Path) -> None:
    done = run(["-o", "x", "--stats", "no/s.json", "none.txt"])
    assert done.code == 2
    assert done.stderr == b"dedup: no/s.json: no such file or directory; no/s.json was not written.\n"
    assert not (tmp_path / "x").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(REPEATED.encode())
    done = run(["-q", "-o", "x", "--stats", "/dev/full", "a.txt"])
    assert (done.code, (tmp_path / "x").read_bytes()) == (2, CLEANED.encode())
    assert b"no space left on device" in done.stderr
    done = run(["-o", "x", "--on-error", "fail", "--stats", "/dev/full", "none"])
    assert [b"no space left" in line or b"no such file" in line for line in done.stderr.splitlines()] == [True, True]


@pytest.mark.parametrize("log", [[], ["--removed", "log"]])
def test_a_file_that_is_not_replaced_counts_as_it_stays(
    log: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_bytes(REPEATED.encode())
    check = AtomicFile._check

    def changed(self: AtomicFile) -> None:
        if self.path.name == "b.txt":
            self.abort()
            raise ChangedError("was changed", place=str(self.path))
        check(self)

    monkeypatch.setattr(AtomicFile, "_check", changed)
    assert run(["--in-place", *log, "--stats", "s.json", "a.txt", "b.txt", "c.txt"]).code == 2
    found = figures(tmp_path / "s.json")
    assert [one["removed"] for one in found["inputs"]] == [1, 0, 1]
    assert [one["bytes_out"] for one in found["inputs"]] == [len(CLEANED), len(REPEATED), len(CLEANED)]


@pytest.mark.skipif(os.name == "nt", reason="names of files are bytes")
def test_names_of_any_bytes_are_told(tmp_path: Path) -> None:
    name = os.fsdecode(b'\xff\n".txt')
    (tmp_path / name).write_bytes(REPEATED.encode())
    assert run(["--check", "--stats", "s.json", name]).code == 1
    assert figures(tmp_path / "s.json")["inputs"][0]["name"] == name


def test_many_inputs_take_no_memory(tmp_path: Path) -> None:
    with Stats("s.json", Job()) as stats:
        stats.end("warm", "up", "read")
        tracemalloc.start()
        for number in range(15_000):  # of some 400 bytes each
            stats.end(f"directory/of/inputs/{number}.txt", f"{number}.txt", "read")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        stats.write(0, Counts(files=15_001), Counter())
    assert peak < 4 << 20
    found = json.loads((tmp_path / "s.json").read_bytes())
    assert len(found["inputs"]) == 15_001


def test_kinds_of_problems_are_bounded(tmp_path: Path) -> None:
    problems = Counter({("InputError", f"kind {number}"): 1 for number in range(3000)})
    with Stats("s.json", Job()) as stats:
        stats.write(2, Counts(errors=3000), problems)
    kinds = figures(tmp_path / "s.json")["problems"]["kinds"]
    assert len(kinds) == 1001
    assert kinds[-1] == {"kind": "", "what": "others", "number": 2000}


def test_a_run_without_inputs_has_none(tmp_path: Path) -> None:
    with Stats("s.json", Job()) as stats:
        stats.write(0, Counts(), Counter())
    assert figures(tmp_path / "s.json")["inputs"] == []


def test_on_spark_there_are_sums_alone(tmp_path: Path) -> None:
    cluster = Cluster(output="hdfs:///clean")
    with Stats("s.json", Job(settings=Settings(scope="corpus"), cluster=cluster)) as stats:
        stats.write(0, Counts(files=2, paragraphs=3), Counter())
    found = figures(tmp_path / "s.json")
    assert "inputs" not in found
    assert (found["engine"], found["workers"], found["files"]["output"]) == ("spark", None, "hdfs:///clean")


def test_what_is_not_written_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    with Stats("s.json", Job()):
        assert len(list(tmp_path.iterdir())) == 1
    assert not list(tmp_path.iterdir())


def test_the_schema_is_a_schema_and_readers_may_be_told_more() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    closed = [name for name, value in _objects(SCHEMA) if value.get("additionalProperties") is False]
    assert closed == []


def _objects(schema: Any, name: str = "") -> list[tuple[str, dict[str, Any]]]:
    if isinstance(schema, list):
        return [found for item in schema for found in _objects(item, name)]
    if not isinstance(schema, dict):
        return []
    return [(name, schema), *(found for key, value in schema.items() for found in _objects(value, key))]


@pytest.mark.parametrize("arguments", [["--restore", "log"], []])
def test_what_does_not_go_together_is_refused(arguments: list[str]) -> None:
    done = run([*arguments, "--stats", "s.json" if arguments else "", "a.txt"])
    assert done.code == 2
    assert b"--restore and --stats do not go" in done.stderr or b"--stats is an empty name" in done.stderr
