"""A name for a text that is the same on any machine, with any version of the program, and wherever the text stands.

The program's own keys may change from version to version. This does not: its definition is part of two formats, that of
baselines and that of reports (see ``docs/ci.md``), and a test has examples of it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.model.explanation import Explanation

DIGITS = 32
"""Of a fingerprint, hexadecimal."""


def normalised(text: str) -> str:
    """Return a text as its fingerprint has it: words in small letters, with one space between them.

    That is Unicode's form NFKC, folded for case and in NFKC again, in which each run of characters other than letters,
    digits and marks is one space, and there is none at either end. Of a text without any of them, white space alone is
    treated so.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    words = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in folded).split()
    return " ".join(words or folded.split())


def fingerprint(text: str) -> str:
    """Return the first 128 bits of SHA-256 over `normalised` text in UTF-8, in hexadecimal digits.

    A lone surrogate, which stands for a byte that did not decode, is written as UTF-8 would write a character.
    """
    return digest_of(normalised(text))


def fingerprint_of(found: Explanation) -> str:
    """Return the fingerprint of the text that a finding is about."""
    return found.fingerprint or fingerprint(found.text)


def digest_of(plain: str) -> str:
    """Return the fingerprint of a text that is normalised already."""
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
