"""`--last-failed` and `--failed-first`: what was not well the last time, kept beside the settings."""

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
"""The modes in which a section is played whole, because a recording is of whole sections."""

Failed = Mapping[str, Sequence[str]]
"""The ids of checks by a document's absolute path."""


def failed_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add both options to a command."""
    for name, select_events in (
        ("--last-failed", "Carry out only what was not well the last time; everything when all was."),
        ("--failed-first", "Carry sections out first in which something was not well the last time."),
    ):
        command = click.option(name, is_flag=True, help=select_events)(command)
    return command


class Selected(Struct, frozen=True):
    """What is carried out, and the checks that are told of (None: all)."""

    checklists: tuple[Checklist, ...]
    ids: frozenset[tuple[str, str]] | None = None

    def select_events(self, events: Iterator[Event]) -> Iterator[Event]:
        """Pass on what is told of."""
        if self.ids is None:
            return events
        from qa_sync.running.filter import filter_events  # noqa: PLC0415 - most runs carry everything out

        return filter_events(events, self.ids)


def select_last_failed(
    checklists: Sequence[Checklist], settings: Settings, mode: str, *, last_failed: bool, failed_first: bool
) -> Selected:
    """Return what of the checklists is carried out, in its order."""
    if not last_failed and not failed_first:
        return Selected(tuple(checklists))
    from qa_sync.checklist.selection import narrow_checklist  # noqa: PLC0415 - most runs carry everything out

    failed = _read(settings)
    wanted = {
        (c.dataflow.path, check.id)
        for c in checklists
        for plan in c.sections
        for check in plan.checks
        if check.id in failed.get(_place(c.dataflow.path), ())
    }
    if last_failed and wanted:
        ids = frozenset(wanted)
        return Selected(
            tuple(narrow_checklist(c, ids, whole_sections=mode in WHOLE_SECTION_MODES) for c in checklists), ids
        )
    if last_failed:
        click.echo("note: nothing is known to have failed the last time, so everything is carried out", err=True)
    return Selected(tuple(_sorted(c, {check for spec, check in wanted if spec == c.dataflow.path}) for c in checklists))


def save_failed(results: Results, settings: Settings) -> None:
    """Keep what is not well; what was not tried stays as it was. A folder that cannot be written is a note only."""
    before = _read(settings)
    now = dict(before)
    for spec in results.specs:
        checks = [check for section in spec.sections for check in section.checks]
        tried = {check.id for check in checks}
        at = _place(spec.spec)
        untried = [check for check in before.get(at, ()) if check not in tried]
        now[at] = [*untried, *(check.id for check in checks if check.status in FAILED_STATUSES)]
    now = {at: ids for at, ids in now.items() if ids}
    if now == before:
        return
    try:
        write_atomically(_path(settings), json.dumps({"schema": SCHEMA, "failed": now}, indent=1) + "\n")
    except OSError as error:
        click.echo(f"note: what failed could not be kept for --last-failed: {error.strerror or error}", err=True)


def _sorted(checklist: Checklist, failed: set[str]) -> Checklist:
    def is_well(plan: SectionPlan) -> bool:
        return not any(check.id in failed for check in plan.checks)

    return replace(checklist, sections=tuple(sorted(checklist.sections, key=is_well)))


def _read(settings: Settings) -> Failed:
    """Return what was kept; nothing when the file is none of ours."""
    try:
        kept = json.loads(_path(settings).read_text(encoding="utf-8"))
        return {str(at): [str(check) for check in ids] for at, ids in kept["failed"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _path(settings: Settings) -> Path:
    return (settings.path.parent if settings.path else Path.cwd()) / NAME


def _place(spec: str) -> str:
    return os.path.abspath(spec)  # noqa: PTH100 - not resolved: two links are two documents
