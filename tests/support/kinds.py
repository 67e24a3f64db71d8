"""One file of each of many kinds, most of them made by the library that makes such files."""

from __future__ import annotations

import csv
import email.message
import io
import json
import lzma
import mailbox
import pickle
import plistlib
import random
import sqlite3
import struct
import tarfile
import tempfile
import wave
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from tests.support.cli_process import CLEANED, REPEATED

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Sample:
    """A file of one kind."""

    name: str
    data: bytes
    told: str | None
    """What the message calls it when it is refused by its content; None: it is cleaned."""
    cleaned: bytes = b""


_RECORD = json.dumps({"text": REPEATED})


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def _office(main: str) -> bytes:
    parts = ("[Content_Types].xml", "_rels/.rels", main)
    return _zip(dict.fromkeys(parts, b'<?xml version="1.0"?><a/>'))


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("a.txt", "b.txt"):
            info = tarfile.TarInfo(name)
            info.size = len(REPEATED)
            archive.addfile(info, io.BytesIO(REPEATED.encode()))
    return out.getvalue()


def _png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def _wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(struct.pack("<100h", *range(-50, 50)))
    return out.getvalue()


def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "a.db")
        database = sqlite3.connect(path)
        database.execute("create table articles (text)")
        database.executemany("insert into articles values (?)", [(REPEATED,)] * 9)
        database.commit()
        database.close()
        return path.read_bytes()


def _mail() -> email.message.EmailMessage:
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "the bridge"
    message.set_content(REPEATED)
    return message


def _mbox() -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "a.mbox")
        box = mailbox.mbox(path)
        for _ in range(2):
            letter = mailbox.mboxMessage(_mail())
            letter.set_from("a@example.org", (2026, 1, 5, 10, 0, 0, 0, 5, 0))
            box.add(letter)
        box.close()
        return path.read_bytes()


def _table(delimiter: str, text: str) -> bytes:
    out = io.StringIO()
    rows = [["id", "title", "text"], *([str(number), f"title {number}", text] for number in range(9))]
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def _pyarrow(kind: str, otherwise: bytes) -> bytes:
    """Return a table as one of Arrow's formats; where pyarrow is not installed, the beginning of such a file."""
    try:
        import pyarrow as pa  # of an extra
        from pyarrow import feather, orc
    except ImportError:
        return otherwise
    table = pa.table({"text": [REPEATED, CLEANED] * 20})
    if kind == "feather":
        return _saved(lambda out: feather.write_feather(table, out, compression="uncompressed"))
    return _saved(lambda out: orc.write_table(table, out))


def _avro() -> bytes:
    schema = b'{"type": "string"}'
    return b"Obj\x01\x02\x16avro.schema" + bytes([2 * len(schema)]) + schema + b"\0" + bytes(range(16))


def _warc(kind: str, text: str) -> bytes:
    body, media_type = text.encode(), "text/plain"
    if kind == "response":
        body = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n\r\n".encode() + body
        media_type = "application/http; msgtype=response"
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head.encode() + body + b"\r\n\r\n") * 2


def _xml() -> bytes:
    root = ET.Element("articles")
    for _ in range(3):
        ET.SubElement(root, "article").text = REPEATED
    return _saved(lambda out: ET.ElementTree(root).write(out, encoding="utf-8", xml_declaration=True))


