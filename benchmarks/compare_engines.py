"""Real files through every engine, compared byte by byte: the text, the removal log, the counts.

    python benchmarks/compare_engines.py news.jsonl terms.jsonl --master 'local[2]' --spark-conf spark.driver.memory=2g

Each file is a corpus by itself. The engines are the command, as processes of its own: local with one worker and with
two, then Spark. Says how long each took, and ends with 1 where one of them gives anything else than the first.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMAND = (sys.executable, "-m", "dedup", "--isolated", "--scope", "corpus", "--no-progress")
_ABOUT_OUTPUTS = (b'{"open"', b'{"close"')


def parts(path: Path) -> list[Path]:
    """Return the files that an output is, in order."""
    return sorted(path.iterdir()) if path.is_dir() else [path]


def digest(path: Path) -> str:
    """Return a digest of all bytes of an output."""
    sum_ = hashlib.blake2b(digest_size=16)
    for part in parts(path):
        with part.open("rb") as file:
            while piece := file.read(1 << 20):
                sum_.update(piece)
    return sum_.hexdigest()


def entries(path: Path) -> Iterator[bytes]:
    """Yield the lines of a log, but for those that say where an output begins and ends."""
    for part in parts(path):
        with part.open("rb") as file:
            yield from (line for line in file if not line.startswith(_ABOUT_OUTPUTS))


def digest_of_log(path: Path) -> str:
    """Return a digest of a log's entries."""
    sum_ = hashlib.blake2b(digest_size=16)
    for line in entries(path):
        sum_.update(line)
    return sum_.hexdigest()


def run(path: Path, directory: Path, name: str, options: Sequence[str]) -> tuple[str, str, str]:
    """Run one engine; return the digests of text and log, and what the command says it did."""
    output, log = directory / f"{name}-out", directory / f"{name}-log"
    if "--engine" not in options:
        output, log = output.with_suffix(".jsonl"), log.with_suffix(".jsonl")
    begun = time.monotonic()
    done = subprocess.run(
        [*COMMAND, *options, str(path), "--output", str(output), "--removed", str(log)],
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    said = next((line for line in done.stderr.splitlines() if line.startswith(("1 file", "dedup:"))), done.stderr)
    print(f"  {name:<8} {time.monotonic() - begun:7.1f} s  {said}", flush=True)
    if done.returncode:
        return "", "", said
    found = digest(output), digest_of_log(log), said
    shutil.rmtree(output) if output.is_dir() else output.unlink()
    return found


def main() -> int:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--master", default="local[2]", help="[local[2]]")
    parser.add_argument("--spark-conf", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--option", action="append", default=[], help="one of the command's, for all engines")
    options = parser.parse_args()
    conf = [word for one in options.spark_conf for word in ("--spark-conf", one)]
    engines = {
        "local-1": ["--workers", "1"],
        "local-2": ["--workers", "2"],
        "spark": ["--engine", "spark", "--master", options.master, *conf],
    }
    differ = 0
    for path in options.files:
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
        with tempfile.TemporaryDirectory() as directory:
            results = {
                name: run(path, Path(directory), name, [*options.option, *more]) for name, more in engines.items()
            }
        first = results["local-1"]
        for name, result in results.items():
            for what, one, other in zip(("text", "log", "counts"), first, result, strict=True):
                if one != other or not one:
                    print(f"  {name} gives another {what}")
                    differ += 1
    print("all engines give the same" if not differ else f"{differ} differences")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
