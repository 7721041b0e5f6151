"""A section's checks as a table: verdict, time, kind, what is claimed, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import GAP, Line, Span, Style, columns, width_of
from qa_sync.reports.shared.wording import origin_text, seconds, short_message
from qa_sync.running.events import CheckFinished, Status

WIDE = 120
"""From this width on, messages have a column of their own."""

INDENT = 2
STATUS = max(map(len, Status)) + 2
LONGEST_KIND = 20
KIND_SHARE = 5
"""A kind takes a fifth of the page at most."""

FAILURE_STATUSES = frozenset({Status.FAILED, Status.ERROR})
"""Each of these has a block of its own in the report, which tells why."""

GROUPED_STATUSES = frozenset({Status.PASSED, Status.SKIPPED})
MOST_ROWS = 3
"""So many checks that ended alike have a row each; more of them have one row together, except on a verbose page."""


class ColumnWidths(Struct, frozen=True):
    """The widths of the columns, the same in all tables of a report; 0: there is no such column."""

    time: int
    kind: int
    title: int
    message: int


class TableRow(Struct, frozen=True):
    """What a table tells of one check, or of several of a kind that ended alike: then the time is the slowest's."""

    status: Status
    time: str
    kind: str
    title: tuple[Span, ...]
    message: str


def rows_of(checks: Iterable[CheckFinished], output: OutputOptions) -> list[TableRow]:
    """Return a section's rows in the order of its checks."""
    return [row for alike in _group_alike(checks) for row in _rows(alike, output)]


def column_widths(rows: Sequence[TableRow], output: OutputOptions) -> ColumnWidths:
    """Return widths for these rows that fill the page at most."""
    time = max((len(row.time) for row in rows), default=0)
    kind = min(LONGEST_KIND, output.width // KIND_SHARE, max((width_of(row.kind) for row in rows), default=0))
    rest = output.width - INDENT - sum(width + GAP for width in (STATUS, time, kind) if width)
    if output.width < WIDE:
        return ColumnWidths(time, kind, rest, 0)
    longest = max((sum(width_of(text) for text, _ in row.title) for row in rows), default=0)
    title = min(longest, rest // 2)
    return ColumnWidths(time, kind, title, rest - title - GAP)


def check_table(rows: Iterable[TableRow], grid: ColumnWidths, output: OutputOptions) -> list[Line]:
    """Return the table's lines; a message that stands higher up in the same table is not said again."""
    said: set[str] = set()
    lines: list[Line] = []
    for row in rows:
        lines += _lines(row, "" if row.message in said else row.message, grid, output)
        if not output.verbose:
            said.add(row.message)
    return lines


def _group_alike(checks: Iterable[CheckFinished]) -> Iterable[list[CheckFinished]]:
    found: dict[object, list[CheckFinished]] = {}
    for check in checks:
        alike = (
            (check.status, check.kind, origin_text(check), short_message(check))
            if check.status in GROUPED_STATUSES
            else id(check)
        )
        found.setdefault(alike, []).append(check)
    return found.values()


def _rows(alike: Sequence[CheckFinished], output: OutputOptions) -> Iterator[TableRow]:
    if len(alike) <= MOST_ROWS or output.verbose:
        for check in alike:
            yield _row(check, tuple(title_of(check, output)), seconds(check.latency_s), output)
        return
    first = alike[0]
    times = [seconds(value) for value in sorted(c.latency_s for c in alike if c.latency_s is not None)] or [""]
    quickest = f", the quickest {times[0]}" if times[0] != times[-1] else ""
    title: list[Span] = [(f"{len(alike)} checks{quickest}", Style.PLAIN), *_mark(first)]
    yield _row(first, tuple(title), times[-1], output)


def _row(check: CheckFinished, title: tuple[Span, ...], time: str, output: OutputOptions) -> TableRow:
    told_below = check.status in FAILURE_STATUSES and not output.verbose
    return TableRow(
        check.status, time, output.text(check.kind), title, "" if told_below else short_message(check) or ""
    )


def title_of(check: CheckFinished, output: OutputOptions) -> list[Span]:
    """Return what is claimed, marked when the document does not say it."""
    return [(output.text(check.title), Style.PLAIN), *_mark(check)]


def _mark(check: CheckFinished) -> list[Span]:
    mark = origin_text(check)
    return [(f"  {mark}", Style.QUIET)] if mark else []


def _lines(row: TableRow, message: str, grid: ColumnWidths, output: OutputOptions) -> list[Line]:
    title: list[Span] = [*row.title]
    reason: list[Span] = (
        [(output.text(message, lines=True), Style.PLAIN if row.status in FAILURE_STATUSES else Style.QUIET)]
        if message
        else []
    )
    if reason and not grid.message:
        title = [*title, ("\n", Style.PLAIN), *reason]
    cells: list[tuple[Sequence[Span], int]] = [
        ([(f"{output.symbol(row.status)} {row.status}", Style(row.status))], STATUS),
        ([(f"{row.time:>{grid.time}}", Style.QUIET)], grid.time),
        ([(row.kind, Style.PLAIN)], grid.kind),
        (title, grid.title),
        (reason, grid.message),
    ]
    return columns([cell for cell in cells if cell[1]], indent=INDENT)
