"""Front matter: fields at the beginning of a document that say of its text what stands in it as well.

Its title, its description and its address are no witnesses for the headline and the first sentences: these would be
missing from the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.resolve.document.article import Article

_FIELD = re.compile(r"\s*[^\W\d_][\w.-]{0,39}\s?[:：](?=\s|\Z|[\"'\[{])")
"""A name of one word before a colon: "title: …"."""
_FENCE = re.compile(r"\s*(?:-{3,}|\+{3,})\s*\Z")
_INSIDE = re.compile(r"\s*(?:-\s|\S+\s*=|#\s)|[^\S\n]+\S")
"""What else stands between fences: entries of lists, what goes on on the next line, assignments, remarks."""
_FIELDS = 2
"""Fields without fences around them that are front matter, at least."""
_LONGEST = 64
"""Paragraphs of front matter, at most."""


def front_matter(article: Article) -> frozenset[int]:
    """Return the paragraphs of a document's front matter, the fences around it left out; none where it has none."""
    first = next((i for i in range(len(article)) if not article.is_wordless(i)), len(article))
    fenced = first > 0 and _FENCE.match(article.text_of(first - 1)) is not None
    out: set[int] = set()
    for index in range(first, min(first + _LONGEST, len(article))):
        text = article.text_of(index)
        if _FENCE.match(text):
            break
        if not _is_field(text) and not (fenced and out and _INSIDE.match(text)):
            fenced = False
            break
        out.add(index)
    fields = sum(len(article.text_of(index).splitlines()) for index in out)
    return frozenset(out if fenced or fields >= _FIELDS else ())


def _is_field(text: str) -> bool:
    """Return True if a paragraph is a field, or several, one a line, which may have been taken for wrapped lines."""
    return all(map(_FIELD.match, text.splitlines()))
