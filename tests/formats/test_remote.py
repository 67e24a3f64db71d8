"""Files that are elsewhere: the same bytes as on this machine, or a clear line and nothing to be seen."""

from __future__ import annotations

import base64
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dedup.formats.files.addresses import is_address, scheme_of, shown
from dedup.formats.files.remote_errors import failure_of
from dedup.formats.files.remote_read import RemoteStream
from dedup.formats.files.remote_write import RemoteReplacement
from tests.support import strategies
from tests.support.cli_inprocess import run
from tests.support.cli_process import CLEANED, REPEATED, Command
from tests.support.remote_servers import BUCKET, BadLine, Store, object_store, web_server

if TYPE_CHECKING:
    from collections.abc import Iterator

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")
QUIET = ("--isolated", "-q")
TOP = f"s3://{BUCKET}"


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    with object_store() as store:
        yield store


@pytest.fixture
def store(server: Store) -> Iterator[Store]:
    yield server
    server.clear()


def records(count: int, seed: int = 1) -> bytes:
    """Return records of which some repeat what others say, and some repeat themselves."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    stock = [strategies.prose(rng) for _ in range(40)]
    texts = ("\n\n".join(rng.choices(stock, k=4)) for _ in range(count))
    return b"".join(json.dumps({"id": n, "text": text}).encode() + b"\n" for n, text in enumerate(texts))


def tree() -> dict[str, bytes]:
    """Return files by their places: in an order that a plain comparison of their names would not give."""
    return {
        "a.txt": REPEATED.encode(),
        "a/b.txt": REPEATED.replace("bridge", "tower").encode(),
        "a/b.bin": b"\0\1\2",
        "day=1/part-0.jsonl": records(30, 1),
        "day=2/part-0.jsonl.gz": gzip.compress(records(30, 2), mtime=0),
        "z/.hidden.txt": b"hidden\n",
    }


def planted(store: Store, top: Path) -> None:
    """Make the same tree in the store, below `in`, and on this machine."""
    for name, data in tree().items():
        store.put(f"in/{name}", data)
        path = top / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_a_tree_gives_what_it_gives_on_this_machine(dedup: Command, store: Store, scope: str) -> None:
    """The same files, bytes and log, be the input, the output, or both elsewhere; and it can be restored from there."""
    planted(store, dedup.directory)
    arguments = (*QUIET, "--scope", scope, "--workers", "2")
    assert dedup(*arguments, "-o", "out/", "--removed", "log", "in/").code == 0
    here = {path.relative_to(dedup.directory / "out").as_posix() for path in (dedup.directory / "out").rglob("*.*")}
    assert here == {"a.txt", "a/b.txt", "day=1/part-0.jsonl", "day=2/part-0.jsonl.gz"}
    done = dedup(*arguments, "-o", f"{TOP}/out/", "--removed", f"{TOP}/log.gz", f"{TOP}/in/", env=store.env())
    assert (done.code, done.stderr) == (0, "")
    for name in here:
        assert store.get(f"out/{name}") == (dedup.directory / "out" / name).read_bytes()
    assert {key for key in store.listed() if key.startswith("out/")} == {f"out/{name}" for name in here}
    assert gzip.decompress(store.get("log.gz")) == (dedup.directory / "log").read_bytes()
    assert not store.uploads()
    name = "day=1/part-0.jsonl"
    done = dedup(*QUIET, "--restore", f"{TOP}/log.gz", f"{TOP}/out/{name}", "-o", f"{TOP}/b.jsonl", env=store.env())
    assert (done.code, done.stderr) == (0, "")
    assert store.get("b.jsonl") == tree()[name]
    done = dedup(*QUIET, "--restore", f"{TOP}/log.gz", f"{TOP}/out/", "-o", "x/", env=store.env())
    assert "a directory is restored on this machine only; nothing was restored" in done.stderr


def test_a_pattern_gives_what_fits_it(dedup: Command, store: Store) -> None:
    planted(store, dedup.directory)
    done = dedup(*QUIET, f"{TOP}/in/day=*/part-*.jsonl*", "-o", "out.jsonl", "--removed", "log", env=store.env())
    assert (done.code, done.stderr) == (0, "")
    names = ("in/day=1/part-0.jsonl", "in/day=2/part-0.jsonl.gz")
    assert dedup(*QUIET, *names, "-o", "here.jsonl").code == 0
    assert (dedup.directory / "out.jsonl").read_bytes() == (dedup.directory / "here.jsonl").read_bytes()
    done = dedup(*QUIET, f"{TOP}/in/day=*/part-*.jsonl*", "-o", "out/", env=store.env())
    assert (dedup.directory / "out/day=1/part-0.jsonl").is_file()
    done = dedup(*QUIET, f"{TOP}/in/year=*/part-*", env=store.env())
    assert (done.code, done.stdout) == (2, b"")
    assert "in/year=*/part-*: there is no such file or directory" in done.stderr
    store.put("odd/[1].txt", REPEATED.encode())
    assert dedup(*QUIET, f"{TOP}/odd/[1].txt", env=store.env()).stdout == CLEANED.encode()


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_an_archive_may_be_elsewhere(dedup: Command, store: Store, suffix: str) -> None:
    """It gives what it gives on this machine."""
    planted(store, dedup.directory)
    kind = "zip" if suffix == ".zip" else "gztar"
    archive = Path(shutil.make_archive(str(dedup.directory / "made"), kind, str(dedup.directory / "in")))
    store.put(f"dump{suffix}", archive.read_bytes())
    archive.rename(dedup.directory / f"dump{suffix}")
    assert dedup(*QUIET, "-o", f"clean{suffix}", f"dump{suffix}").code == 0
    done = dedup(*QUIET, "-o", f"{TOP}/clean{suffix}", f"{TOP}/dump{suffix}", env=store.env())
    assert (done.code, done.stderr) == (0, "")
    assert store.get(f"clean{suffix}") == (dedup.directory / f"clean{suffix}").read_bytes()


def test_references_may_be_elsewhere(dedup: Command, store: Store) -> None:
    store.put("ref.txt", CLEANED.splitlines(keepends=True)[0].encode())
    (dedup.directory / "a.txt").write_text(CLEANED)
    done = dedup(*QUIET, "--scope", "corpus", "--against", f"{TOP}/ref.txt", "a.txt", env=store.env())
    assert (done.code, done.stdout.decode()) == (0, CLEANED.splitlines(keepends=True)[1])


def test_a_name_that_would_leave_the_output_is_not_written(dedup: Command, store: Store) -> None:
    """Names of objects are any characters, and two of them may be one file here."""
    for key in ("in/a//b.txt", "in/a/b.txt"):
        store.put(key, REPEATED.encode())
    done = dedup(*QUIET, "-o", "out/", f"{TOP}/in/", env=store.env())
    assert done.code == 2
    assert done.stderr.count("has a name that no file here can have; not read") == 1
    assert [path.name for path in (dedup.directory / "out").rglob("*.txt")] == ["b.txt"]


@pytest.fixture
def memory() -> Iterator[dict[str, Any]]:
    """Return what fsspec's file system in memory holds."""
    module = pytest.importorskip("fsspec.implementations.memory")
    module.MemoryFileSystem.store.clear()
    yield module.MemoryFileSystem.store
    module.MemoryFileSystem.store.clear()
    module.MemoryFileSystem.pseudo_dirs[:] = [""]


