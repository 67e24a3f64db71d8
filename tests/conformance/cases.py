"""Corpora of our own making, and what is asked of them: planted repeats, odd bytes, records that hold no text."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from dedup.formats.files.compression import by_name

if TYPE_CHECKING:
    from pathlib import Path

_WORDS = (  # noqa: SIM905 - a list of them would be a page long
    "harbour council bridge winter market railway teacher garden engine letter border engineer museum weather kitchen "
    "village budget hospital river station player season student library company minister contract journey painter "
    "festival mountain captain orchestra dinner summer forest island valley evening morning question answer picture "
    "window building street factory newspaper election theatre history science language music training building "
    "reports opens closes explains welcomes repairs returns promises follows rejects describes expects measures "
    "quietly slowly finally often rarely near behind across against without before during above along around "
    "old new bright heavy careful public private modern narrow northern southern local national early late"
).split()
_MENU = ["Home", "About us", "Contact", "Sign in", "More stories", "Share this"]


@dataclass(frozen=True)
class Case:
    """Inputs, and what is asked.

    Attributes:
        name: of the case.
        files: name → bytes, packed as the name says; in the order in which they are given.
        references: those of them that are references.
        settings: of `dedup.model.settings.Settings`, besides the scope.
        job: of `dedup.model.job.Job`.
        inputs: what is named on the command line, if not just the files.
        more: Spark is held against it only where all is asked for (``DEDUP_CONFORMANCE=all``): another case has most
            of what is in it, and a run on Spark takes its time, however little there is to do.
    """

    name: str
    files: dict[str, bytes]
    references: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    job: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] | None = None
    more: bool = False

    def put(self, directory: Path) -> None:
        """Write the files."""
        for name, data in self.files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            packing = by_name(path)
            if packing is not None:
                packer = packing.packer()
                data = packer.compress(data) + packer.flush()  # noqa: PLW2901 - as it is stored
            path.write_bytes(data)

    @property
    def named(self) -> tuple[str, ...]:
        """The inputs as they are given."""
        return self.inputs or tuple(name for name in self.files if name not in self.references)


def sentence(random_: random.Random, words: int) -> str:
    """Return a paragraph of so many words."""
    return " ".join(random_.choice(_WORDS) for _ in range(words)).capitalize() + "."


def articles(seed: int, number: int) -> list[str]:
    """Return articles with planted repeats: copies, near-copies, blocks, menus, templates with figures."""
    random_ = random.Random(seed)  # noqa: S311 - not for secrets
    pool = [sentence(random_, random_.randint(9, 60)) for _ in range(max(number // 3, 4))]
    block = [sentence(random_, random_.randint(3, 30)) for _ in range(5)]
    out = []
    for _ in range(number):
        text = [sentence(random_, random_.randint(2, 70)) for _ in range(random_.randint(1, 7))]
        for _ in range(random_.randint(0, 3)):
            copy = random_.choice(pool)
            if random_.random() < 0.5:
                words = copy.split()
                words[random_.randrange(len(words))] = random_.choice(_WORDS)
                copy = " ".join(words)
            text.insert(random_.randint(0, len(text)), copy)
        if random_.random() < 0.3:
            text += block
        if random_.random() < 0.3:
            text = [*_MENU, *text]
        if random_.random() < 0.3:
            text.append(
                f"On day {random_.randrange(40)} the station measured {random_.randrange(9)} degrees in the north."
            )
        out.append(random_.choice(["\n", "\n\n", "\r\n"]).join(text))
    return out


def few_words(seed: int, number: int) -> list[str]:
    """Return articles of few words, in which nearly everything is like something else, and what goes was gone for."""
    random_ = random.Random(seed)  # noqa: S311 - not for secrets
    words, pool, out = _WORDS[:5], [" ".join(_WORDS[:20])], []
    for _ in range(number):
        text = []
        for _ in range(random_.randint(1, 4)):
            some = random_.choice(pool).split()
            at = random_.randrange(len(some))
            what = random_.choice(["same", "dropped", "more", "marker", "signs", "table", "new"])
            if what == "dropped" and len(some) > 9:
                del some[at]
            elif what == "more":
                some.insert(at, random_.choice(words))
            elif what == "marker":
                some = [f"{random_.randint(1, 30)}.", *some]
            elif what == "signs":
                some[0] = some[0].replace(".", "!")
            elif what == "table":
                some = [f"| {some[0]} | {at} |\n{' '.join(some)}\n| {some[-1]} | {at} |"]
            elif what == "new":
                some = [random_.choice(words) for _ in range(20)]
            text.append(" ".join(some))
        pool += text
        out.append("\n\n".join(text))
    return out


def lines(texts: list[str], **more: Any) -> bytes:
    """Return articles as JSON lines."""
    records = ({"id": number, "text": text, **more} for number, text in enumerate(texts))
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _odd() -> bytes:
    """Return lines as nobody should write them."""
    body = sentence(random.Random(9), 30)  # noqa: S311 - not for secrets
    plain = json.dumps({"text": f"{body}\nshort", "id": 1.5}).encode()
    return b"".join(
        [
            b"\xef\xbb\xbf" + plain + b"\r\n",
            b"\n  \t\r\n",
            plain.replace(b"short", b"sh\xff\xfeort") + b"\n",
            b'{"text": "' + body.encode() + b'\\ud800 \\u00e9", "text": "' + body.encode() + b' and this"}\n',
            b'{"other": 1}\n{"text": null}\n{"text": 7}\n[1]\nnot json \x00\n',
            plain.replace(b"1.5", b"9" * 5000) + b"\r\r\n",
            b'  {"text" : "' + body.encode() + b'"  }  \n',
            b'{"text": ""}\n',
            b"\xff\xfe\n",
            plain,
        ]
    )


@cache
def cases() -> tuple[Case, ...]:
    """Return all cases."""
    some, more = articles(1, 60), articles(2, 40)
    both = {"b.jsonl": lines(some), "a.jsonl": lines(more)}
    pages = lines(articles(3, 30), url="http://one.example/x") + lines(articles(3, 30), url="http://two.example/y")
    texts = {f"{number}.txt": text.encode() for number, text in enumerate(articles(4, 12))}
    cut = {"a b%41[1]#x?.jsonl": lines(some)[:-1], "none.jsonl": b"", "ü.jsonl": lines(some + more)[:-1]}
    packed = {f"{number}.jsonl{suffix}": lines(articles(number, 9)) for number, suffix in enumerate(_SUFFIXES)}
    deep = b"".join(
        json.dumps({"page": {"body": text}, "é": "ü"}, ensure_ascii=False).encode("latin-1", "replace") + b"\n"
        for text in some
    )
    return (
        Case("planted", cut),
        Case("whole lines", both, more=True),
        Case("one worker's worth", {"a.jsonl": lines(articles(5, 3))}, more=True),
        Case("odd bytes", {"a.jsonl": lines(some), "odd.jsonl": _odd()}),
        Case("odd bytes first", {"odd.jsonl": _odd(), "a.jsonl": lines(some)}, more=True),
        Case("odd bytes alone", {"odd.jsonl": _odd()}, more=True),
        Case("nothing", {"a.jsonl": b"", "b.jsonl": b""}),
        Case("blank lines", {"a.jsonl": b"\n\n \n", "b.jsonl": b"\n"}, more=True),
        Case("packed", packed),
        Case("packed alike", {"a.jsonl.gz": lines(some), "b.jsonl.gz": lines(more)[:-1]}, more=True),
        Case(
            "texts", texts | {"none.txt": b"", "odd.md": b"\xef\xbb\xbf" + some[0].encode() + b"\xff\r\nend"}, more=True
        ),
        Case("texts and records", texts | both, more=True),
        Case("the same file twice", both, inputs=("a.jsonl", "b.jsonl", "a.jsonl"), more=True),
        Case("names", {"a b%41[1]#x?.jsonl": lines(some), "ü.jsonl": lines(more)}, more=True),
        Case("references", {"r/x.jsonl": lines(some[:20]), **both}, references=("r/x.jsonl",)),
        Case("a text as reference", {"r.txt": "\n".join(some[:9]).encode(), **both}, references=("r.txt",), more=True),
        Case("few words", {"a.jsonl": lines(few_words(1, 150))}, more=True),
        Case("few words, the longest", {"a.jsonl": lines(few_words(2, 150))}, settings={"keep": "longest"}, more=True),
        Case("richest", both, settings={"keep": "richest"}, more=True),
        Case("longest", both, settings={"keep": "longest", "min_words": 4}, more=True),
        Case("boilerplate", both, settings={"keep": "none", "boilerplate": 3}),
        Case("exact", both, settings={"exact": True}, more=True),
        Case("no guard", both, settings={"guard": "off", "threshold": 0.6}, more=True),
        Case("numbers", both, settings={"guard": "numbers", "split": "line"}, more=True),
        Case("within", {"pages.jsonl": pages}, settings={"within": "HOST"}),
        Case("within a field", {"pages.jsonl": pages + lines(more)}, settings={"within": "url"}, more=True),
        Case("drop", {"a.jsonl": lines(some + some), "b.jsonl": lines(some + more)}, job={"empty": "drop"}, more=True),
        Case("drop the last", {"a.jsonl": lines(some), "b.jsonl": lines(some)[:-1]}, job={"empty": "drop"}),
        Case("null", {"a.jsonl": lines(some), "b.jsonl": lines(some)[:-1]}, job={"empty": "null"}, more=True),
        Case("marks", {"a.jsonl": lines(some), "b.jsonl": lines(some)[:-1]}, job={"mark": True, "removed": None}),
        Case(
            "too large", {"a.jsonl": lines(some), "b.txt": some[0].encode() * 9}, job={"max_document": 900}, more=True
        ),
        Case("nested", {"a.jsonl": deep}, job={"text_field": "page.body", "encoding": "latin-1"}, more=True),
        Case("fail", {"a.jsonl": lines(some) + b"{}\n" + lines(more) + b"[]\n"}, job={"on_error": "fail"}),
        Case("too much", both, job={"max_removed": 0.01}),
        Case("not there", both, inputs=("a b%41[1]#x?.jsonl", "a.jsonl"), more=True),
    )


_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", "")
