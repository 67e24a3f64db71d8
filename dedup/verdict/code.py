"""Code within text, in fenced blocks and between backticks: every character of it counts, and nothing may be left out.

A program with one word less is another program, and what it prints is shown as it was printed: spelling, case and form
of numbers are what is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.verdict.gap import Gap, Paragraph


FENCES = ("```", "~~~")
"""What a block of code begins and ends with."""
INDENT = 16
"""Characters in which a fence begins that is indented."""
_SPAN = re.compile(r"(?<![\w`])`[^`\n]+`(?![\w`])")
"""Code within a line. A backtick within a word stands for an apostrophe."""


def is_code(text: str) -> bool:
    """Return True if a paragraph is a fenced block of code."""
    return text[:INDENT].lstrip().startswith(FENCES)


def has_same_lines(witness: str, candidate: str) -> bool:
    """Return True if two blocks of code have the same lines, but for spaces that end them."""
    return _lines(candidate) == _lines(witness)


def _lines(text: str) -> str:
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if not _is_fence(line)).strip("\n")


def _is_fence(line: str) -> bool:
    """Return True for a line that is nothing but a fence; what has backticks further on is code: "```run``` or"."""
    line = line.lstrip()
    return line.startswith(FENCES) and "`" not in line.lstrip("`")


def in_span(paragraph: Paragraph, index: int) -> bool:
    """Return True if a token stands in code within a line."""
    return "`" in paragraph.text and _span_around(paragraph, index) is not None


def breaks_span(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a part of some code is lost, and the rest of it stays."""
    if "`" not in witness.text:
        return False
    edges = ((gap.witness_start - 1, gap.witness_start), (gap.witness_end - 1, gap.witness_end))
    for before, after in edges:
        if before >= 0 and after < len(witness.chars):
            span = _span_around(witness, before)
            if span is not None and span == _span_around(witness, after):
                return True
    return False


def _span_around(paragraph: Paragraph, index: int) -> tuple[int, int] | None:
    """Return the characters of the code within a line that a token belongs to."""
    at = paragraph.span(index)[0]
    low = paragraph.text.rfind("\n", 0, at) + 1
    spans = (found.span() for found in _SPAN.finditer(paragraph.text, low))
    return next((span for span in spans if span[0] <= at < span[1]), None)
