"""`qa-sync history`: results over time, and when each sentence was last verified."""

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
@click.option("--coverage", "covered", is_flag=True, help="Show when each sentence was last verified.")
@click.option("--mode", help="Only runs in this mode.", show_default="mode of the newest run; all with --coverage")
@click.option(
    "--runs", type=click.IntRange(1, 200), default=30, show_default=True, metavar="N", help="Number of runs to show."
)
@config_option
def history(specs: tuple[str, ...], covered: bool, mode: str | None, runs: int, config: Path | None) -> int:
    """Show verdicts, flaky checks and latency over time, for each SPEC or for all specs.

    Runs are recorded in .qa-sync/history.sqlite, next to qa-sync.toml or in the working folder. `check --no-history`
    records nothing; runs in CI are recorded only with `check --history`.

    \b
    qa-sync history
    qa-sync history specs/000.txt --runs 10
    qa-sync history specs/000.txt --coverage
    """
    path = history_path(folder_of(settings_from(config)))
    kept = [v for v in read_verdicts(path) if not specs or v.spec in specs]
    if not kept:
        raise UsageError(
            f"no run {'of these specs ' if specs else ''}is recorded in {path}",
            hint="qa-sync check SPEC records one; give the same path as for that run",
        )
    mode = mode or (None if covered else kept[-1].mode)
    chosen = [v for v in kept if mode in {None, v.mode}]
    if not chosen:
        raise UsageError(
            f"no run in mode {mode!r} is recorded", hint=f"available: {', '.join(sorted({v.mode for v in kept}))}"
        )
    output = OutputOptions(max(NARROWEST, shutil.get_terminal_size().columns), sys.stdout.encoding or "utf-8")
    text = (
        render_coverage(coverage(_sentences(chosen), chosen), output)
        if covered
        else render_trends(chosen, runs, output)
    )
    click.echo(text, nl=False)
    return 0


def _sentences(kept: Sequence[Verdict]) -> Iterator[Sentence]:
    """Yield the sentences of the current specs; for a deleted spec, those of its last run."""
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
    """Return the lines of a section that make claims, each with the line that its checks refer to.

    Table rows carry the claims of their table; the sentence above it counts only when there are no rows, for the
    inferred pairs. A section that repeats another makes no claims.
    """
    if section.duplicate_of is not None:
        return []
    rows = {row.line for row in section.criteria} | {pair.line for pair in section.pairs if pair.line}
    lines = {line: line for line in rows}
    for statement in section.statements:
        if statement.kind is not StatementKind.PROPS:
            lines[statement.line] = statement.line
        elif not section.pairs:
            lines[statement.line] = section.table_line or statement.line
    return sorted(lines.items())
