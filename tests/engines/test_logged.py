"""The log of a corpus: its lines are the same, be they made from arrays or of decisions, and by whichever kernels."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.engines.removal import second_pass
from dedup.formats import jsonl
from dedup.native import kernels
from tests.promises.test_corpus import CORPUS, corpora, kept, written
from tests.support.fake_kernel import run_bytes, run_files
from tests.support.strategies import prose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dedup.model.settings import Settings
    from tests.promises.test_corpus import Line


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory for many runs one after the other."""
    return tmp_path_factory.mktemp("logged")


def logged(run: Callable[[], Any], log: Path, *, native: bool, decided: bool) -> tuple[Any, ...]:
    """Return what comes of a run, with its log; `decided`: all that goes is made a decision first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernels.VARIABLE, "auto" if native else "0")
        if decided:
            patch.setattr(second_pass, "_is_reported", lambda _: True)
        out, outcome, told = run()
    return out, log.read_bytes(), outcome, [(one.what, one.place) for one in told.problems]


def check_same(run: Callable[[], Any], log: Path) -> None:
    """Check that a run gives the same in all ways; the lines from arrays by the Python are what is compared with."""
    expected = logged(run, log, native=False, decided=True)
    for native, decided in ((False, False), (True, False), (True, True)):
        assert logged(run, log, native=native, decided=decided) == expected


@settings(max_examples=30)
@given(corpora(), kept)
def test_records_are_logged_alike(place: Path, corpus: list[Line], chosen: Settings) -> None:
    """Whatever goes from JSON lines, for witnesses elsewhere and in the same record, whatever is held back."""
    data, log = written(corpus), place / "log.jsonl"
    check_same(lambda: run_bytes(data, settings=chosen, format="jsonl", removed=log), log)


@settings(max_examples=20)
@given(corpora(), st.sampled_from(["utf-8", "utf-8", "latin-1"]))
def test_plain_texts_are_logged_alike(place: Path, corpus: list[Line], encoding: str) -> None:
    """Each in a file, some with bytes that do not decode, or in another encoding than the log."""
    inputs, log = [place / f"{number}.txt" for number in range(len(corpus))], place / "log.jsonl"
    for path, line in zip(inputs, corpus, strict=True):
        path.write_bytes(line.text.encode("utf-8", "surrogatepass"))
    check_same(lambda: run_files(*inputs, settings=CORPUS, format="text", encoding=encoding, removed=log), log)


def test_what_is_held_back_beside_what_goes_is_logged_alike(place: Path) -> None:
    """One paragraph of a record goes, and one stays, as its two rows would be read as one table."""
    held, going, own = (prose(random.Random(seed)) for seed in range(3))  # noqa: S311 - not for secrets
    texts = [f"{held}\n\n{going}", f"| Fares 5 |\n{held}\n| Taxes 7 |\n\n{own}\n\n{going}"]
    data = b"".join(json.dumps({"id": number, "text": text}).encode() + b"\n" for number, text in enumerate(texts))
    log = place / "log.jsonl"
    check_same(lambda: run_bytes(data, settings=CORPUS, format="jsonl", removed=log), log)
    told = [(next(iter(entry)), entry.get("text")) for entry in map(json.loads, log.read_bytes().splitlines())]
    assert told[2:4] == [("held", held), ("document", going)]


def test_what_cannot_be_located_is_told_as_ever(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record in an encoding that does not come back piece by piece passes through, and is told of."""
    text = prose(random.Random(1))  # noqa: S311 - not for secrets
    data = b"".join(json.dumps({"id": number, "text": text}).encode() + b"\n" for number in range(2))
    monkeypatch.setattr(jsonl.FORMAT, "locate", lambda *_: None)
    log = place / "log.jsonl"
    out, lines, outcome, problems = logged(
        lambda: run_bytes(data, settings=CORPUS, format="jsonl", removed=log), log, native=True, decided=False
    )
    assert (out, outcome.counts.removed, b'"cut"' in lines) == (data, 0, False)
    assert [what for what, _ in problems] == ["cannot be cut byte for byte in utf-8; it passes through unchanged"]
