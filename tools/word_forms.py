"""What the tools that write lists of words share: which forms are kept, and how a list is written.

A form means something in the languages that have it, and may be another word elsewhere. The lists of a run know no
languages, so a form is kept only if

* it is one token, of letters, and long enough;
* nearly all languages that have it mean the same by it, and no list kept by hand says otherwise;
* it turns no statement ("không" is zero in Vietnamese, and "not"), and is no function word and no name of a month or a
  day in a language that does not mean this by it ("on" is ten in Turkish);
* it is no frequent word in such a language ("fire" is four in Danish); if it has more than three letters, it may be far
  more frequent where it is meant. Names of units are asked about only beside a number: it is enough that they are
  no grammar anywhere, no number and no other unit, and no far more frequent word that is no such name.

Frequencies are those of the package ``wordfreq``, which is only asked: nothing of it is in a list. What these rules
leave out and is wanted all the same, or what no source has, is kept by hand in another list.
"""

from __future__ import annotations

import math
import pathlib
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache

import numpy as np
import wordfreq

from dedup.language.accents import plain
from dedup.language.data_files import keyed, lines, words
from dedup.shingling import tokenise

DATA = pathlib.Path(__file__).resolve().parent.parent / "dedup" / "language" / "data"
WIDTH = 120
MANY = 4
"""So many times as many languages have to mean one thing by a form as mean others."""
FREQUENT = 3.5
"""Frequency (Zipf's scale) from which a word of another language is in the way."""
COMMON = 4.0
"""Likewise, where the list is asked only beside a number."""
ALIKE = 3
"""First letters that two names of one unit have in common, whatever their endings."""
FAR = 0.5
"""By so much more frequent a form must be where it is meant."""
RARE = re.compile("Shaw|Dsrt")
"""Scripts in which hardly anybody writes."""
SHORT = 3
"""Letters of a form that may be no frequent word in another language at all."""
AGREED = 3
"""Languages that must have a short form of two letters."""
UNSPLIT = frozenset(("zh", "ja", "ko"))
"""Languages that `wordfreq` needs further packages for."""
SAME = {"sh": ("sr", "hr", "bs"), "nb": ("nb", "no", "nn", "da"), "id": ("id", "ms"), "ms": ("id", "ms")}
"""What `wordfreq` calls languages, and neighbours that hardly differ in these words."""
WORDS = ("function_words", "turning_words", "persons", "determiners", "modal_verbs", "negations")
NAMES = ("months", "month_forms", "weekday_names", "weekdays")
Forms = dict[str, dict[str, set[str]]]
"""For each language what its forms mean."""


def new_forms() -> Forms:
    """Return an empty table of forms."""
    return defaultdict(lambda: defaultdict(set))


def token(text: str, *, least: int, letters: bool = True) -> str:
    """Return a text as tokens are folded; empty if it is not one token of so many letters."""
    text = unicodedata.normalize("NFC", text.replace("\u00ad", "").strip().strip(".").lower())
    if len(text) < least or not text or (letters and not all(unicodedata.category(c)[0] in "LM" for c in text)):
        return ""
    tokens = tokenise(text, np.array([0]), np.array([len(text)]))
    return tokens.token(0) if len(tokens.offsets) == 2 and tokens.token(0) == text else ""


@cache
def turning() -> frozenset[str]:
    """Return the words that turn a statement in some language."""
    return frozenset(map(plain, words("turning_words")))


@cache
def listed() -> dict[str, frozenset[str]]:
    """Return for each form in lists of another kind the languages that have it there."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in WORDS:
        for line in lines(name):
            for word in line.entries.split():
                found[plain(word)].add(line.language)
    for name in NAMES:
        for line in lines(name):
            for field in line.entries.split(" | "):
                for word in field.split()[1:]:
                    found[plain(word)].add(line.language)
    return {word: frozenset(languages - {"mul"}) for word, languages in found.items()}


@cache
def _frequencies(language: str) -> dict[str, float]:
    return wordfreq.get_frequency_dict(language, "best")


def _frequency(form: str, language: str) -> float:
    """Return the frequency of a word on Zipf's scale; 0 for one that is not known."""
    share = _frequencies(language).get(form, 0.0)
    return math.log10(share * 1e9) if share else 0.0


def is_grammar_elsewhere(form: str, languages: set[str]) -> bool:
    """Return True if a form turns a statement, or is grammar or a name in a language that does not mean this by it."""
    return plain(form) in turning() or bool(listed().get(plain(form), frozenset()) - languages)


