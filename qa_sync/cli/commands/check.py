"""`qa-sync check`: the main job."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from qa_sync.checklist.selection import Selection
from qa_sync.cli.confirm import agree, yes_option
from qa_sync.cli.options.baseline import excuses
from qa_sync.cli.options.check_options import (
    GROUPS,
    Knowing,
    Playing,
    Signing,
    Telling,
    Waiting,
    knowing_options,
    playing_options,
    signing_options,
    telling_options,
    waiting_options,
)
from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.cli.options.history import remember
from qa_sync.cli.options.last_failed import choose, failed_options, note_failed
from qa_sync.cli.options.option_groups import GroupedCommand
from qa_sync.cli.options.report_targets import Target, parse_targets, texts_of, write_reports
from qa_sync.cli.options.selection import changed_only, narrow, selection_options
from qa_sync.cli.options.shell_completion import files
from qa_sync.cli.options.sign_off import answers
from qa_sync.cli.signals import leaving_well
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import UsageError
from qa_sync.modes.documents import connectors_of, read_named, settle
from qa_sync.modes.job import Job, Prepared
from qa_sync.modes.table import prepare
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.environment import Keep
from qa_sync.running.events import Event, Leftover, SectionFinished
from qa_sync.running.filter import filter_events
from qa_sync.running.results import collect_results, with_texts
from qa_sync.running.runner import RunConfig, run
from qa_sync.settings.model import Settings

TIMEOUT_S = 120.0


@click.command(cls=GroupedCommand, groups=GROUPS)
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=files)
@playing_options
@config_option
@selection_options
@click.option("-x", "first_only", is_flag=True, help="End at the first check that failed or could not be found out.")
@waiting_options
@click.option(
    "--keep",
    type=click.Choice([keep.value for keep in Keep]),
    default=Keep.NEVER.value,
    show_default=True,
    help="When to leave live records where they are, for a person to look at.",
)
@yes_option
@click.option("--resume", is_flag=True, help="Take the last live run of the documents up where it was interrupted.")
@failed_options
@signing_options
@telling_options
@knowing_options
def check(
    specs: tuple[str, ...],
    playing: Playing,
    config: Path | None,
    selection: Selection,
    changed_since: str | None,
    first_only: bool,
    waiting: Waiting,
    keep: str,
    yes: bool,
    resume: bool,
    last_failed: bool,
    failed_first: bool,
    signing: Signing,
    telling: Telling,
    knowing: Knowing,
) -> int:
    """Carry the promises of each SPEC out and tell which hold.

    \b
    qa-sync check specs/000.txt
    qa-sync check specs/000.txt -k 'create and not orders'
    qa-sync check specs/000.txt --mode sandbox --fault one-way
    qa-sync check specs/000.txt --mode live --max-lag 60s --keep on-failure
    qa-sync check specs/*.txt --report json --report junit=out.xml

    Exit codes: 0 every check that ran passed; 1 a promise does not hold; 2 the call, the document or the settings are
    wrong; 3 something could not be found out.
    """
    targets = parse_targets(telling.reports, specs)
    excused = excuses(knowing.baseline)
    if resume and (playing.mode != "live" or playing.seed is not None or last_failed):
        raise UsageError("--resume takes up a whole live run, with a seed of its own: not with --seed or --last-failed")
    settings = settings_from(config)
    dataflows = changed_only(read_named(specs), settings, changed_since)
    texts = texts_of(d.path for d in dataflows)  # before the run, which may take long
    job = replace(_job(dataflows, settings, playing, waiting), keep=Keep(keep), resume=resume)
    prepared, ids = narrow(prepare(playing.mode, job), selection, recorded=playing.mode == "replay")
    terminal = _terminal(telling, targets)
    for note in prepared.notes:
        click.echo(f"note: {note}", err=True)
    with closing(prepared), leaving_well():
        chosen = choose(prepared.checklists, settings, playing.mode, last_failed=last_failed, failed_first=failed_first)
        agree(prepared.writes(chosen.checklists), yes=yes)
        prepared.begin()
        told = _run(playing.mode, prepared, waiting, signing, first_only=first_only)
        events: Iterator[Event] = chosen.told(run(chosen.checklists, prepared.open_environment, told))
        if prepared.redact:
            events = _hidden(events, prepared.redact)
        if ids is not None:
            events = filter_events(events, ids)
        if ids is None and chosen.ids is None:
            events = prepared.noted(events)
        results = collect_results(_heard(terminal.watch(events), prepared))
        left = _swept(prepared, results.leftovers)
    results = excused(replace(results, recordings=prepared.recordings(), leftovers=left))
    terminal.report(results, _line_text)
    write_reports(with_texts(results, texts), targets, telling.annotations)
    prepared.finish(results)
    note_failed(results, settings)
    remember(results, settings, texts, knowing.history)
    return results.exit_code


def _job(dataflows: Sequence[Dataflow], settings: Settings, playing: Playing, waiting: Waiting) -> Job:
    connectors = connectors_of(dataflows, settings)
    return Job(
        settle(dataflows, connectors, settings),
        connectors,
        playing.cassettes,
        playing.seed,
        next(t for t in (waiting.timeout_s, settings.sync.timeout_s, TIMEOUT_S) if t is not None),
        playing.faults,
        settings,
        max_age=playing.oldest,
        depth=playing.depth,
        max_lag_s=waiting.lag_s,
    )


def _terminal(telling: Telling, targets: Sequence[Target]) -> Terminal:
    """Return the terminal; its report makes room on standard output when another one goes there."""
    out = sys.stderr if any(t.path is None for t in targets) else sys.stdout
    return Terminal(out, sys.stderr, color=telling.color, quiet=telling.quiet, verbose=telling.verbose)


def _run(mode: str, prepared: Prepared, waiting: Waiting, signing: Signing, *, first_only: bool) -> RunConfig:
    return RunConfig(
        mode,
        prepared.seed,
        prepared.started,
        time.perf_counter,
        1 if signing.interactive else waiting.jobs or prepared.parallel_sections,
        first_only,
        prepared.stop,
        answers(signing.sign_off, prepared.checklists, interactive=signing.interactive),
    )


def _hidden(events: Iterator[Event], redact: Callable[[str], str]) -> Iterator[Event]:
    from qa_sync.modes.live_systems.redact_events import hidden  # noqa: PLC0415 - a replay has nothing to hide, and must start fast

    return hidden(events, redact)


def _heard(events: Iterator[Event], prepared: Prepared) -> Iterator[Event]:
    """Pass events on; when the run ends before its time, remove what was made, and tell what could not be removed."""
    left: list[Leftover] = []
    try:
        for event in events:
            if isinstance(event, SectionFinished):
                left += event.leftovers
            yield event
    except (KeyboardInterrupt, Exception):
        _tell_left(prepared.sweep(left))
        raise


def _swept(prepared: Prepared, left: Sequence[Leftover]) -> tuple[Leftover, ...]:
    """Remove what is still there at the end; an interruption of that is the first signal, so it is done once more."""
    try:
        return prepared.sweep(left)
    except KeyboardInterrupt:
        _tell_left(prepared.sweep(left))
        raise


def _tell_left(left: Sequence[Leftover]) -> None:
    for lost in left:
        click.echo(escape_invisible(f"left behind: {lost.system} {lost.entity} {lost.id}: {lost.why}"), err=True)


def _line_text(spec: str, line: int) -> str | None:
    try:
        lines = Path(spec).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return lines[line - 1] if 0 < line <= len(lines) else None
