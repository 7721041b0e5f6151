"""`qa-sync check`: run the checks of specs and report the results."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from qa_sync.checklist.model import Checklist
from qa_sync.checklist.selection import CheckId, Selection
from qa_sync.cli.confirm import confirm_writes, yes_option
from qa_sync.cli.interrupted import results_of, results_so_far, stop_run
from qa_sync.cli.notice import notify
from qa_sync.cli.options.baseline import load_baseline
from qa_sync.cli.options.check_options import (
    GROUPS,
    HistoryOptions,
    ReportOptions,
    RunOptions,
    SignOffOptions,
    WaitOptions,
    add_history_options,
    add_report_options,
    add_run_options,
    add_sign_off_options,
    add_wait_options,
)
from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.cli.options.history import compared_to_earlier, save_history
from qa_sync.cli.options.last_failed import (
    WHOLE_SECTION_MODES,
    Selected,
    check_resume,
    failed_options,
    save_failed,
    select_last_failed,
)
from qa_sync.cli.options.option_groups import GroupedCommand
from qa_sync.cli.options.report_targets import Target, parse_targets, source_lines, texts_of, write_reports
from qa_sync.cli.options.rerun import typed_options
from qa_sync.cli.options.selection import apply_selection, changed_only, narrow_by, selection_options
from qa_sync.cli.options.shell_completion import complete_files
from qa_sync.cli.options.sign_off import sign_off_source
from qa_sync.cli.signals import graceful_shutdown
from qa_sync.dataflow.model import Dataflow
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_named
from qa_sync.modes.job import Job, PreparedRun
from qa_sync.modes.table import prepare
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.collect_results import RunSoFar
from qa_sync.running.environment import Keep
from qa_sync.running.events import Event
from qa_sync.running.records.cleanup import count_undeleted
from qa_sync.running.results import Results, with_texts
from qa_sync.running.runner import RunConfig, run
from qa_sync.settings.model import Settings
from qa_sync.spill import MOST_IN_MEMORY, SpillFile

if TYPE_CHECKING:
    from qa_sync.modes.live_systems.planned_time import PlannedTime

TIMEOUT_S = 120.0


@click.command(cls=GroupedCommand, groups=GROUPS)
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_files)
@add_run_options
@config_option
@selection_options
@click.option("-x", "first_only", is_flag=True, help="Stop at the first failure or error.")
@add_wait_options
@click.option(
    "--keep",
    type=click.Choice([keep.value for keep in Keep]),
    default=Keep.NEVER.value,
    show_default=True,
    help="When to keep the live records for inspection instead of removing them.",
)
@yes_option
@click.option("--resume", is_flag=True, help="Resume the last interrupted live run of these specs.")
@failed_options
@add_sign_off_options
@add_report_options
@add_history_options
def check(
    specs: tuple[str, ...],
    run_options: RunOptions,
    config: Path | None,
    selection: Selection,
    changed_since: str | None,
    first_only: bool,
    wait_options: WaitOptions,
    keep: str,
    yes: bool,
    resume: bool,
    last_failed: bool,
    failed_first: bool,
    sign_off_options: SignOffOptions,
    report_options: ReportOptions,
    history_options: HistoryOptions,
) -> int:
    """Run the checks of each SPEC and report which pass.

    \b
    qa-sync check specs/000.txt
    qa-sync check specs/000.txt -k 'create and not orders'
    qa-sync check specs/000.txt --mode sandbox --fault one-way
    qa-sync check specs/000.txt --mode live --max-lag 60s --keep on-failure
    qa-sync check specs/*.txt --report json --report junit=out.xml

    Exit codes: 0 every check that ran passed; 1 a check failed; 2 the command line, a spec or the settings are
    invalid; 3 a check has no verdict.
    """
    targets = parse_targets(report_options.reports, specs)
    if resume:
        check_resume(run_options.mode, run_options.seed, last_failed=last_failed)
    settings = settings_from(config)
    dataflows = changed_only(read_named(specs), settings, changed_since)
    if not dataflows:
        click.echo(f"nothing to check: no spec and no connector changed since {changed_since}", err=True)
        return 0
    excused = load_baseline(history_options.baseline, [dataflow.path for dataflow in dataflows])
    texts = texts_of(d.path for d in dataflows)  # before the run, which may take long
    job = _job(dataflows, settings, run_options, wait_options)
    job = replace(job, keep=Keep(keep), resume=resume, narrow=narrow_by(selection))
    recorded = run_options.mode in WHOLE_SECTION_MODES
    prepared, ids = apply_selection(prepare(run_options.mode, job), selection, recorded=recorded)
    click.get_current_context().call_on_close(prepared.release)
    terminal = _terminal(report_options, targets)
    for note in prepared.notes:
        click.echo(escape_invisible(f"note: {note}", lines=True), err=True)
    ran = datetime.now(UTC).replace(microsecond=0)
    with graceful_shutdown(partial(stop_run, prepared)), closing(prepared):
        chosen = select_last_failed(
            prepared.checklists, settings, run_options.mode, last_failed=last_failed, failed_first=failed_first
        )
        time_of = partial(_planned_time, job, prepared, chosen.checklists, wait_options)
        confirm_writes(prepared.writes(chosen.checklists), yes=yes, resume=resume, time=time_of)
        prepared.begin(chosen.checklists)
        run_config = _run_config(run_options.mode, prepared, wait_options, sign_off_options, first_only=first_only)
        narrow = partial(_selected, chosen, ids)
        events = run(chosen.checklists, prepared.open_environment, run_config)
        shown = narrow(_redacted(events, prepared.redact) if prepared.redact else events)
        if ids is None and chosen.ids is None:
            shown = prepared.recorded(shown)
        head = partial(replace, ran=ran, options=typed_options())
        so_far = RunSoFar(SpillFile() if len(chosen.checklists) > MOST_IN_MEMORY else None)
        click.get_current_context().call_on_close(so_far.close)
        shown = results_so_far(shown, so_far, targets, chosen.checklists, partial(_completed, head, texts), narrow)
        results = results_of(terminal.follow(shown), so_far, prepared, chosen.checklists, run_config, narrow)
    undeleted = count_undeleted(results.leftovers, job.cards)
    results = excused(replace(head(results), undeleted=undeleted, recordings=prepared.recordings()))
    baseline, history = history_options.baseline, history_options.history
    results = compared_to_earlier(results, settings, history, has_baseline=baseline is not None)
    terminal.report(results, source_lines(texts))
    write_reports(with_texts(results, texts), targets, report_options.annotations, quiet=report_options.quiet)
    if report_options.open_:
        from qa_sync.cli.open_page import open_page  # noqa: PLC0415 - few ask for it

        open_page(with_texts(results, texts), targets)
    if not results.interrupted:
        prepared.finish(results)
    save_failed(results, settings)
    save_history(results, settings, texts, history_options.history)
    if results.interrupted:
        click.echo("Interrupted.", err=True)
    return results.exit_code


def _planned_time(
    job: Job, prepared: PreparedRun, checklists: Sequence[Checklist], wait_options: WaitOptions
) -> PlannedTime | None:
    from qa_sync.modes.live_systems.planned_time import planned_time  # noqa: PLC0415 - a replay writes nothing

    return planned_time(
        checklists,
        interval_s=job.settings.sync.interval_s,
        timeout_s=max(job.timeout_s, job.max_lag_s or 0.0),
        parallel=wait_options.jobs or prepared.parallel_sections,
    )


def _completed(head: Callable[[Results], Results], texts: Mapping[str, str], results: Results) -> Results:
    return with_texts(head(results), texts)


def _selected(chosen: Selected, ids: frozenset[CheckId] | None, events: Iterator[Event]) -> Iterator[Event]:
    """Return the events of the selected checks."""
    events = chosen.select_events(events)
    if ids is None:
        return events
    from qa_sync.running.filter import filter_events  # noqa: PLC0415 - most runs do not select

    return filter_events(events, ids)


def _job(dataflows: Sequence[Dataflow], settings: Settings, run_options: RunOptions, wait_options: WaitOptions) -> Job:
    connectors = connectors_of(dataflows, settings)
    return Job(
        apply_configured_pairs(dataflows, connectors, settings),
        connectors,
        run_options.cassettes,
        run_options.seed,
        next(t for t in (wait_options.timeout_s, settings.sync.timeout_s, TIMEOUT_S) if t is not None),
        run_options.faults,
        settings,
        max_age=run_options.max_recording_age,
        depth=run_options.depth,
        max_lag_s=wait_options.lag_s,
        notify=notify,
    )


def _terminal(report_options: ReportOptions, targets: Sequence[Target]) -> Terminal:
    """Return the terminal; its report goes to standard error when another report uses standard output."""
    out = sys.stderr if any(t.path is None for t in targets) else sys.stdout
    return Terminal(
        out, sys.stderr, color=report_options.color, quiet=report_options.quiet, verbose=report_options.verbose
    )


def _run_config(
    mode: str, prepared: PreparedRun, wait_options: WaitOptions, sign_off_options: SignOffOptions, *, first_only: bool
) -> RunConfig:
    return RunConfig(
        mode,
        prepared.seed,
        prepared.started,
        time.perf_counter,
        1 if sign_off_options.interactive else wait_options.jobs or prepared.parallel_sections,
        first_only,
        prepared.stop,
        sign_off_source(sign_off_options.sign_off, prepared.checklists, interactive=sign_off_options.interactive),
        prepared.is_silent,
        prepared.is_simulated,
        prepared.scenarios_of,
    )


def _redacted(events: Iterator[Event], redact: Callable[[str], str]) -> Iterator[Event]:
    from qa_sync.modes.live_systems.redact_events import redact_events  # noqa: PLC0415 - a replay has nothing to redact, and must start fast

    return redact_events(events, redact)