def _notebook() -> bytes:
    cell = {"cell_type": "markdown", "metadata": {}, "source": [REPEATED]}
    book = {"cells": [cell, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1).encode()


def _cpio() -> bytes:
    name, data = b"a.txt\0", REPEATED.encode()
    fields = [1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0]
    return b"070701" + b"".join(b"%08x" % field for field in fields) + name + data


_PAGE = f"<!DOCTYPE html>\n<html><body>{''.join(f'<p>{line}</p>' for line in REPEATED.splitlines())}</body></html>\n"
_PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
_RUSSIAN = "Мост закрыт до весны на ремонт, сообщил совет города.\n"
_NUL = (f"{CLEANED}\0\n{CLEANED}".encode(), f"{CLEANED}\0\n".encode())


@cache
def samples() -> tuple[Sample, ...]:
    """Return a file of each kind."""
    text, clean = REPEATED.encode(), CLEANED.encode()
    refused: dict[str, tuple[bytes, str]] = {
        "a.zip": (_zip({"a.txt": text, "b.txt": text}), "ZIP archive"),
        "a.docx": (_office("word/document.xml"), "Word document"),
        "a.xlsx": (_office("xl/workbook.xml"), "Excel workbook"),
        "a.pptx": (_office("ppt/presentation.xml"), "PowerPoint presentation"),
        "a.odt": (_zip({"mimetype": b"", "content.xml": text}), "ZIP archive"),
        "b.odt": (_stored_first(b"application/vnd.oasis.opendocument.text"), "OpenDocument"),
        "a.epub": (_stored_first(b"application/epub+zip"), "EPUB"),
        "a.jar": (_zip({"META-INF/MANIFEST.MF": b"x"}), "Java archive"),
        "a.tar": (_tar(), "tar archive"),
        "a.cpio": (_cpio(), "cpio archive"),
        "a.ar": (b"!<arch>\na.txt/          0           0     0     100644  4         `\nabcd", "ar archive"),
        "a.7z": (b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(24), "7z archive"),
        "a.rar": (b"Rar!\x1a\x07\x01\0" + bytes(24), "RAR archive"),
        "a.lz4": (b"\x04\x22\x4d\x18\x64\x40\xa7" + bytes(8), "lz4"),
        "a.lzma": (lzma.compress(text, lzma.FORMAT_ALONE), "lzma"),
        "a.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "Office document"),
        "a.rtf": (b"{\\rtf1\\ansi " + text + b"}", "RTF document"),
        "a.pdf": (_PDF, "PDF document"),
        "a.ps": (b"%!PS-Adobe-3.0\n%%EOF\n", "PostScript"),
        "a.png": (_png(), "PNG image"),
        "a.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9", "JPEG image"),
        "a.gif": (b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;", "GIF image"),
        "a.bmp": (b"BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x01\0\x01\0\x01\0\x18\0\0\0\xff\0", "BMP image"),
        "a.tif": (b"II*\0\x08\0\0\0\0\0\0\0\0\0", "TIFF image"),
        "a.webp": (b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x01\0\x01\0\x02", "WebP image"),
        "a.wav": (_wav(), "WAV recording"),
        "a.mp3": (b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x64\0\0", "MP3 recording"),
        "a.flac": (b"fLaC\0\0\0\x22" + bytes(34), "FLAC recording"),
        "a.ogg": (b"OggS\0\x02" + bytes(22), "Ogg recording"),
        "a.mp4": (b"\0\0\0\x18ftypisom\0\0\x02\0isommp41", "MP4 film"),
        "a.mkv": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01", "Matroska film"),
        "a.feather": (_pyarrow("feather", b"ARROW1\0\0\xff\xff\xff\xff\x10\0\0\0"), "Arrow file"),
        "a.orc": (_pyarrow("orc", b"ORC\x0a\x03\0\0\0\x12\x02\x01\x07\x03ORC\x11"), "ORC file"),
        "a.avro": (_avro(), "Avro file"),
        "a.sqlite": (_sqlite(), "SQLite database"),
        "a.h5": (b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0", "HDF5 file"),
        "a.npy": (_saved(lambda out: np.save(out, np.arange(9))), "NumPy array"),
        "a.npz": (_saved(lambda out: np.savez(out, a=np.arange(9))), "NumPy arrays"),
        "a.pkl": (pickle.dumps([REPEATED] * 3), "Python pickle"),
        "b.pkl": (pickle.dumps([REPEATED] * 3, protocol=0), "Python pickle"),
        "a.bplist": (plistlib.dumps({"text": REPEATED}, fmt=plistlib.FMT_BINARY), "property list"),
        "a.plist": (plistlib.dumps({"text": REPEATED}), "XML document"),
        "a.arc": (b"filedesc://a.arc 0.0.0.0 20260101000000 text/plain 20\n1 0 x\n" + text, "ARC file"),
        "a.json": (json.dumps([{"text": REPEATED}, {"text": REPEATED}], indent=2).encode(), "JSON array"),
        "b.json": (json.dumps([{"text": REPEATED}, {"text": REPEATED}]).encode(), "JSON array"),
        "c.json": (json.dumps({"text": REPEATED, "id": 1}, indent=2).encode(), "JSON that is not lines"),
        "a.ipynb": (_notebook(), "notebook"),
        "a.html": (_PAGE.encode(), "HTML page"),
        "a.xml": (_xml(), "XML document"),
        "a.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "XML document"),
        "a.mbox": (_mbox(), "mailbox"),
        "a.eml": (_mail().as_bytes(), "e-mail"),
        "a.ics": (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "calendar"),
        "a.vtt": (b"WEBVTT\n\n00:01.000 --> 00:04.000\nHello.\n", "subtitles"),
        "a.ttf": (b"\0\x01\0\0\0\x0b\0\x80\0\x03\0\x30" + bytes(32), "font"),
        "a.woff2": (b"wOF2\0\x01\0\0\0\0\0\x40\0\0", "font"),
        "a.so": (b"\x7fELF\x02\x01\x01" + bytes(57), "ELF program"),
        "a.exe": (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", "Windows program"),
        "a.class": (b"\xca\xfe\xba\xbe\0\0\0\x34", "compiled code"),
        "a.sh": (b"#!/bin/sh\necho one\necho one\n", "source code"),
        "wide-le": (REPEATED.encode("utf-16-le"), "UTF-16"),
        "wide-be": (REPEATED.encode("utf-16-be"), "UTF-16"),
        "wide-32": (REPEATED.encode("utf-32-le"), "UTF-32"),
        "wide.jsonl": (f"\ufeff{_RECORD}\n".encode("utf-16-le"), "JSON in UTF-16"),
        "ebcdic": (REPEATED.encode("cp037"), "EBCDIC"),
        "nul": (bytes(4096), "binary data"),
        "random": (random.Random(5).randbytes(5000), "binary data"),  # noqa: S311 - to be the same every time
        "lengths": (b"".join(struct.pack("<q", len(text)) + text for _ in range(9)), "binary data"),
    }
    cleaned = {
        "a.txt": (text, clean),
        "text": (text, clean),
        "a.jsonl": (f"{_RECORD}\n{_RECORD}\n".encode(), 2 * (json.dumps({"text": CLEANED}) + "\n").encode()),
        "a.csv": (_table(",", REPEATED), _table(",", CLEANED)),
        "a.tsv": (_table("\t", REPEATED), _table("\t", CLEANED)),
        "a.warc": (_warc("response", REPEATED), _warc("response", CLEANED)),
        "a.wet": (_warc("conversion", REPEATED), _warc("conversion", CLEANED)),
        "warc.txt": (_warc("conversion", REPEATED), _warc("conversion", CLEANED)),
        "d.json": (f"{_RECORD}\n{_RECORD}\n".encode(), 2 * (json.dumps({"text": CLEANED}) + "\n").encode()),
        "empty.txt": (b"", b""),
        "wide.txt": (f"\ufeff{REPEATED}".encode("utf-16-le"), f"\ufeff{CLEANED}".encode("utf-16-le")),
        "wide-be.txt": (f"\ufeff{REPEATED}".encode("utf-32-be"), f"\ufeff{CLEANED}".encode("utf-32-be")),
        "nul.txt": _NUL,
        "latin.txt": (text + b"caf\xe9 \xfcber\n", clean + b"caf\xe9 \xfcber\n"),
        "koi8.txt": (_RUSSIAN.encode("koi8-r") + text, _RUSSIAN.encode("koi8-r") + clean),
        "escape.txt": (b"\x1b[1mbold\x1b[0m\x0c\n" + text, b"\x1b[1mbold\x1b[0m\x0c\n" + clean),
    }
    return (
        *(Sample(name, data, told) for name, (data, told) in refused.items()),
        *(Sample(name, data, None, wanted) for name, (data, wanted) in cleaned.items()),
    )


def _stored_first(mimetype: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("content.xml", REPEATED)
    return out.getvalue()
