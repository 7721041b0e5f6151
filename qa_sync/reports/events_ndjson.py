"""An event as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import fields

from qa_sync.reports.json_values import plain
from qa_sync.running.events import Event, Leftover, RecordRef
from qa_sync.values.form import Json


def render(event: Event) -> str:
    """Return `{"event": "CheckFinished", ...}` with the event's own fields, ASCII, without a line break."""
    return json.dumps({"event": type(event).__name__, **_members(event)}, allow_nan=False)


def _members(noun: Event | RecordRef | Leftover) -> dict[str, Json]:
    return {field.name: _value(getattr(noun, field.name)) for field in fields(noun)}


def _value(value: object) -> Json:
    match value:
        case RecordRef() | Leftover():
            return _members(value)
        case tuple():
            return [_value(member) for member in value]
        case _:
            return plain(value)
