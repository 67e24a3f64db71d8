"""The lists of words in `dedup/language/data`: each file says what it is, names its languages, and can be read."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dedup
from dedup.language import data_files
from dedup.language.accents import plain
from dedup.language.data_files import keyed, lines, pairs, phrases, words
from dedup.language.phrases import same
from dedup.language.spelling import opposed, unit_sign
from dedup.language.wordlists import FUNCTION, MONTHS, TURNING, number_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_READ = re.compile(r'\b(words|pairs|phrases|_listed|keyed)\("(\w+)"\)')
_READERS: dict[str, Callable[[str], tuple[object, ...]]] = {
    "words": words,
    "pairs": pairs,
    "phrases": phrases,
    "keyed": keyed,
}
_FILES = sorted(path.stem for path in data_files.DIRECTORY.iterdir())
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja "
    "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
    "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu mul pcm"
)
_LANGUAGES = frozenset(_CODES.split(" "))
"""Codes of ISO 639-1, "mul" for several languages, and those of ISO 639-3 that a list has."""
_FIELDS = ("Used: ", "Not here: ", "Source: ")
_WIDTH = 120


@cache
def _readers() -> dict[str, str]:
    """Return for each list the function that the program reads it with."""
    found: dict[str, str] = {}
    for path in Path(dedup.__file__).parent.rglob("*.py"):
        for reader, name in _READ.findall(path.read_text("utf-8")):
            kind = "phrases" if reader == "_listed" else reader
            assert found.setdefault(name, kind) == kind, f"{name} is read in two ways"
    return found


def _text(name: str) -> str:
    return (data_files.DIRECTORY / f"{name}.txt").read_bytes().decode()


def _entries(name: str) -> Iterator[tuple[int, str, str]]:
    """Return each entry of a list as it is written, with its line and its language."""
    bars = _readers()[name] in {"phrases", "keyed"}
    for number, language, entries in lines(name):
        for entry in entries.split(" | ") if bars else entries.split():
            if _readers()[name] == "keyed":
                yield from ((number, language, word) for word in entry.split()[1:])
            else:
                yield number, language, entry.removeprefix("# ")


def test_the_program_reads_every_file_and_each_of_them_is_there() -> None:
    """The program reads every file, and each of them is there."""
    assert {f"{name}.txt" for name in _readers()} == {path.name for path in data_files.DIRECTORY.iterdir()}


@pytest.mark.parametrize("name", _FILES)
def test_a_list_can_be_read_and_is_not_empty(name: str) -> None:
    """A list can be read, and is not empty."""
    assert _READERS[_readers()[name]](name)


@pytest.mark.parametrize("name", _FILES)
def test_a_header_says_what_a_list_is(name: str) -> None:
    """A header says what a list is, how it is used, what does not belong in it and what could generate it."""
    header = []
    for line in _text(name).split("\n"):
        if not line.startswith("# "):
            break
        header.append(line.removeprefix("# "))
    assert not header[0].startswith(_FIELDS)
    assert [field for line in header for field in _FIELDS if line.startswith(field)] == list(_FIELDS)


@pytest.mark.parametrize("name", _FILES)
def test_a_file_is_laid_out_for_reviewers(name: str) -> None:
    """A file is normalised (NFC), ends with one line end, and has no wide lines, odd blanks or controls."""
    text = _text(name)
    assert unicodedata.is_normalized("NFC", text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for number, line in enumerate(text.split("\n"), 1):
        assert len(line) <= _WIDTH, f"line {number} is too long"
        assert line == line.strip(), f"line {number} has blanks at an end"
        assert line.startswith("#") or "  " not in line, f"line {number} has two blanks"
        assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Zs"} and c != " "], f"line {number}"


@pytest.mark.parametrize("name", _FILES)
def test_languages_are_those_of_iso_639(name: str) -> None:
    """The languages of a list are codes of ISO 639, or "mul"."""
    assert {language for _, language, _ in lines(name)} <= _LANGUAGES


@pytest.mark.parametrize("name", [name for name in _FILES if name != "same_phrases"])
def test_nothing_is_listed_twice_in_a_language(name: str) -> None:
    """Nothing is listed twice in the lines of a language."""
    counted = Counter((language, entry) for _, language, entry in _entries(name))
    assert [entry for entry, times in counted.items() if times > 1] == []


def test_no_phrases_are_said_to_be_the_same_twice() -> None:
    """No two lines list the same phrases, and none lists a phrase twice; a phrase may say two things."""
    listed = [
        (line.language, frozenset(found))
        for line, found in zip(lines("same_phrases"), phrases("same_phrases"), strict=True)
    ]
    assert all(len(line) > 1 for _, line in listed)
    assert len(set(listed)) == len(listed)
    assert all(len(set(line)) == len(line) for line in phrases("same_phrases"))


@pytest.mark.parametrize("name", _FILES)
def test_entries_are_folded(name: str) -> None:
    """Entries are in lower case: those that are not would never be found."""
    assert [entry for _, _, entry in _entries(name) if entry != entry.lower()] == []


def test_what_is_computed_from_lists() -> None:
    """A restriction without its accent is grammar; articles are numbers; a sign says that a number has to follow."""
    assert "só" in TURNING
    assert "so" in FUNCTION - TURNING
    assert not FUNCTION & TURNING
    assert opposed("ein", "zwei")
    assert opposed("2", "ein")
    assert opposed("ein", "37")
    assert opposed("m", "kilometres")
    assert not opposed("ein", "une")
    assert not opposed("m", "metres")
    assert not opposed("zwei", "drei")
    assert same()["fewer",] & same()["less",]
    assert all(number < 0 for number in same()["roughly",])
    assert "#" not in {word for phrase in same() for word in phrase}


def test_keys_are_in_their_ranges() -> None:
    """Months are 12 and weekdays 7 in each language that has a full list; numbers are numbers."""
    assert {int(month) for month, _ in keyed("months")} == set(range(1, 13))
    assert {int(month) for month, _ in keyed("month_forms")} == set(range(1, 13))
    assert {int(day) for day, _ in (*keyed("weekday_names"), *keyed("weekdays"))} == set(range(1, 8))
    assert {person for person, _ in keyed("person_numbers")} == {"1", "2", "3"}
    assert [name in names.split() for name, names in zip(("january", "december"), MONTHS[::11], strict=True)] == [
        True
    ] * 2
    assert all(float(value) >= 0 for value, _ in (*keyed("number_names"), *keyed("number_words")))
    assert all(float(factor) >= 1000 for factor, _ in (*keyed("magnitude_names"), *keyed("magnitudes")))


@pytest.mark.parametrize(
    "names",
    [
        ("number_names", "number_words"), ("magnitude_names", "magnitudes"), ("unit_names", "units"),
        ("weekday_names", "weekdays"), ("months",), ("month_forms",), ("person_numbers",),
    ],
)  # fmt: skip
def test_a_word_means_one_thing(names: tuple[str, ...]) -> None:
    """A word, without its accents, has one key, whatever the language; "sei" is six, and never another number."""
    keys: dict[str, set[str]] = {}
    for key, word in chain.from_iterable(map(keyed, names)):
        keys.setdefault(plain(word), set()).add(key)
    assert {word: found for word, found in keys.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", ["number_names", "magnitude_names", "ordinal_names", "unit_names", "time_names"])
def test_a_generated_word_is_no_grammar_elsewhere(name: str) -> None:
    """What is generated turns no statement, and is grammar only in a language that means this by it, too ("eine")."""
    turning = set(map(plain, words("turning_words")))
    grammar: dict[str, set[str]] = {}
    for _, language, word in _entries("function_words"):
        grammar.setdefault(plain(word), set()).add(language)
    for _, language, word in _entries(name):
        assert plain(word) not in turning, word
        assert language == "mul" or grammar.get(plain(word), set()) <= {language}, word


@pytest.mark.parametrize(
    ("language", "number", "word"),
    [
        ("af", 12, "twaalf"), ("cs", 11, "jedenáct"), ("da", 50, "halvtreds"), ("el", 20, "είκοσι"),
        ("fa", 12, "دوازده"), ("fi", 2, "kahdessa"), ("he", 7, "שבע"), ("hu", 100, "száz"), ("it", 21, "ventuno"),
        ("ka", 9, "ცხრა"), ("ko", 20, "스물"), ("ru", 5, "пятью"), ("ta", 10, "பத்து"), ("uk", 40, "сорок"),
        ("hi", 99, "निन्यानबे"),
    ],
)  # fmt: skip
def test_number_words_of_many_languages_are_known(language: str, number: int, word: str) -> None:
    assert number_words().get(word) == number, language


@pytest.mark.parametrize("word", ["on", "to", "fire", "or", "not", "không", "kent", "son", "min", "der", "an", "نه"])
def test_words_of_other_meanings_are_no_numbers(word: str) -> None:
    """What is a number somewhere, and grammar or a frequent word elsewhere, is none: "on", "to", "fire"."""
    assert word not in number_words()


@pytest.mark.parametrize("word", ["time", "times", "mille", "once", "in", "cl", "secondary", "mil"])
def test_words_of_other_meanings_are_no_units(word: str) -> None:
    """A unit is no number, no other unit's sign, and no far more frequent word elsewhere."""
    assert unit_sign(plain(word)) is None


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("km", "kilometrów"), ("km", "кілометрів"), ("km", "χιλιόμετρα"), ("kg", "kilogramma"),
        ("m²", "quadratmeter"), ("h", "órát"), ("min", "minutit"), ("ha", "hehtaaria"), ("%", "százalék"),
        ("km", "קילומטרים"), ("km", "কিলোমিটার"), ("l", "litrov"), ("km", "километрах"),
    ],
)  # fmt: skip
def test_units_of_many_languages_are_known(sign: str, name: str) -> None:
    assert unit_sign(plain(name)) == sign


