"""Connected components by large-star and small-star.

Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected Components in MapReduce and Beyond" (SoCC 2014): in
turns every node ties its larger neighbours, and then the others, to the least node that it knows. Each step is one
aggregate and one join; what is left in the end is a star around the least node of each component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.spark.stages.frames import column, over, record, values
from dedup.model.errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.frames import CheckpointStore

_MEMBERS = "node bigint, component bigint"
_FEW = 1 << 20
"""Edges that one task looks at by itself."""
_PATIENCE = 100
"""Rounds after which something must be wrong: they grow with the square of the logarithm of a component's size."""


class Components(NamedTuple):
    """What hangs together.

    Attributes:
        members: node and component, which is the least node of it; bigint both.
        edges: how many different ones there were.
        rounds: a large star and a small star each; 0 where one task saw all edges.
        largest: nodes of the largest component; 0 where there is none.
    """

    members: DataFrame
    edges: int
    rounds: int
    largest: int


def components(edges: DataFrame, store: CheckpointStore) -> Components:
    """Find the connected components.

    Args:
        edges: two columns of bigint, of any names and in any order; nodes without edges are in no component.
        store: keeps the edges of each round.

    Raises:
        DedupError: the rounds do not come to an end.
    """
    from pyspark.sql import functions as f

    one, other = (f.col(name) for name in edges.columns)
    pairs = edges.filter(one != other).select(f.greatest(one, other).alias("node"), f.least(one, other).alias("least"))
    pairs = store.keep(pairs.distinct(), "edges")
    number, *state = _state(pairs)
    rounds = 0
    if number <= _FEW:
        members = pairs.coalesce(1).mapInArrow(over(together), _MEMBERS)
    else:
        while True:
            rounds += 1
            pairs = store.keep(_small_star(_large_star(pairs)), "edges")
            _, *after = _state(pairs)
            if after == state:
                break
            if rounds == _PATIENCE:
                raise DedupError(f"components did not settle in {_PATIENCE} rounds; nothing was decided")
            state = after
        roots = pairs.select(f.col("least").alias("node"), f.col("least").alias("component")).distinct()
        members = pairs.select("node", f.col("least").alias("component")).unionByName(roots)
    members = store.keep(members, "members")
    (largest,) = values(members.groupBy("component").count(), f.max("count"))
    return Components(members, number, rounds, int(largest))


def together(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Find the components of edges that fit memory: yields node and component."""
    pieces = [batch for batch in batches if batch.num_rows]
    if not pieces:
        return
    edges = np.concatenate([np.stack((column(one, "node"), column(one, "least")), axis=1) for one in pieces])
    nodes, place = np.unique(edges, return_inverse=True)
    yield record(node=nodes, component=nodes[labels(len(nodes), *place.reshape(-1, 2).T)])


def labels(number: int, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each of so many nodes the least one of its component.

    Args:
        number: of nodes.
        one: an end of each edge; int64.
        other: the other end.
    """
    label = np.arange(number)
    while True:
        least = np.minimum(label[one], label[other])
        before = label.copy()
        # The least label of either end goes to both, and to what these are labelled by; then all look up once more.
        for ends in (one, other, before[one], before[other]):
            np.minimum.at(label, ends, least)
        label = label[label]
        if np.array_equal(label, before):
            return label


def _state(pairs: DataFrame) -> list[int]:
    """Return the number of edges, and figures that stay the same only where the edges do."""
    from pyspark.sql import functions as f

    mixed = f.xxhash64("node", "least")
    low, high = f.sum(mixed.bitwiseAND(f.lit(0xFFFFFFFF))), f.sum(f.shiftright(mixed, 32))
    return [int(value) for value in values(pairs, f.count(f.lit(1)), low, high)]


def _large_star(pairs: DataFrame) -> DataFrame:
    """Tie each node's larger neighbours to the least one among it and its neighbours."""
    from pyspark.sql import functions as f

    node, least = f.col("node"), f.col("least")
    there = pairs.unionByName(pairs.select(least.alias("node"), node.alias("least")))
    known = there.groupBy("node").agg(f.least(f.min("least"), f.first("node")).alias("root"))
    tied = there.filter(least > node).join(known, "node").select(least.alias("node"), f.col("root").alias("least"))
    return tied.distinct()


def _small_star(pairs: DataFrame) -> DataFrame:
    """Tie each node and its smaller neighbours to the least one among these."""
    from pyspark.sql import functions as f

    least = f.col("least")
    known = pairs.groupBy("node").agg(f.min("least").alias("root"))
    tied = (
        pairs.join(known, "node")
        .filter(least != f.col("root"))
        .select(least.alias("node"), f.col("root").alias("least"))
    )
    return tied.unionByName(known.select("node", f.col("root").alias("least"))).distinct()
