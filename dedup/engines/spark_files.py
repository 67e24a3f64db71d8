"""Files of any Hadoop file system: which ones a run reads, in which order, and what each is called.

Listing goes through Spark's own sources, so that it works wherever Spark reads, also behind Spark Connect.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from dedup.errors import DedupError, InputError, UsageError
from dedup.formats.compression import bare_name
from dedup.formats.parts import Kind
from dedup.formats.sniff import BY_SUFFIX
from dedup.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

    from dedup.job import Format

_UNPACKED_BY_HADOOP = (".deflate", ".snappy", ".lz4")
"""Further names by which Hadoop would unpack what this program takes as it is."""
_GLOB = frozenset("\\*?[]{},")
_PATTERN = frozenset("*?[{")
PARQUET = ".parquet"


@dataclass(frozen=True, slots=True)
class File:
    """One input of a run, as `dedup.formats.discover.Source` is on one machine.

    Attributes:
        uri: as Spark calls it, with what URIs do not allow percent-encoded.
        name: as shown to people.
        relative: its name in the removal log.
        size: bytes as stored.
        kind: what its records are; None: rows of Parquet.
    """

    uri: str
    name: str
    relative: str
    size: int
    kind: Kind | None

    @property
    def path(self) -> str:
        """As Spark is to read it: the path, with nothing in it that could be taken for a pattern."""
        return escaped(unquote(self.uri))

    @property
    def packed(self) -> bool:
        """Its name says that it is compressed."""
        return bare_name(self.relative) != self.relative

    @property
    def whole(self) -> bool:
        """It is read as one thing: it is one document, or has to be unpacked from its beginning on."""
        return self.kind is Kind.TEXT or self.packed or self.uri.lower().endswith(_UNPACKED_BY_HADOOP)


class _Listed(NamedTuple):
    """A file at or below a path that was given."""

    uri: str
    size: int

    @property
    def path(self) -> PurePosixPath:
        return PurePosixPath(path_of(self.uri))


def find_files(
    spark: SparkSession,
    inputs: tuple[str, ...],
    include: tuple[str, ...],
    asked: Format,
    report: Callable[[DedupError], None],
) -> list[File]:
    """Find the inputs in order: as they were given, below a directory by their names, as on one machine.

    Args:
        spark: the session.
        inputs: paths and URIs; patterns of Hadoop's are expanded.
        include: patterns for names below a directory.
        asked: the format, or ``auto``.
        report: is told an `InputError` for each input that is missing or holds nothing to read.

    Raises:
        UsageError: standard input is named, or a file's format cannot be told by its name.
    """
    if STDIN in inputs:
        raise UsageError("--engine spark reads files, not standard input", hint="put the input where Spark reads it")
    found: list[File] = []
    for given in inputs:
        listed = _listed(spark, given, report)
        if listed is None:
            continue
        listed.sort(key=lambda file: file.path.parts)
        if _is_pattern(given):
            here = [_file(file, unquote(file.uri), file.path.name, asked) for file in listed]
        elif (top := _top(given, listed)) is None:
            here = [_file(file, given, file.path.name, asked) for file in listed]
        else:
            prefix = "" if len(inputs) == 1 else f"{top.name}/"
            places = [(file, str(file.path.relative_to(top))) for file in listed]
            places = [(file, place) for file, place in places if _matches(place, include, asked)]
            here = [_file(file, f"{given.rstrip('/')}/{place}", prefix + place, asked) for file, place in places]
        if not here:
            hint = "name the files, or say which to read with --include"
            report(InputError(f"no file matches {', '.join(include)}", place=given, hint=hint))
        found += here
    return found


def _listed(spark: SparkSession, given: str, report: Callable[[DedupError], None]) -> list[_Listed] | None:
    """List the files at or below a path; None, reported, where there is no such path."""
    from pyspark.errors import AnalysisException  # noqa: PLC0415 - only with the extra
    from pyspark.sql import functions as F  # noqa: N812, PLC0415 - likewise; its usual name

    path = given if _is_pattern(given) else escaped(given)
    try:
        files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(path)
        names = files.inputFiles()
        columns = F.col("_metadata.file_path").alias("uri"), F.col("_metadata.file_size").alias("size")
        # Spark has no rows for files without a byte.
        sizes = {path_of(row["uri"]): _Listed(row["uri"], row["size"]) for row in files.select(*columns).collect()}
    except AnalysisException as error:
        if error.getCondition() != "PATH_NOT_FOUND":
            raise
        report(InputError("no such file or directory", place=given))
        return None
    return [sizes.get(path_of(name), _Listed(name, 0)) for name in names]


def _is_pattern(given: str) -> bool:
    """Say whether a path is to be expanded: it looks like it, and is no file's name as it stands."""
    return bool(_PATTERN & set(given)) and ("://" in given or not Path(given).exists())


def escaped(path: str) -> str:
    """Return a path with nothing in it that Hadoop would take for a pattern."""
    return "".join(f"\\{sign}" if sign in _GLOB else sign for sign in path)


def path_of(uri: str) -> str:
    """Return the path of a URI, decoded."""
    return unquote(urlsplit(uri.replace("?", "%3F").replace("#", "%23")).path)


def _top(given: str, listed: list[_Listed]) -> PurePosixPath | None:
    """Return the directory that was given, in full; None: it is a file."""
    base = PurePosixPath(path_of(given))
    local = any(file.uri.startswith("file:") for file in listed)
    if not base.is_absolute() and local:
        base = PurePosixPath(Path(os.path.abspath(base)).as_posix())  # noqa: PTH100 - a link keeps its name, as in Spark
    if [file.path for file in listed] == [base]:
        return None
    for file in listed:
        if base.is_absolute() and file.path.is_relative_to(base):
            return base
        # Relative to wherever the cluster thinks it is: the last directory of this name, as far up as it stands.
        for parent in reversed(file.path.parents):
            if parent.parts[-len(base.parts) :] == base.parts:
                return parent
    return None


def _matches(place: str, include: tuple[str, ...], asked: Format) -> bool:
    name = PurePosixPath(place).name.lower()
    if asked == "parquet" or (asked == "auto" and name.endswith(PARQUET)):
        return name.endswith(PARQUET)
    patterns = [pattern.lower() for pattern in include]
    return any(fnmatchcase(name, pattern) or fnmatchcase(bare_name(name), pattern) for pattern in patterns)


def _file(listed: _Listed, name: str, relative: str, asked: Format) -> File:
    return File(listed.uri, name, relative, listed.size, _kind(relative, asked, name))


def _kind(relative: str, asked: Format, name: str) -> Kind | None:
    """Return what a file's records are; None: rows of Parquet.

    Raises:
        UsageError: its name does not tell.
    """
    lower = relative.lower()
    if asked == "parquet" or (asked == "auto" and lower.endswith(PARQUET)):
        return None
    if asked != "auto":
        return Kind(asked)
    for suffix, kind in BY_SUFFIX.items():
        if bare_name(lower).endswith(suffix):
            return kind
    hint = "say --format jsonl, text or parquet"
    raise UsageError("the name does not tell the format, and on Spark nothing else is asked", place=name, hint=hint)
