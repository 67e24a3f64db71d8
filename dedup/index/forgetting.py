"""Days are taken out of an index.

What this means, exactly:

- Of the days that are forgotten nothing is left: no digest, no text, no key, no run, no name. Segments of only such
  days are removed, and others are written anew without them. Numbers of days are never given again.
- The other days stay as they were decided, and so do their outputs: a paragraph that went for one of a forgotten day
  has gone from its own day's output, and is not brought back.
- What later runs find is what is left. A paragraph of a remaining day that went for one of a forgotten day (the same
  bytes, a near-duplicate, a short one in a block) counts as unknown: the next one that says the same is kept, and from
  then on that is the one that others go for. Nothing goes for what stands in no output of the days that are left.
- Where such a paragraph was retained for its neighbours' sake, it counts as unknown as well, though it stands in that
  day's output; and a run of short paragraphs that a day had twice is not found where the first one went for a forgotten
  day, even if the second stayed. So more may be kept than if the forgotten days had never been.
- When the last days are forgotten, the index is as it was before them, but for the number of the next day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from dedup.index.compaction import written
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.index.manifest import DayEntry, Manifest, SegmentEntry
    from dedup.index.store import IndexStore


def chosen_days(manifest: Manifest, spans: Iterable[tuple[int, int]], before: datetime | None) -> list[DayEntry]:
    """Return the days that are asked for, in order.

    Args:
        manifest: has all days.
        spans: first and last number of some.
        before: those that were added before this time, too; with its offset from UTC.

    Raises:
        UsageError: a span has no day that is there.
    """
    found: set[int] = set()
    for first, last in spans:
        some = {day.number for day in manifest.days if first <= day.number <= last}
        if not some:
            what = f"day {first} is not" if first == last else f"days {first} to {last} are not"
            hint = "'dedup-index stats DIR' lists the days"
            raise UsageError(f"{what} in the index; nothing was forgotten", hint=hint)
        found |= some
    return [day for day in manifest.days if day.number in found or (before is not None and _time(day) < before)]


def _time(day: DayEntry) -> datetime:
    time = datetime.fromisoformat(day.time)
    return time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)


def forget(store: IndexStore, days: Iterable[DayEntry]) -> bool:
    """Take some days out of an index; see this module.

    Returns:
        False if somebody may be reading what was removed, and its files are still there.

    Raises:
        DamagedError: a segment that has other days, too, is damaged; the index is as it was.
        OutputError: the index cannot be written; it is as it was.
    """
    gone = {day.number for day in days}
    left: list[SegmentEntry] = []
    with store.changing():
        for entry in store.manifest.segments:
            stays = {day.number for day in entry.days} - gone
            if len(stays) == len(entry.days):
                left.append(entry)
            elif stays:
                left.append(written(store, [entry], stays))
        return store.replace(replace(store.manifest, segments=tuple(left)))
