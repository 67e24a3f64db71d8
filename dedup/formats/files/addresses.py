"""Addresses of files that are elsewhere: what they look like, what reads them, and how they are shown."""

from __future__ import annotations

import re

REMOTE = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "hf": "huggingface_hub",
    "http": "aiohttp",
    "https": "aiohttp",
    "memory": "",
}
"""Scheme of an address → the package with which fsspec reads it; empty: itself."""
READ_ONLY = ("http", "https", "hf")
"""Schemes of which nothing is written."""
WEB = ("http", "https")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


def scheme_of(text: str) -> str:
    """Return the scheme of an address, in small letters; empty: it is none."""
    match = _ADDRESS.match(text)
    return match[1].lower() if match else ""


def is_address(text: str) -> bool:
    """Return True if a text is an address and no path."""
    return bool(scheme_of(text))


def shown(address: str) -> str:
    """Return an address as it may be shown: without user, password, and query, which may be a signature."""
    scheme, sign, rest = address.partition("://")
    if scheme_of(address) in WEB:
        rest = rest.partition("?")[0].partition("#")[0]
    authority, slash, path = rest.partition("/")
    user, _, host = authority.rpartition("@")
    # What stands before an @ may be a container of Azure's.
    if scheme_of(address) in WEB or ":" in user:
        authority = host
    # A key may have a question mark in it, and no signature.
    key, _, query = path.partition("?")
    if "=" in query.partition("/")[0]:
        path = key
    return f"{scheme}{sign}{authority}{slash}{path}"
