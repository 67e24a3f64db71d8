"""Near-duplicates that went, drawn at random from removal logs, each beside its witness: to be read one by one.

    dedup --scope corpus --removed log.jsonl --quiet news.jsonl >clean.jsonl
    python benchmarks/sample_removals.py --number 200 --seed 7 --into read.md log.jsonl

What a figure says of a whole corpus, it says of the rules that made it; whether something was lost, only readers know.
What only the removed paragraph has is marked {+thus+}, what only its witness has [-thus-].
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import LCSseq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PIECES = re.compile(r"\w+|\s+|.", re.DOTALL)
_MOST = 4000
"""Characters of a paragraph that are shown."""


def near_ones(log: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of a log that tell of a near-duplicate and show its witnesses."""
    with log.open("rb") as lines:
        for line in lines:
            # Most of a log is copies: those need not be parsed.
            if b'"reason": "near"' in line or b'"compared": "aligned"' in line:
                entry = json.loads(line)
                if any("text" in witness for witness in entry.get("witnesses", ())):
                    yield entry


def drawn(logs: Sequence[Path], number: int, seed: int) -> list[dict[str, Any]]:
    """Return so many entries of all logs, each as likely as any other (reservoir sampling, Vitter's algorithm R)."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    kept: list[dict[str, Any]] = []
    seen = 0
    for log in logs:
        for entry in near_ones(log):
            seen += 1
            if len(kept) < number:
                kept.append(entry)
            elif (place := rng.randrange(seen)) < number:
                kept[place] = entry
    rng.shuffle(kept)
    return kept


def beside(entry: dict[str, Any]) -> str:
    """Return a removed paragraph beside its witness, as an entry of a list to be read."""
    there = "\n".join(witness["text"] for witness in entry["witnesses"] if "text" in witness)
    where = entry["document"]
    place = f"{where['file']}{':{}'.format(where['line']) if 'line' in where else ''}, paragraph {entry['paragraph']}"
    figures = f"similarity {entry['similarity']:.3f}, coverage {entry['coverage']:.3f}"
    witness, removed = marked(there[:_MOST], entry["text"][:_MOST])
    differs = ", ".join(entry.get("differs", ())) or "-"
    return f"{place} · {figures} · differs: {differs}\n\n  A {witness}\n\n  B {removed}\n"


def marked(witness: str, removed: str) -> tuple[str, str]:
    """Return both texts, with what only one of them has marked."""
    one, other = _PIECES.findall(witness), _PIECES.findall(removed)
    theirs, ours = [], []
    for op in LCSseq.opcodes([p.casefold() for p in one], [p.casefold() for p in other]):
        first, second = "".join(one[op.src_start : op.src_end]), "".join(other[op.dest_start : op.dest_end])
        theirs.append(first if op.tag == "equal" or not first.strip() else f"[-{first}-]")
        ours.append(second if op.tag == "equal" or not second.strip() else f"{{+{second}+}}")
    return " ".join("".join(theirs).split("\n")), " ".join("".join(ours).split("\n"))


def main() -> None:
    """Draw and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", type=Path, nargs="+", help="what `--removed` wrote")
    parser.add_argument("--number", type=int, default=1000, help="how many are drawn from all logs together [1000]")
    parser.add_argument("--seed", type=int, default=1, help="another one draws others [1]")
    parser.add_argument("--into", type=Path, help="a file; standard output by default")
    options = parser.parse_args()
    text = "\n".join(
        f"{n}. {beside(entry)}" for n, entry in enumerate(drawn(options.logs, options.number, options.seed), 1)
    )
    if options.into:
        options.into.write_text(text, encoding="utf-8", errors="surrogatepass")
    else:
        print(text)


if __name__ == "__main__":
    main()
