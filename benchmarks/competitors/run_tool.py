"""Another tool's rule on paragraphs, one a line, for ``suite.py``; run by the Python that tool is installed in.

    python run_tool.py datasketch lines.txt --width 2 --threshold 0.8 > kept.txt
    python run_tool.py text-dedup rows.jsonl --kept kept-numbers.txt
    python run_tool.py versions -

Prints the paragraphs that stay, or writes their numbers (from 0) to a file. Standard library besides the tool itself;
nothing of this project. ``rows.jsonl`` holds records with an ``id`` and a ``text``.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import shutil
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PERMUTATIONS = 128
SEED = 42
BANDS = 8
PACKAGES = ("datasketch", "rensa", "text-dedup", "dolma")
TEXT_DEDUP = """
[input]
input_type = "local_files"
file_type = "json"

[input.read_arguments]
path = "json"
split = "train"
data_files = [{rows}]
cache_dir = {cache}

[algorithm]
algorithm_name = "minhash"
text_column = "text"
seed = 42
num_proc = {processes}
num_perm = 240
threshold = {threshold}
ngram_size = 5
hash_bits = 64
false_positive_weight = 0.5
false_negative_weight = 0.5
check_false_positive = true

[output]
output_dir = {output}
keep_index_column = true
save_clusters = false
clean_cache = false

[debug]
enable_profiling = false
"""


def main() -> None:
    """Run one rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rule", choices=["versions", *RULES])
    parser.add_argument("input", type=Path)
    parser.add_argument("--width", type=int, default=2, help="words of a shingle, where the rule leaves it open [2]")
    parser.add_argument("--threshold", type=float, default=0.8, help="[0.8]")
    parser.add_argument("--kept", type=Path, help="write the numbers of the paragraphs that stay instead of their text")
    parser.add_argument("--no-output", action="store_true", help="only run the rule")
    options = parser.parse_args()
    if options.rule == "versions":
        json.dump(_versions(), sys.stdout)
        return
    kept = RULES[options.rule](options)
    if options.no_output:
        return
    if options.kept:
        options.kept.write_text("".join(f"{number}\n" for number in kept), encoding="ascii")
    else:
        _print(options.input, kept)


def _versions() -> dict[str, str]:
    there = {(found.metadata["Name"] or "").lower(): found.version for found in distributions()}
    return {name: there[name] for name in PACKAGES if name in there}


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line.rstrip("\n")


def _print(path: Path, kept: Sequence[int]) -> None:
    """Print the lines that stay; of records, the whole line."""
    numbers = iter(kept)
    following = next(numbers, -1)
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if number == following:
                sys.stdout.buffer.write(line)
                following = next(numbers, -1)


def _datasketch(options: argparse.Namespace) -> list[int]:
    """Go through the paragraphs in order; one that the index of those before has no hit for stays and is added."""
    datasketch = importlib.import_module("datasketch")
    index = datasketch.MinHashLSH(threshold=options.threshold, num_perm=PERMUTATIONS)
    kept = []
    for number, line in enumerate(_lines(options.input)):
        sketch = datasketch.MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([shingle.encode() for shingle in _shingles(line, options.width)])
        if not index.query(sketch):
            index.insert(number, sketch)
            kept.append(number)
    return kept


def _shingles(line: str, width: int) -> set[str]:
    words = line.split()
    return {" ".join(words[at : at + width]) for at in range(max(len(words) - width + 1, 1))}


def _rensa(options: argparse.Namespace) -> list[int]:
    """Do as its README does: the words of a paragraph, its de-duplicator, its own number of bands."""
    rensa = importlib.import_module("rensa")
    index = rensa.RMinHashDeduplicator(threshold=options.threshold, num_perm=PERMUTATIONS, use_lsh=True)
    return _true(index.add_pairs((str(number), line.split()) for number, line in enumerate(_lines(options.input))))


