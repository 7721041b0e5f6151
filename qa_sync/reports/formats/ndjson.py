"""An event as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import fields

from qa_sync.reports.shared.json_values import plain
from qa_sync.running.events import Arrival, Event, Leftover, RecordRef
from qa_sync.systems.system import Exchanged
from qa_sync.values.form import Json

RARE = frozenset({"exchanges", "arrivals"})


def render(event: Event) -> str:
    """Return `{"event": "CheckFinished", ...}` with the event's own fields, ASCII, without a line break.

    What not every check has (`exchanges`, `arrivals`) is left out where there is none.
    """
    return json.dumps({"event": type(event).__name__, **_members(event)}, allow_nan=False)


def _members(noun: Event | RecordRef | Leftover | Exchanged | Arrival) -> dict[str, Json]:
    members = ((field.name, getattr(noun, field.name)) for field in fields(noun))
    return {name: _value(value) for name, value in members if value or name not in RARE}


def _value(value: object) -> Json:
    match value:
        case RecordRef() | Leftover() | Exchanged() | Arrival():
            return _members(value)
        case tuple():
            return [_value(member) for member in value]
        case _:
            return plain(value)
