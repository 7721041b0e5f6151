"""The reads before the first write of a live run: nothing is written while a system is missing, refuses or is down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from msgspec import Struct

from qa_sync.checklist.model import Checklist
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import IdOf, Insert, SampleValue, ValueOf
from qa_sync.errors import (
    ConnectorError,
    NotConvertible,
    NoVerdict,
    QaSyncError,
    RequestRejected,
    SystemUnreachable,
    UsageError,
)
from qa_sync.modes.live_systems.connections import LiveSystem
from qa_sync.modes.live_systems.ping import request_list
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.capabilities import Capabilities, capabilities_of
from qa_sync.systems.http.request_extensions import CONNECT_ATTEMPTS
from qa_sync.values.canonical import to_wire
from qa_sync.values.form import Canonical, Json

ATTEMPTS = 2
"""The attempts to connect: a system that is down must not keep the user waiting. What the system itself asks to wait
for (429, 503) is waited for as in the run."""

NOTHING_WRITTEN = "nothing was written"
"""The end of every hint."""

Place = tuple[str, str]
"""The label of a system and a datatype."""


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
    """Reads each entity of a run once, with its connections and credentials, and records nothing."""

    live_systems: Mapping[str, LiveSystem]
    _read: set[Place] = field(default_factory=set)

    def __call__(self, checklists: Sequence[Checklist]) -> None:
        """Read what the scenarios of the checklists use, and render their requests with a specimen.

        Raises one error for each cause, together.
        """
        problems = list(self._render(checklists))
        if problems:
            raise _merged(problems)
        self.read(_places(checklists))

    def _render(self, checklists: Sequence[Checklist]) -> Iterator[_Failure]:
        """Render the requests of each entity with the values of its first record."""
        for (label, datatype), values in _first_values(checklists).items():
            try:
                self.live_systems[label].connection.system().render_specimens(datatype, values)
            except ConnectorError as error:
                yield _Failure((label, datatype), error)

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


def _places(checklists: Sequence[Checklist]) -> Iterator[Place]:
    """Yield the entities of all roles of the scenarios, those of both sides."""
    for plan in (plan for checklist in checklists for plan in checklist.sections):
        labels = plan.section.source.system, plan.section.target.system
        for role in (role for scenario in plan.scenarios for role in scenario.roles.values()):
            yield from zip(labels, (role.source.datatype, role.target.datatype), strict=True)


def _first_values(checklists: Sequence[Checklist]) -> Mapping[Place, Mapping[str, Json]]:
    """Return the wire values of the first record of each entity that is created, none for the other entities."""
    found: dict[Place, Mapping[str, Json]] = {}
    for plan in (plan for checklist in checklists for plan in checklist.sections):
        labels = {Side.SOURCE: plan.section.source.system, Side.TARGET: plan.section.target.system}
        for scenario in plan.scenarios:
            for step in (step for step in scenario.steps if isinstance(step, Insert)):
                card = scenario.roles[step.role].card(step.side)
                found.setdefault((labels[step.side], card.datatype), _wire_values(card, step.values))
    return {place: found.get(place, {}) for place in _places(checklists)}


def _wire_values(card: EntityCard, values: Mapping[str, SampleValue]) -> dict[str, Json]:
    known = {path: _specimen(value) for path, value in values.items()}
    found: dict[str, Json] = {}
    for path, value in known.items():
        with suppress(NotConvertible):
            found[card.properties[path].write_path] = to_wire(value, card.properties[path].form, known)
    return found


def _specimen(value: SampleValue) -> Canonical:
    """Return a sample value without placeholders: the ids and values of other records are not known yet."""
    if isinstance(value, IdOf | ValueOf):
        return "1"
    return tuple(_specimen(v) for v in value) if isinstance(value, tuple) else value


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
