"""The history as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from qa_sync.reports.history.store import Verdict
from qa_sync.reports.history.trends import Flaky, Trend, Verified, flaky, sparkline, trends
from qa_sync.reports.shared.page_options import Page
from qa_sync.reports.shared.text_layout import clip
from qa_sync.reports.shared.wording import seconds
from qa_sync.running.events import Status

MOST_FLAKY = 20
KIND = 16


def render_trends(verdicts: Sequence[Verdict], runs: int, page: Page) -> str:
    """Return how checks behaved in the last `runs` runs of each document."""
    lines: list[str] = []
    for spec in dict.fromkeys(v.spec for v in verdicts):
        own = [v for v in verdicts if v.spec == spec]
        numbers = sorted({v.run for v in own})[-runs:]
        lines += [*_document(spec, [v for v in own if v.run in set(numbers)], page), ""]
    lines.append(_key(page))
    return "".join(f"{line}\n" for line in lines)


def render_coverage(found: Sequence[Verified], page: Page) -> str:
    """Return when each sentence was last verified."""
    return "".join(f"{line}\n" for line in _covered(found, page))


def _document(spec: str, verdicts: Sequence[Verdict], page: Page) -> Iterator[str]:
    runs = {v.run: v.ran for v in verdicts}
    first, last = min(runs.values()), max(runs.values())
    modes = ", ".join(dict.fromkeys(v.mode for v in verdicts))
    yield page.text(f"{spec}  {len(runs)} run{'s' * (len(runs) != 1)}, {modes}, {_when(first)} to {_when(last)}")
    width = max(8, len(runs))
    yield f"  {'kind':{KIND}} {'checks':>6} {'flaky':>5}  {'verdicts':{width}}  {'latency':{width}}  last"
    section = ""
    for trend in trends(verdicts):
        if trend.section != section:
            section = trend.section
            yield clip(page.text(f"  {section}"), page.width, page.ellipsis)
        yield _trend(trend, width, page)
    shaky = flaky(verdicts)
    if shaky:
        yield "  flaky checks"
    for one in shaky[:MOST_FLAKY]:
        yield _flaky(one, page)
    if len(shaky) > MOST_FLAKY:
        yield f"    and {len(shaky) - MOST_FLAKY} more"


def _trend(trend: Trend, width: int, page: Page) -> str:
    known = [value for value in trend.latencies if value is not None]
    line = sparkline(trend.latencies) if page.has_symbols else ""
    last = seconds(known[-1]) if known else ""
    strip = _strip(trend.statuses, page)
    counts = f"{trend.checks:>6} {trend.flaky or '':>5}"
    kind = clip(page.text(trend.kind), KIND, page.ellipsis)
    return f"  {kind:{KIND}} {counts}  {strip:{width}}  {line if known else '':{width}}  {last}".rstrip()


def _flaky(one: Flaky, page: Page) -> str:
    last = one.last
    said = f"{last.spec}:{last.line}  {last.kind}  {last.title}"
    return f"    {_strip(one.statuses, page)}  {one.flips} changes, {one.share:.0%}  {page.text(said)}"


def _strip(statuses: Sequence[Status | None], page: Page) -> str:
    return "".join(" " if status is None else page.symbol(status) for status in statuses)


def _key(page: Page) -> str:
    known = ", ".join(f"{page.symbol(status)} {status}" for status in Status)
    return f"A character a run, oldest first: the worst verdict ({known}), and the median latency."


def _covered(found: Sequence[Verified], page: Page) -> Iterator[str]:
    spec = ""
    for one in found:
        said = one.sentence
        if said.spec != spec:
            spec = said.spec
            own = [v for v in found if v.sentence.spec == spec]
            verified = sum(v.ran is not None for v in own)
            yield page.text(f"{spec}  {verified} of {len(own)} sentences and rows were verified")
        mark = page.symbol(one.status) if one.status else " "
        when = f"{_when(one.ran)} {one.mode:8}" if one.ran else f"{'never':25}"
        yield clip(f"  {said.line:>5}  {mark} {when}  {page.text(said.text)}", page.width, page.ellipsis)


def _when(ran: datetime) -> str:
    return ran.strftime("%Y-%m-%d %H:%M")
