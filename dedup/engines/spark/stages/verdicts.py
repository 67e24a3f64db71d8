"""Verdicts on pairs: a slot is some paragraphs and all pairs of theirs; each text travels to a slot at most once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.engines.contained import compared
from dedup.engines.spark.stages.faults import packed
from dedup.engines.spark.stages.frames import SMALL, both, column
from dedup.text.token_chars import decode_chars
from dedup.verdict.batch.verify import Paragraphs

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from dedup.model.settings import Settings

VERDICTS = "later bigint, earlier bigint, how tinyint, similarity float, coverage float, kind smallint, fault string"
"""A pair, what came of it, and what a kernel raised with it: then it does not cover."""
_PAIRS_A_SLOT = 4000


def verdicts(pairs: DataFrame, number: int, texts: DataFrame, settings: Settings) -> DataFrame:
    """Compare so many pairs.

    Args:
        pairs: later and earlier, each pair once.
        number: of pairs.
        texts: paragraph, key, letters and text.
        settings: the threshold and the guard.

    Returns:
        `VERDICTS`.
    """
    from pyspark.sql import functions as f

    slots = max(1, -(-number // _PAIRS_A_SLOT))
    slotted = pairs.select("later", "earlier", f.pmod(f.xxhash64("later"), f.lit(slots)).alias("slot"))
    needed = slotted.select(
        f.col("slot").alias("wanted"), f.explode(f.array("later", "earlier")).alias("paragraph")
    ).distinct()
    sent = texts.join(f.broadcast(needed) if number <= SMALL else needed, "paragraph")
    return slotted.groupBy("slot").cogroup(sent.groupBy("wanted")).applyInArrow(both(slot, settings), VERDICTS)


def slot(settings: Settings, pairs: pa.Table, texts: pa.Table) -> pa.Table:
    """Compare the pairs of a slot, given the texts of all who are in it; see `verdicts`."""
    import pyarrow as pa

    paragraph = column(texts, "paragraph")
    order = np.argsort(paragraph)
    paragraph = paragraph[order]
    rows = order.tolist()
    bodies, letters = (texts.column(name).combine_chunks() for name in ("text", "letters"))
    known = Paragraphs(
        [decode_chars(letters[row].as_py()) for row in rows],
        column(texts, "key", np.uint64)[order],
        lambda some: [bodies[rows[one]].as_py() for one in some],
    )
    later, earlier = column(pairs, "later"), column(pairs, "earlier")
    found, raised = compared(known, np.searchsorted(paragraph, later), np.searchsorted(paragraph, earlier), settings)
    faults: list[str | None] = [None] * len(later)
    for one in raised:
        faults[one.place] = packed(one.fault)
    return pa.table({"later": later, "earlier": earlier, **found._asdict(), "fault": pa.array(faults, pa.string())})
