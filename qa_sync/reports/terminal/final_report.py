"""The final report: a table per section, then skipped and manual checks, leftover records, failures, and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.spec_states import MANY_SPECS, newly_text, spec_states
from qa_sync.reports.shared.text_layout import BLANK, GAP, Line, Span, Style, columns, width_of, wrap
from qa_sync.reports.shared.wording import (
    LEGEND,
    MOST_IDS,
    NOTHING_VERIFIED,
    counts_of,
    cut_short,
    group_not_removed,
    not_removed_heading,
    reasons,
    seconds,
    times_simulated,
)
from qa_sync.reports.terminal.check_table import (
    FAILURE_STATUSES,
    SIMULATED,
    SIMULATED_MEANS,
    check_table,
    column_widths,
    rows_of,
    title_of,
)
from qa_sync.reports.terminal.unused_requests import unused_request_lines
from qa_sync.running.events import Status
from qa_sync.running.results import Results, SectionResult, SpecResult

MOST_TABLES = 20
"""With more specs than this, only those with failures or errors have their tables, unless the output is verbose."""

MOST_SPECS = 15
"""How many specs with failures or errors the overview lists."""


def end_report(results: Results, output: OutputOptions) -> Iterator[Line]:
    """Return the report's lines, none wider than the output; failures, their summary and the totals come last."""
    output = replace(output, simulated=results.simulated_specs)
    if not output.quiet:
        yield from _specs(results, output)
        yield from _skipped(results, output)
        yield from _manual(results, output)
        yield from unused_request_lines(results, output)
        yield from _observation_limits(results, output)
    yield from _legend(results, output)
    yield from _leftovers(results, output)
    if any(results.totals[status] for status in FAILURE_STATUSES):
        from qa_sync.reports.terminal import failure_report  # noqa: PLC0415 - most runs have none

        yield from failure_report.failure_blocks(results, output)
        yield from _baseline(results, output)
        yield from failure_report.failure_summary(results, output)
    else:
        yield from _baseline(results, output)
    if len(results.specs) > MANY_SPECS:
        yield from _overview(results, output)
    yield from _totals(results, output)


def _overview(results: Results, output: OutputOptions) -> Iterator[Line]:
    """Return a line for each spec, the worst first; of many that are well, only their number."""
    states = spec_states(results)
    bad = sum(state.status in FAILURE_STATUSES for state in states)
    shown = states if output.verbose else states[: max(MANY_SPECS, min(bad, MOST_SPECS))]
    newly = newly_text(results)
    yield (("Specs", Style.STRONG), (f"  {newly}" if newly else "", Style.FAILED))
    for state in shown:
        mark: Span = (output.symbol(state.status), Style(state.status))
        name: list[Span] = [(output.text(state.spec.spec), Style.PLAIN), (f"  {state.counted}", Style.QUIET)]
        if state.spec.newly:
            name.append((f"  {state.newly} newly", Style.FAILED))
        if state.spec.verified:
            name.append((f"  verified {state.verified}", Style.QUIET))
        yield from columns([([mark], 1), (name, output.width - 4)], indent=2, gap=1)
    rest = Counter(state.status for state in states[len(shown) :])
    if rest:
        numbers = ", ".join(f"{number} {status}" for status, number in rest.items())
        yield from wrap([(f"  and {rest.total()} more: {numbers}", Style.QUIET)], output.width)
    yield BLANK


def _specs(results: Results, output: OutputOptions) -> Iterator[Line]:
    specs = results.specs
    if len(specs) > MOST_TABLES and not output.verbose:
        specs = tuple(state.spec for state in spec_states(results) if state.status in FAILURE_STATUSES)[:MOST_TABLES]
    tables = {(spec.spec, section.key): rows_of(section.checks, output) for spec in specs for section in spec.sections}
    grid = column_widths([row for rows in tables.values() for row in rows], output)
    for spec in specs:
        yield from wrap(
            [(output.text(spec.title), Style.STRONG), (f"  {output.text(spec.spec)}", Style.QUIET)], output.width
        )
        yield BLANK
        for section in spec.sections:
            yield from _section_head(spec, section, output)
            yield from check_table(tables[spec.spec, section.key], grid, output)
            yield BLANK


def _section_head(spec: SpecResult, section: SectionResult, output: OutputOptions) -> list[Line]:
    place = output.text(f"{spec.spec}:{section.line}")
    if section.duplicate_of is not None:
        summary: list[Span] = [(f"repeats section {section.duplicate_of}", Style.QUIET)]
    else:
        summary = _counts(counts_of([section])) or [("nothing to check", Style.QUIET)]
    head: list[Span] = [
        (f"{section.ordinal} ", Style.QUIET),
        (output.text(section.heading), Style.STRONG),
        (f"  {place}", Style.QUIET),
    ]
    mark: Span = (output.symbol(section.status), Style(section.status))
    width = output.width - 2
    return columns([([mark], 1), (_together(head, summary, width), width)], gap=1)


def _together(first: list[Span], second: list[Span], width: int) -> list[Span]:
    """Return two texts on one line if they fit, else on two lines."""
    fits = sum(width_of(text) for text, _ in (*first, *second)) + GAP <= width
    return [*first, (" " * GAP if fits else "\n", Style.PLAIN), *second]


