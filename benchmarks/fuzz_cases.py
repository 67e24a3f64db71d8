"""Small corpora that were made for trouble, for `benchmarks/fuzz.py`: what they hold follows from a seed.

Few words, so that paragraphs are alike by chance; much that is said again, as it was or changed a little; everything
that ends a line; bytes that do not decode; records written in every way that JSON allows, and in some that it does not.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENDS = (
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "\r\n",
    "\r\n\r\n",
    "\r",
    "\x85",
    "\u2028",
    "\u2029",
    "\v",
    "\f",
    " \n",
    "\n \n",
)
_WORDS = {
    "latin": "river market tower seven garden council winter letter mill harbour Anna Berlin stone ferry bread school",
    "cyrillic": "река рынок башня сад совет зима письмо мельница гавань Анна камень паром хлеб школа мост улица",
    "arabic": "نهر سوق برج حديقة مجلس شتاء رسالة طاحونة ميناء حجر خبز مدرسة جسر شارع مدينة قرية",
    "han": "河 市 塔 园 会 冬 信 磨 港 石 船 面 学 桥 街 村",
    "thai": "แม่น้ำ ตลาด หอคอย สวน สภา หนาว จดหมาย โรงสี ท่าเรือ หิน เรือ ขนมปัง โรงเรียน สะพาน ถนน หมู่บ้าน",
}
_SMALL = "the of a and in is was are on by to"
_TURNS = ("not", "no", "never", "only", "without", "не", "nicht", "unless")
_SIGNS = (
    "\u0323\u0301", "x²", "²", "½", "№ 5", "3,5", "1.000", "12", "13", "2020", "٣", "…", "—", "***", "℃", "$5", "5 €",
    "C++", "C#", "★★", "A&amp;B", "http://a.b/c?d=1", "\ufeff", "\0", "\u200d", "\u00ad", "👩\u200d👧", "a\u0300",
    "9" * 40,
)  # fmt: skip
_MENU = (
    "Home and garden",
    "Sport of the week",
    "Culture and travel",
    "Politics at home",
    "Letters to us",
    "More",
    "*",
    "12",
)
_OPTIONS: tuple[tuple[tuple[str, ...], ...], ...] = (
    ((), (), (), ("--split", "line"), ("--split", "blank")),
    ((), (), ("--min-words", "1"), ("--min-words", "3"), ("--min-words", "12")),
    ((), (), *(("--threshold", share) for share in ("0", "0.5", "0.7", "0.95", "1"))),
    ((), (), (), ("--guard", "numbers"), ("--guard", "off")),
    ((), (), (), ("--exact",)),
)  # fmt: skip
_CORPUS: tuple[tuple[tuple[str, ...], ...], ...] = (
    ((), (), ("--keep", "richest"), ("--keep", "longest"), *(("--keep", "none", "--boilerplate", n) for n in "24")),
    ((), ("--max-memory", "1"), ("--max-memory", "64M")),
    ((), (), (), ("--within", "HOST"), ("--within", "page.site")),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A corpus, and how it is to be cleaned.

    Attributes:
        name: seed and number, by which it is made again.
        options: of the command line, all that bear on what is decided.
        lines: documents are the lines of a file, of JSON; else each is a file of text.
        documents: their bytes; of lines with the line end.
        references: those of ``--against``, likewise; they are always lines.
        pack: what the name of the file ends in besides: ``.gz``, or nothing.
    """

    name: str
    options: tuple[str, ...]
    lines: bool
    documents: tuple[bytes, ...]
    references: tuple[bytes, ...] = ()
    pack: str = ""

    @property
    def corpus(self) -> bool:
        """All documents are compared with each other."""
        return "corpus" in self.options

    def value(self, option: str) -> str | None:
        """Return the value of an option; None where it is not given."""
        return self.options[self.options.index(option) + 1] if option in self.options else None

    def of(self, documents: Sequence[bytes], references: Sequence[bytes] | None = None) -> Case:
        """Return the same with other documents."""
        kept = self.references if references is None else tuple(references)
        return replace(self, documents=tuple(documents), references=kept)


