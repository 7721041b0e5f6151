"""`qa-sync sync`: carry a document out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event

import click

from qa_sync.cli.confirm import confirm_sync, is_interactive, yes_option
from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.cli.options.faults import fault_options
from qa_sync.cli.sync_output import FORMATS, SyncOutput
from qa_sync.errors import NoVerdict, SystemUnreachable, UsageError
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_named
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import labels_of
from qa_sync.modes.live_systems.write_permissions import read_only_reason
from qa_sync.modes.sync import LINKS, open_sync, stopped_by_signals
from qa_sync.settings.value_types import DURATION_VALUE
from qa_sync.sync.dry_run import PlannedWrite
from qa_sync.sync.engine import Engine

PROBLEMS_LEFT = 1
NO_VERDICT = 3


@click.command()
@click.argument("spec", metavar="SPEC")
@click.option("--once", is_flag=True, help="Run one cycle; the default.")
@click.option("--watch", metavar="TIME", help="Run a cycle every TIME (10s, 2min) until Ctrl-C or SIGTERM.")
@click.option("--dry-run", is_flag=True, help="Write nothing; tell what would be written.")
@click.option("--section", "sections", multiple=True, metavar="NAME", help="A section by number or heading only.")
@click.option("--links", type=click.Path(path_type=Path), metavar="PATH", show_default=str(LINKS), help="The store.")
@click.option("--moved", is_flag=True, help="The systems of the links are the same ones at new addresses.")
@yes_option
@fault_options
@config_option
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="How it is told."
)
def sync(
    spec: str,
    once: bool,
    watch: str | None,
    dry_run: bool,
    sections: tuple[str, ...],
    links: Path | None,
    moved: bool,
    yes: bool,
    faults: tuple[str, ...],
    config: Path | None,
    format_: str,
) -> int:
    """Carry SPEC out between the systems of qa-sync.toml, now or again and again.

    Links and what was synced last are kept in a store, so that the next run goes on where this one ended, however it
    ended. Nothing is written to a system whose settings do not say writes = true. Standard output has one line a cycle,
    with --dry-run one for each write before it (--format json: one object a line); problems go to standard error. On a
    terminal it tells first how much it would write where, and asks, unless --yes is given.

    \b
    qa-sync sync specs/000.txt --dry-run
    qa-sync sync specs/000.txt --watch 10s

    Exit codes: 0 all is in sync; 1 problems are left; 2 the call, the document or the settings are wrong; 3 a system
    could not be reached, a list not be read, or the cycle was interrupted. --watch goes on over problems and
    unreachable systems; its code is that of the last whole cycle.
    """
    if watch and (once or dry_run):
        raise UsageError("--watch goes with neither --once nor --dry-run")
    every_s = _seconds(watch) if watch else None
    settings = settings_from(config)
    dataflows = read_named([spec])
    if len(dataflows) != 1:
        raise UsageError(f"{spec} means {len(dataflows)} documents", hint="carry them out one by one")
    connectors = connectors_of(dataflows, settings)
    dataflows = apply_configured_pairs(dataflows, connectors, settings)
    job = Job(dataflows, connectors, Path(), faults=faults, settings=settings)
    output: SyncOutput = FORMATS[format_]()
    if not (yes or dry_run) and is_interactive() and _check_writable(job):
        confirm_sync(_count_writes(job, links, sections, moved), watching=every_s is not None)
    rehearse = output.write if dry_run else None
    with (
        stopped_by_signals() as stop,
        open_sync(job, links, sections, stop, dry_run=rehearse, moved=moved) as worked,
    ):
        for why in worked.read_only_reasons:
            click.echo(why, err=True)
        cycle = partial(_cycle, worked.engine, output)
        return cycle() if every_s is None else _watch(cycle, every_s, stop)


def _check_writable(job: Job) -> bool:
    return not all(read_only_reason(job.settings, label) for label in labels_of(job.dataflows))


def _count_writes(job: Job, links: Path | None, sections: Sequence[str], moved: bool) -> Counter[tuple[str, str]]:
    """Return how much a cycle would write, by system and what is done there."""
    counted: Counter[tuple[str, str]] = Counter()

    def count(planned: PlannedWrite) -> None:
        own = job.settings.system(planned.system)
        where = f"{planned.system} ({own.url})" if own else planned.system
        counted[where, f"{planned.entity} {'changed' if planned.id else 'created'}"] += 1

    with open_sync(job, links, sections, Event(), dry_run=count, moved=moved) as worked:
        worked.engine.cycle()
    return counted


def _cycle(engine: Engine, output: SyncOutput) -> int:
    summary = engine.cycle()
    output.cycle(summary)
    if not summary.complete:
        raise NoVerdict("interrupted between two writes; the next run goes on from here")
    if summary.cut:
        return NO_VERDICT
    return PROBLEMS_LEFT if summary.problems else 0


def _watch(cycle: Callable[[], int], every_s: float, stop: Event) -> int:
    """Run cycles until told to stop; what cannot be reached now may be later."""
    code = NO_VERDICT
    while True:
        try:
            code = cycle()
        except SystemUnreachable as error:
            click.echo(f"Error: {error}", err=True)
            code = NO_VERDICT
        except NoVerdict:
            if not stop.is_set():
                raise
            return code
        if stop.wait(every_s):
            return code


def _seconds(text: str) -> float:
    try:
        every_s = float(DURATION_VALUE.read(text))
    except ValueError:
        raise UsageError(f"--watch {text}: expected {DURATION_VALUE.expected}") from None
    if not every_s:
        raise UsageError(f"--watch {text}: the systems would be asked without a pause")
    return every_s
