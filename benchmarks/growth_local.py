"""How time and memory grow with the text, in scope ``corpus``.

python benchmarks/growth_local.py --sizes 10 40 160 --mix news.jsonl terms.jsonl
python benchmarks/growth_local.py --sizes 10 40 --dump 200 --big versions.jsonl
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.lib.memory import Watched, watch
from benchmarks.lib.pairs import dedup, field_of, megabytes, seconds, table
from benchmarks.lib.plots import curves, save
from benchmarks.lib.synthetic import articles

HEAD = ["text", "size", "time", "rate", "largest process", "all processes together", "left of it"]


class Point(NamedTuple):
    """One run.

    Attributes:
        text: what was read.
        size: its bytes.
        run: what it took.
    """

    text: str
    size: int
    run: Watched

    def cells(self) -> list[str]:
        """Return the row of the table."""
        rate = f"{self.size / 1e6 / self.run.seconds:.1f} MB/s"
        left = f"{100 * self.run.written / max(self.size, 1):.1f} %"
        memory = [megabytes(self.run.largest), megabytes(self.run.together)]
        return [self.text, megabytes(self.size), seconds(self.run.seconds), rate, *memory, left]


def measure(text: str, path: Path, field: str, extra: list[str]) -> Point:
    """Run the program over a file.

    Args:
        text: what tables call it.
        path: JSON lines.
        field: where the text is in a record.
        extra: more options of the program.
    """
    command = [*dedup(), "--isolated", "--quiet", "--scope", "corpus", "--format", "jsonl", "--field", field]
    return Point(text, path.stat().st_size, watch([*command, *extra, str(path)]))


def mix(sources: list[Path], field: str, to: Path, size: int) -> int:
    """Write records of several corpora in turn, as many bytes of each as there are, up to a size.

    Args:
        sources: JSON lines; a synthetic corpus where there are none.
        field: where the text is in a record; it is there in what is written, too.
        to: where to write.
        size: bytes; fewer if all sources together have no more.

    Returns:
        The bytes written.
    """
    written = 0
    with ExitStack() as stack, to.open("wb") as out:
        if not sources:
            for record in articles(size):
                line = json.dumps(record | {field: record["text"]}, ensure_ascii=False).encode() + b"\n"
                if written + len(line) > size:
                    return written
                written += out.write(line)
            return written
        files: list[tuple[int, int, BinaryIO]] = [
            (0, number, stack.enter_context(path.open("rb"))) for number, path in enumerate(sources)
        ]
        while files and written < size:
            taken, number, file = files.pop(files.index(min(files, key=lambda each: each[:2])))
            if line := file.readline():
                line = line.rstrip(b"\r\n") + b"\n"
                field_of(json.loads(line), field)
                written += out.write(line)
                files.append((taken + len(line), number, file))
    return written


def points(
    sizes: list[float], sources: list[Path], field: str, *, made: float, big: Path | None, extra: list[str]
) -> list[Point]:
    """Measure all.

    Args:
        sizes: millions of bytes of mixed text.
        sources: what the mixed text is taken from.
        field: where the text is in a record.
        made: millions of bytes of a made dump; 0 for none.
        big: a corpus to be measured whole, if any.
        extra: more options of the program.
    """
    found: list[Point] = []

    def add(point: Point) -> None:
        print("  ".join(point.cells()), flush=True)
        found.append(point)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.jsonl"
        for size in sizes:
            if mix(sources, field, path, int(size * 1e6)) < size * 0.9e6:
                print(f"there is less than {size:g} MB of mixed text")
                break
            add(measure("mixed", path, field, extra))
        if made:
            # In a process of its own: what this one holds would be taken for the program's.
            script = str(Path(__file__).with_name("make_dump.py"))
            subprocess.run([sys.executable, script, str(path), "--megabytes", str(made)], check=True)
            add(measure("made, few repeats", path, "text", extra))
    if big:
        add(measure(big.name, big, field, extra))
    return found


def report(found: list[Point], sources: list[Path]) -> str:
    """Return text and table."""
    origin = ", ".join(path.name for path in sources) or "a synthetic corpus"
    said = (
        f"`dedup --scope corpus`; mixed text from {origin}, as many bytes from each as it has. The memory of all "
        "processes together counts pages that they share once; it was looked at every 0.1 s."
    )
    return said + "\n\n" + table(HEAD, [point.cells() for point in found])


def plots(found: list[Point]) -> dict[str, str]:
    """Return the curves of time and of memory."""
    names = list(dict.fromkeys(point.text for point in found))
    own = {name: [point for point in found if point.text == name] for name in names}
    time = {name: [(each.size / 1e6, each.run.seconds) for each in points] for name, points in own.items()}
    memory = {}
    for name, points in own.items():
        memory[f"{name}: together"] = [(each.size / 1e6, each.run.together / 1e6) for each in points]
        memory[f"{name}: largest process"] = [(each.size / 1e6, each.run.largest / 1e6) for each in points]
    return {
        "growth_local-time": curves("Time", "MB of text", "seconds", time),
        "growth_local-memory": curves("Memory at its peak", "MB of text", "MB", memory),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=float, nargs="*", default=[10, 40], help="MB of mixed text [10 40]")
    parser.add_argument("--mix", type=Path, nargs="*", default=[], help="JSON lines to take it from")
    parser.add_argument("--field", default="text", help="[text]")
    parser.add_argument("--dump", type=float, default=0, help="MB of a made dump with few repeats [0]")
    parser.add_argument("--big", type=Path, help="a corpus to be measured whole")
    parser.add_argument("--options", default="", help="more options of dedup, in one argument")
    parser.add_argument("--into", type=Path, help="write the table and the plots into this folder")
    options = parser.parse_args()
    extra = options.options.split()
    found = points(options.sizes, options.mix, options.field, made=options.dump, big=options.big, extra=extra)
    text = report(found, options.mix)
    print("\n" + text)
    if options.into:
        save(options.into, "growth_local", text, plots(found))


if __name__ == "__main__":
    main()
