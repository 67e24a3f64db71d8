"""Explanations for ``-v`` on a terminal: those with the same witness together, so that hundreds can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.report import explain
from dedup.report.summary import plural
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.explanation import Explanation
    from dedup.report.terminal import Stream

MOST = 20_000
"""Explanations that are held to be grouped."""
CHARACTERS = 1 << 25
"""Of their texts, together."""
_ALONE = 1


class Grouped:
    """Holds explanations till the end of a run. Memory: `MOST` of them, and `CHARACTERS` of text."""

    def __init__(self) -> None:
        self._held: list[Explanation] = []
        self._size = 0

    def take(self, one: Explanation) -> bool:
        """Hold an explanation; return False where there is no room for it."""
        size = self._size + len(one.text) + len(one.witness)
        if len(self._held) == MOST or size > CHARACTERS:
            return False
        self._held.append(one)
        self._size = size
        return True

    def render(self, stream: Stream) -> Iterator[str]:
        """Yield all that is held as lines with their ends, and hold nothing any more.

        Removals for the same words come first, those for which most went at the top; then what went or stayed by
        itself, in order.
        """
        held, self._held, self._size = self._held, [], 0
        groups: dict[str, list[Explanation]] = {}
        for one in held:
            if one.removed:
                groups.setdefault(one.witness, []).append(one)
        large = {witness: some for witness, some in groups.items() if len(some) > _ALONE}
        for some in sorted(large.values(), key=lambda some: -len(some)):
            yield _group(some, stream)
        for one in held:
            if not one.removed or one.witness not in large:
                yield explain.render(one, stream)


def _group(some: list[Explanation], stream: Stream) -> str:
    """Return removals for the same words: these once, and below it what went for them."""
    first = some[0]
    relation = "kept" if first.documents is None else "also"
    place = stream.paint(sanitise(first.beside.place), "place")
    removed = stream.paint("removed", "removed")
    what = "for it" if first.documents is None else "with it"
    lines = [f"{relation}: {place}: {explain.quote(first.witness, (), stream)}"]
    lines.append(f"    {removed} {what}: {plural(len(some), 'paragraph')}")
    for one in some:
        lines.append(f"    {stream.paint(sanitise(one.at.place), 'place')}: {explain.reason_of(one)}")
        if one.text != one.witness:
            lines.append(f"        {explain.quote(one.text, explain.own_words(one)[0], stream)}")
    return "\n".join(lines) + "\n"
