"""The picture of a run that is under way, as lines: how far, what was found, and what is being done right now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa_sync.reports.shared.page_options import Page
from qa_sync.reports.shared.text_layout import Line, Span, Style, clip, width_of
from qa_sync.reports.shared.wording import time_span
from qa_sync.reports.terminal.progress import Running, Tally, counted, doing
from qa_sync.running.events import Status
from qa_sync.running.results import WORST_FIRST

BAR = 20
WIDE = 120
"""From this width on, a section and its step share a line, and the counts have words beside their symbols."""

LEAST_S = 2.0
"""Before that nobody can tell how long the rest will take."""


def live_lines(tally: Tally, page: Page, now: float, height: int = 24) -> list[Line]:
    """Return a line of counts, then the sections: those that run, and of those that are done the latest.

    `now` is by the clock that the tally was kept with, in seconds. No line is wider than the page, and there are fewer
    than `height`.
    """
    running = [section for section in tally.sections.values() if section.ended is None]
    done = [section for section in tally.sections.values() if section.ended is not None]
    room = max(1, height - 2)
    told = [_running(section, tally, page, now) for section in running]
    shown = _fitting(told, room)
    left = room - sum(map(len, shown))
    lines = [_counts(tally, page, now)]
    lines += [_line([(f"  {len(done) - left + 1} sections done", Style.QUIET)], page)] if len(done) > left > 0 else []
    lines += [_done(section, tally, page) for section in _latest(done, left)]
    lines += [line for section in shown for line in section]
    hidden = len(running) - len(shown)
    return [*lines, _line([(f"  and {hidden} more", Style.QUIET)], page)] if hidden else lines


def _latest(done: Sequence[Running], left: int) -> Sequence[Running]:
    """Return as many as there is room for; when they are not all, a line is needed to say so."""
    if left <= 0:
        return ()
    return done if len(done) <= left else done[len(done) - left + 1 :]


def _fitting(told: Sequence[list[Line]], room: int) -> Sequence[list[Line]]:
    if sum(map(len, told)) <= room:
        return told
    each = len(told[0])
    return told[: max(1, (room - 1) // each)]


def _counts(tally: Tally, page: Page, now: float) -> Line:
    done = tally.verdicts.total()
    filled = min(BAR, BAR * done // tally.expected) if tally.expected else 0
    full, empty = ("━", "─") if page.has_symbols else ("=", "-")
    spans: list[Span] = [
        (full * filled, Style.PASSED),
        (empty * (BAR - filled), Style.QUIET),
        (f"  {done}/{tally.expected}", Style.STRONG),
    ]
    spans += [
        (f"  {page.symbol(status)} {number}{f' {status}' * (page.width >= WIDE)}", Style(status))
        for status in Status
        if (number := tally.verdicts[status])
    ]
    return _line([*spans, (f"  {time_span(now - tally.began)}{_left(tally, now - tally.began)}", Style.QUIET)], page)


def _left(tally: Tally, elapsed: float) -> str:
    """Return how long the rest will take when it is as slow as what was played; what is not played takes no time."""
    played = sum(tally.verdicts[status] for status in (Status.PASSED, Status.FAILED, Status.ERROR))
    if not played or elapsed < LEAST_S:
        return ""
    return f", about {time_span(elapsed * (tally.expected - tally.verdicts.total()) / played)} left"


def _running(section: Running, tally: Tally, page: Page, now: float) -> list[Line]:
    mark = "▸" if page.has_symbols else ">"
    found = counted(section.verdicts)
    since = time_span(now - section.began) + (f", {found}" if found else "")
    head: list[Span] = [(f"  {mark} ", Style.STRONG), *_name(section, tally, page), (f"  {since}", Style.QUIET)]
    step = page.text(doing(section, now))
    if page.width >= WIDE:
        return [_line([*head, (f"  {step}", Style.PLAIN)], page)]
    return [_line(head, page), _line([(f"      {step}", Style.QUIET)], page)]


def _done(section: Running, tally: Tally, page: Page) -> Line:
    status = next((status for status in WORST_FIRST if section.verdicts[status]), Status.SKIPPED)
    copied = section.section.duplicate_of
    nothing = "nothing to check" if copied is None else f"repeats section {copied}"
    said = counted(section.verdicts) or nothing
    took = time_span((section.ended or section.began) - section.began)
    head: list[Span] = [(f"  {page.symbol(status)} ", Style(status)), *_name(section, tally, page)]
    return _line([*head, (f"  {took}, {said}", Style.QUIET)], page)


def _name(section: Running, tally: Tally, page: Page) -> Iterator[Span]:
    told = section.section
    if tally.specs > 1:
        yield page.text(told.spec) + "  ", Style.QUIET
    name = f"{told.ordinal} {page.text(told.heading)}"
    yield clip(name, page.width // 2, page.ellipsis), Style.PLAIN


def _line(spans: Sequence[Span], page: Page) -> Line:
    """Return spans as a line that is cut at the page's width."""
    fitting: list[Span] = []
    room = page.width
    for text, style in spans:
        shown = clip(text, room, page.ellipsis) if room > 0 else ""
        fitting += [(shown, style)] if shown else []
        room = room - width_of(shown) if shown == text else 0
    return tuple(fitting)
