"""Inputs as DataFrames of numbered lines: every line of every file has its number, wherever Spark has cut the files.

Lines of files that are not compressed are read by Spark's text source, in splits. It takes a line's bytes as they are,
but drops a byte order mark at the beginning of a file and says nothing of a missing line end at its end: both are told
from the size of the file. What is compressed, and what is one document, is read as one piece and unpacked as on one
machine.

A line's number follows from how many lines there are in each split before its own, which is counted first. So nothing
is sorted, and nothing travels.
"""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812 - its usual name

from dedup.engines.reading import changed
from dedup.engines.spark.rows import Numbered, Table
from dedup.engines.spark.stages.frames import batch_of
from dedup.formats.detect import not_lines, sniff
from dedup.formats.files.compression import by_magic
from dedup.formats.files.reader import Reader
from dedup.formats.parts import TASK_BYTES
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from pyspark.sql import DataFrame, SparkSession

    from dedup.engines.spark.files import File
    from dedup.formats.files.encoding import Codec
    from dedup.formats.parts import Format

_LARGEST = (1 << 31) - 1
"""Bytes of a file that Spark reads as one piece, at the most."""
ROWS = "document bigint, source int, line bigint, at bigint, value binary"
"""A line, or a whole document: its number; that of its input; its number there, from 1; where it begins in all that is
read, as the removal log counts; its bytes, a line without its line end."""
_HEAD = 4096
"""Bytes of the first line of a file that are looked at to see whether it is what it is called."""
_COUNTED = "uri string, block bigint, lines bigint, bytes bigint, open boolean, fault string"
_BLOCKS = "uri string, block bigint, source int, document bigint, line bigint, at bigint, mark boolean"


def number(
    spark: SparkSession,
    files: Sequence[File],
    references: int,
    codec: Codec,
    *,
    asked: str = "auto",
    binary_as_text: bool = False,
) -> Numbered:
    """Count the lines of all inputs, and number them.

    Args:
        spark: the session.
        files: references first.
        references: the first so many are references.
        codec: how the text is encoded; where lines cannot be told by bytes none are joined.
        asked: the format, as in `dedup.formats.detect.sniff`.
        binary_as_text: likewise.

    Raises:
        InputError: a file is damaged, neither text nor JSON lines, too large to be read as one piece, or compressed
            under a name that hides it.
    """
    unique = {file.uri: file for file in files}
    plain = _plain(spark, [file for file in unique.values() if not file.whole])
    whole = _whole(spark, [file for file in unique.values() if file.whole])
    blocks = _counted(plain, whole, unique, partial(_count_pieces, codec, asked, binary_as_text), codec)
    table, places, size = _placed(files, references, blocks)
    there = spark.createDataFrame(places, _BLOCKS)
    rows: DataFrame | None = None
    for frame, function in ((plain, _numbered_lines), (whole, partial(_numbered_pieces, table))):
        if frame is not None:
            joined = frame.join(F.broadcast(there), ["uri", "block"]).mapInArrow(function, ROWS)
            rows = joined if rows is None else rows.unionAll(joined)
    if rows is None:
        rows = spark.createDataFrame([], ROWS)
    return Numbered(rows, table, size)


def _plain(spark: SparkSession, files: list[File]) -> DataFrame | None:
    """Return the lines of files that Spark may split: uri, block, value, row."""
    if not files:
        return None
    lines = spark.read.text([file.path for file in files], lineSep="\n", recursiveFileLookup=True)
    return lines.select(
        F.col("_metadata.file_path").alias("uri"),
        F.col("_metadata.file_block_start").alias("block"),
        F.col("value").cast("binary").alias("value"),
        F.monotonically_increasing_id().alias("row"),
    )


def _whole(spark: SparkSession, files: list[File]) -> DataFrame | None:
    """Return files as they are stored: uri, block (0), value.

    Raises:
        InputError: one is too large for that.
    """
    if not files:
        return None
    for file in files:
        if file.size > _LARGEST:
            what = f"{file.size:,} bytes in one piece are more than a task can hold; nothing was written"
            hint = "unpack it, or cut it into files of less than 2 GB"
            raise InputError(what, place=file.name, hint=hint)
    pieces = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load([file.path for file in files])
    return pieces.select(
        F.col("_metadata.file_path").alias("uri"),
        F.lit(0).cast("bigint").alias("block"),
        F.col("content").alias("value"),
    )


