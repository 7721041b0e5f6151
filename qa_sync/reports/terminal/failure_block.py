"""Failures and errors as blocks: the line of the spec, the check, its steps, expected and actual values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from qa_sync.reports.shared.failure_groups import FailureGroup, Place, failure_groups, problem_of
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import BLANK, Line, Span, Style, clip, columns
from qa_sync.reports.shared.wording import distinguishable, excerpts, request_line, response_text, seconds
from qa_sync.reports.terminal.check_table import title_of
from qa_sync.reports.terminal.value_diff import diff_lines
from qa_sync.running.events import CheckFinished
from qa_sync.running.results import Results
from qa_sync.systems.system import ExchangeSummary

FIELD = 8
"""The width of `expected`, the longest label."""

INDENT = 4
LAST_STEPS = 4
"""How many of the last steps are shown; all in verbose output."""


def all_blocks(results: Results, output: OutputOptions) -> Iterator[Line]:
    """Return the lines of all failures and errors, by line of the spec; in verbose output with their requests."""
    blocks = FailureBlocks(output)
    for place, here in failure_groups(results):
        yield _source_line(place, output)
        for problem, checks in here.items():
            yield from blocks.block(problem, checks)
        yield BLANK


class FailureBlocks(Struct, frozen=True):
    """The blocks of one report; a request shared by several checks is shown in full once."""

    output: OutputOptions
    shown: set[ExchangeSummary] = field(default_factory=set)

    def alone(self, check: CheckFinished) -> Iterator[Line]:
        """Return the lines of one check, below the line of the spec."""
        yield _source_line((check.spec, check.line), self.output)
        yield from self.block(problem_of(check), [check])

    def block(self, problem: FailureGroup, checks: Sequence[CheckFinished]) -> Iterator[Line]:
        """Return the lines of checks that have a problem in common."""
        output, style = self.output, Style(problem.status)
        mark = f"{output.symbol(problem.status)} {problem.status}"
        for check in checks:
            title: list[Span] = [(f"{output.text(check.kind)}  ", style), *title_of(check, output)]
            if check.latency_s is not None:
                title.append((f"  {seconds(check.latency_s, simulated=check.spec in output.simulated)}", Style.QUIET))
            yield from columns([([(mark, style)], 8), (title, output.width - 12)], indent=2)
        if problem.message:
            message = (output.text(problem.message, lines=True), Style.PLAIN)
            yield from columns([([message], output.width - INDENT)], indent=INDENT)
        yield from self._steps(checks)
        yield from _values(problem, output)
        if problem.records:
            records = ", ".join(f"{r.system} {r.entity} {r.id}" for r in problem.records)
            yield from _field("records", records, output)
        if output.verbose:
            for exchanged in dict.fromkeys(e for check in checks for e in check.exchanges):
                yield from self._exchange_lines(exchanged)

    def _steps(self, checks: Sequence[CheckFinished]) -> Iterator[Line]:
        different = dict.fromkeys(check.steps for check in checks)
        steps = next(iter(different))
        if steps:
            of = " (of the first)" if len(different) > 1 else ""
            last = steps if self.output.verbose else steps[-LAST_STEPS:]
            before = [f"{len(steps) - len(last)} more"] if len(last) < len(steps) else []
            yield from _field("steps", f" {self.output.arrow} ".join((*before, *last)) + of, self.output, Style.QUIET)

    def _exchange_lines(self, one: ExchangeSummary) -> Iterator[Line]:
        again = one in self.shown
        self.shown.add(one)
        yield from _field("request", request_line(one) + (" (shown above)" if again else ""), self.output)
        if not again:
            yield from _field("", one.sent, self.output, Style.QUIET)
            yield from _field("response", response_text(one), self.output)
            yield from _field("", one.answer, self.output, Style.QUIET)


def _source_line(place: Place, output: OutputOptions) -> Line:
    spec, line = place
    where = output.text(f"{spec}:{line}")
    text = output.source_line(spec, line)
    bar = f" | {output.text(text.strip())}" if text else ""
    shown = clip(where + bar, output.width, output.ellipsis)
    return (shown[: len(where)], Style.STRONG), (shown[len(where) :], Style.QUIET)


def _values(problem: FailureGroup, output: OutputOptions) -> Iterator[Line]:
    if problem.expected is None or problem.actual is None:
        return
    one, other = distinguishable(problem.expected, problem.actual)
    expected, actual = (output.text(text) for text in ((one, other) if output.verbose else excerpts(one, other)))
    below = diff_lines(expected, actual, output.width - FIELD - INDENT - 2)
    for word, lines in zip(("expected", "actual"), below, strict=True):
        for n, line in enumerate(lines):
            head = word if n == 0 else ""
            yield ((" " * INDENT, Style.PLAIN), (f"{head:{FIELD}}  ", Style.QUIET), *line)


def _field(word: str, text: str, output: OutputOptions, style: Style = Style.PLAIN) -> Iterator[Line]:
    cells = [([(word, Style.QUIET)], FIELD), ([(output.text(text), style)], output.width - FIELD - INDENT - 2)]
    yield from columns(cells, indent=INDENT) if text else ()