def _rensa_shingles(options: argparse.Namespace) -> list[int]:
    """Do the same with shingles of several words, as the loop over datasketch does."""
    rensa = importlib.import_module("rensa")
    index = rensa.RMinHashDeduplicator(threshold=options.threshold, num_perm=PERMUTATIONS, use_lsh=True)
    pairs = ((str(number), list(_shingles(line, options.width))) for number, line in enumerate(_lines(options.input)))
    return _true(index.add_pairs(pairs))


def _rensa_rho(options: argparse.Namespace) -> list[int]:
    """Take what it calls its fastest: the rho sketches of all paragraphs at once, and flags for the whole matrix."""
    rensa = importlib.import_module("rensa")
    words = [line.split() for line in _lines(options.input)]
    matrix = rensa.RMinHash.digest_matrix_from_token_sets_rho(words, PERMUTATIONS, SEED)
    index = rensa.RMinHashLSH(options.threshold, PERMUTATIONS, BANDS)
    flags = index.query_duplicate_flags_matrix_one_shot(matrix)
    return _true(not flag for flag in flags)


def _true(flags: Any) -> list[int]:
    return [number for number, flag in enumerate(flags) if flag]


def _text_dedup(options: argparse.Namespace) -> list[int]:
    """Run its MinHash as its README is configured: 5 words, 240 permutations, false positives checked."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HF_HOME": folder, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
        output = str(Path(folder) / "output")
        page = Path(folder) / "config.toml"
        page.write_text(
            TEXT_DEDUP.format(
                rows=json.dumps(str(options.input.resolve())),
                cache=json.dumps(str(Path(folder) / "cache")),
                output=json.dumps(output),
                threshold=options.threshold,
                processes=os.cpu_count() or 1,
            ),
            encoding="utf-8",
        )
        config = importlib.import_module("text_dedup.config.base").load_config_from_toml(page)
        printed, sys.stdout = sys.stdout, sys.stderr
        try:
            importlib.import_module("text_dedup.minhash").main(config)
        finally:
            sys.stdout = printed
        rows = importlib.import_module("datasets").load_from_disk(output)
        return sorted(rows[config.algorithm.internal_index_column])


def _dolma(options: argparse.Namespace) -> list[int]:
    """Run its Bloom filter over paragraphs; what stays are the records in which it marks nothing."""
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        documents.mkdir()
        (documents / "all.jsonl.gz").symlink_to(_packed(options.input, Path(folder)))
        setting = {
            "documents": [f"{documents}/*.jsonl.gz"],
            "dedupe": {
                "name": "repeated",
                "paragraphs": {"attribute_name": "repeated"},
                "skip_empty": True,
            },
            "bloom_filter": {
                "file": f"{folder}/bloom",
                "read_only": False,
                "estimated_doc_count": 3_000_000,
                "desired_false_positive_rate": 1e-6,
            },
            "processes": 1,
        }
        page = Path(folder) / "config.json"
        page.write_text(json.dumps(setting), encoding="utf-8")
        printed, sys.stdout = sys.stdout, sys.stderr
        try:
            importlib.import_module("dolma.cli.__main__").main(["-c", str(page), "dedupe"])
        finally:
            sys.stdout = printed
        if options.no_output:
            return []
        with gzip.open(Path(folder) / "attributes" / "repeated" / "all.jsonl.gz", "rt", encoding="utf-8") as marks:
            return [number for number, line in enumerate(marks) if not json.loads(line)["attributes"]["repeated"]]


def _packed(path: Path, folder: Path) -> Path:
    """Return the records packed with gzip, as they are wanted: made here unless they stand beside the others."""
    beside = path.with_name(path.name + ".gz")
    if beside.exists():
        return beside.resolve()
    made = folder / "packed.gz"
    with path.open("rb") as source, gzip.open(made, "wb", compresslevel=1) as out:
        shutil.copyfileobj(source, out)
    return made


RULES: dict[str, Callable[[argparse.Namespace], list[int]]] = {
    "datasketch": _datasketch,
    "rensa": _rensa,
    "rensa-shingles": _rensa_shingles,
    "rensa-rho": _rensa_rho,
    "text-dedup": _text_dedup,
    "dolma": _dolma,
}


if __name__ == "__main__":
    main()
