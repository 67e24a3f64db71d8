"""Output of a run on Spark: how it is named, and that it is there as a whole or not at all, on any Hadoop file system.

Tasks write into a directory beside the target, hidden from listings. When all of it is there, files are given
their names, and the directory takes the target's place by one renaming. Where renaming copies, as in an object store,
this takes time, and no more is promised than the store promises for a directory.
"""

from __future__ import annotations

import io
import re
import uuid
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F  # noqa: N812 - its usual name

from dedup.engines.spark.files import in_plain_files
from dedup.engines.spark.write import LOG, TAIL, TEXT
from dedup.formats.files.compression import by_name
from dedup.formats.files.reader import Reader, bare_name
from dedup.formats.registry import COLUMNS, FORMATS, RECORDS
from dedup.model.errors import OutputError, UsageError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame, DataFrameWriter, SparkSession
    from typing_extensions import Self

    from dedup.engines.spark.files import File

_PART = re.compile(r"part-(\d+)-")
_OF_FILES = (".json", ".log", *(suffix for one in FORMATS if in_plain_files(one) for suffix in one.suffixes))
"""Names of a single file, packed or not; any other output is a directory."""
CODECS = {".gz": "gzip", ".bz2": "bzip2"}
"""Suffixes of the compressions that Spark can write everywhere, and what it calls them."""
_HEAD, _END = "head", "tail"
"""Names of the first and the last file of a log in parts: before and behind all that begin with ``part``."""


class Store:
    """The file system of a path, by way of the driver's JVM.

    Args:
        spark: a session that has one.
        path: any path on it.
    """

    def __init__(self, spark: SparkSession, path: str) -> None:
        self._jvm: Any = spark._jvm  # noqa: SLF001 - PySpark has no other way to Hadoop's file systems
        self._conf: Any = spark._jsc.hadoopConfiguration()  # noqa: SLF001 - likewise
        fs = self.path(path).getFileSystem(self._conf)
        # On the local file system Hadoop keeps a checksum beside each file; other programs do not know it.
        self._fs = fs.getRawFileSystem() if fs.getScheme() == "file" else fs

    def path(self, name: str) -> Any:
        """Return Hadoop's own path."""
        return self._jvm.org.apache.hadoop.fs.Path(name)

    def full(self, name: str) -> str:
        """Return a path with its scheme."""
        found: str = self._fs.makeQualified(self.path(name)).toString()
        return found

    def exists(self, name: str) -> bool:
        """Return True if something is there."""
        return bool(self._fs.exists(self.path(name)))

    def is_same(self, name: str) -> bool:
        """Return True if a path is on this file system."""
        return bool(self.path(name).getFileSystem(self._conf).getUri().equals(self._fs.getUri()))

    def files(self, name: str) -> list[str]:
        """Return the names of the files in a directory, sorted; of one that is not there, none."""
        if not self.exists(name):
            return []
        return sorted(one.getPath().getName() for one in self._fs.listStatus(self.path(name)) if one.isFile())

    def make(self, name: str) -> None:
        """Make a directory."""
        self._fs.mkdirs(self.path(name))

    def write(self, name: str, data: bytes) -> None:
        """Write a small file."""
        with closing(self._fs.create(self.path(name))) as stream:
            stream.write(bytearray(data))

    def read(self, name: str) -> bytes:
        """Read a small file."""
        size = self._fs.getFileStatus(self.path(name)).getLen()
        with closing(self._fs.open(self.path(name))) as stream:
            # A byte array does not travel back when it is filled there: let the JVM make it.
            return bytes(self._jvm.org.apache.commons.io.IOUtils.toByteArray(stream)) if size else b""

    def join(self, names: Iterable[str], target: str) -> None:
        """Write some files, one after the other, into one."""
        copy = self._jvm.org.apache.hadoop.io.IOUtils.copyBytes
        with closing(self._fs.create(self.path(target))) as out:
            for name in names:
                with closing(self._fs.open(self.path(name))) as stream:
                    copy(stream, out, 1 << 16, False)  # noqa: FBT003 - Java's

    def rename(self, old: str, new: str) -> None:
        """Give something another name.

        Raises:
            OutputError: it cannot be done.
        """
        if self.exists(new) or not self._fs.rename(self.path(old), self.path(new)):
            raise OutputError("cannot be given its name; it was not written", place=new)

    def delete(self, name: str) -> None:
        """Remove something and all that is in it, if it is there."""
        self._fs.delete(self.path(name), True)  # noqa: FBT003 - Java's


def packed(data: bytes, suffix: str) -> bytes:
    """Return bytes compressed as a suffix says."""
    packing = by_name(Path(f"name{suffix}"))
    if packing is None:
        return data
    packer = packing.packer()
    return packer.compress(data) + packer.flush()


