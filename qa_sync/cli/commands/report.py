"""`qa-sync report`: write reports from the JSON results of an earlier run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import click

from qa_sync.cli.options.report_targets import Target, annotations_option, open_option, parse_targets, write_reports
from qa_sync.cli.results_file import STDIN, read_results, source_lines
from qa_sync.errors import UsageError
from qa_sync.reports.formats.table import FORMATS
from qa_sync.reports.history.merge_results import merge_results
from qa_sync.reports.terminal.terminal import Color, Terminal
from qa_sync.running.results import Results


class ReportCommand(click.Command):
    """A command whose option `--serve` may be followed by a port, or directly by a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; `--serve results.json` is `--serve 0 results.json`."""
        for at in [n for n, word in enumerate(args) if word == "--serve"]:
            if at + 1 < len(args) and not args[at + 1].lstrip("-").isdecimal():
                args[at] = "--serve=0"
        return super().parse_args(ctx, args)


@click.command(cls=ReportCommand)
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
    "--serve",
    type=click.IntRange(0, 65535),
    is_flag=False,
    flag_value=0,
    metavar="[PORT]",
    help="Serve the HTML report on this machine until Ctrl-C, or until the run that writes RESULTS.json ends.",
)
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
    serve: int | None,
    color: Color,
    quiet: bool,
    verbose: bool,
) -> int:
    """Write reports from the JSON results of earlier runs.

    RESULTS.json is a JSON report (`--report json`), or - for standard input. No check is run; neither the specs nor
    the systems are needed. Several files, such as those of shards, are merged: a check that stands in two is that of
    the newer run. With --serve, the page shows the results so far of a run that goes on. The exit code is 0 when the
    reports were written, even if they contain failures.

    \b
    qa-sync check specs/000.txt --report json=results.json
    qa-sync report results.json --report html=report.html --report junit=junit.xml
    qa-sync report shard-1.json shard-2.json --report html=report.html
    qa-sync report results.json --serve 8080
    """
    targets = parse_targets(reports, results)
    if serve is not None:
        _serve(results, targets, serve, open_=open_)
        return 0
    loaded = _merged(results)
    if not (targets or open_):
        terminal = Terminal(sys.stdout, sys.stderr, color=color, quiet=quiet, verbose=verbose)
        terminal.report(loaded, source_lines(loaded))
    write_reports(loaded, targets, annotations, quiet=quiet)
    if open_:
        from qa_sync.cli.open_page import open_page  # noqa: PLC0415 - few ask for it

        open_page(loaded, targets)
    return 0


def _serve(paths: Sequence[str], targets: Sequence[Target], port: int, *, open_: bool) -> None:
    """Serve the page of results that may not be there yet; raises UsageError when they are no results."""
    from qa_sync.cli.serve_page import serve_results  # noqa: PLC0415 - few ask for it

    if targets:
        raise UsageError("--serve shows the HTML report: not with --report", hint="write it with another command")
    if STDIN in paths:
        raise UsageError("--serve reads the results again when they change: not from standard input")
    serve_results(paths, partial(_merged, paths, tell=False), port, open_=open_)


def _merged(paths: Sequence[str], *, tell: bool = True) -> Results:
    """Return the results of all files as one; with `tell`, says how many checks stand in several."""
    runs = [read_results(path) for path in dict.fromkeys(paths)]
    if len(runs) == 1:
        return runs[0]
    merged = merge_results(runs)
    if tell and merged.replaced:
        click.echo(f"results of a newer run replace those of {merged.replaced} checks", err=True)
    return merged.results
