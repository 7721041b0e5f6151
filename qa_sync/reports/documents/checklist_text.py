"""A checklist as plain text for a person: what the document says, and what is checked because of it."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.reports.documents.lint_text import finding_line
from qa_sync.reports.shared.page_options import Page
from qa_sync.reports.shared.text_layout import BLANK, GAP, Line, Span, Style, columns, text_of, width_of, wrap
from qa_sync.reports.shared.wording import LEGEND

LONGEST_PLACE = 28
"""Longer places (deep folders) stand behind the check instead of in a column before it."""

INDENT = 2


def render(checklist: Checklist, page: Page | None = None) -> str:
    """Return the checklist as text as wide as the page (80 columns); only a finding is never broken."""
    page = page or Page()
    path = checklist.dataflow.path
    lines = [*_head(checklist, page), BLANK]
    for plan in checklist.sections:
        lines += [*_section(plan, path, page), BLANK]
    lines += _legend(checklist, page)
    found = [finding_line(finding, path, page) for finding in checklist.findings]
    return (text_of(lines) + "".join(f"{line}\n" for line in found)).rstrip("\n") + "\n"


def _head(checklist: Checklist, page: Page) -> list[Line]:
    dataflow = checklist.dataflow
    generated = f"  generated {dataflow.generated}" if dataflow.generated else ""
    sections, checks = len(checklist.sections), sum(len(plan.checks) for plan in checklist.sections)
    size = f"{_number(sections, 'section')}, {_number(checks, 'check')}"
    below = wrap(_plain(page.text(f"{dataflow.path}{generated}  {size}")), page.width)
    return [*wrap(_plain(page.text(dataflow.title)), page.width), *below]


def _section(plan: SectionPlan, path: str, page: Page) -> Iterator[Line]:
    section = plan.section
    copy = "" if section.duplicate_of is None else f"  (repeats section {section.duplicate_of})"
    heading = page.text(f"{section.ordinal} {section.heading}  {path}:{section.line}{copy}")
    yield from wrap(_plain(heading), page.width)
    for statement in section.statements:
        said = page.text(" ".join(statement.text.split()))
        yield from columns([(_plain(f"{statement.line:>6}"), 6), (_plain(said), page.width - 6 - GAP)])
    if plan.checks:
        yield BLANK
        kind = max(width_of(page.text(check.kind)) for check in plan.checks)
        place = max(width_of(page.text(f"{path}:{check.line}")) for check in plan.checks)
        for check in plan.checks:
            yield from _check(check, path, (place, kind), page)


def _check(check: Check, path: str, widths: tuple[int, int], page: Page) -> list[Line]:
    place_width, kind_width = widths
    place = page.text(f"{path}:{check.line}")
    kind = (_plain(page.text(check.kind)), kind_width)
    rest = page.width - INDENT - kind_width - GAP
    if place_width > LONGEST_PLACE:
        return columns([kind, (_claim(check, page, f"  {place}"), rest)], indent=INDENT)
    cells = [(_plain(place), place_width), kind, (_claim(check, page), rest - place_width - GAP)]
    return columns(cells, indent=INDENT)


def _claim(check: Check, page: Page, place: str = "") -> list[Span]:
    claim = f"{check.pair.source} -> {check.pair.target}" if check.pair else check.title
    mark = f"  ({check.origin})" if check.origin in LEGEND else ""
    reasons = (("skipped", check.skip), ("manual", check.manual))
    why = "".join(f"\n{word}: {page.text(reason)}" for word, reason in reasons if reason)
    return _plain(page.text(claim) + mark + place + why)


def _legend(checklist: Checklist, page: Page) -> list[Line]:
    present = {check.origin for plan in checklist.sections for check in plan.checks}
    meanings = [f"({origin}) {meaning}" for origin, meaning in LEGEND.items() if origin in present]
    found = [line for meaning in meanings for line in wrap(_plain(meaning), page.width)]
    return [*found, BLANK] if found else []


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _plain(text: str) -> list[Span]:
    return [(text, Style.PLAIN)]
