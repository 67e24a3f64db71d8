"""Whether words are spelt out in an address: that is no text, and no text says where a link leads.

The address of a page has its headline in it: "/news/the-ferry-will-not-run". A headline does not go because such an
address stays, and an address does not go because its words stand in a text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.verdict.gap import Paragraph

_JOINT = re.compile(r"[^\W_][-_/.+%=&?:~]{1,3}(?=[^\W_])")
_JOINTS = 5
"""Joints of an address, at least: six words or more, with signs and no spaces between them."""
_RUN = re.compile(rf"[\w/.+%=&?:~-]{{{2 * _JOINTS + 1},}}")
"""What has so many joints is that long: a letter and a sign for each, and a letter."""
_SIGNS, _FEWEST = "-_/+%", 3
"""Signs of which an address has so many, at least: dots, which a sentence has as well, are the fewer ones there."""
_SHARE = 2
"""One of so many words has to stand in an address in one text, and not in the other one, to set them apart."""


def differ_in_address(witness: Paragraph, candidate: Paragraph, runs: Iterable[tuple[int, int, int]]) -> list[int]:
    """Return the words that two paragraphs share which stand in an address in one of them only, if they are many.

    Args:
        witness: the paragraph that stays.
        candidate: the paragraph that may be removed.
        runs: the equal parts, as (start in the witness, start in the candidate, length).

    Returns:
        Indices of the candidate's tokens; none if they are less than half of all.
    """
    there, here = _in_addresses(witness), _in_addresses(candidate)
    if not (there or here):
        return []
    apart = [b + i for a, b, n in runs for i in range(n) if (a + i in there) != (b + i in here)]
    return apart if _SHARE * len(apart) >= len(candidate.chars) else []


def _in_addresses(paragraph: Paragraph) -> set[int]:
    """Return which tokens of a paragraph stand in addresses."""
    text = paragraph.text
    if sum([text.count(sign) for sign in _SIGNS]) < _FEWEST:  # most texts have none
        return set()
    found = [match.span() for match in _RUN.finditer(text) if len(_JOINT.findall(match.group())) >= _JOINTS]
    if not found:
        return set()
    out: set[int] = set()
    place = 0
    for token in range(len(paragraph.chars)):
        start, end = paragraph.span(token)
        while place < len(found) and found[place][1] <= start:
            place += 1
        if place == len(found):
            break
        if found[place][0] <= start and end <= found[place][1]:
            out.add(token)
    return out
