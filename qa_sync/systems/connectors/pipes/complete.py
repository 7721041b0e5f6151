"""Completes a datatype's operations from its pipes: which operations it uses, and with what values.

Source: docs/explanation/connector-format-facts.rst, "What pipes add" and "Which operation a datatype uses".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.systems.connectors.folder import Problem, Severity
from qa_sync.systems.connectors.operations import DEFAULTS, Operation, WriteBody, operation_of, with_template
from qa_sync.systems.connectors.pipes.completed import CompletedDatatype, IncompleteDatatype
from qa_sync.systems.connectors.pipes.last_modified import last_modified
from qa_sync.systems.connectors.pipes.operation_names import FoundOperation, OperationsByName
from qa_sync.systems.connectors.pipes.parent_lists import entity_member, find_parent_reading, transforms_of
from qa_sync.systems.connectors.pipes.requested_members import lost_member, member_outside_key
from qa_sync.systems.connectors.pipes.share_pipes import (
    COLLECT_TEMPLATE,
    SHARE_TEMPLATE,
    Defaults,
    SharePipe,
    derive_body,
    find_share_pipe,
)
from qa_sync.values.form import Json

OVERRIDES: Final = (
    "properties",
    "payload",
    "payload_property",
    "response_property",
    "response_headers_property",
    "response_status_property",
    "id_expression",
    "updated_expression",
    "since_property_name",
    "since_property_location",
    "supports_since",
    "initial_since_value",
    "rate_limiting_retries",
    "rate_limiting_delay",
    "allowed_status_codes",
    "ignored_status_codes",
)
"""The keys of a source or a transform that override the operation's."""
SIMPLE: Final = re.compile(r"\{\{-?\s*(?:entity\.|entity\[')?(\w+(?:\.\w+)*)(?:'\])?\s*-?\}\}")
"""An expression that is one member of the entity and nothing else."""
WRITES: Final = ("insert", "update", "delete")


class DatatypeCompleter(Struct, frozen=True):
    """Completes datatypes; `known` are the names of all, `payloads` are payload templates by `<datatype>-<verb>`."""

    operations_by_name: OperationsByName
    known: Sequence[str]
    payloads: Mapping[str, Json]

    def complete(self, kind: IncompleteDatatype) -> CompletedDatatype:
        """Find the operations of a datatype; never raises, a missing operation becomes a reason."""
        done = CompletedDatatype()
        share = find_share_pipe(kind.pipes, SHARE_TEMPLATE)
        collect = find_share_pipe(kind.pipes, COLLECT_TEMPLATE)
        looks_up_rows = _names_lookup(collect)
        pipe_key = next((s.key for s in (share, collect) if s and s.key), ())
        # The card overrides the pipes, unless the key has several members.
        done.key = (kind.card_key,) if kind.card_key and len(pipe_key) < 2 else pipe_key  # noqa: PLR2004
        self._list(kind, done)
        done.key = done.key or _simple_key(done.operations.get("list")) or _default_key(kind, done)
        if listing := done.operations.get("list"):
            expression = listing.id_expression if done.key == ("_id",) or looks_up_rows else None
            # In a list that is read through a parent it may be the time of the parent's last change.
            done.modified = None if listing.children else last_modified(kind.pipes, listing.rows)
            done.operations["list"] = replace(listing, primary_key=done.key, id_expression=expression)
        self._lookup(kind, done, collect if looks_up_rows and not _names_lookup(share) else share)
        if looks_up_rows:
            _look_up_rows(done)
        for verb in WRITES:
            self._write(kind, done, share, verb)
        if share and share.defaults and "insert" in done.operations:
            self._defaults(kind, done, share.defaults)
        return done

    def _list(self, kind: IncompleteDatatype, done: CompletedDatatype) -> None:
        at, use = next(_sources(kind), ("", {}))
        reading = None if use else find_parent_reading(kind.pipes, kind.name, kind.parent, self.known)
        if reading:
            at, use = "a transform", reading.transform
        found = self._find_operation(kind, done, "list", use, at)
        if found is None or (reading and reading.why_not):
            if found and reading and reading.why_not:
                done.leave_out("list", reading.why_not)
            else:
                done.cannot["list"] = (reading and reading.why_not) or _not_found_reason(use, "list")
            return
        overrides = {key: use[key] for key in OVERRIDES if use.get(key) not in (None, "")}
        if reading:
            overrides.pop("response_property", None)
        operation = replace(operation_of(found.name, {**found.raw, **overrides}, found.system), one_is_list=True)
        if reading:
            operation = replace(operation, children=reading.children, rows=reading.rows)
        elif inner := entity_member(kind.pipes):
            operation = replace(
                operation, rows=inner, id_expression=_relative_to_member(inner, operation.id_expression)
            )
        done.operations["list"] = operation

    def _lookup(self, kind: IncompleteDatatype, done: CompletedDatatype, share_pipe: SharePipe | None) -> None:
        use: Mapping[str, Json] = _use_of(share_pipe, "lookup") if share_pipe else {}
        if not use.get("operation"):
            use = next(_lookups(kind), use or {"operation": None})
        self._add_operation(kind, done, "lookup", use)
        operation = done.operations.get("lookup")
        if operation and (beyond := member_outside_key(operation, done.key)):
            done.leave_out("lookup", f"its request needs {beyond!r} besides the key")

    def _write(self, kind: IncompleteDatatype, done: CompletedDatatype, share: SharePipe | None, verb: str) -> None:
        template = self.payloads.get(f"{kind.name}-{verb}")
        body: WriteBody | str | None = None
        if verb != "delete" and not kind.card_shapes_body:
            body = derive_body(share, verb) if share else "no share pipe defines the body; set a payload template"
            if template is not None:
                body = with_template(body if isinstance(body, WriteBody) else None, template)
            elif isinstance(body, str) and kind.card_key is not None and share is None:
                body = None
        self._add_operation(kind, done, verb, _use_of(share, verb) if share else {})
        operation = done.operations.get(verb)
        if operation is None:
            return
        if isinstance(body, str):
            done.leave_out(verb, body)
            return
        lost = lost_member(operation, done.key, verb, natural=bool(share and share.properties.get("is_natural_key")))
        if lost and verb == "insert":  # no client can make it
            del done.operations[verb]
            done.cannot[verb] = lost
            return
        if lost:
            done.leave_out(verb, lost)
            return
        done.operations[verb] = replace(operation, body=body, new_key=share.new_key if share else ())

    def _defaults(self, kind: IncompleteDatatype, done: CompletedDatatype, defaults: Defaults) -> None:
        """Add the operation that reads the default values of a new record; without it none is created."""
        given = defaults.properties
        use = {"operation": given.get("operation") or "defaults", "system": given.get("rest_system")}
        use["properties"] = given.get("operation_properties")
        self._add_operation(kind, done, DEFAULTS, use)
        if why := done.cannot.pop(DEFAULTS, None):
            done.leave_out("insert", f"its default values cannot be read: {why}")

    def _add_operation(
        self, kind: IncompleteDatatype, done: CompletedDatatype, verb: str, use: Mapping[str, Json]
    ) -> None:
        found = self._find_operation(kind, done, verb, use, "its share pipe")
        if found is None:
            done.cannot[verb] = _not_found_reason(use, verb)
            return
        overrides = {key: use[key] for key in OVERRIDES if use.get(key) not in (None, "")}
        operation = operation_of(found.name, {**found.raw, **overrides}, found.system)
        done.operations[verb] = replace(operation, primary_key=done.key)

    def _find_operation(
        self, kind: IncompleteDatatype, done: CompletedDatatype, verb: str, use: Mapping[str, Json], at: str
    ) -> FoundOperation | None:
        """Return the operation that a pipe names, or the closest one, with a note if it was guessed."""
        name, system = use.get("operation"), use.get("system")
        own = use.get("operations", {}).get(name)
        if isinstance(own, Mapping):  # a pipe may define the operation itself, which then takes precedence
            base = self.operations_by_name.named(str(name), system)
            return FoundOperation(base.system if base else str(system or ""), str(name), own)
        if name and (found := self.operations_by_name.named(name, system)):
            return found
        found = self.operations_by_name.guess(kind.name, verb, name or "", system)
        if found and name and not use.get("by_default"):
            text = f"{at} uses the operation {name!r}, which does not exist; {found.name!r} is used instead"
            done.problems.append(Problem(kind.file, kind.name, text, Severity.NOTE))
        return found


