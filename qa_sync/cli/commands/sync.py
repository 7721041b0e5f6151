"""`qa-sync sync`: run the synchronization that a spec describes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

import click

from qa_sync.cli.confirm import check_can_ask, confirm_sync, yes_option
from qa_sync.cli.notice import notify
from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.cli.options.faults import fault_options
from qa_sync.cli.options.selection import section_option
from qa_sync.cli.signals import stopped_by_signals
from qa_sync.cli.sync_output import FORMATS, SyncOutput
from qa_sync.clock import StopFlag
from qa_sync.errors import NoVerdict, SystemUnreachable, UnknownName, UsageError
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_named
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import labels_of
from qa_sync.modes.live_systems.planned_writes import announcements, describe_announcements
from qa_sync.modes.live_systems.write_permissions import read_only_reason
from qa_sync.modes.sync import LINKS, open_sync
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.settings.value_types import DURATION_VALUE
from qa_sync.sync.dry_run import PlannedWrite
from qa_sync.sync.engine import Engine
from qa_sync.sync.writer import AnnouncingWriter
from qa_sync.systems.cards import EntityCard, find_card

Announced: TypeAlias = tuple[str, EntityCard]
"""A system, and an entity of it that is written."""

PROBLEMS_LEFT = 1
NO_VERDICT = 3


@click.command()
@click.argument("spec", metavar="SPEC")
@click.option("--once", is_flag=True, help="Run one cycle. This is the default.")
@click.option("--watch", metavar="TIME", help="Run a cycle every TIME, such as 10s or 2min, until Ctrl-C or SIGTERM.")
@click.option("--dry-run", is_flag=True, help="Print the writes of one cycle without sending them.")
@section_option
@click.option("--links", type=click.Path(path_type=Path), metavar="PATH", show_default=str(LINKS), help="Link store.")
@click.option("--moved", is_flag=True, help="Accept new URLs for the systems in the link store.")
@yes_option
@fault_options
@config_option
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="Output format."
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
    """Sync the systems of qa-sync.toml as SPEC describes, once or repeatedly.

    The link store keeps the links between records and the values synced last, so the next run continues where this
    one ended, even after a crash. Only systems with `writes = true` in the settings are written to. The
    command first shows how many records it would write, which takes one more reading of the systems, and asks for
    confirmation, unless --yes is given; without a terminal, it writes only with --yes. What the systems send to people
    is said before the first write of each cycle.

    Standard output has one line per cycle, with --dry-run also one line per write (--format json: one JSON object per
    line). Problems go to standard error.

    \b
    qa-sync sync specs/000.txt --dry-run
    qa-sync sync specs/000.txt --watch 10s

    Exit codes: 0 everything is in sync; 1 problems remain; 2 the command line, the spec or the settings are invalid;
    3 a system was unreachable, a list could not be read, or the cycle was interrupted. --watch continues after
    problems and unreachable systems; its exit code is that of the last complete cycle.
    """
    if watch and (once or dry_run):
        other = "--once" if once else "--dry-run"
        raise UsageError(
            f"--watch cannot be combined with {other}",
            hint=f"--watch repeats the cycle until Ctrl-C, {other} ends after one: omit one of them",
        )
    every_s = _seconds(watch) if watch else None
    settings = settings_from(config)
    dataflows = read_named([spec])
    if len(dataflows) != 1:
        raise UsageError(f"{spec} matches {len(dataflows)} specs, expected one", hint="sync them one by one")
    connectors = connectors_of(dataflows, settings)
    dataflows = apply_configured_pairs(dataflows, connectors, settings)
    job = Job(dataflows, connectors, Path(), faults=faults, settings=settings, notify=notify)
    output: SyncOutput = FORMATS[format_]()
    announced: list[Announced] = []
    if not dry_run and _check_writable(job):
        if not yes:
            check_can_ask()
        with suppress(SystemUnreachable) if yes and every_s else nullcontext():  # the first cycle reports it
            announced = _confirm(job, partial(_count_writes, job, links, sections, moved), every_s, yes=yes)
    writer = AnnouncingWriter(_announce, [(system, card.announces) for system, card in announced])
    rehearse = output.write if dry_run else None
    with (
        stopped_by_signals() as stop,
        open_sync(
            job, links, sections, stop, writer=writer, dry_run=rehearse, moved=moved, preflight=every_s is None
        ) as worked,
    ):
        for reason in worked.read_only_reasons:
            click.echo(escape_invisible(reason), err=True)
        cycle = partial(_cycle, worked.engine, writer, output)
        return cycle() if every_s is None else _watch(cycle, every_s, stop)


def _confirm(
    job: Job, count: Callable[[], tuple[Counter[tuple[str, str]], list[Announced]]], every_s: float | None, *, yes: bool
) -> list[Announced]:
    """Print how many records would be written, and ask unless `yes`; return what was said about messages to people."""
    began = time.monotonic()
    writes, announced = count()
    reading_s = time.monotonic() - began
    announced += _all_cards(job) if every_s else ()
    confirm_sync(writes, announcements(announced), watching=every_s is not None, reading_s=reading_s, yes=yes)
    return announced


def _check_writable(job: Job) -> bool:
    return not all(read_only_reason(job.settings, label) for label in labels_of(job.dataflows))


def _count_writes(
    job: Job, links: Path | None, sections: Sequence[str], moved: bool
) -> tuple[Counter[tuple[str, str]], list[Announced]]:
    """Return the number of writes of a dry run, by system and by kind of write, and the cards of what is written."""
    counted: Counter[tuple[str, str]] = Counter()
    cards: dict[tuple[str, str], EntityCard] = {}

    def count(planned: PlannedWrite) -> None:
        own = job.settings.system(planned.system)
        where = f"{planned.system} ({own.url})" if own else planned.system
        counted[where, f"{planned.entity} {'changed' if planned.id else 'created'}"] += 1
        cards[planned.system, planned.entity] = find_card(job.cards[planned.system], planned.entity, planned.system)

    with open_sync(job, links, sections, StopFlag(), dry_run=count, moved=moved) as worked:
        worked.engine.cycle()
    return counted, [(system, card) for (system, _), card in cards.items()]


def _all_cards(job: Job) -> Iterator[tuple[str, EntityCard]]:
    """Yield the cards of all sections with their systems."""
    for end in (end for d in job.dataflows for section in d.sections for end in (section.source, section.target)):
        with suppress(KeyError, UnknownName):  # a section without a card is never written
            yield end.system, find_card(job.cards[end.system], end.entity, end.system)


def _announce(system: str, text: str) -> None:
    for line in describe_announcements([f"{system}: {text}"]):
        click.echo(escape_invisible(line), err=True)


def _cycle(engine: Engine, writer: AnnouncingWriter, output: SyncOutput) -> int:
    try:
        summary = engine.cycle()
    finally:
        writer.end_cycle()
    output.cycle(summary)
    if not summary.complete:
        raise NoVerdict("interrupted between two writes; the next run continues from here")
    if summary.cut:
        return NO_VERDICT
    return PROBLEMS_LEFT if summary.problems else 0


def _watch(cycle: Callable[[], int], every_s: float, stop: StopFlag) -> int:
    """Run cycles until `stop` is set; an unreachable system is tried again in the next cycle."""
    code = NO_VERDICT
    while True:
        try:
            code = cycle()
        except SystemUnreachable as error:
            click.echo(escape_invisible(f"Error: {error}", lines=True), err=True)
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
        raise UsageError(f"--watch {text}: the interval must be greater than 0")
    return every_s
