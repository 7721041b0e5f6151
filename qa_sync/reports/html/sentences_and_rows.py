"""The text of the spec, each sentence and row with its verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_sync.reports.html.elements import badge, counted, statuses, text
from qa_sync.reports.html.evidence import Evidence
from qa_sync.reports.shared.annotated_document import (
    Checks,
    Claim,
    DocumentBlock,
    DocumentPart,
    Prose,
    Table,
    UnmatchedClaims,
    UnsupportedMarkup,
    annotated_document,
)
from qa_sync.reports.shared.wording import LEGEND, seconds
from qa_sync.running.events import WORST_FIRST, CheckFinished, Status
from qa_sync.running.results import SpecResult

LONG_PATH = 24
"""Longer cells get break points after some dots; not after all, because each is one more element."""
_BREAKS = re.compile(r"(.{16,30}?\.)(?=.{6})")

COLUMNS = 3
"""The columns of a property table; a merge table has two."""


def document(spec: SpecResult, number: int, rerun: str | None = None, *, simulated: bool = False) -> Iterator[str]:
    """Yield the HTML of a spec part by part; `number` is its place on the page, `rerun` the command to run it.

    `simulated`: its times are of a simulated clock.
    """
    command = f' data-rerun="{text(rerun)}"' if rerun else ""
    yield f'<article class="doc" id="d{number}" aria-label="{text(spec.title)}"{command}>\n'
    for at, part in enumerate(annotated_document(spec)):
        yield _part(part, f"{number}-{at}", number, simulated=simulated)
    yield "</article>\n"


def anchor(document_number: int, line: int) -> str:
    """Return the element id of a sentence or row."""
    return f"l{document_number}-{line}"


def verdict(checks: Checks, *, simulated: bool) -> str:
    """Return the verdict of a sentence or row: the worst status first, failed checks with their kind."""
    by_status: dict[Status, list[CheckFinished]] = {}
    for check in checks:
        by_status.setdefault(check.status, []).append(check)
    parts = [badge(status, _words(status, by_status[status])) for status in WORST_FIRST if status in by_status]
    slowest = max((c.latency_s for c in checks if c.latency_s is not None and c.status is Status.PASSED), default=None)
    if slowest is not None:
        parts.append(seconds(slowest, simulated=simulated))
    return " ".join(parts)


def _words(status: Status, checks: list[CheckFinished]) -> str:
    if len(checks) > 1:
        return f"{len(checks)} {status}"
    return status if status is Status.PASSED else f"{status}: {text(checks[0].kind)}"


def _part(part: DocumentPart, name: str, number: int, *, simulated: bool) -> str:
    evidence = Evidence(simulated=simulated)
    blocks = "".join(_block(block, evidence, number) for block in part.blocks)
    data = f'<script type="application/json">{evidence.as_data()}</script>' if part.checks else ""
    if part.section is None:
        level = "h2" if name.endswith("-0") else "h3"
        kinds = f" c {statuses(part.checks)}" if part.checks else ""
        head = f"<{level}>{text(part.heading)}</{level}>"
        return f'<section class="part{kinds}">{head}\n{blocks}{data}</section>\n'
    section = part.section
    if section.duplicate_of is not None:
        summary = f'<span class="none">repeats section {section.duplicate_of} and is verified there</span>'
    elif section.checks:
        summary = verdict(tuple(section.checks), simulated=simulated)
    else:
        summary = '<span class="none">nothing to check</span>'
    head = f'<h3 id="{anchor(number, part.line)}">{text(part.heading)}</h3>\n<p class="sum">{summary}</p>'
    return f'<section class="part c {statuses(part.checks)}">{head}\n{blocks}{data}</section>\n'


def _block(block: DocumentBlock, evidence: Evidence, number: int) -> str:
    match block:
        case Prose(claims) | UnmatchedClaims(claims):
            return "".join([_sentence(claim, evidence, number) for claim in claims])
        case Table():
            return _grid(block, evidence, number)
        case UnsupportedMarkup():
            return f'<p class="none">(not read: {text(block.description)})</p>\n'


def _sentence(sentence: Claim, evidence: Evidence, number: int) -> str:
    words = text(" ".join(sentence.cells[0].split()))
    if not sentence.checks:
        return f"<p>{words}</p>\n"
    kinds, name = statuses(sentence.checks), anchor(number, sentence.line)
    return f'<div class="c sen {kinds}" id="{name}"><p>{words}</p>{_button(sentence, evidence)}</div>\n'


def _grid(grid: Table, evidence: Evidence, number: int) -> str:
    width = len(grid.header) or COLUMNS
    head = "".join(f'<th scope="col">{text(cell)}</th>' for cell in grid.header)
    rows = "".join([_row(row, evidence, number, width) for row in grid.rows])
    if not grid.rows:
        rows = f'<tr><td colspan="{width + 1}" class="none">The table has no rows.</td></tr>\n'
    added = {row.origin for row in grid.rows if row.origin}
    notes = "".join(
        f'<p class="note"><em>{origin}</em>: {text(LEGEND[origin])}</p>\n' for origin in LEGEND if origin in added
    )
    return (
        f'<div class="wide"><table class="rows"><thead><tr>{head}<th scope="col">Verdict</th></tr></thead>\n'
        f"<tbody>{rows}</tbody></table></div>\n{notes}"
    )


def _row(row: Claim, evidence: Evidence, number: int, width: int) -> str:
    cells = "".join([f"<td>{_cell(cell)}</td>" for cell in row.cells[:width]])
    missing = width - len(row.cells)
    if missing > 0:
        mark = f"<em>{row.origin}</em>" if row.origin else ""
        cells += f"<td>{mark}</td>" * missing
    if not row.checks:
        return f'<tr>{cells}<td class="none">no check</td></tr>\n'
    name = "" if row.origin else f' id="{anchor(number, row.line)}"'
    kinds = f"c {statuses(row.checks)}{' added' * bool(row.origin)}"
    return f'<tr class="{kinds}"{name}>{cells}<td>{_button(row, evidence)}</td></tr>\n'


def _cell(cell: str) -> str:
    words = text(cell)
    return _BREAKS.sub(r"\1<wbr>", words) if len(words) > LONG_PATH else words


def _button(passage: Claim, evidence: Evidence) -> str:
    number = evidence.add(passage.checks)
    words = verdict(passage.checks, simulated=evidence.simulated)
    return f'<button type="button" class="v" data-n="{number}" aria-expanded="false">{words}</button>'


def size(spec: SpecResult) -> str:
    """Return the size of a spec as text: `3 sections, 40 checks`."""
    checks = sum(len(section.checks) for section in spec.sections)
    return f"{counted(len(spec.sections), 'section')}, {counted(checks, 'check')}"
