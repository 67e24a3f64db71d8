"""The text in a payload: which media types are read, in which encodings, and where a text stands in its bytes."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.files.encoding import Codec, says_wide
from dedup.formats.parts import TooLargeError
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.formats.parts import Work

PLAIN = frozenset({"text/plain", "text/markdown"})
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_NAME = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
_NO_TEXT = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
"""Encodings of Python's that no page is written in: to decode them may take long, or is not what anybody meant."""
OTHER = "other type"


class Text(NamedTuple):
    """The text of a payload.

    Attributes:
        text: the characters.
        valid: all of its bytes are valid in its encoding.
        locate: translates ascending positions in the text to offsets in the payload; see `Codec.offsets`.
        removed: returns what leaves the payload with paragraphs, each given by where it begins and ends in the text;
            None: what stands between the edges of each one's cut.
    """

    text: str
    valid: bool
    locate: Callable[[Sequence[int]], list[int] | None]
    removed: Callable[[Sequence[Sequence[int]]], list[tuple[int, int]] | None] | None = None


def kind_unread(media_type: str, charset: str, *, html: bool) -> str:
    """Return what kind of payload this is, where it is none that is read; empty where `text_of` reads it."""
    if media_type not in PLAIN and not (html and media_type in _HTML):
        return "HTML" if media_type in _HTML else OTHER
    return "" if not charset or _known(charset) else "unknown encoding"


def text_of(media_type: str, charset: str, payload: bytes, work: Work) -> Text:
    """Return the text of a payload of a kind that is read (`kind_unread`).

    Whatever is to be read beside plain text has its place here, and in `kind_unread`.

    Args:
        media_type: in small letters, without parameters.
        charset: the encoding that the payload is said to have; empty: nothing is said.
        payload: its bytes.
        work: how documents are read.

    Raises:
        UnicodeError: it is not text in its encoding at all.
        TooLargeError: it is a page that is too large to be read; without its place.
    """
    if media_type in _HTML:
        return _text_of_page(charset, payload, work.codec)
    codec = _codec(charset, work.codec).of(payload)
    text, valid = codec.decode(payload)
    return Text(text, valid, partial(codec.offsets, payload, text))


@lru_cache(4)  # a page that is cut is asked for several times in a row
def _text_of_page(charset: str, payload: bytes, otherwise: Codec) -> Text:
    from dedup.formats.html_pages import LARGEST, read_page  # only where pages are asked for

    if len(payload) > LARGEST:
        what = f"the page is larger than {LARGEST} bytes, the most that is read of one"
        raise TooLargeError(what, hint="take the text out of it by other means")
    page, valid = read_page(payload, charset, otherwise)
    return Text(page.text, valid, page.locate, page.removed)


def is_encoded(media_type: str, charset: str, payload: bytes) -> bool:
    """Return True if the bytes of a payload are its text in UTF-8, where that is what is not said otherwise.

    False where that is not known without decoding them.
    """
    plain = media_type in PLAIN and not says_wide(payload)
    return plain and (not charset or _known(charset) in {"utf-8", "ascii"})


def _codec(charset: str, otherwise: Codec) -> Codec:
    """Return the encoding of a payload, by its name if it is said."""
    name = _known(charset) if charset else ""
    # What ASCII has, any such encoding has; and it has what is there besides.
    return otherwise if not name or (name == "ascii" and otherwise.ascii) else Codec(name)


@lru_cache(256)
def _known(charset: str) -> str:
    """Return Python's name of an encoding that text may be in; empty where there is none."""
    try:
        if not _NAME.fullmatch(charset) or codecs.lookup(charset).name in _NO_TEXT:
            return ""
        return Codec(charset).name
    except (LookupError, ValueError, UsageError):
        return ""
