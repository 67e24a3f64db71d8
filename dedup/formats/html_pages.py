"""An HTML page as bytes, wherever it comes from: its text, and what leaves its bytes with paragraphs of that.

For whatever holds pages: a file, or a record of an archive. `read_page` takes a payload and what is said of its
encoding, and returns a `Page`, or None for what is none; a page has a text, and two ways from there to the payload's
bytes: `Page.locate` for where something stands, `Page.removed` for what goes with it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from dedup.formats.files.encoding import Codec
from dedup.model.errors import MissingDependencyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.html_blocks import Block

MEDIA_TYPES = ("text/html", "application/xhtml+xml")
LARGEST = 5 << 20
"""Bytes of the largest page that is read: what is built of one takes up to three hundred times its size."""
_HEAD = 4096
"""Bytes in which a page says what encoding it is in."""
_CHARSET = re.compile(r"charset\s*=\s*(?:[\"']\s*)?([^\s\"';,]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"'>]+)")
_PYTHONS = {
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "gbk": "gb18030",
    "ibm866": "cp866",
    "iso-8859-8-i": "iso8859_8",
    "macintosh": "mac_roman",
    "shift_jis": "cp932",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic",
}
"""What Python calls encodings that it knows by another name, or as less than the web does."""
_SEPARATOR = "\n\n"


class Page:
    """A page: its text is that of its blocks, each one paragraph, with a blank line between two.

    Args:
        payload: its bytes.
        codec: their encoding.
        source: what they decode to.
        blocks: of the source.

    Attributes:
        text: of all blocks.
        codec: the encoding of the bytes.
    """

    def __init__(self, payload: bytes, codec: Codec, source: str, blocks: Sequence[Block]) -> None:
        self._payload = payload
        self._source = source
        self._blocks = blocks
        self.codec = codec
        self.text = _SEPARATOR.join(block.text for block in blocks)
        self._starts: list[int] = []
        at = 0
        for block in blocks:
            self._starts.append(at)
            at += len(block.text) + len(_SEPARATOR)

    def locate(self, positions: Sequence[int]) -> list[int] | None:
        """Translate positions in the text, in ascending order, to offsets in the payload.

        Returns:
            None unless each is where a paragraph begins or ends, and these bytes come back from what they decode to.
        """
        places: list[int] = []
        for position in positions:
            number = bisect_left(self._starts, position + 1) - 1
            if number < 0:
                return None
            block, within = self._blocks[number], position - self._starts[number]
            if within not in (0, len(block.text)):
                return None
            places.append(block.start if within == 0 else block.end)
        return self.codec.offsets(self._payload, self._source, places)

    def removed(self, spans: Sequence[Sequence[int]]) -> list[tuple[int, int]] | None:
        """Return what leaves the payload with some paragraphs, each given by where it begins and ends in the text.

        Returns:
            First byte, and the one behind, of each; ascending, without overlap. None as `locate` does.
        """
        places: list[int] = []
        for start, end, *_ in spans:
            number = bisect_left(self._starts, start)
            if self._starts[number : number + 1] != [start] or len(self._blocks[number].text) != end - start:
                return None
            places += (self._blocks[number].first, self._blocks[number].last)
        offsets = self.codec.offsets(self._payload, self._source, places)
        return None if offsets is None else list(zip(offsets[::2], offsets[1::2], strict=True))


def read_page(payload: bytes, charset: str, default: Codec) -> tuple[Page, bool]:
    """Read a page.

    Args:
        payload: its bytes.
        charset: what is said of its encoding from outside, as by a header of HTTP; empty: nothing.
        default: its encoding if nothing is said of it, also not by itself.

    Returns:
        The page, and whether all of its bytes are valid in its encoding.

    Raises:
        UnicodeError: it cannot be decoded at all.
        MissingDependencyError: the extra is not installed.
    """
    check_extra()
    from dedup.formats.html_blocks import blocks

    codec = encoding_of(payload, charset, default)
    source, valid = codec.decode(payload)
    return Page(payload, codec, source, blocks(source)), valid


def encoding_of(payload: bytes, charset: str, default: Codec) -> Codec:
    """Return the encoding of a page: by its first bytes, else as it is said, else as it says itself in its head.

    An encoding that nobody knows is not looked at. See `read_page`.
    """
    marked = Codec("utf-8").of(payload)
    if marked.name != "utf-8" or payload.startswith(b"\xef\xbb\xbf"):
        return marked
    for label in (charset, *_own_labels(payload[:_HEAD])):
        if label and (found := _named(label.strip().lower())) is not None:
            return found
    return default.of(payload)


def check_extra() -> None:
    """Check that pages can be read.

    Raises:
        MissingDependencyError: what reads them is not installed.
    """
    try:
        import turbohtml  # noqa: F401 - to see that it is there
    except ImportError:
        what = "HTML is read with turbohtml, which is not installed; nothing was read or written"
        hint = "pip install 'paradedup[html]', with Python 3.11 or later"
        raise MissingDependencyError(what, hint=hint) from None


def _own_labels(head: bytes) -> list[str]:
    """Return what the head of a page says of its encoding."""
    import turbohtml

    declared = _DECLARED.match(head)
    found = [] if declared is None else [declared[1].decode("latin-1")]
    if b"charset" not in head.lower():
        return found
    for meta in turbohtml.parse(head.decode("latin-1")).find_all("meta"):
        own, content = meta.attrs.get("charset"), meta.attrs.get("content")
        if isinstance(own, str):
            found.append(own)
        elif isinstance(content, str) and str(meta.attrs.get("http-equiv", "")).lower() == "content-type":
            found += _CHARSET.findall(content)[:1]
    return found


@lru_cache(maxsize=64)
def _named(label: str) -> Codec | None:
    """Return the encoding that a page or a server calls so, as browsers take it; None where they know none."""
    import turbohtml

    try:
        name = (turbohtml.parse(b"", encoding=label).encoding or "").lower()
        # What says so in ASCII is not written in 16 bits.
        return Codec("utf-8" if name.startswith("utf-16") else _PYTHONS.get(name, name))
    except (LookupError, UsageError):
        return None
