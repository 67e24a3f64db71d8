"""Documents in which something repeats. Random text never collides: what is to be found must be planted.

Words are made up, of many letters, so that two paragraphs that were not made from one another have nothing in common.
"""

from __future__ import annotations

import random
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from dedup.model.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Script(NamedTuple):
    """How made-up words of a script are written."""

    first: str
    """Letters that begin a syllable."""
    second: str
    """Letters or marks that end it."""
    stop: str
    comma: str
    gap: str
    """What stands between two words."""


SCRIPTS = {
    "latin": Script("bdfgklmnprstvz", "aeiouyäöé", ".", ",", " "),
    "cyrillic": Script("бвгджзклмнпрстфхцчш", "аеиоуыэюяёй", ".", ",", " "),
    "greek": Script("βγδζθκλμνξπρστφχψ", "αεηιουωάέή", ".", ",", " "),
    "arabic": Script("بتثجحخدذرزسشصضطظعغفقكلمنهوي", "\u064e\u064f\u0650\u0651اوي", ".", "،", " "),
    "hebrew": Script("אבגדהזחטיכלמנסעפצקרשת", "\u05b0\u05b4\u05b8וי", ".", ",", " "),
    "hindi": Script("कखगघचछजझटठडढतथदधनपफबभमयरलवशषसह", "ािीुूेैोौ", "।", ",", " "),
    "tamil": Script("கஙசஞடணதநபமயரலவழளறன", "ாிீுூெேை", ".", ",", " "),
    "korean": Script("가나다라마바사아자차카타파하거너더러머버", "각난닫랄맘밥삿앙잦찿칼탐팝핫", ".", ",", " "),
    "thai": Script("กขคงจชซญดตถทนบปผพฟมยรลวสหอ", "ะาิีึืุู่้", "", " ", ""),
    "han": Script(
        "".join(map(chr, range(0x4E00, 0x4E00 + 400))), "".join(map(chr, range(0x5B50, 0x5F50))), "。", "，", ""
    ),
    "kana": Script(
        "かきくけこさしすせそたちつてとなにぬねのまみむめも", "アイウエオカガキギクグケゲコゴサザ", "。", "、", ""
    ),
}
ENDS = (
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "\r\n",
    "\r\n\r\n",
    "\r",
    "\n \n",
    " \n",
    "\n\n\n",
    "\u2028",
    "\u2029",
    "\x85",
)
NOISE = ("\ufeff", "\0", "\udc80", "\udcff\udc9f", "\u200d", "\u00ad", "😀", "👩\u200d👧", "½", "x²", "№", "\ud83d")


def word(rng: random.Random, script: str) -> str:
    """Make up a word of three or four syllables."""
    kind = SCRIPTS[script]
    return "".join(rng.choice(kind.first) + rng.choice(kind.second) for _ in range(rng.randint(3, 4)))


def sentence_words(rng: random.Random, script: str, number: int) -> list[str]:
    """Make up so many different words."""
    out: dict[str, None] = {}
    while len(out) < number:
        out[word(rng, script)] = None
    return list(out)


def written(words: Sequence[str], script: str) -> str:
    """Write words as a sentence."""
    kind = SCRIPTS[script]
    text = kind.gap.join(w + kind.comma if i % 9 == 8 and i + 1 < len(words) else w for i, w in enumerate(words))
    return text[:1].upper() + text[1:] + kind.stop


def prose(rng: random.Random, number: int = 25, script: str = "latin") -> str:
    """Make up a paragraph of running text."""
    return written(sentence_words(rng, script, number), script)


def _changed(rng: random.Random, text: str, change: Callable[[list[str], int], list[str]]) -> str:
    """Change a text at one of its words, neither the first nor the last one where there are others."""
    parts = text.split(" ")
    return " ".join(change(parts, min(rng.randrange(1, max(2, len(parts) - 1)), len(parts) - 1)))


EDITS: dict[str, Callable[[random.Random, str], str]] = {
    "same": lambda _, text: text,
    "upper": lambda _, text: text.upper(),
    "commas": lambda _, text: text.replace(",", " –").replace("،", ""),
    "quotes": lambda _, text: f"“{text}”",
    "spaces": lambda _, text: "  " + text.replace(" ", "  "),
    "decomposed": lambda _, text: unicodedata.normalize("NFD", text),
    "wide": lambda _, text: "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text),
    "hyphens": lambda _, text: text[: len(text) // 2] + "\u00ad" + text[len(text) // 2 :],
    "marker": lambda rng, text: f"{rng.randint(1, 40)}. {text}",
    "joined": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], "".join(p[i : i + 2]), *p[i + 2 :]]),
    "dropped": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], *p[i + 1 :]]),
    "slip": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], p[i][:-1], *p[i + 1 :]]),
    "grammar": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], rng.choice(["the", "и", "de"]), *p[i:]]),
    "negated": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], rng.choice(["not", "не", "nicht"]), *p[i:]]),
    "number": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], str(rng.randint(2, 9999)), *p[i:]]),
    "word": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], word(rng, "latin"), *p[i:]]),
    "other": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], word(rng, "latin"), *p[i + 1 :]]),
    "swapped": lambda rng, text: _changed(rng, text, lambda p, i: [*p[i:], *p[:i]]),
    "half": lambda _, text: text[: len(text) // 2],
    "noise": lambda rng, text: _changed(rng, text, lambda p, i: [*p[:i], rng.choice(NOISE), *p[i:]]),
}