def test_number_words_are_in_order() -> None:
    """Number words are in the order of what they say, whatever the order of languages in the file."""
    assert list(number_words().values()) == sorted(number_words().values())


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | bytes], Path]:
    """Return a function that writes the list "some" and returns its path."""
    path = tmp_path / "some.txt"

    def write(text: str | bytes) -> Path:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    monkeypatch.setattr(data_files, "DIRECTORY", tmp_path)
    return write


def test_a_list_is_read_as_it_is_written(written: Callable[[str | bytes], Path]) -> None:
    """Comments, empty lines, the line ends of Windows and several lines of a language are read; codes are dropped."""
    written("# A list.\r\n\r\nde: der die\r\n# More.\r\nmul: % §\r\nde: das\r\n")
    assert words("some") == ("der", "die", "%", "§", "das")
    written("# A list.\nen: # some | about\nen: do not | don t\n")
    assert phrases("some") == (("# some", "about"), ("do not", "don t"))
    written("# A list.\nde: 1 eins ein | 2 zwei\nen: 1 one\n")
    assert keyed("some") == (("1", "eins"), ("1", "ein"), ("2", "zwei"), ("1", "one"))
    written("# A list.\nen: in|out on|off\n")
    assert pairs("some") == (("in", "out"), ("on", "off"))


