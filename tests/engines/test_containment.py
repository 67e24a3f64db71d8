"""One fault of this program, on one record, ends nothing: that record stays, is told of, and all others are cleaned."""

from __future__ import annotations

import itertools
import json
import pickle
import random
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import clean, clean_documents
from dedup.candidates.buckets import ASKS, KEPT, Features, bucketed
from dedup.engines.contained import named
from dedup.engines.run import restore, run
from dedup.model.containment import Fault, attempt, in_pieces, one_by_one
from dedup.model.errors import ExitCode, InputError, InternalError
from dedup.model.job import Job
from dedup.model.settings import Settings
from dedup.native.kernels import VARIABLE, native
from tests.support.fake_kernel import Recorder
from tests.support.strategies import prose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dedup.model.settings import Scope

POISON = "xqpoison"
"""A word with which a kernel raises."""
DEEPEST = 3
HARD = (KeyboardInterrupt(), BrokenPipeError(), MemoryError(), OSError(), InputError("gone"))


def mentions(value: Any, depth: int = 0) -> bool:
    """Tell whether what a kernel is given holds the word."""
    if isinstance(value, str):
        return POISON in value.casefold()
    if isinstance(value, bytes):
        return POISON.encode() in value.lower()
    if depth > DEEPEST or value is None:
        return False
    inside = value if isinstance(value, (list, tuple)) else ()
    named = (getattr(value, name, None) for name in ("text", "_texts", "found", "record"))
    return any(mentions(one, depth + 1) for one in (*inside, *named))


def poison(patch: pytest.MonkeyPatch, kernel: str, error: BaseException | None = None) -> list[int]:
    """Have a kernel raise whenever it is given the word; return a list that grows with each time that it does."""
    module, _, name = kernel.rpartition(":")
    owner: Any = import_module(module)
    if "." in name:
        within, _, name = name.partition(".")
        owner = getattr(owner, within)
    if module == "dedup.fingerprint.python_batch" or name in ("split_together", "tokenise", "_members"):
        patch.setenv(VARIABLE, "0")
    elif name == "NativeBatch" and native() is None:
        pytest.skip("the native kernels are not at work")
    real, raised = getattr(owner, name), list[int]()

    def raising(*args: Any, **more: Any) -> Any:
        if any(map(mentions, args)):
            raised.append(1)
            raise error or IndexError("string index out of range")
        return real(*args, **more)

    patch.setattr(owner, name, raising)
    return raised


def corpus(seed: int = 0, *, poisoned: Sequence[int] = (17, 33), number: int = 40) -> list[bytes]:
    """Return records in which something repeats, within them and among them; what some hold is a witness of nothing."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    common = [prose(rng) for _ in range(5)]
    first, *others = prose(rng).split(" ")
    near = [first, POISON, *others]
    lines = []
    for i in range(number):
        one = rng.choice(common)
        texts = [prose(rng), one, "Read more", prose(rng), one.replace(".", "!")]
        if i in poisoned:
            own = prose(rng)
            again = " ".join([*near[:9], *["the"] * poisoned.index(i), *near[9:]])
            texts = [f"{POISON} {own}", own, f"{POISON} {own}", again, common[1]]
        lines.append(json.dumps({"id": i, "text": "\n".join(texts)}).encode() + b"\n")
    return lines


def job(path: Path, out: Path, *, scope: Scope = "document", workers: int = 1, **more: Any) -> Job:
    """Return a job over one file."""
    settings = Settings(scope=scope)
    return Job(inputs=(str(path),), settings=settings, output=out, workers=workers, **more)


DOCUMENT = (
    "dedup.resolve.document.decide:split_together",
    "dedup.resolve.document.decide:tokenise",
    "dedup.resolve.document.decide:resolve",
    "dedup.resolve.document.decide:merge_rounds",
    "dedup.formats.jsonl:_read_record",
    "dedup.formats.jsonl:FORMAT.locate",
    "dedup.formats.log.entries:_members",
    "dedup.formats.log.entries:removal_lines",
)
CORPUS = (
    "dedup.fingerprint.fingerprint:split_together",
    "dedup.fingerprint.python_batch:utf8",
    "dedup.fingerprint.python_batch:words_of",
    "dedup.fingerprint.fingerprint:NativeBatch",
    "dedup.verdict.batch.verify:provisional_verdict",
    "dedup.formats.jsonl:_read_record",
    "dedup.formats.jsonl:FORMAT.locate",
    "dedup.formats.log.entries:_members",
    "dedup.engines.removal.reparse:split_texts",
    "dedup.engines.removal.logged:cuts",
    "dedup.engines.removal.logged:removal_lines",
)
KERNELS: tuple[tuple[Scope, str], ...] = (
    *(("document", kernel) for kernel in DOCUMENT),
    *(("corpus", kernel) for kernel in CORPUS),
)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("scope", "kernel"), KERNELS)
def test_a_kernel_that_raises_leaves_its_record_as_it_is(
    scope: Scope, kernel: str, workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record stays byte for byte, the others are cleaned as without the fault, and it is told where that was."""
    lines = corpus()
    path, out, log = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / "log.jsonl"
    path.write_bytes(b"".join(lines))
    monkeypatch.setattr("dedup.formats.parts._TASK_PARTS", 1)
    monkeypatch.setattr("dedup.formats.jsonl.TASK_BYTES", 9000)
    run(job(path, tmp_path / "without", scope=scope), Recorder())
    without = (tmp_path / "without").read_bytes().splitlines(keepends=True)
    poison(monkeypatch, kernel)
    told = Recorder()
    done = run(job(path, out, scope=scope, workers=workers, removed=log), told)
    monkeypatch.undo()
    cleaned = out.read_bytes().splitlines(keepends=True)
    assert [line for i, line in enumerate(cleaned) if i not in (17, 33)] == [
        line for i, line in enumerate(without) if i not in (17, 33)
    ]
    assert all(isinstance(error, InternalError) and "IndexError: string index" in error.what for error in told.problems)
    assert all("in raising" in error.trace for error in told.problems if isinstance(error, InternalError))
    assert done.exit_code is ExitCode.ERROR
    assert done.counts.faults == done.counts.errors == len(told.problems)
    assert done.counts.documents == len(lines)
    restore(str(out), log, tmp_path / "back", Recorder())
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
    assert {error.place for error in told.problems} == {f"{path}:18", f"{path}:34"}
    if kernel.endswith(
        "provisional_verdict"
    ):  # of one pair: the paragraph stays, and the rest of its record is cleaned
        assert cleaned[33].count(POISON.encode()) > without[33].count(POISON.encode())
    else:
        assert [cleaned[i] for i in (17, 33)] == [lines[i] for i in (17, 33)]