class _Block(NamedTuple):
    """What was counted in a split."""

    start: int
    lines: int
    bytes: int
    """With a line end for each line but one that has none, and without a mark that Spark drops."""
    mark: bool
    """The file begins with a byte order mark that Spark drops."""
    open: bool
    """The last line has no line end."""


def _counted(
    plain: DataFrame | None,
    whole: DataFrame | None,
    files: dict[str, File],
    count_pieces: Callable[..., Iterator[pa.RecordBatch]],
    codec: Codec,
) -> dict[str, list[_Block]]:
    """Return the splits of each file, in order.

    Raises:
        InputError: a file is damaged, or has changed.
    """
    blocks: dict[str, list[_Block]] = {}
    if plain is not None:
        size = F.sum(F.octet_length("value") + 1).alias("bytes")
        head = F.min_by(F.substring("value", 1, _HEAD), "row").alias("head")
        for row in plain.groupBy("uri", "block").agg(F.count(F.lit(1)).alias("lines"), size, head).collect():
            if row["block"] == 0:
                _refuse_hidden(bytes(row["head"]), files[row["uri"]].name, codec)
            blocks.setdefault(row["uri"], []).append(_Block(row["block"], row["lines"], row["bytes"], False, False))  # noqa: FBT003
        for uri, file in files.items():
            if file.size and not file.whole and uri not in blocks:
                what = "holds nothing but a byte order mark, which Spark does not show; nothing was written"
                raise InputError(what, place=file.name, hint="leave it out")
        for uri, found in blocks.items():
            found.sort()
            _tell_ends(files[uri], found)
    if whole is not None:
        kinds = {uri: (file.kind, file.name) for uri, file in files.items() if file.whole}
        for row in whole.mapInArrow(partial(count_pieces, kinds), _COUNTED).collect():
            if row["fault"]:
                raise InputError(f"{row['fault']}; nothing was written", place=files[row["uri"]].name)
            blocks[row["uri"]] = [_Block(0, row["lines"], row["bytes"], False, row["open"])]  # noqa: FBT003
    return blocks


def _refuse_hidden(head: bytes, name: str, codec: Codec) -> None:
    """Refuse a file that is called JSON lines and is something else.

    Raises:
        InputError: it is compressed, or of another kind.
    """
    if by_magic(head) is not None:
        what = "is compressed, and its name does not say so; nothing was written"
        raise InputError(what, place=name, hint="give it a name that ends with .gz, .zst, .bz2 or .xz")
    if (wrong := not_lines(head, codec)) is not None:
        raise InputError(f"is {wrong.what}; nothing was written", place=name, hint=wrong.hint)


def _tell_ends(file: File, blocks: list[_Block]) -> None:
    """Enter what the size of a file says of its first and its last line.

    Raises:
        InputError: it fits nothing that was counted.
    """
    rest = file.size - sum(block.bytes for block in blocks)
    if rest not in (-1, 0, 2, 3):
        raise changed(file.name)
    blocks[0] = blocks[0]._replace(mark=rest > 0)
    blocks[-1] = blocks[-1]._replace(open=rest in (-1, 2), bytes=blocks[-1].bytes - (rest in (-1, 2)))


def _placed(
    files: Sequence[File], references: int, blocks: dict[str, list[_Block]]
) -> tuple[Table, list[tuple[Any, ...]], int]:
    """Return the inputs, the place of each split among all, and the bytes of all that is no reference."""
    places: list[tuple[Any, ...]] = []
    counts, unended = [], list[int]()
    document = at = start = 0
    open_line = False
    for source, file in enumerate(files):
        if source == references:
            at, start, open_line = 0, document, False
        line = 1
        for block in blocks.get(file.uri, []):
            if not block.lines:
                continue
            at += open_line  # a line end is put between two inputs
            places.append((file.uri, block.start, source, document, line, at, block.mark))
            document += block.lines
            line += block.lines
            at += block.bytes + len(BOM_UTF8) * block.mark
            open_line = block.open
            unended += [source] * block.open
        counts.append(line - 1)
    if references == len(files):
        at = 0
    first = np.array([0, *accumulate(counts)], np.int64)
    kinds = [file.kind for file in files]
    names, relatives = [file.name for file in files], [file.relative for file in files]
    is_open = open_line and document > start
    table = Table(names, relatives, kinds, first, references, is_open, unended=frozenset(unended))
    return table, places, at


