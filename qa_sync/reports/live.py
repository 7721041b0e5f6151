"""The picture of a run that is under way, as lines: how far, what was found, and what is being done right now."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.reports.layout import Line, Span, Style, clip
from qa_sync.reports.page import Page
from qa_sync.reports.progress import Running, Tally
from qa_sync.running.events import Status

BAR = 20
SHOWN = 4
"""So many sections are shown when more run side by side."""


def live_lines(tally: Tally, page: Page) -> tuple[Line, ...]:
    """Return a line of counts and two lines for each section that runs, none wider than the page."""
    return (_counts(tally, page), *_sections(tally, page))


def _counts(tally: Tally, page: Page) -> Line:
    done = tally.verdicts.total()
    filled = min(BAR, BAR * done // tally.expected) if tally.expected else 0
    full, empty = ("━", "─") if page.has_symbols else ("=", "-")
    bar: list[Span] = [
        (full * filled, Style.PASSED),
        (empty * (BAR - filled), Style.QUIET),
        (f"  {done}/{tally.expected}", Style.STRONG),
    ]
    trouble: list[Span] = [
        (f"  {page.symbol(status)} {tally.verdicts[status]} {status}", Style(status))
        for status in (Status.FAILED, Status.ERROR)
        if tally.verdicts[status]
    ]
    return (*bar, *trouble)


def _sections(tally: Tally, page: Page) -> Iterator[Line]:
    running = list(tally.running.values())
    for section in running[:SHOWN]:
        yield from _section(section, page)
    if len(running) > SHOWN:
        yield ((f"  and {len(running) - SHOWN} more", Style.QUIET),)


def _section(running: Running, page: Page) -> Iterator[Line]:
    section = running.section
    name = page.text(f"  {section.spec}  {section.ordinal} {section.heading}")
    yield ((clip(name, page.width, page.ellipsis), Style.PLAIN),)
    if running.step:
        yield ((clip(f"    {page.text(running.step)}", page.width, page.ellipsis), Style.QUIET),)
