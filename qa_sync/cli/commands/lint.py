"""`qa-sync lint`: report problems in specs without running them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from qa_sync.checklist.lint.findings import findings_of
from qa_sync.checklist.lint.lint_result import LintedSpec, LintResult
from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.dataflow.model import Severity
from qa_sync.modes.documents import known_connectors_of, read_each
from qa_sync.reports.documents import lint_json, lint_text, sarif
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.page_options import NARROWEST, OutputOptions


def _text(result: LintResult) -> str:
    return lint_text.render(result, _terminal())


FORMATS: Mapping[str, Callable[[LintResult], str]] = {
    "text": _text,
    "json": lint_json.render,
    "sarif": sarif.render,
}
"""The output formats."""


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", help="Output format.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default=Severity.ERROR.value,
    show_default=True,
    help="Lowest severity that sets exit code 1.",
)
@config_option
def lint(specs: tuple[str, ...], format_: str, fail_on: str, config: Path | None) -> int:
    """Report problems in each SPEC, with file and line.

    A SPEC is a file, a folder (all .txt and .rst files in it), a pattern, or - for standard input. Specs of both
    directions given together are also compared with each other.

    \b
    qa-sync lint specs/
    qa-sync lint specs/000.txt --format json --fail-on warning
    qa-sync lint 'specs/**/*.rst' --format sarif > lint.sarif

    Exit codes: 0 no finding at or above --fail-on; 1 at least one; 2 a spec could not be read.
    """
    settings = settings_from(config)
    dataflows, problems = read_each(specs)
    cards = {label: connector.cards for label, connector in known_connectors_of(dataflows, settings).items()}
    documents = map(LintedSpec, dataflows, findings_of(dataflows, cards))
    result = LintResult(tuple(documents), problems, Severity(fail_on))
    click.echo(FORMATS[format_](result), nl=False)
    for problem in result.unreadable:
        click.echo(escape_invisible(f"Error: {problem}", lines=True), err=True)
    return result.exit_code


def _terminal() -> OutputOptions | None:
    """Return the options for the terminal, None when standard output is not a terminal."""
    if not sys.stdout.isatty():
        return None
    width = shutil.get_terminal_size().columns
    return OutputOptions(max(NARROWEST, width), sys.stdout.encoding or "utf-8")
