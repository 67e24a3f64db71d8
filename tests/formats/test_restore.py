"""Cleaned text and removal log give back the original bytes, or nothing."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dedup.engines.run import restore, run
from dedup.model.errors import DedupError, ExitCode, RestoreError, UsageError
from dedup.model.job import Job
from tests.formats.test_packing import KINDS, PACK, UNPACK
from tests.support.fake_kernel import Recorder, assume_plain, run_bytes, run_files

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.model.outcome import Outcome


posix = pytest.mark.skipif(os.name == "nt", reason="names that Windows does not have")


pytestmark = pytest.mark.usefixtures("marked_kernel")


def _restored(cleaned: bytes, log: Path) -> bytes:
    out = io.BytesIO()
    outcome = restore("-", log, None, Recorder(), stdin=io.BytesIO(cleaned), stdout=out)
    assert outcome.exit_code == ExitCode.OK
    return out.getvalue()


def _restore(cleaned: Path, log: Path, output: Path | None = None, **options: Any) -> Outcome:
    return restore(str(cleaned), log, output, Recorder(), **options)


_PIECES = st.sampled_from(
    [b"a\n", b"% b\n", b"\xff%\n", b'{"text": "a\\n%b\\u00e9\xff\\ud800"}\n', b"\r\n", b"%", b"\0", b"\xe5\xad\x97%\n"]
)
_DATA = st.lists(_PIECES, max_size=12).map(b"".join) | st.binary(max_size=60)


@settings(deadline=None)
@given(
    _DATA, st.sampled_from(["text", "jsonl"]), st.sampled_from(["utf-8", "latin-1", "cp1252", "utf-16", "shift_jis"])
)
def test_restore_is_the_way_back(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str, encoding: str
) -> None:
    assume_plain(data)
    log = tmp_path_factory.getbasetemp() / "log.jsonl"
    assume(kind == "text" or encoding != "utf-16")  # JSON lines are not read in it
    log.unlink(missing_ok=True)
    insist = kind == "text"
    out, outcome, _ = run_bytes(data, format=kind, encoding=encoding, removed=log, binary_as_text=insist)
    assume(log.exists())  # else it is no JSON lines at all, and was refused
    assert _restored(out, log) == data
    entries = [json.loads(line) for line in log.read_bytes().splitlines()]
    assert entries[-1] == {"end": outcome.counts.removed}
    for entry in entries[2:-2]:
        own = data[entry["at"] :]
        span, cut = entry["span"], entry["cut"]
        assert cut["start"] <= span["start"] <= span["end"] <= cut["end"]
        raw = entry.get("raw", entry["text"]).encode("utf-8", "surrogateescape")
        assert own[span["start"] : span["end"]] == raw
        assert entry["witnesses"][0]["paragraph"] == 0
        assert entry["witnesses"][0]["span"]["start"] >= 0


def test_log_says_what_went_and_why(tmp_path: Path) -> None:
    file, log = tmp_path / "in.jsonl", tmp_path / "log.jsonl"
    file.write_bytes(b'{"text": "x"}\n{"id": 7, "text": "k\\u00e9pt\\n% \\u00e9\\nz"}\n')
    run_files(file, removed=log, mode="check")
    header, opened, removal, closed, end = map(json.loads, log.read_text().splitlines())
    assert header["dedup_log"] == 1
    assert header["options"]["min_words"] == 8
    assert opened == {"open": "in.jsonl"}
    assert removal == {
        "document": {"file": "in.jsonl", "line": 2, "id": 7},
        "at": 14,
        "paragraph": 1,
        "span": {"start": 30, "end": 38},
        "cut": {"start": 30, "end": 40},
        "text": "% é",
        "after": "\\n",
        "raw": "% \\u00e9",
        "reason": "near",
        "compared": "aligned",
        "similarity": 0.9,
        "coverage": 1.0,
        "differs": [],
        "witnesses": [{"paragraph": 0, "span": {"start": 19, "end": 30}, "text": "képt\n"}],
    }
    assert closed["removals"] == end["end"] == 1
    assert closed["original"]["bytes"] == file.stat().st_size


def test_log_grows_with_removals_only(tmp_path: Path) -> None:
    for count in (1, 200):
        (tmp_path / str(count)).mkdir()
        for number in range(count):
            (tmp_path / str(count) / f"{number}.txt").write_bytes(b"a\n% b\n" if number == 0 else b"a\n")
        run_files(tmp_path / str(count), mode="check", removed=tmp_path / f"{count}.log")
    assert (tmp_path / "1.log").stat().st_size == (tmp_path / "200.log").stat().st_size


def _tree(top: Path) -> dict[str, bytes]:
    files = {
        "a.txt": b"a\n% b\n",
        "b/a.txt": b"a\n% c\nd",
        **{f"b/c.jsonl{kind}": pack(b'{"text": "a\\n% b"}\n') for kind, pack in PACK.items()},
        "same.txt": b"a\n",
        "void.txt": b"",
    }
    for name, data in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)
    return files


def _read(top: Path) -> dict[str, bytes]:
    found = {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}
    return {name: UNPACK.get(PurePath(name).suffix, bytes)(data) for name, data in found.items()}


def test_tree_there_and_back(tmp_path: Path) -> None:
    top, out, back, log = (tmp_path / name for name in ("in", "out", "back", "log.gz"))
    _tree(top)
    run_files(top, output=out, removed=log)
    assert _read(out) != _read(top)
    _restore(out, log, back)
    assert _read(back) == _read(top)
    _restore(out / "b" / "a.txt", log, tmp_path / "one")
    assert (tmp_path / "one").read_bytes() == b"a\n% c\nd"
    with pytest.raises(UsageError):
        _restore(out, log)
    with pytest.raises(UsageError):
        _restore(out, log, out / "within")


def test_in_place_there_and_back(tmp_path: Path) -> None:
    top, log = tmp_path / "in", tmp_path / "log"
    _tree(top)
    before = _read(top)
    run_files(top, in_place=True, removed=log)
    assert _read(top)["a.txt"] == b"a\n"
    _restore(top / "a.txt", log, in_place=True)
    assert _read(top)["a.txt"] == before["a.txt"]
    _restore(top, log, in_place=True)  # one of them is the original already
    assert _read(top) == before


@pytest.mark.parametrize("kind", KINDS)
def test_compressed_log_and_file_there_and_back(tmp_path: Path, kind: str) -> None:
    """The log is packed as its name says, what is restored too; in place a file stays as it is packed."""
    text = b"a\n" + b"% b\n" * 5000 + b"c\n"
    file, log = tmp_path / f"a.txt{kind}", tmp_path / f"log{kind}"
    file.write_bytes(PACK[kind](text[:700]) + PACK[kind](text[700:]))
    run_files(file, in_place=True, removed=log)
    assert UNPACK[kind](file.read_bytes()) == b"a\nc\n"
    assert json.loads(UNPACK[kind](log.read_bytes()).splitlines()[-1]) == {"end": 5000}
    for other in KINDS:
        _restore(file, log, tmp_path / f"back{other}")
        assert UNPACK[other]((tmp_path / f"back{other}").read_bytes()) == text
    assert _restored(file.read_bytes(), log) == text
    _restore(file, log, tmp_path / "plain")
    assert (tmp_path / "plain").read_bytes() == text
    _restore(file, log, in_place=True)
    assert UNPACK[kind](file.read_bytes()) == text
    misnamed = tmp_path / "misnamed.txt"
    misnamed.write_bytes(PACK[kind](b"a\nc\n"))
    _restore(misnamed, log, in_place=True)
    assert UNPACK[kind](misnamed.read_bytes()) == text


@pytest.mark.parametrize("kind", KINDS)
def test_compressed_log_that_is_not_whole_restores_nothing(tmp_path: Path, kind: str) -> None:
    file, log = tmp_path / "a.txt", tmp_path / f"log{kind}"
    file.write_bytes(b"a\n% b\n")
    run_files(file, in_place=True, removed=log)
    packed = log.read_bytes()
    for wrong in (packed[:-3], packed[:-30] + b"!" + packed[-29:]):
        log.write_bytes(wrong)
        with pytest.raises(DedupError, match=r"cut off|damaged"):
            _restore(file, log, in_place=True)
        assert file.read_bytes() == b"a\n"


def test_several_inputs_in_one_stream_there_and_back(tmp_path: Path) -> None:
    _tree(tmp_path / "in")
    out, _, _ = run_files(tmp_path / "in", removed=tmp_path / "log")
    assert _restored(out, tmp_path / "log") == b"a\n% b\na\n% c\nd\n" + b'{"text": "a\\n% b"}\n' * len(KINDS) + b"a\n"
    files = [tmp_path / "in" / "a.txt", tmp_path / "in" / "b" / "a.txt"]
    run_files(*files, in_place=True, removed=tmp_path / "log")
    for file in files:
        _restore(file, tmp_path / "log", in_place=True)
    assert files[1].read_bytes() == b"a\n% c\nd"


@pytest.mark.parametrize("name", ["../a.txt", "/abs/a.txt", "", ".", "C:\\a.txt", "a\nb"])
def test_text_from_a_pipe_comes_back_whatever_it_was_called(tmp_path: Path, name: str) -> None:
    out, _, _ = run_bytes(b"a\n% b\n", stdin_name=name, removed=tmp_path / "log")
    assert _restored(out, tmp_path / "log") == b"a\n% b\n"


@posix
@pytest.mark.parametrize("name", ["C:\\a.txt", "\\\\a\\b.txt", "new\nline.txt", "non\udcffutf.txt"])
def test_strange_names_there_and_back(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(b"a\n% b\n")
    run_files(tmp_path / "in", output=tmp_path / "out", removed=tmp_path / "log")
    assert (tmp_path / "out" / name).read_bytes() == b"a\n"
    _restore(tmp_path / "out", tmp_path / "log", tmp_path / "back")
    assert (tmp_path / "back" / name).read_bytes() == b"a\n% b\n"


def test_files_of_one_name_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for directory in (tmp_path / "x", tmp_path / "y" / "x"):
        directory.mkdir(parents=True)
        (directory / "a.txt").write_bytes(f"a\n% {directory}\n".encode())
    monkeypatch.chdir(tmp_path / "y")
    files = [tmp_path / "x" / "a.txt", tmp_path / "y" / "x" / "a.txt"]
    before = [file.read_bytes() for file in files]
    run_files("../x/a.txt", "x/a.txt", in_place=True, removed=tmp_path / "log")
    assert {file.read_bytes() for file in files} == {b"a\n"}
    for file in files:
        _restore(file, tmp_path / "log", in_place=True)
    assert [file.read_bytes() for file in files] == before


def test_only_copy_of_what_was_removed_is_not_written_over(tmp_path: Path) -> None:
    file, log = tmp_path / "a.txt", tmp_path / "log"
    file.write_bytes(b"a\n% b\n")
    run_files(file, in_place=True, removed=log)
    kept = log.read_bytes()
    with pytest.raises(UsageError, match="removed from these files"):
        run_files(file, in_place=True, removed=log)
    assert log.read_bytes() == kept
    _restore(file, log, in_place=True)
    assert file.read_bytes() == b"a\n% b\n"
    run_files(file, in_place=True, removed=log)  # nobody needs the old one any more
    log.write_bytes(b"")
    run_files(file, in_place=True, removed=log)


def test_file_is_restored_into_a_directory(tmp_path: Path) -> None:
    out, _, _ = run_bytes(b"a\n% b\n", removed=tmp_path / "log")
    (tmp_path / "a.txt").write_bytes(out)
    _restore(tmp_path / "a.txt", tmp_path / "log", tmp_path / "new" / "back", into_directory=True)
    assert (tmp_path / "new" / "back" / "a.txt").read_bytes() == b"a\n% b\n"


def _spoil(lines: list[bytes], how: str) -> list[bytes]:
    changes: dict[str, list[bytes]] = {
        "cut off": lines[:-1],
        "cut off in a line": [*lines[:-1], lines[-1][:3]],
        "removal lost": [*lines[:2], *lines[3:]],
        "text changed": [*lines[:2], lines[2].replace(b'"text": "% b"', b'"text": "% c"'), *lines[3:]],
        "place changed": [*lines[:2], lines[2].replace(b'"cut": {"start": 2', b'"cut": {"start": 1'), *lines[3:]],
        "beyond the end": [*lines[:2], lines[2].replace(b'"cut": {"start": 2', b'"cut": {"start": 99'), *lines[3:]],
        "not a log": [b"hello"],
        "empty": [],
        "other schema": [lines[0].replace(b'"dedup_log": 1', b'"dedup_log": 2'), *lines[1:]],
        "more behind the end": [*lines, lines[2]],
        "outside": [line.replace(b"in.txt", b"../in.txt") for line in lines],
        "absolute": [line.replace(b'"in.txt"', b'"/in.txt"') for line in lines],
        "no removal": [*lines[:2], b'{"document": 1}', *lines[3:]],
    }
    return changes[how]


_SPOILT = (
    "cut off",
    "cut off in a line",
    "removal lost",
    "text changed",
    "place changed",
    "beyond the end",
    "not a log",
    "empty",
    "other schema",
    "more behind the end",
    "outside",
    "absolute",
    "no removal",
)


@pytest.mark.parametrize("how", _SPOILT)
def test_log_that_is_not_whole_is_refused(tmp_path: Path, how: str) -> None:
    file, log = tmp_path / "in.txt", tmp_path / "log"
    file.write_bytes(b"a\n% b\nc\n% d\n")
    cleaned, _, _ = run_files(file, removed=log)
    (tmp_path / "cleaned").write_bytes(cleaned)
    log.write_bytes(b"\n".join(_spoil(log.read_bytes().splitlines(), how)))
    out = io.BytesIO()
    with pytest.raises(RestoreError, match="nothing was restored"):
        restore("-", log, None, Recorder(), stdin=io.BytesIO(cleaned), stdout=out)
    assert out.getvalue() == b""
    with pytest.raises(RestoreError):
        _restore(tmp_path / "cleaned", log, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_text_that_does_not_belong_is_refused(tmp_path: Path) -> None:
    file, log = tmp_path / "in.txt", tmp_path / "log"
    file.write_bytes(b"a\n% b\n")
    cleaned, _, _ = run_files(file, removed=log)
    for other, what in ((cleaned + b"x", "not the text"), (b"", "not the text"), (b"a\n% b\n", "the original already")):
        with pytest.raises(RestoreError, match=what):
            _restored(other, log)


def test_tree_that_does_not_belong_is_refused_as_a_whole(tmp_path: Path) -> None:
    top, log = tmp_path / "in", tmp_path / "log"
    _tree(top)
    run_files(top, in_place=True, removed=log)
    (top / "b" / "a.txt").write_bytes(b"other")
    before = _read(top)
    for options in ({"in_place": True}, {"output": tmp_path / "out"}):
        with pytest.raises(DedupError, match="nothing was restored"):
            _restore(top, log, **options)
    (top / "b" / "a.txt").unlink()
    with pytest.raises(RestoreError, match="no such file"):
        _restore(top, log, in_place=True)
    assert _read(top) == {name: data for name, data in before.items() if name != "b/a.txt"}
    assert not (tmp_path / "out").exists()


def test_a_log_in_parts_goes_back_part_by_part(tmp_path: Path) -> None:
    """As Spark writes it: files in order of their names, and each part counts from where it begins in the whole."""
    articles, clean, back, log = (tmp_path / name for name in ("articles", "clean", "back", "log"))
    articles.mkdir()
    for name in ("part-00000.txt", "part-00001.txt"):
        (articles / name).write_text("a\n% b\nc\n", encoding="utf-8")
    run(Job(inputs=(str(articles),), output=clean, removed=tmp_path / "one.jsonl"), Recorder())
    head, *lines, end = (tmp_path / "one.jsonl").read_bytes().splitlines(keepends=True)
    second = next(place for place, line in enumerate(lines) if line.startswith(b'{"close"')) + 1
    moved = [
        re.sub(rb'"at": 0\b', b'"at": 1000', line.replace(b'"part-00001.txt"}\n', b'"part-00001.txt", "at": 1000}\n'))
        for line in lines[second:]
    ]
    assert sum(b'"at": 1000' in line for line in moved) == 2
    log.mkdir()
    for name, some in (("head", [head]), ("part-00000", lines[:second]), ("part-00001", moved), ("tail", [end])):
        (log / f"{name}.jsonl").write_bytes(b"".join(some))
    (log / "_SUCCESS").touch()
    restore(str(clean), log, back, Recorder())
    assert all(
        (back / name).read_text(encoding="utf-8") == "a\n% b\nc\n" for name in ("part-00000.txt", "part-00001.txt")
    )
