"""Which paragraphs go for which, given the pairs that cover: each component of these is decided by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.engines.spark.stages.components import components
from dedup.engines.spark.stages.frames import column, over, row_count
from dedup.resolve.corpus.leaders import GOES, Leaders, pack
from dedup.verdict.batch.verify import Verdicts

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.frames import CheckpointStore

COVERING = "later bigint, earlier bigint, place int, how tinyint, similarity float, coverage float, kind smallint"
"""A candidate that covers a paragraph, with its place among the candidates of this one."""
GOING = "paragraph bigint, witness bigint, how tinyint, similarity float, coverage float, kind smallint"
"""A paragraph that goes, its witness, and the verdict on the two."""
_FEW = 1 << 20
"""Pairs that one task decides about, whatever hangs together."""
_PAIRS_A_SLOT = 200_000


def resolve(covering: DataFrame, store: CheckpointStore) -> DataFrame:
    """Decide which paragraphs go, as `dedup.resolve.corpus.leaders` defines it for given candidates.

    Args:
        covering: `COVERING`; a pair may be there more than once.
        store: keeps what is used more than once.

    Returns:
        `GOING`.
    """
    from pyspark.sql import functions as f

    number = row_count(covering)
    slot = f.lit(0)
    if number > _FEW:
        members = components(covering.select("later", "earlier"), store).withColumnRenamed("node", "later")
        covering = covering.join(members, "later")
        slot = f.pmod(f.xxhash64("component"), f.lit(-(-number // _PAIRS_A_SLOT)))
    columns = (field.split()[0] for field in COVERING.split(", "))
    slotted = covering.select(*columns, slot.alias("slot"))
    return store.keep(slotted.groupBy("slot").applyInArrow(over(decide), GOING), "going")


def decide(table: pa.Table) -> pa.Table:
    """Decide about whole components; see `resolve`."""
    import pyarrow as pa

    both = np.stack((column(table, "later"), column(table, "earlier")))
    # Which is the later one of a pair is all that counts of the order of staying.
    paragraph, place = np.unique(both, return_inverse=True)
    later, earlier = place.reshape(both.shape)
    types = {"how": np.int8, "similarity": np.float32, "coverage": np.float32, "kind": np.int16}
    known = Verdicts(*(column(table, name, dtype) for name, dtype in types.items()))
    best = np.lexsort((column(table, "place"), later))
    leaders = Leaders(len(paragraph))
    leaders.set_candidates(later[best], earlier[best])
    pairs = pack(later, earlier)
    sorter = np.argsort(pairs)
    while len((asked := leaders.next_pairs())[0]):
        leaders.record(known.some(sorter[np.searchsorted(pairs, pack(*asked), sorter=sorter)]))
    going = np.flatnonzero(leaders.status == GOES)
    return pa.table(
        {
            "paragraph": paragraph[going],
            "witness": paragraph[leaders.witness[going]],
            **leaders.verdicts().some(going)._asdict(),
        }
    )
