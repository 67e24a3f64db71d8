"""The page: everything that is told of a run, put into the template.

The page may load nothing, and runs no script but its own: its policy (CSP) names the hashes of this very script and
style. All text goes into it escaped; the findings are data in an element that is not executed.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.formats.log.entries import program_version
from dedup.model.repetition import LIMITS, MEASURES
from dedup.model.settings import Settings
from dedup.report.explain import NEWS, REASONS, WAYS
from dedup.report.renderers.base import MARK, Renderer
from dedup.report.renderers.html_report.entries import Shown, embedded, shown
from dedup.report.renderers.html_report.excerpts import clipped, shortened
from dedup.report.renderers.html_report.plots import histogram, maps, path
from dedup.report.summary import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

    from dedup.model.repetition import BeforeAfter
    from dedup.report.findings.maps import DocumentMap
    from dedup.report.findings.repeated import Repeated
    from dedup.report.renderers.base import Told

FIRST = 40
"""Findings that can be read without the script, which shows as many at a time."""
TOP = 25
"""Most repeated paragraphs that are shown."""
_EXCERPT = 400
"""Characters of each of these."""
_NAME = 120
_INPUTS = 5
"""Inputs that are named."""
_STAYING = {"new": "says something new", "held": "held back"}
_LABELS = {
    **{name: said.removeprefix("an ").removeprefix("a ") for name, said in REASONS.items()},
    **_STAYING,
    **WAYS,
    **NEWS,
}
"""What reasons and kinds of difference are called."""
_SAYS = {
    "lines": "lines",
    "paragraphs": "paragraphs",
    "line_characters": "characters in such lines",
    "paragraph_characters": "characters in such paragraphs",
    "span_characters": "characters in repeated spans of three sentences",
}
"""What is a share of what, by each measure."""


class Row(NamedTuple):
    """A row of a table of shares."""

    label: str
    number: int
    share: float
    """Of all rows."""


class Measured(NamedTuple):
    """A measure of repetition, before and after."""

    label: str
    mean: tuple[float, float]
    pooled: tuple[float, float]
    above: list[tuple[str, int, int]]
    """Of each limit its name, and the documents above it before and after."""


class Block(NamedTuple):
    """One of the most repeated paragraphs."""

    text: str
    characters: int
    removed: int
    documents: int
    sites: int
    place: str


def render(told: Told) -> Iterator[bytes]:
    """Yield the page."""
    environment = _environment()
    page = environment.from_string(_data("page.html.j2"))
    yield page.render(_context(told)).encode("utf-8", "backslashreplace")


def _environment() -> Environment:
    import jinja2  # takes a fifth of a second, and few runs write a page

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": "{:,}".format, "percent": _percent, "size": size}
    return environment


def _context(told: Told) -> dict[str, Any]:
    from markupsafe import Markup

    findings, counts = told.findings, told.counts
    drawn = shown(findings.sampled(), findings.seed)
    mapped = findings.maps.top()
    paragraphs = counts.paragraphs if counts.documents == 1 else None
    drawings = maps(mapped, [_map_name(one) for one in mapped], paragraphs)
    style, script = _data("page.css"), _data("page.js")
    data = {
        "labels": _LABELS,
        "maps": [list(drawing) for drawing in drawings],
        "first": FIRST,
    }
    return {
        "mark": MARK,
        "version": program_version(),
        "policy": f"script-src '{_hash(script)}'; style-src '{_hash(style)}'",
        "style": Markup(style),  # noqa: S704 - a file of this package
        "script": Markup(script),  # noqa: S704 - likewise
        "told": told,
        "label": _label,
        "done": told.job.mode == "clean" and not told.job.mark,
        "started": told.started.strftime("%d %B %Y, %H:%M UTC").lstrip("0"),
        "inputs": _inputs(told),
        "counts": counts,
        "reasons": _rows({name: number for name in REASONS if (number := getattr(counts, name))}),
        "only_counted": max(0, counts.kept_near - findings.reasons["new"]),
        "ways": _rows({name: number for (removed, name), number in findings.kinds.items() if removed}),
        "news": _rows(counts.new),
        "settings": _settings(told.job.settings),
        "measured": None if told.repetition is None else _measured(told.repetition),
        "blocks": [_block(one) for one in findings.repeated.largest(TOP) if one.removed > 1],
        "missed": findings.repeated.missed,
        "histogram": histogram(findings.similarities[True], findings.similarities[False], told.job.settings.threshold),
        "maps": drawings,
        "path": path,
        "shown": drawn,
        "whole": len(drawn.entries) == drawn.total,
        "seed": findings.seed,
        "first": FIRST,
        "strata": _strata(drawn),
        # JSON in which nothing ends its element; it is not executed.
        "data": Markup(embedded(data)),  # noqa: S704 - escaped by `embedded`
        "findings": Markup(drawn.data),  # noqa: S704 - likewise
    }


def _data(name: str) -> str:
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    """Return what a policy calls a script or a style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _percent(share: float) -> str:
    """Return a share for people; what is there is never shown as nothing, nor what is not all as all."""
    percent = 100 * share
    if 0 < percent < 0.1:  # noqa: PLR2004 - less than what one place behind the point can show
        return "<0.1 %"
    return f"{min(percent, 99.9) if share < 1 else percent:.1f} %"