def is_word_elsewhere(form: str, languages: set[str]) -> bool:
    """Return True if a form is a frequent word in a language that does not mean this by it."""
    known = [name for name in wordfreq.available_languages() if name not in UNSPLIT]
    own = {name for name in known if languages.intersection(SAME.get(name, (name,)))}
    for written in {form, plain(form)}:
        most = max((_frequency(written, name) for name in own if len(form) > SHORT), default=0.0)
        if any(_frequency(written, name) >= max(FREQUENT, most - FAR) for name in known if name not in own):
            return True
    return False


def is_number(form: str) -> bool:
    """Return True if a form is a number word, or multiplies a number."""
    return plain(form) in numbers()


@cache
def numbers() -> frozenset[str]:
    """Return the forms in lists of numbers."""
    names = ("number_names", "number_words", "magnitude_names", "magnitudes")
    return frozenset(plain(word) for name in names for _, word in keyed(name))


def is_rather_a_word(form: str, forms: Forms) -> bool:
    """Return True if a form is a far more frequent word in a language that calls this otherwise ("time" is hour)."""
    languages = {language for language, names in forms.items() if form in names}
    keys = set().union(*(forms[language][form] for language in languages))
    known = [name for name in wordfreq.available_languages() if name not in UNSPLIT]
    own = {name for name in known if languages.intersection(SAME.get(name, (name,)))}
    least = max(COMMON, FAR + max((_frequency(form, name) for name in own), default=0.0))
    for name in known:
        if name not in own and _frequency(form, name) >= least:
            said = [names for code in SAME.get(name, (name,)) if (names := forms.get(code))]
            called = (other for names in said for other, meant in names.items() if keys & meant)
            if not any(other[:ALIKE] == form[:ALIKE] for other in called):
                return True
    return False


def kept(forms: Forms, *, hand: str = "", counted: bool = False) -> Forms:
    """Return the forms that mean one thing, and nothing else elsewhere.

    Args:
        forms: what the source has.
        hand: the list kept by hand for the same use; what it says of a form holds.
        counted: the list is asked only beside a number, where no other word stands but grammar, or something that is
            counted and has the same short form.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    languages: dict[str, set[str]] = defaultdict(set)
    for language, names in forms.items():
        for name, keys in names.items():
            votes[plain(name)].update(keys)
            languages[plain(name)].add(language)
    known = {plain(word): key for key, word in keyed(hand)} if hand else {}
    out: Forms = {}
    for language, names in forms.items():
        chosen = {}
        for name, keys in names.items():
            (best, most), *rest = votes[plain(name)].most_common()
            clear = most >= MANY * sum(count for _, count in rest)
            if not clear or keys != {best} or known.get(plain(name), best) != best:
                continue
            others = languages[plain(name)]
            if counted:
                other = plain(name) in listed() or (len(name) < SHORT and most < AGREED) or is_number(name)
            else:
                other = is_grammar_elsewhere(name, others) or is_word_elsewhere(name, others)
            if not other:
                chosen[name] = keys
        if chosen:
            out[language] = chosen
    return out


def shared(forms: Forms) -> Forms:
    """Return forms with those of several languages listed once, for all."""
    counts = Counter(form for names in forms.values() for form in names)
    out = new_forms()
    for language, names in forms.items():
        for form, keys in names.items():
            out["mul" if counts[form] > 1 else language][form] = keys
    return out


def write(name: str, header: str, forms: Forms) -> None:
    """Write a list, a few lines for each language: keys with their forms, or forms only where the key is empty."""
    out = []
    count = len(forms)
    forms = shared(forms)
    for language in sorted(forms, key=lambda language: (language != "mul", language)):
        by_key: dict[str, list[str]] = defaultdict(list)
        for form, (key, *_) in sorted(forms[language].items()):
            by_key[key].append(form)
        entries = list(by_key.get("", ()))
        for key in sorted(by_key.keys() - {""}, key=lambda key: (len(key), key)):
            entries += _fields(key, by_key[key], WIDTH - len(language) - 2)
        bar = " " if "" in by_key else " | "
        line = ""
        for entry in entries:
            if line and len(line) + len(bar) + len(entry) > WIDTH:
                out.append(line)
                line = ""
            line = f"{line}{bar}{entry}" if line else f"{language}: {entry}"
        out.append(line)
    (DATA / f"{name}.txt").write_text(header + "\n".join(out) + "\n", "utf-8")
    print(f"{name}: {sum(map(len, forms.values()))} forms of {count} languages")


def _fields(key: str, forms: list[str], width: int) -> list[str]:
    """Return a key with its forms, as often as it takes for no field to be wider than a line."""
    fields = [key]
    for form in forms:
        if len(fields[-1]) + 1 + len(form) > width:
            fields.append(key)
        fields[-1] += f" {form}"
    return fields
