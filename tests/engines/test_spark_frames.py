"""What is decided on Spark is what is decided on one machine, decision by decision, however a corpus is partitioned."""

from __future__ import annotations

import os
import random
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dedup.engines.spark.stages import clustering as clustering_module
from dedup.engines.spark.stages import resolve as resolve_module
from dedup.engines.spark.stages import verdicts as verdicts_module
from dedup.engines.spark.stages.components import components
from dedup.engines.spark.stages.decide import decide
from dedup.engines.spark.stages.frames import CheckpointStore
from dedup.model.errors import UsageError
from dedup.model.settings import Settings
from dedup.resolve.corpus.removals import GOES
from tests.conformance.conftest import ALL, of_all
from tests.support.both_engines import Outcome, corpus, crowded, locally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytest.importorskip("pyspark")
pytest.importorskip("pyarrow")
pytestmark = [
    pytest.mark.filterwarnings("default"),  # Spark's own
    pytest.mark.xdist_group("spark"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session in this process, with two cores and little memory."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.ui.enabled": "false",
        # Small data: compiling costs more than it saves.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "50",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def _frame(spark: Any, texts: Sequence[str], references: int, salts: Sequence[int] | None, seed: int) -> Any:
    """Return documents in partitions by chance, some of them empty."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    rows = [
        (number, text.encode("utf-8", "surrogatepass"), number < references, salts[number] if salts else 0)
        for number, text in enumerate(texts)
    ]
    rng.shuffle(rows)
    frame = spark.createDataFrame(rows, "document bigint, text binary, fixed boolean, salt bigint")
    return frame.repartition(rng.randint(1, 6), "document")


def _on_spark(
    spark: Any,
    texts: Sequence[str],
    settings: Settings,
    references: int = 0,
    salts: Sequence[int] | None = None,
    *,
    seed: int = 0,
    directory: str | None = None,
    rounds: int = 0,
) -> Outcome:
    frame = _frame(spark, texts, references, salts, seed)
    decided = decide(frame, settings, told=True, checkpoint_dir=directory)
    removals = {
        row.document: [tuple(bytes(v) if isinstance(v, bytearray) else v for v in entry) for entry in row.removals]
        for row in decided.removals.collect()
    }
    counts = decided.counts
    assert counts["documents"] == len(texts) - references
    assert counts["references"] == references
    assert counts["rounds"] >= rounds
    assert counts["removed"] == sum(entry[_STATE] == GOES for each in removals.values() for entry in each)
    decided.release()
    return Outcome(removals, counts["unexamined"])


_STATE = -2
"""Where a removal says what became of it: before the text of its witness."""
CASES: dict[str, dict[str, Any]] = {
    "first": {},
    "richest": {"keep": "richest"},
    "longest": {"keep": "longest", "guard": "numbers"},
    "boilerplate": {"keep": "none", "boilerplate": 3},
    "exact": {"exact": True},
    "alike": {"guard": "off", "threshold": 0.6},
    "long": {"min_words": 20},
}


@pytest.mark.parametrize("case", sorted(CASES if ALL else ("longest",)))
def test_spark_decides_what_one_machine_decides(case: str, spark: Any) -> None:
    """Every removal, its witness, reason, figures and block are the same, with references and without."""
    settings = Settings(scope="corpus", **CASES[case])
    seed = sorted(CASES).index(case)
    texts, references = corpus(seed, 30), seed % 3 * 4
    expected = locally(texts, settings, references)
    assert expected.removals
    assert _on_spark(spark, texts, settings, references, seed=seed) == expected


def test_groups_are_compared_within_themselves(spark: Any) -> None:
    """Documents of another group might as well not be there."""
    settings = Settings(scope="corpus", within="site")
    texts = corpus(11, 30)
    salts = [(number * 7919) % 3 - 1 for number in range(len(texts))]
    unsigned = [salt % (1 << 64) for salt in salts]
    assert _on_spark(spark, texts, settings, salts=salts, seed=5) == locally(texts, settings, salts=unsigned)


@of_all
def test_what_is_kept_on_disk_and_cut_small_decides_the_same(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint directory, a slot for every few pairs and components by stars make no difference."""
    monkeypatch.setattr(verdicts_module, "_PAIRS_A_SLOT", 40)
    monkeypatch.setattr(resolve_module, "_PAIRS_A_SLOT", 10)
    monkeypatch.setattr(resolve_module, "_FEW", 0)
    settings, texts = Settings(scope="corpus"), corpus(12, 40)
    assert _on_spark(spark, texts, settings, 3, directory=str(tmp_path), seed=2) == locally(texts, settings, 3)


CROWDED: dict[str, dict[str, Any]] = {
    "first": {},
    "richest": {"keep": "richest"},
    "longest": {"keep": "longest"},
    "none": {"keep": "none", "boilerplate": 3},
}


@pytest.mark.parametrize("case", sorted(CROWDED if ALL else ("first",)))
@pytest.mark.parametrize("few", [1 << 16, 0] if ALL else [1 << 16])
def test_crowds_and_chains_end_the_same(case: str, few: int, spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found among guesses of what is kept, which differ between the engines, ends as the same.

    Whether all are asked anew, or those beside ones that have changed.
    """
    monkeypatch.setattr(clustering_module, "_FEW", few)
    settings = Settings(scope="corpus", **CROWDED[case])
    texts = crowded(sorted(CROWDED).index(case))
    expected = locally(texts, settings)
    assert expected.unexamined
    found = _on_spark(spark, texts, settings, rounds=3)
    assert found == expected


@pytest.mark.parametrize("texts", [[], [""], ["", "", "one line"], ["a b\n\n\n"]])
def test_nothing_goes_from_next_to_nothing(texts: list[str], spark: Any) -> None:
    """Empty corpora and documents are decided about without a fuss."""
    assert _on_spark(spark, texts, Settings(scope="corpus")) == Outcome({}, 0)


def test_references_come_first(spark: Any) -> None:
    """A reference behind another document is refused: what stays first would be another one."""
    rows = [(0, b"one", False), (1, b"two", True)]
    frame = spark.createDataFrame(rows, "document bigint, text binary, fixed boolean")
    with pytest.raises(UsageError, match="reference"):
        decide(frame, Settings(scope="corpus"))
    with pytest.raises(UsageError, match="salt"):
        decide(frame, Settings(scope="corpus", within="site"))


# --- components -------------------------------------------------------------------------------------------------------


def _graphs(seed: int) -> list[tuple[int, int]]:
    """Return the edges of many graphs side by side: by chance, chains in any order, stars, cliques, loops, doubles."""
    rng = np.random.default_rng(seed)
    edges: list[tuple[int, int]] = []
    base = 0
    for number in [*rng.integers(2, 60, 40).tolist(), 200]:
        names = rng.permutation(number) + base
        kind = rng.integers(0, 4)
        if kind == 0:
            found = rng.integers(0, number, (int(number * rng.random() * 1.5), 2))
        elif kind == 1:
            found = np.stack((np.arange(number - 1), np.arange(1, number)), axis=1)
        elif kind == 2:
            found = np.stack((np.zeros(number - 1, int), np.arange(1, number)), axis=1)
        else:
            found = np.array([(a, b) for a in range(min(number, 12)) for b in range(a + 1)])
        edges += [(int(names[a]), int(names[b])) for a, b in found]
        base += number
    return edges + edges[::7]


def test_components_are_those_of_the_graph(spark: Any) -> None:
    """Everything that hangs together has its least node for a name."""
    graph = pytest.importorskip("scipy.sparse.csgraph")
    sparse = pytest.importorskip("scipy.sparse")
    edges = _graphs(3)
    found = components(spark.createDataFrame(edges, "one bigint, other bigint"), CheckpointStore(None))
    number = max(max(edge) for edge in edges) + 1
    one, other = np.array(edges).T
    matrix = sparse.coo_matrix((np.ones(len(edges)), (one, other)), (number, number))
    _, label = graph.connected_components(matrix, directed=False)
    tied = {node for edge in edges if edge[0] != edge[1] for node in edge}
    least: dict[int, int] = {}
    for node in sorted(tied):
        least.setdefault(int(label[node]), node)
    expected = {node: least[int(label[node])] for node in tied}
    assert {row.node: row.component for row in found.collect()} == expected


def test_no_edges_make_no_components(spark: Any) -> None:
    """An empty graph has none."""
    found = components(spark.createDataFrame([], "one bigint, other bigint"), CheckpointStore(None))
    assert found.count() == 0


def test_the_estimate_of_a_size_does_not_grow_with_the_rounds(spark: Any) -> None:
    """Each join multiplies the estimates of its sides, and a number that long fills the memory of the driver."""
    store = CheckpointStore(None)
    frame = spark.createDataFrame([(1, 2), (3, 4)], "paragraph bigint, number bigint")
    for _ in range(6):
        frame = store.keep(frame.join(frame.select("paragraph"), "paragraph"), "joined")
    size = frame._jdf.queryExecution().optimizedPlan().stats().sizeInBytes()
    assert size.bit_length() <= 64
    assert sorted(frame.collect()) == [(1, 2), (3, 4)]
