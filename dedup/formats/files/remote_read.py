"""A remote file as a stream: read in blocks, and again from where it stood when a connection is lost."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any, NoReturn

from dedup.formats.files.addresses import WEB
from dedup.formats.files.remote_errors import Failure, persistently
from dedup.model.errors import DedupError, InputError

BLOCK = 8 << 20
"""Bytes asked for at a time."""
_MARKS = ("ETag", "etag", "generation", "VersionId", "version_id", "md5Hash", "content_md5", "sha256", "blob_id")
"""What file systems call the mark of a content, the best first."""
_TIMES = ("LastModified", "Last-Modified", "last_modified", "updated", "mtime", "modified", "created")


def state_of(info: dict[str, Any]) -> str:
    """Return what tells one state of a file from another, by what a file system says of it."""
    return f"{info.get('size')} {_mark(info)}".rstrip()


def _mark(info: dict[str, Any]) -> str:
    """Return the mark of a content, or else the time of the last change; empty where neither is told."""
    mark = next((str(info[name]).strip('"') for name in _MARKS if info.get(name)), "")
    return mark or next((str(info[name]) for name in _TIMES if info.get(name)), "")


class RemoteStream(io.RawIOBase):
    """Reads a remote file from its beginning to its end.

    A block that could not be read is asked for again, from its first byte, and only if the file is what it was. Memory:
    about two blocks.

    Args:
        fs, path: where it is, of fsspec.
        scheme, address: for messages.
        first: its state when it was opened first; empty: it was not, and the state goes there.

    Raises:
        InputError: from all methods: it cannot be read, or is not what it was.
    """

    def __init__(self, fs: Any, path: str, scheme: str, address: str, first: list[str]) -> None:
        super().__init__()
        self._fs = fs
        self._path = path
        self._scheme = scheme
        self._address = address
        self._first = first
        self._file: Any = None
        self._size: int | None = None
        self._at = 0
        """Offset of what is to be read next."""
        self._pieces: list[bytes] = []
        """What there is of the next block."""
        self._block = memoryview(b"")
        self._ended = False
        persistently(self._ready, scheme, self._translated)

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, at least one, or ``b""`` at the end; with a negative size all that is left."""
        if size < 0:
            pieces = []
            while piece := self.read(BLOCK):
                pieces.append(piece)
            return b"".join(pieces)
        if not self._block and not self._ended:
            persistently(self._fill, self._scheme, self._translated)
            self._block, self._pieces = memoryview(b"".join(self._pieces)), []
            if not self._block:
                self._ended = True
                persistently(self._check_end, self._scheme, self._translated)
        data = bytes(self._block[:size])
        self._block = self._block[size:]
        return data

    def _ready(self) -> Any:
        """Return the open file, opened anew where the last try has failed."""
        if self._file is None:
            whole = False
            options: dict[str, Any] = {"block_size": BLOCK, "cache_type": "none"}
            if self._scheme in WEB:
                info = self._fs.info(self._path)
                # A server that does not send parts of a file, or does not say how long it is, sends all of it at once;
                # one that does not say what would be another content is asked for no parts.
                whole = info.get("size") is None or info.get("partial") is False or not _mark(info)
                if self._at and not _mark(info):
                    raise self._translated(
                        Failure("the connection was lost, and the server has no mark for the content")
                    )
                options = {"block_size": 0} if whole else {**options, "size": info["size"]}
                file = self._fs.open(self._path, "rb", **options)
            else:
                file = self._fs.open(self._path, "rb", **options)
                info = self._info_of(file)
            self._check_state(state_of(info))
            self._size = info.get("size")
            self._file = file
            self._to_place(file, whole=whole)
        return self._file

    def _info_of(self, file: Any) -> dict[str, Any]:
        details = getattr(file, "details", None)
        info: dict[str, Any] = details if isinstance(details, dict) else self._fs.info(self._path)
        return info

    def _to_place(self, file: Any, *, whole: bool) -> None:
        if not self._at:
            return
        if not whole:
            file.seek(self._at)
            return
        left = self._at
        while left:  # it can only be read from its beginning
            data = file.read(min(left, BLOCK))
            if not data:
                self._cut_short()
            left -= len(data)

    def _fill(self) -> None:
        """Read a whole block, or all that is left: two readings are cut alike, whatever pieces it comes in."""
        wanted = BLOCK - sum(map(len, self._pieces))
        try:
            file = self._ready()
            if self._size is not None:
                wanted = min(wanted, self._size - self._at)
            while wanted:
                data: bytes = file.read(wanted)
                if not data:
                    if self._size is not None:
                        self._cut_short()
                    return
                self._pieces.append(data)
                self._at += len(data)
                wanted -= len(data)
        except BaseException:
            self._let_go()
            raise

    def _cut_short(self) -> NoReturn:
        raise ConnectionError

    def _check_state(self, state: str) -> None:
        if not self._first:
            self._first.append(state)
        if self._first != [state]:
            raise self._translated(Failure("has changed since this run began to read it", changed=True))

    def _check_end(self) -> None:
        """See whether what was read is of one state; S3 has been asked for that with each block."""
        if self._scheme not in ("s3", "s3a", "memory"):
            self._check_state(state_of(self._fs.info(self._path)))

    def _translated(self, failure: Failure) -> DedupError:
        if failure.changed:
            hint = "run it again when no other program writes to it"
            return InputError(failure.what, place=self._address, hint=hint, undone="no output was written")
        at = f" at byte {self._at:,}" if self._at else ""
        return InputError(f"{failure.what}{at}", place=self._address, hint=failure.hint)

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(Exception):  # what is closed is not wanted any more
                file.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._let_go()
        super().close()
