"""Objects that are complete or not there: what is written is stored in parts, and appears in one step, or never."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO
from weakref import finalize

from dedup.formats.files.atomic import ChangedError
from dedup.formats.files.location import Replacement, Target
from dedup.formats.files.remote_errors import Failure, failure_of, persistently
from dedup.formats.files.remote_read import state_of
from dedup.model.errors import DedupError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.files.compression import Packing, Rewriting
    from dedup.formats.files.record_packer import Packer

PART = 16 << 20
"""Bytes of a part; what is smaller is held in memory, and stored at once."""
_STAGED = ("s3", "s3a", "gs", "gcs")
"""Schemes whose stores keep parts out of sight until they are told that these are all."""


class RemoteReplacement(Replacement):
    """An object being written.

    S3 and Google's store take its parts as they come, and show nothing of them before `commit`. For others all of it
    is kept in a temporary file of this machine until then. An object of less than a part that need not be stored before
    it is seen takes one request, which is all or nothing everywhere.

    A process that is killed outright leaves parts behind that nobody sees; a lifecycle rule of the bucket removes them.

    Args:
        place: the target, a `dedup.formats.files.remote.RemoteFile`.
        compress: how; None: not at all.

    Raises:
        ChangedError: from `check` and `commit`: the target is not what it was when this was made.
        OutputError: from every method, with the target unchanged: it cannot be written.
    """

    def __init__(self, place: Any, *, compress: Packing | Rewriting | None) -> None:
        target: Target = place
        self.path = target
        self._place = place
        self._packer: Packer | None = compress.packer() if compress is not None else None
        self._held = bytearray()
        self._upload: _Upload | None = None
        self._finished = self._closed = False
        self._at_exit: finalize[..., RemoteReplacement] | None = None
        self._old = self._asked()

    def _asked(self) -> str:
        """Return the state of the target now."""
        try:
            found = self._place.info()
            # A store may have both an object and others below it.
            return "" if found is None or found["type"] == "directory" else state_of(found)
        except DedupError as error:
            raise OutputError(
                f"{error.what}; {self._place} was not written", place=str(self._place), hint=error.hint
            ) from None

    def pack(self, how: Packing | Rewriting) -> None:
        """Store what will be written in another way than was said; nothing is written yet."""
        self._packer = how.packer()

    def write(self, data: bytes, /) -> int:
        """Write all of `data`."""
        if self._closed or self._finished:
            raise ValueError("the file is not open any more")
        self._put(data if self._packer is None else self._packer.compress(data))
        return len(data)

    def _put(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= PART:
            with self._guarded():
                self._begun().write(bytes(self._held))
                self._held.clear()

    def _begun(self) -> _Upload:
        if self._upload is None:
            kind = _Staged if self._place.scheme in _STAGED else _Spooled
            self._upload = kind(self._place.fs, self._place.path)
            # A signal may come at any moment, also before anybody knows of this object who would call `abort`.
            self._at_exit = finalize(self, _discard, self._upload, os.getpid())
        return self._upload

    def _pack_rest(self) -> None:
        if self._packer is not None:
            packer, self._packer = self._packer, None
            self._put(packer.flush())

    def finish(self) -> None:
        """Have all of it stored out of sight."""
        if self._closed or self._finished:
            return
        self._pack_rest()
        with self._guarded():
            upload = self._begun()
            upload.write(bytes(self._held))
            self._held.clear()
            upload.finish()
        self._finished = True

    def check(self) -> None:
        """See whether the target is what it was, as `commit` does."""
        with self._guarded():
            now = self._asked()
            if now == self._old:
                return
            what = "was changed by another program meanwhile" if self._old else "was made by another program meanwhile"
            hint = (
                "run it again when no other program writes to it" if self._old else "move it away, or write elsewhere"
            )
            raise ChangedError(f"{what}; it was not replaced", place=str(self._place), hint=hint)

    def commit(self) -> None:
        """Let the object appear."""
        if self._closed:
            return
        if not self._finished and self._upload is None:
            self._pack_rest()
        if self._upload is None:
            self.check()
            with self._guarded():
                data = bytes(self._held)
                persistently(lambda: self._place.fs.pipe_file(self._place.path, data), self._place.scheme, self._error)
            self._held.clear()
        else:
            self.finish()
            self.check()
            with self._guarded():
                self._upload.commit()
            if self._at_exit is not None:
                self._at_exit.detach()
        self._upload, self._closed = None, True

    def abort(self) -> None:
        """Have the store forget what it was given."""
        self._closed = True
        self._held.clear()
        self._packer = self._upload = None
        if self._at_exit is not None:
            self._at_exit()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever goes wrong meanwhile, the target stays as it was and nothing is left behind."""
        try:
            yield
        except DedupError:
            self.abort()
            raise
        except Exception as error:  # noqa: BLE001 - any library may be behind it
            self.abort()
            raise self._error(failure_of(error, self._place.scheme)) from None
        except BaseException:
            self.abort()
            raise

    def _error(self, failure: Failure) -> DedupError:
        not_done = "was not changed" if self._old else "was not written"
        what = "there is no such bucket" if failure.missing else failure.what
        return OutputError(f"{what}; {self._place} {not_done}", place=str(self._place), hint=failure.hint)


class _Upload:
    """An object on its way."""

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        raise NotImplementedError

    def finish(self) -> None:
        """Have all of them stored."""

    def commit(self) -> None:
        """Let them be seen."""
        raise NotImplementedError

    def discard(self) -> None:
        """Forget them."""


class _Staged(_Upload):
    """An upload in parts, which fsspec's file of the store makes."""

    def __init__(self, fs: Any, path: str) -> None:
        self._fs = fs
        self._path = path
        self._file: Any = fs.open(path, "wb", block_size=PART, autocommit=False)

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def finish(self) -> None:
        self._file.close()

    def commit(self) -> None:
        expected = _tag_of_parts(getattr(self._file, "parts", None))
        try:
            self._file.commit()
        except Exception:
            # An answer that was lost says nothing of what was done.
            if not expected or self._tag() != expected:
                raise

    def _tag(self) -> str:
        with suppress(Exception):
            return str(self._fs.info(self._path).get("ETag", "")).strip('"')
        return ""

    def discard(self) -> None:
        with suppress(Exception):
            self._file.closed = True  # else it would be finished when it is collected
            self._file.discard()


def _tag_of_parts(parts: list[dict[str, Any]] | None) -> str:
    """Return the entity tag that S3 gives to an object of these parts; empty: it cannot be told."""
    try:
        digests = [bytes.fromhex(part["ETag"].strip('"')) for part in parts or ()]
    except (KeyError, ValueError, AttributeError):
        return ""
    return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}" if digests else ""


class _Spooled(_Upload):
    """An object kept in a temporary file, which is sent when all of it is there."""

    def __init__(self, fs: Any, path: str) -> None:
        self._fs = fs
        self._path = path
        self._file: BinaryIO = tempfile.NamedTemporaryFile(prefix="dedup-")  # type: ignore[assignment]  # noqa: SIM115 - closed at the end

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def finish(self) -> None:
        self._file.flush()

    def commit(self) -> None:
        self._fs.put_file(self._file.name, self._path)
        self._file.close()

    def discard(self) -> None:
        with suppress(OSError):
            self._file.close()


def _discard(upload: _Upload, owner: int) -> None:
    if os.getpid() == owner:  # not in a forked worker, which has a copy of everything
        upload.discard()
