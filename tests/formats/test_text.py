"""Plain text: the output is the input's bytes without the cuts, in any encoding."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.formats.files.encoding import Codec
from dedup.formats.unified_diff import unified
from dedup.model.errors import ExitCode, UsageError
from tests.support.fake_kernel import assume_plain, run_bytes, run_files, without_marked

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("marked_kernel")


_NOISE = st.lists(
    st.sampled_from([b"a", b"\n", b"\r\n", b"%", b"\xff", b"\xe2\x80", b"\xef\xbb\xbf", b"\0", b"\xc3\xa9"])
)


@given(_NOISE.map(b"".join) | st.binary())
def test_bytes_are_kept_whatever_they_are(data: bytes) -> None:
    assume_plain(data)
    out, outcome, _ = run_bytes(data, format="text", binary_as_text=True)
    assert out == without_marked(data.decode("latin-1")).encode("latin-1")
    assert outcome.exit_code == ExitCode.OK
    assert outcome.counts.bytes_in == len(data)
    assert outcome.counts.bytes_out == len(out)


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1252", "shift_jis", "gb18030", "utf-16", "utf-32", "utf-8-sig", "utf-16-be"]
)
def test_other_encodings_come_back_byte_for_byte(encoding: str) -> None:
    text = "erste\n% weg\nzweite ä\n% é\n" if encoding in ("latin-1", "cp1252") else "日本\n% 語\n本\r\n%"
    data, expected = text.encode(encoding), without_marked(text).encode(encoding)
    out, outcome, recorder = run_bytes(data, format="text", encoding=encoding)
    assert out == expected
    assert not recorder.problems
    assert outcome.counts.removed == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_byte_order_mark_tells_the_encoding(encoding: str) -> None:
    text = "\ufeff日本\n% 語\n本\r\n%"
    out, outcome, _ = run_bytes(text.encode(encoding))
    assert out == without_marked(text).encode(encoding)
    assert outcome.counts.removed == 2
    assert not outcome.counts.invalid_utf8


@pytest.mark.parametrize("data", [b"\xff\xfex\n% yy\n", b"\xfe\xff\xd8\x00\n% y\n", b"\xff\xfe\0\0x\n% yy\n"])
def test_byte_order_mark_of_what_is_not_valid_tells_nothing(data: bytes) -> None:
    out, outcome, _ = run_bytes(data)
    assert out == data[: data.index(b"%")]
    assert outcome.counts.invalid_utf8 == 1


@given(
    st.binary(max_size=40),
    st.sampled_from(["utf-16", "utf-32", "shift_jis", "iso2022_jp", "utf-7", "gb18030", "cp1252"]),
)
def test_what_cannot_be_cut_passes_unchanged(noise: bytes, encoding: str) -> None:
    """Encodings with a state, or bytes that are none of theirs: cut exactly, or left alone and reported."""
    assume_plain(noise)
    data = noise + "\nx\n% y\n".encode(encoding)
    out, outcome, recorder = run_bytes(data, format="text", encoding=encoding, binary_as_text=True)
    if recorder.problems:
        assert out == data
        assert outcome.exit_code == ExitCode.ERROR
    else:
        codec = Codec(encoding)
        assert codec.decode(out)[0] == without_marked(codec.decode(data)[0])


@pytest.mark.parametrize("encoding", ["no-such", "rot13", "base64"])
def test_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(UsageError, match="unknown encoding"):
        run_bytes(b"a", encoding=encoding)


def test_document_above_the_limit_passes_unread() -> None:
    data = b"a\n% b\n" * 500_000
    out, outcome, recorder = run_bytes(data, format="text", max_document=1000)
    assert out == data
    assert outcome.counts.too_large == outcome.counts.documents == 1
    assert outcome.exit_code == ExitCode.ERROR
    assert len(recorder.problems) == 1


def test_empty_input_is_fine() -> None:
    out, outcome, _ = run_bytes(b"")
    assert (out, outcome.exit_code, outcome.counts.documents) == (b"", ExitCode.OK, 0)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("<stdin>", b'{"text": "a\\n%b"}\n', "jsonl"),
        ("<stdin>", b'\xef\xbb\xbf\n\n \n{"text": "a\\n%b"}', "jsonl"),
        ("<stdin>", b'{"other": 1}\n', "bad"),
        ("<stdin>", b'{ not json\n% "text": 1}\nx', "text"),
        ("<stdin>", b'{"text":\n% "a"}\nx', "text"),
        ("<stdin>", b"\n\n[1]\n% a\nx", "text"),
        ("a.md", b'{"text": "a"}\n%\nx', "text"),
        ("a.NDJSON.gz", b"a\n%\nx", "bad"),
        ("<stdin>", '\ufeff{"text": "a\\n%b"}\n'.encode("utf-16-le"), "bad"),
        ("<stdin>", '\ufeff{"text": "a\\n%b"}\n'.encode("utf-16-be"), "bad"),
        ("<stdin>", b'{"text": "' + b"a" * 2_000_000 + b'\\n%b"}', "jsonl"),
    ],
)
def test_format_is_told_by_name_or_first_line(name: str, data: bytes, kind: str) -> None:
    out, outcome, _ = run_bytes(data, stdin_name=name)
    if kind == "bad":
        assert outcome.counts.errors
        assert out == (b"" if b"\0" in data else data)  # UTF-16 is refused as a whole
    elif kind == "jsonl":
        assert out == data.replace(b"\\n%b", b"")
    else:
        assert out.decode("utf-8") == without_marked(data.decode("utf-8"))
        assert out != data


def test_gzip_is_told_by_its_bytes() -> None:
    packed = gzip.compress(b"a\n% b\n") + gzip.compress(b"c\n")
    assert run_bytes(packed)[0] == b"a\nc\n"


def test_cut_off_gzip_is_reported(tmp_path: Path) -> None:
    good, bad, broken = tmp_path / "a.txt", tmp_path / "b.txt.gz", tmp_path / "c.txt.gz"
    good.write_bytes(b"good\n")
    numbers = b"".join(b"line %d\n" % number for number in range(20_000))
    bad.write_bytes(gzip.compress(numbers)[:-20])
    packed = bytearray(gzip.compress(numbers))
    packed[200:300] = b"x" * 100
    broken.write_bytes(packed)
    out, outcome, recorder = run_files(bad, good, broken)
    assert out == b"good\n"
    assert outcome.exit_code == ExitCode.ERROR
    assert ["cut off" in error.what or "damaged" in error.what for error in recorder.problems] == [True, True]


_LINES = st.lists(st.sampled_from(["a\n", "% b\n", "\n", "c\r\n", "%\r\n", "d\n", "e\n", "f\n"]), max_size=40)


@given(_LINES.map("".join), st.sampled_from(["", "end", "% end"]))
def test_diff_has_every_line_once(lines: str, end: str) -> None:
    """Old and new text are read back from the diff and its context."""
    text = "first\n" + lines + end
    diffs = run_bytes(text.encode(), mode="diff", format="text")[2].diffs
    old, new, side, at = b"", b"", b"", 0
    source = text.encode().split(b"\n")
    for line in b"".join(diffs).split(b"\n")[2:-1]:
        if line.startswith(b"@@"):
            first, count = (int(n) for n in (line.split()[1][1:] + b",1").split(b",")[:2])
            first -= count > 0
            same = b"".join(part + b"\n" for part in source[at:first])
            old, new, at = old + same, new + same, first
        elif line.startswith(b"\\"):
            old, new = (old[:-1], new) if side == b"-" else (old, new[:-1]) if side == b"+" else (old[:-1], new[:-1])
        else:
            side = line[:1]
            old += line[1:] + b"\n" if side in b"- " else b""
            new += line[1:] + b"\n" if side in b"+ " else b""
            at += side in b"- "
    assert old + b"\n".join(source[at:]) == text.encode()
    assert new + b"\n".join(source[at:]) == without_marked(text).encode()


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("end", ["", "end", "% end", "x\n% y"])
def test_patch_applies_the_diff(tmp_path: Path, end: str) -> None:
    text = "first\n" + "".join(f"{'% ' if n % 7 == 3 or n > 95 else ''}{n}\n" for n in range(100)) + end
    file = tmp_path / "a.txt"
    file.write_bytes(text.encode())
    diff = b"".join(run_files(file, mode="diff")[2].diffs).replace(str(tmp_path)[1:].encode() + b"/", b"")
    subprocess.run(["patch", "-p1", "--quiet"], input=diff, cwd=tmp_path, check=True)
    assert file.read_bytes() == without_marked(text).encode()


def test_diff_of_a_cut_within_lines_and_of_strange_names() -> None:
    assert unified("ab\ncd\nef", [(1, 4)], 'x"\n', str.encode) == (
        b'--- "a/x\\"\\n"\n+++ "b/x\\"\\n"\n@@ -1,3 +1,2 @@\n-ab\n-cd\n+ad\n ef\n\\ No newline at end of file\n'
    )


def test_diff_of_one_endless_line_is_not_quadratic() -> None:
    """A hundred thousand cuts in one line: seconds would be minutes if each searched the whole line."""
    text = "a b\r" * 200_000
    cuts = [(at, at + 4) for at in range(4, len(text) - 4, 8)]
    assert unified(text, cuts, "x", str.encode).count(b"\n") == 7


def test_check_and_diff_end_with_1_only_when_something_would_go() -> None:
    for mode, found in (("check", ExitCode.FOUND), ("diff", ExitCode.FOUND), ("dry-run", ExitCode.OK)):
        out, outcome, _ = run_bytes(b"a\n% b\n", mode=mode)
        assert (out, outcome.exit_code, outcome.counts.removed) == (b"", found, 1)
        assert run_bytes(b"a\nb\n", mode=mode)[1].exit_code == ExitCode.OK


def test_explanations_name_lines_as_an_editor_counts() -> None:
    _, _, recorder = run_bytes(b"a\r\nb\rc\n% d\n", explain=True)
    assert [(e.at.place, e.text, e.beside.place) for e in recorder.explanations] == [("<stdin>:4", "% d", "<stdin>:1")]
