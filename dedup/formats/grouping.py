"""The value by which records are compared only with their like (``--within``): a field's, or the host of a URL."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

HOST = "HOST"
URL_FIELD = "url"
_WITH_HOST = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?//")


def group_of(record: Mapping[str, Any], within: str) -> str | None:
    """Return the value of a record, or None where it has none: then it is like no other one.

    Args:
        record: the record.
        within: a dotted path, or ``HOST`` for the host in the record's ``url``, in small letters and without the port.
    """
    if within == HOST:
        return _host(record.get(URL_FIELD))
    value: Any = record
    for key in within.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return None if value is None else json.dumps(value, sort_keys=True)


def _host(url: object) -> str | None:
    if not isinstance(url, str):
        return None
    url = url.strip()
    try:
        return urlsplit(url if _WITH_HOST.match(url) else f"//{url}").hostname
    except ValueError:
        return None


def salt_of(group: str | None, place: str) -> int:
    """Return a number for a record's group; one without is a group of its own."""
    import hashlib  # only with --within

    raw = f" {place}" if group is None else f"={group}"
    return int.from_bytes(hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
