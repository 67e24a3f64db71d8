"""What kernels raise in tasks, on its way to the driver: see `dedup.model.containment`.

It travels as a string in a column of its own, which is null nearly everywhere. All are counted, the first are told.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from dedup.engines.spark.stages.frames import INDEX_BITS
from dedup.model.containment import Fault

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TOLD = 50
"""Faults of a stage that are told one by one."""


class Faults(NamedTuple):
    """What was raised in a stage.

    Attributes:
        number: how many times.
        told: of the first `TOLD`, by document: the document, the one it was compared with (-1: with none), the fault.
    """

    number: int
    told: list[tuple[int, int, Fault]]


def packed(fault: Fault | None) -> str | None:
    """Return a fault as a value of a column."""
    return None if fault is None else json.dumps([fault.what, fault.trace])


def of_documents(frame: DataFrame) -> Faults:
    """Collect the faults of a frame of documents."""
    return _collected(frame, "document", "cast(-1 as bigint)")


def of_pairs(frame: DataFrame) -> Faults:
    """Collect the faults of a frame of pairs, `later` and `earlier`."""
    return _collected(frame, f"shiftright(later, {INDEX_BITS})", f"shiftright(earlier, {INDEX_BITS})")


def _collected(frame: DataFrame, document: str, other: str) -> Faults:
    found = frame.where("fault is not null").selectExpr(f"{document} as document", f"{other} as other", "fault")
    number = found.count()
    first = found.orderBy("document", "other").limit(TOLD).collect() if number else []
    return Faults(number, [(row["document"], row["other"], Fault(*json.loads(row["fault"]))) for row in first])
