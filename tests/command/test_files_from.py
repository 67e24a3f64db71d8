"""Inputs that a list names: any names, in their order, and each with a place of its own below an output directory."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup.formats.files.name_list import LONGEST_NAME, with_list
from dedup.model.job import Job
from tests.support.cli_inprocess import run
from tests.support.cli_process import CLEANED, COMMAND, REPEATED, environment
from tests.support.fake_kernel import assume_plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command

linux = pytest.mark.skipif(sys.platform != "linux", reason="names of files are any bytes there")
ONE = "1 file, 3 paragraphs: 2 kept, 1 removed (1 exact).\n"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def texts(directory: Path, *names: str) -> None:
    """Write a text that repeats, and tells its name, under each name."""
    for name in names:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{name}\n{REPEATED}".encode())


def cleaned(*names: str) -> bytes:
    return b"".join(f"{name}\n{CLEANED}".encode() for name in names)


def refusal(*arguments: str, stdin: bytes = b"") -> str:
    """Return what the command writes to standard error when it ends with 2 and without any text."""
    done = run(arguments, stdin)
    assert (done.code, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr
    return done.stderr.decode()


def names_of(data: bytes, *, null: bool) -> list[bytes]:
    """Return the names that a list gives."""
    import io

    job = with_list(Job((), files_from="-", null=null), io.BytesIO(data))
    return [os.fsencode(name) for name in job.listed]


def test_lists_are_read_in_order_behind_what_is_named(tmp_path: Path) -> None:
    texts(tmp_path, "z.txt", "a/x.txt", "b/x.txt")
    (tmp_path / "list").write_bytes(b"b/x.txt\r\n\r\n  \na/x.txt")
    done = run(["-q", "--files-from", "list", "z.txt"])
    assert (done.code, done.stdout) == (0, cleaned("z.txt", "b/x.txt", "a/x.txt"))


@pytest.mark.parametrize("end", [b"\n", b"\0"])
@pytest.mark.parametrize("extra", ["", "pipe"])
def test_a_list_comes_through_a_pipe_packed_or_not(dedup: Command, end: bytes, extra: str) -> None:
    texts(dedup.directory, "a.txt", "d/a.txt")
    data = b"a.txt" + end + b"d/a.txt" + end
    if extra:
        packer = zlib.compressobj(wbits=31)
        data = packer.compress(data) + packer.flush()
    done = dedup("-q", *(["-0"] if end == b"\0" else []), "--files-from", "-", stdin=data)
    assert (done.code, done.stdout) == (0, cleaned("a.txt", "d/a.txt"))


def test_find_and_the_list_work_together(dedup: Command) -> None:
    """The list of ``find -print0`` goes into a tree, where files of one name have places of their own."""
    texts(dedup.directory, "in/a/x.txt", "in/b/x.txt", "in/c d\n/x.txt")
    find = subprocess.Popen(["find", "in", "-type", "f", "-print0"], cwd=dedup.directory, stdout=subprocess.PIPE)
    arguments = [*COMMAND, "-q", "--null", "--files-from", "-", "-o", "out/"]
    done = subprocess.run(arguments, cwd=dedup.directory, stdin=find.stdout, env=environment(), check=False)
    assert (done.returncode, find.wait(30)) == (0, 0)
    assert find.stdout is not None
    find.stdout.close()
    for name in ("in/a/x.txt", "in/b/x.txt", "in/c d\n/x.txt"):
        assert (dedup.directory / "out" / name).read_bytes() == cleaned(name)


def test_each_keeps_its_path_below_the_output_and_none_leads_out(tmp_path: Path) -> None:
    texts(tmp_path, "here/a/x.txt", "here/a.txt", "up.txt", "far/deep/y.txt", "named/n.txt")
    far = tmp_path / "far" / "deep" / "y.txt"
    (tmp_path / "here" / "list").write_text(f"./a/x.txt\na.txt\n../up.txt\n{far}\n../far/deep\n", encoding="utf-8")
    os.chdir(tmp_path / "here")
    done = run(["-q", "--files-from", "list", "-o", "out/", "../named/n.txt"])
    assert (done.code, done.stderr) == (0, b"")
    top = tmp_path / "here" / "out"
    places = {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}
    absolute = "/".join(far.parts[1:])
    assert places == {"a/x.txt", "a.txt", "up.txt", absolute, "far/deep/y.txt", "n.txt"}
    assert not (tmp_path / "up.txt.tmp").exists()
    assert (top / absolute).read_bytes() == cleaned("far/deep/y.txt")


def test_two_that_would_have_one_place_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    texts(tmp_path, "a/x.txt", "x.txt", "y.txt")
    (tmp_path / "list").write_bytes(b"y.txt\na/x.txt\nx.txt\na/../x.txt\n")
    told = refusal("-o", "out/", "--files-from", "list")
    assert "a/x.txt and a/../x.txt would both be written to" in told
    assert not (tmp_path / "out").exists()


def test_what_is_missing_is_told_as_any_input_that_is_missing(tmp_path: Path) -> None:
    texts(tmp_path, "a.txt")
    (tmp_path / "list").write_bytes(b"none.txt\n#a.txt\na.txt\n*.txt\n")
    done = run(["--files-from", "list"])
    assert (done.code, done.stdout) == (2, cleaned("a.txt"))
    lines = done.stderr.decode().splitlines()
    assert lines[:3] == [f"dedup: {name}: no such file or directory." for name in ("none.txt", "#a.txt", "*.txt")]
    assert lines[3].endswith("3 errors.")
    assert "none.txt: no such file" in refusal("--on-error", "fail", "--files-from", "list")


@pytest.mark.parametrize("null", [False, True])
@pytest.mark.parametrize("data", [b"", b"\n\r\n \n", b"\xef\xbb\xbf\n"])
def test_a_list_of_nothing_is_an_error(data: bytes, *, null: bool, tmp_path: Path) -> None:
    texts(tmp_path, "a.txt")
    data = data.replace(b"\xef\xbb\xbf", b"").strip(b"\r\n ").replace(b"\n", b"\0") if null else data
    (tmp_path / "list").write_bytes(data + b"\0\0" * null)
    told = refusal("a.txt", "--files-from", "list", *["-0"] * null)
    assert told.startswith("dedup: list: this list of inputs names none; nothing was read or written. Hint: ")


@pytest.mark.parametrize(
    ("data", "null", "what"),
    [
        (b"a.txt\0b.txt\0", False, "list:1: there is a NUL byte in it"),
        (b"a.txt\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR", False, "list:4: there is a NUL byte in it"),
        ("a.txt\nb.txt\n".encode("utf-16"), False, "list:1: there is a NUL byte in it"),
        (b"a.txt\nb.txt\n", True, "list: there is no NUL byte in it"),
        (b"a.txt\n" + b"x" * (3 << 20), False, "list:2: this line is longer than the name of a file can be"),
        (b"a.txt\n" + b"x" * LONGEST_NAME + b"x\nb", False, "list:2: this line is longer than"),
        (b"a\0b\0" + b"x" * (3 << 20) + b"\0", True, "list: name 3 is longer than"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", False, "list: the gzip file ends in the middle"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, what: str, *, null: bool, tmp_path: Path) -> None:
    texts(tmp_path, "a.txt")
    (tmp_path / "list").write_bytes(data)
    told = refusal("--in-place", "--files-from", "list", *["-0"] * null)
    assert told.startswith(f"dedup: {what}")
    assert "; nothing was read or written. Hint: " in told
    assert (tmp_path / "a.txt").read_bytes() == b"a.txt\n" + REPEATED.encode()


def test_no_more_of_a_list_is_read_than_shows_that_it_is_none(dedup: Command) -> None:
    """A line without end does not fill the memory: the pipe that gives it is closed on its writer."""
    endless = [sys.executable, "-c", "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 65536)"]
    writer = subprocess.Popen(endless, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        process = dedup.start("--files-from", "-", stdin=writer.stdout, stderr=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.close()
        assert process.stderr is not None
        assert b"<stdin>:1: this line is longer than" in process.stderr.read()
        assert process.wait(30) == 2
    finally:
        writer.kill()
        writer.wait(30)


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert refusal("--files-from", "none").startswith("dedup: none: no such file or directory; nothing was read")
    if os.name == "posix":
        assert refusal("--files-from", str(tmp_path)).startswith(f"dedup: {tmp_path}: is a directory; nothing was read")


@pytest.mark.parametrize(
    ("arguments", "lists_itself"),
    [
        (["--files-from", "list.txt"], True),
        (["--files-from", "list.txt", "--in-place"], True),
        (["--files-from", "sub/../list.txt", "-o", "out/"], True),
        (["--files-from", "list.txt", "--check", "list.txt"], False),
        (["--files-from", "list.txt", "-o", "out/", "sub"], False),
    ],
)
def test_a_list_that_is_an_input_is_refused(arguments: list[str], tmp_path: Path, *, lists_itself: bool) -> None:
    """As ``find . > list.txt`` makes it, which lists the list; and where a directory has it, be it as a link."""
    texts(tmp_path, "sub/a.txt", "b.txt")
    data = b"b.txt\n" + b"./list.txt\n" * lists_itself
    (tmp_path / "list.txt").write_bytes(data)
    (tmp_path / "sub" / "link.txt").symlink_to("../list.txt")
    told = refusal(*arguments)
    assert "is the list of inputs, and one of them; nothing was read or written" in told
    assert (tmp_path / "list.txt").read_bytes() == data
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("written", [["-o", "l/a.txt"], ["-o", "l/"], ["-o", "out.txt", "--removed", "l/a.txt"]])
def test_a_list_is_not_written_over(written: list[str], tmp_path: Path) -> None:
    texts(tmp_path, "a.txt", "l/a.txt")
    (tmp_path / "l" / "a.txt").write_bytes(b"a.txt\n")
    told = refusal("--files-from", "l/a.txt", *written)
    assert told == "dedup: l/a.txt: is the list of inputs, and would be written over; nothing was written.\n"
    assert (tmp_path / "l" / "a.txt").read_bytes() == b"a.txt\n"


def test_in_place_with_a_log_and_back(tmp_path: Path) -> None:
    names = ["a/x.txt", "b/x.txt", "x.txt"]
    texts(tmp_path, *names)
    (tmp_path / "list").write_text("".join(f"{name}\n" for name in [*names, names[0]]), encoding="utf-8")
    done = run(["-q", "--in-place", "--removed", "log.jsonl", "--files-from", "list"])
    assert (done.code, done.stderr) == (0, b"")
    assert b"".join((tmp_path / name).read_bytes() for name in names) == cleaned(*names)
    assert run(["-q", "--in-place", "--restore", "log.jsonl", "a/x.txt"]).code == 0
    assert (tmp_path / "a" / "x.txt").read_bytes() == b"a/x.txt\n" + REPEATED.encode()
    assert run(["-q", "--in-place", "--restore", "log.jsonl", "."]).code == 0
    assert (tmp_path / "b" / "x.txt").read_bytes() == b"b/x.txt\n" + REPEATED.encode()


@pytest.mark.parametrize("options", [["--check"], ["--scope", "corpus"], ["--diff"], ["--scope", "corpus", "-o", "o"]])
def test_a_list_is_as_good_as_the_names_on_the_command_line(options: list[str], tmp_path: Path) -> None:
    texts(tmp_path, "a.txt", "b.txt")
    (tmp_path / "c.jsonl").write_text('{"text": "one"}\n', encoding="utf-8")
    (tmp_path / "list").write_bytes(b"a.txt\nb.txt\nc.jsonl\n")
    by_name = run([*options, "a.txt", "b.txt", "c.jsonl"])
    written = (tmp_path / "o").read_bytes() if (tmp_path / "o").exists() else b""
    assert by_name == run([*options, "--files-from", "list"])
    assert written == ((tmp_path / "o").read_bytes() if written else b"")


def test_a_hyphen_in_a_list_is_a_file(tmp_path: Path) -> None:
    texts(tmp_path, "-")
    done = run(["-q", "--format", "text", "--files-from", "-"], b"-\n")
    assert (done.code, done.stdout) == (0, cleaned("-"))


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--null", "a.txt"], "--null is for --files-from"),
        (["--files-from", "-", "-"], "standard input cannot be both the list of inputs and one of them"),
        (["--files-from", ""], "--files-from is an empty name"),
        (["--restore", "log", "--files-from", "l"], "--restore and --files-from do not go together"),
        (
            ["--scope", "corpus", "--engine", "spark", "-o", "o", "--files-from", "l"],
            "--files-from is for inputs of this machine",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: list[str], what: str) -> None:
    assert refusal(*arguments).startswith(f"dedup: {what}")


@pytest.mark.skipif(os.name == "nt", reason="descriptors as POSIX has them")
def test_a_list_from_a_closed_standard_input_is_an_error(dedup: Command) -> None:
    command = f'exec "{sys.executable}" -m dedup --files-from - <&-'
    done = subprocess.run(
        ["sh", "-c", command], cwd=dedup.directory, env=environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"standard input is closed" in done.stderr


NAMES = st.lists(st.binary(min_size=1, max_size=20).map(lambda name: name.replace(b"\0", b"x")), min_size=1, max_size=8)


@given(NAMES, st.booleans())
def test_any_names_come_back_from_a_list(names: list[bytes], last: bool) -> None:  # noqa: FBT001 - drawn
    """With NUL bytes any that a file can have; with lines, all but those that hold line ends or are blank."""
    assume_plain(names[0])  # a list may be packed, which is told by how it begins
    if len(names) > 1 or last or not names[0].endswith(b"\n"):
        told = names_of(b"\0".join(names) + b"\0" * last, null=True)
        assert told == [b"./-" if name == b"-" else name for name in names]
    lines = [name.replace(b"\n", b"y").removesuffix(b"\r") for name in names]
    lines = [line for line in lines if line.strip() and not line.endswith(b"\r")]
    assume_plain(lines[0] if lines else b"")
    if lines and not lines[0].startswith(BOM_UTF8):
        for end in (b"\n", b"\r\n", b"\n\n \n"):
            assert names_of(end.join(lines) + end * last, null=False) == [b"./-" if n == b"-" else n for n in lines]


@linux
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.binary(min_size=1, max_size=30).map(lambda name: name.replace(b"\0", b"x").replace(b"/", b"y")))
def test_a_file_of_any_name_is_read_and_written(name: bytes, tmp_path: Path) -> None:
    if name in {b".", b".."}:
        return
    path = tmp_path / os.fsdecode(b"d" + name) / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(REPEATED.encode())
    given_name = os.fsencode(path.relative_to(tmp_path))
    done = run(["-q", "--format", "text", "-0", "--files-from", "-", "-o", "out/"], given_name + b"\0")
    assert (done.code, done.stderr) == (0, b"")
    assert (tmp_path / "out" / os.fsdecode(given_name)).read_bytes() == CLEANED.encode()
