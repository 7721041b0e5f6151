"""Builds the body of a write by the rules of a share pipe.

Source: docs/explanation/connector-format-facts.rst, "Request bodies".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qa_sync.errors import ConnectorError
from qa_sync.systems.connectors.operations import NEVER_SENT, BodyRules
from qa_sync.systems.connectors.pipes.rules import apply_rule
from qa_sync.systems.connectors.pipes.share_pipes import BODY_MEMBERS
from qa_sync.values.form import Json

FAULTS: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What an invalid rule raises."""

WRAPS: Final = 3
"""How deep the entity is within its body: an object, a list and an object round it."""


def body_by_rules(
    rules: BodyRules,
    member: str,
    entity: Mapping[str, Json],
    key: Mapping[str, Json],
    defaults: Mapping[str, Json] | None = None,
) -> Json:
    """Return the body that rules build of an entity; `member` is the one that the share template takes it from.

    `key` are the members of the record's id (empty for an insert); `defaults` are default values of the system, which
    values of the entity override. Raises ConnectorError if the rules discard it.
    """
    built: Mapping[str, Json] = entity
    for at, stage in enumerate(rules.stages):
        built = _applied(stage, "default", _with_defaults(built, defaults) if at == rules.defaults_at else built)
    if rules.defaults_at == len(rules.stages):
        built = _with_defaults(built, defaults)
    if not rules.rewrite_rule:
        return _body(built, member)
    source = {**built, **key, "$source": built, "_payload": _body(built, member)}
    return _body(_applied(rules.rewrite, rules.rewrite_rule, source), member)


def _with_defaults(built: Mapping[str, Json], defaults: Mapping[str, Json] | None) -> Mapping[str, Json]:
    return {**(defaults or {}), **built}


def _applied(rules: Mapping[str, Json], name: str, source: Mapping[str, Json]) -> Mapping[str, Json]:
    try:
        built = apply_rule(rules, name, source)
    except FAULTS as error:
        raise ConnectorError(f"the rule {name!r} of the share pipe cannot be applied: {error}") from None
    if built is None or built.get("$discard"):
        why = f": {built['$discard']}" if built else ""
        raise ConnectorError(f"the rule {name!r} of the share pipe discards the record{why}")
    return built


def _body(built: Mapping[str, Json], member: str) -> Json:
    return _without_pipe_members(next((built[name] for name in (member, *BODY_MEMBERS) if name in built), built))


def _without_pipe_members(body: Json, depth: int = WRAPS) -> Json:
    """Return a body without the members that belong to the pipes, also within what wraps the entity."""
    if depth and isinstance(body, Mapping):
        kept = {name: value for name, value in body.items() if not name.startswith(NEVER_SENT)}
        return {name: _without_pipe_members(value, depth - 1) for name, value in kept.items()}
    if depth and isinstance(body, list):
        return [_without_pipe_members(value, depth - 1) for value in body]
    return body
