"""A section's checks as a table: verdict, time, kind, title and message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.reports.shared.failure_causes import cause_key
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import GAP, Line, Span, Style, columns, width_of
from qa_sync.reports.shared.wording import origin_text, seconds, short_message
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.section_checks import NOT_RUN

WIDE = 120
"""From this width on, messages have their own column."""

INDENT = 2
STATUS = max(map(len, Status)) + 2
LONGEST_KIND = 20
KIND_SHARE = 5
"""A kind takes at most a fifth of the width."""

SIMULATED = "sim"
SIMULATED_MEANS = "seconds of a simulated clock, which does not wait"
"""The mark on times of a simulated clock, and its meaning; in full it would take half of a narrow table."""

FAILURE_STATUSES = frozenset({Status.FAILED, Status.ERROR})
"""The report shows a block with the reason for each of these."""

GROUPED_STATUSES = frozenset({Status.PASSED, Status.SKIPPED})
MOST_ROWS = 3
"""More checks than this with the same result share one row, except in verbose output."""


class ColumnWidths(Struct, frozen=True):
    """The widths of the columns, the same in all tables of a report; 0 for a column that is not shown."""

    time: int
    kind: int
    title: int
    message: int


class TableRow(Struct, frozen=True):
    """The row of one check, or of several of a kind with the same result; then the time is that of the slowest."""

    status: Status
    time: str
    kind: str
    title: tuple[Span, ...]
    message: str


def rows_of(checks: Iterable[CheckFinished], output: OutputOptions) -> list[TableRow]:
    """Return a section's rows in the order of its checks."""
    return [row for alike in _group_alike(checks) for row in _rows(alike, output)]


def column_widths(rows: Sequence[TableRow], output: OutputOptions) -> ColumnWidths:
    """Return widths for these rows that fit the output width."""
    time = max((len(row.time) for row in rows), default=0)
    kind = min(LONGEST_KIND, output.width // KIND_SHARE, max((width_of(row.kind) for row in rows), default=0))
    rest = output.width - INDENT - sum(width + GAP for width in (STATUS, time, kind) if width)
    if output.width < WIDE:
        return ColumnWidths(time, kind, rest, 0)
    longest = max((sum(width_of(text) for text, _ in row.title) for row in rows), default=0)
    title = min(longest, rest // 2)
    return ColumnWidths(time, kind, title, rest - title - GAP)


def check_table(rows: Iterable[TableRow], grid: ColumnWidths, output: OutputOptions) -> list[Line]:
    """Return the table's lines; a message is shown once per table, except in verbose output."""
    shown: set[str] = set()
    lines: list[Line] = []
    for row in rows:
        lines += _lines(row, "" if row.message in shown else row.message, grid, output)
        if not output.verbose:
            shown.add(row.message)
    return lines


def _group_alike(checks: Iterable[CheckFinished]) -> Iterable[list[CheckFinished]]:
    groups: dict[object, list[CheckFinished]] = {}
    for check in checks:
        alike = (
            check.message
            if (check.message or "").startswith(NOT_RUN)
            else (check.status, check.kind, origin_text(check), short_message(check))
            if check.status in GROUPED_STATUSES
            else (check.kind, origin_text(check), *cause_key(check, ""))
            if check.status in FAILURE_STATUSES and check.origin
            else id(check)
        )
        groups.setdefault(alike, []).append(check)
    return groups.values()


def _rows(alike: Sequence[CheckFinished], output: OutputOptions) -> Iterator[TableRow]:
    if len(alike) <= MOST_ROWS or output.verbose:
        for check in alike:
            yield _row(check, tuple(title_of(check, output)), _time(check.latency_s, check.spec, output), output)
        return
    first = alike[0]
    times = [
        _time(value, first.spec, output) for value in sorted(c.latency_s for c in alike if c.latency_s is not None)
    ] or [""]
    fastest = f", fastest {times[0]}" if times[0] != times[-1] else ""
    title: list[Span] = [(f"{len(alike)} checks{fastest}", Style.PLAIN), *_mark(first)]
    if len({check.kind for check in alike}) > 1:  # what did not run
        yield replace(_row(first, tuple(title[:1]), times[-1], output), kind="")
        return
    yield _row(first, tuple(title), times[-1], output)


def _time(latency_s: float | None, spec: str, output: OutputOptions) -> str:
    return seconds(latency_s) + f" {SIMULATED}" * (latency_s is not None and spec in output.simulated)


def _row(check: CheckFinished, title: tuple[Span, ...], time: str, output: OutputOptions) -> TableRow:
    shown_below = check.status in FAILURE_STATUSES and not output.verbose
    return TableRow(
        check.status, time, output.text(check.kind), title, "" if shown_below else short_message(check) or ""
    )


def title_of(check: CheckFinished, output: OutputOptions) -> list[Span]:
    """Return the title of a check, with a mark if its pair is not in the spec."""
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
