"""Text and its bytes: decoding that loses nothing, and the way from positions in the text back to the bytes."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Those with a byte order mark: which of the two orders it is, is settled for each document; without a mark it is
# little-endian on every machine (Python takes the machine's own).
_WIDE = {
    "utf-16": ((codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"), (b"", "utf-16-le")),
    "utf-32": ((codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF32_LE, "utf-32-le"), (b"", "utf-32-le")),
}


_WIDE_MARKS = (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE)


def says_wide(data: bytes) -> bool:
    """Return True if text begins with the byte order mark of UTF-16 or UTF-32."""
    return data.startswith(_WIDE_MARKS)


class Codec:
    """One encoding, both ways, byte for byte.

    UTF-8 takes any bytes: those that do not decode become lone surrogates (``surrogateescape``) and come back as they
    were. A byte order mark is a character of the text like any other; that of UTF-16 or UTF-32 tells the encoding of a
    document (`of`). Other encodings are checked where it matters:
    what does not come back byte for byte is refused by `offsets`.

    Args:
        name: any text encoding of Python; ``utf-8-sig`` is ``utf-8``.

    Attributes:
        name: the encoding's name as Python normalises it.
        ascii: ASCII bytes, and only they, are ASCII characters at the ends of lines and in JSON's own signs.

    Raises:
        UsageError: there is no such encoding.
    """

    def __init__(self, name: str) -> None:
        try:
            self.name = codecs.lookup(name).name
            "\n".encode(self.name)
        except (LookupError, ValueError):
            raise UsageError(f"unknown encoding {name!r}", hint="use a name such as utf-8, latin-1 or cp1252") from None
        if self.name == "utf-8-sig":
            self.name = "utf-8"
        self._utf8 = self.name == "utf-8"
        self._errors = "surrogatepass" if self.name.startswith(("utf-16", "utf-32")) else "surrogateescape"
        self.ascii = self._utf8 or _is_ascii(self.name)

    def __reduce__(self) -> tuple[type[Codec], tuple[str]]:
        """Travel to workers by name."""
        return (Codec, (self.name,))

    def of(self, data: bytes) -> Codec:
        """Return the codec of a document: another one where UTF-8 was asked for and it says that it is UTF-16 or -32.

        It says so with its first bytes, which are never UTF-8, and has to be valid throughout.
        """
        if not self._utf8 or not says_wide(data):
            return self
        for name in ("utf-32", "utf-16"):  # the mark of one begins with that of the other
            if any(mark and data.startswith(mark) for mark, _ in _WIDE[name]):
                try:
                    data.decode(name)
                except UnicodeError:
                    continue
                return Codec(name)
        return self

    def decode(self, data: bytes) -> tuple[str, bool]:
        """Return the text, and whether all of the bytes are valid.

        Raises:
            UnicodeError: the bytes cannot be taken as text in this encoding at all.
        """
        name = self._order(data)
        try:
            return data.decode(name), True
        except UnicodeDecodeError:
            return data.decode(name, self._errors), False

    def offsets(self, data: bytes, text: str, positions: Sequence[int]) -> list[int] | None:
        """Translate positions in characters to positions in bytes.

        Args:
            data: the bytes.
            text: what `decode` made of them.
            positions: in ascending order.

        Returns:
            The positions in bytes; None when this text does not come back as these bytes piece by piece (encodings
            with a state, or with several spellings of a character), so that nothing can be cut out of it.
        """
        if self._utf8 and len(text) == len(data):
            return list(positions)  # one byte each
        name = self._order(data)
        out, at, before = [], 0, 0
        try:
            for position in [*positions, len(text)]:
                piece = text[before:position].encode(name, self._errors)
                if not self._utf8 and not data.startswith(piece, at):
                    return None
                at += len(piece)
                before = position
                out.append(at)
        except UnicodeError:
            return None
        return out[:-1] if out[-1] == len(data) else None

    def encode_line(self, text: str) -> bytes:
        """Return a line of a diff: the bytes as in the file, or UTF-8 where lines of bytes make no sense."""
        if self.ascii:
            try:
                return text.encode(self.name, self._errors)
            except UnicodeError:
                pass
        return printable(text)

    def _order(self, data: bytes) -> str:
        for mark, name in _WIDE.get(self.name, ()):
            if data.startswith(mark):
                return name
        return self.name


def printable(text: str) -> bytes:
    """Return UTF-8; bytes that did not decode as they were, other lone surrogates as escapes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def _is_ascii(name: str) -> bool:
    ascii_bytes = bytes(range(128))
    try:
        return ascii_bytes.decode(name) == ascii_bytes.decode("ascii")
    except UnicodeError:
        return False
