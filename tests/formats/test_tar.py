"""A tar archive is cleaned as a directory is, and all else of it stays as it was."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.formats.archives import tar as tar_module
from dedup.formats.archives.archive import Archive
from dedup.formats.archives.names import is_tar, packed_name
from dedup.formats.files.compression import PACKINGS
from dedup.model.errors import InputError
from tests.support.cli_inprocess import run
from tests.support.cli_process import CLEANED, REPEATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.support.cli_process import Command

QUIET = ("--isolated", "-q")
TEXT = REPEATED.encode()
FORMS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
Made = tuple[str, bytes, dict[str, Any]]


def written(members: Iterable[Made], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar archive: names, contents, and other fields of their headers."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data, fields in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for field, value in fields.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def members_of(data: bytes) -> list[tuple[Any, ...]]:
    """Return all that a tar archive says of its members, and what they hold."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            stream = archive.extractfile(info) if info.isreg() else None
            records = {key: value for key, value in info.pax_headers.items() if key != "size"}
            told = (info.name, info.mode, info.mtime, info.uid, info.gid, info.uname, info.gname, info.type)
            found.append((*told, info.linkname, records, stream.read() if stream else b""))
    return found


def cleaned(data: bytes, *options: str, name: str = "in.tar", output: str = "out.tar") -> bytes:
    """Return what comes of an archive."""
    with tempfile.TemporaryDirectory() as directory:
        path, out = Path(directory) / name, Path(directory) / output
        path.write_bytes(data)
        done = run([*QUIET, *options, "-o", str(out), str(path)])
        assert (done.code, path.read_bytes()) == (0, data), done.stderr
        return out.read_bytes()


_names = st.text(st.characters(codec="utf-8", exclude_characters="\0/\\."), min_size=1, max_size=120)
_fields = st.fixed_dictionaries(
    {
        "mode": st.integers(0, 0o7777),
        "mtime": st.integers(0, 1 << 33),
        "uid": st.integers(0, 1 << 21),
        "uname": st.sampled_from(["", "root", "ü" * 20]),
    }
)
_members = st.lists(st.tuples(_names, st.sampled_from([b"", TEXT, CLEANED.encode(), b"x" * 1400]), _fields), max_size=5)


@given(members=_members, form=st.sampled_from(FORMS[1:]), suffix=st.sampled_from([".txt", ".bin"]))
@settings(max_examples=40)
def test_members_stay_in_order_with_all_that_is_said_of_them(members: list[Made], form: int, suffix: str) -> None:
    """Only what is in a text changes; and where none does, no byte of the archive."""
    named = [(f"d/{number}/{name}{suffix}", data, fields) for number, (name, data, fields) in enumerate(members)]
    data = written([("first.txt", CLEANED.encode(), {}), *named, ("last", b"x" * 1000, {})], form)
    out = cleaned(data)
    expected = [
        (*told, CLEANED.encode() if told[0].endswith(".txt") and content == TEXT else content)
        for *told, content in members_of(data)
    ]
    assert members_of(out) == [tuple(one) for one in expected]
    if all(content != TEXT or suffix == ".bin" for _, content, _ in named):
        assert out == data


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda packing: packing.name)
@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_a_tree_and_an_archive_of_it_give_the_same(tmp_path: Path, packing: Any, scope: str) -> None:
    """Members, bytes, and log; packed members, too; and what was unpacked can be restored."""
    top = tmp_path / "top"
    records = b"".join(json.dumps({"text": REPEATED.replace("bridge", name)}).encode() + b"\n" for name in "abc")
    for name, content in {
        "a.txt": TEXT,
        "b/c.jsonl.gz": gzip.compress(records, mtime=0),
        "b/d.jsonl": records,
        "e.png": b"\x89PNG\r\n\x1a\n\0\0\0",
    }.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(content)
    with tarfile.open(tmp_path / "in.tar", "w") as archive:
        for path in sorted(top.rglob("*")):
            archive.add(path, str(path.relative_to(top)), recursive=False)
    packer = packing.packer()
    packed = tmp_path / f"in.tar{packing.suffix}"
    packed.write_bytes(packer.compress((tmp_path / "in.tar").read_bytes()) + packer.flush())
    arguments = [*QUIET, "--scope", scope, "--workers", "1"]
    out = tmp_path / "out"
    assert run([*arguments, "--removed", str(tmp_path / "log1"), "-o", f"{out}/", str(top)]).code == 0
    to = f"{tmp_path}/out.tar{packing.suffix}"
    assert run([*arguments, "--removed", str(tmp_path / "log2"), "-o", to, str(packed)]).code == 0
    assert (tmp_path / "log1").read_bytes() == (tmp_path / "log2").read_bytes()
    unpacked = tmp_path / "unpacked"
    with tarfile.open(fileobj=io.BytesIO(_unpacked(Path(to), packing))) as archive:
        archive.extractall(unpacked, filter="data")
    for path in filter(Path.is_file, out.rglob("*")):
        assert (unpacked / path.relative_to(out)).read_bytes() == path.read_bytes()
    assert (unpacked / "e.png").read_bytes() == (top / "e.png").read_bytes()
    restored = run([*QUIET, "--restore", str(tmp_path / "log2"), "-o", f"{tmp_path}/back", str(unpacked)])
    assert restored.code == 0
    assert (tmp_path / "back/a.txt").read_bytes() == TEXT


