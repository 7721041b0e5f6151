"""Warnings about a connector that loads: keys that are not read, and behavior that differs from the format.

Only `connectors check` needs these warnings, not a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from qa_sync.systems.connectors.auth_options import OPERATIONS
from qa_sync.systems.connectors.connection_options import connection_notes
from qa_sync.systems.connectors.folder import MANIFEST_FILE, ConnectorFiles, Problem, Severity
from qa_sync.systems.connectors.numbers import whole
from qa_sync.systems.connectors.operations import DEFAULTS_TEMPLATE
from qa_sync.systems.connectors.pipes.share_pipes import COLLECT_TEMPLATE, SHARE_TEMPLATE
from qa_sync.systems.connectors.validation import known_keys as known
from qa_sync.systems.connectors.validation.key_rules import (
    ConnectorWarning,
    ConnectorWarnings,
    KnownKeys,
    member_path,
    members,
    unknown_key_warnings,
    variants,
)
from qa_sync.systems.connectors.validation.operation_checks import overlapping_statuses
from qa_sync.systems.templates.references import REFERENCE
from qa_sync.values.form import Json

STATUSES: Final = r"default|\d+(?:-\d+)?(?:\s*,\s*\d+(?:-\d+)?)*"
"""The valid keys of a `retry_strategy`."""


def connector_warnings(files: ConnectorFiles) -> Iterator[Problem]:
    """Yield the warnings about a connector's files, each with its path."""
    yield from _as_problems(MANIFEST_FILE, _manifest_warnings(files.manifest))
    yield from _as_problems(files.template, _systems_warnings(files))
    for key, words in _missing_warnings(files.systems):
        yield Problem(files.template, key, words, Severity.MISSING)
    seen: set[str] = set()
    for file, pipes in files.pipes.items():
        for place, pipe in enumerate(pipes):
            yield from _as_problems(file, _pipe_warnings(pipe, f"[{place}]"), seen)
            yield from (
                Problem(file, key, words, Severity.MISSING) for key, words in _pipe_value_warnings(pipe, f"[{place}]")
            )


def _as_problems(file: str, warnings: Iterable[ConnectorWarning], seen: set[str] | None = None) -> Iterator[Problem]:
    seen = set() if seen is None else seen
    for warning in warnings:
        if not warning.once_key or warning.once_key not in seen:
            yield Problem(file, warning.at, warning.message, Severity.NOTE)
        seen.add(warning.once_key)


def _manifest_warnings(manifest: Mapping[str, Json]) -> ConnectorWarnings:
    yield from unknown_key_warnings(known.MANIFEST, manifest, "")
    for name, datatype in members(manifest.get("datatypes")):
        yield from unknown_key_warnings(known.DATATYPE, datatype, f"datatypes.{name}")


def _systems_warnings(files: ConnectorFiles) -> ConnectorWarnings:
    for raw in files.system if isinstance(files.system, list) else [files.system]:
        name = raw.get("_id")
        if (name if isinstance(name, str) else "") in files.systems:
            yield from _system_warnings(raw, str(name) if len(files.systems) > 1 else "")
    for name, system in files.systems.items():
        at = f"{name}." if len(files.systems) > 1 else ""
        yield from (ConnectorWarning(f"{at}{key}", words) for key, words in connection_notes(system))


def _system_warnings(raw: Json, at: str) -> ConnectorWarnings:
    yield from unknown_key_warnings(known.SYSTEM, raw, at)
    for here, system in variants(raw, at):
        for name, level in known.INNER.items():
            yield from unknown_key_warnings(level, system.get(name), member_path(here, name))
        yield from _operations_warnings(_inline_operations(system.get("custom_auth")), member_path(here, "custom_auth"))
        yield from _retry_strategy_warnings(system.get("retry_strategy"), member_path(here, "retry_strategy"))
        yield from _operations_warnings(system.get("operations"), member_path(here, "operations"))


def _operations_warnings(raw: Json, at: str) -> ConnectorWarnings:
    for here, operations in variants(raw, at):
        for name, operation in members(operations):
            yield from unknown_key_warnings(known.OPERATION, operation, member_path(here, name))


def _inline_operations(custom: Json) -> dict[str, Json]:
    """Return the operations that `custom_auth` defines itself instead of naming them."""
    return {name: value for name, value in members(custom) if name in OPERATIONS}


def _retry_strategy_warnings(raw: Json, at: str) -> ConnectorWarnings:
    for here, strategy in variants(raw, at):
        for statuses, rule in members(strategy):
            if not re.fullmatch(STATUSES, statuses.strip()):
                yield ConnectorWarning(
                    member_path(here, statuses), "is not read: expected 'default', or statuses such as 500,502-504"
                )
            yield from unknown_key_warnings(known.RETRIES, rule, member_path(here, statuses))


def _pipe_warnings(pipe: Json, at: str) -> ConnectorWarnings:
    yield from unknown_key_warnings(known.PIPE, pipe, at)
    for here, level, use in _operation_uses(pipe, at):
        yield from unknown_key_warnings(level, use, here)
        yield from _operations_warnings(use.get("operations"), member_path(here, "operations"))
    for place, transform in _transforms(pipe):
        if transform.get("template") in (SHARE_TEMPLATE, COLLECT_TEMPLATE):
            yield from unknown_key_warnings(known.SHARE, transform.get("properties"), f"{at}.{place}.properties")
        if transform.get("template") == DEFAULTS_TEMPLATE:
            yield from unknown_key_warnings(known.DEFAULTS, transform.get("properties"), f"{at}.{place}.properties")


def _operation_uses(pipe: Json, at: str) -> Iterator[tuple[str, KnownKeys, Mapping[str, Json]]]:
    """Yield the source and the transforms of a pipe that call an operation."""
    source = pipe.get("source") if isinstance(pipe, Mapping) else None
    if isinstance(source, Mapping) and source.get("type") == "rest":
        yield f"{at}.source", known.SOURCE, source
    for place, transform in _transforms(pipe):
        if transform.get("type") == "rest":
            yield f"{at}.{place}", known.TRANSFORM, transform


def _transforms(pipe: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    given = pipe.get("transform") if isinstance(pipe, Mapping) else None
    for place, transform in enumerate(given if isinstance(given, list) else [given]):
        if isinstance(transform, Mapping):
            yield f"transform[{place}]", transform


def _missing_warnings(systems: Mapping[str, Mapping[str, Json]]) -> Iterator[tuple[str, str]]:
    for system, raw in systems.items():
        at = f"{system}." if len(systems) > 1 else ""
        for name, operation in raw["operations"].items():
            yield from ((f"{at}operations.{name}.{key}", words) for key, words in _page_size_warnings(operation))


def _pipe_value_warnings(pipe: Json, at: str) -> Iterator[tuple[str, str]]:
    for here, _, use in _operation_uses(pipe, at):
        yield from ((f"{here}.{key}", words) for key, words in overlapping_statuses(use))
        for name, operation in members(use.get("operations")):
            if isinstance(operation, Mapping):
                yield from ((f"{here}.operations.{name}.{key}", words) for key, words in _page_size_warnings(operation))


def _page_size_warnings(operation: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield a problem if the strategy 'not-full-page' has no page size."""
    size, strategy = operation.get("page_size"), operation.get("next_page_termination_strategy")
    if whole(size) or REFERENCE.search(str(size)):
        return
    if strategy == "not-full-page" or (isinstance(strategy, list) and "not-full-page" in strategy):
        yield "page_size", "is needed by the strategy 'not-full-page', which never ends the paging without it"
