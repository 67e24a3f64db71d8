"""Which removals of a corpus may go from where they stand: see `dedup.engines.removal.admissible`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import clean, clean_documents
from dedup.engines.removal.admissible import View, admissible, allowed_removals, view
from dedup.engines.removal.task_decisions import Document, is_near, is_renumbered, is_reworded, repeated
from dedup.model.decisions import without
from dedup.model.differences import Difference
from dedup.model.settings import Settings
from dedup.native.kernels import VARIABLE
from dedup.resolve.corpus.removals import BLOCK, BOILERPLATE, EXACT, NEAR, removal_type
from dedup.resolve.document.decide import Repeats, decide, judge_repeats
from dedup.text.paragraphs import regions, split
from dedup.verdict.batch.verify import ALIGNED
from tests.support import strategies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CORPUS = Settings(scope="corpus")
FERRY = "The ferry to Sund sails again from Monday, the port office said on Friday."
DOOR = "Its bow door was torn off in the storm of February, and has been replaced since."
TICKETS = "Tickets bought before the storm stay valid until the summer, on every day of the week."
CREW = "The crew spent the night of the storm on the pier, where the whole village fed them."
VERSES = {
    "english": ("Row, my brothers, row her home again to Sund!", "All the lamps of Sund are lit on the quay tonight."),
    "russian": (
        "Гребите, братья, до дома, до самого берега Сунда!",
        "Все фонари на причале Сунда сегодня горят для нас.",
    ),
    "greek": (
        "Τραβάτε, αδέρφια, κουπί ως το λιμάνι του Σουντ!",
        "Όλα τα φανάρια της προκυμαίας ανάβουν απόψε.",
    ),
    "arabic": ("جدفوا يا إخوتي حتى نصل إلى بيتنا في ميناء سوند!", "كل مصابيح الرصيف مضاءة هذه الليلة من أجلنا نحن."),
    "hindi": ("चलाओ भाइयो चप्पू अब घर तक हमारे सुंद के घाट तक!", "घाट के सारे दीये आज रात हमारे ही लिए जल रहे हैं।"),
    "chinese": ("划吧，我的兄弟们，把船划回松德的家！", "松德码头上所有的灯今夜都为我们亮着。"),
}


def removals(some: Iterable[tuple[int, int, int, int]], number: int = 100) -> Any:
    """Return removals of a corpus: paragraph, witness, reason, and in what ways they differ."""
    out = np.zeros(0, removal_type(number))
    rows = list(some)
    out.resize(len(rows))
    for name, column in zip(("paragraph", "witness", "reason", "differs"), zip(*rows, strict=True), strict=False):
        out[name] = column
    out["how"][out["reason"] == NEAR] = ALIGNED
    return out


def document(text: str, some: Sequence[tuple[int, int, int, int]], first: int = 0) -> Document:
    """Return a document whose paragraphs are numbered in its task from `first` on."""
    shifted = [(copy + first, witness + first, reason, differs) for copy, witness, reason, differs in some]
    located: Any = None
    spans = np.array(split(text), np.int32)
    return Document(located, 0, spans, removals(shifted), first, [], removals([]), [])


def seen(paragraphs: Sequence[str], going: Sequence[int], witnesses: dict[int, int] | None = None) -> View:
    """Return a document of which some paragraphs are to go, some of these for one in it."""
    text = "\n\n".join(paragraphs)
    return View(
        text, [list(span) for span in split(text)], list(going), witnesses or {}, set(), set(), set(), {}, again=False
    )


def found(*views: View, settings: Settings = CORPUS) -> list[set[int]]:
    """Return which paragraphs may go."""
    return admissible(views, settings)


# Of the columns -------------------------------------------------------------------------------------------------------


def test_a_removal_is_a_repetition_if_its_witness_stands_in_the_same_document() -> None:
    """Not before it, not behind it; and boilerplate has no witness."""
    some = removals(
        [(11, 9, EXACT, 0), (12, 10, NEAR, 0), (13, 14, BLOCK, 0), (14, 15, EXACT, 0), (12, 10, BOILERPLATE, 0)]
    )
    assert repeated(some, 10, 5).tolist() == [False, True, True, False, False]


def test_a_removal_is_renumbered_if_its_number_is_among_the_differences() -> None:
    """Whatever else differs."""
    marker, accent = int(Difference.MARKER), int(max(Difference, key=int))
    some = removals([(1, 0, NEAR, 0), (2, 0, NEAR, marker), (3, 0, NEAR, accent), (4, 0, NEAR, accent | marker)])
    assert is_renumbered(some).tolist() == [False, True, accent == marker, True]


def test_a_removal_is_reworded_if_it_differs_in_words() -> None:
    """And not only in how these are written; then it is another text all the same."""
    kinds = Difference.SPELLING, Difference.FORMAT | Difference.MARKUP, Difference.LESS, Difference.GRAMMAR
    both = Difference.SPELLING | Difference.LESS
    some = removals([(1, 0, NEAR, int(kind)) for kind in (*kinds, both)] + [(1, 0, EXACT, 0)])
    assert is_reworded(some).tolist() == [False, False, True, True, True, False]
    assert is_near(some).tolist() == [*[True] * 5, False]


@pytest.mark.parametrize("first", [0, 7])
def test_a_view_counts_among_what_is_left(first: int) -> None:
    """Paragraphs that are gone have no number, and those behind them another one."""
    text = "\n\n".join([FERRY, CREW, DOOR, FERRY, TICKETS, f"2. {DOOR}"])
    one = document(text, [(1, -3, EXACT, 0), (3, 0, EXACT, 0), (5, 2, NEAR, int(Difference.MARKER))], first)
    one.removals["source"][1:] = 7
    whole = view(one, np.zeros(3, bool), text, [])
    assert whole == View(
        text,
        [list(span) for span in split(text)],
        [1, 3, 5],
        {3: 0, 5: 2},
        {5},
        {5},
        {5},
        {1: 0, 3: 7, 5: 7},
        again=False,
    )
    cut = regions(text, split(text), [1])
    left = without(text, cut)
    rest = view(one, np.array([True, False, False]), left, cut)
    spans = [list(span) for span in split(left)]
    assert rest == View(left, spans, [2, 4], {2: 0, 4: 1}, {4}, {4}, {4}, {2: 7, 4: 7}, again=True)
    cut = regions(text, split(text), [3])
    rest = view(one, np.array([False, True, False]), without(text, cut), cut)
    assert (rest.going, rest.repeated, rest.renumbered, rest.near, rest.sources) == (
        [1, 4],
        {4: 2},
        {4},
        {4},
        {1: 0, 4: 7},
    )
    rest = view(one, np.array([True, False, False]), left, regions(text, split(text), [1]))
    assert allowed_removals(rest, np.array([True, False, False]), {4}).tolist() == [True, False, True]
    assert allowed_removals(whole, np.zeros(3, bool), set()).tolist() == [False, False, False]
    assert allowed_removals(whole, np.zeros(3, bool), {1, 3}).tolist() == [True, True, False]


# Which may go ---------------------------------------------------------------------------------------------------------


def test_what_stands_in_another_document_goes_unless_something_beside_it_needs_it() -> None:
    """Each document is judged by itself, in order."""
    torn = seen([CREW, "The office said that the ferry to Sund, which was torn apart", "will be sailing again."], [1])
    assert found(seen([CREW, FERRY, DOOR], [1]), torn, seen([CREW, DOOR], [0, 1])) == [{1}, set(), {0, 1}]


def test_an_accidental_repetition_goes() -> None:
    """The body that was pasted twice."""
    assert found(seen([FERRY, DOOR, TICKETS, FERRY, DOOR, TICKETS], [3, 4, 5], {3: 0, 4: 1, 5: 2})) == [{3, 4, 5}]


@pytest.mark.parametrize("verses", VERSES.values(), ids=VERSES)
def test_a_repetition_that_is_meant_stays(verses: tuple[str, str]) -> None:
    """A refrain, in any script; scope ``document`` leaves it as well."""
    refrain, verse = verses
    paragraphs = [FERRY, refrain, DOOR, refrain, verse, refrain, TICKETS]
    one = seen(paragraphs, [3, 5], {3: 1, 5: 1})
    expected = {r.paragraph for r in clean(one.text).removals}
    assert found(one) == [expected]


def test_what_is_repeated_is_judged_by_what_is_left_when_the_others_are_gone() -> None:
    """Between two copies that touch then, nothing new stands."""
    (alone,) = admissible([seen([FERRY, CREW, FERRY], [2], {2: 0})], CORPUS)
    (both,) = admissible([seen([FERRY, CREW, FERRY], [1, 2], {2: 0})], CORPUS)
    left = clean(f"{FERRY}\n\n{FERRY}")
    assert left.removed == 1
    assert both == {1, 2}
    assert alone == {r.paragraph for r in clean(f"{FERRY}\n\n{CREW}\n\n{FERRY}").removals}


@pytest.mark.parametrize("verses", VERSES.values(), ids=VERSES)
def test_a_repetition_is_meant_no_more_when_what_stood_between_is_gone(verses: tuple[str, str]) -> None:
    """A refrain without its verses is a line that stands there twice."""
    refrain, verse = verses
    paragraphs = [FERRY, refrain, DOOR, refrain, verse, refrain, TICKETS]
    assert found(seen(paragraphs, [3, 5], {3: 1, 5: 1})) == [set()]
    assert found(seen(paragraphs, [2, 3, 4, 5], {3: 1, 5: 1})) == [{2, 3, 4, 5}]


@pytest.mark.parametrize(
    "settings", [Settings(scope="corpus", guard="off"), Settings(scope="corpus", keep="none", boilerplate=2)]
)
def test_all_go_where_nothing_is_asked(settings: Settings) -> None:
    """Where similarity alone decides, and where boilerplate goes from everywhere."""
    refrain, verse = VERSES["english"]
    some = seen([refrain, verse, refrain, "Row her as far as the old quay", "and no further."], [2, 3], {2: 0})
    assert admissible([some], settings) == [{2, 3}]


@given(st.lists(strategies.documents(), min_size=1, max_size=4))
def test_only_what_is_to_go_may_go_and_whatever_is_beside_a_document_in_a_batch(texts: list[str]) -> None:
    """What scope ``document`` removes at first is what is to go here."""
    views, repeats = [], []
    for text, decision in zip(texts, decide(texts, CORPUS), strict=True):
        spans = [list(span) for span in split(text)]
        witnesses = {r.paragraph: r.witnesses[0].paragraph for r in decision.removals if len(r.witnesses) == 1}
        views.append(View(text, spans, sorted(witnesses), witnesses, set(), set(), set(), {}, again=False))
        if witnesses:
            repeats.append(Repeats(text, np.array(spans, np.int64), np.array(sorted(witnesses.items()), np.int64)))
    together = admissible(views, CORPUS)
    assert together == [admissible([each], CORPUS)[0] for each in views]
    assert all(one <= set(each.going) for one, each in zip(together, views, strict=True))
    judged = judge_repeats(repeats, CORPUS)
    assert judged == [judge_repeats([each], CORPUS)[0] for each in repeats]


def test_a_document_with_which_a_kernel_raises_keeps_its_repetitions(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the others lose theirs."""
    views = [seen([one, DOOR, one, DOOR], [2, 3], {2: 0, 3: 1}) for one in (FERRY, TICKETS, CREW)]
    assert found(*views) == [{2, 3}] * 3
    real = judge_repeats.__globals__["tokenise"]

    def raising(text: str, *args: Any) -> Any:
        if TICKETS in text:
            raise IndexError
        return real(text, *args)

    monkeypatch.setattr("dedup.resolve.document.decide.tokenise", raising)
    monkeypatch.setenv(VARIABLE, "0")
    assert found(*views) == [{2, 3}, set(), {2, 3}]


# End to end -----------------------------------------------------------------------------------------------------------


def cleaned(*texts: str, **settings: Any) -> list[str]:
    """Return what is left of a corpus."""
    return [one.text for one in clean_documents(texts, scope="corpus", **settings)]


@pytest.mark.parametrize("verses", VERSES.values(), ids=VERSES)
def test_a_refrain_of_a_corpus_stays(verses: tuple[str, str]) -> None:
    """Also where other documents lose and keep other paragraphs; a copy of the whole song goes."""
    refrain, verse = verses
    song = f"{refrain}\n\n{DOOR}\n\n{refrain}\n\n{verse}\n\n{refrain}\n\n{TICKETS}"
    alone = clean(song).text
    assert cleaned(FERRY, f"{FERRY}\n\n{CREW}", song) == [FERRY, CREW, alone]


def test_a_body_of_a_corpus_that_was_pasted_twice_goes_once() -> None:
    """As it does in scope ``document``."""
    body = f"{FERRY}\n\n{DOOR}\n\n{TICKETS}"
    assert cleaned(f"{body}\n\n{body}", CREW) == [body, CREW]
