"""What the journal's rows hold; a row that no run has written is an error, because cleanup deletes what a row names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from qa_sync.systems.journal.process import HOST, is_alive

MARK: Final = re.compile(r"q[0-9a-f]{8}")
"""A mark, which occurs in no record by chance."""
RUN_STATES: Final = frozenset({"begun", "ended", "closed"})
RECORD_STATES: Final = frozenset({"intended", "made", "left", "removed"})
YEARS: Final = range(1970, 9000)


class RecordLocation(Struct, frozen=True):
    """A datatype in a system: the system's label and URL, the datatype, and the entity's name in specs."""

    system: str
    url: str
    datatype: str
    entity: str


class JournaledRecord(Struct, frozen=True):
    """A record of a run; `id` is None while it is unknown, `why` is the reason why the record still exists."""

    number: int
    place: RecordLocation
    mark: str
    id: str | None
    state: str
    why: str | None
    counterpart: bool


class JournaledRun(Struct, frozen=True):
    """A run; `alive` is true if its process is running, `state` is `begun`, `ended` or `closed`.

    `elsewhere` is the machine on which it was started, if that is another one; then it counts as alive.
    """

    id: str
    started: datetime
    seed: str
    specs: tuple[str, ...]
    state: str
    alive: bool
    places: tuple[RecordLocation, ...]
    elsewhere: str | None = None


def read_run(row: tuple[Any, ...], places: Iterable[tuple[Any, ...]]) -> JournaledRun:
    """Return the run of a row; raises ValueError if no run has written it."""
    name, started, seed, specs, host, pid, since, state = row
    at = datetime.fromisoformat(_text("start", started))
    named = json.loads(_text("specs", specs))
    if at.tzinfo is None or at.year not in YEARS:
        raise ValueError(f"the start {started[:40]!r} of a run")
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        raise ValueError(f"the specs {specs[:40]!r} of a run")
    if not isinstance(pid, int):
        raise ValueError("a process that is no number")  # noqa: TRY004 - of what was read
    return JournaledRun(
        _text("id", name),
        at.astimezone(UTC),
        _text("seed", seed),
        tuple(named),
        _one_of(RUN_STATES, "run", state),
        state == "begun" and is_alive(host, pid, since),
        tuple(_location(place) for place in places),
        _text("host", host) if host != HOST else None,
    )


def read_record(row: tuple[Any, ...]) -> JournaledRecord:
    """Return the record of a row; raises ValueError if no run has written it."""
    number, *place, mark, record_id, state, why, counterpart = row
    if mark and not MARK.fullmatch(_text("mark", mark)):
        raise ValueError(f"the mark {mark[:40]!r} of a record")
    if record_id is not None:
        _text("id", record_id)
    if why is not None:
        _text("reason", why)
    return JournaledRecord(
        number, _location(place), mark, record_id, _one_of(RECORD_STATES, "record", state), why, bool(counterpart)
    )


def _location(row: Iterable[Any]) -> RecordLocation:
    return RecordLocation(*(_text("location", each) for each in row))


def _text(what: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a {what} that is no text")  # noqa: TRY004 - of what was read
    return value


def _one_of(states: frozenset[str], what: str, state: Any) -> str:
    if state not in states:
        raise ValueError(f"the state {str(state)[:40]!r} of a {what}")
    return str(state)
