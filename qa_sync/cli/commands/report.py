"""`qa-sync report`: write reports from the JSON results of an earlier run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from qa_sync.cli.options.report_targets import annotations_option, open_option, parse_targets, write_reports
from qa_sync.cli.results_file import read_results, source_lines
from qa_sync.reports.formats.table import FORMATS
from qa_sync.reports.shared.merge_results import merge_results
from qa_sync.reports.terminal.terminal import Color, Terminal
from qa_sync.running.results import Results


@click.command()
@click.argument("results", nargs=-1, required=True, metavar="RESULTS.json...")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help=f"Write a report ({', '.join(FORMATS)}) to PATH or standard output; by default print to the terminal.",
)
@annotations_option
@open_option
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use color in the terminal report.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only failures and errors.")
@click.option("-v", "--verbose", is_flag=True, help="Print a line per check, every reason, and full values.")
def report(
    results: tuple[str, ...],
    reports: tuple[str, ...],
    annotations: str | None,
    open_: bool,
    color: Color,
    quiet: bool,
    verbose: bool,
) -> int:
    """Write reports from the JSON results of earlier runs.

    RESULTS.json is a JSON report (`--report json`), or - for standard input. No check is run; neither the specs nor
    the systems are needed. Several files, such as those of shards, are merged: a check that stands in two is that of
    the newer run. The exit code is 0 when the reports were written, even if they contain failures.

    \b
    qa-sync check specs/000.txt --report json=results.json
    qa-sync report results.json --report html=report.html --report junit=junit.xml
    qa-sync report shard-1.json shard-2.json --report html=report.html
    """
    targets = parse_targets(reports, results)
    loaded = _merged(results)
    if not (targets or open_):
        terminal = Terminal(sys.stdout, sys.stderr, color=color, quiet=quiet, verbose=verbose)
        terminal.report(loaded, source_lines(loaded))
    write_reports(loaded, targets, annotations, quiet=quiet)
    if open_:
        from qa_sync.cli.open_page import open_page  # noqa: PLC0415 - few ask for it

        open_page(loaded, targets)
    return 0


def _merged(paths: Sequence[str]) -> Results:
    """Return the results of all files as one; says how many checks stand in several."""
    runs = [read_results(path) for path in dict.fromkeys(paths)]
    if len(runs) == 1:
        return runs[0]
    merged = merge_results(runs)
    if merged.replaced:
        click.echo(f"results of a newer run replace those of {merged.replaced} checks", err=True)
    return merged.results
