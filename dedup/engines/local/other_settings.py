"""What would change the fate of a paragraph: it is decided about again under other settings."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from dedup.model.life import LARGEST, Change
from dedup.resolve.document.decide import decide
from dedup.resolve.document.pair import pair

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Any

    from dedup.model.settings import Guard, Settings, Split

THRESHOLDS = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5)
MIN_WORDS = (20, 12, 8, 5, 3, 1)
GUARDS: tuple[Guard, ...] = ("strict", "numbers", "off")
SPLITS: tuple[Split, ...] = ("auto", "line", "blank")


def others(settings: Settings) -> Iterator[tuple[str, Settings]]:
    """Yield other settings, each with the option that asks for them; of one option the nearest ones first."""
    for name, values in (("threshold", THRESHOLDS), ("min_words", MIN_WORDS)):
        now: Any = getattr(settings, name)
        for value in sorted((v for v in values if v != now), key=lambda v: abs(v - now)):
            changed: Any = {name: value}
            yield f"--{name.replace('_', '-')} {value:g}", replace(settings, **changed)
    for guard in GUARDS:
        if guard != settings.guard:
            yield f"--guard {guard}", replace(settings, guard=guard)
    yield ("--no-exact" if settings.exact else "--exact"), replace(settings, exact=not settings.exact)
    for split in SPLITS:
        if split != settings.split:
            yield f"--split {split}", replace(settings, split=split)


class Fates:
    """The fates of the paragraphs of one document under other settings.

    Args:
        text: of the document.
        settings: under which it was decided about.
        spans: of its paragraphs.
        gone: those that go.
    """

    def __init__(self, text: str, settings: Settings, spans: Sequence[tuple[int, int]], gone: Collection[int]) -> None:
        self._text = text
        self._settings = settings
        self._spans = spans
        self._gone = gone

    @cached_property
    def _tried(self) -> list[tuple[str, set[tuple[int, int]]]]:
        """What goes under other settings."""
        return [
            (option, {(one.start, one.end) for one in decide([self._text], other)[0].removals})
            for option, other in others(self._settings)
        ]

    def changes(self, number: int) -> tuple[tuple[Change, ...], bool]:
        """Return which settings would give a paragraph another fate, and whether any were tried.

        Of a threshold, and of a number of words, only the nearest value.
        """
        if len(self._text) > LARGEST:
            return (), False
        span, went = self._spans[number], number in self._gone
        found: dict[str, Change] = {}
        for option, gone in self._tried:
            name = option.partition(" ")[0]
            if (span in gone) != went and (name not in found or name in ("--guard", "--split")):
                found[option if name in ("--guard", "--split") else name] = Change(option, tried=True)
        return tuple(found.values()), True


def pair_changes(witness: str, text: str, settings: Settings, *, went: bool) -> tuple[Change, ...]:
    """Return under which settings a pair of paragraphs would be decided about otherwise, as far as the pair goes."""
    found: dict[str, Change] = {}
    for option, other in others(settings):
        name = option.partition(" ")[0]
        if name == "--split" or (name in found and name != "--guard"):
            continue
        both = pair(witness, text, other)
        goes = both.is_eligible(1) and (
            both.compare_exactly(0, 1) is not None or (not other.exact and both.verdict(0, 1).covered)
        )
        if goes != went:
            found[option if name == "--guard" else name] = Change(option, tried=False)
    return tuple(found.values())