class Target:
    """A place that output goes to: a file, where its name is one's, else a directory of parts.

    Args:
        place: as it was given.

    Raises:
        OutputError: Spark cannot write it so.
    """

    def __init__(self, place: str) -> None:
        self.place = place.rstrip("/") or place
        self.single = not place.endswith("/") and bare_name(place).lower().endswith(_OF_FILES)
        packing = by_name(Path(self.name)) if self.single else None
        self.suffix = packing.suffix if packing is not None else ""
        if self.suffix and self.suffix not in CODECS:
            what = f"Spark cannot write {self.suffix} everywhere; nothing was read or written"
            raise OutputError(what, place=place, hint="use a name that ends with .gz or .bz2, or with neither")

    @property
    def name(self) -> str:
        """Its last name."""
        return self.place.rpartition("/")[2]

    @property
    def parent(self) -> str:
        """The directory that it stands in."""
        before, slash, _ = self.place.rpartition("/")
        return before or ("/" if slash else ".")


@dataclass(frozen=True, slots=True)
class OutputNaming:
    """How the parts of the output are called.

    Attributes:
        part: name of a part, with a place for its number.
        suffix: of the compression; may be empty.
        in_log: name of an output in the log: of the single file, or of a part.
        is_single: the output is one file.
    """

    part: str
    suffix: str
    in_log: str
    is_single: bool

    @classmethod
    def of(cls, files: Sequence[File], output: Target | None, log: Target | None) -> OutputNaming:
        """Choose the names.

        Raises:
            UsageError: output and removal log are to be compressed in different ways.
        """
        suffixes = {target.suffix for target in (output, log) if target is not None and target.single}
        if len(suffixes) > 1:
            what = "output and removal log are compressed in different ways"
            raise UsageError(what, hint="end both names alike, or leave the suffixes to directories")
        packed = {file.relative[file.relative.rfind(".") :].lower() if file.packed else "" for file in files}
        usual = packed.pop() if len(packed) == 1 else ""
        suffix = suffixes.pop() if suffixes else usual if usual in CODECS else ""
        kinds = {file.kind for file in files}
        kind = kinds.pop() if len(kinds) == 1 else RECORDS
        part = f"part-{{:05d}}{(kind if in_plain_files(kind) else RECORDS).suffixes[0]}{suffix}"
        is_single = output is not None and output.single
        alone = files[0].relative if len(files) == 1 else STDIN
        return cls(part, suffix, alone if is_single else part, is_single)


