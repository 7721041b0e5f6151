"""The sync latency of each direction: quantiles as a plot and as a table."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from math import ceil

from msgspec import Struct

from qa_sync.dataflow.parsing.headings import split_title
from qa_sync.reports.html.elements import text
from qa_sync.reports.shared.wording import seconds
from qa_sync.running.events import Status
from qa_sync.running.results import Results, SpecResult

BACKWARD = "update-backward"
"""The kind of check that edits the target."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
LEFT, WIDTH, ROW, TOP = 8, 344, 46, 22
"""The plot's dimensions in its own units; the page scales it."""


class LatencyGroup(Struct, frozen=True):
    """The latencies of one direction, sorted."""

    direction: str
    values: Sequence[float]

    def quantile(self, share: float) -> float:
        """Return the nearest-rank quantile, which is always a measured latency."""
        return self.values[max(0, ceil(share * len(self.values)) - 1)]


def latency_groups(results: Results) -> list[LatencyGroup]:
    """Return the latencies of passed checks by direction, in the order of the specs."""
    by_direction: dict[str, array[float]] = {}
    for spec in results.specs:
        there, back = (
            f"{way}{' (simulated)' * (spec.simulated and not results.simulated)}" for way in _directions(spec)
        )
        for check in (c for section in spec.sections for c in section.checks):
            if check.latency_s is not None and check.status is Status.PASSED:
                by_direction.setdefault(back if check.kind == BACKWARD else there, array("d")).append(check.latency_s)
    return [LatencyGroup(direction, array("d", sorted(values))) for direction, values in by_direction.items()]


def latency_section(results: Results) -> str:
    """Return the section of the page, empty when no check has a latency."""
    groups = latency_groups(results)
    if not groups:
        return ""
    rows = "".join(_numbers(group) for group in groups)
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("n", "p50", "p95", "p99", "max"))
    return (
        f'<section aria-labelledby="h-lag"><h2 id="h-lag">Sync latency{" (simulated)" * results.simulated}</h2>\n'
        f"{_plot(groups, simulated=results.simulated)}"
        f'<div class="wide"><table class="nums"><thead><tr><th scope="col">Direction</th>{heads}</tr></thead>\n'
        f'<tbody>{rows}</tbody></table></div>\n<p class="note">Time from a write to the poll that found it, '
        "passed checks only. Line: p5 to p95; box: p25 to p75; tick: median; dot: maximum.</p></section>\n"
    )


def _directions(spec: SpecResult) -> tuple[str, str]:
    source, target = split_title(spec.title) or ("source", "target")
    return f"{source or 'source'} → {target or 'target'}", f"{target or 'target'} → {source or 'source'}"


def _numbers(lag: LatencyGroup) -> str:
    values = [f"{len(lag.values):,}", *(seconds(lag.quantile(q)) for q in (0.5, 0.95, 0.99)), seconds(lag.values[-1])]
    cells = "".join(f"<td>{value}</td>" for value in values)
    return f'<tr><th scope="row">{text(lag.direction)}</th>{cells}</tr>\n'


def _plot(found: Sequence[LatencyGroup], *, simulated: bool) -> str:
    step = round_step(max(lag.values[-1] for lag in found))
    most = max(step, -(-max(lag.values[-1] for lag in found) // step) * step)
    height = TOP + ROW * len(found)
    parts = [*_axis(step, most, height), *(mark for n, lag in enumerate(found) for mark in _marks(lag, n, most))]
    medians = ((lag.direction, seconds(lag.quantile(0.5), simulated=simulated)) for lag in found)
    label = "; ".join(f"{direction}: median {median}" for direction, median in medians)
    return (
        f'<svg class="plot" viewBox="0 0 {LEFT + WIDTH + 28} {height + 4}" role="img" aria-label="{text(label)}">'
        f"{''.join(parts)}</svg>\n"
    )


def _axis(step: float, most: float, height: int) -> Iterator[str]:
    for n in range(round(most / step) + 1):
        x = _x(n * step, most)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP - 4}" y2="{height}"/>'
        yield f'<text class="tick" x="{x}" y="{TOP - 9}">{n * step:g} s</text>'


def _marks(lag: LatencyGroup, row: int, most: float) -> Iterator[str]:
    low, first, middle, third, high, _ = (_x(lag.quantile(q), most) for q in QUANTILES)
    y = TOP + ROW * row + 30
    name = lag.direction if len(lag.direction) <= 56 else f"{lag.direction[:55]}…"  # noqa: PLR2004 - as wide as the plot
    yield f'<text class="dir" x="{LEFT}" y="{y - 14}">{text(name)}</text>'
    yield f'<line class="span" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>'
    yield f'<rect class="box" x="{first}" y="{y - 6}" width="{max(2.0, round(third - first, 1))}" height="12" rx="2"/>'
    yield f'<line class="mid" x1="{middle}" x2="{middle}" y1="{y - 9}" y2="{y + 9}"/>'
    yield f'<circle class="far" cx="{_x(lag.values[-1], most)}" cy="{y}" r="3"/>'


def _x(value: float, most: float) -> float:
    return round(LEFT + WIDTH * value / most, 1)


def round_step(most: float) -> float:
    """Return a round tick distance that gives two to five ticks."""
    step = 0.001
    for factor in (2, 2.5, 2) * 7:
        if most / step <= 5:  # noqa: PLR2004 - ticks
            break
        step *= factor
    return step
