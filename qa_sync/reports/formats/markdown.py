"""Results as Markdown for a CI job summary: totals, a table of sections, failures and errors, and reasons for skips.

GitHub shows no summary of more than 1 MiB, so the number of causes and the length of values are limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.failure_causes import EXAMPLES, FailureCause, failure_causes
from qa_sync.reports.shared.failure_groups import FailureGroup, problem_of
from qa_sync.reports.shared.rerun import rerun_command
from qa_sync.reports.shared.spec_states import MANY_SPECS, knows_earlier, spec_states
from qa_sync.reports.shared.wording import (
    NOTHING_VERIFIED,
    counts_of,
    cut_short,
    excerpts,
    group_not_removed,
    not_removed_heading,
    origin_text,
    reasons,
    seconds,
    when,
)
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SpecResult

SYMBOLS = {Status.PASSED: "✅", Status.FAILED: "❌", Status.ERROR: "⚠️", Status.SKIPPED: "⏭️", Status.MANUAL: "👤"}

MOST_CAUSES = 100
MOST_CHECKS = 50
MOST_ROWS = 1_000
LONG = 600
LONG_VALUE = 160
"""Longer values are shown in part; the HTML and JSON reports have the whole ones."""

_MARK = re.compile(r"[\\`*_{}\[\]#|~$<>&@]|\A[-+]|:(?=//|[\w+-]+:)|(?<=www)\.")
"""Markdown marks; list bullets at the start; and what GitHub turns into emoji and links."""


def render(results: Results) -> str:
    """Return the summary with a final line break."""
    return "".join(pieces(results))


def pieces(results: Results) -> Iterator[str]:
    """Yield the summary's lines, each with its line break."""
    parts = (_head, _specs, _sections, _failures, _manual, _skipped, _not_removed)
    for part in parts:
        yield from (f"{line}\n" for line in part(results))


def _head(results: Results) -> Iterator[str]:
    totals = results.totals
    status = next((s for s in (Status.FAILED, Status.ERROR, Status.PASSED) if totals[s]), Status.ERROR)
    totals_text = ", ".join(f"{number} {status}" for status, number in counts_of(results.sections))
    known = f" ({len(results.known)} known)" if results.known else ""
    yield f"### {SYMBOLS[status]} qa-sync: {totals_text or 'no checks'}{known}"
    yield ""
    if not totals[Status.PASSED] and not totals[Status.FAILED]:
        yield from (f"**{NOTHING_VERIFIED}**", "")
    if reason := cut_short(results):
        yield from (f"**{reason}**", "")
    for sentence in results.overdue:
        yield from (f"Out-of-date baseline entry: {_plain(sentence)}", "")
    seed = f", seed {_plain(results.seed)}" if results.seed else ""  # an audit has none
    yield f"{_plain(results.mode)}, {when(results)}, {seconds(results.duration_s)}{seed}"
    yield ""


def _specs(results: Results) -> Iterator[str]:
    """Yield a row for each of many specs, the worst first."""
    if len(results.specs) <= MANY_SPECS:
        return
    more = knows_earlier(results)
    yield f"| | Spec | Checks |{' Newly failing | Last verified |' * more}"
    yield f"|---|---|---|{'--:|---|' * more}"
    states = spec_states(results)
    for state in states[:MOST_ROWS]:
        earlier = f" {state.newly} | {state.verified} |" * more
        yield f"| {SYMBOLS[state.status]} | {_code(state.spec.spec)} | {state.counted} |{earlier}"
    if len(states) > MOST_ROWS:
        yield f"| | and {len(states) - MOST_ROWS} more specs | |{' | |' * more}"
    yield ""


def _sections(results: Results) -> Iterator[str]:
    rows = [row for spec in results.specs for row in _rows(spec)]
    if not rows:
        return
    yield f"| | Section | Where | {' | '.join(Status)} |"
    yield f"|---|---|---|{'--:|' * len(Status)}"
    yield from rows[:MOST_ROWS]
    yield ""
    if len(rows) > MOST_ROWS:
        yield from (f"and {len(rows) - MOST_ROWS} more sections", "")


def _rows(spec: SpecResult) -> Iterator[str]:
    for section in spec.sections:
        number = dict(counts_of([section]))
        cells = " | ".join(str(number.get(status, "")) for status in Status)
        again = "" if section.duplicate_of is None else f" *(repeats section {section.duplicate_of})*"
        place = _code(f"{spec.spec}:{section.line}")
        yield f"| {SYMBOLS[section.status]} | {_plain(section.heading)}{again} | {place} | {cells} |"


