"""The live view of a run in progress: counts, finished sections, and the current steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import Line, Span, Style, clip, width_of
from qa_sync.reports.shared.wording import time_span
from qa_sync.reports.terminal.progress import RunProgress, SectionProgress, counted, current_activity
from qa_sync.running.events import Status, worst_status

BAR = 20
WIDE = 120
"""From this width on, a section and its step share a line, and counts are shown with words."""

LEAST_S = 2.0
LEAST_SHARE = 0.3
"""Before this time, and before this share of the checks, the remaining time cannot be estimated."""


def live_lines(tally: RunProgress, output: OutputOptions, now: float, height: int = 24) -> list[Line]:
    """Return a line of counts, the latest finished sections, and the running sections.

    `now` is in seconds of the clock of `tally`. No line is wider than the output, and there are fewer than `height`.
    """
    running = [section for section in tally.sections.values() if section.ended is None]
    done = [section for section in tally.sections.values() if section.ended is not None]
    room = max(1, height - 2)
    blocks = [_running(section, tally, output, now) for section in running]
    shown = _fit_height(blocks, room)
    left = room - sum(map(len, shown))
    lines = [_counts(tally, output, now)]
    lines += [_line([(f"  {len(done) - left + 1} sections done", Style.QUIET)], output)] if len(done) > left > 0 else []
    lines += [_done(section, tally, output) for section in _latest(done, left)]
    lines += [line for section in shown for line in section]
    hidden = len(running) - len(shown)
    return [*lines, _line([(f"  and {hidden} more", Style.QUIET)], output)] if hidden else lines


def _latest(done: Sequence[SectionProgress], left: int) -> Sequence[SectionProgress]:
    """Return the latest sections that fit, leaving a line for the number of the others."""
    if left <= 0:
        return ()
    return done if len(done) <= left else done[len(done) - left + 1 :]


def _fit_height(blocks: Sequence[list[Line]], room: int) -> Sequence[list[Line]]:
    if sum(map(len, blocks)) <= room:
        return blocks
    each = len(blocks[0])
    return blocks[: max(1, (room - 1) // each)]


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
    """Return the estimated remaining time, from the average time of the checks that ran (skipped ones take none)."""
    ran = sum(tally.verdicts[status] for status in (Status.PASSED, Status.FAILED, Status.ERROR))
    if not ran or elapsed < LEAST_S or tally.verdicts.total() < LEAST_SHARE * tally.expected:
        return ""
    return f", about {time_span(elapsed * (tally.expected - tally.verdicts.total()) / ran)} left"


def _running(section: SectionProgress, tally: RunProgress, output: OutputOptions, now: float) -> list[Line]:
    mark = "▸" if output.has_symbols else ">"
    counts = counted(section.verdicts)
    since = time_span(now - section.began) + (f", {counts}" if counts else "")
    head: list[Span] = [(f"  {mark} ", Style.STRONG), *_name(section, tally, output), (f"  {since}", Style.QUIET)]
    step = output.text(current_activity(section, now))
    if output.width >= WIDE:
        return [_line([*head, (f"  {step}", Style.PLAIN)], output)]
    return [_line(head, output), _line([(f"      {step}", Style.QUIET)], output)]


def _done(section: SectionProgress, tally: RunProgress, output: OutputOptions) -> Line:
    status = worst_status(status for status, number in section.verdicts.items() if number) or Status.SKIPPED
    copied = section.section.duplicate_of
    nothing = "nothing to check" if copied is None else f"repeats section {copied}"
    summary = counted(section.verdicts) or nothing
    took = time_span((section.ended or section.began) - section.began)
    head: list[Span] = [(f"  {output.symbol(status)} ", Style(status)), *_name(section, tally, output)]
    return _line([*head, (f"  {took}, {summary}", Style.QUIET)], output)


def _name(section: SectionProgress, tally: RunProgress, output: OutputOptions) -> Iterator[Span]:
    started = section.section
    if tally.specs > 1:
        yield output.text(started.spec) + "  ", Style.QUIET
    name = f"{started.ordinal} {output.text(started.heading)}"
    yield clip(name, output.width // 2, output.ellipsis), Style.PLAIN


def _line(spans: Sequence[Span], output: OutputOptions) -> Line:
    """Return spans as a line, cut at the output width."""
    fitting: list[Span] = []
    room = output.width
    for text, style in spans:
        shown = clip(text, room, output.ellipsis) if room > 0 else ""
        fitting += [(shown, style)] if shown else []
        room = room - width_of(shown) if shown == text else 0
    return tuple(fitting)
