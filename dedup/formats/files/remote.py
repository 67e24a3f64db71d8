"""Files that are elsewhere, by way of fsspec and what the user has installed beside it.

Credentials come from where those libraries look for them, and from nowhere else. Nothing here is imported before an
address is given.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dedup.formats.files.addresses import READ_ONLY, REMOTE, WEB, scheme_of, shown
from dedup.formats.files.location import Target
from dedup.formats.files.remote_errors import Failure, persistently
from dedup.formats.files.remote_read import RemoteStream, state_of
from dedup.formats.files.remote_write import RemoteReplacement
from dedup.model.errors import DedupError, InputError, MissingDependencyError, OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.formats.files.compression import Packing, Rewriting

_MAGIC = "*?["
_SECONDS_TO_CONNECT = 15
_SECONDS_OF_SILENCE = 30


@dataclass(frozen=True, slots=True)
class RemoteFile(Target):
    """A remote file, or what others stand below.

    Attributes:
        fs: the file system, of fsspec.
        path: its path there.
        scheme: of its address.
        address: as it is shown.
        first: its `state` when it was opened first, which is the only item; empty before that.
    """

    fs: Any
    path: str
    scheme: str
    address: str
    first: list[str] = field(default_factory=list, init=False, compare=False)

    @property
    def name(self) -> str:
        """Last part of the address."""
        return self.address.rstrip("/").rpartition("/")[2]

    @property
    def key(self) -> str:
        """Path in the file system of the scheme."""
        protocol = self.fs.protocol
        return f"{protocol if isinstance(protocol, str) else protocol[0]}://{self.path}"

    def __str__(self) -> str:
        """Return the address without secrets."""
        return self.address

    def __truediv__(self, relative: str) -> RemoteFile:
        """Return the place of a file below."""
        path, address = f"{self.path.rstrip('/')}/{relative}", f"{self.address.rstrip('/')}/{relative}"
        return replace(self, path=path, address=address)

    def open(self) -> RemoteStream:
        """Open the file, which is to be what it was when it was opened first; see `RemoteStream`."""
        return RemoteStream(self.fs, self.path, self.scheme, self.address, self.first)

    def exists(self) -> bool:
        """Return True if a file or directory is there."""
        return self.info() is not None

    def is_dir(self) -> bool:
        """Return True if there are files below it, and none of its own name."""
        found = self.info() if self.scheme not in WEB else None
        return found is not None and found["type"] == "directory"

    def state(self) -> str:
        """Return its entity tag or version, or its size and time; empty: it is not there."""
        found = self.info()
        return "" if found is None else state_of(found)

    def info(self) -> dict[str, Any] | None:
        """Return what the file system says of it; None: it is not there.

        Raises:
            InputError: it cannot be asked.
        """
        missing = False

        def translated(failure: Failure) -> DedupError:
            nonlocal missing
            missing = failure.missing
            return InputError(failure.what, place=self.address, hint=failure.hint)

        def ask() -> dict[str, Any]:
            found: dict[str, Any] = self.fs.info(self.path)
            return found

        try:
            return persistently(ask, self.scheme, translated)
        except InputError:
            if missing:
                return None
            raise

    def check_unchanged(self) -> None:
        """Compare `state` with what it was when the file was opened first."""
        if self.first and self.first != [self.state()]:
            what, hint = (
                "has changed since this run began to read it",
                "run it again when no other program writes to it",
            )
            raise InputError(what, place=self.address, hint=hint, undone="no output was written")

    def replacement(self, *, compress: Packing | Rewriting | None) -> RemoteReplacement:
        """Begin to write it anew; see `RemoteReplacement`."""
        return RemoteReplacement(self, compress=compress)

    def check_writable(self) -> None:
        """Ask for what is there now, and for the bucket: both fail where there are no credentials, or no bucket."""
        try:
            if self.exists():
                return
            top = replace(self, path=self.path.partition("/")[0])
            if self.scheme != "memory" and not top.exists():
                what = "there is no such bucket; nothing was read or written"
                raise OutputError(what, place=self.address, hint="make it first")
        except InputError as error:
            raise OutputError(
                f"{error.what}; nothing was read or written", place=self.address, hint=error.hint
            ) from None


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was found at an address."""

    place: RemoteFile
    relative: str
    """Its path below what was given; the last part of its name where it was named itself."""
    size: int | None
    below: bool
    """It was found below a directory, and not named."""
    matched: bool = False
    """That directory was named by a pattern."""


def remote_place(address: str, *, written: bool = False) -> RemoteFile:
    """Return the place that an address names.

    Args:
        address: of a scheme in `REMOTE`.
        written: it is to be written to.

    Raises:
        UsageError: it cannot be written to, or names nothing.
        MissingDependencyError: a library is not installed.
    """
    scheme = scheme_of(address)
    if written and scheme not in REMOTE:
        what = f"is an address, and nothing is written to {scheme}:; nothing was read or written"
        raise UsageError(what, place=shown(address), hint="name a file of this machine, or an object: s3://BUCKET/KEY")
    if written and scheme in READ_ONLY:
        what = f"nothing is written to {scheme}:; nothing was read or written"
        raise UsageError(what, place=shown(address), hint="name a file of this machine, or an object: s3://BUCKET/KEY")
    fs = _file_system(scheme, address)
    path = address if scheme in WEB else fs._strip_protocol(address)  # noqa: SLF001 - what fsspec's own functions call
    if not path.strip("/"):
        raise UsageError("names no bucket and no file", place=shown(address), hint="write s3://BUCKET/KEY")
    return RemoteFile(fs, path, scheme, shown(address))


