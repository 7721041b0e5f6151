"""The spec as reStructuredText, with the verdict after each claim.

The lines of the spec stay unchanged, with two exceptions that keep the report valid: characters of a claim that would
be read as markup are escaped, and a table gets a column for its verdicts, and a marked row for each pair that it does
not name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from msgspec.structs import replace

from qa_sync.reports.shared.annotated_document import (
    Checks,
    Claim,
    DocumentPart,
    Prose,
    Table,
    UnmatchedClaims,
    UnsupportedMarkup,
    annotated_document,
)
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.failure_causes import failure_causes
from qa_sync.reports.shared.page_options import SYMBOLS
from qa_sync.reports.shared.wording import LEGEND, as_json, counts, cut_short, seconds, when
from qa_sync.running.events import WORST_FIRST, CheckFinished, Status
from qa_sync.running.results import Results, SpecResult

LONG = 300
MOST_REASONS = 3
"""Maximum number of different reasons after a claim."""

MOST_CAUSES = 100
MOST_LINES = 8
"""How many causes are listed, and how many lines of the spec of each."""

VerdictText: TypeAlias = Callable[[Checks], str]
"""Makes the verdict after a claim."""

MEANING = {
    Status.PASSED: "the check passed",
    Status.FAILED: "the check failed",
    Status.ERROR: "the check has no verdict",
    Status.SKIPPED: "the check does not apply",
    Status.MANUAL: "the check is manual",
}

_ANY_MARK = re.compile(r"[\\*`|_<>\[\]{}@]|:(?=[:/])")
# In text of the spec, only what docutils would read as markup: a trailing underscore is a reference.
_MARK = re.compile(r"[\\*`|]|_(?![A-Za-z0-9_])|(?<=_)_")


def render(results: Results) -> str:
    """Return the specs with their verdicts, one after the other, with a final line break."""
    return "".join(pieces(results))


def pieces(results: Results) -> Iterator[str]:
    """Yield the text of `render` spec by spec."""
    for n, spec in enumerate(results.specs):
        lines = [
            *_document(spec, partial(_verdict, simulated=spec.spec in results.simulated_specs)),
            "",
            *_run_info(spec, results),
        ]
        yield "\n" * (n > 0) + "".join(f"{escape_invisible(line)}\n" for line in lines)


def _document(spec: SpecResult, verdict: VerdictText) -> Iterator[str]:
    parts = annotated_document(spec)
    if spec.text is None:
        yield from _heading(_plain(spec.title), "=")
        yield from (line for part in parts for line in _missing_claims(part, verdict))
        return
    raw = [line.expandtabs().rstrip() for line in re.split(r"\r\n|\r|\n", spec.text.removeprefix("\ufeff"))]
    instead = {start: (end, lines) for part in parts for start, end, lines in _edits(part, raw, verdict)}
    at = 1
    while at <= len(raw):
        end, lines = instead.get(at, (at, raw[at - 1 : at]))
        yield from lines
        at = max(at, end) + 1
    lost = (part for part in parts if part.section and part.line > len(raw))
    yield from (line for part in lost for line in _missing_claims(part, verdict))


def _edits(part: DocumentPart, raw: Sequence[str], verdict: VerdictText) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the edits of a part: first line, last line, and the lines that replace them."""
    if 0 < part.line < len(raw):
        yield from _heading_edit(part, raw, verdict)
    for block in part.blocks:
        match block:
            case Prose():
                yield from (edit for sentence in block.sentences for edit in _sentence(sentence, raw, verdict))
            case Table() if block.header:
                yield block.line, block.last_line, [*_table(block, raw, verdict)]
            case Table() | UnmatchedClaims() | UnsupportedMarkup():
                pass


