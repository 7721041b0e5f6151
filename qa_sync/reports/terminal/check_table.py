"""A section's checks as a table: verdict, time, kind, what is claimed, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from qa_sync.frozen import dataclass
from qa_sync.reports.shared.page_options import Page
from qa_sync.reports.shared.text_layout import GAP, Line, Span, Style, columns, width_of
from qa_sync.reports.shared.wording import brief, mark_of, seconds
from qa_sync.running.events import CheckFinished, Status

WIDE = 120
"""From this width on, messages have a column of their own."""

INDENT = 2
STATUS = max(map(len, Status)) + 2
LONGEST_KIND = 20
KIND_SHARE = 5
"""A kind takes a fifth of the page at most."""

BROKEN = frozenset({Status.FAILED, Status.ERROR})
"""Each of these has a block of its own in the report, which tells why."""

TOGETHER = frozenset({Status.PASSED, Status.SKIPPED})
MOST_ROWS = 3
"""So many checks that ended alike have a row each; more of them have one row together, except on a verbose page."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The widths of the columns, the same in all tables of a report; 0: there is no such column."""

    time: int
    kind: int
    title: int
    message: int


@dataclass(frozen=True, slots=True)
class Row:
    """What a table tells of one check, or of several of a kind that ended alike: then the time is the slowest's."""

    status: Status
    time: str
    kind: str
    title: tuple[Span, ...]
    message: str


def rows_of(checks: Iterable[CheckFinished], page: Page) -> list[Row]:
    """Return a section's rows in the order of its checks."""
    return [row for alike in _alike(checks) for row in _rows(alike, page)]


def grid_of(rows: Sequence[Row], page: Page) -> Grid:
    """Return widths for these rows that fill the page at most."""
    time = max((len(row.time) for row in rows), default=0)
    kind = min(LONGEST_KIND, page.width // KIND_SHARE, max((width_of(row.kind) for row in rows), default=0))
    rest = page.width - INDENT - sum(width + GAP for width in (STATUS, time, kind) if width)
    if page.width < WIDE:
        return Grid(time, kind, rest, 0)
    longest = max((sum(width_of(text) for text, _ in row.title) for row in rows), default=0)
    title = min(longest, rest // 2)
    return Grid(time, kind, title, rest - title - GAP)


def check_table(rows: Iterable[Row], grid: Grid, page: Page) -> list[Line]:
    """Return the table's lines; a message that stands higher up in the same table is not said again."""
    said: set[str] = set()
    lines: list[Line] = []
    for row in rows:
        lines += _lines(row, "" if row.message in said else row.message, grid, page)
        if not page.verbose:
            said.add(row.message)
    return lines


def _alike(checks: Iterable[CheckFinished]) -> Iterable[list[CheckFinished]]:
    found: dict[object, list[CheckFinished]] = {}
    for check in checks:
        alike = (check.status, check.kind, mark_of(check), brief(check)) if check.status in TOGETHER else id(check)
        found.setdefault(alike, []).append(check)
    return found.values()


def _rows(alike: Sequence[CheckFinished], page: Page) -> Iterator[Row]:
    if len(alike) <= MOST_ROWS or page.verbose:
        for check in alike:
            yield _row(check, tuple(title_of(check, page)), seconds(check.latency_s), page)
        return
    first = alike[0]
    times = [seconds(value) for value in sorted(c.latency_s for c in alike if c.latency_s is not None)] or [""]
    quickest = f", the quickest {times[0]}" if times[0] != times[-1] else ""
    title: list[Span] = [(f"{len(alike)} checks{quickest}", Style.PLAIN), *_mark(first)]
    yield _row(first, tuple(title), times[-1], page)


def _row(check: CheckFinished, title: tuple[Span, ...], time: str, page: Page) -> Row:
    told_below = check.status in BROKEN and not page.verbose
    return Row(check.status, time, page.text(check.kind), title, "" if told_below else brief(check) or "")


def title_of(check: CheckFinished, page: Page) -> list[Span]:
    """Return what is claimed, marked when the document does not say it."""
    return [(page.text(check.title), Style.PLAIN), *_mark(check)]


def _mark(check: CheckFinished) -> list[Span]:
    mark = mark_of(check)
    return [(f"  {mark}", Style.QUIET)] if mark else []


def _lines(row: Row, message: str, grid: Grid, page: Page) -> list[Line]:
    title: list[Span] = [*row.title]
    reason: list[Span] = (
        [(page.text(message, lines=True), Style.PLAIN if row.status in BROKEN else Style.QUIET)] if message else []
    )
    if reason and not grid.message:
        title = [*title, ("\n", Style.PLAIN), *reason]
    cells: list[tuple[Sequence[Span], int]] = [
        ([(f"{page.symbol(row.status)} {row.status}", Style(row.status))], STATUS),
        ([(f"{row.time:>{grid.time}}", Style.QUIET)], grid.time),
        ([(row.kind, Style.PLAIN)], grid.kind),
        (title, grid.title),
        (reason, grid.message),
    ]
    return columns([cell for cell in cells if cell[1]], indent=INDENT)
