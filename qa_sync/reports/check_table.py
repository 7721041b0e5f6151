"""A section's checks as a table: verdict, time, kind, what is claimed, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qa_sync.frozen import dataclass
from qa_sync.reports.layout import GAP, Line, Span, Style, columns, width_of
from qa_sync.reports.page import Page
from qa_sync.reports.wording import brief, mark_of, seconds
from qa_sync.running.events import CheckFinished, Status

WIDE = 120
"""From this width on, messages have a column of their own."""

INDENT = 2
STATUS = max(map(len, Status)) + 2
LONGEST_KIND = 20
KIND_SHARE = 5
"""A kind takes a fifth of the page at most."""

BROKEN = frozenset({Status.FAILED, Status.ERROR})


@dataclass(frozen=True, slots=True)
class Grid:
    """The widths of the columns, the same in all tables of a report; 0: there is no such column."""

    time: int
    kind: int
    title: int
    message: int


def grid_of(checks: Sequence[CheckFinished], page: Page) -> Grid:
    """Return widths for these checks that fill the page at most."""
    time = max((len(seconds(c.latency_s)) for c in checks), default=0)
    kind = min(LONGEST_KIND, page.width // KIND_SHARE, max((width_of(page.text(c.kind)) for c in checks), default=0))
    rest = page.width - INDENT - sum(width + GAP for width in (STATUS, time, kind) if width)
    if page.width < WIDE:
        return Grid(time, kind, rest, 0)
    longest = max((sum(width_of(text) for text, _ in title_of(c, page)) for c in checks), default=0)
    title = min(longest, rest // 2)
    return Grid(time, kind, title, rest - title - GAP)


def check_table(checks: Iterable[CheckFinished], grid: Grid, page: Page) -> list[Line]:
    """Return the table's lines; a message that stands higher up in the same table is not said again."""
    said: set[str] = set()
    lines: list[Line] = []
    for check in checks:
        message = brief(check) or ""
        lines += _row(check, "" if message in said else message, grid, page)
        if not page.verbose:
            said.add(message)
    return lines


def title_of(check: CheckFinished, page: Page) -> list[Span]:
    """Return what is claimed, marked when the document does not say it."""
    mark = mark_of(check)
    return [(page.text(check.title), Style.PLAIN), *([(f"  {mark}", Style.QUIET)] if mark else [])]


def _row(check: CheckFinished, message: str, grid: Grid, page: Page) -> list[Line]:
    style = Style(check.status)
    title = title_of(check, page)
    reason: list[Span] = (
        [(page.text(message, lines=True), Style.PLAIN if check.status in BROKEN else Style.QUIET)] if message else []
    )
    if reason and not grid.message:
        title = [*title, ("\n", Style.PLAIN), *reason]
    cells: list[tuple[Sequence[Span], int]] = [
        ([(f"{page.symbol(check.status)} {check.status}", style)], STATUS),
        ([(f"{seconds(check.latency_s):>{grid.time}}", Style.QUIET)], grid.time),
        ([(page.text(check.kind), Style.PLAIN)], grid.kind),
        (title, grid.title),
        (reason, grid.message),
    ]
    return columns([cell for cell in cells if cell[1]], indent=INDENT)
