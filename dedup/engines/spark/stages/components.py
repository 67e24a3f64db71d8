"""Connected components by large-star and small-star.

Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected Components in MapReduce and Beyond" (SoCC 2014): in
turns every node ties its larger neighbours, and then the others, to the least node that it knows. Each step is one
aggregate and one join; what is left in the end is a star around the least node of each component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.engines.spark.stages.frames import values
from dedup.model.errors import DedupError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.frames import CheckpointStore

_PATIENCE = 100
"""Rounds after which something must be wrong: they grow with the square of the logarithm of a component's size."""


def components(edges: DataFrame, store: CheckpointStore) -> DataFrame:
    """Find the connected components.

    Args:
        edges: two columns of bigint, of any names and in any order; nodes without edges are in no component.
        store: keeps the edges of each round.

    Returns:
        node and component, which is the least node of it; bigint both.

    Raises:
        DedupError: the rounds do not come to an end.
    """
    from pyspark.sql import functions as f

    one, other = (f.col(name) for name in edges.columns)
    pairs = edges.filter(one != other).select(f.greatest(one, other).alias("node"), f.least(one, other).alias("least"))
    pairs = store.keep(pairs.distinct(), "edges")
    state = _state(pairs)
    for _ in range(_PATIENCE):
        pairs = store.keep(_small_star(_large_star(pairs)), "edges")
        before, state = state, _state(pairs)
        if state == before:
            roots = pairs.select(f.col("least").alias("node"), f.col("least").alias("component")).distinct()
            return pairs.select("node", f.col("least").alias("component")).unionByName(roots)
    raise DedupError(f"components did not settle in {_PATIENCE} rounds; nothing was decided")


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
