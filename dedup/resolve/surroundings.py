"""What has to stay because of what stays beside it: no removal tears a sentence, a list, a table or a section apart.

The verdict on two paragraphs says that one says nothing that the other does not say. Whether it can go from where it
stands is another question, and the same one in both scopes and engines. Paragraphs that touch and are tied are one
unit, which goes or stays as a whole; so is a short series of entries. A heading goes with all of its section, and where
it stays, the first paragraph of its section does.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from dedup.resolve.corpus.short_paragraphs import RUN_LENGTH
from dedup.resolve.near_duplicates import NearDuplicates
from dedup.resolve.paragraph_forms import (
    ENTRY,
    HALF_BOLD,
    LEADING,
    LINK,
    OPEN,
    SENTENCE,
    SHOUTED_LEVEL,
    SMALL,
    UNMARKED_LEVEL,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from dedup.resolve.outline import Outline

EMPTY: Mapping[int, int] = MappingProxyType({})
_SHORT_SERIES = 8
"""Entries up to which a series is read as a whole, and goes or stays as one; of a longer one, most decide."""
_NO_HEADING = SHOUTED_LEVEL + 1


class Surroundings:
    """The paragraphs of one document, as they look to their neighbours.

    Args:
        outline: of the document.
        min_words: words of a paragraph that may go by itself.
        renumbered: paragraphs whose number or letter is another one than their witness's.
        witnesses: for paragraphs that are to go, the one of the same document that they go for.
        near: paragraphs that are another text than their witness.
        reworded: those of them that differ in words, rather than in how these are written.
        sources: where the witnesses of all that go stand; see `dedup.resolve.near_duplicates.sources`.
    """

    def __init__(
        self,
        outline: Outline,
        min_words: int,
        renumbered: Collection[int] = (),
        witnesses: Mapping[int, int] = EMPTY,
        *,
        near: Collection[int] = (),
        reworded: Collection[int] = (),
        sources: Mapping[int, int] = EMPTY,
    ) -> None:
        self._min_words = min_words
        self._outline = outline
        place = self._places = {number: place for place, number in enumerate(outline.numbers)}
        self._renumbered = {place[number] for number in renumbered if number in place}
        self._witnesses = {place[i]: place[w] for i, w in witnesses.items() if i in place and w in place}
        self._near = NearDuplicates(
            self._outline,
            min_words,
            frozenset(place[number] for number in near if number in place),
            frozenset(place[number] for number in reworded if number in place),
            {place[number]: source for number, source in sources.items() if number in place},
            self._witnesses,
        )
        self._untorn: set[tuple[int, int, bool]] = set()

    def retained(self, gone: Collection[int]) -> set[int]:
        """Return which of the paragraphs that are to go have to stay; what they are is told by all others that stay."""
        return self._retained(gone, any_length=False)

    def _retained(self, gone: Collection[int], *, any_length: bool) -> set[int]:
        """Return the same; with `any_length`, short ones stay beside short ones that stay after all as well."""
        numbers = self._outline.numbers
        wanted = {self._places[number] for number in gone if number in self._places}
        # A heading goes with what underlines it.
        going = {i for i in wanted if i not in self._outline.underlined or numbers[i] + 1 in gone}
        going -= self._not_copied(going, wanted, any_length=any_length)
        self._settle(going, wanted, any_length=any_length)
        out = {numbers[place] for place in wanted - going}
        # What rules off a paragraph goes with it only.
        for number in sorted(out):
            for rule in range(number + 1, len(self._outline)):
                if rule not in gone or rule in self._places:
                    break
                out.add(rule)
        return out

    def _settle(self, going: set[int], wanted: set[int], *, any_length: bool) -> None:
        """Take out of those that go what has to stay for what stays."""
        while back := self._torn(going) or self._short_runs(going, wanted, any_length=any_length):
            going -= back

    def _not_copied(self, going: set[int], wanted: set[int], *, any_length: bool) -> set[int]:
        """Return the near-duplicates that may be no copies, and what stays with them.

        They are judged last, by what stays beside them for other reasons, and as if all short ones stayed: whether
        these go depends on those beside their witnesses, and may be another thing in another run.
        """
        near = self._near.places & going
        if not near:
            return set()
        out: set[int] = set()
        long = set(filter(self._is_long, going))
        self._settle(long, wanted, any_length=any_length)
        while back := self._near.no_copies(_runs(sorted(long))):
            out |= back
            long -= back
            self._settle(long, wanted, any_length=any_length)
        return out | (near - long)

    def allowed(self, gone: Collection[int], wanted: int) -> set[int]:
        """Return which of some paragraphs may go, out of so many that are wanted to go.

        Short ones go for the sake of long ones. Where some have to stay, and no long one could go without them, none
        goes: another run would find other short ones beside those that stay, and so on.
        """
        gone = set(gone)
        going = gone - self._retained(gone, any_length=True)
        if len(going) == wanted or not going:
            return going
        # One is enough, and mostly the first one.
        numbers = self._outline.numbers
        long = (i for i, number in enumerate(numbers) if number in going and self._is_long(i))
        runs = ({numbers[place] for place in run} for run in _runs(long))
        return going if any(len(self.retained(run)) < len(run) for run in runs) else set()

    def wanted_again(self, gone: Collection[int]) -> set[int]:
        """Return which of some paragraphs another run would want to go, when others are gone.

        Short ones that no long one goes with have to be several in a row, of which the last one may be the heading of
        what stays; see `dedup.resolve.corpus.short_paragraphs`.
        """
        numbers = self._outline.numbers
        out = set(gone)
        for run in _runs(sorted(self._places[number] for number in gone if number in self._places)):
            if not any(map(self._is_long, run)) and len(run) < RUN_LENGTH:
                out.difference_update(numbers[place] for place in run)
            elif run[-1] + 1 < len(numbers) and not self._is_long(run[-1]):
                out.discard(numbers[run[-1]])
        return out

    # Runs of paragraphs that go -------------------------------------------------------------------------------------

    def _torn(self, going: set[int]) -> set[int]:
        """Return places that have to stay for what stays beside the runs of those that go, or in the same series."""
        runs = list(_runs(sorted(going)))
        out = self._parts_of_series(going) | (self._outline.halves & going)
        wrapped = not going.issuperset(self._outline.wrapped)
        for run in runs:
            # What stays beside a run is the same as long as the run is.
            if (key := (run.start, run.stop, wrapped)) not in self._untorn:
                torn = self._torn_from(run, wrapped=wrapped)
                if not torn:
                    self._untorn.add(key)
                out |= torn
        return out

    def _torn_from(self, run: range, *, wrapped: bool) -> set[int]:
        """Return places of a run that have to stay for what stays beside it.

        Args:
            run: all between two that stay.
            wrapped: prose that was hard-wrapped stays.
        """
        last = len(self._outline.forms) - 1
        above, below = run.start - 1, run.stop
        torn: set[int] = set()
        if not self._repeats_neighbour(run):
            torn = self._from_above(run, wrapped=wrapped) | self._from_below(run, wrapped=wrapped)
        if not torn and above >= 0 and below <= last and self._would_run_on(above, below):
            torn.add(run[-1])
        return torn

    def _repeats_neighbour(self, run: range) -> bool:
        """Return True if the end of a run stands again right above it, or its beginning right below it."""
        above, below = run.start - 1, run.stop
        if above >= 0 and self._repeats(run[-1], above):
            return True
        return below < len(self._outline.forms) and self._repeats(run[0], below)

    def _repeats(self, place: int, kept: int) -> bool:
        """Return True if a paragraph goes for its neighbour, or is the same, and not because it is so short.

        What a colon announces may be a part of the lead-in: that does not make it superfluous.
        """
        outline = self._outline
        alike = outline.forms[place] == outline.forms[kept]
        if self._witnesses.get(place) == kept:
            return alike or not (outline.forms[kept].bits & LEADING or outline.forms[place].bits & HALF_BOLD)
        is_same = alike and outline.bodies[place] == outline.bodies[kept]
        return is_same and place not in self._renumbered and self._is_long(place)

    def _from_above(self, run: range, *, wrapped: bool) -> set[int]:
        """Return the places at the beginning of a run that have to stay for what stays before it."""
        first, above = run[0], run[0] - 1
        if above < 0:
            return set()
        forms = self._outline.forms
        if first in self._witnesses and forms[above].bits & LEADING and forms[first].bits & SENTENCE:
            return set()  # a text that stands elsewhere in the document is not what is announced here
        out = set()
        for place in run:
            if not self._are_tied(place - 1, wrapped=wrapped):
                break
            out.add(place)
        level = self._outline.title_above(above)
        if not out and 0 < level < SHOUTED_LEVEL and not self._is_empty(above, level, run):
            out.add(first)
        return out

    def _is_empty(self, heading: int, level: int, run: range) -> bool:
        """Return True if a heading has no text below it: another one follows, or it is the document's and all goes."""
        levels = self._outline.levels
        return 0 < levels[run[0]] <= level or (heading == 0 and run[-1] + 1 == len(levels))

    def _from_below(self, run: range, *, wrapped: bool) -> set[int]:
        """Return the places of a run that have to stay for what stays after it: what runs into it, and its headings."""
        forms, levels, below = self._outline.forms, self._outline.levels, run[-1] + 1
        if below == len(forms):
            return set()
        out = set()
        for place in reversed(run):
            if not self._are_tied(place, wrapped=wrapped):
                break
            out.add(place)
        lowest, last = levels[below] or _NO_HEADING, below
        is_link = forms[below].bits & (LINK | ENTRY) == LINK
        for place in reversed(run):
            level = levels[place]
            if is_link and (level >= UNMARKED_LEVEL or place in self._witnesses):
                continue  # the next one of a gallery, or a way out of the page
            if level and (level < lowest or (level == lowest and place + 1 == last and self._is_numbered(place))):
                out.add(place)
                lowest, last = level, place
        return out

    def _is_numbered(self, heading: int) -> bool:
        """Return True if a heading is not Markdown and may have its title below it: "Chapter II", "The ferry"."""
        form = self._outline.forms[heading]
        return form.level == UNMARKED_LEVEL and form.bits & ENTRY > 0

    def _are_tied(self, above: int, *, wrapped: bool) -> bool:
        """Return True if a paragraph and the next one are parts of one unit; `wrapped`: wrapped prose stays."""
        return self._outline.is_tied(above) or (wrapped and self._outline.may_be_wrapped(above))

    def _would_run_on(self, above: int, below: int) -> bool:
        """Return True if one paragraph would read as if it ran on in another one, if nothing stood between them."""
        outline = self._outline
        if not (outline.forms[above].bits & OPEN and outline.forms[below].bits & SMALL):
            return False
        return " " in outline.bodies[above] and outline.runs_through(above, below)

    def _parts_of_series(self, going: set[int]) -> set[int]:
        """Return the entries whose series stays: a short one if any of it does, a long one if half of it does.

        One that is another text than its witness stays with any of it. Not those that repeat another entry: a series,
        or one like it, says it already.
        """
        out: set[int] = set()
        for series in self._outline.series:
            gone = going.intersection(series)
            stay = len(series) - len(gone)
            if not (gone and stay):
                continue
            if len(series) > _SHORT_SERIES and 2 * stay < len(series):
                gone &= self._near.places
            out |= {place for place in gone if not self._repeats_entry(place)}
        return out

    def _repeats_entry(self, place: int) -> bool:
        """Return True if an entry goes for one of this document that is numbered, or marked, in the same way."""
        witness = self._witnesses.get(place)
        return witness is not None and self._outline.forms[witness].kind == self._outline.forms[place].kind

    # Short ones -----------------------------------------------------------------------------------------------------

    def _short_runs(self, going: set[int], wanted: set[int], *, any_length: bool) -> set[int]:
        """Return the short ones beside one that stays after all: they would go for its sake, if no long one goes."""
        out: set[int] = set()
        if len(going) < len(wanted):
            for run in _runs(sorted(going)):
                beside = {run[0] - 1, run[-1] + 1} & wanted
                if any(any_length or self._is_long(i) for i in beside) and not any(map(self._is_long, run)):
                    out |= set(run)
        return out

    def _is_long(self, place: int) -> bool:
        """Return True if a paragraph has enough words to go by itself."""
        return self._outline.has_words(place, self._min_words)


def _runs(places: Iterable[int]) -> Iterator[range]:
    """Yield the runs of ascending places, each of which follows on the one before it."""
    first = stop = -1
    for place in places:
        if place != stop:
            if stop > first:
                yield range(first, stop)
            first = place
        stop = place + 1
    if stop > first:
        yield range(first, stop)
