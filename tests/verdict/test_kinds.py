"""For each kind of difference: set aside where it is one of writing, and not where a near miss says something new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dedup.model.differences import Difference
from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide
from tests.verdict.test_compare import judged

if TYPE_CHECKING:
    from tests.support.cli_process import Command

FIXTURE = Path(__file__).resolve().parent.parent.parent / "fixtures" / "kinds.txt"
FEWEST = 6
"""Languages that each kind is shown in."""


def cases() -> dict[str, list[tuple[str, str, str]]]:
    """Return language, witness and paragraph of each case, by heading."""
    out: dict[str, list[tuple[str, str, str]]] = {}
    heading = ""
    for line in FIXTURE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            heading = line[2:]
        elif heading and line:
            language, pattern, *parts = line.split(" | ")
            witness, paragraph = (" ".join(pattern.replace("{}", p.replace("-", "", p == "-")).split()) for p in parts)
            out.setdefault(heading, []).append((language, witness, paragraph))
    return out


CASES = cases()
GOES = [(heading.split()[1], *case) for heading, all_ in CASES.items() if heading.startswith("goes") for case in all_]
STAYS = [(heading.split()[1], *case) for heading, all_ in CASES.items() if heading.startswith("stays") for case in all_]
KINDS = [kind.name.lower() for kind in Difference if kind.name and kind]


@pytest.mark.parametrize(("kind", "language", "witness", "paragraph"), GOES)
def test_a_matter_of_writing_is_set_aside(kind: str, language: str, witness: str, paragraph: str) -> None:
    verdict = judged(witness, paragraph)
    assert verdict.covered, language
    assert (kind in verdict.kind.names()) if kind != "none" else verdict.kind == Difference.NONE
    assert verdict.kind < Difference.NUMBER
    assert verdict.new == ()


@pytest.mark.parametrize(("kind", "language", "witness", "paragraph"), STAYS)
def test_a_near_miss_stays(kind: str, language: str, witness: str, paragraph: str) -> None:
    verdict = judged(witness, paragraph)
    assert not verdict.covered, language
    assert kind in verdict.kind.names() or not verdict.new


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_shown_in_several_languages(kind: str) -> None:
    found = {case[0] for heading, all_ in CASES.items() if kind in heading.split() for case in all_}
    assert len(found) >= FEWEST


def test_kinds_have_names() -> None:
    assert KINDS == [
        "spelling", "format", "marker", "grammar", "attribution", "furniture", "truncation", "markup", "order", "less",
        "number", "name", "turn", "words",
    ]  # fmt: skip
    assert (Difference.NUMBER | Difference.TURN).names() == ("number", "turn")
    assert Difference.NONE.names() == ()


# Direction


PARTS = {
    "en": (
        "The old lighthouse on the cape was lit for the first time two hundred years ago by a widow from the village.",
        "Since then not one ship has been lost on the reef, and the widow is remembered with a feast in the autumn.",
    ),
    "de": (
        "Der Leuchtturm am Kap wurde vor zweihundert Jahren von einer Witwe aus dem Dorf zum ersten Mal entzündet.",
        "Seither ist am Riff kein Schiff mehr gesunken, und an die Witwe erinnert im Herbst ein großes Fest am Hafen.",
    ),
    "es": (
        "El viejo faro del cabo fue encendido por primera vez hace doscientos años por una viuda del pueblo.",
        "Desde entonces ningún barco se ha perdido en el arrecife, y la viuda es recordada con una fiesta en otoño.",
    ),
    "ru": (
        "Старый маяк на мысу впервые зажгла двести лет назад вдова рыбака из маленькой деревни у холодного моря.",
        "С тех пор у рифа не погиб ни один корабль, а вдову каждую осень вспоминают на большом празднике в порту.",
    ),
    "ar": (
        "أضاءت أرملة صياد من القرية المنارة القديمة على الرأس لأول مرة قبل مئتي سنة في ليلة عاصفة من الشتاء.",
        "ومنذ ذلك الوقت لم تغرق سفينة واحدة قرب الصخور، ويتذكر الناس الأرملة في عيد كبير كل خريف في الميناء.",
    ),
    "zh": (
        "岬角上的老灯塔是两百年前由村里一位渔夫的遗孀在一个暴风雨的冬夜第一次点亮的。",
        "从那以后没有一艘船在礁石上沉没，每年秋天人们都会在港口举行盛大的节日来纪念她。",
    ),
}


def left(*paragraphs: str) -> list[str]:
    """Return what stays of an article."""
    text = "\n\n".join(paragraphs) + "\n"
    return decide([text], Settings())[0].apply(text).strip().split("\n\n")


@pytest.mark.parametrize("language", PARTS)
def test_a_part_goes_and_the_whole_stays(language: str) -> None:
    first, second = PARTS[language]
    whole = f"{first} {second}"
    assert judged(whole, first).covered
    assert judged(whole, second).covered
    assert not judged(first, whole).covered
    assert not judged(second, whole).covered


@pytest.mark.parametrize("language", PARTS)
def test_parts_of_an_earlier_paragraph_go(language: str) -> None:
    first, second = PARTS[language]
    assert left(f"{first} {second}", first, second) == [f"{first} {second}"]


@pytest.mark.parametrize("language", PARTS)
def test_a_paragraph_made_of_two_earlier_ones_goes_for_both(language: str) -> None:
    first, second = PARTS[language]
    text = f"{first}\n\n{second}\n\n{first} {second}\n"
    (removal,) = decide([text], Settings())[0].removals
    assert removal.paragraph == 2
    assert [witness.paragraph for witness in removal.witnesses] == [0, 1]


@pytest.mark.parametrize("language", PARTS)
def test_a_longer_paragraph_stays_behind_its_beginning(language: str) -> None:
    first, second = PARTS[language]
    assert left(first, f"{first} {second}") == [first, f"{first} {second}"]


@pytest.mark.parametrize("language", PARTS)
@pytest.mark.parametrize("keep", ["first", "richest"])
def test_the_richest_of_a_corpus_is_kept_where_that_is_asked_for(dedup: Command, language: str, keep: str) -> None:
    """In scope `corpus`, what says less goes for what says more and comes later."""
    whole = " ".join(PARTS[language])
    less = whole[: len(whole) - 10] if language == "zh" else whole.rsplit(" ", 4)[0]
    records = [{"text": less}, {"text": whole}]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (dedup.directory / "in.jsonl").write_text(lines, encoding="utf-8")
    done = dedup("-q", "--scope", "corpus", "--keep", keep, "in.jsonl")
    texts = [json.loads(line)["text"].strip() for line in done.stdout.decode().splitlines()]
    assert texts == (["", whole] if keep == "richest" else [less, whole])
