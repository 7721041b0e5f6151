"""`qa-sync history`: how checks behaved from run to run, and what was last verified when."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.cli.options.history import folder_of
from qa_sync.cli.options.report_targets import texts_of
from qa_sync.dataflow.model import Section, StatementKind
from qa_sync.errors import UsageError
from qa_sync.modes.documents import read_each
from qa_sync.reports.history.store import Verdict, history_path, read_verdicts
from qa_sync.reports.history.text import render_coverage, render_trends
from qa_sync.reports.history.trends import Sentence, coverage
from qa_sync.reports.shared.page_options import NARROWEST, OutputOptions


@click.command()
@click.argument("specs", nargs=-1, metavar="[SPEC...]")
@click.option("--coverage", "covered", is_flag=True, help="Tell when each sentence was last verified.")
@click.option("--mode", help="Only runs of this mode.", show_default="that of the newest run; all with --coverage")
@click.option(
    "--runs", type=click.IntRange(1, 200), default=30, show_default=True, metavar="N", help="How many runs are shown."
)
@config_option
def history(specs: tuple[str, ...], covered: bool, mode: str | None, runs: int, config: Path | None) -> int:
    """Show how checks behaved from run to run: verdicts, flakiness and latency; of each SPEC, or of all that were run.

    Runs are kept in .qa-sync/history.sqlite, beside qa-sync.toml or in the working folder (`check --no-history` keeps
    none, and neither do runs in CI, unless told to with `--history`).

    \b
    qa-sync history
    qa-sync history specs/000.txt --runs 10
    qa-sync history specs/000.txt --coverage
    """
    path = history_path(folder_of(settings_from(config)))
    kept = [v for v in read_verdicts(path) if not specs or v.spec in specs]
    if not kept:
        raise UsageError(
            f"no run {'of these documents ' if specs else ''}is kept in {path}",
            hint="qa-sync check SPEC keeps one; a document is named as it was then",
        )
    mode = mode or (None if covered else kept[-1].mode)
    chosen = [v for v in kept if mode in {None, v.mode}]
    if not chosen:
        raise UsageError(
            f"no run of mode {mode!r} is kept", hint=f"there are: {', '.join(sorted({v.mode for v in kept}))}"
        )
    output = OutputOptions(max(NARROWEST, shutil.get_terminal_size().columns), sys.stdout.encoding or "utf-8")
    told = (
        render_coverage(coverage(_sentences(chosen), chosen), output)
        if covered
        else render_trends(chosen, runs, output)
    )
    click.echo(told, nl=False)
    return 0


def _sentences(kept: Sequence[Verdict]) -> Iterator[Sentence]:
    """Yield what the documents say today; of one that is gone, what its last run knew."""
    for spec in dict.fromkeys(v.spec for v in kept):
        (dataflows, problems), texts = read_each([spec]), texts_of([spec])
        if problems or spec not in texts:
            last = max(v.run for v in kept if v.spec == spec)
            known = {(v.line, v.section): v.sentence for v in kept if v.spec == spec and v.run == last}
            yield from (Sentence(spec, key, line, text, text) for (line, key), text in sorted(known.items()))
            continue
        lines = ["", *(line.strip() for line in texts[spec].splitlines())]
        for section in dataflows[0].sections:
            yield from (Sentence(spec, section.key, at, lines[at], lines[by]) for at, by in _claims(section))


def _claims(section: Section) -> list[tuple[int, int]]:
    """Return where a section makes claims, and at which line their checks stand.

    Rows make the claims of their table, so that the sentence above it makes none of its own, unless there are no rows:
    then it stands for the pairs that are inferred. A section that repeats another makes none.
    """
    if section.duplicate_of is not None:
        return []
    rows = {row.line for row in section.criteria} | {pair.line for pair in section.pairs if pair.line}
    found = {line: line for line in rows}
    for statement in section.statements:
        if statement.kind is not StatementKind.PROPS:
            found[statement.line] = statement.line
        elif not section.pairs:
            found[statement.line] = section.table_line or statement.line
    return sorted(found.items())
