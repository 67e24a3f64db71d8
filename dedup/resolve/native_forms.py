"""The forms of a document's paragraphs, by the native kernels: those of `dedup.resolve.paragraph_forms`, sooner.

The crate has no expressions, no words and no tables of its own: all of them are handed over here.
"""

from __future__ import annotations

import re
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.language.spelling import plain
from dedup.language.wordlists import FUNCTION, MARKING, ORDINALS
from dedup.model.containment import attempt
from dedup.native.kernels import native
from dedup.resolve import entry_markers, paragraph_forms
from dedup.resolve.paragraph_forms import CLAUSES, LEADS, Form
from dedup.text import continuity, line_forms
from dedup.text.characters import ALONE, CLASS_MASK, class_table
from dedup.text.continuity import CLOSER, FINAL, OPENER, SENTENCE_ENDS, SMALL, edge_table
from dedup.text.lines import LINE_ENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from dedup.native._kernels import FormReader

FEWEST = 1 << 19
"""Characters from which on it takes longer to do without the kernel than to put its tables together."""
COUNTED = 64
"""Words of a paragraph that are counted, at most; `native/src/outline.rs` has the same."""
_left = [0]
"""Characters of the documents that this process has left to the Python so far."""
(
    _SMALL,
    _FINAL,
    _CLOSER,
    _OPENER,
    _SPACE,
    _WORD,
    _DECIMAL,
    _ALPHA,
    _DIGIT,
    _LOWER,
    _RAISED,
    _LOWERED,
    _SPACELESS,
    _OPENING,
    _CLOSING,
) = (1 << bit for bit in range(15))
"""What is known of a character; `native/src/known.rs` has the same."""
_EDGES = {_SMALL: SMALL, _FINAL: FINAL, _CLOSER: CLOSER, _OPENER: OPENER}
_CLASSES = {_SPACE: re.compile(r"\s+"), _WORD | _ALPHA: re.compile(r"\w+"), _DECIMAL: re.compile(r"\d+")}
_LETTERS = 0x40000
"""Code points among which all letters are."""
_ASCII = 0x80
_PIECE = 64
"""Characters of which it is asked together whether one of them is."""


class ReadForms(NamedTuple):
    """What is read of the paragraphs with words of a document.

    Attributes:
        numbers: which paragraphs these are.
        forms: what each is to those beside it.
        words: how many words each has, `COUNTED` for all that have as many or more, as far as `has_words` of
            `dedup.resolve.outline` is asked.
    """

    numbers: list[int]
    forms: list[Form]
    words: bytes


def read_forms(text: str, spans: Sequence[Sequence[int]]) -> ReadForms | None:
    """Return what the native kernels read of a document; None where that is left to the Python.

    Args:
        text: the document.
        spans: (start, end) of each paragraph, in characters, ascending.
    """
    if native() is None or not _is_quicker(len(text)):
        return None
    # This is only quicker: where it raises, the Python reads.
    return attempt(partial(_read, text, spans), lambda _: None)


def _is_quicker(characters: int) -> bool:
    """Return True if the kernel's tables are there, or so much has been asked that it is worth to make them."""
    if form_reader.cache_info().currsize:
        return True
    _left[0] += characters
    return _left[0] >= FEWEST


def _read(text: str, spans: Sequence[Sequence[int]]) -> ReadForms | None:
    flat = np.fromiter(chain.from_iterable(spans), "<u8", 2 * len(spans))
    try:
        numbers, places, kinds, words = form_reader().read(text, flat.tobytes())
    except UnicodeEncodeError:  # a surrogate that stands alone
        return None
    forms = [Form(*each) for each in kinds]
    return ReadForms(numbers, [forms[place] for place in places], words)


@cache
def form_reader() -> FormReader:
    """Return the kernel with what it has to know of characters, words and expressions."""
    module = native()
    assert module is not None  # noqa: S101 - the caller's part
    letters = _all_letters()
    cased = _in_pieces(letters, _has_case)
    found: FormReader = module.FormReader(
        _table(letters, cased).tobytes(),
        {sign: sign.casefold() for sign in cased if sign.casefold() != sign},
        ({word: plain(word) for word in MARKING}, ORDINALS, FUNCTION),
        ("".join(SENTENCE_ENDS), "".join(CLAUSES), "".join(LEADS), LINE_ENDS),
        {name: (each.pattern, bool(each.flags & re.DOTALL)) for name, each in _expressions().items()},
    )
    return found


def _expressions() -> dict[str, re.Pattern[str]]:
    return {**entry_markers.EXPRESSIONS, **line_forms.EXPRESSIONS, **paragraph_forms.EXPRESSIONS}


def _all_letters() -> str:
    return np.arange(_LETTERS, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")


def _in_pieces(text: str, wanted: Callable[[str], bool]) -> str:
    """Return the pieces of a text of which something is to be known of each character."""
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    return "".join(piece for piece in pieces if wanted(piece))


def _has_case(some: str) -> bool:
    """Return True if one of some characters is a small letter, or another one in other letters."""
    # With a capital, what holds no small letter is in capitals.
    return not f"A{some}".isupper() or not some == some.upper() == some.lower() == some.casefold()


def _table(letters: str, cased: str) -> NDArray[np.uint16]:
    """Return what every code point is, as the Python at hand knows it, which would ask.

    Args:
        letters: the code points among which all letters are.
        cased: all of them that have case, and others.
    """
    # Byte by byte: as indices of an array they would take eight times the memory.
    bits = bytes(sum(bit for bit, edge in _EDGES.items() if code & edge) for code in range(1 << 8))
    table = np.frombuffer(edge_table().tobytes().translate(bits), np.uint8).astype("<u2")

    def put(bit: int, signs: Iterable[str]) -> None:
        table[list(map(ord, signs))] |= np.uint16(bit)

    for bit, expression in _CLASSES.items():
        for found in expression.finditer(letters):
            table[found.start() : found.end()] |= np.uint16(bit)
    # Most of what words are made of is letters.
    words = "".join(_CLASSES[_WORD | _ALPHA].findall(letters))
    others = [sign for sign in _in_pieces(words, lambda some: not some.isalpha()) if not sign.isalpha()]
    table[list(map(ord, others))] ^= np.uint16(_ALPHA)
    put(_DIGIT, filter(str.isdigit, others))
    put(_LOWER, filter(str.islower, cased))
    put(_RAISED, (sign for sign in cased if sign.upper() != sign))
    put(_LOWERED, (sign for sign in cased if sign.lower() != sign))
    alone = np.flatnonzero((class_table() & np.uint8(CLASS_MASK)) == ALONE)
    table[alone[alone >= _ASCII]] |= np.uint16(_SPACELESS)
    put(_OPENING, continuity.OPENING)
    put(_CLOSING, continuity.CLOSING)
    return table
