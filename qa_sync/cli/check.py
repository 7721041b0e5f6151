"""`qa-sync check`: the main job."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from qa_sync.cli.ages import age_of
from qa_sync.cli.configured import config_option, settings_from
from qa_sync.cli.consent import agree, yes_option
from qa_sync.cli.last_failed import choose, failed_options, remember
from qa_sync.cli.leaving import leaving_well
from qa_sync.cli.targets import parse_targets, write_reports
from qa_sync.errors import UnknownName, UsageError
from qa_sync.modes.documents import connectors_of, read_named, settle
from qa_sync.modes.job import Job, Prepared
from qa_sync.modes.table import MODES, prepare
from qa_sync.reports.escape import visible
from qa_sync.reports.formats import FORMATS
from qa_sync.reports.terminal import Color, Terminal
from qa_sync.running.events import Event, Leftover, SectionFinished
from qa_sync.running.keep import Keep
from qa_sync.running.results import fold
from qa_sync.running.runner import Run, run

LONGEST_WAIT_S = 86_400.0
"""A day: whoever waits longer has mistyped."""
TIMEOUT_S = 120.0


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option(
    "--mode", help=f"Where to play: {', '.join(MODES)}.", metavar="MODE", show_default="replay; sandbox with --fault"
)
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Tell the built-in sync to misbehave.")
@click.option("--seed", help="The seed of the sample records.", show_default="of the recording")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, max=LONGEST_WAIT_S),
    show_default="of the settings, else 120",
    metavar="SECONDS",
    help="How long an arrival is waited for.",
)
@click.option(
    "--cassettes",
    type=click.Path(path_type=Path),
    default="cassettes",
    show_default=True,
    metavar="DIR",
    help="The folder of the recordings.",
)
@click.option(
    "--max-age",
    metavar="AGE",
    help="Trust no recording that is older than that: 30d, 12h.",
    show_default="all are trusted",
)
@click.option(
    "-j",
    "jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many sections run side by side.",
    show_default="8 live, 1 where nothing is waited for",
)
@click.option("-x", "first_only", is_flag=True, help="End at the first check that failed or could not be found out.")
@click.option(
    "--keep",
    type=click.Choice([keep.value for keep in Keep]),
    default=Keep.NEVER.value,
    show_default=True,
    help="When to leave live records where they are, for a person to look at.",
)
@click.option("--resume", is_flag=True, help="Take the last live run of the documents up where it was interrupted.")
@failed_options
@yes_option
@config_option
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help=f"Also report as {', '.join(FORMATS)}, to PATH or standard output.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour in the terminal report.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print no progress, and of the report only what is not well.")
def check(
    specs: tuple[str, ...],
    mode: str | None,
    faults: tuple[str, ...],
    seed: str | None,
    timeout_s: float | None,
    cassettes: Path,
    max_age: str | None,
    jobs: int | None,
    first_only: bool,
    keep: str,
    resume: bool,
    last_failed: bool,
    failed_first: bool,
    yes: bool,
    config: Path | None,
    reports: tuple[str, ...],
    color: Color,
    quiet: bool,
) -> int:
    """Carry the promises of each SPEC out and tell which hold.

    \b
    qa-sync check specs/000.txt
    qa-sync check specs/000.txt --mode sandbox --fault one-way
    qa-sync check specs/*.txt --report json --report junit=out.xml
    """
    if timeout_s is not None and math.isnan(timeout_s):
        raise UsageError("--timeout nan: expected a number of seconds")
    targets = parse_targets(reports, specs)
    mode = _mode(mode, faults)
    if max_age is not None and mode != "replay":
        raise UsageError(f"--max-age is about recordings, which --mode {mode} does not replay")
    if resume and (mode != "live" or seed is not None or last_failed):
        raise UsageError("--resume takes up a whole live run, with a seed of its own: not with --seed or --last-failed")
    settings = settings_from(config)
    dataflows = read_named(specs)
    connectors = connectors_of(dataflows, settings)
    dataflows = settle(dataflows, connectors, settings)
    timeout_s = next(t for t in (timeout_s, settings.sync.timeout_s, TIMEOUT_S) if t is not None)
    oldest = age_of(max_age) if max_age is not None else None
    job = Job(dataflows, connectors, cassettes, seed, timeout_s, faults, settings, oldest, Keep(keep), resume)
    prepared = prepare(mode, job)
    # The report makes room on standard output when another one goes there.
    out = sys.stderr if any(t.path is None for t in targets) else sys.stdout
    terminal = Terminal(out, sys.stderr, color=color, quiet=quiet)
    told = Run(
        mode,
        prepared.seed,
        prepared.started,
        time.perf_counter,
        jobs or prepared.side_by_side,
        first_only,
        prepared.stop,
    )
    with closing(prepared), leaving_well():
        chosen = choose(prepared.checklists, settings, mode, last_failed=last_failed, failed_first=failed_first)
        agree(prepared.writes(chosen.checklists), yes=yes)
        events: Iterator[Event] = chosen.told(run(chosen.checklists, prepared.open_stage, told))
        if prepared.hide:
            events = _hidden(events, prepared.hide)
        if chosen.ids is None:
            events = prepared.noted(events)
        results = fold(_heard(terminal.watch(events), prepared))
        left = prepared.sweep(results.leftovers)
    results = replace(results, recordings=prepared.recordings(), leftovers=left)
    terminal.report(results, _line_text)
    write_reports(results, targets)
    remember(results, settings)
    prepared.finish(results)
    return results.exit_code


def _hidden(events: Iterator[Event], hide: Callable[[str], str]) -> Iterator[Event]:
    from qa_sync.modes.hiding import hidden  # noqa: PLC0415 - a replay has nothing to hide, and must start fast

    return hidden(events, hide)


def _heard(events: Iterator[Event], prepared: Prepared) -> Iterator[Event]:
    """Pass events on; when the run ends before its time, remove what was made, and tell what could not be removed."""
    left: list[Leftover] = []
    try:
        for event in events:
            if isinstance(event, SectionFinished):
                left += event.leftovers
            yield event
    except (KeyboardInterrupt, Exception):
        for lost in prepared.sweep(left):
            told = f"left behind: {lost.system} {lost.entity} {lost.id}: {lost.why}"
            click.echo(visible(told), err=True)
        raise


def _mode(given: str | None, faults: tuple[str, ...]) -> str:
    mode = given or ("sandbox" if faults else "replay")
    if mode not in MODES:
        raise UnknownName("mode", mode, MODES)
    if faults and mode != "sandbox":
        raise UsageError(f"--fault needs --mode sandbox, got --mode {mode}")
    return mode


def _line_text(spec: str, line: int) -> str | None:
    try:
        lines = Path(spec).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return lines[line - 1] if 0 < line <= len(lines) else None
