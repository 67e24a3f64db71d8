"""Parts that a worker reads from their file itself."""

from __future__ import annotations

import gzip
import os
import pickle
from pathlib import Path

import pytest

from dedup.engines.local import stored_parts
from dedup.engines.local.stored_parts import StoredPart, with_data, without_data
from dedup.formats.files.discover import Source
from dedup.formats.files.encoding import Codec
from dedup.formats.inputs import Inputs
from dedup.formats.parts import Part, PartKind
from dedup.model.errors import InputError
from dedup.model.job import Job
from tests.support.cli_inprocess import run

LINES = b"".join(
    b'{"text": "Page %d of the report has a good deal more to say about the harbour."}\n' % number
    for number in range(9000)
)


def read(*paths: Path, joined: bool = False) -> list[Part]:
    """Return the parts of some files."""
    sources = [Source(path, path.name, path.name, path.stat().st_size) for path in paths]
    inputs = Inputs(sources, Job(("in",)), Codec("utf-8"), joined=joined)
    return [part for part in inputs.parts() if part is not None]


def test_large_parts_are_sent_without_their_data(tmp_path: Path) -> None:
    """They come back whole; also behind another input, and behind the line end that was put between."""
    small, large = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    small.write_bytes(b'{"text": "no line end"}')
    large.write_bytes(LINES)
    parts = read(small, large, joined=True)
    assert [part.kind for part in parts].count(PartKind.JOINT) == 1
    sent = without_data(parts)
    assert sum(isinstance(part, StoredPart) for part in sent) >= 1
    assert len(pickle.dumps(sent)) < len(LINES) // 10
    assert with_data(pickle.loads(pickle.dumps(sent))) == parts  # noqa: S301 - our own


def test_what_is_compressed_or_no_file_is_sent(tmp_path: Path) -> None:
    """Its bytes stand nowhere else."""
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(LINES))
    parts = read(packed)
    assert without_data(parts) == parts
    begin, end = os.pipe()
    try:
        os.write(end, LINES[:4096])
        os.close(end)
        source = Source(Path(f"/dev/fd/{begin}"), "pipe", "pipe", None)
        inputs = Inputs([source], Job(("in",)), Codec("utf-8"), joined=False)
        assert not any(part.path for part in inputs.parts() if part is not None)
    finally:
        os.close(begin)


@pytest.mark.parametrize("gone", [True, False])
def test_a_file_that_changes_meanwhile_is_told(tmp_path: Path, *, gone: bool) -> None:
    """It is not there any more, or has got shorter."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)
    sent = without_data(read(path))
    if gone:
        path.unlink()
    else:
        os.truncate(path, 1000)
    with pytest.raises(InputError, match="has changed"):
        with_data(sent)


def test_a_run_is_the_same_with_parts_that_are_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, with two workers."""
    path, out = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    path.write_bytes(LINES * 8 + b'{"text": "the end"}\n')
    found = []
    for fewest in (1 << 10, 1 << 30):
        monkeypatch.setattr(stored_parts, "_FEWEST", fewest)
        done = run(["--scope", "corpus", "--workers", "2", "-o", str(out), str(path)])
        assert done.code == 0
        found.append(out.read_bytes())
    assert found[0] == found[1]
    assert 0 < len(found[0]) < len(LINES) * 3
