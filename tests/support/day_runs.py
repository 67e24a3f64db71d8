"""A corpus cleaned day by day over an index, and all at once: what has to come to the same."""

from __future__ import annotations

import json
import random
import re
import shutil
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dedup.engines.run import run
from dedup.model.job import Job
from dedup.model.settings import Settings
from tests.support import strategies
from tests.support.both_engines import corpus
from tests.support.fake_kernel import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

CORPUS = Settings(scope="corpus")
_DAY = re.compile(rb'"day": ?"(?:[^"\\]|\\.)*", ?')
Days = list[list[str]]
"""The texts of each day."""


@dataclass
class Result:
    """What runs have left: the files of the output, and the log's lines of each."""

    files: dict[str, bytes] = field(default_factory=dict)
    log: dict[str, list[bytes]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


def files_of(number: int, texts: Sequence[str], form: str) -> dict[str, bytes]:
    """Return the inputs of a day as files, by their names.

    Args:
        number: of the day.
        texts: its documents.
        form: ``jsonl`` (one file), ``several`` (of them), ``text`` (a file for each document) or ``mixed``.
    """
    if form == "text" or (form == "mixed" and number % 2):
        return {f"{number:02}-{place:02}.txt": _raw(text) for place, text in enumerate(texts or [""])}
    pieces = [texts] if form == "jsonl" else [texts[at : at + 2] for at in range(0, max(len(texts), 1), 2)]
    return {f"{number:02}-{place:02}.jsonl": _lines(some) for place, some in enumerate(pieces)}


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _lines(texts: Sequence[str]) -> bytes:
    return b"".join(json.dumps({"id": place, "text": text}).encode() + b"\n" for place, text in enumerate(texts))


def all_at_once(days: Days, directory: Path, form: str = "jsonl", **options: Any) -> Result:
    """Clean all days in one run."""
    result = Result()
    found = [files_of(number, texts, form) for number, texts in enumerate(days)]
    _cleaned({name: data for files in found for name, data in files.items()}, directory / "all", result, options)
    return result


def day_by_day(
    days: Days,
    directory: Path,
    form: str = "jsonl",
    *,
    index: Path | None = None,
    between: Callable[[int], dict[str, Any]] = lambda _: {},
    **options: Any,
) -> Result:
    """Clean one day after the other over an index; `between`: is told the number of each day, and changes options."""
    result = Result()
    for number, texts in enumerate(days):
        more = {**options, "index": str(index or directory / "index"), **between(number)}
        _cleaned(files_of(number, texts, form), directory / f"day-{number}", result, more)
    return result


def _cleaned(files: dict[str, bytes], directory: Path, result: Result, options: dict[str, Any]) -> None:
    """Clean some files; add what comes of them to a result."""
    source, output = directory / "in", directory / "out"
    source.mkdir(parents=True)
    for name, data in files.items():
        (source / name).write_bytes(data)
    options = {"settings": CORPUS, "workers": 1, "binary_as_text": True, **options}
    if not options.get("mark"):
        options["removed"] = directory / "log"
    if options.get("in_place"):
        output = source
    else:
        options |= {"output": output, "into_directory": True}
    recorder = Recorder()
    run(Job(inputs=(str(source),), **options), recorder)
    assert not recorder.problems, recorder.problems
    result.told += recorder.important
    for path in output.iterdir() if output.exists() else ():
        result.files[path.name] = without_days(path.read_bytes())
    if not options.get("mark"):
        _read_log(directory / "log", result.log)


def _read_log(log: Path, into: dict[str, list[bytes]]) -> None:
    name = ""
    for line in log.read_bytes().splitlines():
        entry = json.loads(line)
        kind = next(iter(entry))
        if kind == "open":
            name = entry["open"]
        if kind not in ("dedup_log", "end"):
            into.setdefault(name, []).append(without_days(line))


def without_days(data: bytes) -> bytes:
    """Return a log, or marked records, as if all had been one day."""
    return _DAY.sub(b"", data)


def difference(days: Days, directory: Path, form: str = "jsonl", **options: Any) -> str | None:
    """Return in what the two ways differ, or None."""
    shutil.rmtree(directory, ignore_errors=True)
    one, other = all_at_once(days, directory, form, **options), day_by_day(days, directory, form, **options)
    return _difference("output", one.files, other.files) or _difference("log", one.log, other.log)


def _difference(what: str, theirs: Mapping[str, object], ours: Mapping[str, object]) -> str | None:
    for name in sorted(theirs.keys() | ours.keys()):
        if theirs.get(name) != ours.get(name):
            return f"{what} of {name}:\nall at once {theirs.get(name)}\nby day      {ours.get(name)}"
    return None


# What is drawn --------------------------------------------------------------------------------------------------------

SHORT = (
    "Home and garden",
    "Sport of the week",
    "Culture and travel",
    "Politics at home",
    "Letters to us",
    "Film of the day in town",
    "Read more",
    "Page 2",
    "Contact",
    "Share this with a friend",
)
HEADS = (
    "## Minutes",
    "# Results",
    "Chapter two",
    "The vote:",
    "Press notes:",
    "***",
    "---",
    "- first",
    "- second item",
    "1. one",
)
TABLE = (
    "| Fares 5 |",
    "| Taxes 7 |",
    "| a | b |",
    "> quoted so",
    "* point",
    "2. two of them here",
    "Name: Lima",
    "Sum: 240",
)
_CHANCE = random.Random(7)  # noqa: S311 - not for secrets
LONG = tuple(strategies.prose(_CHANCE, size) for size in (8, 9, 12, 14, 20, 25, 30, 40))
ENGLISH = (
    "The council agreed on Monday to close the old bridge for repairs that take until the spring.",
    "Shops on both sides of the river fear for their trade and ask the town for a ferry in the meantime.",
    "Row, my brothers, row her home again to the sound of bells and far away from here!",
    "- Tickets bought before the storm stay valid until the summer, on every day of the week.",
    "The crew spent the night of the storm on the pier, where the whole village fed them, said the mayor:",
    "| the crew spent the night of the storm on the pier | 5 |",
    "However, the port office said on Friday that nothing of this was known to any of them by then.",
    "    return the_value_of(something, other, more) if it is not None else what_we_had_before_that",
)
_SHORT_OF = [
    [" ".join(strategies.sentence_words(_CHANCE, "latin", size)).capitalize() for _ in range(12)]
    for size in (7, 7, 7, 2, 4)
]
"""Paragraphs of so many words, of which three say enough to go where they stand in a row."""
ROWS = tuple(_SHORT_OF[0] + _SHORT_OF[1])
"""Short paragraphs of which three in a row say enough to go."""
FORM = "The office of {} is open on Monday from {} to noon, and on other days by letter to the town clerk."


_LINES: dict[str, tuple[int, Callable[[random.Random], str]]] = {
    "short": (6, lambda rng: rng.choice(SHORT)),
    "head": (2, lambda rng: rng.choice(HEADS)),
    "row": (2, lambda rng: rng.choice(TABLE)),
    "long": (5, lambda rng: rng.choice(LONG)),
    "english": (4, lambda rng: rng.choice(ENGLISH)),
    "form": (3, lambda rng: FORM.format(rng.choice(["Lima", "Oslo", "Rome"]), rng.randint(1, 9))),
    "near": (4, lambda rng: _edited(rng, rng.choice(LONG[2:] + ENGLISH))),
}
"""Kinds of paragraphs, and how often there are such."""


def _edited(rng: random.Random, text: str) -> str:
    edit = strategies.EDITS[rng.choice(list(strategies.EDITS))]
    return edit(random.Random(rng.randrange(4)), text)  # noqa: S311 - not for secrets


def _line(rng: random.Random) -> str:
    weights = [weight for weight, _ in _LINES.values()]
    _, make = _LINES[rng.choices(list(_LINES), weights)[0]]
    return make(rng)


def _wrapped(text: str, width: int) -> list[str]:
    out, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) >= width:
            out.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*out, line]


