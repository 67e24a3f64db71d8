"""The command as a script for ``spark-submit``: the same arguments, with ``--scope corpus --engine spark`` understood.

``python -c 'import dedup.engines.spark.submit as entry; print(entry.__file__)'`` says where it is.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Run the command with what stands behind the script's name, and return its exit status."""
    # As a script it would have its own directory searched first, whose modules are no others' to find.
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != here]
    from dedup.cli import main as command  # found only now

    return command(["--scope", "corpus", "--engine", "spark", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