def _heading_edit(part: DocumentPart, raw: Sequence[str], verdict: VerdictText) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the edit of a heading: escaped text, and an underline that is long enough."""
    title = _quoted(raw[part.line - 1])
    above, below = raw[part.line - 2] if part.line > 1 else "", raw[part.line]
    if not below or set(below) != {below[0]} or below[0].isalnum():
        return
    added = [*_unmatched_claims(part, verdict)]
    if part.section and part.section.duplicate_of is not None:
        added = ["", f"*Repeats section {part.section.duplicate_of} and is verified there.*", ""]
    yield part.line, part.line + 1, [title, below[0] * max(len(below), len(title)), *added]
    if above == below:
        yield part.line - 1, part.line - 1, [above[0] * max(len(above), len(title))]


def _sentence(sentence: Claim, raw: Sequence[str], verdict: VerdictText) -> Iterator[tuple[int, int, list[str]]]:
    last = sentence.line + sentence.cells[0].count("\n")
    if not 0 < last <= len(raw):
        return
    lines = [_quoted(line) for line in raw[sentence.line - 1 : last]]
    if sentence.checks:
        lines[-1] += f" {verdict(sentence.checks)}"
    yield sentence.line, last, lines


def _table(grid: Table, raw: Sequence[str], verdict: VerdictText) -> Iterator[str]:
    pad = raw[grid.line - 1][: len(raw[grid.line - 1]) - len(raw[grid.line - 1].lstrip())]
    yield raw[grid.line - 1]
    yield f"{pad}   :header-rows: 1"
    yield ""
    width = max(len(grid.header), *(len(row.cells) for row in grid.rows)) if grid.rows else len(grid.header)
    yield from _table_row([*map(_quoted, grid.header)], "Verdict", width, pad)
    for row in grid.rows:
        cells = [_quoted(cell) for cell in row.cells]
        if row.origin:
            cells = [f"*{_plain(cell)}*" if cell else "" for cell in (*row.cells, row.origin)]
        yield from _table_row(cells, verdict(row.checks) if row.checks else "no check", width, pad)
    if not grid.rows:
        yield from _table_row([], "the table has no rows", width, pad)
    for origin in {row.origin: None for row in grid.rows if row.origin}:
        yield from ("", f"{pad}*{origin}*: {LEGEND[origin]}.")


def _table_row(cells: Sequence[str], verdict: str, width: int, pad: str) -> Iterator[str]:
    first, *others = [*cells, *[""] * (width - len(cells)), verdict][: width + 1] if len(cells) <= width else cells
    yield f"{pad}   * - {first}".rstrip()
    yield from (f"{pad}     - {cell}".rstrip() for cell in others)


def _missing_claims(part: DocumentPart, verdict: VerdictText) -> Iterator[str]:
    yield from _heading(_plain(part.heading), "-")
    yield from _unmatched_claims(part, verdict)


def _unmatched_claims(part: DocumentPart, verdict: VerdictText) -> Iterator[str]:
    for block in part.blocks:
        if isinstance(block, UnmatchedClaims):
            for claim in block.claims:
                yield from ("", f"* {_plain(claim.cells[0])} {verdict(claim.checks)}")
            yield ""


def _heading(title: str, mark: str) -> Iterator[str]:
    yield from (title or "?", mark * max(1, 2 * len(title)), "")


def _verdict(checks: Checks, *, simulated: bool) -> str:
    by_status: dict[Status, list[CheckFinished]] = {}
    for check in checks:
        by_status.setdefault(check.status, []).append(check)
    texts = (_status_text(s, by_status[s], simulated=simulated) for s in WORST_FIRST if s in by_status)
    return "; ".join(texts)


def _status_text(status: Status, checks: Sequence[CheckFinished], *, simulated: bool) -> str:
    slowest = max((c.latency_s for c in checks if c.latency_s is not None), default=None)
    time = f", {seconds(slowest, simulated=simulated)}" if slowest is not None else ""
    number = f"{len(checks)} {status}" if len(checks) > 1 else status
    if status is Status.PASSED:
        return f"**{SYMBOLS[status]}** {number}{time}"
    reasons = list(dict.fromkeys(_reason(check, one=len(checks) == 1) for check in checks))
    more = f"; {len(reasons) - MOST_REASONS} more reasons" if len(reasons) > MOST_REASONS else ""
    return f"**{SYMBOLS[status]}** {number}: {'; '.join(reasons[:MOST_REASONS])}{more}"


def _reason(check: CheckFinished, *, one: bool) -> str:
    kind = "" if one and check.status is not Status.FAILED else f"{check.kind}: "
    if check.status in {Status.SKIPPED, Status.MANUAL}:
        return _plain(_cut(check.message or check.title))
    reason = check.message or check.title
    if check.message is None and (check.expected is not None or check.actual is not None):
        reason += f" (expected {_cut(as_json(check.expected))}, got {_cut(as_json(check.actual))})"
    return _plain(kind + _cut(reason))


def _run_info(spec: SpecResult, results: Results) -> Iterable[str]:
    checks = [check for section in spec.sections for check in section.checks]
    totals = ", ".join(f"{SYMBOLS[status]} {number} {status}" for status, number in counts(checks)) or "no checks"
    yield f"**Verified**: {when(results)} ({_plain(results.mode)}, seed {_plain(results.seed) or 'none'}): {totals}."
    yield ""
    if reason := cut_short(results):
        yield from (f"**{reason}**", "")
    yield from _causes(spec, results)
    yield "; ".join(f"**{SYMBOLS[status]}** {MEANING[status]}" for status, _ in counts(checks)) + "." if checks else ""
    if spec.spec in results.simulated_specs and any(check.latency_s is not None for check in checks):
        yield from ("", "Simulated times are those of a clock that does not wait.")


def _causes(spec: SpecResult, results: Results) -> Iterator[str]:
    """Yield what failed together, each cause with its lines of the spec."""
    causes = failure_causes(replace(results, specs=(spec,)))
    if not causes:
        return
    yield from ("**Failures and errors**:", "")
    for cause in causes[:MOST_CAUSES]:
        lines = [str(line) for _, line in cause.places]
        more = f" and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
        where = f"line{'s' * (len(lines) > 1)} {', '.join(lines[:MOST_LINES])}{more}"
        yield f"* **{SYMBOLS[cause.status]}** {_plain(_cut(cause.headline))} ({where})"
    if len(causes) > MOST_CAUSES:
        yield f"* and {len(causes) - MOST_CAUSES} more causes"
    yield ""


def _plain(some: str) -> str:
    """Return external text on one line, with markup escaped."""
    return _ANY_MARK.sub(r"\\\g<0>", " ".join(escape_invisible(some, lines=True).split()))


def _quoted(words: str) -> str:
    """Return text of the spec with a backslash before what docutils would read as markup."""
    return _MARK.sub(r"\\\g<0>", words)


def _cut(some: str) -> str:
    return some if len(some) <= LONG else f"{some[:LONG]} … ({len(some):,} characters)"