def test_a_name_with_dots_does_not_lead_out(
    memory: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = pytest.importorskip("fsspec.implementations.memory")
    module.MemoryFileSystem().pipe({"/b/in/a.txt": REPEATED.encode()})
    info = {"type": "file", "size": 1}
    listed = {"/b/in/a.txt": info, "/b/in/../../../x.txt": info, "/b/in/./y.txt": info}
    monkeypatch.setattr(module.MemoryFileSystem, "glob", lambda *_, **__: listed)
    assert memory
    done = run([*QUIET, "-o", f"{tmp_path}/top/out/", "memory://b/in/*"])
    assert done.code == 2
    assert done.stderr.count(b"has a name that no file here can have; not read") == 2
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["a.txt"]


@pytest.mark.usefixtures("memory")
def test_what_another_program_writes_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be it there before or not; and a store that does not take parts gets all of it at once."""
    fsspec = pytest.importorskip("fsspec")
    fs = fsspec.filesystem("memory")
    (tmp_path / "a.txt").write_text(REPEATED)
    arguments = [*QUIET, "-o", "memory://b/out.txt", str(tmp_path / "a.txt")]
    assert run(arguments).code == 0
    assert fs.cat("/b/out.txt") == CLEANED.encode()
    plain = RemoteReplacement.finish

    def finish(self: RemoteReplacement) -> None:
        plain(self)
        fs.pipe({"/b/out.txt": b"another program's"})

    monkeypatch.setattr(RemoteReplacement, "finish", finish)
    for state in ("changed", "made"):
        done = run(arguments)
        assert done.code == 2
        assert f"was {state} by another program meanwhile; it was not replaced".encode() in done.stderr
        assert fs.cat("/b/out.txt") == b"another program's"
        fs.rm("/b/out.txt")


@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_what_changes_between_two_readings_ends_the_run(
    memory: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    """Before anything is written."""
    assert not memory
    fsspec = pytest.importorskip("fsspec")
    fs = fsspec.filesystem("memory")
    fs.pipe({"/b/a.txt": REPEATED.encode()})

    def checked(*_: object) -> None:
        fs.pipe({"/b/a.txt": CLEANED.encode()})

    monkeypatch.setattr("dedup.engines.local.run.check_removed", checked)
    out = tmp_path / "out.txt"
    done = run([*QUIET, "--scope", scope, "--max-removed", "0.9", "-o", str(out), "memory://b/a.txt"])
    assert done.code == 2
    assert b"memory://b/a.txt: has changed since this run began to read it; no output was written" in done.stderr
    assert not out.exists()


# --- what goes wrong --------------------------------------------------------------------------------------------------


def one_line(stderr: str) -> bool:
    """Return True for one message, without a traceback and without secrets."""
    told = [line for line in stderr.splitlines() if line]
    return len(told) == 1 and told[0].startswith("dedup: ") and "secret" not in stderr and "Traceback" not in stderr


def test_what_is_wrong_is_told_in_one_line(dedup: Command, store: Store, tmp_path: Path) -> None:
    store.put("a.txt", REPEATED.encode())
    (tmp_path / "here.txt").write_text(REPEATED)
    env = store.env()
    for arguments, message in (
        ((f"{TOP}/no.txt",), "there is no such file or directory"),
        ((f"{TOP}-2/no.txt",), "there is no such file or directory"),
        (("-o", f"{TOP}-2/x.txt", "here.txt"), "there is no such bucket; s3://bucket-2/x.txt was not written"),
        (("--scope", "corpus", "-o", f"{TOP}-2/x.txt", "here.txt"), "no such bucket; nothing was read or written"),
        (("--in-place", f"{TOP}/a.txt"), "is not written over in place"),
        (("-o", f"{TOP}/a.txt", f"{TOP}/a.txt"), "output and input are the same file"),
        (("-o", f"{TOP}/in/out/", f"{TOP}/in"), "the output lies in s3://bucket/in"),
        (("-o", "https://user:secret@host/x?Signature=secret", "here.txt"), "nothing is written to https:"),
        (("-o", "hdfs://host/x", "here.txt"), "nothing is written to hdfs:"),
        (("--scope", "corpus", "--work-dir", f"{TOP}/w", "here.txt"), "--work-dir is an address"),
        (("s3://",), "names no bucket"),
    ):
        done = dedup(*QUIET, *arguments, env=env)
        assert (done.code, done.stdout) == (2, b"")
        assert message in done.stderr
        assert "secret" not in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("dedup: ") <= 2  # an input that lies there may be missing as well
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    done = dedup(*QUIET, f"{TOP}/a.txt", env=env | nobody)
    assert one_line(done.stderr)
    assert "there are no credentials for it" in done.stderr
    assert store.listed() == ["a.txt"]


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    done = run([*QUIET, "s3://bucket/a.txt"])
    assert done.code == 2
    assert done.stderr.decode() == (
        "dedup: s3://bucket/a.txt: to read s3: fsspec and s3fs are needed; nothing was read or written. "
        "Hint: pip install 'paradedup[remote]' s3fs.\n"
    )


def test_nothing_is_loaded_that_no_address_asks_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(REPEATED)
    code = f"import sys; from dedup.cli import main; main(['-q', {str(tmp_path / 'a.txt')!r}, '-o', '/dev/null']); "
    code += "print(*(name for name in sys.modules if name.split('.')[0] in ('fsspec', 's3fs', 'aiohttp', 'asyncio') "
    code += "or 'remote' in name))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "\n"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://user:pw@host/a.txt?X-Amz-Signature=abc#x", "https://host/a.txt"),
        ("https://token@host/a@b.txt", "https://host/a@b.txt"),
        ("s3://key:pw@bucket/a?b.txt", "s3://bucket/a?b.txt"),
        ("s3://bucket/a.txt?versionId=7", "s3://bucket/a.txt"),
        ("abfs://container@account.dfs.core.windows.net/a.txt", "abfs://container@account.dfs.core.windows.net/a.txt"),
    ],
)
def test_secrets_in_addresses_are_not_shown(address: str, said: str) -> None:
    assert shown(address) == said


def test_addresses_are_told_from_paths() -> None:
    assert [scheme_of(text) for text in ("S3://b/k", "a.txt", "C:/x", "x:y", "a/b://c", "s3:/b")] == ["s3"] + [""] * 5
    assert is_address("s3a://b/k")
    assert not is_address("C:\\x")


class _Answer(Exception):  # noqa: N818 - as a library's
    def __init__(self, code: str, status: int) -> None:
        super().__init__("https://host/?X-Amz-Signature=secret")
        self.response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}


@pytest.mark.parametrize(
    ("code", "status", "what", "passing"),
    [
        ("ExpiredToken", 400, "the credentials for it have expired", False),
        ("InvalidAccessKeyId", 403, "the credentials for it are not accepted", False),
        ("AccessDenied", 403, "access is denied (403)", False),
        ("403", 403, "access is denied (403)", False),
        ("400", 400, "the server does not accept the request (400); the credentials may have expired", False),
        ("SlowDown", 503, "the server is busy or fails (503)", True),
        ("NoSuchBucket", 404, "there is no such bucket", False),
        ("Odd", 0, "the server or its library reports Odd", False),
    ],
)
def test_an_answer_is_told_by_its_code(code: str, status: int, what: str, *, passing: bool) -> None:
    """Also from within another exception, and without the text of either."""
    error = PermissionError("secret")
    error.__cause__ = _Answer(code, status)
    for one in (error.__cause__, *([error] if status == 403 else [])):
        failure = failure_of(one, "s3")
        assert (failure.what, failure.passing) == (what, passing)
        assert "secret" not in "".join(map(str, failure))


# --- lost connections -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_each_tenth_connection_is_lost(dedup: Command, store: Store, scope: str) -> None:
    """The same bytes as here, or a clear line with no object to be seen."""
    planted(store, dedup.directory)
    arguments = (*QUIET, "--scope", scope, "--workers", "1")
    assert dedup(*arguments, "-o", "out/", "in/").code == 0
    with BadLine(store.port, every=10) as line:
        done = dedup(*arguments, "-o", f"{TOP}/out/", f"{TOP}/in/", env=store.env(line.port))
    outputs = {key: store.get(key) for key in store.listed() if key.startswith("out/")}
    for key, data in outputs.items():
        assert data == (dedup.directory / key).read_bytes()
    if done.code == 0:
        assert len(outputs) == 4
    else:
        assert one_line(done.stderr)
    assert not store.uploads()


@pytest.mark.parametrize("after", [0, 300, 100_000, 3_000_000])
def test_a_connection_is_lost_at_a_byte(dedup: Command, store: Store, after: int) -> None:
    """It is read on from where it stood; where all connections are lost, that is told, and nothing is written."""
    data = records(6000)
    store.put("in.jsonl", data)
    (dedup.directory / "in.jsonl").write_bytes(data)
    assert dedup(*QUIET, "-o", "here.jsonl", "in.jsonl").code == 0
    with BadLine(store.port, after=after, times=3) as line:
        done = dedup(*QUIET, "-o", "there.jsonl", f"{TOP}/in.jsonl", env=store.env(line.port))
    assert (done.code, done.stderr) == (0, "")
    assert (dedup.directory / "there.jsonl").read_bytes() == (dedup.directory / "here.jsonl").read_bytes()
    assert line.lost or after >= len(data)


# --- what is written --------------------------------------------------------------------------------------------------


def test_a_large_object_is_sent_in_parts(dedup: Command, store: Store) -> None:
    """More than one part; and the bytes are those of a file."""
    line = json.dumps({"text": "x" * 1000}).encode() + b"\n"
    data = b"".join(line.replace(b"xxxx", b"%04d" % (n % 10_000), 1) for n in range(40_000))
    (dedup.directory / "in.jsonl").write_bytes(data)
    done = dedup(*QUIET, "-o", f"{TOP}/out.jsonl", "in.jsonl", env=store.env())
    assert (done.code, done.stderr) == (0, "")
    assert store.get("out.jsonl") == data
    assert store.client.head_object(Bucket=BUCKET, Key="out.jsonl")["ETag"].rstrip('"').endswith("-3")


@posix
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_run_that_is_stopped_leaves_no_object(dedup: Command, store: Store, number: str) -> None:
    """Nor parts of one, but where it is killed outright: these nobody sees."""
    store.put("out.jsonl", b"old")
    process = dedup.start(*QUIET, "-o", f"{TOP}/out.jsonl", "-", stdin=subprocess.PIPE, env=store.env())
    assert process.stdin is not None
    line = json.dumps({"text": "x" * 1000}).encode() + b"\n"
    process.stdin.write(line * 30_000)
    process.stdin.flush()
    until = time.monotonic() + 30
    while not store.uploads() and time.monotonic() < until:
        time.sleep(0.05)
    assert store.uploads() == ["out.jsonl"]
    process.send_signal(getattr(signal, number))
    assert process.wait(30) != 0
    assert store.get("out.jsonl") == b"old"
    assert store.listed() == ["out.jsonl"]
    if number != "SIGKILL":
        assert not store.uploads()


def test_an_input_that_cannot_be_read_to_its_end_leaves_no_object(dedup: Command, store: Store) -> None:
    whole = gzip.compress(records(2000), mtime=0)
    store.put("in.jsonl.gz", whole[: len(whole) // 2])
    done = dedup(*QUIET, "-o", f"{TOP}/out.jsonl", f"{TOP}/in.jsonl.gz", env=store.env())
    assert done.code == 2
    assert "it was cut off" in done.stderr
    assert store.listed() == ["in.jsonl.gz"]
    assert not store.uploads()


# --- by HTTP ----------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("scope", ["document", "corpus"])
@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_web_server_gives_what_a_file_gives(dedup: Command, scope: str, name: str, *, ranges: bool) -> None:
    """Also where connections are lost, and where it sends no parts."""
    data = gzip.compress(records(3000), mtime=0) if name.endswith(".gz") else records(3000)
    (dedup.directory / name).write_bytes(data)
    arguments = (*QUIET, "--scope", scope, "--workers", "1", "--removed", "log")
    assert dedup(*arguments, "-o", "here.jsonl", name).code == 0
    expected = ((dedup.directory / "here.jsonl").read_bytes(), (dedup.directory / "log").read_bytes())
    with web_server(files={f"/{name}": data}, ranges=ranges, cut=100_000, cuts=2) as web:
        address = f"http://user:secret@{web.address.partition('//')[2]}/{name}?signature=secret"
        done = dedup(*arguments, "-o", "there.jsonl", address)
        assert web.cuts == 0
    assert (done.code, done.stderr) == (0, "")
    assert ((dedup.directory / "there.jsonl").read_bytes(), (dedup.directory / "log").read_bytes()) == expected
    assert b"secret" not in b"".join(expected)


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ({"status": 403}, "access is denied (403)"),
        ({"status": 404}, "there is no such file or directory"),
        ({"status": 401}, "access needs credentials (401). Hint: put user and password for this host into ~/.netrc"),
        ({"status": 418}, "the server answers with status 418"),
        ({"status": 503}, "the server is busy or fails (503), after 5 tries"),
        ({"cut": 10, "cuts": 1000}, "the connection was lost, after 5 tries"),
    ],
)
def test_what_a_web_server_refuses_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, behaviour: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr("dedup.formats.files.remote_errors.PAUSES", (0.0,))
    out = tmp_path / "out.txt"
    with web_server(files={"/a.txt": REPEATED.encode()}, **behaviour) as web:
        address = f"http://user:secret@{web.address.partition('//')[2]}/a.txt?X-Amz-Signature=secret"
        done = run([*QUIET, "-o", str(out), address])
    assert done.code == 2
    assert one_line(done.stderr.decode())
    assert f"{web.address}/a.txt: {message}" in done.stderr.decode()
    assert not out.exists()


def test_two_contents_that_have_no_marks_are_not_put_together(tmp_path: Path) -> None:
    """What was read before a connection was lost may have been of another one."""
    out = tmp_path / "out.jsonl"
    data = records(1000)
    with web_server(files={"/a.jsonl": data}, tagged=False, cut=100_000, cuts=1) as web:
        done = run([*QUIET, "-o", str(out), f"{web.address}/a.jsonl"])
        assert done.code == 2
        assert b"the connection was lost, and the server has no mark for the content at byte 100,000" in done.stderr
        assert not out.exists()
        assert run([*QUIET, "-o", str(out), f"{web.address}/a.jsonl"]).code == 0
    assert out.exists()


def test_a_login_in_an_address_is_used() -> None:
    login = "Basic " + base64.b64encode(b"user:word").decode()
    with web_server(files={"/a.txt": REPEATED.encode()}, login=login) as web:
        assert run([*QUIET, f"http://user:word@{web.address.partition('//')[2]}/a.txt"]).stdout == CLEANED.encode()


def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("aiohttp")
    monkeypatch.setattr("dedup.formats.files.remote_errors.PAUSES", (0.0,))
    done = run([*QUIET, "http://no-such-host.invalid/a.txt"])
    assert done.code == 2
    assert b"the name of the server is not known (DNS), after 5 tries" in done.stderr
    done = run([*QUIET, "http://127.0.0.1:1/a.txt"])
    assert b"no connection to the server, after 5 tries" in done.stderr


@pytest.mark.parametrize("ranges", [True, False])
def test_what_a_web_server_changes_meanwhile_is_not_taken_for_one_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, ranges: bool
) -> None:
    """Between two blocks, or after a connection was lost."""
    monkeypatch.setattr("dedup.formats.files.remote_errors.PAUSES", (0.0,))
    monkeypatch.setattr("dedup.formats.files.remote_read.BLOCK", 100_000)
    out = tmp_path / "out.jsonl"
    with web_server(files={"/a.jsonl": records(1000, 1)}, ranges=ranges) as web:
        plain = RemoteStream.read
        changed = False

        def read(self: RemoteStream, size: int = -1) -> bytes:
            nonlocal changed
            data = plain(self, size)
            if not changed:
                changed = True
                web.files["/a.jsonl"] = records(1000, 2)
            return data

        monkeypatch.setattr(RemoteStream, "read", read)
        done = run([*QUIET, "-o", str(out), f"{web.address}/a.jsonl"])
    assert done.code == 2
    assert b"a.jsonl: has changed since this run began to read it" in done.stderr
    assert not out.exists()


def test_memory_does_not_grow_with_what_is_read() -> None:
    """Blocks are read one after the other."""
    if sys.platform != "linux":
        pytest.skip("memory is measured in its own unit elsewhere")
    code = """
import resource, sys
from dedup.formats.files.reader import Reader
from dedup.formats.files.remote import remote_place
place = remote_place(sys.argv[1])
begin = None
with Reader.open(place, "x") as reader:
    size = 0
    while data := reader.read():
        size += len(data)
        if begin is None and size > 40_000_000:
            begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begin)
"""
    with web_server(files={"/a.bin": bytes(200_000_000)}) as web:
        done = subprocess.run(
            [sys.executable, "-c", code, f"{web.address}/a.bin"], capture_output=True, check=True, text=True
        )
    size, grown = map(int, done.stdout.split())
    assert size == 200_000_000
    assert grown < 30_000  # kilobytes
