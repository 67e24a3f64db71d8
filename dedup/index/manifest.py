"""The manifest of an index: which segments it has, and by what settings they were made; replaced in one step."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from dedup.formats.files.atomic import AtomicFile
from dedup.index.segment import DamagedError, Day
from dedup.model.errors import InputError, UsageError
from dedup.model.settings import ALGORITHM

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.fingerprint.minhash import Banding
    from dedup.model.settings import Settings

MANIFEST = "dedup-index.json"
SEGMENTS = "segments"
WRITER, READERS = "writer.lock", "readers.lock"
OWN = frozenset({MANIFEST, SEGMENTS, WRITER, READERS})
"""What is in the directory of an index."""
SEGMENT = re.compile(r"\d{6,}-[0-9a-f]{8}")
"""The name of a segment."""
LEFT = re.compile(r"\.dedup-[0-9a-f]{16}\.tmp")
"""The name of a manifest that a killed writer has left; see `AtomicFile`."""
FORMAT = 1
"""Raised whenever an earlier program could not read what is written."""


@dataclass(frozen=True)
class DayEntry:
    """A day, as the manifest has it.

    Attributes:
        number: by which it comes before or after others; never given again.
        name: the first of its inputs, and how many more there are.
        time: when it was added, by the clock of the machine; ISO 8601, UTC.
        check: a hash of all that was read.
        files: names of its inputs.
        documents, paragraphs, kept, removed: how many there were; `kept`: those that others may go for.
    """

    number: int
    name: str
    time: str
    check: str
    files: tuple[str, ...]
    documents: int
    paragraphs: int
    kept: int
    removed: int


@dataclass(frozen=True)
class SegmentEntry:
    """A segment, as the manifest has it.

    Attributes:
        name: of its directory.
        days: in order.
        files: CRC-32 and bytes of each of its files.
    """

    name: str
    days: tuple[DayEntry, ...]
    files: dict[str, tuple[int, int]]

    def placed(self) -> list[Day]:
        """Return the days with where they begin within the segment."""
        begin = document = file = 0
        out = []
        for day in self.days:
            out.append(Day(day.number, day.name, day.files, begin, document, file))
            begin, document, file = begin + day.paragraphs, document + day.documents, file + len(day.files)
        return out


@dataclass(frozen=True)
class Manifest:
    """What an index is.

    Attributes:
        options: the settings by which its days were cleaned.
        fingerprint: of these.
        banding: how signatures are cut.
        next_day: the number of the next day.
        segments: in order of their days.
    """

    options: dict[str, Any]
    fingerprint: str
    banding: tuple[int, int]
    next_day: int = 1
    segments: tuple[SegmentEntry, ...] = field(default=())

    @classmethod
    def new(cls, settings: Settings, banding: Banding) -> Manifest:
        """Return that of an index without days."""
        return cls(asdict(settings), settings.fingerprint(), (banding.bands, banding.rows))

    @property
    def days(self) -> list[DayEntry]:
        """All days, in order."""
        return [day for segment in self.segments for day in segment.days]

    def check_settings(self, settings: Settings, place: str) -> None:
        """Refuse other settings than those that the index was made with.

        Raises:
            UsageError: they differ.
        """
        if settings.fingerprint() == self.fingerprint:
            return
        theirs = asdict(settings)
        differing = [name for name, value in self.options.items() if theirs.get(name) != value]
        shown = ", ".join(f"{name.replace('_', '-')} {self.options[name]}" for name in differing)
        what = f"was made with other settings ({shown})" if shown else "was made by another version of the algorithm"
        hint = "use the same settings, or make a new index and add the days to it once more"
        raise UsageError(f"{what}; nothing was read", place=place, hint=hint)


def read_manifest(directory: Path) -> Manifest | None:
    """Return the manifest of an index; None where the directory is empty, or not there.

    Raises:
        UsageError: the directory is no index, or one of a newer version.
        DamagedError: the manifest is not what was written.
        InputError: it cannot be read.
    """
    path = directory / MANIFEST
    place = str(directory)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        _check_new(directory)
        return None
    except NotADirectoryError:
        raise UsageError("is no directory", place=place, hint="name a directory for --index") from None
    except OSError as error:
        raise InputError(f"the index cannot be read ({error.strerror})", place=str(path)) from None
    try:
        found = json.loads(data)
        version = found["dedup_index"]
    except (ValueError, KeyError, TypeError):
        raise _damaged(path) from None
    if version != FORMAT:
        what = f"is an index of format {version}, and this program knows format {FORMAT}; nothing in it was touched"
        raise UsageError(what, place=place, hint="use the version of dedup that has written it, or make a new index")
    try:
        if found.pop("crc") != _crc(found):
            raise _damaged(path)
        return _of(found)
    except (KeyError, TypeError, ValueError):
        raise _damaged(path) from None


def _check_new(directory: Path) -> None:
    """See that a directory without a manifest has nothing but what a writer leaves that was killed on the first day.

    Raises:
        UsageError: it is no index.
        DamagedError: it was one.
    """
    entries = {entry.name for entry in directory.iterdir()} if directory.exists() else set()
    segments = {entry.name for entry in (directory / SEGMENTS).iterdir()} if SEGMENTS in entries else set()
    others = {name for name in entries - OWN if not LEFT.fullmatch(name)}
    if others or (segments and WRITER not in entries) or not all(map(SEGMENT.fullmatch, segments)):
        what = f"is no index: it has no {MANIFEST}; nothing in it was touched"
        raise UsageError(what, place=str(directory), hint="name a new or an empty directory for --index") from None
    if not all(name.startswith("000001-") for name in segments):
        what = f"the index has lost its manifest ({MANIFEST}); nothing in it was touched"
        raise DamagedError(what, place=str(directory), hint="take it from a backup of the directory") from None


def _damaged(path: Path) -> DamagedError:
    what = "the manifest of the index is damaged"
    return DamagedError(what, place=str(path), hint="take it from a backup of the directory")


def _crc(data: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(data).encode())


def _of(found: dict[str, Any]) -> Manifest:
    segments = tuple(
        SegmentEntry(
            str(segment["name"]),
            tuple(DayEntry(**{**day, "files": tuple(day["files"])}) for day in segment["days"]),
            {str(name): (int(crc), int(size)) for name, (crc, size) in segment["files"].items()},
        )
        for segment in found["segments"]
    )
    bands, rows = found["bands"]
    options = dict(found["options"])
    return Manifest(options, str(found["settings"]), (int(bands), int(rows)), int(found["next_day"]), segments)


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step: from now on the index has what it names.

    Raises:
        OutputError: it cannot be written; the index is as it was.
    """
    data = {
        "dedup_index": FORMAT,
        "algorithm": ALGORITHM,
        "settings": manifest.fingerprint,
        "options": manifest.options,
        "bands": list(manifest.banding),
        "next_day": manifest.next_day,
        "segments": [asdict(segment) for segment in manifest.segments],
    }
    whole = {**data, "crc": _crc(json.loads(json.dumps(data)))}
    with AtomicFile(directory / MANIFEST) as file:
        file.write(json.dumps(whole, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        file.commit()