def _unpacked(path: Path, packing: Any) -> bytes:
    unpacker, _ = packing.unpacker()
    data: bytes = unpacker.decompress(path.read_bytes(), 1 << 24)
    return data


def test_a_pipe_is_read_like_a_file(dedup: Command) -> None:
    """In both scopes, packed, too."""
    random = os.urandom(3_000_000)  # so that it is read in several pieces, which two readings go through by turns
    line = json.dumps({"text": REPEATED}).encode() + b"\n"
    texts: list[Made] = [(f"{number}.jsonl", line * 4000, {}) for number in range(3)]
    data = written([texts[0], ("b.bin", random, {}), texts[1], ("c.bin", random, {}), texts[2]])
    (dedup.directory / "in.tar").write_bytes(data)
    for scope in ("document", "corpus"):
        arguments = (*QUIET, "--workers", "1", "--scope", scope)
        assert dedup(*arguments, "-o", "here.tar", "in.tar").code == 0
        done = dedup(*arguments, "-o", "there.tar", "-", stdin=gzip.compress(data))
        assert (done.code, done.stderr) == (0, "")
        assert (dedup.directory / "here.tar").read_bytes() == (dedup.directory / "there.tar").read_bytes()
        (dedup.directory / "here.tar").unlink()
        (dedup.directory / "there.tar").unlink()


def test_in_place_an_archive_is_replaced_at_once_or_not_touched(tmp_path: Path) -> None:
    path, log = tmp_path / "a.tar.gz", tmp_path / "log"
    path.write_bytes(gzip.compress(written([("a.txt", TEXT, {}), ("b.bin", b"\0", {})])))
    path.chmod(0o640)
    assert run([*QUIET, "--in-place", "--removed", str(log), str(path)]).code == 0
    assert [content for *_, content in members_of(gzip.decompress(path.read_bytes()))] == [CLEANED.encode(), b"\0"]
    before = path.stat()
    assert before.st_mode & 0o777 == 0o640
    assert run([*QUIET, "--in-place", str(path)]).code == 0
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    done = run([*QUIET, "--in-place", "--removed", str(log), str(path)])
    assert done.code == 2
    assert b"is there already" in done.stderr
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.tar.gz", "log"]


def test_links_devices_and_names_that_lead_out_pass_through(tmp_path: Path) -> None:
    """They are told once, and never read, followed, or written to disk."""
    (tmp_path / "secret.txt").write_bytes(TEXT)
    data = written(
        [
            ("a.txt", TEXT, {}),
            ("link.txt", b"", {"type": tarfile.SYMTYPE, "linkname": str(tmp_path / "secret.txt")}),
            ("hard.txt", b"", {"type": tarfile.LNKTYPE, "linkname": "a.txt"}),
            ("null.txt", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}),
            ("fifo.txt", b"", {"type": tarfile.FIFOTYPE}),
            ("../out.txt", TEXT, {}),
            ("/tmp/out.txt", TEXT, {}),  # noqa: S108 - nothing is written there
        ]
    )
    path, out = tmp_path / "in.tar", tmp_path / "out.tar"
    path.write_bytes(data)
    done = run(["--isolated", "-o", str(out), str(path)])
    assert done.code == 0
    assert done.stderr.decode().splitlines()[:2] == [
        f"dedup: {path}: links and devices (4) pass through, and are neither read nor followed.",
        f"dedup: {path}: names that lead out (2) pass through, and are neither read nor followed.",
    ]
    expected = members_of(data)
    expected[0] = (*expected[0][:-1], CLEANED.encode())
    assert members_of(out.read_bytes()) == expected
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.tar", "out.tar", "secret.txt"]


