"""Files of any Hadoop file system: which ones a run reads, in which order, and what each is called.

Listing goes through Spark's own sources, so that it works wherever Spark reads, also behind Spark Connect.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from dedup.formats.detect import WrongKindError
from dedup.formats.files.discover import Patterns, nothing_there, unreadable_address
from dedup.formats.files.reader import bare_name
from dedup.formats.foreign import named
from dedup.formats.foreign_kinds import JSON
from dedup.formats.registry import TEXT, by_suffix, format_named
from dedup.model.errors import DedupError, InputError, UsageError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspark.sql import SparkSession

    from dedup.formats.parts import Format
    from dedup.model.job import FormatName

_ELSEWHERE = "read it without --engine spark, or convert it to Parquet"
_UNPACKED_BY_HADOOP = (".deflate", ".snappy", ".lz4")
"""Further names by which Hadoop would unpack what this program takes as it is."""
_GLOB = frozenset("\\*?[]{},")
_PATTERN = frozenset("*?[{")
PARQUET = ".parquet"


@dataclass(frozen=True, slots=True)
class File:
    """One input of a run, as `dedup.formats.files.discover.Source` is on one machine.

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
    kind: Format | None

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
        return (
            (self.kind is not None and not self.kind.in_lines)
            or self.packed
            or self.uri.lower().endswith(_UNPACKED_BY_HADOOP)
        )


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
    asked: FormatName,
    report: Callable[[DedupError], None],
    *,
    exclude: tuple[str, ...] = (),
    passed: Callable[[WrongKindError], None] = lambda _: None,
    binary_as_text: bool = False,
) -> list[File]:
    """Find the inputs in order: as they were given, below a directory by their names, as on one machine.

    Args:
        spark: the session.
        inputs: paths and URIs; patterns of Hadoop's are expanded.
        include: patterns for names below a directory.
        asked: the format, or ``auto``.
        report: is told an `InputError` for each input that is missing or holds nothing to read.
        exclude: patterns for names below a directory that are left out.
        passed: is told each file below a directory whose name says that it is nothing that is read.
        binary_as_text: also read as text what is called otherwise.

    Raises:
        UsageError: standard input is named, or a file's format cannot be told by its name.
        WrongKindError: a file that was named is neither text nor JSON lines nor Parquet, by its name.
    """
    if STDIN in inputs:
        raise UsageError("--engine spark reads files, not standard input", hint="put the input where Spark reads it")
    found: list[File] = []
    patterns = Patterns(include, exclude, hidden=True)  # Spark lists nothing that is hidden
    kind_of = _Kinds(asked, binary_as_text=binary_as_text)
    for given in inputs:
        if (address := unreadable_address(given)) is not None and given.lower().startswith(("http", "ftp")):
            report(address)
            continue
        listed = _listed(spark, given, report)
        if listed is None:
            continue
        listed.sort(key=lambda file: file.path.parts)
        if _is_pattern(given):
            here = [kind_of.file(file, unquote(file.uri), file.path.name) for file in listed]
        elif (top := _top(given, listed)) is None:
            here = [kind_of.file(file, given, file.path.name) for file in listed]
        else:
            prefix = "" if len(inputs) == 1 else f"{top.name}/"
            places = [(file, str(file.path.relative_to(top))) for file in listed]
            read = [(file, place) for file, place in places if _matches(place, patterns, asked)]
            named_files = ((file, f"{given.rstrip('/')}/{place}", prefix + place) for file, place in read)
            here = list(kind_of.files(named_files, passed))
            if not read:
                hint = nothing_there(Counter(PurePosixPath(place).suffix.lower() for _, place in places))
                report(InputError(f"no file matches {', '.join(include)}", place=given, hint=hint))
        found += here
    return found


def _listed(spark: SparkSession, given: str, report: Callable[[DedupError], None]) -> list[_Listed] | None:
    """List the files at or below a path; None, reported, where there is no such path."""
    from pyspark.errors import AnalysisException  # only with the extra
    from pyspark.sql import functions as F  # noqa: N812 - likewise; its usual name

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
    """Return True if a path is to be expanded: it looks like it, and is no file's name as it stands."""
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


def _matches(place: str, patterns: Patterns, asked: FormatName) -> bool:
    parquet = place.lower().endswith(PARQUET)
    if asked == "parquet" or (asked == "auto" and parquet):
        return parquet and not patterns.left_out(place)
    return patterns.place(place)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What files hold, as asked or by their names."""

    asked: FormatName
    binary_as_text: bool

    def file(self, listed: _Listed, name: str, relative: str) -> File:
        """Return a file with what it holds.

        Raises:
            UsageError: its name does not tell.
            WrongKindError: it tells that it is nothing that is read.
        """
        return File(listed.uri, name, relative, listed.size, self._kind(relative, name))

    def files(
        self, listed: Iterable[tuple[_Listed, str, str]], passed: Callable[[WrongKindError], None]
    ) -> Iterator[File]:
        """Yield files, but for those that are nothing that is read; these are told."""
        for file, name, relative in listed:
            try:
                yield self.file(file, name, relative)
            except WrongKindError as error:  # noqa: PERF203 - a few names of many
                passed(error)

    def _kind(self, relative: str, name: str) -> Format | None:
        """Return what a file's records are; None: rows of Parquet."""
        if self.asked == "parquet" or (self.asked == "auto" and relative.lower().endswith(PARQUET)):
            return None
        if self.asked != "auto":
            asked = format_named(self.asked)
            if not _can_read(asked):
                raise UsageError(f"{asked.what} is not read on Spark", place=name, hint=_ELSEWHERE)
            return asked
        if (kind := by_suffix(relative)) is not None and _can_read(kind):
            return kind
        if self.binary_as_text:
            return TEXT
        if (says := named(relative)) not in (None, JSON):
            assert says is not None  # noqa: S101 - for the type checker
            says = says if kind is None else says._replace(hint=_ELSEWHERE)
            raise WrongKindError(says, name, by_name=True, announced=True)
        hint = "say --format jsonl, text or parquet"
        raise UsageError("the name does not tell the format, and on Spark nothing else is asked", place=name, hint=hint)


def _can_read(kind: Format) -> bool:
    """Return True for a format that Spark can read: plain documents, or lines that are documents."""
    return kind.in_lines or kind is TEXT
