"""The schema of the removal log describes what is really written: every line, and every member that a line may have.

The logs of the golden cases are held against it in `tests.golden.test_golden`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dedup.formats.log.writer import LogWriter, Section
from dedup.model.decisions import Compared, Reason
from dedup.model.differences import Difference
from dedup.model.job import Job
from dedup.model.settings import Settings
from tests.engines.test_held_back import DATA as HELD_BACK
from tests.formats.test_warc import ONE, TEXT, raw
from tests.support.cli_inprocess import run
from tests.support.log_schema import SCHEMA, SHARED, checked, validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


pytest.importorskip("jsonschema")
LINE = "The morning ferry leaves the harbour at Sund at a quarter past six from Monday to Friday."
OTHER = "A second paragraph that says something else stands between the two of them here, for a change."
TWICE = f"{LINE}\n{OTHER}\n{LINE}\n"


def _logged(tmp_path: Path, data: bytes, flags: Sequence[str], *, code: int = 0) -> list[dict[str, Any]]:
    log = tmp_path / "log.jsonl"
    done = run(["--isolated", "--quiet", *flags, "--removed", str(log)], data)
    assert done.code == code, done.stderr
    return checked(log.read_bytes())


def _jsonl(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _kinds(tmp_path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield logs of runs that write what the golden cases do not."""
    emptied = _jsonl({"id": "a", "text": LINE}, {"id": 2.5, "text": LINE}, {"text": f"{LINE}\n{OTHER}"})
    corpus = ("--format", "jsonl", "--scope", "corpus")
    yield _logged(tmp_path, emptied, [*corpus, "--empty", "drop"])
    yield _logged(tmp_path, emptied, [*corpus, "--empty", "null"])
    yield _logged(tmp_path, emptied, [*corpus, "--keep", "none", "--boilerplate", "2"])
    yield _logged(tmp_path, HELD_BACK, corpus)
    yield _logged(tmp_path, ONE + raw(TEXT.encode(), "WARC-Record-ID: <urn:uuid:7>"), ["--format", "warc"])
    yield _logged(tmp_path, TWICE.encode("utf-16"), [])
    yield _logged(tmp_path, f'\ufeffid,text\n1,"{TWICE}"\n'.encode(), ["--format", "csv"])
    yield _logged(tmp_path, f"{LINE}\n{OTHER}\n\udcff{LINE}\udc80\n".encode("utf-8", "surrogateescape"), [])
    for day in ("monday", "tuesday"):
        (tmp_path / f"{day}.jsonl").write_bytes(_jsonl({"text": f"{OTHER} {day}", "n": 1}, {"text": LINE}))
        written = ["-o", str(tmp_path / f"{day}.out"), str(tmp_path / f"{day}.jsonl")]
        yield _logged(tmp_path, b"", ["--index", str(tmp_path / "index"), *written])
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.txt").write_text(TWICE, encoding="utf-8")
    (tmp_path / "tree" / "b.txt").write_text(f"{OTHER}\n", encoding="utf-8")
    yield _logged(tmp_path, b"", ["-o", str(tmp_path / "cleaned"), str(tmp_path / "tree")])
    yield _logged(tmp_path, b"", ["--check", str(tmp_path / "tree")], code=1)


def test_every_line_and_every_member_of_the_schema_is_written(tmp_path: Path) -> None:
    """The schema has nothing that no log has; what only Spark writes is made by hand."""
    seen: set[tuple[str, str]] = set()
    names = {"dedup_log": "head", "document": "removal"}

    def look(kind: str, found: dict[str, Any]) -> None:
        for member, value in found.items():
            seen.add((kind, member))
            if isinstance(value, dict):
                look({"cut": "span", "original": "content", "cleaned": "content"}.get(member, member), value)
        for witness in found.get("witnesses", ()):
            look("witness", witness)

    for lines in _kinds(tmp_path):
        for line in lines:
            first = next(iter(line))
            look(names.get(first, first), line)
    block = _logged(tmp_path, f"{TWICE}{OTHER}\n".encode(), [])
    assert any("block" in line for line in block)
    seen |= {("removal", "block"), ("removal", "differs"), ("head", "html"), ("open", "at")}  # see below
    shared = {"removal": "comparison", "held": "comparison"}
    wanted = {
        (kind, member)
        for kind, definition in SCHEMA["$defs"].items()
        if kind not in SHARED
        for member in definition["properties"]
    } | {("removal", member) for member in SCHEMA["$defs"][shared["removal"]]["properties"]}
    assert wanted - seen == set()


def test_a_part_of_a_stream_says_where_it_begins(tmp_path: Path) -> None:
    """As Spark writes it."""
    writer = LogWriter(tmp_path / "log.jsonl", Settings(), "text", "utf-8")
    Section(writer, "-", always=True, at=7).close()
    writer.commit()
    assert checked((tmp_path / "log.jsonl").read_bytes())[1] == {"open": "-", "at": 7}


def test_the_log_of_extracted_text_says_so(tmp_path: Path) -> None:
    """Nothing is restored from it."""
    pytest.importorskip("trafilatura")
    page = f"<html><body><article><p>{LINE}</p><p>{OTHER}</p><p>{LINE}</p></article></body></html>"
    assert _logged(tmp_path, page.encode(), ["--html", "text"])[0]["html"] == "text"


def test_differences_are_named_where_a_paragraph_was_aligned(tmp_path: Path) -> None:
    """There, and nowhere else: a line with them that was not aligned is refused, and one without them that was."""
    slip = LINE.replace("harbour", "harbuor")
    [removal] = [line for line in _logged(tmp_path, f"{LINE}\n{OTHER}\n{slip}\n".encode(), []) if "reason" in line]
    assert removal["differs"] == ["spelling"]
    assert not validator(closed=False).is_valid({**removal, "compared": "folded"})
    assert not validator(closed=False).is_valid({key: value for key, value in removal.items() if key != "differs"})


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"end": -1},
        {"end": 1.5},
        {"dedup_log": 2},
        {"open": None},
        {"edit": "other", "document": {"file": "a"}, "at": 0, "cut": {"start": 0, "end": 1}, "raw": "a"},
        {"close": "a", "removals": 0, "original": {"bytes": 1}, "cleaned": {"bytes": 1}},
    ],
)
def test_what_is_no_line_is_refused(line: dict[str, Any]) -> None:
    """The schema says something."""
    assert not validator(closed=False).is_valid(line)


def test_the_schema_has_the_words_of_the_code() -> None:
    """Reasons, ways to compare, kinds of difference and settings are those that there are."""
    members = SCHEMA["$defs"]["comparison"]["properties"]
    assert set(members["reason"]["enum"]) == {reason.value for reason in Reason}
    assert set(members["compared"]["enum"]) == {compared.value for compared in Compared}
    assert members["differs"]["items"]["enum"] == [kind.name.lower() for kind in Difference if kind.name]
    assert set(SCHEMA["$defs"]["head"]["properties"]["options"]["properties"]) == set(Settings.__dataclass_fields__)
    assert "html" in Job.__dataclass_fields__
