"""From classes to paragraphs: which of all go, short ones, rows and boilerplate included.

It is the counterpart of `dedup.resolve.corpus.removals`. Documents are looked at whole, many in a slot. What one has to
know of others, which is who stands beside a witness and which row of short paragraphs stood first, is asked for and
answered by joins of numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.engines.spark.stages.frames import both, column, document_of, over, row_count, values
from dedup.resolve.corpus.removals import BOILERPLATE, EXACT, NEAR, number_blocks
from dedup.resolve.corpus.short_paragraphs import (
    contiguous,
    link_runs,
    neighbours_to_check,
    runs_of_short,
    without_heads,
)
from dedup.verdict.batch.verify import ALIGNED

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import Column, DataFrame

    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.model.settings import Settings

REMOVALS = (
    "paragraph bigint, witness bigint, similarity float, coverage float, block int, documents int, "
    "reason tinyint, how tinyint, differs smallint"
)
_STATE = (
    "slot bigint, paragraph bigint, owner bigint, plain int, short boolean, gone boolean, also boolean, "
    "witness bigint, link bigint"
)
"""All paragraphs: who goes, and for whom; `also`: goes as boilerplate; `link`: what it would go for in a row, or -1."""
_BESIDE = "slot bigint, step int, there bigint, origin bigint"
_ROWS = "slot bigint, " + ", ".join(f"{name}{step} bigint" for name in ("owner", "place") for step in range(3))
_PARAGRAPHS_A_SLOT = 100_000


def removals(
    paragraphs: DataFrame, going: DataFrame, settings: Settings, fixed: int, store: CheckpointStore
) -> DataFrame:
    """Return what goes, as `REMOVALS`.

    Args:
        paragraphs: all: paragraph, owner, plain, short, and witness, which is what its owner goes for, or else its
            owner, or -1 for one that is short.
        going: owners that go: paragraph, how, similarity, coverage, kind.
        settings: which copies stay.
        fixed: number of the first paragraph that may go.
        store: keeps what is used more than once.
    """
    return _Outcome(settings, fixed, store).of(paragraphs, going)


class _Outcome:
    """The steps, each a frame of `_STATE` that is kept."""

    def __init__(self, settings: Settings, fixed: int, store: CheckpointStore) -> None:
        self._settings = settings
        self._fixed = fixed
        self._store = store
        self._slots = 1

    def of(self, paragraphs: DataFrame, going: DataFrame) -> DataFrame:
        """Return the removals."""
        state = self._linked(self._begun(paragraphs))
        state, gone = self._with_rows(state)
        if self._settings.keep == "none":
            state, gone = self._boilerplate(state, gone)
        told = self._told(gone, going)
        return self._with_boilerplate(told) if self._settings.keep == "none" else told

    def _begun(self, paragraphs: DataFrame) -> DataFrame:
        from pyspark.sql import functions as f

        self._slots = max(1, -(-row_count(paragraphs) // _PARAGRAPHS_A_SLOT))
        paragraph, witness = f.col("paragraph"), f.col("witness")
        gone = (witness >= 0) & (witness != paragraph) & (paragraph >= self._fixed)
        state = paragraphs.select(
            self._slot(paragraph).alias("slot"),
            *("paragraph", "owner", "plain", "short"),
            gone.alias("gone"),
            f.lit(False).alias("also"),  # noqa: FBT003 - a column's value
            f.when(gone, witness).otherwise(f.lit(-1)).alias("witness"),
            f.lit(-1).cast("bigint").alias("link"),
        )
        return self._store.keep(state, "state")

    def _slot(self, paragraph: Column) -> Column:
        from pyspark.sql import functions as f

        return f.pmod(f.xxhash64(document_of(paragraph)), f.lit(self._slots))

    def _linked(self, state: DataFrame) -> DataFrame:
        """Link short paragraphs beside one that goes to what stands beside its witness."""
        from pyspark.sql import functions as f

        wanted = state.groupBy("slot").applyInArrow(over(_asked), _BESIDE)
        there = state.select(f.col("paragraph").alias("origin"), f.col("owner").alias("found"))
        answers = wanted.withColumnRenamed("slot", "asking").join(there, "origin")
        linked = state.groupBy("slot").cogroup(answers.groupBy("asking")).applyInArrow(both(_linked), _STATE)
        return self._store.keep(linked, "state")

    def _with_rows(self, state: DataFrame) -> tuple[DataFrame, DataFrame]:
        """Let rows go that stand in an earlier document now, until no more do.

        Returns:
            The state, and those that go: paragraph, owner and witness.
        """
        from pyspark.sql import functions as f

        owners = ["owner0", "owner1", "owner2"]
        first = state.groupBy("slot").applyInArrow(over(_rows), _ROWS).groupBy(*owners)
        standing = self._store.keep(
            first.agg(
                f.min("place0").alias("first0"),
                *(f.min_by(f"place{step}", "place0").alias(f"first{step}") for step in (1, 2)),
            ),
            "standing",
        )
        (before,) = values(state, f.count_if("gone"))
        while True:
            found = state.groupBy("slot").applyInArrow(over(_rows), _ROWS)
            stood = found.withColumnRenamed("slot", "asking").join(standing, owners)
            stood = stood.filter(document_of(f.col("first0")) < document_of(f.col("place0")))
            stood = stood.select("asking", "place0", "first0", "first1", "first2")
            kernel = both(_let_go, self._settings.min_words, self._fixed)
            state = state.groupBy("slot").cogroup(stood.groupBy("asking")).applyInArrow(kernel, _STATE)
            state = self._store.keep(state, "state")
            (after,) = values(state, f.count_if("gone"))
            if after == before:
                return state, self._resting(state)
            before = after

    def _resting(self, state: DataFrame) -> DataFrame:
        """Return those that go, with witnesses: those that stay, as far as `follow_to_kept` follows them."""
        from pyspark.sql import functions as f

        gone = state.filter("gone").select("slot", "paragraph", "owner", "witness")
        is_own = document_of(f.col("witness")) == document_of(f.col("paragraph"))
        is_followed = f.lit(self._settings.keep == "none") | is_own
        while True:
            there = gone.select(f.col("paragraph").alias("witness"), f.col("witness").alias("further"))
            found = gone.join(there, "witness", "left").withColumn("further", f.when(is_followed, f.col("further")))
            gone = self._store.keep(found, "gone")
            (moving,) = values(gone, f.count("further"))
            witness = f.coalesce("further", "witness").alias("witness")
            gone = gone.select("slot", "paragraph", "owner", witness)
            if not moving:
                return gone

    def _boilerplate(self, state: DataFrame, gone: DataFrame) -> tuple[DataFrame, DataFrame]:
        """Let rows go that are left where boilerplate goes, and so on."""
        from pyspark.sql import functions as f

        while True:
            roots = self._standing(gone).filter(f.col("root") >= self._fixed).select(f.col("root").alias("paragraph"))
            more = state.filter(~f.col("also")).select("paragraph").join(roots, "paragraph")
            more = self._store.keep(more.withColumn("hit", f.lit(True)), "boilerplate")  # noqa: FBT003 - likewise
            if not row_count(more):
                return state, gone
            rest = gone.select("paragraph", f.col("witness").alias("resting"))
            state = state.join(more, "paragraph", "left").join(rest, "paragraph", "left")
            state = state.withColumn("also", f.col("also") | f.col("hit").isNotNull())
            state = state.withColumn("witness", f.coalesce("resting", "witness"))
            state, gone = self._with_rows(state.select(*(field.split()[0] for field in _STATE.split(", "))))

    def _standing(self, gone: DataFrame) -> DataFrame:
        """Return what others go for and stands in so many documents together with them: root and number."""
        from pyspark.sql import functions as f

        root, places = f.col("witness").alias("root"), f.array("paragraph", "witness")
        standing = gone.select(root, f.explode(places).alias("place")).select(
            "root", document_of(f.col("place")).alias("document")
        )
        number = standing.distinct().groupBy("root").agg(f.count(f.lit(1)).cast("int").alias("number"))
        return number.filter(f.col("number") >= int(self._settings.boilerplate or 0))

    def _told(self, gone: DataFrame, going: DataFrame) -> DataFrame:
        """Say of removals how they were compared, and number the blocks."""
        from pyspark.sql import functions as f

        figures = {"similarity": 1, "coverage": 1, "how": 0, "kind": 0}
        types = dict(going.select(*figures).dtypes)
        known = going.select(f.col("paragraph").alias("owner"), *figures)
        told = gone.join(known, "owner", "left").select(
            "slot",
            "paragraph",
            "witness",
            *(f.coalesce(name, f.lit(value).cast(types[name])).alias(name) for name, value in figures.items()),
        )
        return self._store.keep(told.groupBy("slot").applyInArrow(over(_blocks), REMOVALS), "told")

    def _with_boilerplate(self, told: DataFrame) -> DataFrame:
        """Remove also what others went for, where they stand in many documents together."""
        from pyspark.sql import functions as f

        standing = self._standing(told).withColumnRenamed("root", "witness")
        hit = f.col("number").isNotNull()
        told = told.join(standing, "witness", "left").select(
            *("paragraph", "witness", "similarity", "coverage"),
            f.when(hit, f.lit(-1)).otherwise(f.col("block")).alias("block"),
            f.coalesce("number", "documents").alias("documents"),
            f.when(hit, f.lit(BOILERPLATE)).otherwise(f.col("reason")).cast("tinyint").alias("reason"),
            *("how", "differs"),
        )
        told = self._store.keep(told, "told")
        own = told.filter((f.col("reason") == BOILERPLATE) & (f.col("witness") >= self._fixed))
        first = own.groupBy("witness").agg(f.min("paragraph").alias("paragraph"))
        more = own.join(first.select("paragraph"), "paragraph").select(
            f.col("witness").alias("paragraph"), f.col("paragraph").alias("witness"), *told.columns[2:]
        )
        return told.unionByName(more)


class _Slot:
    """The documents of a slot in order, as arrays."""

    def __init__(self, table: pa.Table) -> None:
        order = np.argsort(column(table, "paragraph"))
        self._table = table
        self._order = order
        self.paragraph, self.owner, self.witness, self.link = (
            column(table, name)[order] for name in ("paragraph", "owner", "witness", "link")
        )
        self.plain = column(table, "plain", np.int32)[order]
        self.short, self.gone, self.also = (column(table, name, bool)[order] for name in ("short", "gone", "also"))
        self.document: NDArray[np.int64] = document_of(self.paragraph)
        self.slot = int(table.column("slot")[0].as_py()) if len(order) else 0

    def places(self, paragraph: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where paragraphs of this slot are."""
        return np.searchsorted(self.paragraph, paragraph)

    def table(self) -> pa.Table:
        """Return the arrays as `_STATE`."""
        names = [field.split()[0] for field in _STATE.split(", ")]
        return _table(**{name: getattr(self, name) for name in names[1:]}, slot=self.slot).select(names)


