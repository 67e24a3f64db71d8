"""Connected components by large-star and small-star.

Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected Components in MapReduce and Beyond" (SoCC 2014): in
turns every node ties its larger neighbours, and then the others, to the least node that it knows. Each step is one
aggregate and one join; what is left in the end is a star around the least node of each component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.errors import DedupError
from dedup.spark.frames import values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.frames import Shelf

_PATIENCE = 100
"""Rounds after which something must be wrong: they grow with the square of the logarithm of a component's size."""


class Components(NamedTuple):
    """What hangs together.

    Attributes:
        members: node and component, which is the least node of it; bigint both.
        edges: how many different ones there were.
        rounds: a large star and a small star each.
        largest: nodes of the largest component; 0 where there is none.
    """

    members: DataFrame
    edges: int
    rounds: int
    largest: int


def components(edges: DataFrame, shelf: Shelf) -> Components:
    """Find the connected components.

    Args:
        edges: two columns of bigint, of any names and in any order; nodes without edges are in no component.
        shelf: keeps the edges of each round.

    Raises:
        DedupError: the rounds do not come to an end.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415

    one, other = (f.col(name) for name in edges.columns)
    pairs = edges.filter(one != other).select(f.greatest(one, other).alias("node"), f.least(one, other).alias("least"))
    pairs = shelf.keep(pairs.distinct(), "edges")
    number, *before = _state(pairs)
    for rounds in range(_PATIENCE):
        pairs = shelf.keep(_small_star(_large_star(pairs)), "edges")
        _, *after = _state(pairs)
        if after == before:
            break
        before = after
    else:
        raise DedupError(f"components did not settle in {_PATIENCE} rounds; nothing was decided")
    roots = pairs.select(f.col("least").alias("node"), f.col("least").alias("component")).distinct()
    members = shelf.keep(pairs.select("node", f.col("least").alias("component")).unionByName(roots), "members")
    sizes = members.groupBy("component").count()
    (largest,) = values(sizes, f.max("count"))
    return Components(members, number, rounds + 1, int(largest))


def _state(pairs: DataFrame) -> list[int]:
    """Return the number of edges, and figures that stay the same only where the edges do."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    mixed = f.xxhash64("node", "least")
    low, high = f.sum(mixed.bitwiseAND(f.lit(0xFFFFFFFF))), f.sum(f.shiftright(mixed, 32))
    return [int(value) for value in values(pairs, f.count(f.lit(1)), low, high)]


def _large_star(pairs: DataFrame) -> DataFrame:
    """Tie each node's larger neighbours to the least one among it and its neighbours."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    node, least = f.col("node"), f.col("least")
    there = pairs.unionByName(pairs.select(least.alias("node"), node.alias("least")))
    known = there.groupBy("node").agg(f.least(f.min("least"), f.first("node")).alias("root"))
    tied = there.filter(least > node).join(known, "node").select(least.alias("node"), f.col("root").alias("least"))
    return tied.distinct()


def _small_star(pairs: DataFrame) -> DataFrame:
    """Tie each node and its smaller neighbours to the least one among these."""
    from pyspark.sql import functions as f  # noqa: PLC0415

    node, least = f.col("node"), f.col("least")
    known = pairs.groupBy("node").agg(f.min("least").alias("root"))
    tied = (
        pairs.join(known, "node")
        .filter(least != f.col("root"))
        .select(least.alias("node"), f.col("root").alias("least"))
    )
    return tied.unionByName(known.select("node", f.col("root").alias("least"))).distinct()