def made(seed: int, number: int) -> Case:
    """Return a case of a seed."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - reproducible, not secret
    options: list[str] = []
    plain = chance.random() < 0.3  # the defaults are what most people use
    for group in () if plain else _OPTIONS:
        options += chance.choice(group)
    corpus = chance.random() < 0.75
    lines = chance.random() < 0.8
    if corpus:
        options += ["--scope", "corpus"]
        for group in () if plain else _CORPUS:
            options += chance.choice(group)
        if not lines and "--within" in options:
            at = options.index("--within")
            del options[at : at + 2]
    if chance.random() < 0.1 and lines:
        options += ["--empty", chance.choice(["drop", "null"])]
    maker = _Maker(chance)
    size = chance.choice([1, 3, 8, 8, 20, 20, 60, 60, 120, 200])
    texts = [maker.text() for _ in range(size)]
    make = maker.record if lines else maker.file
    documents = [make(text) for text in texts]
    references: list[bytes] = []
    if corpus and chance.random() < 0.15:
        references = [maker.line(maker.text(), odd=False) for _ in range(chance.randint(1, 8))]
    if lines and chance.random() < 0.3:
        documents[-1] = documents[-1].rstrip(b"\r\n") or b"{}"
    pack = chance.choice(["", "", "", "", ".gz"]) if lines else ""
    return Case(f"{seed}/{number}", tuple(options), lines, tuple(documents), tuple(references), pack)


class _Maker:
    """Makes up texts, of which later ones say again what earlier ones have said."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        script = chance.choice(["latin"] * 5 + list(_WORDS))
        words = _WORDS[script].split(" ")
        self._words = words[: chance.choice([3, 6, 10, 16])] + (_SMALL.split(" ") if chance.random() < 0.7 else [])
        self._gap = "" if script == "han" else " "
        self._trouble = chance.choice([0.0, 0.02, 0.1])
        self._again = chance.choice([0.2, 0.5, 0.8])
        self._edited = chance.choice([0.0, 0.3, 0.7])
        self._kinds = chance.choice([_PROSE, _PROSE, _MIXED, _MIXED, _LISTS])
        self._ends = chance.sample(ENDS, chance.choice([1, 1, 1, 2, 4]))
        self._most = chance.choice([2, 5, 12])
        self._pool: list[str] = []

    def text(self) -> str:
        """Make up a text."""
        chance, ends = self._chance, self._ends
        parts: list[str] = []
        for _ in range(chance.randint(0, self._most)):
            parts += self._some()
        self._pool += parts
        del self._pool[:-200]
        end = chance.choice(ends) if chance.random() < 0.7 else None
        out = [part + (end or chance.choice(ends)) for part in parts]
        if out and chance.random() < 0.4:
            out[-1] = parts[-1]
        return chance.choice(["", "", "", "", "\ufeff", "\n", " \n\n"]) + "".join(out)

    def _some(self) -> list[str]:
        """Return a paragraph, or a few in a row; new or said before."""
        chance, pool = self._chance, self._pool
        if pool and chance.random() < self._again:
            at = chance.randrange(len(pool))
            some = pool[at : at + chance.choice([1, 1, 2, 3, 5])]
            if chance.random() < self._edited:
                place = chance.randrange(len(some))
                some = [*some[:place], self._changed(some[place]), *some[place + 1 :]]
            return some
        return chance.choice(self._kinds)(self)

    def sentence(self, least: int = 1, most: int = 30) -> str:
        """Make up a sentence."""
        chance = self._chance
        words = chance.choices(self._words, k=chance.randint(least, most))
        if chance.random() < self._trouble:
            words.insert(chance.randrange(len(words) + 1), chance.choice(_SIGNS))
        if chance.random() < 0.15:
            words.insert(chance.randrange(len(words) + 1), str(chance.randint(1, 40)))
        text = self._gap.join(words)
        return text[:1].upper() + text[1:] + chance.choice(["", ".", ".", ".", "?", "²"])

    def _changed(self, text: str) -> str:
        chance = self._chance
        return chance.choice(_CHANGES)(chance, text, self._words)

    def short(self) -> list[str]:
        """Return a few words."""
        return [self.sentence(1, 5)]

    def menu(self) -> list[str]:
        """Return entries of a menu in a row."""
        at = self._chance.randrange(len(_MENU))
        return list(_MENU[at : at + self._chance.randint(1, 6)])

    def wrapped(self) -> list[str]:
        """Return a paragraph whose lines were wrapped by hand."""
        width, line, out = self._chance.choice([30, 60]), "", []
        for word in self.sentence(15, 60).split(" "):
            if line and len(line) + len(word) >= width:
                out.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        end = self._chance.choice(["\n", "\n", "\r\n"])
        return [end.join([*out, line])]

    def items(self) -> list[str]:
        """Return entries of a list."""
        mark = self._chance.choice(["- ", "* ", "1. ", "• ", "> "])
        return [mark + self.sentence(2, 14) for _ in range(self._chance.randint(1, 5))]

    def table(self) -> list[str]:
        """Return rows of a table, together or one alone."""
        rows = [f"| {self.sentence(1, 4)} | {self._chance.randint(1, 20)} |" for _ in range(self._chance.randint(1, 4))]
        return [self._chance.choice(["\n".join(rows), rows[0], "\n".join([*rows, "|---|---|"])])]

    def fence(self) -> list[str]:
        """Return a code fence, now and then one that is never closed."""
        body = [self.sentence(1, 10) for _ in range(self._chance.randint(0, 3))]
        return ["\n".join(["```", *body, *self._chance.choice([["```"], ["```"], [], ["~~~"]])])]

    def heading(self) -> list[str]:
        """Return a heading."""
        return [self._chance.choice(["## ", "# ", "", "**"]) + self.sentence(1, 4)]

    def long(self) -> list[str]:
        """Return a very long paragraph."""
        return [self.sentence(150, 400)]

    def prose(self) -> list[str]:
        """Return a paragraph."""
        return [self.sentence(6, 30)]

    def file(self, text: str) -> bytes:
        """Return a text as the bytes of a file."""
        data = bytearray(text.encode("utf-8", "surrogatepass"))
        for _ in range(self._chance.choice([0, 0, 0, 1, 3]) if self._trouble else 0):
            data.insert(self._chance.randrange(len(data) + 1), self._chance.choice([0xFF, 0x80, 0xC3, 0xE2]))
        return bytes(data)

    def record(self, text: str) -> bytes:
        """Return a text as a line of JSON, or now and then something else."""
        chance = self._chance
        line = self.line(text, odd=self._trouble > 0)
        if self._trouble and chance.random() < 0.03:
            line += chance.choice(
                [b"\n", b"  \n", b"{}\n", b"null\n", b"[1]\n", b'{"text": null}\n', b'{"text": 3}\n', b"{\n"]
            )
        return line

    def line(self, text: str, *, odd: bool) -> bytes:
        """Return a text as a line of JSON; `odd`: in every way that can be read."""
        chance = self._chance
        end = chance.choice(["\n"] * 6 + ["\r\n"])
        if not odd or chance.random() < 0.5:
            site = chance.choice(["a.b", "c.d", "A.b"])
            whole: dict[str, Any] = {
                "id": chance.randint(1, 9),
                "url": f"http://{site}/x",
                "page": {"site": site},
                "text": text,
            }
            return (json.dumps(whole, ensure_ascii=chance.random() < 0.5 or _half(text)) + end).encode("utf-8")
        literal = json.dumps(text, ensure_ascii=_half(text) or chance.random() < 0.5)
        if chance.random() < 0.2:
            literal = literal.replace("e", "\\u0065").replace("/", "\\/")
        before = chance.choice(
            ['{"text": ', '{"text" :\t', '{"text": "no", "text": ', '{ "n":[1, {"text":"no"}], "\\u0074ext":']
        )
        after = chance.choice(
            ["}", ', "x": 1e400}', ' ,"url": null } ', ', "text2": "\\ud800"}', f', "n": {"7" * 30}}}']
        )
        data = (before + literal + after + end).encode("utf-8")
        if chance.random() < 0.1:  # inside of the literal, where it makes the text odd and no less a string
            at = data.find(literal.encode("utf-8")) + 1
            data = data[:at] + chance.choice([b"\xff", b"\xc3", b"\\u0000", b"\\ud83d"]) + data[at:]
        return data