def test_a_name_that_comes_again_is_another_member(tmp_path: Path) -> None:
    """Each is cleaned; the log calls the last one so, for that is the one that unpacking leaves."""
    other = REPEATED.replace("bridge", "tower").encode()
    path, out, log = tmp_path / "in.tar", tmp_path / "out.tar", tmp_path / "log"
    path.write_bytes(written([("a.txt", TEXT, {}), ("a.txt", other, {})]))
    assert run([*QUIET, "-o", str(out), "--removed", str(log), str(path)]).code == 0
    assert [content for *_, content in members_of(out.read_bytes())] == [
        CLEANED.encode(),
        CLEANED.replace("bridge", "tower").encode(),
    ]
    opened = [entry["open"] for entry in map(json.loads, log.read_bytes().splitlines()) if "open" in entry]
    assert opened == ["1!/a.txt", "a.txt"]


def test_a_size_in_an_extended_header_is_written_anew() -> None:
    """The other records stay."""
    fields = {"pax_headers": {"size": str(len(TEXT)), "comment": "ü", "SCHILY.xattr.user.a": "b"}, "mtime": 1.5}
    data = written([("a.txt", TEXT, fields), ("b.txt", CLEANED.encode(), {})])
    expected = members_of(data)
    expected[0] = (*expected[0][:-1], CLEANED.encode())
    assert members_of(cleaned(data)) == expected


def test_a_member_that_is_damaged_is_copied_and_told(tmp_path: Path) -> None:
    """It is not lost, and the others are cleaned."""
    path, out, log = tmp_path / "in.tar", tmp_path / "out.tar", tmp_path / "log"
    bad = gzip.compress(TEXT * 50, mtime=0)[:60]
    path.write_bytes(written([("a.txt.gz", bad, {}), ("b.txt", TEXT, {}), ("c.txt", b"%PDF-1.4\n\0\0\0\0", {})]))
    done = run([*QUIET, "-o", str(out), "--removed", str(log), str(path)])
    assert done.code == 2
    assert f"{path}!/a.txt.gz: the gzip file ends in the middle".encode() in done.stderr
    assert f"{path}!/c.txt: is a PDF document".encode() in done.stderr
    assert [content for *_, content in members_of(out.read_bytes())] == [bad, CLEANED.encode(), b"%PDF-1.4\n\0\0\0\0"]
    assert b"a.txt.gz" not in log.read_bytes()


# --- what is no whole archive -----------------------------------------------------------------------------------------


def _bomb() -> bytes:
    """Return a header that says that a name of a terabyte follows."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 40
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(2048)


def _nested() -> bytes:
    """Return thousands of headers that extend one another."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 0
    return info.tobuf(tarfile.USTAR_FORMAT) * 5000 + written([("a.txt", TEXT, {})])


