"""Synthetic articles, the same on every machine: word lists made from seeds, with repeats of known kinds.

They are not language, but their words are as long, as frequent and as often repeated as words are, in scripts with and
without spaces, so that a measurement on them says something about a measurement on articles.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCRIPTS = {
    "latin": ("abcdefghijklmnoprstuvwy", " "),
    "accents": ("aeiouáéíóúçñäöüßlmnrstbdg", " "),
    "cyrillic": ("абвгдежзийклмнопрстухчшыя", " "),
    "arabic": ("ابتثجحدرسصعفقلمنهوي", " "),
    "devanagari": ("कगचजटडतदनपबमयरलवसह", " "),
    "han": ("".join(chr(0x4E00 + 7 * step) for step in range(1500)), ""),
    "thai": ("กขคงจชซญดตถทธนบปผฝพฟภมยรลวศษสหอะาเแโใไ", ""),
}
VOCABULARY = 6000
KINDS = ("plain", "doubled", "partly", "near", "boilerplate")
WEIGHTS = (84, 4, 4, 4, 4)


@dataclass(frozen=True)
class Words:
    """A vocabulary and how often each of its words comes."""

    words: tuple[str, ...]
    cumulative: tuple[float, ...]
    joint: str


def vocabulary(script: str, seed: int, size: int = VOCABULARY) -> Words:
    """Make a vocabulary of about so many words, whose frequencies fall as those of words do."""
    letters, joint = SCRIPTS[script]
    chance = random.Random(f"{script}-{seed}")  # noqa: S311 - reproducible, not secret
    longest = {"han": 3, "thai": 7}.get(script, 11)
    words = {"".join(chance.choices(letters, k=chance.randint(1, longest))) for _ in range(size * 2)}
    ordered = sorted(words)
    chance.shuffle(ordered)
    total, cumulative = 0.0, []
    for rank in range(min(size, len(ordered))):
        total += 1.0 / (rank + 3)
        cumulative.append(total)
    return Words(tuple(ordered[: len(cumulative)]), tuple(cumulative), joint)


def articles(characters: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Yield records until their texts have this many characters together."""
    chance = random.Random(f"articles-{seed}")  # noqa: S311 - reproducible, not secret
    lists = {script: vocabulary(script, seed) for script in SCRIPTS}
    made, number = 0, 0
    while made < characters:
        script = chance.choices(list(SCRIPTS), weights=(40, 16, 12, 10, 8, 8, 6))[0]
        kind = chance.choices(KINDS, weights=WEIGHTS)[0]
        text = "\n".join(_article(chance, lists[script], kind))
        number += 1
        made += len(text)
        yield {"id": f"{script}-{number}", "kind": kind, "text": text}


def write(path: Path, characters: int, seed: int = 1) -> int:
    """Write records as JSON lines and return how many there are."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        return sum(
            file.write(json.dumps(record, ensure_ascii=False) + "\n") > 0 for record in articles(characters, seed)
        )


def _article(chance: random.Random, words: Words, kind: str) -> list[str]:
    body = [_paragraph(chance, words) for _ in range(chance.randint(5, 28))]
    if kind == "doubled":
        return [*body, *body]
    if kind == "partly":
        return [*body, *body[chance.randrange(len(body)) :]]
    if kind == "near":
        return [*body, *(_changed(chance, words, paragraph) for paragraph in body[2:5])]
    if kind == "boilerplate":
        notice = _paragraph(chance, words)
        return [
            part for paragraph in body for part in ([paragraph, notice] if chance.random() < 1 / 3 else [paragraph])
        ]
    return body


def _paragraph(chance: random.Random, words: Words) -> str:
    count = max(4, int(chance.lognormvariate(3.4, 0.6)))
    drawn = chance.choices(words.words, cum_weights=words.cumulative, k=count if words.joint else count // 2 + 4)
    drawn = [str(chance.randint(2, 2400)) if chance.random() < 1 / 50 else word for word in drawn]
    text = words.joint.join(drawn)
    return text[:1].upper() + text[1:] + ("." if words.joint else "。")


def _changed(chance: random.Random, words: Words, paragraph: str) -> str:
    if not words.joint:
        at = chance.randrange(len(paragraph))
        return paragraph[:at] + chance.choice(words.words) + paragraph[at + 1 :]
    parts = paragraph.split(words.joint)
    parts[chance.randrange(len(parts))] = chance.choice(words.words)
    return words.joint.join(parts)
