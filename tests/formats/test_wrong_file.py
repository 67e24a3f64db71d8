"""What is neither text nor JSON lines is known, refused, and left as it was."""

from __future__ import annotations

import gzip
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.formats.files.compression import PACKINGS, Packing
from dedup.formats.files.encoding import Codec
from dedup.formats.foreign import HEAD, is_binary, named, recognised
from dedup.formats.foreign_kinds import BY_SUFFIX, KINDS
from tests.support.cli_inprocess import run
from tests.support.cli_process import CLEANED, REPEATED
from tests.support.kinds import Sample, samples

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command

UTF8 = Codec("utf-8")
SAMPLES = samples()
REFUSED = [sample for sample in SAMPLES if sample.told is not None]
ids = [sample.name for sample in SAMPLES]
ARCHIVES = ("a.tar", "a.zip")
each = pytest.mark.parametrize("sample", SAMPLES, ids=ids)


def _packed(packing: Packing, data: bytes) -> bytes:
    packer = packing.packer()
    return packer.compress(data) + packer.flush()


def _alone(name: str) -> str:
    """Return a name that says nothing of what is in a file."""
    return name.replace(".", "-")


def test_there_are_more_than_forty_kinds() -> None:
    assert len({sample.told for sample in REFUSED}) >= 40


@each
def test_a_file_is_cleaned_rightly_or_refused_with_its_kind(sample: Sample, tmp_path: Path) -> None:
    """Named alone, by its content and whatever it is called; in every mode; and it stays as it was."""
    for name in (sample.name, _alone(sample.name)):
        path, log = tmp_path / name, tmp_path / "log"
        path.write_bytes(sample.data)
        done = run(["--isolated", "--quiet", "--removed", str(log), str(path)])
        if sample.told is None:
            assert (done.code, done.stdout, done.stderr) == (0, sample.cleaned, b"")
            log.unlink()
            continue
        assert (done.code, done.stdout) == (2, b"")
        assert done.stderr.count(b"\n") == 1
        assert sample.told in done.stderr.decode() or named(name) is not None
        assert "Hint: " in done.stderr.decode()
        ways = [["-o", str(tmp_path / "out")], ["--scope", "corpus"]]
        if name not in ARCHIVES:  # whose members are read then
            ways += [["--check"], ["--diff"], ["--in-place"]]
        for options in ways:
            again = run(["--isolated", "--quiet", *options, str(path)])
            assert (again.code, again.stdout, again.stderr) == (2, b"", done.stderr)
        assert path.read_bytes() == sample.data
        assert not log.exists()
        assert not (tmp_path / "out").exists()