def _table(*, slot: int, **columns: Any) -> pa.Table:
    import pyarrow as pa

    number = len(next(iter(columns.values())))
    return pa.table({"slot": np.full(number, slot, np.int64), **columns})


def _asked(table: pa.Table) -> pa.Table:
    """Name what has to be known of those who stand beside witnesses."""
    slot = _Slot(table)
    steps, places, origins = [], [], []
    for step in (1, -1):
        there, _, origin = neighbours_to_check(slot.document, slot.gone, slot.witness, slot.short, step)
        earlier = origin < slot.paragraph[there]
        places.append(slot.paragraph[there[earlier]])
        origins.append(origin[earlier])
        steps.append(np.full(len(origins[-1]), step, np.int32))
    there, origin = np.concatenate(places), np.concatenate(origins)
    return _table(slot=slot.slot, step=np.concatenate(steps), there=there, origin=origin)


def _linked(table: pa.Table, answers: pa.Table) -> pa.Table:
    """Link those that stand beside one that goes as the same bytes stand beside its witness."""
    slot = _Slot(table)
    steps = column(answers, "step", np.int32)
    for step in (1, -1):
        there, _, origin = neighbours_to_check(slot.document, slot.gone, slot.witness, slot.short, step)
        found = np.full(len(slot.paragraph), -1, np.int64)
        mine = steps == step
        found[slot.places(column(answers, "there")[mine])] = column(answers, "found")[mine]
        linked = contiguous(there, (found[there] == slot.owner[there]) & (slot.link[there] < 0), step)
        slot.link[there[linked]] = origin[linked]
    return slot.table()