def _names_lookup(share: SharePipe | None) -> bool:
    return share is not None and bool(share.properties.get("operation_lookup"))


def _look_up_rows(done: CompletedDatatype) -> None:
    """Let a list look up the record of each row, as its collect pipe says."""
    if listing := done.operations.get("list"):
        done.operations["list"] = replace(listing, looks_up_rows=True)
        if why := done.cannot.get("lookup"):
            done.leave_out("list", f"its pipe looks up the record of each row, and there is no lookup: {why}")


def _sources(kind: IncompleteDatatype) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield the REST sources of a datatype's pipes."""
    for pipe in kind.pipes:
        source = pipe.get("source")
        if isinstance(source, Mapping) and source.get("type") == "rest":
            yield f"the source of {pipe.get('_id')!r}", source


def _lookups(kind: IncompleteDatatype) -> Iterator[Mapping[str, Json]]:
    """Yield the REST transforms that look up a record (after an event, or in a handwritten share pipe)."""
    for pipe in kind.pipes:
        for transform in transforms_of(pipe):
            if transform.get("type") == "rest" and "lookup" in str(transform.get("operation")):
                kept = ("operation", "system", "operations", "properties", "payload_property")
                yield {key: transform[key] for key in kept if key in transform}


def _use_of(share_pipe: SharePipe, verb: str) -> dict[str, Json]:
    """Return the settings of a share template for a verb, with the keys of a source; operation names have defaults."""
    given = share_pipe.properties
    name = given.get(f"operation_{verb}")
    return {
        "operation": name or verb,
        "by_default": not name,
        "system": given.get("rest_system"),
        "properties": given.get(f"operation_{verb}_properties"),
    }


def _not_found_reason(use: Mapping[str, Json], verb: str) -> str:
    name = use.get("operation")
    return f"the system has no operation {name!r}" if name else f"no pipe and no operation defines {verb}"


def _simple_key(operation: Operation | None) -> tuple[str, ...]:
    """Return the member that an `id_expression` names, or nothing if it is not a single member."""
    match = SIMPLE.fullmatch((operation.id_expression or "").strip()) if operation else None
    return (match[1],) if match else ()


def _relative_to_member(member: str, expression: str | None) -> str | None:
    """Return an `id_expression` of a row as one of that member of it, or None if it uses anything else."""
    match = SIMPLE.fullmatch((expression or "").strip())
    inner = match[1].removeprefix(f"{member}.") if match else ""
    return f"{{{{ {inner} }}}}" if match and inner != match[1] else None


def _default_key(kind: IncompleteDatatype, done: CompletedDatatype) -> tuple[str, ...]:
    operation = done.operations.get("list")
    if operation and operation.id_expression:
        return ("_id",)
    text = "neither primary_key nor id_expression defines the key; 'id' is used"
    done.problems.append(Problem(kind.file, kind.name, text, Severity.NOTE))
    return ("id",)
