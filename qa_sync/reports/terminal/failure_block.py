"""What is not well as blocks: the document's line, what was claimed, done, expected and found instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from qa_sync.frozen import dataclass
from qa_sync.reports.shared.page_options import Page
from qa_sync.reports.shared.text_layout import BLANK, Line, Span, Style, clip, columns
from qa_sync.reports.shared.wording import Place, Problem, answered, asked, excerpts, problems, seconds, spelled_apart
from qa_sync.reports.terminal.check_table import title_of
from qa_sync.reports.terminal.value_diff import diff_lines
from qa_sync.running.events import CheckFinished
from qa_sync.running.results import Results
from qa_sync.systems.system import ExchangeSummary

FIELD = 8
"""The width of `expected`, the longest word before a value."""

INDENT = 4
LAST_STEPS = 4
"""So many steps are told, the last ones; all of them on a verbose page."""


def failure_blocks(results: Results, page: Page) -> Iterator[Line]:
    """Return the lines of all that failed or could not be found out; with a verbose page, of the requests too."""
    blocks = _Blocks(page)
    for place, here in problems(results).items():
        yield _source_line(place, page)
        for problem, checks in here.items():
            yield from blocks.block(problem, checks)
        yield BLANK


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The blocks of one report; a request that several checks rest on is shown whole once."""

    page: Page
    shown: set[ExchangeSummary] = field(default_factory=set)

    def block(self, problem: Problem, checks: Sequence[CheckFinished]) -> Iterator[Line]:
        page, style = self.page, Style(problem.status)
        mark = f"{page.symbol(problem.status)} {problem.status}"
        for check in checks:
            title: list[Span] = [(f"{page.text(check.kind)}  ", style), *title_of(check, page)]
            if check.latency_s is not None:
                title.append((f"  {seconds(check.latency_s)}", Style.QUIET))
            yield from columns([([(mark, style)], 8), (title, page.width - 12)], indent=2)
        if problem.message:
            said = (page.text(problem.message, lines=True), Style.PLAIN)
            yield from columns([([said], page.width - INDENT)], indent=INDENT)
        yield from self._steps(checks)
        yield from _values(problem, page)
        if problem.records:
            records = ", ".join(f"{r.system} {r.entity} {r.id}" for r in problem.records)
            yield from _field("records", records, page)
        if page.verbose:
            for exchanged in dict.fromkeys(e for check in checks for e in check.exchanges):
                yield from self._exchanged(exchanged)

    def _steps(self, checks: Sequence[CheckFinished]) -> Iterator[Line]:
        told = dict.fromkeys(check.steps for check in checks)
        steps = next(iter(told))
        if steps:
            of = " (of the first)" if len(told) > 1 else ""
            last = steps if self.page.verbose else steps[-LAST_STEPS:]
            before = [f"{len(steps) - len(last)} more"] if len(last) < len(steps) else []
            yield from _field("steps", f" {self.page.arrow} ".join((*before, *last)) + of, self.page, Style.QUIET)

    def _exchanged(self, one: ExchangeSummary) -> Iterator[Line]:
        again = one in self.shown
        self.shown.add(one)
        yield from _field("request", asked(one) + (" (shown above)" if again else ""), self.page)
        if not again:
            yield from _field("", one.sent, self.page, Style.QUIET)
            yield from _field("answer", answered(one), self.page)
            yield from _field("", one.answer, self.page, Style.QUIET)


def _source_line(place: Place, page: Page) -> Line:
    spec, line = place
    where = page.text(f"{spec}:{line}")
    text = page.line_text(spec, line)
    bar = f" | {page.text(text.strip())}" if text else ""
    shown = clip(where + bar, page.width, page.ellipsis)
    return (shown[: len(where)], Style.STRONG), (shown[len(where) :], Style.QUIET)


def _values(problem: Problem, page: Page) -> Iterator[Line]:
    if problem.expected is None or problem.actual is None:
        return
    one, other = spelled_apart(problem.expected, problem.actual)
    expected, actual = (page.text(text) for text in ((one, other) if page.verbose else excerpts(one, other)))
    below = diff_lines(expected, actual, page.width - FIELD - INDENT - 2)
    for word, lines in zip(("expected", "actual"), below, strict=True):
        for n, line in enumerate(lines):
            head = word if n == 0 else ""
            yield ((" " * INDENT, Style.PLAIN), (f"{head:{FIELD}}  ", Style.QUIET), *line)


def _field(word: str, text: str, page: Page, style: Style = Style.PLAIN) -> Iterator[Line]:
    cells = [([(word, Style.QUIET)], FIELD), ([(page.text(text), style)], page.width - FIELD - INDENT - 2)]
    yield from columns(cells, indent=INDENT) if text else ()
