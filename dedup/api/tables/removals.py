"""The table of what went: a row for each paragraph."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dedup.api.tables.containers import STRUCT, Field
from dedup.api.tables.list_items import item_at, starts

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.api.tables.containers import Value
    from dedup.model.results import RemovedParagraph, WitnessParagraph

FIELDS = (
    Field("document", "int"),
    Field("paragraph", "int"),
    Field("start", "int"),
    Field("end", "int"),
    Field("cut_start", "int"),
    Field("cut_end", "int"),
    Field("text", "str"),
    Field("before", "str"),
    Field("after", "str"),
    Field("reason", "str"),
    Field("compared", "str"),
    Field("similarity", "float"),
    Field("coverage", "float"),
    Field("differs", "strs"),
    Field("block", "int", optional=True),
    Field("documents", "int", optional=True),
    *(Field(f"witness_{name}", kind, optional=True) for name, kind in STRUCT.items()),
    Field("more_witnesses", "structs"),
)
"""The columns: names and meanings are those of `dedup.RemovedParagraph` and the removal log; a document is a row, from
0. What left is ``before + text + after``. ``witness_*`` are of the first witness, `more_witnesses` has the others of a
paragraph that takes several. The witness's document is null where it stands in a reference."""
_CACHED = 1 << 8
"""Lists in which witnesses stand, of which it is remembered where their items begin."""


class Removals:
    """Collects the columns.

    Args:
        value: returns the value of a row.
        reference: returns that of a reference; None where references are plain texts.
        lists: whether values are lists: then a witness's paragraph is the number of an item.
    """

    def __init__(self, value: Callable[[int], Value], reference: Callable[[int], Value] | None, *, lists: bool) -> None:
        self.columns: dict[str, list[Any]] = {field.name: [] for field in FIELDS}
        self._value, self._reference, self._lists = value, reference, lists
        self._starts = lru_cache(_CACHED)(self._read_starts)

    def add(self, row: int, text: str, removal: RemovedParagraph) -> None:
        """Add what left a row; `text` is the document that it was."""
        first, *more = [self._witness(row, witness) for witness in removal.witnesses] or [dict.fromkeys(STRUCT)]
        values = {
            "document": row,
            "before": text[removal.cut_start : removal.start],
            "after": text[removal.end : removal.cut_end],
            "reason": removal.reason.value,
            "compared": removal.compared.value,
            "differs": list(removal.differs),
            **{f"witness_{name}": value for name, value in first.items()},
            "more_witnesses": more,
        }
        for name, column in self.columns.items():
            column.append(values[name] if name in values else getattr(removal, name))

    def _witness(self, row: int, witness: WitnessParagraph) -> dict[str, Any]:
        elsewhere = witness.document is not None or witness.reference is not None
        document = witness.document if elsewhere else row
        paragraph = witness.paragraph
        if self._lists and (document is not None or self._reference is not None):
            paragraph = item_at(self._starts(document, witness.reference), witness.start)
        return {
            "document": document,
            "reference": witness.reference,
            "paragraph": paragraph,
            "start": witness.start,
            "end": witness.end,
            "text": witness.text,
        }

    def _read_starts(self, document: int | None, reference: int | None) -> list[int]:
        if document is not None:
            items = self._value(document)
        else:
            assert self._reference is not None  # noqa: S101 - see `_witness`
            assert reference is not None  # noqa: S101 - likewise
            items = self._reference(reference)
        return starts(items if isinstance(items, list) else [])
