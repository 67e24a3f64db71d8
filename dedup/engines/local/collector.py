"""How often Python's collector of cyclic garbage looks for some.

Batches are lists of many small objects that are in no cycles: reference counts free them. With Python's defaults the
collector walks through them again and again, which is 5 % of a run's time and frees next to nothing.
"""

from __future__ import annotations

import gc

_OBJECTS = 50_000
"""Containers that are made and not freed before the collector looks; Python's default is 700 or 2,000."""


def collect_seldom() -> None:
    """Have a process that is all ours look for cyclic garbage less often; what there is by now is looked at no more."""
    gc.freeze()
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
