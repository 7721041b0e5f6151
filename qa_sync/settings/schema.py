"""Generates the JSON Schema of `qa-sync.toml` for completion and validation in editors (`qa_sync/schemas`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_sync.settings.keys import (
    CONDITION,
    ENTITY,
    KEY,
    PAIR,
    POLICIES,
    PROPERTY,
    REQUIRED_BY_TRIGGER,
    SAMPLES,
    SYNC,
    SYSTEM,
    TABLES,
    TOP,
    Key,
)

CONDITION_CHOICES = ("equals", "one_of")
"""Keys of which a condition has exactly one."""


def settings_schema() -> dict[str, Any]:
    """Return the schema; a test compares the file in `qa_sync/schemas` with it."""
    top = _table(TOP)
    top["properties"] |= {
        "systems": {"type": "object", "additionalProperties": _table(SYSTEM)},
        "sync": {
            **_table(SYNC),
            "allOf": [_required_by_trigger(trigger, keys) for trigger, keys in REQUIRED_BY_TRIGGER.items()],
        },
        "pairs": {"type": "array", "items": _table(PAIR)},
        "properties": {"type": "array", "items": _table(PROPERTY)},
        "entities": {"type": "array", "items": _table(ENTITY)},
        "keys": {"type": "array", "items": _table(KEY)},
        "conditions": {
            "type": "array",
            "items": {**_table(CONDITION), "oneOf": [{"required": [k]} for k in CONDITION_CHOICES]},
        },
        "policies": _table(POLICIES),
        "samples": _table(SAMPLES),
    }
    for name, description in TABLES.items():
        top["properties"][name] = {"description": description, **top["properties"][name]}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "qa-sync/settings/1",
        "title": "qa-sync.toml",
    }
    return {**head, **top}


def _table(keys: Mapping[str, Key]) -> dict[str, Any]:
    table: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"description": key.description, **key.kind.schema} for name, key in keys.items()},
        "additionalProperties": False,
    }
    required = [name for name, key in keys.items() if key.required]
    return {**table, "required": required} if required else table


def _required_by_trigger(trigger: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the rule that a trigger requires the keys."""
    has_trigger = {"properties": {"trigger": {"const": str(trigger)}}, "required": ["trigger"]}
    return {"if": has_trigger, "then": {"required": list(keys)}}
