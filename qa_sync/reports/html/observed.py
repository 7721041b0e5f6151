"""What an observation saw: the latency over time, the late and lost changes, and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from qa_sync.reports.html.elements import badge, counted, text
from qa_sync.reports.html.latency import round_step
from qa_sync.reports.shared.wording import seconds
from qa_sync.running.events import Direction, LatencyPeriod, Observed, ObservedCase, Status
from qa_sync.running.results import Results, SectionResult

LEFT, WIDTH, TOP, HEIGHT = 44, 360, 18, 110
"""The plot's dimensions in its own units; the page scales it."""
MOST_CASES = 100
"""How many late and lost changes of a section the page has; the JSON report has more of them."""
STATES = {
    "lost": (Status.FAILED, "lost"),
    "partly": (Status.FAILED, "partly lost"),
    "arrived": (Status.FAILED, "late"),
}


def observed_section(results: Results) -> str:
    """Return the section of the page, empty when the results are of no observation."""
    found = [section for spec in results.specs for section in spec.sections if section.observed]
    shown = "".join(_section(section, section.observed) for section in found if section.observed)
    if not shown:
        return ""
    return f'<section aria-labelledby="h-seen"><h2 id="h-seen">Observed changes</h2>\n{shown}</section>\n'


def _section(section: SectionResult, observed: Observed) -> str:
    parts = [*_plots(observed), *_cases(observed), *_limits(observed)]
    if not parts:
        return ""
    return f"<h3>{section.ordinal} {text(section.heading)}</h3>\n{''.join(parts)}"


def _plots(observed: Observed) -> Iterator[str]:
    for way, periods in groupby(observed.periods, lambda period: period.direction):
        yield _plot(way, [*periods], observed.period_s)


def _plot(way: Direction, periods: Sequence[LatencyPeriod], period_s: float) -> str:
    """Return a line from the median to the 95th percentile for each period, with a dot for the longest latency."""
    longest = max(period.max_s for period in periods)
    step = round_step(max(longest, 0.001))
    most = max(step, -(-longest // step) * step)
    starts = [datetime.fromisoformat(period.start).timestamp() for period in periods]
    whole_s = max(period_s, starts[-1] - starts[0] + period_s)
    marks = "".join(
        mark
        for period, start in zip(periods, starts, strict=True)
        for mark in _marks(period, LEFT + WIDTH * (start - starts[0] + period_s / 2) / whole_s, most)
    )
    label = f"Latency {way.value} over time: {counted(len(periods), 'period')}, longest {seconds(longest)}"
    ends = f'<text class="dir" x="{LEFT}" y="{TOP + HEIGHT + 16}">{_time(periods[0].start)}</text>'
    if len(periods) > 1:
        ends += f'<text class="tick" x="{LEFT + WIDTH - 40}" y="{TOP + HEIGHT + 16}">{_time(periods[-1].start)}</text>'
    return (
        f'<p class="note">{way.value}, periods of {seconds(period_s)}</p>\n'
        f'<svg class="plot" viewBox="0 0 {LEFT + WIDTH + 8} {TOP + HEIGHT + 22}" role="img" aria-label="{text(label)}">'
        f"{''.join(_axis(step, most))}{marks}{ends}</svg>\n"
    )


def _axis(step: float, most: float) -> Iterator[str]:
    for number in range(round(most / step) + 1):
        y = _y(number * step, most)
        yield f'<line class="grid" x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y}" y2="{y}"/>'
        yield f'<text class="tick" x="{LEFT - 22}" y="{y + 4}">{number * step:g} s</text>'


def _marks(period: LatencyPeriod, x: float, most: float) -> Iterator[str]:
    x = round(x, 1)
    middle, high, far = (_y(value, most) for value in (period.p50_s, period.p95_s, period.max_s))
    yield f'<line class="span" x1="{x}" x2="{x}" y1="{middle}" y2="{high}"/>'
    yield f'<line class="mid" x1="{x - 3}" x2="{x + 3}" y1="{middle}" y2="{middle}"/>'
    yield f'<circle class="far" cx="{x}" cy="{far}" r="2"/>'


def _y(value: float, most: float) -> float:
    return round(TOP + HEIGHT * (1 - value / most), 1)


def _time(stamp: str) -> str:
    return text(f"{datetime.fromisoformat(stamp):%m-%d %H:%M} UTC")


def _cases(observed: Observed) -> Iterator[str]:
    if not observed.missed:
        return
    shown = observed.cases[:MOST_CASES]
    rows = "".join(f"<li>{_case(case)}</li>\n" for case in shown)
    more = observed.missed - len(shown)
    rest = f'<p class="note">and {more:,} more</p>\n' if more else ""
    is_open = " open" * (len(shown) <= 10)  # noqa: PLR2004 - a list that fits
    yield (
        f"<details{is_open}><summary>{counted(observed.missed, 'late or lost change')}</summary>\n"
        f'<ul class="plain">{rows}</ul>{rest}</details>\n'
    )


def _case(case: ObservedCase) -> str:
    status, word = STATES.get(case.state, (Status.ERROR, case.state))
    records = " / ".join(f"<code>{text(one)}</code>" for one in (case.source, case.target) if one)
    lag = f" after {seconds(case.lag_s)}" if case.lag_s is not None else ""
    changed = text(f"{datetime.fromisoformat(case.changed):%Y-%m-%d %H:%M:%S} UTC")
    pending = f"; not arrived: {text(', '.join(case.pending))}" if case.pending and case.kind == "edit" else ""
    what = f"{badge(status, text(word))} {case.direction.value}, {records}, {text(case.kind)} {changed}{lag}{pending}"
    return f"{what}<br><code>{text(case.audit)}</code>"


def _limits(observed: Observed) -> Iterator[str]:
    rows = "".join(
        f"<tr><td>{limit.cases:,}</td><td>{text(limit.text)}</td></tr>\n" for limit in observed.limits if limit.cases
    )
    if rows:
        yield f'<p class="note">Limits, with the number of changes they concern:</p><table class="why">{rows}</table>\n'