@pytest.mark.parametrize(
    ("read", "text", "line", "problem"),
    [
        (words, "de: der\n", 1, "no header"),
        (words, "# A list.\n\nder die\n", 3, "no language in front"),
        (words, "# A list.\nde:der\n", 2, "no language in front"),
        (words, "# A list.\nDE: der\n", 2, "no language in front"),
        (words, "# A list.\ngerman: der\n", 2, "no language in front"),
        (words, "# A list.\nd1: der\n", 2, "no language in front"),
        (words, "# A list.\nde: der\nde:  \n", 3, "nothing follows the language"),
        (words, "# A list.\n", 2, "the list is empty"),
        (words, "", 1, "no header"),
        (words, b"# A list.\nde: der\nde: f\xfcr\n", 3, "not UTF-8"),
        (words, "# A list.\nde: der | die\n", 2, "no bars"),
        (pairs, "# A list.\nde: in|aus\nde: in aus\n", 3, "no pair"),
        (pairs, "# A list.\nde: in|\n", 2, "no pair"),
        (pairs, "# A list.\nde: in|aus|um\n", 2, "no pair"),
        (phrases, "# A list.\nde: zum beispiel|etwa\n", 2, "a bar without a space"),
        (phrases, "# A list.\nde: etwa\nde: zum beispiel | \n", 3, "a bar without a space, or without words"),
        (keyed, "# A list.\nde: 1 eins | 2\n", 2, "no word follows '2'"),
        (keyed, "# A list.\nde: 1 eins |2 zwei\n", 2, "a bar without a space"),
    ],
)
def test_errors_name_file_and_line(
    read: Callable[[str], object],
    text: str | bytes,
    line: int,
    problem: str,
    written: Callable[[str | bytes], Path],
) -> None:
    """What is wrong in a list is an error that names the file and the line."""
    path = written(text)
    with pytest.raises(ValueError, match=re.escape(f"{path}:{line}: ")) as raised:
        read("some")
    assert problem in str(raised.value)
