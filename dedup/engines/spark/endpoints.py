"""Is there a server at the address of a Spark master, or of a Spark Connect server?

Spark itself retries for a minute, its Connect client for many, and what both say then names neither the address nor
what to do. One attempt to open a connection says it at once.
"""

from __future__ import annotations

import os
import re
import socket

from dedup.model.errors import DedupError, UsageError

TIMEOUT = 10.0
"""Seconds in which a server has to accept a connection."""
_CONNECT_PORT = 15002
"""Port of Spark Connect where the address names none."""
_IN_PROCESS = re.compile(r"local(\[[^\]]*\])?|local-cluster\[[^\]]*\]")
_PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")
"""Variables with which gRPC connects by way of a proxy: the address itself need not be reachable then."""
_HOST = re.compile(r"\[(?P<v6>[^\]]+)\](?::(?P<port6>\d{1,5}))?|(?P<name>[^:/\[\]]+)(?::(?P<port>\d{1,5}))?")


def check_remote(url: str) -> None:
    """Make sure that a Spark Connect server accepts connections.

    Args:
        url: ``sc://HOST[:PORT][/;KEY=VALUE…]``; ``local[N]`` is not checked.

    Raises:
        UsageError: it is no such address.
        DedupError: no connection could be opened.
    """
    if _IN_PROCESS.fullmatch(url):  # Spark starts such a server itself
        return
    scheme, separator, rest = url.partition("://")
    if scheme != "sc" or not separator:
        what = f"{url!r} is no address of a Spark Connect server"
        raise UsageError(what, place="--remote", hint="write sc://HOST:PORT")
    host, port = _parsed(rest.partition("/")[0], _CONNECT_PORT, "--remote")
    if any(os.environ.get(name) or os.environ.get(name.upper()) for name in _PROXIES):
        return
    if problem := _problem(host, port):
        raise DedupError(
            f"no Spark Connect server answers at {host}:{port} ({problem}); nothing was read or written",
            place="--remote",
            hint="check the address, and that the server is running",
        )


def check_master(url: str) -> None:
    """Make sure that a standalone master accepts connections; other kinds of masters are not checked.

    Args:
        url: ``spark://HOST:PORT[,HOST:PORT…]``; of several, one has to answer.

    Raises:
        UsageError: it is no such address.
        DedupError: no connection could be opened.
    """
    if not url.startswith("spark://"):
        return
    problems = []
    for address in url.removeprefix("spark://").split(","):
        host, port = _parsed(address, None, "--master")
        problem = _problem(host, port)
        if problem is None:
            return
        problems.append(f"{host}:{port}: {problem}")
    raise DedupError(
        f"no Spark master answers at {url} ({'; '.join(problems)}); nothing was read or written",
        place="--master",
        hint="check the address, and that the master is running",
    )


def _parsed(address: str, default: int | None, option: str) -> tuple[str, int]:
    match = _HOST.fullmatch(address)
    port = (match["port"] or match["port6"] or default) if match else None
    if match is None or port is None or not 0 < int(port) <= 0xFFFF:  # noqa: PLR2004 - the largest port
        raise UsageError(f"{address!r} is no HOST:PORT", place=option)
    return match["name"] or match["v6"], int(port)


def _problem(host: str, port: int) -> str | None:
    """Return why no connection can be opened; None if one can."""
    try:
        socket.create_connection((host, port), timeout=TIMEOUT).close()
    except (OSError, UnicodeError) as error:  # a name that IDNA cannot encode raises the latter
        reason = error.strerror if isinstance(error, OSError) else None
        return (reason or str(error)).lower()
    return None
