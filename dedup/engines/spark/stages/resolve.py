"""Who goes for whom: the pairs that cover fall into components, and each is decided by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.engines.spark.stages.components import components
from dedup.engines.spark.stages.faults import of_pairs
from dedup.engines.spark.stages.frames import column, over, values
from dedup.engines.spark.stages.verdicts import verdicts
from dedup.resolve.corpus.leaders import GOES, Leaders
from dedup.verdict.batch.verify import Verdicts

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.faults import Faults
    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.model.settings import Settings

GOING = (
    "paragraph bigint, rank int, witness bigint, before int, asked boolean, "
    "how tinyint, similarity float, coverage float, kind smallint"
)
"""A paragraph that goes and its witness; or, where `asked`, a pair on which a verdict is wanted first."""
_EDGES_A_SLOT = 200_000


class Resolved(NamedTuple):
    """Who goes.

    Attributes:
        going: `GOING`, nothing asked.
        compared: pairs that were compared besides the candidates.
        rounds: how often components were decided and asked for more.
        largest: paragraphs of the largest component.
        faults: what was raised with these pairs.
    """

    going: DataFrame
    compared: int
    rounds: int
    largest: int
    faults: list[Faults]


def resolve(covering: DataFrame, texts: DataFrame, settings: Settings, store: CheckpointStore) -> Resolved:
    """Decide who goes, as `dedup.resolve.corpus.leaders` defines it.

    Args:
        covering: later, after, earlier, before, place, how, similarity, coverage, kind: the candidates that cover, with
            their place among the candidates of the later one.
        texts: as for `dedup.engines.spark.stages.verdicts.verdicts`.
        settings: likewise.
        store: keeps what is used more than once.
    """
    from pyspark.sql import functions as f

    found = components(covering.select("later", "earlier"), store)
    edges = max(1, found.edges)
    slots = max(1, -(-edges // _EDGES_A_SLOT))
    slotted = covering.join(found.members.withColumnRenamed("node", "later"), "later").withColumn(
        "slot", f.pmod(f.xxhash64("component"), f.lit(slots))
    )
    columns = ["later", "after", "earlier", "before", "place", "how", "similarity", "coverage", "kind", "slot"]
    known = store.keep(slotted.select(*columns), "covering")
    compared = rounds = 0
    raised: list[Faults] = []
    while True:
        rounds += 1
        decided = store.keep(known.groupBy("slot").applyInArrow(over(decide), f"slot bigint, {GOING}"), "decided")
        (more,) = values(decided, f.count(f.when(f.col("asked"), f.lit(1))))
        if not more:
            return Resolved(decided.drop("slot"), compared, rounds, found.largest, raised)
        compared += int(more)
        asked = decided.filter("asked").select(
            f.col("paragraph").alias("later"),
            f.col("rank").alias("after"),
            f.col("witness").alias("earlier"),
            "before",
            f.lit(-1).alias("place"),
            "slot",
        )
        answered = verdicts(asked, int(more), texts, settings)
        beside = store.keep(asked.join(answered, ["later", "earlier"]), "beside")
        raised.append(of_pairs(beside))
        known = known.unionByName(beside.drop("fault"))


def decide(table: pa.Table) -> pa.Table:
    """Decide about whole components, as far as the verdicts that are known allow; see `resolve`."""
    import pyarrow as pa

    both = [
        (column(table, number), column(table, rank)) for number, rank in (("later", "after"), ("earlier", "before"))
    ]
    paragraph, first = np.unique(np.concatenate([side[0] for side in both]), return_index=True)
    rank = np.concatenate([side[1] for side in both])[first]
    order = np.lexsort((paragraph, rank))
    standing = np.empty(len(order), np.int64)
    standing[order] = np.arange(len(order))
    later, earlier = (standing[np.searchsorted(paragraph, side[0])] for side in both)
    types = {"how": np.int8, "similarity": np.float32, "coverage": np.float32, "kind": np.int16}
    found = Verdicts(*(column(table, name, dtype) for name, dtype in types.items()))
    place = column(table, "place")
    listed = np.flatnonzero(place >= 0)
    listed = listed[np.lexsort((place[listed], later[listed]))]
    leaders = Leaders(len(order))
    leaders.add(later[listed], earlier[listed])
    leaders.add_verdicts(later, earlier, found)
    asked = leaders.next_pairs()
    going = np.flatnonzero(leaders.status == GOES)
    told = leaders.verdict(going)
    slot = np.full(len(going) + len(asked[0]), table.column("slot")[0].as_py(), np.int64)

    def of(values: NDArray[np.int64], one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
        chosen: NDArray[np.int64] = values[order[np.concatenate((one, other))]]
        return chosen

    blank = np.zeros(len(asked[0]))
    return pa.table(
        {
            "slot": slot,
            "paragraph": of(paragraph, going, asked[0]),
            "rank": of(rank, going, asked[0]).astype(np.int32),
            "witness": of(paragraph, leaders.witness[going], asked[1]),
            "before": of(rank, leaders.witness[going], asked[1]).astype(np.int32),
            "asked": np.arange(len(slot)) >= len(going),
            **{name: np.concatenate((getattr(told, name), blank)).astype(dtype) for name, dtype in types.items()},
        }
    )
