"""A ZIP archive is cleaned as a directory is, and all else of it stays as it was."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cli_inprocess import run
from tests.support.cli_process import CLEANED, REPEATED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.cli_process import Command

QUIET = ("--isolated", "-q")
TEXT = REPEATED.encode()
Made = tuple[str, bytes, dict[str, Any]]


def written(members: Iterable[Made], comment: bytes = b"") -> bytes:
    """Return a ZIP archive: names, contents, and other fields of their headers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data, fields in members:
            info = zipfile.ZipInfo(name, (2020, 2, 29, 12, 30, 58))
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in fields.items():
                setattr(info, field, value)
            archive.writestr(info, data)
        archive.comment = comment
    return out.getvalue()


def members_of(data: bytes) -> list[tuple[Any, ...]]:
    """Return all that a ZIP archive says of its members, and what they hold."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return [
            (
                *(info.filename, info.date_time, info.compress_type, info.comment, info.extra),
                *(info.external_attr, info.internal_attr, info.create_system, archive.read(info)),
            )
            for info in archive.infolist()
        ]


MEMBERS: list[Made] = [
    ("d/", b"", {"external_attr": 0o40755 << 16}),
    ("d/a.txt", TEXT, {"external_attr": 0o100640 << 16, "comment": b"first", "extra": b"\xfe\xca\x02\x00ab"}),
    ("d/b.bin", os.urandom(3000), {"compress_type": zipfile.ZIP_STORED}),
    ("d/c.txt", CLEANED.encode(), {"compress_type": zipfile.ZIP_BZIP2}),
    ("d/ü.txt", TEXT, {"compress_type": zipfile.ZIP_LZMA, "create_system": 0}),
    ("e.jsonl", b'{"text": "x"}\n', {"compress_type": zipfile.ZIP_STORED, "internal_attr": 1}),
    ("empty.txt", b"", {}),
]


@pytest.mark.parametrize("scope", ["document", "corpus"])
@pytest.mark.parametrize("front", [b"", b"#!/bin/sh\n"])
def test_members_stay_in_order_with_all_that_is_said_of_them(tmp_path: Path, scope: str, front: bytes) -> None:
    """Only what is in a text changes; what stands before the archive, and its comment, stay."""
    path, out, log = tmp_path / "in.zip", tmp_path / "out.zip", tmp_path / "log"
    path.write_bytes(front + written(MEMBERS, b"a comment"))
    arguments = [*QUIET, "--scope", scope, "--workers", "1", "-o", str(out), "--removed", str(log), str(path)]
    assert run(arguments).code == 0
    before, after = members_of(path.read_bytes()), members_of(out.read_bytes())
    assert [one[:-1] for one in after] == [one[:-1] for one in before]
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "out")
        assert archive.comment == b"a comment"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "in")
    assert out.read_bytes().startswith(front)
    options = [*QUIET, "--scope", scope, "--include", "*.txt", "--include", "*.jsonl"]
    assert run([*options, "-o", f"{tmp_path}/there/", f"{tmp_path}/in"]).code == 0
    for made in filter(Path.is_file, (tmp_path / "there").rglob("*")):
        assert (tmp_path / "out" / made.relative_to(tmp_path / "there")).read_bytes() == made.read_bytes()
    assert run([*QUIET, "--restore", str(log), "-o", f"{tmp_path}/back", f"{tmp_path}/out"]).code == 0
    assert (tmp_path / "back/d/a.txt").read_bytes() == TEXT


def test_members_that_do_not_change_are_not_packed_anew(tmp_path: Path) -> None:
    path, out = tmp_path / "in.zip", tmp_path / "out.zip"
    data = written([("a.bin", b"x" * 10_000, {}), ("b.txt", CLEANED.encode(), {})])
    path.write_bytes(data)
    assert run([*QUIET, "-o", str(out), str(path)]).code == 0
    assert out.read_bytes() == data


def test_in_place_an_archive_is_replaced_at_once_or_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(written(MEMBERS))
    assert run([*QUIET, "--in-place", str(path)]).code == 0
    assert [one[-1] for one in members_of(path.read_bytes())][1] == CLEANED.encode()
    before = path.stat()
    assert run([*QUIET, "--in-place", str(path)]).code == 0
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_pipe_is_kept_and_read(dedup: Command) -> None:
    """Its directory stands at its end."""
    data = written([*MEMBERS, ("z.bin", os.urandom(3_000_000), {}), ("z.txt", TEXT, {})])
    (dedup.directory / "in.zip").write_bytes(data)
    assert dedup(*QUIET, "-o", "here.zip", "in.zip").code == 0
    done = dedup(*QUIET, "-o", "there.zip", "-", stdin=data)
    assert (done.code, done.stderr) == (0, "")
    assert (dedup.directory / "here.zip").read_bytes() == (dedup.directory / "there.zip").read_bytes()


def test_what_is_not_read_passes_through_and_is_told(tmp_path: Path) -> None:
    """Encrypted members, links, names that lead out, ways of packing that are not known."""
    link = (stat.S_IFLNK | 0o777) << 16
    members = [
        ("a.txt", TEXT, {}),
        ("locked.txt", TEXT, {}),
        ("link.txt", b"/etc/passwd", {"external_attr": link, "create_system": 3}),
        ("../out.txt", TEXT, {}),
        ("odd.txt", TEXT, {}),
    ]
    data = bytearray(written(members))
    for name, at, value in ((b"locked.txt", 6, 1), (b"odd.txt", 8, 99)):
        local, central = data.index(b"PK\3\4", data.index(name) - 30), data.rindex(b"PK\1\2", 0, data.rindex(name))
        struct.pack_into("<H", data, local + at, value)
        struct.pack_into("<H", data, central + at + 2, value)
    path, out = tmp_path / "in.zip", tmp_path / "out.zip"
    path.write_bytes(data)
    done = run(["--isolated", "-o", str(out), str(path)])
    assert done.code == 0
    told = done.stderr.decode()
    for what in ("links and devices (1)", "names that lead out (1)", "encrypted members (1)"):
        assert f"{path}: {what} pass through, and are neither read nor followed." in told
    assert "members packed in a way that cannot be read (1) pass through" in told
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out) as after:
        for one, other in zip(before.infolist()[1:], after.infolist()[1:], strict=True):
            assert (one.filename, one.flag_bits, one.compress_type, one.CRC, one.compress_size) == (
                *(other.filename, other.flag_bits, other.compress_type, other.CRC, other.compress_size),
            )
            begin, end = one.header_offset, one.header_offset + 30 + one.compress_size
            there = other.header_offset
            assert out.read_bytes()[there : there + end - begin] == bytes(data[begin:end])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.zip", "out.zip"]


def test_a_wrong_checksum_is_told_and_the_member_copied(tmp_path: Path) -> None:
    data = bytearray(written([("a.txt", TEXT, {"compress_type": zipfile.ZIP_STORED}), ("b.txt", TEXT, {})]))
    data[data.index(b"council")] = ord("C")
    path, out = tmp_path / "in.zip", tmp_path / "out.zip"
    path.write_bytes(data)
    done = run([*QUIET, "-o", str(out), str(path)])
    assert done.code == 2
    assert f"{path}!/a.txt: has a wrong checksum; it is left as it was".encode() in done.stderr
    assert done.stderr.count(b"\n") == 1
    with zipfile.ZipFile(out) as archive:
        assert archive.read("b.txt") == CLEANED.encode()
        with pytest.raises(zipfile.BadZipFile):
            archive.read("a.txt")


def _overlapping() -> bytes:
    data = bytearray(written([("a.txt", TEXT, {}), ("b.txt", TEXT, {})]))
    last = data.rindex(b"PK\1\2")
    struct.pack_into("<I", data, last + 42, 0)
    return bytes(data)


WHOLE = written(MEMBERS)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is damaged, or was cut off"),
        (TEXT, "is damaged, or was cut off"),
        (WHOLE[:-30], "is damaged, or was cut off"),
        (WHOLE[: len(WHOLE) // 2], "is damaged, or was cut off"),
        (_overlapping(), "has members that overlap"),
        (written([("b.bin", b"x", {})]), "no member matches *.txt"),
        (written([]), "no member matches *.txt"),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("place", [["-o", "out.zip"], ["--in-place"], ["--check"]], ids=lambda place: place[0])
def test_what_is_no_whole_archive_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, message: str, place: list[str]
) -> None:
    """In one line; nothing is written, and the input stays."""
    monkeypatch.chdir(tmp_path)
    Path("in.zip").write_bytes(data)
    done = run([*QUIET, *place, "in.zip"])
    assert (done.code, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"dedup: in.zip: ")
    assert done.stderr.count(b"\n") == 1
    assert message.encode() in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.zip"]
    assert Path("in.zip").read_bytes() == data


def test_an_archive_of_another_kind_is_not_written(tmp_path: Path) -> None:
    """A ZIP archive does not become a tar."""
    (tmp_path / "in.zip").write_bytes(WHOLE)
    done = run([*QUIET, "-o", str(tmp_path / "out.tar"), str(tmp_path / "in.zip")])
    assert done.code == 2
    assert b"a ZIP archive does not become a tar archive; nothing was read or written" in done.stderr
    assert not (tmp_path / "out.tar").exists()
