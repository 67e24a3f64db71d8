"""Which documents may hold something twice, by the native kernels: few of an archive of news do.

Only those go on to `dedup.resolve.document.decide`, which decides about them as if nobody had looked. What is left out
here is what it would find nothing in.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.candidates.votes import LARGE, least_share, voting_width
from dedup.fingerprint.native_batch import kernels_with, tokens_within
from dedup.model.containment import attempt
from dedup.native.kernels import native
from dedup.text.arrays import batches
from dedup.text.long_texts import BATCH, LONG
from dedup.text.utf8_paragraphs import encoded, split_encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model.settings import Settings
    from dedup.text.arrays import Flags, Ints
    from dedup.text.utf8_paragraphs import EncodedTexts

FEWEST = 1 << 17
"""Characters (or bytes) from which on it takes longer to do without the kernels than to put their tables together."""
SHORT_RUN = 3
"""Repeated short paragraphs in a row that may be a menu."""


class Screened(NamedTuple):
    """What is known of some documents.

    Attributes:
        paragraphs: how many each has; int64.
        worth: which of them something may be found in; bool.
    """

    paragraphs: Ints
    worth: Flags


def is_quicker(characters: int) -> bool:
    """Return True if so much text is sooner read by the native kernels: if there is much, or their tables are there."""
    return native() is not None and (characters >= FEWEST or kernels_with.cache_info().currsize > 0)


def screen(texts: EncodedTexts, settings: Settings) -> Screened:
    """Return which of some documents are worth resolving, by the native kernels, which have to be there.

    Args:
        texts: the documents, none of them very long.
        settings: what counts as superfluous.
    """
    module = native()
    assert module is not None  # noqa: S101 - the caller's part
    found = split_encoded(texts, settings.split)
    several = found.counts > 1
    paragraphs = tokens_within(texts.data, found.edges[np.repeat(several, found.counts)])
    counts = found.counts[several].astype("<u8").tobytes()
    voting = None
    if not settings.exact:
        width = voting_width(settings.threshold)
        voting = width, least_share(settings.threshold, width), LARGE
    flags = module.repeating(paragraphs, counts, settings.min_words, SHORT_RUN, voting)
    # What has nothing to read is counted where texts without line ends are.
    worth = (found.counts == 0) & (texts.edges[:, 1] > texts.edges[:, 0])
    worth[several] = np.frombuffer(flags, bool)
    return Screened(found.counts, worth)


def _screened(texts: Sequence[str], settings: Settings) -> Screened | None:
    return screen(encoded(texts), settings)


def paragraphs_alone(texts: Sequence[str], settings: Settings) -> list[int | None]:
    """Return how many paragraphs each document has, if nothing may be found in it; None: it is worth resolving.

    Without the native kernels, all are.
    """
    lengths = [len(text) for text in texts]
    if not is_quicker(sum(lengths)):
        return [None] * len(texts)
    out: list[int | None] = []
    for some in batches(lengths, BATCH):
        found: Screened | None = None
        if max(lengths[some]) <= LONG:
            # This is only quicker: where it raises, all are decided about as without it.
            found = attempt(partial(_screened, texts[some], settings), lambda _: None)
        if found is None:
            out += [None] * len(lengths[some])
        else:
            both = zip(found.paragraphs.tolist(), found.worth.tolist(), strict=True)
            out += [None if worth else count for count, worth in both]
    return out
