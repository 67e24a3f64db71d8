"""What kernels raise in Spark's tasks stays with its record, is counted and told, as on one machine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from dedup.engines.run import restore, run
from dedup.model.errors import ExitCode, InternalError
from dedup.model.job import Cluster, Job
from dedup.model.settings import Settings
from dedup.native.kernels import VARIABLE
from tests.engines.test_containment import POISON, corpus
from tests.support.fake_kernel import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.spark
SHIPPED = (
    "dedup.engines.contained",
    "dedup.engines.spark.stages.fingerprints",
    "dedup.engines.spark.stages.verdicts",
    "dedup.engines.spark.write",
)
"""Modules that are sent to tasks as they are here, with what a test has put into them, instead of being imported."""


@pytest.fixture
def shipped() -> Iterator[None]:
    """Send these modules to tasks."""
    from pyspark import cloudpickle  # only with Spark

    modules = [import_module(name) for name in SHIPPED]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    yield
    for module in modules:
        cloudpickle.unregister_pickle_by_value(module)


def _raising(kernel: str) -> Any:
    """Return the kernel, which raises where it is given the word; it travels by itself."""
    module, _, name = kernel.rpartition(":")
    real, word = getattr(import_module(module), name), POISON

    def raising(*args: Any, **more: Any) -> Any:
        texts = args[0]
        if hasattr(texts, "texts"):  # paragraphs, of which texts are asked for by number
            texts = [texts.texts([i])[0].decode("utf-8", "replace") for i in {*args[1].tolist(), *args[2].tolist()}]
        if any(word in text.casefold() for text in texts):
            raise IndexError("string index out of range")
        return real(*args, **more)

    return raising


@pytest.mark.parametrize(
    ("kernel", "kept"),
    [
        ("dedup.engines.contained:fingerprint", (17, 33)),
        ("dedup.engines.spark.write:split_texts", (17, 33)),
        ("dedup.engines.contained:verify", ()),
    ],
)
@pytest.mark.usefixtures("spark", "shipped")
def test_a_kernel_that_raises_in_a_task_ends_nothing(
    kernel: str, kept: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, counts and what is told are as on one machine, where the same kernel raises there."""
    lines = corpus()
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(lines))
    settings = Settings(scope="corpus")
    run(Job(inputs=(str(path),), settings=settings, output=tmp_path / "without.jsonl"), Recorder())
    without = (tmp_path / "without.jsonl").read_bytes().splitlines(keepends=True)
    monkeypatch.setattr(kernel.replace(":", "."), _raising(kernel))
    out, log = tmp_path / "out.jsonl", tmp_path / "log.jsonl"
    cluster = Cluster(output=str(out), removed=str(log))
    told = Recorder()
    done = run(Job(inputs=(str(path),), settings=settings, cluster=cluster, output=out, removed=log), told)
    cleaned = out.read_bytes().splitlines(keepends=True)
    others = [i for i in range(len(lines)) if i not in (17, 33)]
    assert [cleaned[i] for i in others] == [without[i] for i in others]
    assert [cleaned[i] for i in kept] == [lines[i] for i in kept]
    assert {error.place for error in told.problems} == {f"{path}:18", f"{path}:34"}
    assert all(isinstance(error, InternalError) and "in raising" in error.trace for error in told.problems)
    assert done.exit_code is ExitCode.ERROR
    assert done.counts.faults == done.counts.errors == len(told.problems)
    if not kernel.endswith("split_texts"):
        # The native way of reading does not ask this kernel.
        monkeypatch.setenv(VARIABLE, "0")
        here = Recorder()
        alone = run(Job(inputs=(str(path),), settings=settings, output=tmp_path / "local.jsonl", workers=1), here)
        assert (tmp_path / "local.jsonl").read_bytes() == out.read_bytes()
        assert {error.what for error in here.problems} <= {error.what for error in told.problems}
        assert alone.counts.removed == done.counts.removed
    restore(str(out), log, tmp_path / "back", Recorder())
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
