"""Plots as SVG that need neither script nor colour: lines told apart by dashes and marks, bars by fill.

Each comes with a title for screen readers; the page shows the same numbers as a table.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 150, 12, 30
DASHES = ("", "7 4", "2 4", "10 3 2 3", "14 5", "4 2")
# Marks around (0, 0): circle, square, triangle, diamond, cross, bar.
MARKS = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", "M-4 -4h8v8h-8z", "M0 -5l5 9h-10z",
    "M0 -5l5 5l-5 5l-5 -5z", "M-4 -4l8 8M-4 4l8 -8", "M-5 0h10",
)  # fmt: skip
# More lines than this cannot be told apart; the table has them all.
MOST_LINES = 6
MOST_BARS = 20
_SVG = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')


def lines(rows: Sequence[dict[str, Any]], x: str, name: str, value: str, title: str) -> Markup:
    """A line for each name over the days that there are; empty without a number to show."""
    points = [row for row in rows if row[value] is not None]
    if not points:
        return Markup()
    days = sorted({row[x] for row in points})
    totals: dict[str, int] = {}
    for row in points:
        totals[row[name]] = totals.get(row[name], 0) + 1
    names = sorted(sorted(totals), key=lambda each: -totals[each])[:MOST_LINES]
    top = _round_up(max(float(row[value]) for row in points if row[name] in names))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(days) - 1)

    def place(row: dict[str, Any]) -> tuple[float, float]:
        return LEFT + days.index(row[x]) * step, _height(float(row[value]), top)

    parts = [_grid(top), _days(days, step)]
    for index, each in enumerate(names):
        mine = [place(row) for row in sorted(points, key=lambda r: r[x]) if row[name] == each]
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in mine)
        parts.append(
            Markup('<path class="line" d="{}" stroke-dasharray="{}"/>').format(path, DASHES[index])
        )
        parts += [_mark(index, a, b) for a, b in mine]
        row_y = TOP + 10 + index * 20
        parts.append(_mark(index, WIDTH - RIGHT + 24, row_y))
        parts.append(_text(WIDTH - RIGHT + 36, row_y + 4, _short(each)))
    return _SVG.format(WIDTH, HEIGHT, title, Markup().join(parts))


def bars(rows: Sequence[dict[str, Any]], value: str, names: Sequence[str], title: str) -> Markup:
    """A bar from 0 to 100 per cent for each row, its number beside it."""
    shown = [row for row in rows if row[value] is not None][:MOST_BARS]
    if not shown:
        return Markup()
    label, space = 250, WIDTH - 250 - 60
    parts = []
    for index, row in enumerate(shown):
        y = TOP + index * 26
        share = min(max(float(row[value]), 0.0), 100.0)
        parts += [
            _text(
                label - 8, y + 14, _short(" ".join(str(row[n]) for n in names), 36), anchor="end"
            ),
            Markup('<rect class="bar-fill pale" x="{}" y="{}" width="{}" height="18"/>').format(
                label, y, space
            ),
            Markup(
                '<rect class="bar-fill solid" x="{}" y="{}" width="{:.1f}" height="18"/>'
            ).format(label, y, space * share / 100),
            _text(label + space + 6, y + 14, f"{share:.0f} %"),
        ]
    return _SVG.format(WIDTH, TOP * 2 + 26 * len(shown), title, Markup().join(parts))


def _grid(top: float) -> Markup:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = _height(top * share, top)
        parts.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                LEFT, WIDTH - RIGHT, y, y
            )
        )
        parts.append(_text(LEFT - 6, y + 4, f"{top * share:g}", anchor="end"))
    return Markup().join(parts)


def _days(days: Sequence[str], step: float) -> Markup:
    """The first and the last day, and one between where there is room."""
    chosen = sorted({0, len(days) // 2, len(days) - 1} if len(days) > 2 else {0, len(days) - 1})
    return Markup().join(
        _text(LEFT + index * step, HEIGHT - 8, days[index], anchor="middle") for index in chosen
    )


def _mark(index: int, x: float, y: float) -> Markup:
    return Markup('<path class="mark" transform="translate({:.1f} {:.1f})" d="{}"/>').format(
        x, y, MARKS[index]
    )


def _text(x: float, y: float, words: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        x, y, anchor, words
    )


def _height(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top


def _round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 5, 10) if value <= power * step)


def _short(text: str, longest: int = 16) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
