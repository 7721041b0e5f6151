"""Confirmation before the first write to a live system; where no one can be asked, only with --yes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from qa_sync.errors import UsageError
from qa_sync.modes.job import PlannedRecords
from qa_sync.reports.shared.escape import escape_invisible

if TYPE_CHECKING:
    from qa_sync.modes.live_systems.planned_time import PlannedTime

yes_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--yes", "-y", is_flag=True, help="Write to live systems without asking for confirmation."
)


def confirm_writes(
    writes: Sequence[PlannedRecords],
    *,
    yes: bool,
    resume: bool = False,
    time: Callable[[], PlannedTime | None] = lambda: None,
) -> None:
    """Print the planned records and ask for confirmation; raises UsageError if declined or if no one can be asked.

    With `resume`, the run first deletes the records of the interrupted run. `time` returns how long the run will take.
    """
    if not (writes or resume):
        return
    from qa_sync.modes.live_systems.planned_writes import describe_writes  # noqa: PLC0415 - a replay writes nothing

    _print_lines(["The records of the interrupted run are deleted first."] if resume else [])
    _print_lines(describe_writes(writes))
    if writes and (planned := time()):
        from qa_sync.reports.shared.planned_text import planned_run  # noqa: PLC0415 - as above

        records = sum(each.count for each in writes)
        times = {"usual_s": planned.usual_s, "longest_s": planned.longest_s, "interval_s": planned.interval_s}
        _print_lines([planned_run(records, **times)])
    if not yes:
        _ask("Create these records?" if writes else "Continue?")


def confirm_sync(
    writes: Mapping[tuple[str, str], int],
    announced: Iterable[str] = (),
    *,
    watching: bool,
    reading_s: float = 0.0,
    yes: bool = False,
) -> None:
    """Print the planned writes of a sync and ask for confirmation unless `yes`; raises UsageError if declined.

    `writes` are numbers by system and kind of write, `announced` says what the systems send to people about them; with
    `watching`, later changes are synced as well. `reading_s` is how many seconds reading the systems took.
    """
    if not writes and not watching:
        return
    from qa_sync.modes.live_systems.planned_writes import describe_announcements  # noqa: PLC0415 - as above
    from qa_sync.reports.shared.planned_text import planned_sync  # noqa: PLC0415 - as above

    counted = [f"  {system}: {number} {what}" for (system, what), number in sorted(writes.items())]
    later = ["  all later changes, until the sync is stopped"] if watching else []
    _print_lines(["These writes will be made and are not undone:", *counted, *later])
    _print_lines(describe_announcements(announced))
    if writes:
        _print_lines([planned_sync(sum(writes.values()), reading_s)])
    if not yes:
        _ask("Continue?")


def confirm_cleanup(runs: Sequence[tuple[str, int]], wait_s: float, *, yes: bool) -> None:
    """Print the runs to clean up with their number of records, and ask; raises UsageError as `confirm_writes`.

    `wait_s` is how many seconds the cleanup waits for late counterparts at most.
    """
    from qa_sync.reports.shared.planned_text import planned_cleanup  # noqa: PLC0415 - as above

    lines = [f"  {run}: {number} {'record' if number == 1 else 'records'}" for run, number in runs]
    _print_lines(["Records of these runs are deleted; late counterparts are searched for:", *lines])
    _print_lines([planned_cleanup(sum(number for _, number in runs), wait_s)])
    if not yes:
        _ask("Delete these records?")


def check_can_ask() -> None:
    """Raise UsageError where no one can be asked, so that nothing is written without consent."""
    if not is_interactive():
        raise UsageError(
            "nothing was written: this command writes to live systems, and without a terminal it cannot ask",
            hint="add --yes to allow the writes",
        )


def is_interactive() -> bool:
    """Return whether the user can be asked: standard input and standard error are terminals."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _print_lines(lines: Iterable[str]) -> None:
    """Print lines, wrapped to the width of a terminal with their indentation kept."""
    width = shutil.get_terminal_size().columns if sys.stderr and sys.stderr.isatty() else None
    for line in map(escape_invisible, lines):
        indent = line[: len(line) - len(line.lstrip())]
        click.echo(line if width is None else click.wrap_text(line, width, subsequent_indent=indent * 2), err=True)


def _ask(question: str) -> None:
    check_can_ask()
    if not click.confirm(question, err=True):
        raise UsageError("canceled: nothing was written", hint="--yes writes without asking")
