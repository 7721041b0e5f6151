"""`qa-sync report`: what a run found, told again in another form."""

from __future__ import annotations

import sys

import click

from qa_sync.cli.options.report_targets import annotations_option, parse_targets, write_reports
from qa_sync.cli.results_file import read_results, source_lines
from qa_sync.reports.formats.table import FORMATS
from qa_sync.reports.terminal.terminal import Color, Terminal


@click.command()
@click.argument("results", metavar="RESULTS.json")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help=f"Report as {', '.join(FORMATS)}, to PATH or standard output; without it, on the terminal.",
)
@annotations_option
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour in the terminal report.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only what is not well.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Give every check a row, repeat every reason, and show whole values."
)
def report(
    results: str, reports: tuple[str, ...], annotations: str | None, color: Color, quiet: bool, verbose: bool
) -> int:
    """Tell again what a run found; RESULTS.json is what `--report json` wrote (`-`: standard input).

    Nothing is run, and neither the documents nor the systems are needed. The exit code is 0 when it could be told,
    whatever was found.

    \b
    qa-sync check specs/000.txt --report json=results.json
    qa-sync report results.json --report html=report.html --report junit=junit.xml
    """
    targets = parse_targets(reports, [results])
    found = read_results(results)
    if not targets:
        terminal = Terminal(sys.stdout, sys.stderr, color=color, quiet=quiet, verbose=verbose)
        terminal.report(found, source_lines(found))
    write_reports(found, targets, annotations)
    return 0
