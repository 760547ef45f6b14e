"""Figures from run to run as small line charts: coordinates here, the drawing in the template; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jiyue.report import words
from jiyue.report.model import RunRow
from jiyue.report.words import Text

WIDTH, HEIGHT, EDGE = 240.0, 56.0, 5.0
"""Of a chart, in units of its viewBox; `EDGE` keeps the dots inside."""
CHARTS: tuple[tuple[str, str], ...] = (
    ("sites-ready", "sites"),
    ("funnel-accepted", "sites"),
    ("checks-failed", ""),
    ("checks-unknown", ""),
    ("score-national-monitoring", "100"),
    ("score-site-scoring", "100"),
)
"""(figure, the figure or number that is the top of the scale; empty: the largest value seen)."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure over the runs; `points` are SVG coordinates, `dots` (x, y, run, value)."""

    id: str
    title: Text
    points: str
    dots: tuple[tuple[float, float, str, str], ...]
    first: str
    last: str
    change: str
    words: Text


def charts(runs: Sequence[RunRow]) -> tuple[Chart, ...]:
    """The charts of these runs, oldest first; none for fewer than two runs, since one point is no trend."""
    found = []
    for id, top in CHARTS:
        known = [(run.at, run.figures[id]) for run in runs if id in run.figures]
        if len(known) >= 2:
            found.append(_chart(id, known, _top(top, runs, [value for _, value in known])))
    return tuple(found)


def _top(top: str, runs: Sequence[RunRow], values: Sequence[float]) -> float:
    if top.isdigit():
        return float(top)
    most = max((run.figures.get(top, 0.0) for run in runs), default=0.0) if top else 0.0
    return max(most, *values, 1.0)


def _chart(id: str, known: Sequence[tuple[str, float]], top: float) -> Chart:
    step = (WIDTH - 2 * EDGE) / (len(known) - 1)
    dots = tuple(
        (round(EDGE + n * step, 1), round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / top, 1), at, f"{value:g}")
        for n, (at, value) in enumerate(known)
    )
    values = [value for _, value in known]
    title = words.figure(id)
    first, last, least, most = (f"{value:g}" for value in (values[0], values[-1], min(values), max(values)))
    said = Text(
        f"{title.zh}：{len(known)} 次运行，由 {first} 到 {last}，最小 {least}，最大 {most}",
        f"{title.en}: {len(known)} runs, from {first} to {last}, least {least}, most {most}",
    )
    return Chart(id, title, " ".join(f"{x:g},{y:g}" for x, y, _, _ in dots), dots, first, last,
                 f"{values[-1] - values[-2]:+g}", said)  # fmt: skip
