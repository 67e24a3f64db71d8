"""Measure ``--scope corpus``: speed beside other tools, recall, growth with the text, slow input, time by stage.

    python benchmarks/suite.py                                     small synthetic text, a few minutes
    python benchmarks/suite.py --corpus news.jsonl --corpus terms.jsonl --peers-env DIR --write docs/performance.md
    python benchmarks/suite.py --parts growth_local --sizes 10 40 160 --mix a.jsonl b.jsonl --dump 2000 --big c.jsonl

The other tools are looked for in a virtual environment of their own; what is not there is a row that says so::

    python3.12 -m venv DIR && uv pip install --python DIR/bin/python datasketch rensa text-dedup dolma 'pyarrow>=21,<23'

(uv, for pip's resolver does not come to an end with them in ten minutes.)

Each part runs in a process of its own, so that what it holds in memory is not taken for another command's. Parts can
be run alone: ``corpus_speed.py``, ``recall.py``, ``growth_local.py``, ``adversarial.py``, ``profile_stages.py``.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.competitors.tools import Peers
from benchmarks.lib.pairs import insert
from benchmarks.lib.synthetic import write

PARTS = {
    "corpus_speed": "Beside other tools",
    "recall": "What is found of all pairs",
    "growth_local": "As the text grows",
    "adversarial": "Input made to be slow",
    "profile_stages": "Where the time goes",
}
MARKER = "suite"
SMALL = 2_000_000
"""Characters of the synthetic corpus that stands in where none is given."""


def main() -> None:
    """Measure and write."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        corpora: list[Path] = [path.resolve() for path in options.corpus]
        if not corpora:
            corpora = [Path(folder) / "synthetic.jsonl"]
            write(corpora[0], SMALL)
        into = (options.into or Path(folder) / "results").resolve()
        for part in options.parts:
            command = [sys.executable, str(Path(__file__).with_name(f"{part}.py")), "--into", str(into)]
            if subprocess.run([*command, *arguments(part, options, corpora)], check=False).returncode:
                sys.exit(f"benchmark: {part} was not measured; nothing was written")
        text = assembled(into, options.parts, options.peers_env, options.write)
    print("\n" + text)
    if options.write:
        insert(options.write, text, MARKER)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="JSON lines; several times")
    parser.add_argument("--field", default="text", help="the field that holds the text [text]")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), help="[all]")
    parser.add_argument("--peers-env", type=Path, help="a virtual environment with the other tools")
    parser.add_argument("--write", type=Path, help=f"put it all into this page, between the {MARKER} comments")
    parser.add_argument("--into", type=Path, help="keep each part's table and plots in this folder")
    parser.add_argument("--runs", type=int, default=5, help="corpus_speed: pairs of runs [5]")
    parser.add_argument("--slice", type=float, default=10, help="corpus_speed: MB that slow tools get [10]")
    parser.add_argument("--sample", type=int, help="recall: paragraphs of each corpus [20000; synthetic 3000]")
    parser.add_argument("--threshold", nargs="*", default=["0.8", "0.85"], help="recall: [0.8 0.85]")
    parser.add_argument("--cache", type=Path, help="recall: where pairs are kept for the next time")
    parser.add_argument("--sizes", nargs="*", help="growth_local: MB of mixed text [10 40 160; synthetic 1 4]")
    parser.add_argument("--mix", type=Path, nargs="*", help="growth_local: what mixed text is taken from [the corpora]")
    parser.add_argument("--dump", type=float, default=0, help="growth_local: MB of a made dump with few repeats [0]")
    parser.add_argument("--big", type=Path, help="growth_local: a corpus to be measured whole")
    parser.add_argument("--share", type=float, help="adversarial: how much of each input [1; synthetic 0.01]")
    parser.add_argument(
        "--options", default="", help="growth_local, adversarial: more options of dedup, in one argument"
    )
    return parser.parse_args()


def arguments(part: str, options: argparse.Namespace, corpora: list[Path]) -> list[str]:
    """Return the arguments of a part's own script."""
    made = not options.corpus
    given = [argument for path in corpora for argument in ("--corpus", str(path))]
    peers = ["--peers-env", str(options.peers_env.absolute())] if options.peers_env else []
    field = ["--field", options.field]
    if part == "corpus_speed":
        return [*given, *field, *peers, "--runs", str(options.runs), "--slice", str(options.slice)]
    if part == "profile_stages":
        return [*given, *field]
    if part == "recall":
        cache = ["--cache", str(options.cache)] if options.cache else []
        least = [argument for value in options.threshold for argument in ("--threshold", value)]
        return [*given, *field, *peers, *cache, *least, "--sample", str(options.sample or (3000 if made else 20_000))]
    if part == "adversarial":
        share = options.share if options.share is not None else (0.01 if made else 1.0)
        return [*field, *([] if made else given[:2]), "--share", str(share), f"--options={options.options}"]
    sizes = options.sizes or (["1", "4"] if made else ["10", "40", "160"])
    mixed = [str(path) for path in (options.mix if options.mix is not None else options.corpus)]
    big = ["--big", str(options.big)] if options.big else []
    return [
        *field,
        "--sizes",
        *sizes,
        "--mix",
        *mixed,
        "--dump",
        str(options.dump),
        *big,
        f"--options={options.options}",
    ]


def assembled(into: Path, parts: list[str], environment: Path | None, page: Path | None) -> str:
    """Return one text from the parts' reports, and put their plots beside the page, in a folder of its name."""
    packages = [f"{name} {version(name)}" for name in ("paradedup", "numpy", "rapidfuzz")]
    packages += [f"{name} {found}" for name, found in Peers(environment).versions.items()]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    text = [f"Taken with `python benchmarks/suite.py`. {machine}; {', '.join(packages)}."]
    for part in parts:
        text += [f"### {PARTS[part]}", (into / f"{part}.md").read_text(encoding="utf-8").strip()]
        for plot in sorted(into.glob(f"{part}*.svg")) if page else ():
            beside = page.with_suffix("") if page else into
            beside.mkdir(exist_ok=True)
            shutil.copyfile(plot, beside / plot.name)
            text.append(f"![{PARTS[part]}: {plot.stem}]({beside.name}/{plot.name})")
    return "\n\n".join(text)


if __name__ == "__main__":
    main()
