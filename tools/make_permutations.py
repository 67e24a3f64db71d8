"""Write ``dedup/permutations-128.bin``: the permutations of datasketch's ``affine32`` scheme that every run needs.

    python tools/make_permutations.py

Kept in a file because importing datasketch takes half a second, and these 256 numbers never change: multipliers, then
summands, little-endian uint32. A test compares them with what the installed datasketch makes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from datasketch import MinHash

NUM_PERM = 128
SEED = 1


def main() -> None:
    """Write the file."""
    path = Path(__file__).resolve().parent.parent / "dedup" / "fingerprint" / "data" / f"permutations-{NUM_PERM}.bin"
    both = MinHash(num_perm=NUM_PERM, seed=SEED, scheme="affine32").permutations
    path.write_bytes(np.asarray(both, "<u4").tobytes())
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
