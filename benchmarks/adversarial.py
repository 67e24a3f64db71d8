"""Time and memory of scope ``corpus`` on input that was made to be slow, or looks as if it was.

    python benchmarks/adversarial.py                    everything at its full size: several minutes, 2 GB of disk
    python benchmarks/adversarial.py --share 0.01       a hundredth of it
    python benchmarks/adversarial.py --corpus news.jsonl --joint thai.jsonl

What fails rather than takes long (a full disk, a spool that is gone, a killed worker) is the tests' business.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import islice, repeat
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.growth_local import HEAD, Point, measure
from benchmarks.lib.pairs import field_of, table
from benchmarks.lib.plots import save
from benchmarks.lib.synthetic import articles, vocabulary
from benchmarks.make_dump import Maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINUTES, GIGABYTES = 5, 2
"""What each is to stay within: all processes together, at its full size."""
FIELD = "text"
TOGETHER = 1000
"""Paragraphs of a record where it does not matter how many there are."""
ONE_RECORD, JOINT = 80_000_000, 37_000_000
"""Characters of the text that is one record; bytes of the text without spaces."""


def record(text: str) -> bytes:
    """Return a record with a text, as a line."""
    return json.dumps({FIELD: text}, ensure_ascii=False).encode() + b"\n"


def copies(share: float) -> Iterator[bytes]:
    """Yield ten million records of one paragraph."""
    line = record(
        "A paragraph that stands in every record of this dump, word for word and sign for sign, as a menu does."
    )
    yield from repeat(line * TOGETHER, int(10_000_000 * share) // TOGETHER)


def variants(share: float) -> Iterator[bytes]:
    """Yield 100,000 variants of one template, each in a record, with other words in three places."""
    words, chance = vocabulary("latin", 1).words, Random(1)  # noqa: S311 - reproducible, not secret
    for _ in range(int(100_000 * share)):
        who, what, where = (chance.choice(words) for _ in range(3))
        yield record(
            f"Welcome to {who.title()}, the shop where everybody finds the {what} that was looked for in vain. "
            f"We send it to {where.title()} within two days, and take it back within thirty days if you do not like it."
        )


def short(share: float) -> Iterator[bytes]:
    """Yield a million paragraphs of two words."""
    words, chance = vocabulary("latin", 2).words, Random(2)  # noqa: S311 - likewise
    for _ in range(int(1_000_000 * share) // TOGETHER):
        yield record("\n".join(" ".join(chance.choices(words, k=2)) for _ in range(TOGETHER)))


def one_record(share: float, corpus: Path | None, field: str) -> Iterator[bytes]:
    """Yield one record with all paragraphs of a corpus, bit by bit: it is never in memory as a whole."""
    begin, end = record("|").split(b"|")
    yield begin
    if corpus is None:
        texts: Iterator[str] = (each["text"] for each in articles(int(ONE_RECORD * share)))
    else:
        texts = (field_of(json.loads(line), field) for line in some_lines(corpus, share))
    for text in texts:
        yield json.dumps(text + "\n", ensure_ascii=False)[1:-1].encode()
    yield end


def some_lines(corpus: Path, share: float) -> Iterator[bytes]:
    """Yield the first so many lines of a file."""
    with corpus.open("rb") as file:
        number = int(sum(1 for _ in file) * share)
        file.seek(0)
        yield from islice(file, number)


def empty(share: float) -> Iterator[bytes]:
    """Yield a hundred thousand empty records."""
    yield from repeat(record(""), int(100_000 * share))


def joint(share: float, corpus: Path | None) -> Iterator[bytes]:
    """Yield a dump in one script without spaces."""
    if corpus is not None:
        yield from some_lines(corpus, share)
        return
    maker, made = Maker("thai", 1), 0
    while made < JOINT * share:
        for text in maker.texts():
            line = record(text)
            made += len(line)
            yield line


def inputs(
    share: float, corpus: Path | None, without: Path | None, field: str
) -> dict[str, tuple[str, Callable[[], Iterator[bytes]]]]:
    """Return what is measured, by title: the field that holds the text, and what makes the lines."""
    return {
        "ten million copies of one paragraph": (FIELD, lambda: copies(share)),
        "100,000 variants of one template": (FIELD, lambda: variants(share)),
        "a million paragraphs of two words": (FIELD, lambda: short(share)),
        "every paragraph in one record": (FIELD, lambda: one_record(share, corpus, field)),
        "a hundred thousand empty records": (FIELD, lambda: empty(share)),
        "one script without spaces": (field if without else FIELD, lambda: joint(share, without)),
    }


def points(share: float, corpus: Path | None, without: Path | None, field: str, extra: list[str]) -> list[Point]:
    """Measure all.

    Args:
        share: how much of each, 1 for all of it.
        corpus: JSON lines whose paragraphs become one record; made ones if None.
        without: JSON lines in a script without spaces; made ones if None.
        field: where the text is in a record of those.
        extra: more options of the program.
    """
    found = []
    for title, (where, made) in inputs(share, corpus, without, field).items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "text.jsonl"
            with path.open("wb") as file:
                file.writelines(made())
            found.append(measure(title, path, where, extra))
        print("  ".join(found[-1].cells()), flush=True)
    return found


def report(found: list[Point], share: float) -> str:
    """Return text and table."""
    beyond = [
        point.text
        for point in found
        if point.run.seconds > 60 * MINUTES or point.run.together > GIGABYTES * 1e9  # both are of the full size
    ]
    said = f"Input made to be slow, {share:g} of its full size. Each is to end within {MINUTES} minutes and "
    said += f"{GIGABYTES} GB, all processes together: " + (f"not so {', '.join(beyond)}." if beyond else "all do.")
    return said + "\n\n" + table(HEAD, [point.cells() for point in found])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="how much of each, 1 for all of it [1]")
    parser.add_argument("--corpus", type=Path, help="JSON lines whose paragraphs become one record [made ones]")
    parser.add_argument("--joint", type=Path, help="JSON lines in a script without spaces [made ones]")
    parser.add_argument("--field", default=FIELD, help="where their text is [text]")
    parser.add_argument("--options", default="", help="more options of dedup, in one argument")
    parser.add_argument("--into", type=Path, help="write the table into this folder")
    options = parser.parse_args()
    found = points(options.share, options.corpus, options.joint, options.field, options.options.split())
    text = report(found, options.share)
    print("\n" + text)
    if options.into:
        save(options.into, "adversarial", text, {})


if __name__ == "__main__":
    main()
