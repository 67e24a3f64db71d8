"""Days over an index, added by Spark or by this machine, come to the same: outputs, logs, and the index itself."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pytest

from dedup.engines.local.indexed_day import IndexedDay
from dedup.engines.run import run
from dedup.model.errors import OutputError, UsageError
from dedup.model.job import Cluster, Job
from dedup.model.settings import Settings
from tests.support.day_runs import LONG, ROWS
from tests.support.fake_kernel import Recorder
from tests.support.indexes import assert_sound, made_days

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.model.outcome import Outcome

A, B, C, D, E, F, G, H, K, M, N = ROWS[:11]
X = LONG[5]
_IN_ROUNDS: tuple[list[list[str]], ...] = (
    [[C, D, E, X, K, M, N, X], [F, G, K, M, N, X, C]],
    [[A, B, F, G, C, X, H]],
    [[A, B, C]],
    [],
)
"""Documents of each day: in the third round what is left of the second day is a row, which the third day repeats."""
DAYS = [
    [*articles, *("\n\n".join(lines) for lines in more)]
    for articles, more in zip(made_days(5, 4, 12), _IN_ROUNDS, strict=True)
]
LAST = 3
"""The day that no index has."""


@dataclass
class Done:
    """What a run has left."""

    outcome: Outcome
    output: bytes | None
    log: bytes
    recorder: Recorder

    def compared(self) -> tuple[Any, ...]:
        """Return all in which engines must not differ."""
        told = [(one.said, one.place) for one in self.recorder.problems], self.recorder.important
        return self.output, self.log, asdict(self.outcome.counts), self.outcome.exit_code, told


def put(directory: Path, number: int) -> tuple[str, ...]:
    """Write the inputs of a day: lines that end in all ways and that Spark cuts, packed ones, and a text."""
    texts = DAYS[number]
    lines = [json.dumps({"id": place, "text": text}).encode() for place, text in enumerate(texts)]
    lines[3:3] = [b"", b'{"text": "no end', b'{"id": 3}', b'{"text": ""}', b'{"text": "caf\xe9"}']
    half = len(lines) // 2
    files = {
        f"{number}-a.jsonl": b"\xef\xbb\xbf" + b"\n".join(lines[:half]),
        f"{number}-b.jsonl.gz": gzip.compress(b"\r\n".join(lines[half:])),
        f"{number}-c.txt": (texts[0] + "\n\n" + texts[1]).encode("utf-8", "surrogatepass"),
        f"{number}-d.jsonl": b"",
    }
    directory.mkdir(exist_ok=True)
    for name, data in files.items():
        (directory / name).write_bytes(data)
    return tuple(str(directory / name) for name in files)


def cleaned(directory: Path, index: Path, number: int, *, spark: bool, tag: str = "", **options: Any) -> Done:
    """Clean a day."""
    inputs = put(directory / "in", number)
    name = f"{number}-{index.name}-{'spark' if spark else 'local'}{tag}"
    output, log = directory / f"{name}.jsonl", directory / f"{name}.log"
    asked = {"output": output, "removed": log, **options}
    if spark:
        written = str(output) if asked["output"] else None
        asked["cluster"] = Cluster(None, None, (), written, str(log))
    recorder = Recorder()
    job = Job(inputs=inputs, settings=Settings(scope="corpus"), index=f"{index}", workers=None if spark else 1, **asked)
    outcome = run(job, recorder)
    hidden = [path.name for path in directory.iterdir() if path.name.startswith(".dedup")]
    assert not hidden, hidden
    return Done(outcome, output.read_bytes() if output.exists() else None, log.read_bytes(), recorder)


def content(index: Path) -> tuple[list[Any], list[dict[str, bytes]]]:
    """Return the days of an index, and all of its columns; without what tells one index from another."""
    manifest = json.loads((index / "dedup-index.json").read_bytes())
    days = [{**day, "time": ""} for segment in manifest["segments"] for day in segment["days"]]
    segments = [index / "segments" / segment["name"] for segment in manifest["segments"]]
    assert sorted(segments) == sorted((index / "segments").iterdir())
    return days, [{path.name: path.read_bytes() for path in segment.iterdir()} for segment in segments]


@pytest.fixture(scope="module")
def both(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[Done]]]:  # noqa: ARG001 - the session that is found
    """Clean all days by this machine over one index, and by both engines in turn over another one."""
    top = tmp_path_factory.mktemp("days")
    done = [
        [cleaned(top, top / "local", number, spark=False), cleaned(top, top / "mixed", number, spark=number != 1)]
        for number in range(LAST)
    ]
    return top, done


@pytest.mark.spark
def test_engines_in_turn_are_one_machine(both: tuple[Path, list[list[Done]]]) -> None:
    """The last day, by Spark, repeats what stands in a row from the third round on, and what each of them added."""
    top, done = both
    for local, mixed in done:
        assert mixed.compared() == local.compared()
    assert content(top / "mixed") == content(top / "local")
    gone = done[2][1].log
    assert {A, B, C} <= {json.loads(line).get("text") for line in gone.splitlines()}
    assert _days_named(gone) >= {None, "0-a.jsonl and 3 more", "1-a.jsonl and 3 more"}
    assert_sound(top / "mixed")


def _entries(log: bytes) -> list[bytes]:
    """Return the lines of a log but those that open and close outputs, which have other names where none is written."""
    return [line for line in log.splitlines() if not line.startswith((b'{"open"', b'{"close"'))]


def _days_named(log: bytes) -> set[str | None]:
    """Return the days of all witnesses in other documents; None: of the same day."""
    every = (witness for line in log.splitlines() for witness in json.loads(line).get("witnesses", ()))
    return {witness["document"].get("day") for witness in every if "document" in witness}


@pytest.mark.spark
def test_a_day_of_the_other_engine_is_known_again(both: tuple[Path, list[list[Done]]]) -> None:
    """It is compared with the days before it, as the first time, not with itself; what only reads writes nothing."""
    top, done = both
    before = content(top / "local")
    again = cleaned(top, top / "local", 1, spark=True, tag="-again", mode="check", output=None)
    assert (again.output, _entries(again.log)) == (None, _entries(done[1][0].log))
    assert content(top / "local") == before
    by_machine = cleaned(top, top / "mixed", 2, spark=False, tag="-again")
    assert by_machine.log == done[2][0].log
    assert "(day 3); the index stays as it is" in by_machine.recorder.important[0]


@pytest.mark.spark
def test_a_day_is_there_with_its_output_or_not_at_all(
    both: tuple[Path, list[list[Done]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The segment is written first, and the manifest last; what fails between them leaves the index as it was."""
    top, _ = both
    index = tmp_path / "index"
    shutil.copytree(top / "local", index)
    before = content(index)
    staged: list[int] = []
    real = IndexedDay.stage

    def stage(self: IndexedDay, *args: Any, **more: Any) -> None:
        real(self, *args, **more)
        staged.append(len(list((index / "segments").iterdir())))

    def commit(*_: Any) -> None:
        raise OutputError("no room")

    monkeypatch.setattr(IndexedDay, "stage", stage)
    monkeypatch.setattr("dedup.engines.spark.commit.Staged.commit", commit)
    with pytest.raises(OutputError, match="no room"):
        cleaned(tmp_path, index, LAST, spark=True)
    assert staged == [4]
    assert content(index) == before


CLUSTER = Cluster(None, None, (), "out", None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"settings": Settings(scope="corpus", keep="richest")}, "keep is 'richest': which copy stays"),
        ({"settings": Settings(scope="corpus", within="HOST")}, "within is 'HOST': an index compares all"),
        ({"against": ("references.jsonl",)}, "references do not go with an index"),
        ({"index": "s3a://bucket/index"}, "the index is at an address"),
    ],
)
def test_what_does_not_go_over_days_is_refused_before_spark_starts(options: dict[str, Any], said: str) -> None:
    usual: dict[str, Any] = {"settings": Settings(scope="corpus"), "index": "index", "cluster": CLUSTER}
    with pytest.raises(UsageError, match=said):
        run(Job(inputs=("a.jsonl",), **{**usual, **options}), Recorder())
