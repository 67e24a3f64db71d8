"""Compressed input and output: every kind, whole and not, by name and by content."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import os
import random
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.formats.files import reader
from dedup.formats.files.atomic import AtomicFile
from dedup.formats.files.compression import PACKINGS, CutOffError, Packing, Unpacked, Unpacker, by_name
from dedup.formats.files.reader import READ_SIZE, Reader, is_packed
from dedup.model.errors import ExitCode, InputError
from tests.support.cli_inprocess import run
from tests.support.fake_kernel import run_bytes, run_files

if TYPE_CHECKING:
    from collections.abc import Callable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.usefixtures("marked_kernel")
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".zst": lambda data: zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1}),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
"""What others write."""
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".zst": zstd.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}
"""What others read."""
KINDS = tuple(PACK)
every_kind = pytest.mark.parametrize("kind", KINDS)

_SKIPPED = b"\x5a\x2a\x4d\x18\x05\0\0\0hello"
_FILLER = {".gz": b"\0" * 12, ".xz": b"\0" * 12, ".zst": _SKIPPED, ".bz2": b""}
"""What may stand between streams and mean nothing."""
_NOISE = random.Random(1).randbytes(300_000)  # noqa: S311 - nothing secret about it
"""What no compression makes smaller: damage falls into data, and pieces are many."""
_TEXTS = [_NOISE[at : at + 300].hex().encode() for at in range(0, len(_NOISE), 300)]
_RECORDS = b"".join(b'{"text": "%b\\n%% b"}\n' % text for text in _TEXTS)
_CLEANED = b"".join(b'{"text": "%b"}\n' % text for text in _TEXTS)


class _Drops(io.RawIOBase):
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._stream = io.BytesIO(data)
        self._size = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(min(size, self._size))


def _packing(kind: str) -> Packing:
    found = by_name(Path("x" + kind))
    assert found is not None
    return found


def _all(data: bytes, size: int = READ_SIZE, ask: int = READ_SIZE) -> bytes:
    with Reader(_Drops(data, size), "x", owned=True) as reader:
        pieces = list(iter(lambda: reader.read(ask), b""))
    assert all(len(piece) <= ask for piece in pieces)
    return b"".join(pieces)


@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.binary(max_size=200), st.integers(1, 2000), st.booleans()), min_size=1, max_size=5),
    st.sampled_from([1, 2, 7, 1000, READ_SIZE]),
    st.sampled_from([1, 3, 1000, READ_SIZE]),
)
def test_streams_one_after_the_other_are_read_to_the_end(
    kind: str, streams: list[tuple[bytes, int, bool]], size: int, ask: int
) -> None:
    """Empty ones too, and what may stand between them, however few bytes come at a time."""
    ask = max(ask, 100) if sum(len(data) * times for data, times, _ in streams) > 10_000 else ask
    packed = b"".join(PACK[kind](data * times) + _FILLER[kind] * filled for data, times, filled in streams)
    assert _all(packed, size, ask) == b"".join(data * times for data, times, _ in streams)


def test_packed_files_are_told_by_their_first_bytes(tmp_path: Path) -> None:
    """Of every kind, whatever they are called; not text, an empty file, or one that is not there."""
    path = tmp_path / "x.gz"
    assert not is_packed(path)
    for data in (b"", b"B", b"BZh91 is text\n"):
        path.write_bytes(data)
        assert not is_packed(path)
    for magic in (magic for packing in PACKINGS for magic in packing.magics):
        path.write_bytes(magic)
        assert is_packed(path)


@every_kind
def test_many_tiny_streams_are_read_to_the_end(kind: str) -> None:
    assert _all(PACK[kind](b"ab") * 20_000) == b"ab" * 20_000


@every_kind
@pytest.mark.parametrize("data", [b"", b"abc", _RECORDS, _NOISE * 10])
def test_what_is_written_can_be_read_by_others(tmp_path: Path, kind: str, data: bytes) -> None:
    """The same bytes whatever pieces they come in, at another time, under another name."""
    seen = set()
    for number, size in enumerate((READ_SIZE, 70_001, 300)):
        path = tmp_path / f"{number}{kind.upper()}"
        with AtomicFile(path, compress=by_name(path)) as file:
            for at in range(0, len(data), size):
                file.write(data[at : at + size])
            file.commit()
        seen.add(path.read_bytes())
    (packed,) = seen
    assert UNPACK[kind](packed) == data
    assert _all(packed) == data
    assert packed != data


@every_kind
@pytest.mark.parametrize("workers", [1, 2])
def test_stdin_is_unpacked_and_output_packed_by_its_name(tmp_path: Path, kind: str, workers: int) -> None:
    packed = PACK[kind](_RECORDS)
    done = run(["--quiet", "--workers", str(workers)], packed)
    assert (done.code, done.stdout, done.stderr) == (ExitCode.OK, _CLEANED, b"")
    out = tmp_path / f"out.jsonl{kind}"
    assert run(["--quiet", "--workers", str(workers), "-o", str(out)], packed).stdout == b""
    assert UNPACK[kind](out.read_bytes()) == _CLEANED
    for other in KINDS:  # from one kind to another, and the same bytes as ever
        again = tmp_path / f"again{other}"
        run(["--quiet", "--workers", "1", "-o", str(again), str(out), "--format", "jsonl"])
        assert UNPACK[other](again.read_bytes()) == _CLEANED
    assert (tmp_path / f"again{kind}").read_bytes() == out.read_bytes()


def _tree(top: Path) -> None:
    (top / "d").mkdir(parents=True)
    for kind in KINDS:
        (top / "d" / f"a.jsonl{kind}").write_bytes(PACK[kind](_RECORDS))
        (top / f"b.txt{kind.upper()}").write_bytes(PACK[kind](b"a\n") + PACK[kind](b"% b\nc\n"))
        (top / f"not-read{kind}").write_bytes(PACK[kind](b"a\n% b\n"))


def _check_tree(top: Path) -> None:
    for kind in KINDS:
        assert UNPACK[kind]((top / "d" / f"a.jsonl{kind}").read_bytes()) == _CLEANED
        assert UNPACK[kind]((top / f"b.txt{kind.upper()}").read_bytes()) == b"a\nc\n"


def test_tree_keeps_the_compression_of_each_file(tmp_path: Path) -> None:
    _tree(tmp_path / "in")
    assert run(["--quiet", "-o", str(tmp_path / "out"), str(tmp_path / "in")]).code == ExitCode.OK
    _check_tree(tmp_path / "out")
    assert len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) == 2 * len(KINDS)


def test_in_place_keeps_the_compression_of_each_file(tmp_path: Path) -> None:
    _tree(tmp_path / "in")
    before = (tmp_path / "in" / "not-read.gz").read_bytes()
    assert run(["--quiet", "--in-place", str(tmp_path / "in")]).code == ExitCode.OK
    _check_tree(tmp_path / "in")
    assert (tmp_path / "in" / "not-read.gz").read_bytes() == before
    assert run(["--quiet", "--check", str(tmp_path / "in")]).code == ExitCode.OK


def test_suffix_goes_with_the_patterns_of_include(tmp_path: Path) -> None:
    _tree(tmp_path / "in")
    _, outcome, _ = run_files(tmp_path / "in", include=("NOT-*",), mode="dry-run")
    assert outcome.counts.files == len(KINDS)
    _, outcome, _ = run_files(tmp_path / "in", include=("*.zst",), mode="dry-run")
    assert outcome.counts.files == 3


@every_kind
def test_cut_off_input_is_an_error_wherever_it_ends(tmp_path: Path, kind: str) -> None:
    """What stands before the cut comes out; a file is not written."""
    packed = PACK[kind](_NOISE)
    shortest = max(len(magic) for magic in _packing(kind).magics)
    for end in (shortest, 100, len(packed) // 2, len(packed) - 9, len(packed) - 1):
        for before in (b"", PACK[kind](b"before") + _FILLER[kind]):
            reader, pieces = Reader(io.BytesIO(before + packed[:end]), "x", owned=False), list[bytes]()
            with pytest.raises(InputError, match=r"ends in the middle \(after \d+ bytes\); it was cut off") as caught:
                pieces.extend(iter(reader.read, b""))
            seen = b"".join(pieces)
            assert seen == ((b"before" if before else b"") + _NOISE)[: len(seen)]
            assert seen.startswith(b"before") == bool(before)
            assert _packing(kind).name in caught.value.what
    cut, out = tmp_path / f"a.jsonl{kind}", tmp_path / "out"
    cut.write_bytes(PACK[kind](_RECORDS)[:-1])
    done = run(["--quiet", str(cut)])
    assert (done.code, b"cut off" in done.stderr) == (ExitCode.ERROR, True)
    assert _CLEANED.startswith(done.stdout)
    assert run(["--quiet", "-o", str(out), str(cut)]).code == ExitCode.ERROR
    assert run(["--quiet", "--in-place", str(cut)]).code == ExitCode.ERROR
    assert not out.exists()
    assert cut.read_bytes() == PACK[kind](_RECORDS)[:-1]


@every_kind
def test_damaged_input_is_an_error_wherever_the_damage_is(tmp_path: Path, kind: str) -> None:
    """It is never taken for the text; there is a checksum at the end of every stream."""
    packed = PACK[kind](_NOISE)
    for at in (len(packed) // 3, len(packed) // 2, len(packed) - 30, len(packed) - 2):
        broken = bytearray(packed)
        broken[at] ^= 0x10
        with pytest.raises(InputError, match=r"damaged|cut off"):
            _all(bytes(broken))
    broken = bytearray(PACK[kind](_RECORDS))
    broken[len(broken) // 2] ^= 0xFF
    bad, out = tmp_path / f"a.jsonl{kind}", tmp_path / "out"
    bad.write_bytes(broken)
    done = run(["--quiet", "-o", str(out), str(bad)])
    assert done.code == ExitCode.ERROR
    assert f"damaged {_packing(kind).name} data before byte {len(broken)} (".encode() in done.stderr
    assert f"Hint: try '{_packing(kind).test}' on it".encode() in done.stderr
    assert not out.exists()
    assert run(["--quiet"], bytes(broken)).code == ExitCode.ERROR


@every_kind
def test_what_follows_the_last_stream_is_not_dropped_in_silence(kind: str) -> None:
    """A second stream whose beginning is damaged is such a case; the rest of a dump may be in it."""
    damaged = b"?" + PACK[kind](b"second")[1:]
    for rest in (damaged, b"some text that was appended\n" * 10):
        reader = Reader(io.BytesIO(PACK[kind](b"first") + _FILLER[kind] + rest), "x", owned=False)
        assert reader.read() == b"first"
        for _ in range(2):  # and it stays an error
            with pytest.raises(InputError, match=f"damaged {_packing(kind).name} data"):
                reader.read()


def test_name_does_not_decide_how_an_input_is_read(tmp_path: Path) -> None:
    for kind in KINDS:
        plain, packed = tmp_path / f"plain.txt{kind}", tmp_path / f"packed{kind[1:]}.txt"
        plain.write_bytes(b"a\n% b\n")
        packed.write_bytes(PACK[kind](b"a\n% b\n"))
        assert run(["--quiet", str(plain), str(packed)]).stdout == b"a\na\n"
        assert run(["--quiet", "--in-place", str(plain)]).code == ExitCode.OK
        assert plain.read_bytes() == b"a\n"
        run(["--quiet", "-o", str(tmp_path / f"out{kind}") + "/", str(packed)])
        assert UNPACK[kind]((tmp_path / f"out{kind}" / packed.name).read_bytes()) == b"a\n"
        assert run(["--quiet", "--in-place", str(packed)]).code == ExitCode.OK
        assert UNPACK[kind](packed.read_bytes()) == b"a\n"


@every_kind
def test_empty_inputs_are_fine(tmp_path: Path, kind: str) -> None:
    void, nothing = tmp_path / f"void.txt{kind}", tmp_path / f"nothing.txt{kind}"
    void.write_bytes(b"")
    nothing.write_bytes(PACK[kind](b""))
    done = run(["--quiet", str(void), str(nothing)])
    assert (done.code, done.stdout, done.stderr) == (ExitCode.OK, b"", b"")
    run(["--quiet", "--in-place", str(void), str(nothing)])
    assert (void.read_bytes(), nothing.read_bytes()) == (b"", PACK[kind](b""))
    run(["--quiet", "-o", str(tmp_path / "out") + "/", str(void), str(nothing)])
    assert (tmp_path / "out" / void.name).read_bytes() == b""
    assert UNPACK[kind]((tmp_path / "out" / nothing.name).read_bytes()) == b""
    run(["--quiet", "-o", str(tmp_path / f"out{kind}"), str(void)])
    assert UNPACK[kind]((tmp_path / f"out{kind}").read_bytes()) == b""


@pytest.mark.parametrize(
    "text",
    [b"BZh9 is how it begins\n", b"BZh", b"P*M", b"(\xb5/ no\n", b"\xfd7zXZ\n", b"\x1f\x8b\n", b"B", b"\x1f\x8b"],
)
def test_text_that_begins_nearly_like_compressed_data_is_text(text: bytes) -> None:
    assert _all(text, 1) == text
    assert run_bytes(text, format="text")[0] == text


def test_zstd_with_a_window_above_the_usual_limit_is_read() -> None:
    parameter = zstd.CompressionParameter
    packer = zstd.ZstdCompressor(options={parameter.window_log: 28, parameter.compression_level: 1})
    packed = packer.compress(_RECORDS) + packer.flush()
    with pytest.raises(zstd.ZstdError, match="memory"):
        zstd.ZstdDecompressor().decompress(packed)
    assert _all(packed) == _RECORDS


@pytest.mark.parametrize("error", [MemoryError(), zstd.ZstdError("Frame requires too much memory for decoding")])
def test_lack_of_memory_is_not_called_damage(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    class Greedy:
        eof, needs_input, unused_data = False, True, b""

        def decompress(self, *_: object) -> bytes:
            raise error

    def unpacker() -> tuple[Unpacker, type[Exception]]:
        return Greedy(), zstd.ZstdError

    greedy = replace(_packing(".zst"), unpacker=unpacker)
    monkeypatch.setattr(reader, "by_magic", lambda _: greedy)
    with pytest.raises(InputError, match="not the memory to unpack this zstd file") as caught:
        _all(PACK[".zst"](b"abc"))
    assert "smaller window" in caught.value.hint


@every_kind
def test_memory_does_not_grow_with_what_comes_out(kind: str) -> None:
    """However much a piece of input unpacks to, no more than was asked for is unpacked at a time."""
    asked: list[int] = []

    class Watched:
        def __init__(self, stream: Unpacker) -> None:
            self._stream = stream

        def __getattr__(self, name: str) -> Any:
            return getattr(self._stream, name)

        def decompress(self, data: bytes, max_length: int) -> bytes:
            piece = self._stream.decompress(data, max_length)
            asked.append(max_length)
            assert len(piece) <= max_length
            return piece

    def unpacker() -> tuple[Any, type[Exception]]:
        stream, error = _packing(kind).unpacker()
        return Watched(stream), error

    unpacked = Unpacked(replace(_packing(kind), unpacker=unpacker), PACK[kind](bytes(20_000_000)), lambda _: b"")
    assert sum(map(len, iter(lambda: unpacked.read(READ_SIZE), b""))) == 20_000_000
    assert max(asked) <= READ_SIZE


def test_gzip_is_read_and_written_without_isal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no wheel of it for some machines."""
    monkeypatch.setitem(sys.modules, "isal", None)
    test_what_is_written_can_be_read_by_others(tmp_path, ".gz", _RECORDS)
    test_cut_off_input_is_an_error_wherever_it_ends(tmp_path, ".gz")
    test_what_follows_the_last_stream_is_not_dropped_in_silence(".gz")
    assert _all(PACK[".gz"](_NOISE) * 3, 1000, 500) == _NOISE * 3


