"""Lint results as text: a line per finding and a summary line."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.checklist.lint.lint_result import LintResult
from qa_sync.dataflow.model import Finding, Severity
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import Style, wrap

_INDENT = 4


def render(result: LintResult, output: OutputOptions | None = None) -> str:
    """Return one line per finding and a summary; lines are wrapped only when `output` is given (a terminal)."""
    return "".join(f"{line}\n" for line in _lines(result, output))


def finding_line(finding: Finding, path: str, output: OutputOptions) -> str:
    """Return a finding on one line: `specs/000.txt:20: warning: message  [code]`."""
    return output.text(f"{path}:{finding.line}: {finding.severity}: {finding.message}  [{finding.code}]")


def _lines(result: LintResult, output: OutputOptions | None) -> Iterator[str]:
    plain = output or OutputOptions()
    for document in result.documents:
        for finding in document.findings:
            line = finding_line(finding, document.dataflow.path, plain)
            yield from _folded(line, output.width) if output else (line,)
    yield _summary(result)


def _folded(line: str, width: int) -> Iterator[str]:
    """Wrap a line at blanks with continuation lines indented, so that the locations stand out."""
    place, _, _ = line.partition(" ")
    first, *rest = wrap([(line, Style.PLAIN)], width - _INDENT) if len(place) < width else [((line, Style.PLAIN),)]
    yield "".join(text for text, _ in first)
    yield from (" " * _INDENT + "".join(text for text, _ in spans) for spans in rest)


def _summary(result: LintResult) -> str:
    count = len(result.documents)
    totals = [f"{number} {_noun(severity, number)}" for severity, number in result.totals.items() if number]
    unread = f", {len(result.unreadable)} could not be read" if result.unreadable else ""
    return f"{count} spec{'s' * (count != 1)}{unread}: {', '.join(totals) or 'no findings'}."


def _noun(severity: Severity, number: int) -> str:
    if severity is Severity.INFO:
        return "info"
    return f"{severity}{'s' * (number != 1)}"