class Staged:
    """What tasks write, beside where it is to go. As a context manager it leaves nothing behind but what was committed.

    Args:
        spark: the session.
        output: where the text goes, if anywhere.
        log: where the removal log goes, if anywhere.
        suffix: of the compression that all is written with, if any.

    Raises:
        OutputError: there is something in the way.
    """

    def __init__(self, spark: SparkSession, output: Target | None, log: Target | None, suffix: str) -> None:
        self._spark = spark
        self._output = output
        self._log = log
        self._suffix = suffix
        first = output or log
        assert first is not None  # noqa: S101 - who writes nothing stages nothing
        self._store = Store(spark, first.place)
        for target in (output, log):
            if target is None:
                continue
            if not self._store.is_same(target.place):
                what = "is on another file system than the output; nothing was read or written"
                raise OutputError(what, place=target.place, hint="write both to one, or run without --removed")
            if self._store.exists(target.place):
                what = "is there already; nothing was read or written"
                raise OutputError(what, place=target.place, hint="name another place, or remove it first")
            if not self._store.exists(target.parent):
                raise OutputError("no such directory; nothing was read or written", place=target.parent)
        # What tasks still write when the run has ended would come after the cleaning up.
        self._group = f"dedup-{uuid.uuid4().hex[:16]}"
        spark.sparkContext.setJobGroup(self._group, "dedup", interruptOnCancel=True)
        self._directory = self._store.full(f"{first.parent}/.dedup-{uuid.uuid4().hex[:16]}.tmp")

    @property
    def checkpoints(self) -> str:
        """Where what is computed on the way may be kept."""
        return f"{self._directory}/checkpoints"

    @property
    def data(self) -> str:
        """Where Spark's writer writes."""
        return f"{self._directory}/data"

    def write(self, chunks: DataFrame) -> None:
        """Write rows of all kinds."""
        rows = chunks.select("kind", F.col("value").cast("string").alias("value"))
        self._lines_of(rows).partitionBy("kind").text(self.data)

    def _lines_of(self, rows: DataFrame) -> DataFrameWriter:
        return rows.write.option("lineSep", "\n").option("compression", CODECS.get(self._suffix, "none"))

    def write_edits(self, edits: DataFrame) -> DataFrame:
        """Write what comes of rows, and return it as it was written."""
        place = f"{self._directory}/edits"
        edits.write.partitionBy("kind").format(COLUMNS.data_source).save(place)
        return self._spark.read.schema(edits.schema).format(COLUMNS.data_source).load(place)

    def write_rows(self, rows: DataFrame | None, source: str, partitions: list[str], log: DataFrame) -> None:
        """Write rows in a format that Spark itself writes, and the lines of the log."""
        if rows is not None:
            rows.write.partitionBy(*partitions).format(source).save(f"{self._directory}/rows")
        if self._log is not None:
            lines = log.orderBy("document").select(F.expr("cast(substr(value, 1, octet_length(value) - 1) as string)"))
            self._lines_of(lines).text(f"{self.data}/kind={LOG}")

    def _parts(self, kind: str) -> Iterator[tuple[int, str]]:
        """Yield the parts that were written of a kind: number and path."""
        directory = f"{self.data}/kind={kind}"
        for name in self._store.files(directory):
            if match := _PART.match(name):
                yield int(match[1]), f"{directory}/{name}"

    def rows(self, kind: str) -> list[bytes]:
        """Return all rows of a kind of which there are few, in the order of the parts."""
        directory = f"{self.data}/kind={kind}"
        if not self._store.exists(directory):
            return []
        rows = self._spark.read.text(directory).select(F.col("_metadata.file_name").alias("name"), "value").collect()
        return [row["value"].encode() for row in sorted(rows, key=lambda row: row["name"])]

    def _read(self, path: str) -> bytes:
        """Return what is in one of them, unpacked."""
        reader = Reader(io.BytesIO(self._store.read(path)), path, owned=True)
        return b"".join(iter(reader.read, b""))

    def commit(self, names: str, parts: int, log_ends: tuple[bytes, bytes]) -> None:
        """Give everything its place: first the log, then the text.

        Args:
            names: of a part of the text, with a place for its number.
            parts: how many there may be; one more where the text's last line has no line end, as Spark cannot write it.
            log_ends: the log's first line and its last one.

        Raises:
            OutputError: it cannot be done; nothing is there that was not.
        """
        store, done = self._store, []
        tail = next(((parts, self._read(path)[:-1]) for _, path in self._parts(TAIL)), None)
        try:
            if self._log is not None:
                self._commit_log(self._log, log_ends)
                done.append(self._log.place)
            if self._output is not None:
                self._commit_text(self._output, names, tail)
        except BaseException:
            for place in done:
                store.delete(place)
            raise

    def _commit_text(self, target: Target, names: str, tail: tuple[int, bytes] | None) -> None:
        store, ready = self._store, f"{self._directory}/text"
        if store.exists(f"{self._directory}/rows"):
            store.rename(f"{self._directory}/rows", target.place)
            return
        parts = list(self._parts(TEXT))
        if target.single:
            pieces = [path for _, path in parts]
            if tail is not None:
                store.write(f"{self._directory}/tail", packed(tail[1], self._suffix))
                pieces.append(f"{self._directory}/tail")
            if len(pieces) == 1 and tail is None:
                store.rename(pieces[0], target.place)
                return
            store.join(pieces, ready)
            if not pieces and target.suffix:
                store.write(f"{self._directory}/nothing", packed(b"", self._suffix))
                ready = f"{self._directory}/nothing"
            store.rename(ready, target.place)
            return
        store.make(ready)
        for number, path in parts:
            store.rename(path, f"{ready}/{names.format(number)}")
        if tail is not None:
            store.write(f"{ready}/{names.format(tail[0])}", packed(tail[1], self._suffix))
        store.rename(ready, target.place)

    def _commit_log(self, target: Target, ends: tuple[bytes, bytes]) -> None:
        store, ready = self._store, f"{self._directory}/log"
        store.make(ready)
        suffix = f"{RECORDS.suffixes[0]}{self._suffix}"
        places = []
        for name, data in ((_HEAD, ends[0]), (_END, ends[1])):
            places.append(f"{ready}/{name}{suffix}")
            store.write(places[-1], packed(data, self._suffix))
        parts = list(self._parts(LOG))
        if target.single:
            whole = f"{self._directory}/whole-log"
            store.join([places[0], *(path for _, path in parts), places[1]], whole)
            store.rename(whole, target.place)
            return
        for number, path in parts:
            store.rename(path, f"{ready}/part-{number:05d}{suffix}")
        store.rename(ready, target.place)

    def __enter__(self) -> Self:
        """Make the directory."""
        self._store.make(self._directory)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Remove it with all that is left in it, once there is no writer left."""
        if kind is not None:
            with suppress(Exception):  # the cluster may be what has failed
                self._spark.sparkContext.cancelJobGroup(self._group)
        self._store.delete(self._directory)