def _document(rng: random.Random, before: list[list[str]]) -> list[str]:
    out: list[str] = []
    for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 6])):
        kind = rng.choices(["line", "menu", "body", "part", "double", "wrapped"], [8, 2, 3, 4, 1, 1])[0]
        if kind == "line":
            out.append(_line(rng))
        elif kind == "menu":
            at = rng.randrange(6)
            out += SHORT[at : at + rng.randint(2, 5)]
        elif kind == "wrapped":
            out += _wrapped(rng.choice(LONG[4:]), rng.choice([50, 60, 70]))
        elif kind == "double":
            out += out
        elif before:
            lines = list(rng.choice(before))
            if kind == "part" and lines:
                at = rng.randrange(len(lines))
                lines = lines[at : at + rng.randint(1, 5)]
            for _ in range(rng.choice([0, 0, 0, 1, 2])):
                at = rng.randrange(len(lines) + 1)
                lines[at : at + rng.randrange(2)] = [_line(rng)] if rng.random() < 0.6 else []
            out += lines
    return out[:40]


def _blocks(rng: random.Random) -> list[list[str]]:
    """Return documents in which short paragraphs stand in a row once others have gone from between, in later rounds."""
    short = rng.choice(_SHORT_OF)[: rng.randint(6, 12)]
    long = rng.sample(LONG[2:] + ENGLISH[:2], 2)
    blocks = [rng.sample(short, 3)]
    out = [[*blocks[0], *long]]
    is_deep = rng.random() < 0.3
    for turn in range(rng.randint(2, 8)):
        kind = rng.choices(["nested", "again", "beside", "other"], [5, 4, 2, 1])[0]
        inner = rng.choice([blocks[-1], blocks[-1], *blocks, rng.choice(out)])
        if is_deep and rng.random() < 0.9:
            kind, inner = ("nested", "again")[turn % 2], blocks[-1]
        if kind == "nested":  # it stands in a row when what is within has gone
            blocks.append(rng.sample([line for line in short if line not in inner] + short[:3], 3))
            at = rng.randint(1, 2)
            lines = [*blocks[-1][:at], *inner, rng.choice(long), *blocks[-1][at:]]
            if turn and rng.random() < 0.6:  # in a later round the last one of what is within may be a heading
                blocks[-1] = [*blocks[-1][:at], inner[-1], *blocks[-1][at:]]
        elif kind == "again":
            lines = [*inner, *rng.choice([[], [rng.choice(long)], [rng.choice(short)], [_line(rng)]])]
        elif kind == "beside":
            lines = [rng.choice(long), *inner, *rng.choice(blocks)]
        else:
            lines = [*rng.choice(out), _line(rng), *inner]
        for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
            at = rng.randint(0, len(lines))
            lines[at : at + rng.randrange(2)] = [rng.choice([*long, *short, _line(rng)])]
        out.append(lines[:30])
    if rng.random() < 0.3:
        rng.shuffle(out)
    return out


