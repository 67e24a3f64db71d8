r"""Take repeated and near-duplicate paragraphs out of scraped articles, and lose nothing else.

    >>> from dedup import clean
    >>> clean("One sentence with as many words as it takes.\n" * 2).text
    'One sentence with as many words as it takes.\n'

Importing this package costs next to nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.api.documents import (
        Cleaned,
        CleanedRecord,
        KeptParagraph,
        RemovedParagraph,
        WitnessParagraph,
        clean,
        clean_documents,
    )
    from dedup.api.tables.cleaning import CleanedTable, clean_table
    from dedup.engines.spark.dataframe import CleanedDataFrame, clean_dataframe
    from dedup.model.errors import DedupError, UsageError
    from dedup.model.settings import Settings

    __version__: str

__all__ = [
    "Cleaned",
    "CleanedDataFrame",
    "CleanedRecord",
    "CleanedTable",
    "DedupError",
    "KeptParagraph",
    "RemovedParagraph",
    "Settings",
    "UsageError",
    "WitnessParagraph",
    "__version__",
    "clean",
    "clean_dataframe",
    "clean_documents",
    "clean_table",
]

_HOMES = {
    "CleanedDataFrame": "dedup.engines.spark.dataframe",
    "CleanedTable": "dedup.api.tables.cleaning",
    "DedupError": "dedup.model.errors",
    "Settings": "dedup.model.settings",
    "UsageError": "dedup.model.errors",
    "clean_dataframe": "dedup.engines.spark.dataframe",
    "clean_table": "dedup.api.tables.cleaning",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("paradedup")
    else:
        from importlib import import_module

        value = getattr(import_module(_HOMES.get(name, "dedup.api.documents")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