@given(st.lists(st.integers(0, 60), unique=True), st.sets(st.integers(0, 60)))
def test_a_batch_is_halved_until_the_record_is_found(items: list[int], bad: set[int]) -> None:
    """Each record has its own result, in order; those with which the kernel raises, and only those, that of a fault."""
    calls = 0

    def kernel(some: Sequence[int]) -> list[str]:
        nonlocal calls
        calls += 1
        if not bad.isdisjoint(some):
            raise ZeroDivisionError
        return [str(one) for one in some]

    found = one_by_one(kernel, items, lambda item, fault: f"{item}: {fault.what}")
    assert found == [f"{one}: ZeroDivisionError" if one in bad else str(one) for one in items]
    assert calls == 1 or bad.intersection(items)
    pieces = in_pieces(kernel, items, lambda item, fault: [f"{item}: {fault.what}"])
    assert list(itertools.chain.from_iterable(pieces)) == found


@pytest.mark.parametrize("error", HARD, ids=lambda error: type(error).__name__)
def test_what_is_no_fault_of_a_kernel_is_raised_on(error: BaseException) -> None:
    """Errors that the user can act on, of memory and of files, and interruptions are not contained."""

    def kernel() -> None:
        raise error

    with pytest.raises(type(error)):
        attempt(kernel, lambda _: None)


def test_a_fault_travels_and_is_short() -> None:
    """What is told of a fault goes through a pipe, and quotes no more than a line of a text."""

    def kernel() -> Fault:
        raise ValueError("9" * 5000)

    fault = attempt(kernel, lambda fault: fault)
    told = pickle.loads(pickle.dumps(fault.as_error("in.txt", "it is kept", ["text"])))  # noqa: S301 - made here
    assert isinstance(told, InternalError)
    assert (told.place, told.kept, told.texts) == ("in.txt", "it is kept", ("text",))
    assert "ValueError: 999" in told.what
    assert len(told.what) < 300
    assert told.trace.startswith("Traceback")