def drawn(seed: int) -> Days:
    """Return a corpus cut into days, the same one for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    number = rng.randint(1, 12)
    kind = rng.choices(["blocks", "lines", "corpus", "sample", "mixed"], [9, 6, 2, 1, 3])[0]
    if kind == "corpus":
        texts = corpus(seed, number * 2)
    elif kind == "sample":
        texts = strategies.sample(seed, number)
    else:
        documents = [] if kind == "lines" else _blocks(rng)
        for _ in range(0 if kind == "blocks" else number):
            documents.append(_document(rng, documents))
        ends = rng.choice([["\n"], ["\n\n"], ["\n", "\n\n"], ["\r\n"]])
        texts = [rng.choice(ends).join(lines) for lines in documents]
    if kind == "mixed":
        texts += corpus(seed, 6)
        rng.shuffle(texts)
    return cut(rng, texts)


def cut(rng: random.Random, texts: Sequence[str]) -> Days:
    """Cut documents into days, of which some may be empty; none is there twice: that would be the same day again."""
    every = rng.random() < 0.25  # each document is a day
    edges = sorted(range(1, len(texts)) if every else (rng.randint(0, len(texts)) for _ in range(rng.randint(1, 3))))
    edges = [0, *edges, len(texts)]
    days = [list(texts[begin:end]) for begin, end in pairwise(edges)]
    return [day for number, day in enumerate(days) if day not in days[:number]]
