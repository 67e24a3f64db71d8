"""Kinds of files that are neither text nor JSON lines: what each is called, what to do with it, how it is told.

A table and nothing else; `dedup.formats.foreign` looks things up in it. Signatures are patterns for the first bytes.
Those of letters alone, which a text may begin with as well ("BM", "MZ", "RIFF"), count only in what is binary anyway.
"""

from __future__ import annotations

from typing import NamedTuple


class Foreign(NamedTuple):
    """One kind of file that is not read."""

    what: str
    """As shown to people, with its article."""
    hint: str
    """What to do instead."""
    suffixes: tuple[str, ...] = ()
    """Names that say it, in small letters; without a suffix of compression."""
    strict: tuple[bytes, ...] = ()
    """Patterns (`re`, with DOTALL) of first bytes that no text begins with."""
    weak: tuple[bytes, ...] = ()
    """Patterns of first bytes that a text may begin with too: they count in what is binary."""
    binary: bool = True
    """It is bytes, in which lines and words mean nothing; else it is text of some syntax."""
    doubtful: bool = False
    """Many give its name to what is read: only what it begins with tells."""

    @property
    def name(self) -> str:
        """Without its article: ``PNG image``."""
        return self.what.partition(" ")[2] if self.what.startswith(("a ", "an ")) else self.what


