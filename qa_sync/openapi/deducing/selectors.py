"""Finds parameters that select the members of a record, where a list shows less than a lookup."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from qa_sync.openapi.deducing.envelopes import record_of, rows_of
from qa_sync.openapi.deducing.shapes import response_of
from qa_sync.openapi.model import Resource
from qa_sync.openapi.reading.routes import Parameter, Route
from qa_sync.openapi.reading.schema import schema_of
from qa_sync.openapi.spelling import is_copyable, joined
from qa_sync.values.form import Json

SELECTORS: Final = frozenset(("fields", "optfields", "select", "properties", "attributes"))
MAX_FIELDS: Final = 100


def selected_fields(resource: Resource, paths: list[str]) -> dict[str, dict[str, Json]]:
    """Return by verb (`list`, `lookup`) the parameter that asks for the paths, within what the document allows."""
    if not _is_thinner(resource):
        return {}
    found = {v: p for v in ("list", "lookup") if (p := _selector(resource.routes.get(v))) is not None}
    allowed = next((names for p in found.values() if (names := _allowed(p))), None)
    wanted = [path for path in dict.fromkeys(paths) if (path in allowed if allowed else '"' not in path)]
    if not found or not wanted or len(wanted) > MAX_FIELDS:
        return {}
    return {verb: {parameter.name: ",".join(_within(wanted, _allowed(parameter)))} for verb, parameter in found.items()}


def _is_thinner(resource: Resource) -> bool:
    """Return whether a list shows less of a record than a lookup, or neither shows all by itself."""
    listed, looked_up = (response_of(resource.routes.get(verb)) for verb in ("list", "lookup"))
    rows = rows_of(resource, listed) if listed else None
    one = record_of(resource, looked_up) if looked_up else None
    if rows is None or one is None:
        return True
    row, whole = rows.record, one.record
    is_map = any(joined(name) in SELECTORS for name in whole.properties)  # of which only what is named is shown
    return is_map or bool(whole.properties.keys() - row.properties.keys())


def _selector(route: Route | None) -> Parameter | None:
    parameters = route.parameters if route else ()
    return next(
        (p for p in parameters if p.location == "query" and joined(p.name) in SELECTORS and is_copyable(p.name)), None
    )


def _allowed(parameter: Parameter) -> frozenset[str] | None:
    """Return the values that the document allows, or None if it allows any."""
    schema = schema_of(parameter.schema.items) if parameter.schema.items is not None else parameter.schema
    return frozenset(str(v) for v in schema.enum) or None


def _within(paths: Iterable[str], allowed: frozenset[str] | None) -> list[str]:
    return [path for path in paths if allowed is None or path in allowed]