def _half(text: str) -> bool:
    """Return True if a text holds half of a surrogate pair, which UTF-8 does not have."""
    return any("\ud800" <= char <= "\udfff" for char in text)


_PROSE = (_Maker.prose, _Maker.prose, _Maker.prose, _Maker.short)
_MIXED = (
    _Maker.prose, _Maker.prose, _Maker.short, _Maker.menu, _Maker.wrapped, _Maker.items, _Maker.table, _Maker.fence,
    _Maker.heading, _Maker.long,
)  # fmt: skip
_LISTS = (_Maker.short, _Maker.menu, _Maker.menu, _Maker.items, _Maker.prose)


def _at(change: Callable[[Random, list[str], int, list[str]], list[str]]) -> Callable[[Random, str, list[str]], str]:
    """Return a change of a text at one of its words."""

    def changed(chance: Random, text: str, words: list[str]) -> str:
        parts = text.split(" ")
        return " ".join(change(chance, parts, chance.randrange(len(parts)), words))

    return changed


_CHANGES: tuple[Callable[[Random, str, list[str]], str], ...] = (
    lambda _, text, __: text.upper(),
    lambda _, text, __: text.lower(),
    lambda _, text, __: text.title(),
    lambda _, text, __: text.replace(".", "!").replace(",", ";"),
    lambda _, text, __: f"“{text}”",
    lambda _, text, __: text.replace(" ", "  "),
    lambda _, text, __: unicodedata.normalize("NFD", text),
    lambda chance, text, _: f"{chance.randint(1, 30)}. {text}",
    lambda chance, text, _: text[: chance.randint(0, len(text))],
    lambda chance, text, words: f"{text} {chance.choice(words)}",
    lambda chance, text, words: f"{text} {' '.join(chance.choices(words, k=8))}.",
    _at(lambda _, parts, i, __: [*parts[:i], *parts[i + 1 :]]),
    _at(lambda chance, parts, i, words: [*parts[:i], chance.choice(words), *parts[i + 1 :]]),
    _at(lambda chance, parts, i, words: [*parts[:i], chance.choice(words), *parts[i:]]),
    _at(lambda chance, parts, i, _: [*parts[:i], chance.choice(_TURNS), *parts[i:]]),
    _at(lambda chance, parts, i, _: [*parts[:i], chance.choice(_SIGNS), *parts[i:]]),
    _at(lambda chance, parts, i, _: [*parts[:i], str(chance.randint(1, 40)), *parts[i:]]),
    _at(lambda _, parts, i, __: [*parts[:i], parts[i][:-1], *parts[i + 1 :]]),
    _at(lambda _, parts, i, __: [*parts[i:], *parts[:i]]),
    _at(lambda _, parts, i, __: [*parts[:i], "\n".join(parts[i : i + 2]), *parts[i + 2 :]]),
)
