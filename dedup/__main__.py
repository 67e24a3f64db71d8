"""``python -m dedup``: the same as the command ``dedup``."""

import sys

from dedup.cli import main

if __name__ == "__main__":
    sys.exit(main())
