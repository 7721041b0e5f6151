"""A checklist as plain text: the sentences of the spec and the checks made from them."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.checklist.model import Check, Checklist, SectionPlan
from qa_sync.checklist.samples.tried import tried_in
from qa_sync.reports.documents.lint_text import finding_line
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import BLANK, GAP, Line, Span, Style, columns, text_of, width_of, wrap
from qa_sync.reports.shared.wording import LEGEND

LONGEST_PLACE = 28
"""Longer locations (deep folders) are shown after the check instead of in a column before it."""

INDENT = 2


def render(checklist: Checklist, output: OutputOptions | None = None) -> str:
    """Return the checklist as text, wrapped to the output width (80 columns); findings are not wrapped."""
    output = output or OutputOptions()
    path = checklist.dataflow.path
    lines = [*_head(checklist, output), BLANK]
    for plan in checklist.sections:
        lines += [*_section(plan, path, output), BLANK]
    lines += _legend(checklist, output)
    found = [finding_line(finding, path, output) for finding in checklist.findings]
    return (text_of(lines) + "".join(f"{line}\n" for line in found)).rstrip("\n") + "\n"


def _head(checklist: Checklist, output: OutputOptions) -> list[Line]:
    dataflow = checklist.dataflow
    generated = f"  generated {dataflow.generated}" if dataflow.generated else ""
    sections, checks = len(checklist.sections), sum(len(plan.checks) for plan in checklist.sections)
    size = f"{_number(sections, 'section')}, {_number(checks, 'check')}"
    below = wrap(_plain(output.text(f"{dataflow.path}{generated}  {size}")), output.width)
    return [*wrap(_plain(output.text(dataflow.title)), output.width), *below]


def _section(plan: SectionPlan, path: str, output: OutputOptions) -> Iterator[Line]:
    section = plan.section
    copy = "" if section.duplicate_of is None else f"  (repeats section {section.duplicate_of})"
    heading = output.text(f"{section.ordinal} {section.heading}  {path}:{section.line}{copy}")
    yield from wrap(_plain(heading), output.width)
    for statement in section.statements:
        text = output.text(" ".join(statement.text.split()))
        yield from columns([(_plain(f"{statement.line:>6}"), 6), (_plain(text), output.width - 6 - GAP)])
    if plan.checks:
        yield BLANK
        kind = max(width_of(output.text(check.kind)) for check in plan.checks)
        place = max(width_of(output.text(f"{path}:{check.line}")) for check in plan.checks)
        for check in plan.checks:
            yield from _check(check, path, (place, kind), output)
    yield from _tried(plan, output)


def _tried(plan: SectionPlan, output: OutputOptions) -> Iterator[Line]:
    """Yield what is tried with the values of the section's properties."""
    tried = tried_in(plan)
    if not tried:
        return
    name_width = max(map(width_of, tried))
    yield BLANK
    yield from wrap(_plain(f"{'':{INDENT}}Tried values"), output.width)
    for name, values in tried.items():
        rest = output.width - 2 * INDENT - name_width - GAP
        yield from columns([(_plain(name), name_width), (_plain(output.text(values)), rest)], indent=2 * INDENT)


def _check(check: Check, path: str, widths: tuple[int, int], output: OutputOptions) -> list[Line]:
    place_width, kind_width = widths
    place = output.text(f"{path}:{check.line}")
    kind = (_plain(output.text(check.kind)), kind_width)
    rest = output.width - INDENT - kind_width - GAP
    if place_width > LONGEST_PLACE:
        return columns([kind, (_claim_lines(check, output, f"  {place}"), rest)], indent=INDENT)
    cells = [(_plain(place), place_width), kind, (_claim_lines(check, output), rest - place_width - GAP)]
    return columns(cells, indent=INDENT)


def _claim_lines(check: Check, output: OutputOptions, place: str = "") -> list[Span]:
    claim = f"{check.pair.source} -> {check.pair.target}" if check.pair else check.title
    mark = f"  ({check.origin})" if check.origin in LEGEND else ""
    reasons = (("error", check.error), ("skipped", check.skip), ("manual", check.manual))
    reason_lines = "".join(f"\n{word}: {output.text(reason.text)}" for word, reason in reasons if reason)
    return _plain(output.text(claim) + mark + place + reason_lines)


def _legend(checklist: Checklist, output: OutputOptions) -> list[Line]:
    present = {check.origin for plan in checklist.sections for check in plan.checks}
    meanings = [f"({origin}) {meaning}" for origin, meaning in LEGEND.items() if origin in present]
    found = [line for meaning in meanings for line in wrap(_plain(meaning), output.width)]
    return [*found, BLANK] if found else []


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _plain(text: str) -> list[Span]:
    return [(text, Style.PLAIN)]