class _Part(NamedTuple):
    what: str
    size: int
    back: int
    edit: str


_part = st.builds(
    _Part,
    st.sampled_from(
        ["new"] * 6
        + ["short"] * 4
        + ["again"] * 6
        + ["run"] * 4
        + ["merged", "item", "heading", "rule", "row", "fence"]
    ),
    st.integers(1, 30),
    st.integers(1, 12),
    st.sampled_from(["same"] * 8 + list(EDITS)),
)


def _lines(rng: random.Random, script: str, parts: Sequence[_Part]) -> list[str]:  # noqa: C901 - a branch for each kind
    out: list[str] = []
    for part in parts:
        earlier = out[-part.back :]
        match part.what:
            case "again" if earlier:
                out.append(EDITS[part.edit](rng, earlier[0]))
            case "run" if earlier:
                place = rng.randrange(len(earlier))
                again = list(earlier)
                again[place] = EDITS[part.edit](rng, again[place])
                out += again
            case "merged" if len(earlier) > 1:
                out.append(f"{earlier[0]} {earlier[1]}")
            case "item":
                out.append(f"- {written(sentence_words(rng, script, part.size % 12 + 1), script)}")
            case "heading":
                out.append(f"## {word(rng, script)}")
            case "rule":
                out.append(rng.choice(["---", "* * *", "…", "  ***"]))
            case "row":
                out += [f"| {word(rng, script)} | {rng.randint(1, 99)} |" for _ in range(part.size % 4 + 1)]
            case "fence":
                out += ["```", word(rng, script), word(rng, script), rng.choice(["```", "~~~", "``` x"])]
            case "short":
                out.append(" ".join(sentence_words(rng, script, part.size % 5 + 1)))
            case _:
                out.append(prose(rng, part.size, script))
    return out


@st.composite
def documents(draw: st.DrawFn, most: int = 14) -> str:
    """Draw a document in which paragraphs, runs of them and short lines repeat, exactly, nearly, or with news."""
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    script = draw(st.sampled_from(["latin"] * 4 + list(SCRIPTS)))
    parts = draw(st.lists(_part, min_size=1, max_size=most))
    ends = draw(st.lists(st.sampled_from(ENDS), min_size=1, max_size=3))
    start = draw(st.sampled_from(["", "", "", "\ufeff", "\n", "  \n\n", "\0"]))
    lines = _lines(rng, script, parts)
    text = start + "".join(line + ends[i % len(ends)] for i, line in enumerate(lines))
    return text if draw(st.booleans()) else text.rstrip("\r\n\x85\u2028\u2029 ")


def raw_texts() -> st.SearchStrategy[str]:
    """Draw text of any characters, many of them line ends, repeated as it comes."""
    # Characters that this Python does not know yet are none to the oracle; the pinned tables may know them.
    known = st.characters(exclude_categories=["Cn"])
    piece = st.one_of(
        st.text(known, max_size=30), st.sampled_from([*ENDS, *NOISE, "a b c d e f g h i\n", "x\n", "```\n"])
    )
    return st.lists(piece, max_size=12).map("".join).map(lambda text: text + text)


def settings() -> st.SearchStrategy[Settings]:
    """Draw settings, the defaults more often than others."""
    return st.one_of(
        st.just(Settings()),
        st.builds(
            Settings,
            split=st.sampled_from(["auto", "line", "blank"]),
            threshold=st.sampled_from([0.0, 0.5, 0.6, 0.75, 0.8, 0.9, 1.0]),
            guard=st.sampled_from(["strict", "numbers", "off"]),
            min_words=st.sampled_from([1, 3, 8, 12]),
            exact=st.booleans(),
        ),
    )


def sample(seed: int, number: int, most: int = 20) -> list[str]:
    """Make up documents without Hypothesis, the same ones for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    kinds = ["new", "new", "short", "again", "again", "run", "merged", "item", "heading", "rule"]
    out = []
    for _ in range(number):
        parts = [
            _Part(rng.choice(kinds), rng.randint(1, 30), rng.randint(1, 12), rng.choice(["same", *EDITS]))
            for _ in range(rng.randint(1, most))
        ]
        script = rng.choice(list(SCRIPTS))
        out.append("".join(line + rng.choice(["\n", "\n\n", "\r\n"]) for line in _lines(rng, script, parts)))
    return out