@each
def test_in_place_it_is_cleaned_rightly_or_left_as_it_was(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / (_alone(sample.name) if sample.name in ARCHIVES else sample.name)
    path.write_bytes(sample.data)
    before = path.stat()
    done = run(["--isolated", "--quiet", "--in-place", str(path)])
    assert done.code == (0 if sample.told is None else 2)
    assert path.read_bytes() == (sample.cleaned if sample.told is None else sample.data)
    if sample.told is not None:
        assert path.stat().st_mtime_ns == before.st_mtime_ns


@each
def test_through_a_pipe_it_is_told_by_its_content(sample: Sample) -> None:
    done = run(["--isolated", "--quiet"], sample.data)
    if sample.told is None:
        assert (done.code, done.stdout) == (0, sample.cleaned)
    else:
        assert (done.code, done.stdout) == (2, b"")
        assert sample.told in done.stderr.decode()


@each
@pytest.mark.parametrize("packing", PACKINGS, ids=[packing.name for packing in PACKINGS])
def test_packed_it_is_looked_into_first(sample: Sample, packing: Packing) -> None:
    done = run(["--isolated", "--quiet"], _packed(packing, sample.data))
    if sample.told is None:
        assert (done.code, done.stdout) == (0, sample.cleaned)
    else:
        assert (done.code, done.stdout) == (2, b"")
        assert sample.told in done.stderr.decode()
        assert f"packed with {packing.name}" in done.stderr.decode()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "in"
    top.mkdir()
    for sample in SAMPLES:
        (top / sample.name).write_bytes(sample.data)
    return top


def test_a_tree_goes_to_a_tree_whole(tree: Path, tmp_path: Path) -> None:
    """Each file is there, cleaned or byte for byte; those that say what they are are counted, the others told."""
    done = run(["--isolated", "--include", "*", "-o", str(tmp_path / "out"), str(tree)])
    assert done.code == 2
    for sample in SAMPLES:
        wanted = sample.cleaned if sample.told is None else sample.data
        assert (tmp_path / "out" / sample.name).read_bytes() == wanted, sample.name
    *problems, summary = done.stderr.decode().splitlines()
    assert "files passed over, whose names say that they are neither text nor JSON lines (" in summary
    assert "PNG image 1" in summary
    told = {line.split(":")[1].rpartition("/")[2] for line in problems}
    quiet = {sample.name for sample in REFUSED if named(sample.name) not in (None, BY_SUFFIX[".json"])}
    assert told == {sample.name for sample in REFUSED} - quiet
    assert f"{len(quiet)} files passed over" in summary


@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_a_tree_in_place_changes_only_what_is_text(tree: Path, scope: str) -> None:
    run(["--isolated", "--quiet", "--scope", scope, "--include", "*", "--in-place", str(tree)])
    for sample in REFUSED:
        assert (tree / sample.name).read_bytes() == sample.data, sample.name


def test_what_its_name_says_is_no_error_in_a_tree_but_all_of_it_is(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(REPEATED)
    (tmp_path / "in" / "b.yaml").write_text("ids:\n- 1\n- 2\n")
    asked = ["--isolated", "--include", "*", "--on-error", "fail", str(tmp_path / "in")]
    done = run(asked)
    assert (done.code, done.stdout) == (0, CLEANED.encode())
    assert b"1 file passed over, whose name says that it is neither text nor JSON lines (settings 1)." in done.stderr
    (tmp_path / "in" / "a.txt").unlink()
    done = run(asked)
    assert done.code == 2
    assert b"nothing was read" in done.stderr


def test_a_tree_with_other_kinds_comes_back_from_its_log(tree: Path, tmp_path: Path) -> None:
    out, log, back = (str(tmp_path / name) for name in ("out", "log.jsonl", "back"))
    run(["--isolated", "--include", "*", "-o", out, "--removed", log, str(tree)])
    assert run(["--isolated", "-o", back, "--restore", log, out]).code == 0
    for sample in SAMPLES:
        assert (tmp_path / "back" / sample.name).read_bytes() == sample.data, sample.name


def test_a_reference_of_another_kind_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(REPEATED)
    (tmp_path / "b.bin").write_bytes(bytes(range(256)))
    done = run(["--isolated", "--scope", "corpus", "--against", str(tmp_path / "b.bin"), str(tmp_path / "a.txt")])
    assert (done.code, done.stdout) == (2, b"")
    assert b"nothing was written" in done.stderr


def test_references_that_are_all_passed_over_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "ref").mkdir()
    (tmp_path / "ref" / "a.yaml").write_text("ids:\n")
    (tmp_path / "a.txt").write_text(REPEATED)
    asked = ["--isolated", "--scope", "corpus", "--include", "*", "--against", str(tmp_path / "ref")]
    done = run([*asked, str(tmp_path / "a.txt")])
    assert (done.code, done.stdout) == (2, b"")
    assert b"no reference is text or JSON lines; nothing was written" in done.stderr
    (tmp_path / "ref" / "b.txt").write_text("Something else stands here.\n")
    done = run([*asked, "--verbose", str(tmp_path / "a.txt")])
    assert (done.code, done.stdout) == (0, CLEANED.encode())
    assert b"a.yaml: its name says that it is settings" in done.stderr


def test_text_insists_on_syntax_and_only_binary_as_text_on_bytes(tmp_path: Path) -> None:
    table, archive = tmp_path / "a.csv", tmp_path / "a.zip"
    table.write_text(f"id,text\n1,{REPEATED}")
    archive.write_bytes(b"PK\x03\x04" + bytes(40))
    assert run(["--isolated", str(table)]).code == 2
    assert run(["--isolated", "--format", "text", str(table)]).code == 0
    assert run(["--isolated", "--format", "text", str(archive)]).code == 2
    assert run(["--isolated", "--format", "jsonl", str(archive)]).code == 2
    done = run(["--isolated", "--binary-as-text", str(archive)])
    assert (done.code, done.stdout) == (0, archive.read_bytes())
    assert run(["--isolated", "--format", "jsonl", "--binary-as-text", str(archive)]).code == 2


def test_a_name_of_another_kind_is_refused_though_the_content_is_text(tmp_path: Path) -> None:
    for name in ("a.yaml", "a.html", "a.json", "a.parquet", "a.docx", "a.yaml.gz", "A.YAML"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(REPEATED.encode()) if name.endswith("gz") else REPEATED.encode())
        done = run(["--isolated", "--quiet", "--check", str(path)])
        assert done.code == 2
        assert b"its name says that it is" in done.stderr
        assert run(["--isolated", "--quiet", "--check", "--format", "text", str(path)]).code == 1
    assert run(["--isolated", "--stdin-name", "a.yaml"], REPEATED.encode()).code == 2


def test_json_lines_are_lines_whatever_json_file_they_are_in(tmp_path: Path) -> None:
    lines = (json.dumps({"text": REPEATED}) + "\n") * 2
    for name in ("a.json", "a.jsonl", "a", "a.json.gz"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(lines.encode()) if name.endswith("gz") else lines.encode())
        done = run(["--isolated", str(path)])
        assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == [CLEANED, CLEANED]
    (tmp_path / "a.txt").write_text(lines)
    done = run(["--isolated", str(tmp_path / "a.txt")])
    assert done.code == 2
    assert b"--format jsonl" in done.stderr


@pytest.mark.parametrize("options", [["--format", "jsonl"], ["--stdin-name", "a.jsonl"], []])
@pytest.mark.parametrize("data", [[{"text": REPEATED}], {"text": REPEATED, "id": 1}, [{"text": REPEATED}] * 4000])
@pytest.mark.parametrize("indent", [None, 2])
def test_json_that_is_not_lines_is_refused_whatever_it_is_said_to_be(
    options: list[str], data: object, indent: int | None
) -> None:
    written = json.dumps(data, indent=indent)
    if indent is None and isinstance(data, dict):
        return  # one record, on one line
    done = run(["--isolated", "--quiet", *options], written.encode())
    assert (done.code, done.stdout) == (2, b"")
    assert b"jq -c" in done.stderr


def test_a_bad_first_line_is_a_bad_line_and_no_other_kind() -> None:
    record = json.dumps({"text": REPEATED})
    for bad in ('{"text": "cut off', "no JSON", '{"text": "a"', "null"):
        for end in (f"\n{record}\n", "\n", ""):
            done = run(["--isolated", "--quiet", "--format", "jsonl"], (bad + end).encode())
            assert done.code == 2
            assert done.stdout.startswith(bad.encode())
            assert b"<stdin>:1: " in done.stderr


def test_lines_are_not_held_up_to_be_looked_at(dedup: Command) -> None:
    """A stream of records gives its first one while its producer has not written a second."""
    record = json.dumps({"text": "one line"}).encode() + b"\n"
    for options in ((), ("--format", "jsonl")):
        process = dedup.start("--isolated", "--quiet", *options, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(record)
        process.stdin.flush()
        assert process.stdout.readline() == record
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_kind_is_told_when_its_beginning_comes_in_pieces(dedup: Command) -> None:
    sample = next(sample for sample in SAMPLES if sample.name == "a.tar")
    process = dedup.start("--isolated", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    for at in range(0, len(sample.data), 100):
        process.stdin.write(sample.data[at : at + 100])
        process.stdin.flush()
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert b"tar archive" in told


@pytest.mark.parametrize(
    "options",
    [
        ["-o", "out.parquet"],
        ["-o", "out.csv"],
        ["-o", "out.zip"],
        ["-o", "out.html.gz"],
        ["-o", "out.txt", "--removed", "log.parquet"],
        ["--check", "--removed", "log.csv"],
        ["-o", "out.txt", "."],
        ["-o", "out.jsonl.gz", "."],
        ["-o", "out.parquet", "."],
    ],
)
def test_an_output_whose_name_promises_another_format_is_refused(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    (tmp_path / "in" / "a.txt").write_text(REPEATED)
    done = run(["--isolated", *options, *([] if "." in options else ["a.txt"])])
    assert (done.code, done.stdout) == (2, b"")
    assert b"nothing was read or written" in done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.txt"]


def test_an_output_may_be_called_as_an_input_that_is_insisted_on(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(REPEATED)
    out = tmp_path / "b.csv"
    assert run(["--isolated", "--format", "text", "-o", str(out), str(tmp_path / "a.csv")]).code == 0
    assert out.read_text() == CLEANED
    (tmp_path / "pages.html").mkdir()
    assert (
        run(["--isolated", "--format", "text", "-o", str(tmp_path / "pages.html"), str(tmp_path / "a.csv")]).code == 0
    )


@pytest.mark.parametrize("address", ["ftp://example.org/a.txt", "hdfs://host/a.jsonl", "file:///etc/hosts"])
def test_an_address_is_called_one(address: str) -> None:
    done = run(["--isolated", "--quiet", address])
    assert done.code == 2
    assert f"{address}: is an address of a kind that is not read" in done.stderr.decode()


def test_a_directory_of_another_kind_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    done = run(["--isolated", "--quiet", str(tmp_path)])
    assert done.code == 2
    assert b"Parquet file" in done.stderr
    assert b"--include" not in done.stderr.partition(b"Hint")[2]


def test_a_named_file_may_be_excluded_from_a_tree(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "drafts/c.txt", "sub/drafts/d.txt", "sub/e.txt.gz", ".git/f.txt", ".g.txt"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one\n")

    def read(*options: str) -> set[str]:
        out = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
        run(["--isolated", "--quiet", "-o", str(out), *options, str(tmp_path / "in")])
        return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}

    every = {"a.txt", "b.txt", "drafts/c.txt", "sub/drafts/d.txt", "sub/e.txt.gz"}
    assert read() == every
    assert read("--exclude", "B.TXT") == every - {"b.txt"}
    assert read("--exclude", "*.txt") == set()
    assert read("--exclude", "drafts/") == every - {"drafts/c.txt", "sub/drafts/d.txt"}
    assert read("--exclude", "sub/drafts") == every - {"sub/drafts/d.txt"}
    assert read("--exclude", "sub/*.txt", "--exclude", "a.txt") == every - {"sub/e.txt.gz", "sub/drafts/d.txt", "a.txt"}
    assert read("--include", ".*") == {".g.txt"}
    assert "exclude" in run(["--isolated", "--exlude", "a"]).stderr.decode()


_LEGACY = ("latin-1", "cp1252", "cp1251", "koi8-r", "shift_jis", "gb18030", "big5", "euc-kr", "iso2022_jp", "cp437")
_LETTERS = st.sampled_from("abcdefgh äöüé ñ абвгд ежзи 日本語の文 한국어 中文漢字 ،العربية .,;:!?-\n\n\t")


@given(st.text(_LETTERS, max_size=400), st.sampled_from(_LEGACY))
def test_text_in_an_older_encoding_is_never_taken_for_binary(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    assert not is_binary(data)
    assert recognised(data[:HEAD], UTF8, whole=True) is None


@given(st.text(_LETTERS, min_size=100, max_size=400), st.integers(0, 99))
def test_a_stray_nul_makes_no_text_binary(text: str, at: int) -> None:
    data = f"The text: {text[:at]}\0{text[at:]}".encode()
    assert recognised(data, UTF8, whole=True) is None


@pytest.mark.parametrize(
    "begin",
    [
        "BM is",
        "MZ was",
        "RIFF and WAVE",
        "ORCHARDS",
        "PAR1 is",
        "GIF89a is",
        "PK!",
        "ID3 tags",
        "II. The",
        "[1] A note",
        "[Music] Then",
        "{name} was",
        "From the Houses of Parliament",
        "<p>A page",
        "OTTO ",
        "true",
        "FORM 7 AIFF",
        "Title:",
        "From: A\nTo: B\nSubject: C\n\n",
        "2, 3, 4\n1, 2, 3\n5, 6, 7\n",
        "a,b\nc,d\ne,f\n",
        "!PS",
        "BEGIN",
        "Obj ",
        "WARC",
    ],
)
def test_a_text_may_begin_as_it_likes(begin: str) -> None:
    assert recognised(f"{begin} of the council.\n\nAnd more.\n".encode(), UTF8, whole=True) is None
    done = run(["--isolated", "--quiet"], f"{begin} {REPEATED}".encode())
    assert done.code == 0


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "cp037"])
def test_an_encoding_that_is_named_makes_it_text(encoding: str) -> None:
    asked = ["--isolated", "--quiet", "--encoding", encoding]
    assert run(["--isolated", "--quiet"], REPEATED.encode(encoding)).code == 2
    done = run(asked, REPEATED.encode(encoding))
    assert (done.code, done.stdout) == (0, CLEANED.encode(encoding))
    table = next(sample for sample in SAMPLES if sample.name == "a.csv").data.decode().encode(encoding)
    archive = next(sample for sample in SAMPLES if sample.name == "a.zip").data
    for data, told in ((table, b"CSV in "), (archive, b"ZIP archive")):
        done = run(asked, data)
        assert (done.code, done.stdout) == (2, b"")
        assert told in done.stderr


@pytest.mark.parametrize("at", [0, 2000, 200_000])
def test_utf_16_that_is_not_valid_throughout_is_not_cut(at: int) -> None:
    """Cut at bytes that are line ends in ASCII, all that follows would be other characters."""
    text = f"\ufeff{CLEANED}{REPEATED * 1000}".encode("utf-16-le")
    data = text[: at + 2] + b"\0\xdc" + text[at + 2 :]
    done = run(["--isolated", "--quiet"], data)
    assert done.code == 2
    assert done.stdout in (b"", data)


def test_the_table_of_kinds_is_sound() -> None:
    """Each suffix stands once, in small letters, and each kind can be told from a name or from content."""
    suffixes = [suffix for kind in KINDS for suffix in kind.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)
    assert all(kind.what and kind.hint for kind in KINDS)
