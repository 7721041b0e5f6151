"""Results as lines for a person: a table a section, then reasons, leftovers, failures, and the totals last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qa_sync.reports.shared.page_options import Page
from qa_sync.reports.shared.text_layout import BLANK, GAP, Line, Span, Style, columns, width_of, wrap
from qa_sync.reports.shared.wording import (
    LEGEND,
    NOTHING_VERIFIED,
    counts,
    left_behind,
    leftovers,
    reasons,
    seconds,
)
from qa_sync.reports.terminal.check_table import check_table, grid_of, rows_of, title_of
from qa_sync.reports.terminal.failure_block import failure_blocks
from qa_sync.reports.terminal.unused_requests import unplayed_lines
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult, SpecResult


def end_report(results: Results, page: Page) -> Iterator[Line]:
    """Return the report's lines, none wider than the page; failures stand near the end, the totals last."""
    if not page.quiet:
        yield from _specs(results, page)
        yield from _skipped(results, page)
        yield from _manual(results, page)
        yield from unplayed_lines(results, page)
    yield from _legend(results, page)
    yield from _leftovers(results, page)
    yield from failure_blocks(results, page)
    yield from _baseline(results, page)
    yield from _totals(results, page)


def _specs(results: Results, page: Page) -> Iterator[Line]:
    tables = {
        (spec.spec, section.key): rows_of(section.checks, page) for spec in results.specs for section in spec.sections
    }
    grid = grid_of([row for rows in tables.values() for row in rows], page)
    for spec in results.specs:
        yield from wrap([(page.text(spec.title), Style.STRONG), (f"  {page.text(spec.spec)}", Style.QUIET)], page.width)
        yield BLANK
        for section in spec.sections:
            yield from _section_head(spec, section, page)
            yield from check_table(tables[spec.spec, section.key], grid, page)
            yield BLANK


def _section_head(spec: SpecResult, section: SectionResult, page: Page) -> list[Line]:
    place = page.text(f"{spec.spec}:{section.line}")
    if section.duplicate_of is not None:
        said: list[Span] = [(f"repeats section {section.duplicate_of}", Style.QUIET)]
    else:
        said = _counts(section.checks) or [("nothing to check", Style.QUIET)]
    head: list[Span] = [
        (f"{section.ordinal} ", Style.QUIET),
        (page.text(section.heading), Style.STRONG),
        (f"  {place}", Style.QUIET),
    ]
    mark: Span = (page.symbol(section.status), Style(section.status))
    width = page.width - 2
    return columns([([mark], 1), (_together(head, said, width), width)], gap=1)


def _together(first: list[Span], second: list[Span], width: int) -> list[Span]:
    """Put two texts on one line if they fit, else on two."""
    fits = sum(width_of(text) for text, _ in (*first, *second)) + GAP <= width
    return [*first, (" " * GAP if fits else "\n", Style.PLAIN), *second]


def _counts(checks: Iterable[CheckFinished]) -> list[Span]:
    spans: list[Span] = []
    for status, number in counts(checks):
        spans += [(", ", Style.QUIET)] * bool(spans) + [(f"{number} {status}", Style(status))]
    return spans


def _legend(results: Results, page: Page) -> Iterator[Line]:
    shown = [c for c in results.checks if not page.quiet or c.status in {Status.FAILED, Status.ERROR}]
    present = {check.origin for check in shown}
    lines = [
        line
        for origin, meaning in LEGEND.items()
        if origin in present
        for line in wrap([(f"{origin}: {meaning}", Style.QUIET)], page.width)
    ]
    yield from [*lines, BLANK] if lines else []


def _skipped(results: Results, page: Page) -> Iterator[Line]:
    found = reasons(results, Status.SKIPPED)
    if not found:
        return
    yield (("Skipped", Style.STRONG),)
    for reason, number in found:
        why: list[Span] = [(page.text(reason, lines=True), Style.PLAIN)]
        yield from columns([([(f"{number:>5}", Style.SKIPPED)], 5), (why, page.width - 5 - GAP)])
    yield BLANK


def _manual(results: Results, page: Page) -> Iterator[Line]:
    found = [check for check in results.checks if check.status is Status.MANUAL]
    if not found:
        return
    yield (("For a person to check", Style.STRONG),)
    for check in found:
        place: Span = (page.text(f"{check.spec}:{check.line}  "), Style.MANUAL)
        yield from columns([([place, *title_of(check, page)], page.width - 2)], indent=2)
    yield BLANK


def _leftovers(results: Results, page: Page) -> Iterator[Line]:
    if not results.leftovers:
        return
    yield ((left_behind(results), Style.STRONG),)
    for what, ids, why in leftovers(results.leftovers):
        spans: list[Span] = [(page.text(f"{what} {ids}"), Style.PLAIN), (f"  {page.text(why)}", Style.QUIET)]
        yield from columns([(spans, page.width - 2)], indent=2)
    yield BLANK


def _baseline(results: Results, page: Page) -> Iterator[Line]:
    if results.known:
        yield (("Known failures", Style.STRONG),)
    for entry in results.known:
        said = f"{entry.check}  {entry.reason} ({entry.owner}, until {entry.expires})"
        yield from columns([([(page.text(said), Style.PLAIN)], page.width - 2)], indent=2)
    if results.overdue:
        yield (("The baseline is no longer right", Style.FAILED),)
    for sentence in results.overdue:
        yield from columns([([(page.text(sentence), Style.PLAIN)], page.width - 2)], indent=2)
    if results.known or results.overdue:
        yield BLANK


def _totals(results: Results, page: Page) -> list[Line]:
    total, found = len(results.checks), _counts(results.checks)
    said: list[Span] = [(f"{total} check{'s' * (total != 1)}", Style.STRONG)]
    if found:
        said += [(": ", Style.QUIET), *found]
    if results.known:
        said.append((f" ({len(results.known)} known)", Style.QUIET))
    seed = f", seed {page.text(results.seed)}" if results.seed else ""  # an audit has none
    how = f"{seconds(results.duration_s)}, {page.text(results.mode)}{seed}"
    lines = wrap(_together(said, [(how, Style.QUIET)], page.width), page.width)
    verified = results.totals[Status.PASSED] or results.totals[Status.FAILED]
    return lines if verified else [*lines, *wrap([(NOTHING_VERIFIED, Style.ERROR)], page.width)]
