"""Reads share pipes: the operations of writes, the key, and how a body is built.

Rules of the pipe language build it (`rules`); those that cannot be applied need a payload template in the settings.

Source: docs/explanation/connector-format-facts.rst, "Which operation a datatype uses" and "Request bodies".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from qa_sync.systems.connectors.operations import DEFAULTS_TEMPLATE, BodyRules, WriteBody
from qa_sync.systems.connectors.pipes.dtl import rules_of, step_lists
from qa_sync.systems.connectors.pipes.parent_lists import transforms_of
from qa_sync.systems.connectors.pipes.supported_rules import unsupported_part
from qa_sync.values.form import Json

SHARE_TEMPLATE: Final = "transform-share-rest"
COLLECT_TEMPLATE: Final = "transform-collect-rest"
AFTER_PATCH: Final = "rewrite_update_payload_after_patch"
"""The rule that gets the whole record with the changes, as `_payload`."""
REWRITES: Final[Mapping[str, tuple[str, ...]]] = {
    "insert": ("rewrite_insert_payload",),
    "update": (AFTER_PATCH, "rewrite_update_payload"),
}
TEMPLATE_HINT: Final = 'set a payload template, such as "{{ entity.payload | tojson }}sesam:markjson"'
LONGEST_QUOTE: Final = 120
BODY_MEMBERS: Final = ("$payload", "payload")
"""The members that rules add for the body."""
METADATA_MEMBERS: Final = ("$", "_")
"""Prefixes of members that a body never contains."""

Rules = Mapping[str, list[Json]]


class Defaults(Struct, frozen=True):
    """The template that adds the system's default values to a new record: its properties, and the stages before it."""

    properties: Mapping[str, Json]
    at: int


class SharePipe(Struct, frozen=True):
    """The properties of a share (or collect) template in a pipe, and the rules before it that build the body.

    `stages` are the rules of each transform. `defaults` is the template before it that
    adds default values, if any.
    """

    pipe: str
    properties: Mapping[str, Json]
    stages: tuple[Rules, ...] = ()
    defaults: Defaults | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The paths of the members of an id; empty if the pipe does not define them."""
        return _paths(self.properties.get("primary_key"))

    @property
    def new_key(self) -> tuple[str, ...]:
        """The same in the response to an insert, if it differs."""
        return _paths(self.properties.get("primary_key_insert"))


def find_share_pipe(pipes: Iterable[Mapping[str, Json]], template: str) -> SharePipe | None:
    """Return the first pipe with that template, or None if there is none."""
    for pipe in pipes:
        stages: list[Rules] = []
        defaults: Defaults | None = None
        for transform in transforms_of(pipe):
            properties = transform.get("properties") or {}
            if transform.get("template") == template:
                return SharePipe(str(pipe.get("_id", "")), properties, tuple(stages), defaults)
            if transform.get("template") == DEFAULTS_TEMPLATE:
                defaults = Defaults(properties, len(stages))
            if own := rules_of(transform):
                stages.append(own)
    return None


def derive_body(share_pipe: SharePipe, verb: str) -> WriteBody | str:
    """Return how the body of a write is built, or the reason why it cannot be built."""
    member = share_pipe.properties.get("payload_property") or "payload"
    whole = verb == "update" and bool(share_pipe.properties.get("client_side_patching"))
    rewriting = step_lists(share_pipe.properties.get("rewrite_rules_payload", {}))
    plain = not any(_changes_entity(stage.get("default", []), member) for stage in share_pipe.stages)
    if plain and not _rewrite_rule(rewriting, verb) and not (share_pipe.defaults and verb == "insert"):
        return WriteBody(member=member, whole=whole)
    return _form_of_rules(share_pipe, verb, member, whole=whole)


def _form_of_rules(share_pipe: SharePipe, verb: str, member: str, *, whole: bool) -> WriteBody | str:
    """Return a body that the pipe's rules build, or the reason with the part of a rule that is not supported."""
    rewriting = step_lists(share_pipe.properties.get("rewrite_rules_payload", {}))
    rewrite = _rewrite_rule(rewriting, verb)
    parts = [unsupported_part(rules, "default") for rules in share_pipe.stages]
    parts += [unsupported_part(rewriting, rewrite)] if rewrite else []
    lost = next((part for part in parts if part is not None), None)
    if lost is None:
        patched = rewrite == AFTER_PATCH
        defaults_at = share_pipe.defaults.at if share_pipe.defaults and verb == "insert" else None
        rules = BodyRules(share_pipe.stages, rewriting if rewrite else {}, rewrite, defaults_at)
        return WriteBody(member=member, whole=whole or patched, rules=rules)
    return (
        f"the pipe {share_pipe.pipe!r} builds the body of {verb} by a rule that qa-sync does not support: "
        f"{_quoted(lost)}; {TEMPLATE_HINT}"
    )


def _quoted(part: Json) -> str:
    """Return a part of a rule as JSON, shortened."""
    text = json.dumps(part, ensure_ascii=False)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def _rewrite_rule(rewriting: Rules, verb: str) -> str:
    """Return the rule of the template that builds the body of a verb, empty if there is none."""
    return next((name for name in REWRITES[verb] if name in rewriting), "")


def _flat_steps(steps: list[Json]) -> Iterator[Json]:
    """Yield the steps of nested lists, without comments."""
    for step in steps:
        if isinstance(step, list) and step and isinstance(step[0], list):
            yield from _flat_steps(step)
        elif not (isinstance(step, list) and step and step[0] == "comment"):
            yield step


def _changes_entity(steps: list[Json], member: str) -> bool:
    """Return whether a rule does more than copy the entity."""
    return any(step != ["copy", "*"] and not _is_metadata_step(step, member) for step in _flat_steps(steps))


def _is_metadata_step(step: Json, member: str) -> bool:
    """Return whether a step adds a member that is never sent, such as the template's `$based_on`."""
    match step:
        case ["add", str(name), _]:
            added = name.removeprefix("::")
            return added.startswith(METADATA_MEMBERS) and added not in {*BODY_MEMBERS, member}
        case _:
            return False


def _paths(given: Json) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) and given else tuple(given) if isinstance(given, list) else ()