_UNPACK = "unpack it, and name the texts that are in it"
_ARCHIVE = "name an archive for the output (-o clean{0}), with this as the only INPUT; or unpack it"
_SAVE = "save it as plain text from the program that made it (soffice --convert-to txt FILE)"
_LEAVE = "leave it out; dedup reads text and JSON lines"
_CONVERT = "write its texts as JSON lines, a record a line"
_TABLE = "read it with --format csv, and name the column of its texts with --field"
_PAGE = "add --html keep to clean it as it is, or --html text for its text; in a directory, with --include '*.html'"
_RECORDS = "write its rows as JSON lines, a record a line"
INSIST = ", or insist with --format text"
_FONT = (".ttf", ".otf", ".ttc", ".woff", ".woff2", ".eot")
_CODE = (
    *(".py", ".pyi", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".java", ".kt"),
    *(".go", ".rs", ".rb", ".php", ".pl", ".sh", ".bash", ".ps1", ".sql", ".css", ".scss", ".swift", ".scala", ".lua"),
)
_SETTINGS = (".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".lock")

_MAIL = (
    rb"(?=[A-Z])(?:[A-Z][A-Za-z-]{1,40}:[ \t][^\n]*\r?\n(?:[ \t][^\n]*\n)*){0,40}"
    rb"(?:MIME-Version|Received|Return-Path|Delivered-To):[ \t]"
)
"""A block of header lines, among them one of MIME or of the way it came. A mere letter with a subject is text."""
ZIP = Foreign("a ZIP archive", _ARCHIVE.format(".zip"), (".zip",), (rb"PK(?:\x03\x04|\x05\x06|\x07\x08)",))
OLE = Foreign(
    "an Office document (97-2003)",
    _SAVE,
    (".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".msg"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
)
DOCX = Foreign("a Word document", _SAVE, (".docx", ".docm", ".dotx"))
XLSX = Foreign("an Excel workbook", _RECORDS, (".xlsx", ".xlsm", ".xlsb", ".xltx"))
PPTX = Foreign("a PowerPoint presentation", _SAVE, (".pptx", ".pptm", ".ppsx"))
OOXML = Foreign("an Office document", _SAVE)
ODF = Foreign("an OpenDocument file", _SAVE, (".odt", ".ods", ".odp", ".odg", ".ott"))
EPUB = Foreign("an EPUB book", "convert it to plain text (pandoc -t plain FILE)", (".epub",))
JAR = Foreign("a Java archive", _LEAVE, (".jar", ".war", ".apk"))
NPZ = Foreign("an archive of NumPy arrays", _CONVERT, (".npz",))
IN_ZIP: tuple[tuple[bytes, Foreign], ...] = (
    (rb"mimetypeapplication/epub\+zip", EPUB),
    (rb"mimetypeapplication/vnd\.oasis\.opendocument", ODF),
    (rb"word/", DOCX),
    (rb"xl/", XLSX),
    (rb"ppt/", PPTX),
    (rb"META-INF/MANIFEST\.MF", JAR),
    (rb"[^/\0]{1,100}\.npy", NPZ),
    (rb"\[Content_Types\]\.xml", OOXML),
)
"""What a name in a ZIP archive (and what follows it) says of the whole; the first pattern that fits any of them."""
TAR = Foreign("a tar archive", _ARCHIVE.format(".tar"), (".tar", ".tgz", ".tbz2", ".txz"), weak=(rb".{257}ustar[\0 ]",))
PARQUET = Foreign(
    "a Parquet file",
    "read it with --format parquet",
    (".parquet", ".parq", ".pq"),
    weak=(rb"PAR[1E]",),
)
WIDE = Foreign(
    "text in UTF-16 or UTF-32 without a byte order mark",
    "name the encoding with --encoding, or convert it (iconv -f UTF-16LE -t UTF-8 FILE)",
)
WIDE_LINES = Foreign(
    "JSON in UTF-16 or UTF-32", "convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8 FILE)", binary=False
)
EBCDIC = Foreign(
    "text in EBCDIC", "name the encoding with --encoding cp037 (or cp500, cp273, …), or convert it with iconv"
)
BINARY = Foreign(
    "binary data (NUL bytes or control characters)",
    "if it is text all the same, name its encoding with --encoding, or add --binary-as-text",
)

HTML = Foreign(
    "an HTML page",
    _PAGE + INSIST,
    (".html", ".htm", ".xhtml"),
    (rb"<(?:\?xml\s[^>]{0,200}>\s*<)?(?:!--.{0,2000}?-->\s*<)?(?i:!doctype\s+html|html[\s>])",),
    binary=False,
)
MHTML = Foreign("an archived HTML page", "save it as HTML from a browser" + INSIST, (".mhtml", ".mht"), binary=False)
XML = Foreign(
    "an XML document",
    "extract the texts from it first" + INSIST,
    (".xml", ".rss", ".atom", ".svg", ".xsl", ".xsd", ".plist", ".gpx", ".kml", ".fb2", ".docbook", ".tei", ".rdf"),
    (rb"<\?xml\s", rb"<(?:rss|feed|svg|plist|TEI)[\s>]", rb"<!DOCTYPE\s+(?!html)\w"),
    binary=False,
)
JSON = Foreign(
    "JSON that is not lines",
    "make a line of each record (jq -c . FILE)" + INSIST,
    (".json", ".geojson", ".har"),
    binary=False,
    doubtful=True,
)
ARRAY = Foreign("a JSON array, not lines", "make a line of each record (jq -c '.[]' FILE)" + INSIST, binary=False)
JSON_LINES = Foreign("JSON lines under the name of a text", "read them with --format jsonl" + INSIST, binary=False)
NOTEBOOK = Foreign(
    "a notebook (Jupyter)",
    "convert it to text first (jupyter nbconvert --to markdown FILE)" + INSIST,
    (".ipynb",),
    binary=False,
)
CSV = Foreign("a CSV table", _TABLE + INSIST, (".csv",), binary=False)
TSV = Foreign("a TSV table", _TABLE + INSIST, (".tsv", ".tab"), binary=False)

WARC = Foreign(
    "a WARC file",
    "read it with --format warc" + INSIST,
    (".warc", ".wet", ".wat"),
    (rb"WARC/[01][.]\d{1,2}(?:\s|\Z)",),
    binary=False,
)

KINDS: tuple[Foreign, ...] = (
    # Archives, and streams that are packed in a way that is not unpacked here.
    ZIP,
    TAR,
    Foreign("a 7z archive", _UNPACK, (".7z",), (rb"7z\xbc\xaf\x27\x1c",)),
    Foreign("a RAR archive", _UNPACK, (".rar",), (rb"Rar!\x1a\x07",)),
    Foreign("a cpio archive", _UNPACK, (".cpio",), (rb"07070[127][0-9a-fA-F]{70}", rb"\xc7\x71.{4}", rb"\x71\xc7.{4}")),
    Foreign("an ar archive", _UNPACK, (".deb", ".ar"), (rb"!<(?:arch|thin)>\n",)),
    Foreign("a Cabinet archive", _UNPACK, (".cab",), (rb"MSCF\0\0\0\0",)),
    Foreign("an RPM package", _UNPACK, (".rpm",), (rb"\xed\xab\xee\xdb",)),
    Foreign("a xar archive", _UNPACK, (".xar", ".pkg"), (rb"xar!\0",)),
    Foreign("an image of a disk", _UNPACK, (".iso", ".img", ".dmg")),
    Foreign("a gzip file within a packed one", _UNPACK, strict=(rb"\x1f\x8b\x08",)),
    Foreign("a zstd file within a packed one", _UNPACK, strict=(rb"\x28\xb5\x2f\xfd",)),
    Foreign("an xz file within a packed one", _UNPACK, strict=(rb"\xfd7zXZ\0",)),
    Foreign("a bzip2 file within a packed one", _UNPACK, strict=(rb"BZh[1-9]1AY&SY",)),
    Foreign("a file packed with lz4", "pipe it in: lz4 -dc FILE | dedup", (".lz4",), (rb"[\x02\x04]\x22\x4d\x18",)),
    Foreign("a file packed with lzip", "pipe it in: lzip -dc FILE | dedup", (".lz",), (rb"LZIP\x01",)),
    Foreign("a file packed with lzma", "pipe it in: xz -dc FILE | dedup", (".lzma",), (rb"\x5d\0\0.{2}\0*\xff",)),
    Foreign("a file packed with compress", "pipe it in: zcat FILE | dedup", (".z",), (rb"\x1f[\x9d\xa0]",)),
    Foreign("a file packed with snappy", "unpack it first", (".sz", ".snappy"), (rb"\xff\x06\0\0sNaPpY",)),
    Foreign("a file packed with brotli", "pipe it in: brotli -dc FILE | dedup", (".br",)),
    # Documents.
    *(OLE, DOCX, XLSX, PPTX, OOXML, ODF, EPUB, JAR, NPZ),
    Foreign("an RTF document", _SAVE, (".rtf",), (rb"[{]\\rtf\d",), binary=False),
    Foreign("a PDF document", "extract its text first: pdftotext FILE - | dedup", (".pdf",), (rb"%PDF-\d\.\d",)),
    Foreign("a PostScript document", "extract its text first (ps2ascii FILE)", (".ps", ".eps"), (rb"%!PS-Adobe",)),
    Foreign("a DjVu document", "extract its text first (djvutxt FILE)", (".djvu",), (rb"AT&TFORM.{4}DJV",)),
    Foreign("a Mobipocket book", _SAVE, (".mobi", ".azw", ".azw3"), weak=(rb".{60}BOOKMOBI",)),
    # Images.
    Foreign("a PNG image", _LEAVE, (".png",), (rb"\x89PNG\r\n\x1a\n",)),
    Foreign("a JPEG image", _LEAVE, (".jpg", ".jpeg"), (rb"\xff\xd8\xff[\xc0-\xfe]",)),
    Foreign("a GIF image", _LEAVE, (".gif",), weak=(rb"GIF8[79]a",)),
    Foreign("a WebP image", _LEAVE, (".webp",), weak=(rb"RIFF.{4}WEBP",)),
    Foreign("a BMP image", _LEAVE, (".bmp",), (rb"BM.{4}\0\0\0\0",)),
    Foreign("a TIFF image", _LEAVE, (".tif", ".tiff"), (rb"II[*+]\0", rb"MM\0[*+]")),
    Foreign("an icon", _LEAVE, (".ico", ".cur", ".icns"), (rb"\0\0[\x01\x02]\0", rb"icns\0")),
    Foreign("a Photoshop image", _LEAVE, (".psd",), (rb"8BPS\0[\x01\x02]",)),
    Foreign("a HEIF image", _LEAVE, (".heic", ".heif", ".avif"), (rb"\0\0.{2}ftyp(?:heic|heix|mif1|msf1|avif)",)),
    Foreign("a JPEG 2000 image", _LEAVE, (".jp2", ".jxl"), (rb"\0\0\0\x0c(?:jP  |JXL )\r\n\x87\n",)),
    # Sound and film.
    Foreign("a WAV recording", _LEAVE, (".wav",), weak=(rb"RIFF.{4}WAVE",)),
    Foreign("an MP3 recording", _LEAVE, (".mp3",), (rb"ID3[\x02-\x04]\0",), weak=(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]",)),
    Foreign("a FLAC recording", _LEAVE, (".flac",), (rb"fLaC[\0\x80]",)),
    Foreign("an Ogg recording", _LEAVE, (".ogg", ".oga", ".ogv", ".opus"), (rb"OggS\0",)),
    Foreign("a MIDI file", _LEAVE, (".mid", ".midi"), (rb"MThd\0\0\0\x06",)),
    Foreign("an AIFF recording", _LEAVE, (".aif", ".aiff"), weak=(rb"FORM.{4}AIF[FC]",)),
    Foreign("an AU recording", _LEAVE, (".au", ".snd", ".amr"), (rb"[.]snd\0", rb"#!AMR")),
    Foreign("an AVI film", _LEAVE, (".avi",), weak=(rb"RIFF.{4}AVI ",)),
    Foreign("an MP4 film", _LEAVE, (".mp4", ".m4a", ".m4v", ".mov", ".3gp"), (rb"\0\0.{2}(?:ftyp|moov|mdat)",)),
    Foreign("a Matroska film", _LEAVE, (".mkv", ".webm", ".mka"), (rb"\x1a\x45\xdf\xa3",)),
    Foreign("a Flash film", _LEAVE, (".flv", ".swf"), (rb"FLV\x01", rb"[CFZ]WS[\x01-\x30].{3}\0")),
    Foreign("a Windows Media file", _LEAVE, (".wmv", ".wma", ".asf"), (rb"\x30\x26\xb2\x75\x8e\x66",)),
    Foreign("an MPEG film", _LEAVE, (".mpg", ".mpeg", ".vob"), (rb"\0\0\x01[\xba\xb3]",)),
    # Data.
    PARQUET,
    Foreign(
        "an Arrow file", _RECORDS, (".arrow", ".feather", ".ipc"), (rb"ARROW1\0\0", rb"\xff{4}.{3}\0"), (rb"FEA1",)
    ),
    Foreign("an ORC file", _RECORDS, (".orc",), weak=(rb"ORC",)),
    Foreign("an Avro file", _RECORDS, (".avro",), (rb"Obj\x01",)),
    Foreign("a SQLite database", _RECORDS, (".sqlite", ".sqlite3", ".db", ".db3"), (rb"SQLite format 3\0",)),
    Foreign("an HDF5 file", _CONVERT, (".h5", ".hdf5", ".hdf", ".he5"), (rb"\x89HDF\r\n\x1a\n",)),
    Foreign("a NetCDF file", _CONVERT, (".nc",), (rb"CDF[\x01\x02\x05]",)),
    Foreign("a NumPy array", _CONVERT, (".npy",), (rb"\x93NUMPY",)),
    Foreign("a Python pickle", _CONVERT, (".pkl", ".pickle", ".joblib"), (rb"\x80[\x02-\x05]", rb"[(][ld]p\d+\n")),
    Foreign(
        "an R data file", _CONVERT, (".rds", ".rda", ".rdata"), (rb"RD[XA][23]\n[XAB]\n", rb"[XB]\n\0\0\0[\x02\x03]")
    ),
    Foreign("a MATLAB file", _CONVERT, (".mat",), weak=(rb"MATLAB [57]\.",)),
    Foreign("a Stata or SPSS file", _RECORDS, (".dta", ".sav", ".zsav"), (rb"<stata_dta>",), (rb"[$]FL[23]@",)),
    Foreign("a property list", _CONVERT, (".bplist",), (rb"bplist0\d",)),
    Foreign("a Microsoft Access database", _RECORDS, (".mdb", ".accdb"), (rb"\0\x01\0\0Standard (?:Jet|ACE) DB",)),
    WARC,
    Foreign(
        "an ARC file", "write its texts as JSON lines first", (".arc",), (rb"filedesc://\S+ \S+ \d{14} ",), binary=False
    ),
    # Programs and fonts.
    Foreign("an ELF program", _LEAVE, (".so", ".elf"), (rb"\x7fELF",)),
    Foreign("a Windows program", _LEAVE, (".exe", ".dll", ".sys", ".msi"), weak=(rb"MZ",)),
    Foreign("a macOS program", _LEAVE, (".dylib",), (rb"[\xce\xcf]\xfa\xed\xfe", rb"\xfe\xed\xfa[\xce\xcf]")),
    Foreign(
        "compiled code", _LEAVE, (".o", ".a", ".pyc", ".class", ".wasm"), (rb"\xca\xfe\xba\xbe", rb"\0asm[\x01\x02]")
    ),
    Foreign("a font", _LEAVE, _FONT, (rb"\0\x01\0\0\0", rb"OTTO\0", rb"true\0", rb"ttcf\0"), (rb"wOF[F2]",)),
    # Text in which lines are parts of something.
    *(HTML, MHTML, XML, JSON, NOTEBOOK, CSV, TSV),
    Foreign(
        "a mailbox (mbox)",
        "write its texts as JSON lines, a message a line" + INSIST,
        (".mbox",),
        (rb"From \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d(?::\d\d)? ",),
        binary=False,
    ),
    Foreign("an e-mail message", "take the text out of it first" + INSIST, (".eml", ".emlx"), (_MAIL,), binary=False),
    Foreign(
        "subtitles",
        "take the text out of them first" + INSIST,
        (".srt", ".vtt", ".ass"),
        (rb"WEBVTT\r?\n",),
        binary=False,
    ),
    Foreign(
        "a calendar or an address book",
        _CONVERT + INSIST,
        (".ics", ".vcf"),
        (rb"BEGIN:V(?:CALENDAR|CARD)\r?\n",),
        binary=False,
    ),
    Foreign("settings", _LEAVE + INSIST, _SETTINGS, binary=False),
    Foreign("source code", _LEAVE + INSIST, _CODE, (rb"#!\s*/\S*(?:bin|env)\b",), binary=False),
    BINARY,
)

BY_SUFFIX: dict[str, Foreign] = {suffix: kind for kind in KINDS for suffix in kind.suffixes}
