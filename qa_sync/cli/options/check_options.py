"""The options of `qa-sync check`, in groups: the command takes each group as one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import click
from msgspec import Struct

from qa_sync.checklist.depth import Depth
from qa_sync.cli.options.config import duration_of, utf8
from qa_sync.cli.options.durations import age_of
from qa_sync.cli.options.faults import fault_options
from qa_sync.cli.options.history import history_option
from qa_sync.cli.options.option_groups import option_group
from qa_sync.cli.options.report_targets import annotations_option, open_option
from qa_sync.cli.options.shell_completion import complete_from
from qa_sync.errors import UnknownName, UsageError
from qa_sync.modes.table import MODES
from qa_sync.reports.formats.table import FORMATS
from qa_sync.reports.terminal.terminal import Color

HARMLESS_MODES = ("replay", "sandbox")
"""What a mistyped mode may be taken for: not a mode that writes to live systems or over recordings."""

LONGEST_WAIT_S = 86_400.0
"""A day; a longer timeout is taken for a typing error."""

GROUPS: Mapping[str, Sequence[str]] = {
    "Run": ("mode", "config", "depth", "seed", "cassettes", "max_age", "faults", "list_faults"),
    "Selection": ("words", "sections", "kinds", "shard", "changed_since", "last_failed", "failed_first", "first_only"),
    "Timing": ("timeout", "max_lag", "jobs"),
    "Records in live systems": ("keep", "yes", "resume"),
    "Manual checks": ("sign_off", "interactive"),
    "Reports": ("reports", "annotations", "open_", "color", "quiet", "verbose"),
    "Known failures and history": ("baseline", "history"),
}
"""The groups of `--help`: titles and the names of their parameters."""


class RunOptions(Struct, frozen=True):
    """The run mode and its options; recordings older than `max_recording_age` are rejected."""

    mode: str
    faults: tuple[str, ...]
    seed: str | None
    cassettes: Path
    max_recording_age: timedelta | None
    depth: Depth


class WaitOptions(Struct, frozen=True):
    """The timeout and the maximum sync latency in seconds, and how many sections (`jobs`) run in parallel."""

    timeout_s: float | None
    lag_s: float | None
    jobs: int | None


class SignOffOptions(Struct, frozen=True):
    """Where the results of manual checks come from."""

    sign_off: Path | None
    interactive: bool


class ReportOptions(Struct, frozen=True):
    """The report files and the style of the terminal report."""

    reports: tuple[str, ...]
    annotations: str | None
    open_: bool
    color: Color
    quiet: bool
    verbose: bool


class HistoryOptions(Struct, frozen=True):
    """The baseline, and whether this run is recorded in the history (None: unless in CI)."""

    baseline: Path | None
    history: bool | None


def _run_options(
    mode: str | None,
    faults: tuple[str, ...],
    seed: str | None,
    cassettes: Path,
    max_age: str | None,
    depth: str,
) -> RunOptions:
    run_mode = mode or ("sandbox" if faults else "replay")
    if run_mode not in MODES:
        raise UnknownName("mode", run_mode, MODES, offered=HARMLESS_MODES)
    if faults and run_mode != "sandbox":
        raise UsageError(
            f"--fault needs --mode sandbox, got --mode {run_mode}",
            hint="a fault is one of the built-in sync, which no other mode runs",
        )
    if max_age is not None and run_mode != "replay":
        raise UsageError(
            f"--max-age needs --mode replay, got --mode {run_mode}",
            hint="the age is that of a recording, which no other mode reads: omit --max-age",
        )
    if cassettes.is_file():
        raise UsageError(
            f"--cassettes {cassettes}: this is a file, expected a folder",
            hint="it has a folder for each spec: --cassettes cassettes",
        )
    max_recording_age = None if max_age is None else age_of(max_age)
    return RunOptions(run_mode, faults, seed, cassettes, max_recording_age, Depth(depth))


def _wait_options(timeout: str | None, max_lag: str | None, jobs: int | None) -> WaitOptions:
    timeout_s = None if timeout is None else _timeout_s(timeout)
    return WaitOptions(timeout_s, None if max_lag is None else duration_of(max_lag, "--max-lag"), jobs)


def _timeout_s(text: str) -> float:
    """Return the seconds of `--timeout`: a number, or a duration as in the settings."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = duration_of(text, "--timeout", "a number of seconds or ")
    if not 0 <= seconds <= LONGEST_WAIT_S:  # nor nan
        raise UsageError(f"--timeout {text}: expected 0 to {LONGEST_WAIT_S:,.0f} seconds, or a duration such as 2min")
    return seconds


add_run_options = option_group(
    "run_options",
    _run_options,
    ("mode", "faults", "seed", "cassettes", "max_age", "depth"),
    (
        click.option(
            "--mode",
            help=f"Run mode: {', '.join(MODES)}.",
            metavar="MODE",
            show_default="replay; sandbox with --fault",
            shell_complete=complete_from(lambda: MODES),
        ),
        fault_options,
        click.option("--seed", callback=utf8, help="Seed of the sample records.", show_default="seed of the recording"),
        click.option(
            "--cassettes",
            type=click.Path(path_type=Path),
            default="cassettes",
            show_default=True,
            metavar="DIR",
            help="Folder of the recordings.",
        ),
        click.option(
            "--max-age",
            metavar="AGE",
            help="Fail on recordings older than AGE, such as 30d or 12h.",
            show_default="no limit",
        ),
        click.option(
            "--depth",
            # Values, not members: some versions of click use the names of enum members.
            type=click.Choice([depth.value for depth in Depth]),
            default=Depth.STANDARD.value,
            show_default=True,
            help="How many checks to generate from a spec.",
        ),
    ),
)

add_wait_options = option_group(
    "wait_options",
    _wait_options,
    ("timeout", "max_lag", "jobs"),
    (
        click.option(
            "--timeout",
            show_default="from the settings, else 120",
            metavar="TIME",
            help="How long to wait for a change to be synced, such as 90 (seconds) or 2min.",
        ),
        click.option(
            "--max-lag",
            metavar="TIME",
            help="Maximum sync latency, such as 60s; a slower sync fails the check.",
            show_default="from the settings, else none",
        ),
        click.option(
            "-j",
            "jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="Run up to N sections in parallel.",
            show_default="8 in live mode, else 1",
        ),
    ),
)

add_sign_off_options = option_group(
    "sign_off_options",
    SignOffOptions,
    ("sign_off", "interactive"),
    (
        click.option(
            "--sign-off",
            type=click.Path(path_type=Path),
            metavar="PATH",
            help="TOML file with the results of manual checks.",
        ),
        click.option("--interactive", is_flag=True, help="Ask for the result of each manual check."),
    ),
)

add_report_options = option_group(
    "report_options",
    ReportOptions,
    ("reports", "annotations", "open_", "color", "quiet", "verbose"),
    (
        click.option(
            "--report",
            "reports",
            multiple=True,
            metavar="FORMAT[=PATH]",
            help=f"Also write a report ({', '.join(FORMATS)}) to PATH or standard output.",
            shell_complete=complete_from(lambda: FORMATS),
        ),
        annotations_option,
        open_option,
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Use color in the terminal report.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Print no progress, and only failures and errors."),
        click.option("-v", "--verbose", is_flag=True, help="Print a line per check, every reason, and full values."),
    ),
)

add_history_options = option_group(
    "history_options",
    HistoryOptions,
    ("baseline", "history"),
    (
        click.option(
            "--baseline",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="PATH",
            help="TOML file of known failures, which do not fail the run until they expire or pass.",
        ),
        history_option,
    ),
)
