"""The picture of a run that is under way, as lines: how far, what was found, and what is being done right now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import Line, Span, Style, clip, width_of
from qa_sync.reports.shared.wording import time_span
from qa_sync.reports.terminal.progress import RunProgress, SectionProgress, counted, current_activity
from qa_sync.running.events import Status
from qa_sync.running.results import WORST_FIRST

BAR = 20
WIDE = 120
"""From this width on, a section and its step share a line, and the counts have words beside their symbols."""

LEAST_S = 2.0
"""Before that nobody can tell how long the rest will take."""


def live_lines(tally: RunProgress, output: OutputOptions, now: float, height: int = 24) -> list[Line]:
    """Return a line of counts, then the sections: those that run, and of those that are done the latest.

    `now` is by the clock that the tally was kept with, in seconds. No line is wider than the page, and there are fewer
    than `height`.
    """
    running = [section for section in tally.sections.values() if section.ended is None]
    done = [section for section in tally.sections.values() if section.ended is not None]
    room = max(1, height - 2)
    told = [_running(section, tally, output, now) for section in running]
    shown = _fit_height(told, room)
    left = room - sum(map(len, shown))
    lines = [_counts(tally, output, now)]
    lines += [_line([(f"  {len(done) - left + 1} sections done", Style.QUIET)], output)] if len(done) > left > 0 else []
    lines += [_done(section, tally, output) for section in _latest(done, left)]
    lines += [line for section in shown for line in section]
    hidden = len(running) - len(shown)
    return [*lines, _line([(f"  and {hidden} more", Style.QUIET)], output)] if hidden else lines


def _latest(done: Sequence[SectionProgress], left: int) -> Sequence[SectionProgress]:
    """Return as many as there is room for; when they are not all, a line is needed to say so."""
    if left <= 0:
        return ()
    return done if len(done) <= left else done[len(done) - left + 1 :]


def _fit_height(told: Sequence[list[Line]], room: int) -> Sequence[list[Line]]:
    if sum(map(len, told)) <= room:
        return told
    each = len(told[0])
    return told[: max(1, (room - 1) // each)]


def _counts(tally: RunProgress, output: OutputOptions, now: float) -> Line:
    done = tally.verdicts.total()
    filled = min(BAR, BAR * done // tally.expected) if tally.expected else 0
    full, empty = ("━", "─") if output.has_symbols else ("=", "-")
    spans: list[Span] = [
        (full * filled, Style.PASSED),
        (empty * (BAR - filled), Style.QUIET),
        (f"  {done}/{tally.expected}", Style.STRONG),
    ]
    spans += [
        (f"  {output.symbol(status)} {number}{f' {status}' * (output.width >= WIDE)}", Style(status))
        for status in Status
        if (number := tally.verdicts[status])
    ]
    return _line(
        [*spans, (f"  {time_span(now - tally.began)}{_time_left(tally, now - tally.began)}", Style.QUIET)], output
    )


def _time_left(tally: RunProgress, elapsed: float) -> str:
    """Return how long the rest will take when it is as slow as what was played; what is not played takes no time."""
    played = sum(tally.verdicts[status] for status in (Status.PASSED, Status.FAILED, Status.ERROR))
    if not played or elapsed < LEAST_S:
        return ""
    return f", about {time_span(elapsed * (tally.expected - tally.verdicts.total()) / played)} left"


def _running(section: SectionProgress, tally: RunProgress, output: OutputOptions, now: float) -> list[Line]:
    mark = "▸" if output.has_symbols else ">"
    found = counted(section.verdicts)
    since = time_span(now - section.began) + (f", {found}" if found else "")
    head: list[Span] = [(f"  {mark} ", Style.STRONG), *_name(section, tally, output), (f"  {since}", Style.QUIET)]
    step = output.text(current_activity(section, now))
    if output.width >= WIDE:
        return [_line([*head, (f"  {step}", Style.PLAIN)], output)]
    return [_line(head, output), _line([(f"      {step}", Style.QUIET)], output)]


def _done(section: SectionProgress, tally: RunProgress, output: OutputOptions) -> Line:
    status = next((status for status in WORST_FIRST if section.verdicts[status]), Status.SKIPPED)
    copied = section.section.duplicate_of
    nothing = "nothing to check" if copied is None else f"repeats section {copied}"
    said = counted(section.verdicts) or nothing
    took = time_span((section.ended or section.began) - section.began)
    head: list[Span] = [(f"  {output.symbol(status)} ", Style(status)), *_name(section, tally, output)]
    return _line([*head, (f"  {took}, {said}", Style.QUIET)], output)


def _name(section: SectionProgress, tally: RunProgress, output: OutputOptions) -> Iterator[Span]:
    told = section.section
    if tally.specs > 1:
        yield output.text(told.spec) + "  ", Style.QUIET
    name = f"{told.ordinal} {output.text(told.heading)}"
    yield clip(name, output.width // 2, output.ellipsis), Style.PLAIN


def _line(spans: Sequence[Span], output: OutputOptions) -> Line:
    """Return spans as a line that is cut at the page's width."""
    fitting: list[Span] = []
    room = output.width
    for text, style in spans:
        shown = clip(text, room, output.ellipsis) if room > 0 else ""
        fitting += [(shown, style)] if shown else []
        room = room - width_of(shown) if shown == text else 0
    return tuple(fitting)
