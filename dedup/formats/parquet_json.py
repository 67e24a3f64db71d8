"""Values of a column of Parquet as JSON has them."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

BETWEEN = "\n\n"
"""What stands between the items of a list in the text that they are read as: each is a paragraph."""
_ESCAPES = {
    ord("\\"): rb"\\",
    ord('"'): rb"\"",
    ord("\n"): rb"\n",
    ord("\r"): rb"\r",
    ord("\t"): rb"\t",
    ord("\b"): rb"\b",
    ord("\f"): rb"\f",
}
"""Signs, and how `json.dumps` writes them; all others below U+0020 are rare. The backslash comes first."""
_USUAL = set(_ESCAPES)
_SPACE = 0x20
_APART = b"\xff"
"""Stands between values that are escaped together. It is in no UTF-8."""
dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def is_bytes(kind: Any) -> bool:
    """Return True for a type whose values are bytes, of which nothing says that they are text."""
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def is_plain(kind: Any) -> bool:
    """Return True for a type whose values are texts, or bytes, that stand one behind the other."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or is_bytes(kind))


def _offset_type(kind: Any) -> Any:
    is_large = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind)
    return np.dtype(np.int64 if is_large else np.int32)


def plain_array(values: list[bytes | None], kind: Any) -> pa.Array:
    """Return an array of a plain type. Not by `pyarrow.array`, which imports pandas if it is there: 0.4 s, 40 MB."""
    ends = np.cumsum([0, *(len(value or b"") for value in values)]).astype(_offset_type(kind))
    bits = np.packbits([value is not None for value in values], bitorder="little")
    buffers = [bits.tobytes(), ends.tobytes(), b"".join(value or b"" for value in values)]
    return pa.Array.from_buffers(kind, len(values), [pa.py_buffer(buffer) for buffer in buffers])


def is_text(kind: Any) -> bool:
    """Return True for a type whose values are texts, or bytes that may be text."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    names = [name for name in ("is_string_view", "is_binary_view") if hasattr(pa.types, name)]
    return is_plain(kind) or any(getattr(pa.types, name)(kind) for name in names)


def as_json(values: pa.Array, kind: Any, *, is_list: bool) -> list[bytes]:
    """Return values as they are written in JSON.

    Args:
        values: they.
        kind: type of their column.
        is_list: each of them is a list; one of texts is written as a text.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if kind is not None and not is_list and is_text(values.type):
        return _quoted(values)
    found = _texts_of(values) if is_list and is_text(kind.value_type) else _told(values)
    return [dump(value).encode("utf-8", "surrogateescape") for value in found]


def _told(values: pa.Array) -> list[Any]:
    try:
        found: list[Any] = values.to_pylist()
    except (ValueError, pa.ArrowException):  # a time that Python has not, bytes that are not UTF-8
        found = [None] * len(values)
    return found


def _quoted(values: pa.Array) -> list[bytes]:
    """Return strings as JSON has them, null as null; written as `json.dumps` does without `ensure_ascii`."""
    if not is_plain(values.type):
        values = values.cast(pa.large_binary())
    _, offsets, data = values.buffers()
    if not len(values) or data is None:
        ends, whole = [0] * (len(values) + 1), b""
    else:
        ends = np.frombuffer(offsets, _offset_type(values.type))[values.offset :][: len(values) + 1].tolist()
        whole = memoryview(data)[ends[0] : ends[-1]].tobytes()
        ends = [end - ends[0] for end in ends] if ends[0] else ends
    found = _escaped([whole[start:end] for start, end in pairwise(ends)], _signs(whole))
    if found is None:
        found = [dump(text or "").encode("utf-8", "surrogateescape") for text in strings(values)]
    if values.null_count:
        return [one if value.is_valid else b"null" for one, value in zip(found, values, strict=True)]
    return found


def _escaped(texts: list[bytes], signs: set[int]) -> list[bytes] | None:
    """Return texts in quotation marks, with escapes; None where that is not enough.

    All at once, as one pass over a few hundred kilobytes for each sign that is there costs the least.
    """
    if signs - _USUAL:
        return None
    joined = _APART.join(texts)
    for sign, escape in _ESCAPES.items():
        if sign in signs:
            joined = joined.replace(bytes((sign,)), escape)
    return (b'"' + joined.replace(_APART, b'"' + _APART + b'"') + b'"').split(_APART) if texts else []


def _signs(data: bytes) -> set[int]:
    """Return the bytes in some text that JSON has to escape, or that UTF-8 has not."""
    codes = np.frombuffer(data, np.uint8)
    present = set(codes[codes < _SPACE].tolist())
    return present | {sign for sign in (*b'"\\', *_APART) if sign in data}


def _texts_of(values: pa.Array) -> list[Any]:
    """Return lists as texts; one whose items cannot be told apart again once they are joined stays a list."""
    import pyarrow.compute as pc  # 10 MB, for what is rare

    items = strings(values.flatten())
    found: list[Any] = []
    at = 0
    for size in pc.list_value_length(values).to_pylist():
        if size is None:
            found.append(None)
            continue
        own, at = items[at : at + size], at + size
        found.append(BETWEEN.join(map(str, own)) if all(map(_is_item, own)) else own)
    return found


def _is_item(item: str | None) -> bool:
    return bool(item) and item is not None and BETWEEN not in item and item[0] != "\n" and item[-1] != "\n"


def items_of(text: str) -> list[str]:
    """Return the items of a list that are left in the text that they were read as."""
    return [item for piece in text.split(BETWEEN) if (item := piece.strip("\n"))]


def strings(values: pa.Array) -> list[str | None]:
    """Return texts; bytes that are not UTF-8 are surrogates, as `os.fsdecode` makes them."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    try:
        found: list[Any] = values.to_pylist()
    except UnicodeDecodeError:
        found = values.cast(pa.large_binary()).to_pylist()
    return [value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value for value in found]
