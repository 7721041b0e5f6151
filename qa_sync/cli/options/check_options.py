"""The options of `qa-sync check` in groups: each a few decorators, and one noun that the command takes for them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import click
from msgspec import Struct

from qa_sync.checklist.depth import Depth
from qa_sync.cli.options.config import duration_of
from qa_sync.cli.options.durations import age_of
from qa_sync.cli.options.faults import fault_options
from qa_sync.cli.options.history import history_option
from qa_sync.cli.options.option_groups import option_group
from qa_sync.cli.options.report_targets import annotations_option
from qa_sync.cli.options.shell_completion import complete_from
from qa_sync.errors import UnknownName, UsageError
from qa_sync.modes.table import MODES
from qa_sync.reports.formats.table import FORMATS
from qa_sync.reports.terminal.terminal import Color

LONGEST_WAIT_S = 86_400.0
"""A day: whoever waits longer has mistyped."""

GROUPS: Mapping[str, Sequence[str]] = {
    "Where and how to play": ("mode", "config", "depth", "seed", "cassettes", "max_age", "faults", "list_faults"),
    "Selection": ("words", "sections", "kinds", "shard", "changed_since", "last_failed", "failed_first", "first_only"),
    "Waiting": ("timeout_s", "max_lag", "jobs"),
    "Records in live systems": ("keep", "yes", "resume"),
    "Checks that only a person can decide": ("sign_off", "interactive"),
    "Reports": ("reports", "annotations", "color", "quiet", "verbose"),
    "Known failures and history": ("baseline", "history"),
}
"""What `--help` shows under which title, by the names of the parameters."""


class RunOptions(Struct, frozen=True):
    """The run mode and what defines the run; recordings older than `max_recording_age` are rejected."""

    mode: str
    faults: tuple[str, ...]
    seed: str | None
    cassettes: Path
    max_recording_age: timedelta | None
    depth: Depth


class WaitOptions(Struct, frozen=True):
    """How long an arrival is waited for and may take, in seconds, and how many sections (`jobs`) run side by side."""

    timeout_s: float | None
    lag_s: float | None
    jobs: int | None


class SignOffOptions(Struct, frozen=True):
    """Where answers to manual checks come from."""

    sign_off: Path | None
    interactive: bool


class ReportOptions(Struct, frozen=True):
    """Which reports go where, and how the terminal's looks."""

    reports: tuple[str, ...]
    annotations: str | None
    color: Color
    quiet: bool
    verbose: bool


class HistoryOptions(Struct, frozen=True):
    """What is known of earlier runs: the baseline, and whether this run is kept (None: as the place says)."""

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
        raise UnknownName("mode", run_mode, MODES)
    if faults and run_mode != "sandbox":
        raise UsageError(f"--fault needs --mode sandbox, got --mode {run_mode}")
    if max_age is not None and run_mode != "replay":
        raise UsageError(f"--max-age is about recordings, which --mode {run_mode} does not replay")
    max_recording_age = None if max_age is None else age_of(max_age)
    return RunOptions(run_mode, faults, seed, cassettes, max_recording_age, Depth(depth))


def _wait_options(timeout_s: float | None, max_lag: str | None, jobs: int | None) -> WaitOptions:
    if timeout_s is not None and math.isnan(timeout_s):
        raise UsageError("--timeout nan: expected a number of seconds")
    return WaitOptions(timeout_s, None if max_lag is None else duration_of(max_lag, "--max-lag"), jobs)


add_run_options = option_group(
    "run_options",
    _run_options,
    ("mode", "faults", "seed", "cassettes", "max_age", "depth"),
    (
        click.option(
            "--mode",
            help=f"Where to play: {', '.join(MODES)}.",
            metavar="MODE",
            show_default="replay; sandbox with --fault",
            shell_complete=complete_from(lambda: MODES),
        ),
        fault_options,
        click.option("--seed", help="The seed of the sample records.", show_default="of the recording"),
        click.option(
            "--cassettes",
            type=click.Path(path_type=Path),
            default="cassettes",
            show_default=True,
            metavar="DIR",
            help="The folder of the recordings.",
        ),
        click.option(
            "--max-age",
            metavar="AGE",
            help="Trust no recording that is older than that: 30d, 12h.",
            show_default="all are trusted",
        ),
        click.option(
            "--depth",
            # Values, not members: of an enum's members some versions of click take the names.
            type=click.Choice([depth.value for depth in Depth]),
            default=Depth.STANDARD.value,
            show_default=True,
            help="How deep to look.",
        ),
    ),
)

add_wait_options = option_group(
    "wait_options",
    _wait_options,
    ("timeout_s", "max_lag", "jobs"),
    (
        click.option(
            "--timeout",
            "timeout_s",
            type=click.FloatRange(min=0, max=LONGEST_WAIT_S),
            show_default="of the settings, else 120",
            metavar="SECONDS",
            help="How long an arrival is waited for.",
        ),
        click.option(
            "--max-lag",
            metavar="TIME",
            help="How late an arrival may be, 60s for instance; later is a broken promise.",
            show_default="of the settings, else no promise",
        ),
        click.option(
            "-j",
            "jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="How many sections run side by side.",
            show_default="8 live, 1 where nothing is waited for",
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
            help="A TOML file of what a person found out about manual checks.",
        ),
        click.option("--interactive", is_flag=True, help="Ask about each manual check."),
    ),
)

add_report_options = option_group(
    "report_options",
    ReportOptions,
    ("reports", "annotations", "color", "quiet", "verbose"),
    (
        click.option(
            "--report",
            "reports",
            multiple=True,
            metavar="FORMAT[=PATH]",
            help=f"Also report as {', '.join(FORMATS)}, to PATH or standard output.",
            shell_complete=complete_from(lambda: FORMATS),
        ),
        annotations_option,
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colour in the terminal report.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Print no progress, and of the report only what is not well."),
        click.option("-v", "--verbose", is_flag=True, help="Print a line a check, every reason, and whole values."),
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
            help="Known failures (TOML), which do not fail the run until they expire or no longer fail.",
        ),
        history_option,
    ),
)
