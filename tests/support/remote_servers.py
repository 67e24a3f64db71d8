"""Servers on loopback for what is read and written elsewhere: an object store, a web server, and a bad line to them."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import logging
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
BUCKET = "bucket"


@dataclass
class Store:
    """An object store that speaks S3's protocol."""

    port: int
    client: Any

    def env(self, port: int | None = None, **more: str) -> dict[str, str]:
        """Return variables with which the command finds it, by way of another port if one is given."""
        return {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{port or self.port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing-secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
        }

    def put(self, key: str, data: bytes) -> None:
        """Make an object."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)

    def get(self, key: str) -> bytes:
        """Return what an object holds."""
        data: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return data

    def listed(self) -> list[str]:
        """Return the names of all objects."""
        listed = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return sorted(one["Key"] for one in listed)

    def uploads(self) -> list[str]:
        """Return the names of all objects that have begun to be uploaded, and are neither whole nor given up."""
        return [one["Key"] for one in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]

    def clear(self) -> None:
        """Delete all objects and uploads."""
        for one in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
            self.client.abort_multipart_upload(Bucket=BUCKET, Key=one["Key"], UploadId=one["UploadId"])
        for key in self.listed():
            self.client.delete_object(Bucket=BUCKET, Key=key)


@contextlib.contextmanager
def object_store() -> Iterator[Store]:
    """Run moto's server."""
    pytest.importorskip("s3fs")
    server_module = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = server_module.ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        client = boto3.client(
            "s3",
            endpoint_url=f"http://{HOST}:{port}",
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing-secret",  # noqa: S106 - of no use elsewhere
        )
        client.create_bucket(Bucket=BUCKET)
        yield Store(port, client)
        client.close()
    finally:
        server.stop()


class BadLine:
    """A way to a server on which connections are lost.

    Args:
        port: of the server.
        every: each connection with such a number is closed as soon as something has come through it; 0: none.
        after: bytes from the server after which a connection is closed; None: no bytes.
        times: connections that `after` is for.
    """

    def __init__(self, port: int, *, every: int = 0, after: int | None = None, times: int = 1 << 30) -> None:
        self._target = port
        self._every = every
        self._after = after
        self._times = times
        self.connections = self.lost = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> BadLine:  # noqa: PYI034 - Self is newer than the oldest Python
        """Begin to pass on."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
            limit = None
            if self._every and number % self._every == 0:
                limit = 0
            elif self._after is not None and number <= self._times:
                limit = self._after
            theirs = socket.create_connection((HOST, self._target))
            threading.Thread(target=self._pass_on, args=(ours, theirs, None), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(theirs, ours, limit), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, limit: int | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if limit is not None and passed + len(data) > limit:
                    target.sendall(data[: limit - passed])
                    with self._lock:
                        self.lost += 1
                    break
                target.sendall(data)
                passed += len(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class Web:
    """Files that a web server has, and how it behaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    port: int = 0
    ranges: bool = True
    """It sends parts of files."""
    cut: int | None = None
    """Bytes of an answer after which the connection is closed."""
    cuts: int = 0
    """Answers that are still to be cut."""
    status: int = 0
    """What all requests are answered with; 0: what they ask for."""
    tagged: bool = True
    """It sends entity tags."""
    login: str = ""
    """User and password as a client has to send them; empty: none are needed."""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and range of each request."""

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.port}"


@contextlib.contextmanager
def web_server(**behaviour: Any) -> Iterator[Web]:
    """Run a web server."""
    pytest.importorskip("aiohttp")
    pytest.importorskip("fsspec")
    web = Web(**behaviour)

    class Handler(_Handler):
        served = web

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that go away are what is tried
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Web

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        web = self.served
        wanted = self.headers.get("Range", "")
        web.requests.append((self.command, self.path, wanted))
        data = web.files.get(self.path.partition("?")[0])
        status = web.status or (404 if data is None else 200)
        if web.login and self.headers.get("Authorization") != web.login:
            status = 401
        if status != 200 or data is None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        tag = hashlib.sha256(data).hexdigest()
        total = len(data)
        if wanted and web.ranges:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            end = min(int(last) + 1, total)
            data = data[int(first) : end]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{end - 1}/{total}")
        else:
            self.send_response(200)
        if web.tagged:
            self.send_header("ETag", f'"{tag}"')
        self.send_header("Accept-Ranges", "bytes" if web.ranges else "none")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not body:
            return
        if web.cut is not None and web.cuts and len(data) > web.cut:
            web.cuts -= 1
            self.wfile.write(data[: web.cut])
            self.wfile.flush()
            self.close_connection = True
            time.sleep(1)  # what was sent arrives, and is read, before the end does
            self.connection.shutdown(socket.SHUT_WR)
            return
        with contextlib.suppress(OSError):
            self.wfile.write(data)
