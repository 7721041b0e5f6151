"""`qa-sync diff`: two runs held against each other."""

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
    """Tell what newly fails, is fixed, is new, is gone or has become slower from one run to another.

    Both files are what `--report json` wrote. Slower is a section's kind of check whose median latency grew by more
    than 1 s, by more than 20 %, and by more than three times the spread that it had in OLD.

    \b
    qa-sync check specs/000.txt --report json=new.json
    qa-sync diff old.json new.json

    Exit codes: 0 nothing newly fails; 1 something does; 2 a file is wrong; 3 something can newly not be found out.
    """
    if old == new == STDIN:
        raise UsageError("only one of the two runs can come from standard input")
    found = compare(read_results(old), read_results(new))
    click.echo(render(found), nl=False)
    return found.exit_code
