"""The checks of what a spec shows and the reader does not understand: each is an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from qa_sync.checklist.model import Check
from qa_sync.checklist.unread import unread_checks
from qa_sync.dataflow.model import Dataflow, Section
from qa_sync.running.events import CheckFinished, Status


def unread_of(dataflow: Dataflow, section: Section) -> tuple[Check, ...]:
    """Return the checks of what is not understood in a section."""
    return unread_checks(section, f"{PurePath(dataflow.path).stem}/{section.key}")


def unread_results(dataflow: Dataflow, section: Section) -> Iterator[CheckFinished]:
    """Yield the results of these checks: each is an error."""
    for check in unread_of(dataflow, section):
        yield CheckFinished(
            spec=dataflow.path,
            key=section.key,
            id=check.id,
            kind=check.kind,
            title=check.title,
            line=check.line,
            status=Status.ERROR,
            origin=None,
            message=check.error.text if check.error else None,
        )
