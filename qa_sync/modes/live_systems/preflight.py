"""The reads before the first write of a live run: nothing is written while a system is missing, refuses or is down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from msgspec import Struct

from qa_sync.checklist.model import Checklist
from qa_sync.errors import (
    ConnectorError,
    NoVerdict,
    QaSyncError,
    RequestRejected,
    SystemUnreachable,
    UsageError,
)
from qa_sync.modes.live_systems.connections import LiveSystem
from qa_sync.modes.live_systems.ping import request_list
from qa_sync.modes.live_systems.specimen_values import Place, places_of, values_of_checks
from qa_sync.systems.connectors.capabilities import Capabilities, capabilities_of
from qa_sync.systems.http.request_extensions import CONNECT_ATTEMPTS
from qa_sync.values.form import Json

ATTEMPTS = 2
"""The attempts to connect: a system that is down must not keep the user waiting. What the system itself asks to wait
for (429, 503) is waited for as in the run."""

NOTHING_WRITTEN = "nothing was written"
"""The end of every hint."""


class _QuickConnect(httpx.BaseTransport):
    """Limits the attempts to connect."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, CONNECT_ATTEMPTS: ATTEMPTS}
        return self._inner.handle_request(request)


class _Failure(Struct, frozen=True):
    """An error of a read, and the entity that was read."""

    place: Place
    error: QaSyncError

    @property
    def cause(self) -> tuple[str, str, int | None]:
        """What the failures of one cause have in common."""
        return self.place[0], type(self.error).__name__, getattr(self.error, "status", None)


@dataclass(slots=True)
class Preflight:
    """Reads each entity of a run once, with its connections and credentials, and records nothing.

    `sync_creates`: the requests of the sync are made by this run, too.
    """

    live_systems: Mapping[str, LiveSystem]
    sync_creates: bool = False
    _read: set[Place] = field(default_factory=set)

    def __call__(self, checklists: Sequence[Checklist]) -> None:
        """Render the requests about the records that the scenarios create, then read all entities that they use.

        Raises one error for each cause, together.
        """
        self.render(values_of_checks(checklists, sync_creates=self.sync_creates))
        self.read(places_of(checklists))

    def render(self, values: Mapping[Place, Mapping[str, Json]]) -> None:
        """Render the requests about a record with these wire values, by entity; nothing is sent."""
        problems = [failure for place, own in values.items() for failure in self._render(place, own)]
        if problems:
            raise _merged(problems)

    def _render(self, place: Place, values: Mapping[str, Json]) -> Iterator[_Failure]:
        label, datatype = place
        try:
            self.live_systems[label].connection.system().render_specimens(datatype, values)
        except ConnectorError as error:
            yield _Failure(place, error)

    def read(self, places: Iterable[Place]) -> None:
        """Read each place that was not read yet."""
        new = [place for place in dict.fromkeys(places) if place not in self._read]
        failures = list(self._failures(new))
        if failures:
            raise _merged(failures)
        self._read.update(new)

    def _failures(self, places: Iterable[Place]) -> Iterator[_Failure]:
        down: set[str] = set()
        for label, datatype in places:
            if label in down:
                continue
            try:
                self._read_once(label, datatype)
            except QaSyncError as error:
                if isinstance(error, SystemUnreachable):
                    down.add(label)
                yield _Failure((label, datatype), error)

    def _read_once(self, label: str, datatype: str) -> None:
        """Request the latest changes of an entity, or its first page; of a list below parents, that of the parents."""
        connection = self.live_systems[label].connection
        known = {one.datatype: one for one in capabilities_of(connection.connector)}
        listed = _listed(known, datatype)
        if listed is not None:
            request_list(connection.system(_QuickConnect), connection.connector, listed)


def _listed(known: Mapping[str, Capabilities], datatype: str) -> Capabilities | None:
    """Return the datatype that can be listed by itself, None when there is none."""
    seen: set[str] = set()
    while (one := known.get(datatype)) and one.parent and datatype not in seen:
        seen.add(datatype)
        datatype = one.parent
    return one if one and "list" in one.can and "list" not in one.cannot and not one.parent else None


def _merged(failures: Sequence[_Failure]) -> QaSyncError:
    """Return one error with each cause once; a usage error only when all are."""
    causes: dict[tuple[str, str, int | None], list[_Failure]] = {}
    for failure in failures:
        causes.setdefault(failure.cause, []).append(failure)
    errors = [_told(group) for group in causes.values()]
    if len(errors) == 1:
        return errors[0]
    hints = dict.fromkeys(
        hint for error in errors for hint in (error.hint or "").split("; ") if hint != NOTHING_WRITTEN
    )
    text = "\n  ".join([f"{len(errors)} problems before the first write:", *(error.message for error in errors)])
    kind = UsageError if all(isinstance(error, UsageError) for error in errors) else NoVerdict
    return kind(text, hint="; ".join((*filter(None, hints), NOTHING_WRITTEN)))


def _told(group: Sequence[_Failure]) -> QaSyncError:
    """Return the first error of a cause, with the number of other entities that have the same."""
    error, others = group[0].error, [failure.place[1] for failure in group[1:]]
    hint = "; ".join(filter(None, (error.hint, NOTHING_WRITTEN)))
    text = f"{error.message} (the same for {', '.join(others)})" if others else error.message
    if isinstance(error, RequestRejected):
        return RequestRejected(text, status=error.status, code=error.code, hint=hint)
    return (UsageError if isinstance(error, UsageError) else NoVerdict)(text, hint=hint)
