"""Shows the progress of an observation: a live table of cases by section and direction, or a line for each read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from qa_sync.observe.reporting.progress import DirectionProgress, ReadProgress
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import Line, Span, Style, clip, width_of
from qa_sync.reports.shared.wording import seconds, time_span
from qa_sync.reports.terminal import rich_display
from qa_sync.running.events import Direction

if TYPE_CHECKING:
    from qa_sync.reports.terminal.rich_display import Console, Live, Segments

DEFAULT_HEIGHT = 24
COLUMNS = ("open", "arrived", "late", "lost", "p95")
COLUMN, NARROW = 9, 6
"""The width of a number, and that on a terminal of less than 70 cells."""


def read_line(read: ReadProgress) -> str:
    """Return what a read has shown as a line, an empty text if nothing changed."""
    if read.error or not read.changes:
        return ""
    open_, lost = (sum(getattr(way, name) for way in read.directions) for name in ("open", "lost"))
    return f"{read.at:%H:%M:%S} UTC: {read.changes:,} changed records; {open_:,} open, {lost:,} lost"


def observe_lines(read: ReadProgress, began: datetime, output: OutputOptions, height: int = 24) -> list[Line]:
    """Return a line about the last read, and one for each direction of a section; the busiest if not all fit."""
    room = max(1, height - 4)
    shown = read.directions
    if len(shown) > room:
        busiest = sorted(shown, key=lambda way: (way.lost, way.late, way.open, way.arrived), reverse=True)[:room]
        shown = tuple(way for way in read.directions if way in busiest)
    first = max(
        10, min(output.width - len(COLUMNS) * _column(output), max((width_of(_name(way)) for way in shown), default=0))
    )
    lines = [_head(read, began, output)]
    lines.append(_row(("", Style.QUIET), [(name, Style.QUIET) for name in COLUMNS], first, output))
    lines += [_row((_name(way), Style.PLAIN), list(_numbers(way)), first, output) for way in shown]
    hidden = len(read.directions) - len(shown)
    return [*lines, ((f"and {hidden} more", Style.QUIET),)] if hidden else lines


def _head(read: ReadProgress, began: datetime, output: OutputOptions) -> Line:
    passed = time_span((read.at - began).total_seconds())
    state = f"not read: {read.error}" if read.error else f"{read.changes:,} changed records"
    text = output.text(f"observing for {passed}, read at {read.at:%H:%M:%S} UTC, {state}")
    return ((clip(text, output.width, output.ellipsis), Style.ERROR if read.error else Style.STRONG),)


def _name(way: DirectionProgress) -> str:
    section = way.section.plan.section
    one, other = section.source, section.target
    there, back = (one, other) if way.direction is Direction.FORWARD else (other, one)
    return f"{section.ordinal} {there} -> {back}"


def _numbers(way: DirectionProgress) -> Iterator[Span]:
    counts = ((way.open, Style.PLAIN), (way.arrived, Style.PASSED), (way.late, Style.FAILED))
    for count, style in (*counts, (way.lost + way.partly, Style.FAILED)):
        yield f"{count:,}", style if count else Style.QUIET
    yield seconds(way.p95_s) or "-", Style.PLAIN if way.p95_s is not None else Style.QUIET


def _column(output: OutputOptions) -> int:
    return COLUMN if output.width >= 70 else NARROW  # noqa: PLR2004 - see above


def _row(name: Span, numbers: Sequence[Span], first: int, output: OutputOptions) -> Line:
    text = clip(output.text(name[0]), first, output.ellipsis)
    spans: list[Span] = [(text + " " * (first - width_of(text)), name[1])]
    each = _column(output)
    spans += [(f"{clip(number, each - 1, output.ellipsis):>{each}}", style) for number, style in numbers]
    return tuple(spans)


class PlainObservation:
    """Prints a line for each read of an observation that shows changes."""

    def __init__(self, notify: Callable[[str], None]) -> None:
        self._notify = notify

    def handle(self, read: ReadProgress) -> None:
        """Print the line of a read."""
        if line := read_line(read):
            self._notify(line)

    def close(self) -> None:
        """Do nothing: plain lines stay."""


class LiveObservation:
    """A live table of an observation's cases, removed at the end."""

    def __init__(self, console: Callable[[], Console], output: OutputOptions) -> None:
        self._console = console
        self._output = output
        self._read: ReadProgress | None = None
        self._began: datetime | None = None
        self._live: Live | None = None

    def handle(self, read: ReadProgress) -> None:
        """Show the progress after a read."""
        self._read, self._began = read, self._began or read.at
        if self._live is None:
            self._live = rich_display.start_display(self._console(), self._render)

    def close(self) -> None:
        """Remove the display."""
        if self._live is not None:
            self._live.stop()

    def _render(self) -> Segments:
        if self._read is None or self._began is None:
            return rich_display.to_segments(())
        height = self._live.console.height if self._live else DEFAULT_HEIGHT
        return rich_display.to_segments(observe_lines(self._read, self._began, self._output, height))
