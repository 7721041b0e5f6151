"""`--last-failed` and `--failed-first`: the failures and errors of the last run, saved next to the settings."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.errors import UsageError
from qa_sync.files import write_atomically
from qa_sync.running.events import Event, Status
from qa_sync.running.results import Results, SpecResult, checks_with_status
from qa_sync.running.section_checks import NOT_RUN
from qa_sync.settings.model import Settings
from qa_sync.spill import change_items

NAME: Final = Path(".qa-sync", "last-failed.ndjson")
SCHEMA: Final = "qa-sync/last-failed/2"
FAILED_STATUSES: Final = frozenset({Status.FAILED, Status.ERROR})
WHOLE_SECTION_MODES: Final = frozenset({"replay", "record"})
"""The modes that always run whole sections, because recordings are of whole sections."""

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


def check_resume(mode: str, seed: str | None, *, last_failed: bool) -> None:
    """Raise UsageError for options that a resumed run cannot have."""
    if mode != "live":
        raise UsageError(
            f"--resume continues an interrupted live run: expected --mode live, got --mode {mode}",
            hint="add --mode live, or omit --resume",
        )
    if seed is not None or last_failed:
        other = "--last-failed" if last_failed else "--seed"
        message = f"--resume continues a whole run with its own seed: not with {other}"
        raise UsageError(message, hint="omit one of them")


class Selected(Struct, frozen=True):
    """The checklists to run, and the ids of the checks to report (None: all)."""

    checklists: Sequence[Checklist]
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
        return Selected(checklists)
    from qa_sync.checklist.selection import narrow_checklist, unread_ids  # noqa: PLC0415 - most runs do not select

    failed: Failed = dict(_saved(_path(settings)))
    wanted = {
        (c.dataflow.path, check.id)
        for c in checklists
        for plan in c.sections
        for check in plan.checks
        if check.id in failed.get(_place(c.dataflow.path), ())
    }
    if last_failed and wanted:
        ids = frozenset(wanted).union(unread_ids(checklists))
        whole = mode in WHOLE_SECTION_MODES
        return Selected(change_items(checklists, lambda c: narrow_checklist(c, ids, whole_sections=whole)), ids)
    if last_failed:
        click.echo("note: no failures are known from the last run, running all checks", err=True)
    by_spec: dict[str, set[str]] = {}
    for spec, check in wanted:
        by_spec.setdefault(spec, set()).add(check)
    return Selected(change_items(checklists, lambda c: _sorted(c, by_spec.get(c.dataflow.path, set()))))


def save_failed(results: Results, settings: Settings) -> None:
    """Save the ids of failures and errors; checks that did not run keep their state. A write error is only a note."""
    path = _path(settings)
    if not path.exists() and not any(results.totals[status] for status in FAILED_STATUSES):
        return
    lines = ({"spec": spec, "failed": ids} for spec, ids in _failed_now(results, path) if ids)
    try:
        write_atomically(path, (json.dumps(line) + "\n" for line in chain([{"schema": SCHEMA}], lines)))
    except OSError as error:
        click.echo(f"note: the failures could not be saved for --last-failed: {error.strerror or error}", err=True)


def _failed_now(results: Results, path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the failures of each spec: those of earlier runs as far as no later run has tried them, and the new ones.

    One spec is in memory at a time.
    """
    specs = {_place(spec.spec): spec for spec in results.specs}
    for at, before in _saved(path):
        spec = specs.pop(at, None)
        yield at, [*_untried(before, spec), *_bad(spec)] if spec else before
    yield from ((at, _bad(spec)) for at, spec in specs.items())


def _untried(before: Sequence[str], spec: SpecResult) -> list[str]:
    checks = (check for section in spec.sections for check in section.checks)
    tried = {check.id for check in checks if not (check.message or "").startswith(NOT_RUN)}
    return [check for check in before if check not in tried]


def _bad(spec: SpecResult) -> list[str]:
    return [check.id for section in spec.sections for check in checks_with_status(section, FAILED_STATUSES)]


def _sorted(checklist: Checklist, failed: set[str]) -> Checklist:
    def did_not_fail(plan: SectionPlan) -> bool:
        return not any(check.id in failed for check in plan.checks)

    return replace(checklist, sections=tuple(sorted(checklist.sections, key=did_not_fail)))


def _saved(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the specs of the file with their failures; nothing when it is missing, and no line that is invalid."""
    with suppress(OSError, UnicodeDecodeError), path.open(encoding="utf-8") as lines:
        for line in lines:
            with suppress(ValueError, LookupError, TypeError, RecursionError):
                saved = json.loads(line)
                yield str(saved["spec"]), [str(check) for check in saved["failed"]]


def _path(settings: Settings) -> Path:
    return (settings.path.parent if settings.path else Path.cwd()) / NAME


def _place(spec: str) -> str:
    return os.path.abspath(spec)  # noqa: PTH100 - not resolved: two links are two specs
