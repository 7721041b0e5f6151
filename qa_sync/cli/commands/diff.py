"""`qa-sync diff`: compare the results of two runs."""

from __future__ import annotations

import click

from qa_sync.cli.results_file import STDIN, read_results
from qa_sync.errors import UsageError
from qa_sync.reports.history.compare_runs import compare
from qa_sync.reports.history.compare_runs_text import render


@click.command()
@click.argument("old", metavar="OLD.json")
@click.argument("new", metavar="NEW.json")
def diff(old: str, new: str) -> int:
    """Compare the results of two runs: newly failing, fixed, new, removed and slower checks.

    Both files are JSON reports (`--report json`). A kind of check in a section is slower when its median latency grew
    by more than 1 s, by more than 20 %, and by more than three times its spread in OLD.

    \b
    qa-sync check specs/000.txt --report json=new.json
    qa-sync diff old.json new.json

    Exit codes: 0 nothing newly fails; 1 a check newly fails; 2 a file is invalid; 3 a check newly has no verdict.
    """
    if old == new == STDIN:
        raise UsageError("only one of the two files can be standard input")
    comparison = compare(read_results(old), read_results(new))
    click.echo(render(comparison), nl=False)
    return comparison.exit_code
