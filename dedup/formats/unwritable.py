"""Places that cannot be written to, told before a long run rather than at its end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.model.errors import OutputError

if TYPE_CHECKING:
    from dedup.formats.plan import IOPlan


def refuse_unwritable(plan: IOPlan) -> None:
    """Refuse an output, or a log, that cannot be written, as far as that can be told.

    Raises:
        OutputError: the directory of one is not there, or may not be written to.
    """
    alone = not plan.per_file or plan.archive is not None
    places = list(plan.destinations) if alone else []
    if plan.per_file and plan.top is not None and not isinstance(plan.top, Path):
        places = [plan.top]
    for path in places if plan.removed is None else [*places, plan.removed]:
        if not isinstance(path, Path):
            path.check_writable()
            continue
        if not path.parent.is_dir():
            raise OutputError("no such directory; nothing was read or written", place=str(path.parent))
        if not path.exists() and not os.access(path.parent, os.W_OK):
            raise OutputError("permission denied; nothing was read or written", place=str(path.parent))
