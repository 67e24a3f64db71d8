"""The inputs of a run, read one after the other and cut into parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

from dedup.formats.detect import WrongKindError, sniff
from dedup.formats.files.reader import Reader
from dedup.formats.parts import Part, PartBuilder, PartKind, Unwrapping
from dedup.formats.registry import HTML
from dedup.model.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from dedup.formats.files.compression import Packing, Rewriting
    from dedup.formats.files.discover import Source
    from dedup.formats.files.encoding import Codec
    from dedup.formats.parts import Format
    from dedup.model.job import Job

    Unwrap: TypeAlias = Callable[[Format, Reader, PartBuilder, Path, Unwrapping], None]


class Inputs:
    """Reads sources in order.

    Args:
        sources: what to read.
        job: the format, the bytes above which a document passes through unread, and whether binary is read as text.
        codec: the encoding of the text.
        joined: all go into one output. Where one lacks its last line end (or what else its format ends with) and
            another one follows, that is put between them, or the last paragraph (or record) of one would be glued to
            the first of the next.
        stdin: read for standard input; None: the process's.
        unwrap: takes out of a file of this machine what it holds, in place of `Format.unwrap`.

    Attributes:
        failures: number of a source → why it could not be read, or not to its end.
        passed: number of a source below a directory → why it is passed over: its name says that it is neither text nor
            JSON lines. That is no failure, since it was not named.
        foreign: numbers of the sources that are neither text nor JSON lines, whatever they are called.
        compressed: number of a source → how it is compressed, or made of what is read, where it is.
        status: number of a source → its status before it was read.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        job: Job,
        codec: Codec,
        *,
        joined: bool,
        stdin: BinaryIO | None = None,
        unwrap: Unwrap | None = None,
    ) -> None:
        self._sources = sources
        self._unwrap_by = unwrap
        self._job = job
        self._codec = codec
        self._joined = joined
        self._stdin = stdin
        self._format: Format | None = None
        """Of the input that was begun last."""
        self._output = job.output_path if joined and job.mode == "clean" else None
        self.failures: dict[int, InputError] = {}
        self.passed: dict[int, WrongKindError] = {}
        self.foreign: set[int] = set()
        self.compressed: dict[int, Packing | Rewriting] = {}
        self.status: dict[int, os.stat_result] = {}

    def parts(self) -> Iterator[Part | None]:
        """Yield the parts of all sources, each source ended by one of kind END; None where the next has to wait."""
        at = 0
        lacking = b""  # what the output so far has to end with before another input follows
        for number, source in enumerate(self._sources):
            start = at if self._joined else 0
            builder = PartBuilder(number, source.name, source.relative, start, self._job.max_document)
            builder.field, builder.delimiter = self._job.text_field, self._job.delimiter
            builder.encoding, builder.html = self._codec.name, self._job.html == "keep"
            fresh = True
            if source.size is None:
                yield None  # to open a pipe, and to see what comes out of it, may mean to wait
            for part in self._source(source, builder):
                if part is None or not part.data:
                    yield part
                    continue
                if fresh and lacking and self._joined:
                    yield Part(number, PartKind.JOINT, source.name, source.relative, lacking, at)
                    builder.at += len(lacking)
                    yield replace(part, at=part.at + len(lacking))
                else:
                    yield part
                fresh = False
                lacking = self._lacking(part.data)
            at = builder.at
            yield builder.part(PartKind.END, b"", None)

    def _lacking(self, data: bytes) -> bytes:
        """Return what an input that ends so has to be given before another one follows."""
        ending = b"\n" if self._format is None else self._format.ending
        if not self._codec.of(data).ascii and not (self._format and self._format.numbered):
            return b""
        return next(ending[size:] for size in range(len(ending), -1, -1) if data.endswith(ending[:size]))

    def _source(self, source: Source, builder: PartBuilder) -> Iterator[Part | None]:
        try:
            with Reader.open(source.place, source.name, self._stdin, source.kept) as reader:
                if reader.status is not None:
                    self.status[builder.source] = reader.status
                if reader.compressed is not None:
                    self.compressed[builder.source] = reader.compressed
                elif reader.is_lasting and not source.once and source.kept is None:
                    builder.path = str(source.path)
                found = self._detected(reader, source)
                if found.unwrap is not None:
                    self._unwrap(found, reader, source, builder)
                yield from self._reading(found)(reader, builder)
        except WrongKindError as error:
            self.foreign.add(builder.source)
            if source.below and error.announced:
                self.passed[builder.source] = error
            else:
                self.failures[builder.source] = error
        except InputError as error:
            self.failures[builder.source] = error

    def _unwrap(self, found: Format, reader: Reader, source: Source, builder: PartBuilder) -> None:
        """Read what a file holds, rather than its bytes.

        Raises:
            InputError: it cannot be read, or not be written where the output goes.
        """
        assert found.unwrap is not None  # noqa: S101 - for the type checker
        job, output = self._job, self._job.output_path
        name = PurePath(str(output)).name
        if job.mode == "clean" and output is None and not job.in_place:
            hint = "name a file or a directory with --output, or use --in-place"
            raise InputError(f"{found.what} is not written to standard output", place=source.name, hint=hint)
        if self._joined and output is not None and not name.lower().endswith(found.suffixes):
            what = f"{found.what} would be written to {name}, whose name does not say so"
            raise InputError(what, place=source.name, hint=f"choose a name that ends with {found.suffixes[0]}")
        if self._codec.name != "utf-8":
            hint = f"leave --encoding {self._codec.name} out"
            raise InputError(f"text in {found.what} is in UTF-8 always", place=source.name, hint=hint)
        builder.path = ""
        asked = Unwrapping(job.text_field, job.settings.within, job.mark)
        if self._unwrap_by is None or source.path is None or not reader.is_lasting:
            found.unwrap(reader, source.path, asked)
        else:
            self._unwrap_by(found, reader, builder, source.path, asked)
        if reader.rewriting is not None:
            self.compressed[builder.source] = reader.rewriting

    def _reading(self, found: Format) -> Callable[[Reader, PartBuilder], Iterator[Part | None]]:
        if found is not HTML or self._job.html != "text":
            return found.read
        from dedup.formats import html_text  # rarely asked for

        return html_text.read_record if html_text.writes_records(self._output) else html_text.read

    def _detected(self, reader: Reader, source: Source) -> Format:
        asked, insist, html = self._job.format, self._job.binary_as_text, self._job.html is not None
        found = sniff(asked, source.relative, source.name, reader, self._codec, binary_as_text=insist, html=html)
        if found is HTML and self._job.html == "text":
            return found
        if not (found.any_encoding or self._codec.ascii):
            what = f"{found.what} in {self._codec.name} cannot be read"
            raise InputError(what, place=source.name, hint="convert the file to UTF-8 first")
        if self._joined and not found.joins and len(self._sources) > 1:
            what = f"{found.what} cannot be written behind another input"
            raise InputError(what, place=source.name, hint="name a directory with --output, or use --in-place")
        if self._job.shard_size is not None and not found.joins:
            what = f"{found.what} cannot be written in shards: what stands in front would be missing in all but one"
            raise InputError(what, place=source.name, hint="leave --shard-size out")
        before = self._format
        if self._joined and before and before is not found and (found.joins_like or before.joins_like):
            what = f"{found.what} cannot be written behind {before.what}"
            raise InputError(what, place=source.name, hint="name a directory with --output, or use --in-place")
        if self._job.mark and found.numbered and found.end_of_members is None:
            what = f"{found.what} has no place for marks"
            raise InputError(what, place=source.name, hint="--mark is for JSON lines")
        self._format = found
        return found