def _rows(table: pa.Table) -> pa.Table:
    """Name all rows of three short paragraphs that are left: their owners, and who they are."""
    slot = _Slot(table)
    left, _, at = runs_of_short(slot.document, slot.gone | slot.also, slot.short)
    found = {
        f"{name}{step}": values[left[at + step]]
        for name, values in (("owner", slot.owner), ("place", slot.paragraph))
        for step in range(3)
    }
    return _table(slot=slot.slot, **found)


def _let_go(min_words: int, fixed: int, table: pa.Table, stood: pa.Table) -> pa.Table:
    """Let the rows go that stood in an earlier document; see `short_paragraphs.with_short_runs`."""
    slot = _Slot(table)
    out = slot.gone | slot.also
    left, rank, at = runs_of_short(slot.document, out, slot.short)
    order = np.argsort(column(stood, "place0"))
    known = column(stood, "place0")[order]
    at = at[np.isin(slot.paragraph[left[at]], known)]
    sources = np.stack([column(stood, f"first{step}")[order] for step in range(3)], axis=1)
    link_runs(slot.document, slot.plain, slot.link, (left, rank, at), sources, min_words=min_words)
    slot.link[slot.paragraph < fixed] = -1
    going = without_heads(slot.document, slot.short, out, slot.link)
    slot.gone[going] = True
    slot.witness[going] = slot.link[going]
    slot.link[:] = -1
    return slot.table()


def _blocks(table: pa.Table) -> pa.Table:
    """Say why removals go; see `dedup.resolve.corpus.removals.number_blocks`."""
    import pyarrow as pa

    order = np.argsort(column(table, "paragraph"))
    paragraph, witness = (column(table, name)[order] for name in ("paragraph", "witness"))
    how = column(table, "how", np.int8)[order]
    found = np.empty(len(order), [("paragraph", "<i8"), ("witness", "<i8"), ("block", "<i4"), ("reason", "i1")])
    found["paragraph"], found["witness"] = paragraph, witness
    found["reason"] = np.where(how == ALIGNED, NEAR, EXACT)
    number_blocks(found, document_of(paragraph), document_of(witness))
    return pa.table(
        {
            "paragraph": paragraph,
            "witness": witness,
            "similarity": column(table, "similarity", np.float32)[order],
            "coverage": column(table, "coverage", np.float32)[order],
            "block": np.ascontiguousarray(found["block"]),
            "documents": np.zeros(len(order), np.int32),
            "reason": np.ascontiguousarray(found["reason"]),
            "how": how,
            "differs": column(table, "kind", np.int16)[order],
        }
    )
