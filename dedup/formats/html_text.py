"""HTML with ``--html text``: a page is read as its main text, which then is what is cleaned, logged and written.

What comes of a page is a part like any other, in plain text or, for an output of JSON lines, one record. Menus, notices
and comments are left out by a kept extractor, whose choices are its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats import jsonl, text
from dedup.formats.files.encoding import Codec
from dedup.formats.files.reader import READ_SIZE, Reader, bare_name
from dedup.formats.html_pages import LARGEST, check_extra, encoding_of
from dedup.formats.names import HTML
from dedup.model.errors import InputError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.formats.parts import Part, PartBuilder

_MOST_ATTRIBUTES = 1000
"""Attributes of an element, at the most: the time that the extractor's parser takes grows with their square."""
_LOGGERS = ("trafilatura", "htmldate", "courlan", "justext")
_NOTHING = "no text was found in the page; nothing of it was written"
_DROPPED = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""Characters that the extractor cannot take."""


class Extracted(NamedTuple):
    """What was taken out of a page; None: it does not say."""

    text: str
    title: str | None
    url: str | None


def read(reader: Reader, builder: PartBuilder) -> Iterator[Part]:
    """Yield the text of a page as one part of plain text.

    Raises:
        InputError: the input cannot be read, is too large, or has no text.
    """
    found = _extracted(reader, builder)
    yield builder.part(text.FORMAT, f"{found.text}\n".encode(), reader)


def read_record(reader: Reader, builder: PartBuilder) -> Iterator[Part]:
    """Yield the text of a page as one part of JSON lines; see `read`."""
    found = _extracted(reader, builder)
    record = {"file": builder.relative, "url": found.url, "title": found.title, "text": found.text}
    line = json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace")
    yield builder.part(jsonl.FORMAT, line + b"\n", reader)


def name_of_text(name: str) -> str:
    """Return the name of the text of a page, given the name of that: ``page.html.gz`` gives ``page.txt.gz``."""
    bare = bare_name(name)
    suffix = next((one for one in HTML.suffixes if bare.lower().endswith(one)), None)
    return name if suffix is None else f"{bare[: -len(suffix)]}.txt{name[len(bare) :]}"


def writes_records(output: Path | str | None) -> bool:
    """Return True if an output is JSON lines by its name."""
    return output is not None and bare_name(str(output).lower()).endswith(jsonl.FORMAT.suffixes)


def check_extractor() -> None:
    """Check that text can be taken out of pages.

    Raises:
        MissingDependencyError: what does so is not installed.
    """
    check_extra()
    try:
        import trafilatura  # noqa: F401 - to see that it is there
    except ImportError:
        what = "the text of HTML is found with trafilatura, which is not installed; nothing was read or written"
        raise MissingDependencyError(what, hint="pip install 'paradedup[html]'") from None


def extract(payload: bytes, charset: str = "") -> Extracted | None:
    """Return the main text of a page, its title, and its address if it says one; None where it has no text.

    Args:
        payload: its bytes.
        charset: what is said of its encoding from outside; see `dedup.formats.html_pages.read_page`.

    Raises:
        InputError: it is made so that it cannot be read in reasonable time.
    """
    import logging  # slow to load, and only needed here

    from trafilatura import extract as main_text
    from trafilatura import load_html

    for name in _LOGGERS:
        logging.getLogger(name).addHandler(logging.NullHandler())  # what it has to say is of no use to anyone here
    source = _decoded(payload, charset)
    _check_attributes(source)
    tree = load_html(source)
    if tree is None:
        return None
    title, address = tree.findtext(".//title"), tree.find(".//link[@rel='canonical'][@href]")
    url = None if address is None else address.get("href")
    found = main_text(tree, include_comments=False, deduplicate=False)
    if not found or not found.strip():
        return None
    return Extracted(found.strip(), " ".join(title.split()) if title else None, url or None)


def _extracted(reader: Reader, builder: PartBuilder) -> Extracted:
    """Return what is taken out of an input; see `read`."""
    builder.path = ""  # what is worked on does not stand there
    limit = min(LARGEST, builder.limit)
    pieces: list[bytes] = []
    while data := reader.read(READ_SIZE):
        pieces.append(data)
        if sum(map(len, pieces)) > limit:
            what = f"the page is larger than {limit} bytes, and its text was not taken out of it"
            raise InputError(what, place=builder.name, hint="take it out by other means")
    try:
        found = extract(b"".join(pieces))
    except InputError as error:
        raise InputError(error.what, place=builder.name, hint=error.hint) from None
    except Exception as error:  # noqa: BLE001 - of pages that are made to harm, whatever the extractor raises
        what = f"no text could be taken out of the page ({type(error).__name__}); nothing of it was written"
        raise InputError(what, place=builder.name, hint="clean the page itself with --html keep") from None
    if found is None:
        raise InputError(_NOTHING, place=builder.name, hint="clean the page itself with --html keep")
    return found


def _decoded(payload: bytes, charset: str) -> str:
    """Return the characters of a page; where nothing says how, and they are not UTF-8, as browsers take them."""
    utf8 = Codec("utf-8")
    codec = encoding_of(payload, charset, utf8)
    source, valid = codec.decode(payload)
    if not valid and codec.name == utf8.name and encoding_of(payload, charset, Codec("cp1252")).name != utf8.name:
        source = payload.decode("cp1252", "replace")
    return source.removeprefix("\ufeff").translate(_DROPPED)


def _check_attributes(source: str) -> None:
    """Refuse a page with an element of very many attributes.

    Raises:
        InputError: it has one.
    """
    import turbohtml

    for one in turbohtml.parse(source, positions=False).find_all():
        if len(one.attrs) > _MOST_ATTRIBUTES:
            what = f"an element has more than {_MOST_ATTRIBUTES} attributes; the page was not read"
            raise InputError(what, hint="clean the page itself with --html keep")