def _failures(results: Results) -> Iterator[str]:
    causes = failure_causes(results)
    if not causes:
        return
    texts = {spec.spec: (spec.text or "").splitlines() for spec in results.specs}
    yield from ("#### Failures and errors", "")
    for cause in causes[:MOST_CAUSES]:
        yield from _cause(cause, texts)
    if len(causes) > MOST_CAUSES:
        yield from (f"and {len(causes) - MOST_CAUSES} more causes", "")
    specs = (spec for cause in causes for spec in cause.sections)
    if again := rerun_command(results, specs, "--last-failed"):
        yield from ("Run only these again:", "", f"    {escape_invisible(again)}", "")


def _cause(cause: FailureCause, texts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a cause: its headline, its first checks with their values, and the titles of the others."""
    if cause.count > 1:
        yield from (f"**{SYMBOLS[cause.status]} {_plain(_cut(cause.headline))}**", "")
    place = None
    for check in cause.examples():
        if (check.spec, check.line) != place:
            place = check.spec, check.line
            lines = texts.get(check.spec, [])
            quoted = f" {_plain(_cut(lines[check.line - 1].strip()))}" if 0 < check.line <= len(lines) else ""
            yield from (f"{_code(f'{check.spec}:{check.line}')}{quoted}", "")
        yield from _problem(problem_of(check), check)
    others = cause.count - EXAMPLES
    if others > 0:
        yield from (f"<details><summary>and {others} more</summary>", "")
        yield from (f"- {_named(check)}" for check in cause.examples(EXAMPLES + MOST_CHECKS)[EXAMPLES:])
        if others > MOST_CHECKS:
            yield f"- and {others - MOST_CHECKS} more"
        yield from ("", "</details>", "")


def _named(check: CheckFinished) -> str:
    mark = f" *({origin_text(check)})*" if origin_text(check) else ""
    return f"{SYMBOLS[check.status]} **{_plain(check.kind)}** {_plain(check.title)}{mark}"


def _problem(problem: FailureGroup, check: CheckFinished) -> Iterator[str]:
    yield from (f"- {_named(check)}", "")
    if problem.message:
        yield from (f"  {_plain(_cut(problem.message))}", "")
    if problem.expected is not None and problem.actual is not None:
        expected, actual = excerpts(problem.expected, problem.actual, LONG_VALUE)
        # Indented, not fenced: no text can end an indented block.
        yield from (f"      - {escape_invisible(expected)}", f"      + {escape_invisible(actual)}", "")
    if problem.records:
        yield from ("  " + ", ".join(_code(f"{r.system} {r.entity} {r.id}") for r in problem.records), "")


def _manual(results: Results) -> Iterator[str]:
    manual = [*results.with_status(Status.MANUAL)]
    if not manual:
        return
    yield from ("#### Manual checks", "")
    for check in manual[:MOST_ROWS]:
        yield f"- [ ] {_code(f'{check.spec}:{check.line}')} {_plain(_cut(check.title))}"
    yield ""


def _skipped(results: Results) -> Iterator[str]:
    skipped = reasons(results, Status.SKIPPED)
    if not skipped:
        return
    yield from ("<details><summary>Skipped checks</summary>", "", "| Checks | Reason |", "|--:|---|")
    for reason, number in skipped[:MOST_ROWS]:
        yield f"| {number} | {_plain(_cut(reason))} |"
    yield from ("", "</details>", "")


def _not_removed(results: Results) -> Iterator[str]:
    groups = group_not_removed(results.leftovers)
    if not groups:
        return
    yield from (f"#### {not_removed_heading(results)}", "")
    yield from (f"- {_code(_cut(f'{what} {ids}'))} {_plain(_cut(why))}" for what, ids, why in groups[:MOST_ROWS])
    yield ""


def _plain(some: str) -> str:
    """Return external text as one line without markup, HTML tags, mentions and links."""
    return _MARK.sub(_escaped, " ".join(escape_invisible(some, lines=True).split()))


def _escaped(match: re.Match[str]) -> str:
    """Return a mark as an HTML entity: a backslash does not stop GitHub from turning text into mentions."""
    return f"&#{ord(match.group())};"


def _code(some: str) -> str:
    """Return text as code; not in backticks, where a bar would still end a table cell."""
    return f"<code>{_plain(some)}</code>"


def _cut(some: str) -> str:
    return some if len(some) <= LONG else f"{some[:LONG]} … ({len(some):,} characters)"
