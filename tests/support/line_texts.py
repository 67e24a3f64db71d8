"""Texts of lines that may belong together: hard-wrapped, in tables, fences and lists, with line ends of all kinds."""

from __future__ import annotations

import random
import textwrap

from hypothesis import strategies as st

from tests.support import strategies

_ODD = [
    "```", "~~~ python", "```x", "---", "- - -", "* * *", "|", "||", "| |", "| a | b |", "|a|", "* x", "*  x y", "- -x",
    "*", "* ", "*x*", "**bold** as it is", "1. first", "12) twelfth", "123. long", "1234. no", "1.5 of them", "a) b",
    "A. Name of it", "iv. four", "xviii. more", "(a) and", "(12) or", "[1] note", "# heading", "#no", "> said", "“Well",
    "•", "・点", "（一）點", "१२. दो", "12.", "\ufeffa", "\u00adb", "\u0301c", "_", "=====", "+ + x", "·", "a.",
    "1.\u00a0x",
]  # fmt: skip
_INDENTS = ["", "", "", "", " ", "    ", "\t", "\u00a0", "\u3000", "\x1c", " " * 45]
_TAILS = ["", "", "", " ", "  \t", "\u2003", " " * 50]
_BREAKS = ["\n"] * 8 + ["\n\n", "\n\n\n", "\r\n", "\r\n\r\n", "\r", "\n \n", "\u2028", "\x85", "\v"]


def _wrapped(rng: random.Random, script: str) -> list[str]:
    """Make up the lines of a paragraph that is wrapped, or nearly so."""
    width = rng.choice([17, 18, 24, 39, 40, 41, 60, 72, 119, 120, 121])
    words = strategies.sentence_words(rng, script, rng.randint(6, 60))
    text = rng.choice([str.lower, str.lower, str.capitalize, str.title])(strategies.written(words, script))
    out = textwrap.wrap(text, width, subsequent_indent=rng.choice(["", "", "  "])) or [text]
    if rng.random() < 0.2:
        place = rng.randrange(len(out))
        out[place] = rng.choice([out[0], out[place][: rng.randint(1, 60)] or "x", out[place] + ".", f"- {out[place]}"])
    return out


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a document of wrapped and other lines, lists, tables and fences, with line ends of all kinds."""
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    script = draw(st.sampled_from(["latin", "latin", "cyrillic", "han", "kana", "thai", "arabic"]))
    tame = draw(st.booleans())
    out: list[str] = []
    for kind in draw(
        st.lists(st.sampled_from(["wrapped"] * 6 + ["odd", "odd", "table", "fence", "short"]), max_size=12)
    ):
        if kind == "wrapped":
            lines = _wrapped(rng, script)
        elif kind == "odd":
            lines = [rng.choice(_ODD) + rng.choice(["", "", " and so on", " |"]) for _ in range(rng.randint(1, 5))]
        elif kind == "table":
            lines = [f"| {strategies.word(rng, script)} | {n} |" for n in range(rng.randint(1, 4))]
        elif kind == "fence":
            lines = ["```", *_wrapped(rng, script), *rng.choice([["```"], ["~~~"], []])]
        else:
            lines = [" ".join(strategies.sentence_words(rng, script, rng.randint(1, 9)))]
        end = rng.choice(_BREAKS)
        for line in lines:
            edges = ("", "") if tame else (rng.choice(_INDENTS), rng.choice(_TAILS))
            out.append(edges[0] + line + edges[1] + (end if tame or rng.random() < 0.9 else rng.choice(_BREAKS)))
        out.append(rng.choice(["", "\n", "\n", "\n\n", "\r\n"]))
    return "".join(out)