@every_kind
def test_bytes_of_the_output_do_not_depend_on_the_number_of_workers(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(_RECORDS)
    for workers in (1, 2, 3):
        run_files(source, output=tmp_path / f"{workers}{kind}", workers=workers)
    assert len({(tmp_path / f"{workers}{kind}").read_bytes() for workers in (1, 2, 3)}) == 1


@posix
@every_kind
def test_pipe_is_read_as_it_comes(kind: str) -> None:
    """What one stream holds is returned while the writer has not yet begun the next one."""
    there, here = os.pipe()
    with open(there, "rb", buffering=0) as raw, open(here, "wb", buffering=0) as writer:  # noqa: PTH123 - descriptors
        writer.write(PACK[kind](b"first"))
        reader = Reader(raw, "x", owned=False)
        assert reader.read() == b"first"
        assert reader.would_wait()
        writer.write(PACK[kind](b"second"))
        assert not reader.would_wait()
        assert reader.read() == b"second"
        writer.close()
        assert reader.read() == b""


@pytest.mark.parametrize("isal", [True, False])
def test_all_that_is_there_comes_before_more_is_asked_for(monkeypatch: pytest.MonkeyPatch, *, isal: bool) -> None:
    """Also what lies within the library of gzip, with no input left over, when the piece before was full."""
    if not isal:
        monkeypatch.setitem(sys.modules, "isal", None)
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = packer.compress(bytes(100_000)) + packer.flush(zlib.Z_SYNC_FLUSH)

    def more(_: int) -> bytes:
        raise AssertionError("asked for more")

    unpacked = Unpacked(_packing(".gz"), packed, more)
    for ask in (99_000, 1, 1, 997, 1):
        assert unpacked.read(ask) == bytes(ask)


def test_opening_reads_nothing_that_a_second_reader_would_miss(tmp_path: Path) -> None:
    for kind in KINDS:
        path = tmp_path / f"a{kind}"
        path.write_bytes(PACK[kind](_RECORDS))
        for _ in range(2):
            with Reader.open(path, "a") as reader:
                assert reader.compressed == _packing(kind)
                head = reader.peek(10)
                assert head[:10] == _RECORDS[:10]
                reader.unread(reader.read(5))
                assert b"".join(iter(reader.read, b"")) == _RECORDS
                assert reader.bytes_read == path.stat().st_size


def test_every_kind_is_named_once() -> None:
    assert tuple(sorted(packing.suffix for packing in PACKINGS)) == tuple(sorted(KINDS))
    with pytest.raises(CutOffError):
        Unpacked(PACKINGS[0], b"\x1f\x8b\x08", lambda _: b"").read(1)


_ARCHIVE = st.lists(
    st.sampled_from(
        [
            b"WARC/1.0\r\nContent-Length: 5\r\n\r\nhello\r\n\r\n",
            b"WARC/1.1\nContent-Length: 0\n\n\n\n",
            b"WARC/1.0\r\nContent-Length: 300\r\n\r\n" + b"x" * 300 + b"\r\n\r\n",
            b"\r\n",
            b"garbage",
            b"WARC/1.0\r\nA: b\r\n\r\n",
        ]
    ),
    max_size=6,
).map(b"".join)


@pytest.mark.parametrize("kind", [".gz", ".zst"])
@given(data=_ARCHIVE, cuts=st.lists(st.integers(0, 900), max_size=6), cut_off=st.integers(0, 40))
def test_records_of_an_archive_are_streams_however_they_come(
    kind: str, data: bytes, cuts: list[int], cut_off: int
) -> None:
    """The same bytes come out, whatever pieces go in; each stream begins with a record, and nothing is lost."""
    data = data[: max(0, len(data) - cut_off)]
    packed = []
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for pieces in ([data], [data[start:end] for start, end in itertools.pairwise(edges)]):
        packer = _packing(kind).packer()
        packed.append(b"".join([*map(packer.compress, pieces), packer.flush()]))
    assert packed[0] == packed[1]
    assert UNPACK[kind](packed[0]) == data
    magic = {".gz": b"\x1f\x8b\x08", ".zst": b"\x28\xb5\x2f\xfd"}[kind]
    sound = data.replace(b"WARC/1.0\r\nA", b"garbage").partition(b"garbage")[0]
    if len(sound) == len(data) and not cut_off and not data.startswith((b"\r", b"\n")):
        assert packed[0].count(magic) == max(1, data.count(b"WARC/1"))
