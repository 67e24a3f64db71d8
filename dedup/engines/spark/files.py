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
from dedup.formats.names import USUAL
from dedup.formats.registry import FORMATS, WHOLE_DOCUMENT, by_suffix, format_named
from dedup.model.errors import DedupError, InputError, UsageError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspark.sql import SparkSession

    from dedup.formats.parts import Format

_BY_SPARK = [one for one in FORMATS if one.data_source]
_READ = (*(one for one in FORMATS if one.in_lines), WHOLE_DOCUMENT, *_BY_SPARK)
_ELSEWHERE = f"read it without --engine spark, or convert it to {' or '.join(one.what for one in _BY_SPARK)}"
_UNPACKED_BY_HADOOP = (".deflate", ".snappy", ".lz4")
"""Further names by which Hadoop would unpack what this program takes as it is."""
_GLOB = frozenset("\\*?[]{},")
_PATTERN = frozenset("*?[{")


@dataclass(frozen=True, slots=True)
class File:
    """One input of a run, as `dedup.formats.files.discover.Source` is on one machine.

    Attributes:
        uri: as Spark calls it, with what URIs do not allow percent-encoded.
        name: as shown to people.
        relative: its name in the removal log.
        size: bytes as stored.
        kind: what its records are.
    """

    uri: str
    name: str
    relative: str
    size: int
    kind: Format

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
            not (self.kind.in_lines or self.kind.data_source)
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
    include: tuple[str, ...] | None,
    asked: str,
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
        include: patterns for names below a directory; None: `USUAL`.
        asked: the format, or ``auto``.
        report: is told an `InputError` for each input that is missing or holds nothing to read.
        exclude: patterns for names below a directory that are left out.
        passed: is told each file below a directory whose name says that it is nothing that is read.
        binary_as_text: also read as text what is called otherwise.

    Raises:
        UsageError: standard input is named, or a file's format cannot be told by its name.
        WrongKindError: a file that was named is nothing that is read, by its name.
    """
    if STDIN in inputs:
        raise UsageError("--engine spark reads files, not standard input", hint="put the input where Spark reads it")
    found: list[File] = []
    include = USUAL if include is None else include
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


def _matches(place: str, patterns: Patterns, asked: str) -> bool:
    if (kind := _by_spark(place, asked)) is not None:
        return place.lower().endswith(kind.suffixes) and not patterns.left_out(place)
    return patterns.place(place)


def _by_spark(place: str, asked: str) -> Format | None:
    """Return the format of a file, as asked or by its name, if Spark itself reads that; None: it does not."""
    if asked != "auto":
        kind: Format | None = format_named(asked)
    else:
        kind = by_suffix(place) if bare_name(place) == place else None
    return kind if kind in _BY_SPARK else None


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What files hold, as asked or by their names."""

    asked: str
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

    def _kind(self, relative: str, name: str) -> Format:
        """Return what a file's records are."""
        if (rows := _by_spark(relative, self.asked)) is not None:
            return rows
        if self.asked != "auto":
            asked = format_named(self.asked)
            if not in_plain_files(asked):
                raise UsageError(f"{asked.what} is not read on Spark", place=name, hint=_ELSEWHERE)
            return asked
        if (kind := by_suffix(relative)) is not None and in_plain_files(kind):
            return kind
        if self.binary_as_text:
            return WHOLE_DOCUMENT
        if (says := named(relative)) is not None and not says.doubtful:
            says = says if kind is None else says._replace(hint=_ELSEWHERE)
            raise WrongKindError(says, name, by_name=True, announced=True)
        *others, last = (one.name for one in _READ)
        hint = f"say --format {', '.join(others)} or {last}"
        raise UsageError("the name does not tell the format, and on Spark nothing else is asked", place=name, hint=hint)


def in_plain_files(kind: Format) -> bool:
    """Return True for a format that is read by this program on Spark: whole documents, or lines that are documents."""
    return kind.in_lines or kind is WHOLE_DOCUMENT
