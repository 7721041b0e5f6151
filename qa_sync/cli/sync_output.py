"""The output of `qa-sync sync`: text, or one JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Protocol

import click
from msgspec import Struct
from msgspec.structs import asdict

from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.sync.dry_run import PlannedWrite
from qa_sync.sync.summary import CycleSummary

NUMBERS = ("seen", "linked", "created", "updated", "unchanged", "conflicts")


class SyncOutput(Protocol):
    """Prints cycles, and the writes of a dry run."""

    def write(self, planned: PlannedWrite) -> None:
        """Print a write of a dry run."""

    def cycle(self, summary: CycleSummary) -> None:
        """Print the summary of a cycle."""


class TextOutput:
    """Prints a table of writes and a line per cycle; problems go to standard error."""

    def __init__(self) -> None:
        self._rows = 0

    def write(self, planned: PlannedWrite) -> None:
        """Print a row of the table."""
        if not self._rows:
            click.echo(f"{'write':8}{'record':40}values")
        self._rows += 1
        name = f"{planned.system} {planned.entity} {planned.id or planned.made}"
        values = ", ".join(f"{path} = {json.dumps(v, ensure_ascii=False, default=str)}" for path, v in _sorted(planned))
        click.echo(escape_invisible(f"{'update' if planned.id else 'create':8}{name:39} {values}"))

    def cycle(self, summary: CycleSummary) -> None:
        """Print the summary of a cycle on one line, and its problems on standard error."""
        for problem in summary.problems:
            click.echo(escape_invisible(str(problem)), err=True)
        number = len(summary.problems) + summary.unreported
        if summary.unreported:
            click.echo(f"... and {summary.unreported} more problems", err=True)
        numbers = [f"{name} {getattr(summary, name)}" for name in NUMBERS]
        cut = [f"sections skipped {summary.cut}"] if summary.cut else []
        interrupted = [] if summary.complete else ["interrupted"]
        click.echo(", ".join([*numbers, f"problems {number}", *cut, *interrupted]))


class JsonOutput:
    """Prints one JSON object per line."""

    def write(self, planned: PlannedWrite) -> None:
        """Print a write."""
        _print({"write": "update" if planned.id else "create", **asdict(planned)})

    def cycle(self, summary: CycleSummary) -> None:
        """Print a cycle."""
        _print({"schema": "qa-sync/cycle/1", **asdict(summary)})


FORMATS: Mapping[str, Callable[[], SyncOutput]] = {"text": TextOutput, "json": JsonOutput}
"""The output formats."""


def _sorted(planned: PlannedWrite) -> list[tuple[str, object]]:
    return sorted(planned.values.items())


def _print(members: Mapping[str, object]) -> None:
    click.echo(json.dumps(members, default=_members))


def _members(value: object) -> object:
    """Return a Struct as its fields, and any other value that JSON cannot represent as text."""
    return asdict(value) if isinstance(value, Struct) else str(value)