@pytest.mark.parametrize(
    ("kernel", "kept"),
    [
        ("dedup.engines.local.clustering:candidates", "paragraphs that are alike are kept"),
        ("dedup.resolve.corpus.leaders:Leaders.record", "paragraphs that are alike are kept"),
        ("dedup.resolve.corpus.removals:with_short_paragraphs", "short paragraphs are kept"),
        ("dedup.engines.local.stages:outcome", "nothing is removed"),
        ("dedup.engines.contained:bucketed", "groups of paragraphs that share a band are not compared"),
        ("dedup.engines.local.stages:kept_near", "near-duplicates that are kept are not explained"),
    ],
)
def test_a_stage_that_raises_keeps_more_and_ends_nothing(
    kernel: str, kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stage says of all paragraphs together is left out where it raises; nothing goes that would not go else."""
    path, out, log = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / "log.jsonl"
    path.write_bytes(b"".join(corpus()))
    before = run(job(path, tmp_path / "without", scope="corpus"), Recorder()).counts
    module, _, name = kernel.rpartition(":")
    owner: Any = import_module(module)
    if "." in name:
        within, _, name = name.partition(".")
        owner = getattr(owner, within)
    real = getattr(owner, name)

    def raising(*args: Any, **more: Any) -> Any:
        if name == "with_short_paragraphs" and not args[0].short.any():
            return real(*args, **more)
        raise IndexError

    monkeypatch.setattr(owner, name, raising)
    told = Recorder()
    done = run(job(path, out, scope="corpus", removed=log, explain=name == "kept_near"), told)
    monkeypatch.undo()
    assert done.exit_code is ExitCode.ERROR
    assert any(kept in error.what for error in told.problems)
    assert done.counts.paragraphs == before.paragraphs
    assert done.counts.removed <= before.removed
    restore(str(out), log, tmp_path / "back", Recorder())
    assert (tmp_path / "back").read_bytes() == path.read_bytes()


def test_a_bucket_that_raises_names_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a kernel raises with one bucket of a band, all others name their pairs as without."""
    rng = np.random.default_rng(0)
    number = 300
    keys = rng.integers(0, 60, number).astype(np.uint32)
    features = Features(
        np.full(number, 20, np.int32),
        np.zeros(number, np.uint64),
        np.zeros((number, 2), np.uint64),
    )
    flags = rng.choice(np.array([KEPT, ASKS, KEPT | ASKS], np.uint8), number)
    whole = bucketed(keys, flags, features, Settings())

    def raising(some: Any, *args: Any) -> Any:
        if (some == 7).any():
            raise IndexError
        return bucketed(some, *args)

    monkeypatch.setattr("dedup.engines.contained.bucketed", raising)
    found, faults = named(keys, flags, features, Settings())
    assert len(faults) == 1
    later = whole.pairs >> np.uint64(32)
    assert found.pairs.tolist() == whole.pairs[keys[later.astype(int)] != 7].tolist()


@pytest.mark.parametrize("name", ["common", "numbers_lacking", "settled"])
def test_without_the_sieve_the_rules_decide_alike(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is only quicker for many at once may raise: the rules come to the same end, pair by pair."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(corpus()))
    run(job(path, tmp_path / "with", scope="corpus", removed=tmp_path / "log"), Recorder())
    monkeypatch.setattr(f"dedup.verdict.batch.native_sieve.{name}", lambda *_: 1 / 0)
    done = run(job(path, tmp_path / "without", scope="corpus", removed=tmp_path / "other"), Recorder())
    assert done.exit_code is ExitCode.OK
    assert (tmp_path / "with").read_bytes() == (tmp_path / "without").read_bytes()
    assert (tmp_path / "log").read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.skipif(native() is None, reason="the native kernels are not at work")
@pytest.mark.parametrize("kernel", ["read_encoded", "fingerprint_encoded"])
def test_without_the_short_way_the_same_is_read(kernel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the quick way of reading a task raises, it is read record by record, to the same bytes."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(corpus()))
    run(job(path, tmp_path / "with", scope="corpus"), Recorder())
    asked = list[int]()

    def raising(*_: Any) -> Any:
        asked.append(1)
        raise IndexError

    monkeypatch.setattr(f"dedup.engines.local.first_pass.{kernel}", raising)
    told = Recorder()
    assert run(job(path, tmp_path / "without", scope="corpus"), told).exit_code is ExitCode.OK
    assert (asked, told.problems) == ([1], [])
    assert (tmp_path / "with").read_bytes() == (tmp_path / "without").read_bytes()


@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_with_on_error_fail_the_first_fault_ends_the_run(
    scope: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for that has no output, and is told that the run has ended."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(corpus()))
    poison(
        monkeypatch,
        "dedup.resolve.document.decide:resolve" if scope == "document" else "dedup.fingerprint.python_batch:utf8",
    )
    with pytest.raises(InternalError, match="the run ends here, as --on-error fail asks"):
        run(job(path, tmp_path / "out", scope=scope, on_error="fail"), Recorder())
    assert not (tmp_path / "out").exists()


def test_the_library_contains_and_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document with which a kernel raises comes back as it was, with the fault; the others are cleaned."""
    texts = [json.loads(line)["text"] for line in corpus(number=20)]
    without = [one.text for one in clean_documents(texts)]
    poison(monkeypatch, "dedup.resolve.document.decide:resolve")
    with pytest.warns(RuntimeWarning, match="internal error .IndexError"):
        found = list(clean_documents(texts))
    assert [one.fault is not None for one in found] == [i == 17 for i in range(20)]
    assert [one.text for i, one in enumerate(found) if i != 17] == [t for i, t in enumerate(without) if i != 17]
    assert (found[17].text, found[17].removed) == (texts[17], 0)
    with pytest.warns(RuntimeWarning, match="internal error"):
        one = clean(texts[17])
    assert one.fault is not None
    assert "Traceback" in one.fault.trace


def test_the_library_contains_in_a_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it does where all documents are compared: for a document by itself, and for a pair."""
    texts = [json.loads(line)["text"] for line in corpus()]
    for kernel, expected in (
        ("dedup.fingerprint.python_batch:utf8", {17, 33}),
        ("dedup.verdict.batch.verify:provisional_verdict", {17, 33}),
    ):
        with monkeypatch.context() as patch:
            poison(patch, kernel)
            with pytest.warns(RuntimeWarning, match="internal error"):
                found = list(clean_documents(texts, scope="corpus"))
        faulty = {i for i, one in enumerate(found) if one.fault is not None}
        assert faulty == expected
        assert all(found[i].text == texts[i] for i in faulty if kernel.endswith("_encoded"))
