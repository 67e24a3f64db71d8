"""What is in an index, in figures."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dedup.index.segment import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.index.manifest import DayEntry
    from dedup.index.store import IndexStore

_OF_TEXT = frozenset({TEXTS, "block_first.npy", "block_at.npy"})


def figures(store: IndexStore) -> dict[str, Any]:
    """Return the days, the settings and the bytes of an index, as JSON has them."""
    manifest = store.manifest
    columns: dict[str, int] = {}
    for entry in manifest.segments:
        for name, (_, size) in entry.files.items():
            columns[name] = columns.get(name, 0) + size
    paragraphs = sum(day.paragraphs for day in manifest.days)
    text = sum(size for name, size in columns.items() if name in _OF_TEXT)
    total = sum(columns.values())
    return {
        "directory": str(store.directory),
        "days": [asdict(day) for day in manifest.days],
        "next_day": manifest.next_day,
        "segments": len(manifest.segments),
        "documents": sum(day.documents for day in manifest.days),
        "paragraphs": paragraphs,
        "kept": sum(day.kept for day in manifest.days),
        "removed": sum(day.removed for day in manifest.days),
        "bytes": total,
        "bytes_per_paragraph": {"text": _share(text, paragraphs), "other": _share(total - text, paragraphs)},
        "columns": {name.removesuffix(".npy"): size for name, size in sorted(columns.items())},
        "unnamed_bytes": sum(path.stat().st_size for top in store.unnamed() for path in top.rglob("*")),
        "settings": manifest.options,
        "bands": list(manifest.banding),
    }


def _share(size: int, number: int) -> float | None:
    return round(size / number, 1) if number else None


def told(found: dict[str, Any], days: list[DayEntry]) -> Iterator[str]:
    """Yield lines that tell the figures of `figures`; names are as they are."""
    segments = f"{found['segments']:,} segment{'s' if found['segments'] != 1 else ''}"
    yield f"{len(days):,} day{'s' if len(days) != 1 else ''} in {segments}, {found['bytes']:,} bytes"
    shares = found["bytes_per_paragraph"]
    if shares["other"] is not None:
        both = shares["other"] + shares["text"]
        yield f"{both:.1f} bytes a paragraph: {shares['text']} of text, {shares['other']} beside it"
    if found["unnamed_bytes"]:
        more = "are no part of it any more, or not yet: the next run that writes removes them"
        yield f"{found['unnamed_bytes']:,} bytes {more}"
    options = (
        f"{name.replace('_', '-')} {_plain(value)}" for name, value in found["settings"].items() if value is not None
    )
    yield f"settings: {', '.join(options)}; {found['bands'][0]} bands of {found['bands'][1]}"
    if days:
        yield ""
        head = ("day", "added (UTC)", "documents", "paragraphs", "kept", "removed")
        rows = [
            (
                str(day.number),
                day.time[:19].replace("T", " "),
                *(f"{n:,}" for n in (day.documents, day.paragraphs, day.kept, day.removed)),
            )
            for day in days
        ]
        yield from _table([(*head, "inputs"), *((*row, day.name) for row, day in zip(rows, days, strict=True))])
        yield ""
        most = sorted(found["columns"].items(), key=lambda item: (-item[1], item[0]))
        yield from _table(
            [
                ("bytes", "a paragraph", "column"),
                *((f"{size:,}", f"{size / max(found['paragraphs'], 1):.1f}", name) for name, size in most),
            ]
        )


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows in columns, figures to the right; the last column is as wide as it is."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for row in rows:
        yield "  ".join([*(cell.rjust(width) for cell, width in zip(row[:-1], widths, strict=True)), row[-1]])