WHOLE = written([("a.txt", TEXT, {}), ("b.bin", b"\0" * 3000, {}), ("c.txt", TEXT, {})])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ends without its end mark; it was cut off"),
        (b"no tar at all", "ends without its end mark; it was cut off"),
        (TEXT * 20, "has a damaged header at byte 0"),
        (WHOLE[:700], "ends in the middle; it was cut off"),
        (WHOLE[:3000], "ends in the middle; it was cut off"),
        (WHOLE[:1024], "ends without its end mark; it was cut off"),
        (WHOLE[:1024] + b"x" * 512 + WHOLE[1536:], "has a damaged header at byte 1,024"),
        (_bomb(), "has a damaged header at byte 0"),
        (_nested(), "has a damaged header at byte 0"),
        (gzip.compress(WHOLE)[:-20], "the gzip file ends in the middle"),
        (written([("b.bin", b"", {})]), "no member matches *.txt"),
    ],
    ids=range(11),
)
@pytest.mark.parametrize("place", [["-o", "out.tar"], ["--in-place"], ["--check"]], ids=lambda place: place[0])
def test_what_is_no_whole_archive_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, message: str, place: list[str]
) -> None:
    """In one line; nothing is written, and the input stays."""
    monkeypatch.chdir(tmp_path)
    Path("in.tar").write_bytes(data)
    done = run([*QUIET, *place, "in.tar"])
    assert (done.code, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"dedup: in.tar: ")
    assert done.stderr.count(b"\n") == 1
    assert message.encode() in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.tar"]
    assert Path("in.tar").read_bytes() == data


def test_what_stands_behind_an_archive_is_copied() -> None:
    """Padding of any length, and other bytes."""
    data = WHOLE + b"something else" + bytes(50_000)
    assert cleaned(data).endswith(data[len(WHOLE) - 512 :])


def test_an_archive_that_changes_meanwhile_is_not_half_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = tmp_path / "in.tar", tmp_path / "out.tar"
    path.write_bytes(WHOLE)
    plain: Callable[..., Any] = Archive.sources

    def changing(self: Archive, patterns: Any) -> Any:
        found = plain(self, patterns)
        path.write_bytes(written([("a.txt", TEXT, {}), ("b.bin", b"\1" * 3000, {}), ("c.txt", TEXT, {})]) + b"more")
        return found

    monkeypatch.setattr(Archive, "sources", changing)
    done = run([*QUIET, "-o", str(out), str(path)])
    assert done.code == 2
    assert b"in.tar: has changed since this run began to read it; no output was written" in done.stderr
    assert not out.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in its own unit elsewhere")
def test_memory_does_not_grow_with_an_archive(tmp_path: Path) -> None:
    """Nor with the number of members that are not read, nor with the size of one."""
    path = tmp_path / "in.tar"
    empty = tarfile.TarInfo("d/empty.bin").tobuf()
    large = tarfile.TarInfo("large.bin")
    large.size = 200_000_000
    with path.open("wb") as file:
        file.write(empty * 100_000)
        file.write(large.tobuf())
        for _ in range(200):
            file.write(bytes(1_000_000))
        file.write(bytes(-large.size % 512))
        file.write(written([("a.txt", TEXT, {})]))
    code = (
        "import resource, sys; from dedup.cli import main; code = main(sys.argv[1:]); "
        "print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    used = []
    small = tmp_path / "small.tar"
    small.write_bytes(WHOLE)
    for archive in (small, path):
        command = [sys.executable, "-c", code, *QUIET, "--workers", "1", "-o", str(tmp_path / "out.tar")]
        command.append(str(archive))
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        exit_code, memory = map(int, done.stdout.split())
        assert exit_code == 0
        used.append(memory)
    assert used[1] - used[0] < 40_000  # kilobytes


def test_names_of_archives() -> None:
    assert [
        is_tar(name) for name in ("a.tar", "A.TAR.GZ", "a.tgz", "a.tar.zst", "a.txz", "a.gz", "tar", "a.tar.txt")
    ] == [
        *[True] * 5,
        *[False] * 3,
    ]
    assert packed_name("a.TGZ") == "a.TGZ.gz"


def test_a_size_that_no_octal_digits_hold_is_written_as_a_number() -> None:
    """As GNU's tar does."""
    info = tarfile.TarInfo("a.txt")
    entry = tar_module.TarEntry(0, info, info.tobuf(), 0)
    for size in (1, 8**11 - 1, 8**11, 1 << 60):
        assert tarfile.TarInfo.frombuf(entry.header_for(size), "utf-8", "strict").size == size


def test_a_walk_does_not_go_on_behind_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "in.tar"
    path.write_bytes(WHOLE[:1024] + b"x" * 512 + WHOLE[1536:])
    archive = Archive(path, "in.tar")
    with archive.walk() as walk:
        assert walk.next() is not None
        with pytest.raises(InputError, match="damaged header"):
            walk.next()
