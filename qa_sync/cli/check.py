"""`qa-sync check`: the main job."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from qa_sync.checklist.depth import Depth
from qa_sync.cli.configured import config_option, duration_of, settings_from
from qa_sync.cli.documents import connectors_of, read_named, settle
from qa_sync.cli.faults import fault_options
from qa_sync.cli.signing import answers
from qa_sync.cli.targets import parse_targets, write_reports
from qa_sync.errors import UnknownName, UsageError
from qa_sync.modes.job import Job
from qa_sync.modes.table import MODES, prepare
from qa_sync.reports.formats import FORMATS
from qa_sync.reports.terminal import Color, Terminal
from qa_sync.running.events import Event, Leftover, SectionFinished
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
@fault_options
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
    "-j",
    "jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many sections run side by side.",
    show_default="8 live, 1 where nothing is waited for",
)
@click.option(
    "--max-lag",
    metavar="TIME",
    help="How late an arrival may be, 60s for instance; later is a broken promise.",
    show_default="of the settings, else no promise",
)
@click.option(
    "--depth",
    type=click.Choice(list(Depth)),
    default=Depth.STANDARD,
    show_default=True,
    help="How deep to look.",
)
@click.option(
    "--sign-off",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A TOML file of what a person found out about manual checks.",
)
@click.option("--interactive", is_flag=True, help="Ask about each manual check.")
@click.option("-x", "first_only", is_flag=True, help="End at the first check that failed or could not be found out.")
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
    jobs: int | None,
    max_lag: str | None,
    depth: Depth,
    sign_off: Path | None,
    interactive: bool,
    first_only: bool,
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
    settings = settings_from(config)
    dataflows = read_named(specs)
    connectors = connectors_of(dataflows, settings)
    dataflows = settle(dataflows, connectors, settings)
    timeout_s = next(t for t in (timeout_s, settings.sync.timeout_s, TIMEOUT_S) if t is not None)
    lag_s = None if max_lag is None else duration_of(max_lag, "--max-lag")
    job = Job(dataflows, connectors, cassettes, seed, timeout_s, faults, settings, Depth(depth), lag_s)
    prepared = prepare(mode, job)
    # The report makes room on standard output when another one goes there.
    out = sys.stderr if any(t.path is None for t in targets) else sys.stdout
    terminal = Terminal(out, sys.stderr, color=color, quiet=quiet)
    told = Run(
        mode,
        prepared.seed,
        prepared.started,
        time.perf_counter,
        1 if interactive else jobs or prepared.side_by_side,
        first_only,
        prepared.stop,
        answers(sign_off, prepared.checklists, interactive=interactive),
    )
    with closing(prepared):
        results = fold(_heard(terminal.watch(run(prepared.checklists, prepared.open_stage, told))))
    terminal.report(results, _line_text)
    write_reports(results, targets)
    prepared.finish(results)
    return results.exit_code


def _heard(events: Iterator[Event]) -> Iterator[Event]:
    """Pass events on; when the run is interrupted, tell at once what could not be removed."""
    left: list[Leftover] = []
    try:
        for event in events:
            if isinstance(event, SectionFinished):
                left += event.leftovers
            yield event
    except KeyboardInterrupt:
        for lost in left:
            click.echo(f"left behind: {lost.system} {lost.entity} {lost.id}: {lost.why}", err=True)
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
