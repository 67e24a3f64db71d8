"""Small plots as SVG, written by plain code: bars, and curves on logarithmic axes."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

COLOURS = ("#1f6feb", "#d1570a", "#2e7d32", "#8e44ad", "#b3261e", "#5d6b7a")
WIDTH = 720
LABELS = 330
HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 360, 70, 46, 20, 50


def save(into: Path, name: str, text: str, drawn: Mapping[str, str]) -> None:
    """Write a part's report and its plots into a folder: ``NAME.md``, and an SVG for each plot.

    Args:
        into: the folder; made if it is not there.
        name: the part's name.
        text: the report.
        drawn: file name without its end → plot.
    """
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{name}.md").write_text(text + "\n", encoding="utf-8", newline="\n")
    for title, svg in drawn.items():
        (into / f"{title}.svg").write_text(svg, encoding="utf-8", newline="\n")


def bars(title: str, rows: Sequence[tuple[str, float, str]], *, logarithmic: bool = False) -> str:
    """Return horizontal bars.

    Args:
        title: stands above.
        rows: label, value (not negative), and what is written beside the bar.
        logarithmic: lengths go by the logarithm, and begin at a power of ten below the least value.
    """
    values = [row[1] for row in rows if row[1] > 0] or [1.0]
    low = 10 ** math.floor(math.log10(min(values))) if logarithmic else 0.0
    high = max(*values, low * 10) if logarithmic else max(values)
    room = WIDTH - LABELS - 90

    def length(value: float) -> float:
        if value <= low:
            return 1.0
        return room * (math.log(value / low) / math.log(high / low) if logarithmic else value / high)

    parts = []
    for number, (label, value, said) in enumerate(rows):
        y, long = TOP + 22 * number, length(value)
        parts += [
            _text(LABELS - 8, y + 12, label, "end"),
            f'<rect x="{LABELS}" y="{y}" width="{long:.1f}" height="16" fill="{COLOURS[0]}"/>',
            _text(LABELS + long + 6, y + 12, said),
        ]
    return _page(title, parts, TOP + 22 * len(rows) + 14)


def curves(title: str, x_label: str, y_label: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Return curves on two logarithmic axes; values that are not above 0 are left out.

    Args:
        title: stands above.
        x_label: below.
        y_label: at the side.
        series: name → points.
    """
    kept = {name: [point for point in points if min(point) > 0] for name, points in series.items()}
    every = [point for points in kept.values() for point in points] or [(1.0, 1.0)]
    x_low, x_high = _decades([point[0] for point in every])
    y_low, y_high = _decades([point[1] for point in every])

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = (x - x_low) / (x_high - x_low), (y - y_low) / (y_high - y_low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = []
    for power in range(x_low, x_high + 1):
        x, _ = place(power, y_low)
        parts += [_line(x, TOP, x, HEIGHT - BOTTOM), _text(x, HEIGHT - BOTTOM + 16, _number(power), "middle")]
    for power in range(y_low, y_high + 1):
        _, y = place(x_low, power)
        parts += [_line(LEFT, y, WIDTH - RIGHT, y), _text(LEFT - 6, y + 4, _number(power), "end")]
    for number, (name, points) in enumerate(kept.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [place(math.log10(x), math.log10(y)) for x, y in sorted(points)]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(_text(LEFT + 10, TOP + 16 + 16 * number, name, colour=colour))
    parts.append(_text((LEFT + WIDTH) / 2, HEIGHT - 12, x_label, "middle"))
    parts.append(_text(LEFT - 60, TOP - 8, y_label))
    return _page(title, parts, HEIGHT)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _number(power: int) -> str:
    return f"{10**power:,}".replace(",", " ") if power >= 0 else f"{10**power:g}"


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#d0d7de"/>'


def _text(x: float, y: float, said: str, anchor: str = "start", colour: str = "#24292f") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(said)}</text>'


def _page(title: str, parts: Sequence[str], height: int) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">'
    )
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    above = f'<text x="12" y="22" font-size="14" font-weight="bold" fill="#24292f">{escape(title)}</text>'
    return "\n".join([head, ground, above, *parts, "</svg>"]) + "\n"