def _label(name: str) -> str:
    return _LABELS.get(name, name)


def _inputs(told: Told) -> str:
    names = [told.job.stdin_name if name == "-" else name for name in told.job.named]
    more = f" and {len(names) - _INPUTS:,} more" if len(names) > _INPUTS else ""
    return ", ".join(shortened(name, _NAME) for name in names[:_INPUTS]) + more


def _map_name(found: DocumentMap) -> str:
    name = found.document if found.file in found.document else f"{found.document} ({found.file})"
    return shortened(name, _NAME)


def _rows(numbers: dict[str, int]) -> list[Row]:
    """Return numbers as rows of a table, the largest first."""
    total = sum(numbers.values())
    falling = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return [Row(_label(name), number, number / total) for name, number in falling]


def _settings(settings: Settings) -> list[tuple[str, str, bool]]:
    """Return the settings: name, value, and whether that is the default."""
    default = Settings()
    found = []
    for one in fields(settings):
        value = getattr(settings, one.name)
        said = "none" if value is None else str(value)
        said = ("yes" if value else "no") if isinstance(value, bool) else said
        found.append((one.name.replace("_", "-"), shortened(said, _NAME), value == getattr(default, one.name)))
    return found


def _measured(found: BeforeAfter) -> list[Measured]:
    def both(which: str, measure: str) -> tuple[float, float]:
        return getattr(found.before, which)(measure), getattr(found.after, which)(measure)

    return [
        Measured(
            _SAYS[measure],
            both("mean", measure),
            both("pooled", measure),
            [
                (f"{limit.source}: {f'above {limit.share:.2f}' if limit.share else 'any'}", before, after)
                for limit, before, after in zip(LIMITS, found.before.above, found.after.above, strict=True)
                if limit.measure == measure
            ],
        )
        for measure in MEASURES
    ]


def _block(found: Repeated) -> Block:
    text = "".join(clipped(found.text, [], _EXCERPT))
    numbers = found.characters, found.removed, found.documents, len(found.sites)
    return Block(text, *numbers, shortened(found.place, _NAME))


def _strata(drawn: Shown) -> list[tuple[str, int, int]]:
    """Return what is drawn of each stratum, of how many; the largest first."""
    rows = []
    for (reason, kind), some, number in drawn.drawn:
        rows.append((_label(reason) + (f", {_label(kind)}" if kind else ""), some, number))
    return sorted(rows, key=lambda row: -row[2])


RENDERER = Renderer("HTML", render)