def _counts(numbers: Iterable[tuple[Status, int]]) -> list[Span]:
    spans: list[Span] = []
    for status, number in numbers:
        spans += [(", ", Style.QUIET)] * bool(spans) + [(f"{number} {status}", Style(status))]
    return spans


def _legend(results: Results, output: OutputOptions) -> Iterator[Line]:
    present, has_times = set(), False
    for check in results.with_status(*(FAILURE_STATUSES if output.quiet else Status)):
        present.add(check.origin)
        has_times = has_times or (check.latency_s is not None and check.spec in output.simulated)
    meanings = [f"{origin}: {meaning}" for origin, meaning in LEGEND.items() if origin in present]
    if not output.quiet and has_times:
        meanings.append(f"{SIMULATED}: {SIMULATED_MEANS}")
    lines = [line for meaning in meanings for line in wrap([(meaning, Style.QUIET)], output.width)]
    yield from [*lines, BLANK] if lines else []


def _skipped(results: Results, output: OutputOptions) -> Iterator[Line]:
    skipped = reasons(results, Status.SKIPPED)
    if not skipped:
        return
    yield (("Skipped", Style.STRONG),)
    for reason, number in skipped:
        text: list[Span] = [(output.text(reason, lines=True), Style.PLAIN)]
        yield from columns([([(f"{number:>5}", Style.SKIPPED)], 5), (text, output.width - 5 - GAP)])
    yield BLANK


def _manual(results: Results, output: OutputOptions) -> Iterator[Line]:
    manual = [*results.with_status(Status.MANUAL)]
    if not manual:
        return
    yield (("Manual checks", Style.STRONG),)
    for check in manual:
        place: Span = (output.text(f"{check.spec}:{check.line}  "), Style.MANUAL)
        yield from columns([([place, *title_of(check, output)], output.width - 2)], indent=2)
    yield BLANK


def _observation_limits(results: Results, output: OutputOptions) -> Iterator[Line]:
    """Return what an observation could not see or decide, with the number of changes that it concerns."""
    found = [(s, limit) for spec in results.specs for s in spec.sections if s.observed for limit in s.observed.limits]
    if not any(limit.cases for _, limit in found):
        return
    yield (("Limits of the observation", Style.STRONG),)
    for section, limit in found:
        if limit.cases:
            text = f"{section.ordinal} {section.heading}: {limit.text} ({limit.name})"
            number: Span = (f"{limit.cases:>5,}", Style.SKIPPED)
            yield from columns([([number], 5), ([(output.text(text), Style.PLAIN)], output.width - 5 - GAP)])
    yield BLANK


def _leftovers(results: Results, output: OutputOptions) -> Iterator[Line]:
    if not results.leftovers:
        return
    yield ((not_removed_heading(results), Style.STRONG),)
    for what, ids, reason in group_not_removed(
        results.leftovers, len(results.leftovers) if output.verbose else MOST_IDS
    ):
        spans: list[Span] = [(output.text(f"{what} {ids}"), Style.PLAIN), (f"  {output.text(reason)}", Style.QUIET)]
        yield from columns([(spans, output.width - 2)], indent=2)
    yield BLANK


def _baseline(results: Results, output: OutputOptions) -> Iterator[Line]:
    if results.known:
        yield (("Known failures", Style.STRONG),)
    for entry in results.known:
        spec = f"{entry.spec}: " if entry.spec and len(results.specs) > 1 else ""
        text = f"{spec}{entry.check}  {entry.reason} ({entry.owner}, until {entry.expires})"
        yield from columns([([(output.text(text), Style.PLAIN)], output.width - 2)], indent=2)
    if results.overdue:
        yield (("Out-of-date baseline entries", Style.FAILED),)
    for sentence in results.overdue:
        yield from columns([([(output.text(sentence), Style.PLAIN)], output.width - 2)], indent=2)
    if results.known or results.overdue:
        yield BLANK


def _totals(results: Results, output: OutputOptions) -> Iterator[Line]:
    total, by_status = len(results.checks), _counts(counts_of(results.sections))
    totals: list[Span] = [(f"{total} check{'s' * (total != 1)}", Style.STRONG)]
    if by_status:
        totals += [(": ", Style.QUIET), *by_status]
    if results.known:
        totals.append((f" ({len(results.known)} known)", Style.QUIET))
    seed = f", seed {output.text(results.seed)}" if results.seed else ""  # an audit has none
    is_recorded = results.mode == "replay" and not results.simulated
    recorded = f", recorded {results.started:%Y-%m-%d}" if is_recorded else ""
    how = f"{seconds(results.duration_s)}, {output.text(results.mode)}{recorded}{seed}"
    if reason := cut_short(results):
        yield from wrap([(reason, Style.ERROR)], output.width)
    how += times_simulated(results)
    yield from wrap(_together(totals, [(how, Style.QUIET)], output.width), output.width)
    verified = results.totals[Status.PASSED] or results.totals[Status.FAILED]
    if not verified:
        yield from wrap([(NOTHING_VERIFIED, Style.ERROR)], output.width)
