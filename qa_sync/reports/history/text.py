"""The history as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from qa_sync.reports.history.store import Verdict
from qa_sync.reports.history.trends import Flaky, Trend, Verified, flaky, sparkline, trends
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import clip
from qa_sync.reports.shared.wording import seconds
from qa_sync.running.events import Status

MOST_FLAKY = 20
KIND = 16
SIMULATED = ("replay", "sandbox")
"""The modes whose latencies are not of the run itself."""


def render_trends(verdicts: Sequence[Verdict], runs: int, output: OutputOptions) -> str:
    """Return the verdicts and latencies of the last `runs` runs of each spec."""
    lines: list[str] = []
    for spec in dict.fromkeys(v.spec for v in verdicts):
        own = [v for v in verdicts if v.spec == spec]
        numbers = sorted({v.run for v in own})[-runs:]
        lines += [*_document(spec, [v for v in own if v.run in set(numbers)], output), ""]
    lines.append(_key(output))
    if any(v.mode in SIMULATED for v in verdicts):
        lines.append(f"Latencies in {' and '.join(SIMULATED)} mode are simulated or recorded, not those of the run.")
    return "".join(f"{line}\n" for line in lines)


def render_coverage(sentences: Sequence[Verified], output: OutputOptions) -> str:
    """Return the time of the last verification of each sentence."""
    return "".join(f"{line}\n" for line in _covered(sentences, output))


def _document(spec: str, verdicts: Sequence[Verdict], output: OutputOptions) -> Iterator[str]:
    runs = {v.run: v.ran for v in verdicts}
    first, last = min(runs.values()), max(runs.values())
    modes = ", ".join(dict.fromkeys(v.mode for v in verdicts))
    yield output.text(f"{spec}  {len(runs)} run{'s' * (len(runs) != 1)}, {modes}, {_when(first)} to {_when(last)}")
    width = max(8, len(runs))
    yield f"  {'kind':{KIND}} {'checks':>6} {'flaky':>5}  {'verdicts':{width}}  {'latency':{width}}  last"
    section = ""
    for trend in trends(verdicts):
        if trend.section != section:
            section = trend.section
            yield clip(output.text(f"  {section}"), output.width, output.ellipsis)
        yield _trend(trend, width, output)
    flaky_checks = flaky(verdicts)
    if flaky_checks:
        yield "  flaky checks"
    for check in flaky_checks[:MOST_FLAKY]:
        yield _flaky(check, output)
    if len(flaky_checks) > MOST_FLAKY:
        yield f"    and {len(flaky_checks) - MOST_FLAKY} more"


def _trend(trend: Trend, width: int, output: OutputOptions) -> str:
    known = [value for value in trend.latencies if value is not None]
    line = sparkline(trend.latencies) if output.has_symbols else ""
    last = seconds(known[-1]) if known else ""
    strip = _strip(trend.statuses, output)
    counts = f"{trend.checks:>6} {trend.flaky or '':>5}"
    kind = clip(output.text(trend.kind), KIND, output.ellipsis)
    return f"  {kind:{KIND}} {counts}  {strip:{width}}  {line if known else '':{width}}  {last}".rstrip()


def _flaky(check: Flaky, output: OutputOptions) -> str:
    last = check.last
    name = f"{last.spec}:{last.line}  {last.kind}  {last.title}"
    return f"    {_strip(check.statuses, output)}  {check.flips} changes, {check.share:.0%}  {output.text(name)}"


def _strip(statuses: Sequence[Status | None], output: OutputOptions) -> str:
    return "".join(" " if status is None else output.symbol(status) for status in statuses)


def _key(output: OutputOptions) -> str:
    known = ", ".join(f"{output.symbol(status)} {status}" for status in Status)
    return f"One character per run, oldest first: the worst verdict ({known}) and the median latency."


def _covered(sentences: Sequence[Verified], output: OutputOptions) -> Iterator[str]:
    spec = ""
    for verified in sentences:
        sentence = verified.sentence
        if sentence.spec != spec:
            spec = sentence.spec
            own = [v for v in sentences if v.sentence.spec == spec]
            number = sum(v.ran is not None for v in own)
            yield output.text(f"{spec}  {number} of {len(own)} sentences and rows were verified")
        mark = output.symbol(verified.status) if verified.status else " "
        when = f"{_when(verified.ran)} {verified.mode:8}" if verified.ran else f"{'never':25}"
        yield clip(f"  {sentence.line:>5}  {mark} {when}  {output.text(sentence.text)}", output.width, output.ellipsis)


def _when(ran: datetime) -> str:
    return ran.strftime("%Y-%m-%d %H:%M")
