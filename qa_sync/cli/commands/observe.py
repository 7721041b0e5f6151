"""`qa-sync observe`: follow the real changes of two systems, and report which do not arrive. Writes to no system."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from qa_sync.cli.notice import notify
from qa_sync.cli.options.config import config_option, duration_of, settings_from
from qa_sync.cli.options.history import history_option, save_history
from qa_sync.cli.options.observe_outputs import observe_output_options
from qa_sync.cli.options.report_options import report_options
from qa_sync.cli.options.report_targets import Target, parse_targets, source_lines, texts_of, write_reports
from qa_sync.cli.options.selection import section_option, select_sections
from qa_sync.cli.signals import interrupted_by_signals
from qa_sync.errors import UsageError
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_named
from qa_sync.modes.job import Job
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.terminal.terminal import Color, Terminal
from qa_sync.running.collect_results import collect_results
from qa_sync.running.results import Results, with_texts


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("--every", default="30s", show_default=True, metavar="TIME", help="Read the lists every TIME.")
@click.option("--for", "duration", metavar="TIME", help="End after TIME, such as 24h; without it, at Ctrl-C.")
@click.option("--max-lag", default="5min", show_default=True, metavar="TIME", help="A change must arrive within TIME.")
@click.option(
    "--min-cases",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="Say so where fewer than N changes were decided.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="PATH",
    show_default=".qa-sync/observe.sqlite",
    help="File of the observation, which a later one continues.",
)
@click.option("--from-now", is_flag=True, help="Start over, and forget the state of an earlier observation.")
@click.option("--from", "start", metavar="STAMP", help="Follow changes since STAMP, such as 2026-12-01T08:00+01:00.")
@click.option(
    "--replay-case",
    "replay_cases",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Judge a case of --keep-cases again, by the SPEC of today and without the systems; repeatable.",
)
@observe_output_options
@section_option
@config_option
@report_options
@history_option
def observe(
    specs: tuple[str, ...],
    every: str,
    duration: str | None,
    max_lag: str,
    min_cases: int,
    state: Path | None,
    from_now: bool,
    start: str | None,
    sections: tuple[str, ...],
    config: Path | None,
    reports: tuple[str, ...],
    color: Color,
    quiet: bool,
    history: bool | None,
    replay_cases: tuple[Path, ...],
    **outputs: Any,
) -> int:
    """Follow the real changes of the two systems of each SPEC, without writing to them, and report which do not arrive.

    The lists of both systems are read at every interval. A record that people create or edit on one side must show on
    the other side within --max-lag, as the SPEC says. What was seen is kept in the state file, so an observation that
    ended, or was killed, goes on where it stopped.

    \b
    qa-sync observe specs/000.txt --every 30s --for 24h --max-lag 5min --report html=observed.html

    Exit codes: those of `qa-sync check`; 3 also when nothing changed, so that nothing could be decided.
    """
    from qa_sync.modes.observe import STATE, open_observation  # noqa: PLC0415 - `--help` needs none of it
    from qa_sync.modes.observe_outputs.open_outputs import ObserveOutputs  # noqa: PLC0415
    from qa_sync.observe.model import ObserveOptions  # noqa: PLC0415

    options = ObserveOptions(
        timedelta(seconds=_positive(every, "--every")),
        timedelta(seconds=_positive(max_lag, "--max-lag")),
        timedelta(seconds=_positive(duration, "--for")) if duration else None,
        min_cases,
    )
    targets = parse_targets(reports, specs)
    settings = settings_from(config)
    if start and from_now:
        raise UsageError("--from and --from-now exclude each other", hint="--from-now forgets what was seen before")
    since = _stamp(start, settings.zone) if start else None
    dataflows = read_named(specs)
    connectors = connectors_of(dataflows, settings)
    dataflows = select_sections(apply_configured_pairs(dataflows, connectors, settings), sections)
    job = Job(dataflows, connectors, Path(), settings=settings, notify=notify)
    out = sys.stderr if any(t.path is None for t in targets) else sys.stdout
    terminal = Terminal(out, sys.stderr, color=color, quiet=quiet)
    if replay_cases:
        from qa_sync.modes.observe_outputs.kept_cases import replay_of  # noqa: PLC0415 - few ask for it

        return _reported(collect_results(replay_of(job, replay_cases).events()), terminal, targets, quiet=quiet)
    print_line = (lambda _: None) if quiet else _print_line
    with (
        interrupted_by_signals(),
        open_observation(job, options, state or STATE, from_now=from_now, start=since, notify=print_line) as opened,
        closing(terminal.observation(print_line)) as display,
        ExitStack() as stack,
    ):
        listeners = stack.enter_context(opened.outputs(ObserveOutputs(**outputs), print_line))
        opened.observation.listeners = (display.handle, *listeners)
        results = collect_results(opened.events())
    results = replace(results, interrupted=opened.observation.stopped and options.duration is not None)
    save_history(results, settings, texts_of(dataflow.path for dataflow in dataflows), history)
    return _reported(results, terminal, targets, quiet=quiet)


def _reported(results: Results, terminal: Terminal, targets: Sequence[Target], *, quiet: bool) -> int:
    """Print the report, write the others, and return the exit code."""
    texts = texts_of(spec.spec for spec in results.specs)
    terminal.report(results, source_lines(texts))
    write_reports(with_texts(results, texts), targets, quiet=quiet)
    return results.exit_code


def _positive(text: str, option: str) -> float:
    seconds = duration_of(text, option)
    if seconds <= 0:
        raise UsageError(f"{option}: expected more than 0 seconds, got {text!r}")
    return seconds


def _stamp(text: str, zone: tzinfo) -> datetime:
    """Return the time of `--from` in UTC; without an offset it is of the zone of the settings."""
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--from: expected a time such as 2026-12-01T08:00Z, got {text!r}") from None
    stamp = (stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)).astimezone(UTC)
    if stamp > datetime.now(UTC):
        raise UsageError(f"--from: {text} has not come yet", hint="--from-now follows changes from now on")
    return stamp


def _print_line(text: str) -> None:
    click.echo(escape_invisible(text), err=True)