def find(address: str, wanted: Callable[[str], bool], passed: Callable[[str], object]) -> Iterator[Found]:
    """Yield the files at an address: the one that it names, all that a pattern fits, or those below a directory.

    Directories are listed in the order in which those of this machine are: by the parts of the names.

    Args:
        address: of a scheme in `REMOTE`.
        wanted: returns True if a file below a directory is to be read, by its path there.
        passed: is told the paths of the others.

    Raises:
        InputError: there is nothing, or it cannot be asked for.
        UsageError, MissingDependencyError: see `remote_place`.
    """
    place = remote_place(address)
    if place.scheme not in WEB and any(sign in place.path for sign in _MAGIC):
        matching = list(_matching(place, wanted, passed))
        if matching:
            yield from matching
            return
    info = place.info()
    if info is None:
        raise InputError("there is no such file or directory", place=str(place), hint="see that the address is right")
    if info["type"] == "directory":
        yield from _below(place, "", wanted, passed)
    else:
        yield _found(place, place.name, info, below=False)


def _found(place: RemoteFile, relative: str, info: dict[str, Any], *, below: bool) -> Found:
    return Found(place, relative, info.get("size"), below)


def _below(
    top: RemoteFile, prefix: str, wanted: Callable[[str], bool], passed: Callable[[str], object]
) -> Iterator[Found]:
    """Yield the files below a directory."""
    listed = _asked(top, lambda: top.fs.find(top.path, detail=True))
    begin = top.path.rstrip("/") + "/"
    # An object of no size whose name ends with a slash stands for a directory.
    names = sorted((path[len(begin) :] for path in listed if path.startswith(begin)), key=lambda name: name.split("/"))
    for name in names:
        if not name or name.endswith("/"):
            continue
        if wanted(name):
            yield _found(top / name, prefix + name, listed[begin + name], below=True)
        else:
            passed(name)


def _matching(place: RemoteFile, wanted: Callable[[str], bool], passed: Callable[[str], object]) -> Iterator[Found]:
    """Yield what a pattern fits, relative to the directory before the first part that has signs of patterns."""
    parts = place.path.split("/")
    fixed = next(number for number, part in enumerate(parts) if any(sign in part for sign in _MAGIC))
    if not fixed:
        raise InputError("the name of a bucket cannot be a pattern", place=str(place), hint="name the bucket")
    address = place.address
    for _ in parts[fixed:]:
        address = address.rstrip("/").rpartition("/")[0]
    top = replace(place, path="/".join(parts[:fixed]), address=address)
    listed = _asked(place, lambda: place.fs.glob(place.path, detail=True))
    for path in sorted(listed, key=lambda path: path.split("/")):
        name = path[len(top.path) + 1 :]
        if listed[path]["type"] == "directory":
            for one in _below(top / name, name + "/", wanted, passed):
                yield replace(one, matched=True)
        else:
            yield _found(top / name, name, listed[path], below=False)


def _asked(place: RemoteFile, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    def translated(failure: Failure) -> DedupError:
        return InputError(failure.what, place=str(place), hint=failure.hint)

    return persistently(ask, place.scheme, translated)


def _file_system(scheme: str, address: str) -> Any:
    """Return the file system of a scheme.

    Raises:
        MissingDependencyError: a library is not installed.
        UsageError: it cannot be set up as it is configured.
    """
    package = REMOTE[scheme]
    try:
        import fsspec
        from fsspec.config import conf

        _keep_quiet()
        options = dict(_options(scheme, conf))
        return fsspec.filesystem(scheme, **options)
    except (ImportError, ModuleNotFoundError):
        packages = f"'paradedup[remote]' {package}".strip()
        what = (
            f"to read {scheme}: fsspec {f'and {package} are' if package else 'is'} needed; nothing was read or written"
        )
        raise MissingDependencyError(what, place=shown(address), hint=f"pip install {packages}") from None
    except Exception as error:  # noqa: BLE001 - any library may be behind it
        from dedup.formats.files.remote_errors import failure_of

        failure = failure_of(error, scheme)
        raise UsageError(
            f"{failure.what}; nothing was read or written", place=shown(address), hint=failure.hint
        ) from None


def _options(scheme: str, configured: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what is asked of a file system beside what fsspec's own configuration says of it."""
    # Whatever was listed before, what is there now counts.
    yield "use_listings_cache", False
    yield "skip_instance_cache", True
    given = configured.get(scheme, {})
    if scheme in ("s3", "s3a") and "config_kwargs" not in given:
        # It is tried again here and by s3fs: a third layer of tries would add up to hours.
        yield (
            "config_kwargs",
            {
                "connect_timeout": _SECONDS_TO_CONNECT,
                "read_timeout": _SECONDS_OF_SILENCE,
                "retries": {"total_max_attempts": 1},
            },
        )
    if scheme in WEB and "client_kwargs" not in given:
        import aiohttp

        limits = aiohttp.ClientTimeout(total=None, sock_connect=_SECONDS_TO_CONNECT, sock_read=_SECONDS_OF_SILENCE)
        # As stored: a part of a packed file cannot be unpacked by itself. Proxies and ~/.netrc are the environment's.
        yield "client_kwargs", {"timeout": limits, "auto_decompress": False, "trust_env": True}
    if scheme in WEB and "headers" not in given:
        yield "headers", {"Accept-Encoding": "identity"}


def _keep_quiet() -> None:
    """Keep the libraries from writing to standard error, where nobody has set up logging."""
    import logging

    for name in ("asyncio", "aiobotocore", "botocore", "s3fs", "fsspec", "gcsfs", "adlfs", "azure", "huggingface_hub"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