def _numbered_lines(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Number the lines of splits, given in order; runs in a task."""
    after: dict[tuple[int, int], tuple[int, int]] = {}
    for batch in batches:
        columns = {name: batch.column(name) for name in batch.schema.names}
        source, block = (columns[name].to_numpy(zero_copy_only=False) for name in ("source", "block"))
        value = columns["value"]
        lengths = np.diff(_offsets(value)) + 1
        # Lines of one split follow one another; where an input is named twice, its lines do for each of the two.
        for key in dict.fromkeys(zip(source.tolist(), block.tolist(), strict=True)):
            here = np.flatnonzero((source == key[0]) & (block == key[1]))
            head = int(here[0])
            document, line, at = (columns[name][head].as_py() for name in ("document", "line", "at"))
            values = value.take(pa.array(here))
            sizes = lengths[here]
            index, size = after.get(key, (0, 0))
            if columns["mark"][head].as_py() and not index:
                values = pa.concat_arrays([pa.array([BOM_UTF8 + values[0].as_py()], pa.binary()), values[1:]])
                sizes = sizes.copy()
                sizes[0] += len(BOM_UTF8)
            offsets = size + np.cumsum(sizes) - sizes
            numbers = index + np.arange(len(here))
            after[key] = index + len(here), size + int(sizes.sum())
            places = {"document": document + numbers, "source": source[here], "line": line + numbers}
            yield batch_of(ROWS, **places, at=at + offsets, value=values)


def _offsets(value: pa.Array) -> Any:
    """Return where each value's bytes begin and the last one's end."""
    width = np.int64 if pa.types.is_large_binary(value.type) else np.int32
    return np.frombuffer(value.buffers()[1], width)[value.offset : value.offset + len(value) + 1].astype(np.int64)


def _numbered_pieces(table: Table, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Number the lines of files that are read as one piece; runs in a task."""
    for batch in batches:
        for entry in _entries(batch):
            source, document, line, at = (entry[name] for name in ("source", "document", "line", "at"))
            held: list[bytes] = []
            size = 0
            for value, _ in _pieces(entry["value"], table.kinds[source], table.names[source]):
                held.append(value)
                size += len(value)
                if size >= TASK_BYTES:
                    yield _run(document, source, line, at, held)
                    document, line, at = document + len(held), line + len(held), at + size + len(held)
                    held, size = [], 0
            if held:
                yield _run(document, source, line, at, held)


def _entries(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Yield the rows of a batch one by one."""
    for row in range(batch.num_rows):
        yield {name: batch.column(name)[row].as_py() for name in batch.schema.names}


def _run(document: int, source: int, line: int, at: int, values: list[bytes]) -> pa.RecordBatch:
    count = np.arange(len(values))
    sizes = np.array([len(value) + 1 for value in values])
    places = {"source": [source] * len(values), "line": line + count, "at": at + np.cumsum(sizes) - sizes}
    return batch_of(ROWS, document=document + count, **places, value=values)


def _pieces(content: bytes, kind: Format, name: str) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines of a file, or all of it where it is a document, each with whether it is open at its end.

    Raises:
        InputError: it cannot be unpacked.
    """
    reader = Reader(io.BytesIO(content), name, owned=True)
    if kind.in_lines:
        yield from reader.lines()
    elif text := b"".join(iter(reader.read, b"")):
        yield text, not text.endswith(b"\n")


def _refuse_records(kind: Format, name: str) -> None:
    """Refuse a file that turns out to hold records that are no lines.

    Raises:
        InputError: it does.
    """
    if kind.numbered and not kind.in_lines:
        raise InputError(f"is {kind.what} under another name, which is not read on Spark", place=name)


def _count_pieces(
    codec: Codec,
    asked: str,
    binary_as_text: bool,  # noqa: FBT001 - filled in by position where it is known
    kinds: dict[str, tuple[Format, str]],
    batches: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Count the lines of files that are read as one piece; runs in a task."""
    for batch in batches:
        for entry in _entries(batch):
            kind, name = kinds[entry["uri"]]
            lines = size = 0
            open_line, fault = False, None
            try:
                reader = Reader(io.BytesIO(entry["value"]), name, owned=True)
                _refuse_records(sniff(asked, name, name, reader, codec, binary_as_text=binary_as_text), name)
                for value, open_line in _pieces(entry["value"], kind, name):
                    lines += 1
                    size += len(value) + (kind.in_lines and not open_line)
                if not kind.in_lines and lines and not codec.of(value).ascii:
                    fault = f"{codec.of(value).name} cannot be written in lines of bytes, as Spark does"
            except InputError as error:
                fault = str(error.what)
            counts = {"lines": [lines], "bytes": [size], "open": [open_line], "fault": [fault]}
            yield batch_of(_COUNTED, uri=[entry["uri"]], block=[0], **counts)
