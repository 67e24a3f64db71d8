"""Small corpora in which removals hang together: rows, menus, doubled bodies, near-copies, what its neighbours need."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from tests.support import strategies

MENU = ["Home and garden", "Sport of the week", "Culture and travel", "Politics at home", "Letters to us"]
CAPTION = "Film of the day in the town"
KINDS = ["copy", "near", "short", "menu", "captions", "body", "row", "announced", "item", "headed", "cut", "new"]


class _Trouble:
    """Makes documents that share what is decided in rounds."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - not for secrets
        self._stock = [self._line(5, 30) for _ in range(self._rng.randint(2, 6))]
        self._short = [self._line(1, 6) for _ in range(self._rng.randint(2, 5))]
        self._form = self._line(18, 18).split()
        self.documents: list[list[str]] = []

    def _line(self, least: int, most: int) -> str:
        return strategies.prose(self._rng, self._rng.randint(least, most)).replace("\n", " ")

    def add(self) -> None:
        """Add a document."""
        out = []
        for _ in range(self._rng.randint(1, 8)):
            out += self._piece(self._rng.choice([*KINDS, "copy", "short"]))
        if self._rng.random() < 0.2 and len(out) < 12:
            out += out
        self.documents.append([text for text in out if text])

    def _piece(self, kind: str) -> list[str]:
        rng, text, short = self._rng, self._rng.choice(self._stock), self._rng.choice(self._short)
        words = list(self._form)
        words[rng.randrange(len(words))] = rng.choice(["one", "the", "Lima", "not", str(rng.randint(1, 40))])
        at = rng.randrange(len(text.split()))
        pieces = {
            "copy": [text],
            "near": [self._edited(text)],
            "short": [short],
            "menu": MENU[rng.randrange(2) :][: rng.randint(2, 5)],
            "captions": [CAPTION, *([text] if rng.random() < 0.5 else [CAPTION]), CAPTION],
            "body": rng.choice([*self.documents, []]),
            "row": [" ".join(words)],
            "announced": [short.rstrip(".") + ":", text],
            "item": [f"- {text}", f"- {rng.choice(self._stock)}"],
            "headed": [f"## {short}", text],
            "cut": [" ".join(text.split()[:at]), " ".join(text.split()[at:])],
            "new": [self._line(8, 30)],
        }
        if kind == "new":
            self._stock += pieces[kind]
        return pieces[kind]

    def _edited(self, text: str) -> str:
        for _ in range(self._rng.randint(1, 3)):
            text = strategies.EDITS[self._rng.choice(list(strategies.EDITS))](self._rng, text)
        return text.replace("\n", " ")


@st.composite
def troubled(draw: st.DrawFn, most: int = 10) -> list[str]:
    """Return the texts of a corpus of a few documents."""
    trouble = _Trouble(draw(st.integers(0, 1 << 32)))
    for _ in range(draw(st.integers(2, most))):
        trouble.add()
    end = draw(st.sampled_from(["\n", "\n\n"]))
    return [end.join(texts) for texts in trouble.documents]
