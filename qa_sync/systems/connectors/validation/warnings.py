"""What one should know of a connector that loads: keys that nobody reads, and what is not done as it is written.

A run needs none of this: it is looked for when a connector is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from qa_sync.systems.connectors.auth_options import OPERATIONS
from qa_sync.systems.connectors.connection_options import connection_notes
from qa_sync.systems.connectors.folder import MANIFEST_FILE, Files, Problem, Weight
from qa_sync.systems.connectors.numbers import whole
from qa_sync.systems.connectors.pipes.share_pipes import COLLECT_TEMPLATE, SHARE_TEMPLATE
from qa_sync.systems.connectors.validation import known_keys as known
from qa_sync.systems.connectors.validation.key_rules import Level, Remark, Remarks, below, members, of_object, variants
from qa_sync.systems.connectors.validation.operation_checks import overlapping
from qa_sync.systems.templates.references import REFERENCE
from qa_sync.values.form import Json

STATUSES: Final = r"default|\d+(?:-\d+)?(?:\s*,\s*\d+(?:-\d+)?)*"
"""What a `retry_strategy` can be about."""


def remarks_on(files: Files) -> Iterator[Problem]:
    """Yield the remarks on a connector's files, each with its place."""
    yield from _told(MANIFEST_FILE, _of_manifest(files.manifest))
    yield from _told(files.template, _of_systems(files))
    for key, words in _missing(files.systems):
        yield Problem(files.template, key, words, Weight.MISSING)
    seen: set[str] = set()
    for file, pipes in files.pipes.items():
        for place, pipe in enumerate(pipes):
            yield from _told(file, _of_pipe(pipe, f"[{place}]"), seen)
            yield from (Problem(file, key, words, Weight.MISSING) for key, words in _wrong_in_pipe(pipe, f"[{place}]"))


def _told(file: str, remarks: Iterable[Remark], seen: set[str] | None = None) -> Iterator[Problem]:
    seen = set() if seen is None else seen
    for remark in remarks:
        if not remark.once or remark.once not in seen:
            yield Problem(file, remark.at, remark.words, Weight.NOTE)
        seen.add(remark.once)


def _of_manifest(manifest: Mapping[str, Json]) -> Remarks:
    yield from of_object(known.MANIFEST, manifest, "")
    for name, datatype in members(manifest.get("datatypes")):
        yield from of_object(known.DATATYPE, datatype, f"datatypes.{name}")


def _of_systems(files: Files) -> Remarks:
    for raw in files.system if isinstance(files.system, list) else [files.system]:
        name = raw.get("_id")
        if (name if isinstance(name, str) else "") in files.systems:
            yield from _of_system(raw, str(name) if len(files.systems) > 1 else "")
    for name, system in files.systems.items():
        at = f"{name}." if len(files.systems) > 1 else ""
        yield from (Remark(f"{at}{key}", words) for key, words in connection_notes(system))


def _of_system(raw: Json, at: str) -> Remarks:
    yield from of_object(known.SYSTEM, raw, at)
    for here, system in variants(raw, at):
        for name, level in known.INNER.items():
            yield from of_object(level, system.get(name), below(here, name))
        yield from _of_operations(_own_operations(system.get("custom_auth")), below(here, "custom_auth"))
        yield from _of_strategy(system.get("retry_strategy"), below(here, "retry_strategy"))
        yield from _of_operations(system.get("operations"), below(here, "operations"))


def _of_operations(raw: Json, at: str) -> Remarks:
    for here, operations in variants(raw, at):
        for name, operation in members(operations):
            yield from of_object(known.OPERATION, operation, below(here, name))


def _own_operations(custom: Json) -> dict[str, Json]:
    """Return the operations that stand in `custom_auth` themselves, where others are only named."""
    return {name: value for name, value in members(custom) if name in OPERATIONS}


def _of_strategy(raw: Json, at: str) -> Remarks:
    for here, strategy in variants(raw, at):
        for statuses, rule in members(strategy):
            if not re.fullmatch(STATUSES, statuses.strip()):
                yield Remark(below(here, statuses), "is not read: expected 'default', or statuses such as 500,502-504")
            yield from of_object(known.RETRIES, rule, below(here, statuses))


def _of_pipe(pipe: Json, at: str) -> Remarks:
    yield from of_object(known.PIPE, pipe, at)
    for here, level, use in _uses(pipe, at):
        yield from of_object(level, use, here)
        yield from _of_operations(use.get("operations"), below(here, "operations"))
    for place, transform in _transforms(pipe):
        if transform.get("template") in (SHARE_TEMPLATE, COLLECT_TEMPLATE):
            yield from of_object(known.SHARE, transform.get("properties"), f"{at}.{place}.properties")


def _uses(pipe: Json, at: str) -> Iterator[tuple[str, Level, Mapping[str, Json]]]:
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


def _missing(systems: Mapping[str, Mapping[str, Json]]) -> Iterator[tuple[str, str]]:
    for system, raw in systems.items():
        at = f"{system}." if len(systems) > 1 else ""
        for name, operation in raw["operations"].items():
            yield from ((f"{at}operations.{name}.{key}", words) for key, words in _sizeless(operation))


def _wrong_in_pipe(pipe: Json, at: str) -> Iterator[tuple[str, str]]:
    for here, _, use in _uses(pipe, at):
        yield from ((f"{here}.{key}", words) for key, words in overlapping(use))
        for name, operation in members(use.get("operations")):
            if isinstance(operation, Mapping):
                yield from ((f"{here}.operations.{name}.{key}", words) for key, words in _sizeless(operation))


def _sizeless(operation: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the size of pages: a page that is not full can only be told by it."""
    size, strategy = operation.get("page_size"), operation.get("next_page_termination_strategy")
    if whole(size) or REFERENCE.search(str(size)):
        return
    if strategy == "not-full-page" or (isinstance(strategy, list) and "not-full-page" in strategy):
        yield "page_size", "is needed by the strategy 'not-full-page', which never ends the paging without it"
