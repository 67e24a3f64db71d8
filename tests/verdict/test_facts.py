"""Small facts are new wherever they stand: negations, restrictions, units and signs, put in or taken away."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dedup import clean, clean_documents
from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide
from tests.verdict.test_compare import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXTURE = Path(__file__).resolve().parent.parent.parent / "fixtures" / "facts.txt"
SENTENCES = 500
"""Pairs of each language."""
SPACELESS = ("zh", "ja", "th")
SIGNS = (
    ("25 ℃", "25 ℉"), ("25 ㎡", "25 ㎥"), ("฿5", "₦5"), ("5 %", "5 ‰"), ("Rh+ 7", "Rh- 7"),
    ("< 5", "> 5"), ("C++ 5", "C# 5"),
    ("★★★★★ 5", "★ 5"), ("≤ 5", "≥ 5"),
    ("♀ 5", "♂ 5"), ("±5", "5"), ("☑ 5", "☒ 5"), ("5′", "5″"), ("↑ 5", "↓ 5"),
    ("A+ 5", "A 5"),
    ("5 °", "5"), ("≠ 5", "5"), ("👍 5", "👎 5"), ("Na⁺ 5", "Na⁻ 5"), ("18+", "18"), ("~5", "5"),
    ("₿ 5", "₹ 5"), ("🇩🇪 5", "🇫🇷 5"),
)  # fmt: skip
"""What stands for the number in a sentence of which the sign is the fact."""


def material() -> dict[str, dict[str, list[str]]]:
    """Return the parts of sentences of each language."""
    out: dict[str, dict[str, list[str]]] = {}
    for line in FIXTURE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            parts = out[line[2:]] = {}
        elif out and line:
            name, *some = line.split(" | ")
            parts[name] = some
    return out


LANGUAGES = material()


def sentence(parts: dict[str, list[str]], fill: dict[str, str]) -> str:
    """Return a sentence in which some places are empty."""
    places = {"start": "", "middle": "", "end": "", **fill}
    text = " ".join(parts["pattern"][0].format(**places).replace(" .", ".").split())
    text = text.replace(" ।", "।").replace(" .", ".")
    return text[0].upper() + text[1:]


def lowered(word: str) -> str:
    """Return what begins a sentence as it is written behind another word."""
    return word[0].lower() + word[1:]


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Yield sentences without a fact and with it, and such as have another one."""
    parts = LANGUAGES[language]
    stems = list(itertools.product(parts["subjects"], parts["verbs"], parts["places"]))
    facts = [(place, word) for place in ("start", "middle", "end") for word in parts[place]]
    units = list(itertools.permutations(parts["units"], 2))
    for number, (subject, verb, place) in enumerate(itertools.islice(itertools.cycle(stems), SENTENCES)):
        fact, word = facts[(number + number // len(stems)) % len(facts)]
        fill = {"subject": subject, "verb": verb, "place": place}
        bare = sentence(parts, fill)
        if fact == "start" and language not in SPACELESS:
            fill["subject"] = lowered(subject) if language != "de" or subject.startswith("Die") else subject
        yield bare, sentence(parts, {**fill, fact: word})
        first, second = (units + list(SIGNS))[number % (len(units) + len(SIGNS))]
        where = f"{place} ({number})" if language not in SPACELESS else f"{place}（{number}）"
        pattern = parts["number"][0].replace("{place}", where)
        yield pattern.replace("{}", first), pattern.replace("{}", second)


def both_ways(language: str) -> list[tuple[str, str]]:
    """Return all pairs of a language, in either order."""
    found = list(pairs(language))
    return found + [(second, first) for first, second in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fact_goes_in_scope_document(language: str) -> None:
    """A sentence with a fact more, less or another stays beside the one it was made of, in either order."""
    found = both_ways(language)
    assert len(found) >= 2 * SENTENCES
    decisions = decide([f"{first}\n\n{second}\n" for first, second in found], Settings(min_words=1))
    assert [pair for pair, decision in zip(found, decisions, strict=True) if decision.removals] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fact_goes_in_scope_corpus(language: str) -> None:
    """Of all sentences of a language, each a document, every different one stays."""
    sentences = list(dict.fromkeys(sentence for pair in both_ways(language) for sentence in pair))
    left = [done.text for done in clean_documents(sentences, scope="corpus", min_words=1)]
    assert left == sentences


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_no_fact_goes_when_two_texts_are_compared(language: str) -> None:
    """The verdict on two texts alone is the same."""
    some = both_ways(language)[::7]
    assert [pair for pair in some if judged(*pair).covered] == []


PLACE = "in the park of the old council house"
NEW = {
    "leading no": (f"Dogs are allowed {PLACE}.", f"No dogs are allowed {PLACE}."),
    "no behind a word": (f"Refunds are paid {PLACE}.", f"Also no refunds are paid {PLACE}."),
    "no es": ("Se permiten perros en el parque del pueblo.", "No se permiten perros en el parque del pueblo."),
    "we sv": ("Sverige har en bra plan för sommaren.", "Vi i Sverige har en bra plan för sommaren."),
    "not for don't": (
        "I don't know, all members may use the sauna on the second floor.",
        "Not all members may use the sauna on the second floor.",
    ),
    "torn not": ("The bridge by the mill is open to visitors", "The bridge by the mill is open to visitors not -"),
    "months": (
        "The works run from October 2020 to December 2021 along the river.",
        "The works run from December 2020 to October 2021 along the river.",
    ),
    "weekdays": (
        "The market moves from Monday 3 to Friday 7 for the feast of the village.",
        "The market moves from Friday 3 to Monday 7 for the feast of the village.",
    ),
    "days in another form": (
        "The works last from 3 April 2021 to 5 May 2022 along the whole river.",
        "The works last from 05.05.2022 to 03.04.2021 along the whole river.",
    ),
    "denied elsewhere": (
        "The council will not open the new bridge before the summer of next year.",
        "The council will open the bridge. The council will not open the new bridge before the summer of next year.",
    ),
    "glued": (f"Nobody was not able to sleep {PLACE}.", f"Nobody was notable to sleep {PLACE}."),
    "stars after a dash": (
        "The hotel by the old harbour of the town",
        "The hotel by the old harbour of the town - ★★★",
    ),
}


@pytest.mark.parametrize("name", NEW)
def test_what_turns_a_statement_stays(name: str) -> None:
    """No rule sets a negation, the order of two days, or a sign aside."""
    witness, paragraph = NEW[name]
    assert not judged(witness, paragraph).covered
    assert clean(f"{witness}\n\n{paragraph}\n", min_words=1).removals == ()


MARKERS = ("No. 5", "No 5", "№ 5", "Nº 3", "Nr. 7", "§ 7", "3°", "t.", "IV.", "Art. 5")


@pytest.mark.parametrize("marker", MARKERS)
def test_the_number_of_a_section_still_goes(marker: str) -> None:
    """What is a number in front is a marker, also behind "No."."""
    text = "The keeper gives every guest of the house a key before the evening."
    assert judged(text, f"{marker} {text}").covered


@pytest.mark.parametrize("cell", ["3.", "§ 7", "b)"])
def test_the_first_cell_of_a_row_is_no_marker(cell: str) -> None:
    """What stands before the first bar of a table's row is one of its cells."""
    row = "| {} | The keeper gives every guest of the house a key | before the evening |"
    assert not judged(row.format("1."), row.format(cell)).covered
    assert not judged(row.format("1.").strip("| "), row.format(cell).strip("| ")).covered


ORNAMENTS = (
    "• {}", "■ {}", "► {}", "→ {}", "★ {}", "😀 {}", "+ {}", "> {}", "# {}", "{} ©", "{}™", "{} →", "✓ {}",
    "=> {} <=", "| {} |",
)  # fmt: skip


@pytest.mark.parametrize("ornament", ORNAMENTS)
def test_an_ornament_says_nothing(ornament: str) -> None:
    """Bullets, marks of quotations and headings, arrows and pictures at the edges of a line make no difference."""
    text = "The keeper gives every guest of the house a key before the evening"
    assert judged(text, ornament.format(text)).covered
    assert judged(ornament.format(text), text).covered
