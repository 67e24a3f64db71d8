"""Output files are complete or not there."""

from __future__ import annotations

import errno
import gzip
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dedup.formats.files.atomic import AtomicFile
from dedup.formats.files.compression import PACKINGS, Packing, by_name
from dedup.model.errors import OutputError

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


def _names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_file_appears_at_commit_only(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with AtomicFile(target) as file:
        file.write(b"abc")
        assert not target.exists()
        file.commit()
    assert target.read_bytes() == b"abc"
    assert _names(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
@pytest.mark.parametrize("compress", [*PACKINGS, None], ids=lambda packing: packing.name if packing else "plain")
def test_anything_that_goes_wrong_leaves_the_old_file(
    tmp_path: Path, error: type[BaseException], compress: Packing | None
) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def write() -> None:
        with AtomicFile(target, compress=compress) as file:
            file.write(b"new" * 100_000)
            raise error

    with pytest.raises(error):
        write()
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == ["out"]


def test_file_that_nobody_knows_of_is_removed_too(tmp_path: Path) -> None:
    """A signal may come before whoever had it made has noted that it is to be removed."""
    script = "import sys; from pathlib import Path; from dedup.formats.files.atomic import AtomicFile\n"
    script += "kept = AtomicFile(Path('a.txt')); sys.exit(len(list(Path().iterdir())))"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False, timeout=30)
    assert done.returncode == 1
    assert _names(tmp_path) == []


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_full_disk_says_what_did_not_happen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with AtomicFile(target) as file:
        file.write(b"new")
        with pytest.raises(OutputError, match=r"no space left on device; .* was not changed") as caught:
            file.commit()
    assert caught.value.place == str(target)
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == ["out"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_device_is_an_output_error() -> None:
    with AtomicFile(Path("/dev/full")) as file, pytest.raises(OutputError, match="no space left"):
        file.write(b"x" * 1_000_000)


@posix
def test_mode_bits_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    target.chmod(0o750)
    with AtomicFile(target) as file:
        assert stat.S_IMODE(next(tmp_path.glob(".dedup-*")).stat().st_mode) == 0o600
        file.write(b"new")
        file.commit()
    assert stat.S_IMODE(target.stat().st_mode) == 0o750


@posix
def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    target, link = tmp_path / "d" / "file", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to("d/file")
    with AtomicFile(link) as file:
        file.write(b"new")
        file.commit()
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@posix
def test_protected_file_and_directory_are_refused(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    target.chmod(0o444)
    with pytest.raises(OutputError, match=r"is write-protected; .* was not changed"):
        AtomicFile(target)
    with pytest.raises(OutputError, match="is a directory"):
        AtomicFile(tmp_path)
    with pytest.raises(OutputError, match="was not written"):
        AtomicFile(tmp_path / "no" / "such")


def test_gzip_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        with AtomicFile(tmp_path / name, compress=by_name(Path(name))) as file:
            file.write(b"abc" * 1000)
            file.commit()
    packed = (tmp_path / "a.gz").read_bytes()
    assert packed == (tmp_path / "b.gz").read_bytes()
    assert packed[3:8] == bytes(5)  # no name, no time
    assert gzip.decompress(packed) == b"abc" * 1000


_ENDLESS = """
import sys
from pathlib import Path
from dedup.formats.files.atomic import AtomicFile
with AtomicFile(Path(sys.argv[1])) as file:
    print("begun", flush=True)
    while True:
        file.write(b"new" * 100_000)
"""


@posix
def test_kill_in_the_middle_of_a_write_leaves_no_half_file(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    with subprocess.Popen([sys.executable, "-c", _ENDLESS, str(target)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert target.read_bytes() == b"old"
