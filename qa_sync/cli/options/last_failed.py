"""`--last-failed` and `--failed-first`: the failures and errors of the last run, saved next to the settings."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.files import write_atomically
from qa_sync.running.events import Event, Status
from qa_sync.running.results import Results
from qa_sync.settings.model import Settings

NAME: Final = Path(".qa-sync", "last-failed.json")
SCHEMA: Final = "qa-sync/last-failed/1"
FAILED_STATUSES: Final = frozenset({Status.FAILED, Status.ERROR})
WHOLE_SECTION_MODES: Final = frozenset({"replay", "record"})
"""The modes that always run whole sections, because recordings are of whole sections."""

NOT_RUN: Final = "not run: "
"""The beginning of the message of a check that a run did not reach, because of -x or an interruption."""

Failed = Mapping[str, Sequence[str]]
"""The ids of checks by the absolute path of their spec."""


def failed_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add both options to a command."""
    for name, text in (
        ("--last-failed", "Run only the checks that failed last time, or all if none did."),
        ("--failed-first", "Run all sections, those with checks that failed last time first."),
    ):
        command = click.option(name, is_flag=True, help=text)(command)
    return command


class Selected(Struct, frozen=True):
    """The checklists to run, and the ids of the checks to report (None: all)."""

    checklists: tuple[Checklist, ...]
    ids: frozenset[tuple[str, str]] | None = None

    def select_events(self, events: Iterator[Event]) -> Iterator[Event]:
        """Return the events of the selected checks."""
        if self.ids is None:
            return events
        from qa_sync.running.filter import filter_events  # noqa: PLC0415 - most runs do not select

        return filter_events(events, self.ids)


def select_last_failed(
    checklists: Sequence[Checklist], settings: Settings, mode: str, *, last_failed: bool, failed_first: bool
) -> Selected:
    """Return the part of the checklists to run, in the order to run it."""
    if not last_failed and not failed_first:
        return Selected(tuple(checklists))
    from qa_sync.checklist.selection import narrow_checklist, unread_ids  # noqa: PLC0415 - most runs do not select

    failed = _read(settings)
    wanted = {
        (c.dataflow.path, check.id)
        for c in checklists
        for plan in c.sections
        for check in plan.checks
        if check.id in failed.get(_place(c.dataflow.path), ())
    }
    if last_failed and wanted:
        ids = frozenset(wanted).union(unread_ids(checklists))
        return Selected(
            tuple(narrow_checklist(c, ids, whole_sections=mode in WHOLE_SECTION_MODES) for c in checklists), ids
        )
    if last_failed:
        click.echo("note: no failures are known from the last run, running all checks", err=True)
    return Selected(tuple(_sorted(c, {check for spec, check in wanted if spec == c.dataflow.path}) for c in checklists))


def save_failed(results: Results, settings: Settings) -> None:
    """Save the ids of failures and errors; checks that did not run keep their state. A write error is only a note."""
    before = _read(settings)
    now = dict(before)
    for spec in results.specs:
        checks = [check for section in spec.sections for check in section.checks]
        tried = {check.id for check in checks if not (check.message or "").startswith(NOT_RUN)}
        at = _place(spec.spec)
        untried = [check for check in before.get(at, ()) if check not in tried]
        now[at] = [*untried, *(check.id for check in checks if check.status in FAILED_STATUSES)]
    now = {at: ids for at, ids in now.items() if ids}
    if now == before:
        return
    try:
        write_atomically(_path(settings), json.dumps({"schema": SCHEMA, "failed": now}, indent=1) + "\n")
    except OSError as error:
        click.echo(f"note: the failures could not be saved for --last-failed: {error.strerror or error}", err=True)


def _sorted(checklist: Checklist, failed: set[str]) -> Checklist:
    def did_not_fail(plan: SectionPlan) -> bool:
        return not any(check.id in failed for check in plan.checks)

    return replace(checklist, sections=tuple(sorted(checklist.sections, key=did_not_fail)))


def _read(settings: Settings) -> Failed:
    """Return the saved failures; empty when the file is missing or invalid."""
    try:
        kept = json.loads(_path(settings).read_text(encoding="utf-8"))
        return {str(at): [str(check) for check in ids] for at, ids in kept["failed"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _path(settings: Settings) -> Path:
    return (settings.path.parent if settings.path else Path.cwd()) / NAME


def _place(spec: str) -> str:
    return os.path.abspath(spec)  # noqa: PTH100 - not resolved: two links are two specs
