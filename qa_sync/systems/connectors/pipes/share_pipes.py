"""Reads share pipes: the operations of writes, the key, and the form of a body if it is simple.

The form is defined by rules of the pipe language; only simple ones are recognized, the others need a payload template
in the settings.

Source: docs/explanation/connector-format-facts.rst, "Which operation a datatype uses" and "Request bodies".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.systems.connectors.operations import BodyRules, WriteBody
from qa_sync.systems.connectors.pipes.dtl import added_members, rules_of, step_lists
from qa_sync.systems.connectors.pipes.parent_lists import transforms_of
from qa_sync.systems.connectors.pipes.supported_rules import unsupported_part
from qa_sync.values.form import Json

SHARE_TEMPLATE: Final = "transform-share-rest"
COLLECT_TEMPLATE: Final = "transform-collect-rest"
ENTITY: Final = ("_S.", "_S.$source")
AFTER_PATCH: Final = "rewrite_update_payload_after_patch"
"""The rule that gets the whole record with the changes, as `_payload`."""
REWRITES: Final[Mapping[str, tuple[str, ...]]] = {
    "insert": ("rewrite_insert_payload",),
    "update": (AFTER_PATCH, "rewrite_update_payload"),
}
TEMPLATE_HINT: Final = 'set a payload template, such as "{{ entity.payload | tojson }}sesam:markjson"'
LONGEST_QUOTE: Final = 120
METADATA_MEMBERS: Final = ("$", "_")
"""Prefixes of members that a body never contains."""
TARGET: Final = "_T."
"""The entity that a rule has built so far."""
BODY_SO_FAR: Final = "(so far)"
"""The name of the steps before a step, treated as a separate rule."""
CONDITIONS: Final = ("is-null", "is-empty")

Rules = Mapping[str, list[Json]]


class SharePipe(Struct, frozen=True):
    """The properties of a share (or collect) template in a pipe, and the rules before it that build the body.

    `stages` are the rules of each transform; `rules` are all of them by name.
    """

    pipe: str
    properties: Mapping[str, Json]
    rules: Rules = field(default_factory=dict)
    stages: tuple[Rules, ...] = ()

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
        rules: dict[str, list[Json]] = {}
        stages: list[Rules] = []
        for transform in transforms_of(pipe):
            if transform.get("template") == template:
                return SharePipe(str(pipe.get("_id", "")), transform.get("properties") or {}, rules, tuple(stages))
            if own := rules_of(transform):
                stages.append(own)
                rules |= own
    return None


def derive_body(share_pipe: SharePipe, verb: str) -> WriteBody | str:
    """Return how the body of a write is built, or the reason why it cannot be built."""
    member = share_pipe.properties.get("payload_property") or "payload"
    whole = verb == "update" and bool(share_pipe.properties.get("client_side_patching"))
    rules, steps = _body_rules(share_pipe, verb)
    body = _simple_form(share_pipe, rules, steps, member)
    if body is None:
        return _form_of_rules(share_pipe, verb, member, whole=whole)
    return replace(body, member=member, whole=whole)


def _simple_form(share_pipe: SharePipe, rules: Rules, steps: list[Json], member: str) -> WriteBody | None:
    """Return the form of a body that is the entity itself, wrapped, in a list or as a JSON Patch, else None."""
    if len(share_pipe.stages) > 1:
        return None
    made = [e for name, e in added_members(steps) if name in {"$payload", "payload", member}]
    if not made and not _changes_entity(steps):
        return WriteBody()
    if len(made) != 1:
        return None
    return _match_body_form(_in_rules(made[-1]), {**rules, BODY_SO_FAR: _before(steps, made[-1])})


def _form_of_rules(share_pipe: SharePipe, verb: str, member: str, *, whole: bool) -> WriteBody | str:
    """Return a body that the pipe's rules build, or the reason with the part of a rule that is not supported."""
    rewriting = step_lists(share_pipe.properties.get("rewrite_rules_payload", {}))
    rewrite = _rewrite_rule(rewriting, verb)
    parts = [unsupported_part(rules, "default") for rules in share_pipe.stages]
    parts += [unsupported_part(rewriting, rewrite)] if rewrite else []
    lost = next((part for part in parts if part is not None), None)
    if lost is None:
        patched = rewrite == AFTER_PATCH
        rules = BodyRules(share_pipe.stages, rewriting if rewrite else {}, rewrite)
        return WriteBody(form="rules", member=member, whole=whole or patched, rules=rules)
    return (
        f"the pipe {share_pipe.pipe!r} builds the body of {verb} by a rule that qa-sync does not support: "
        f"{_quoted(lost)}; {TEMPLATE_HINT}"
    )


def _quoted(part: Json) -> str:
    """Return a part of a rule as JSON, shortened."""
    text = json.dumps(part, ensure_ascii=False)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def _body_rules(share_pipe: SharePipe, verb: str) -> tuple[Rules, list[Json]]:
    """Return the rules that build a verb's body, and the steps of the first one to apply."""
    rewriting = step_lists(share_pipe.properties.get("rewrite_rules_payload", {}))
    if name := _rewrite_rule(rewriting, verb):
        return rewriting, rewriting[name]
    return share_pipe.rules, share_pipe.rules.get("default", [])


def _rewrite_rule(rewriting: Rules, verb: str) -> str:
    """Return the rule of the template that builds the body of a verb, empty if there is none."""
    return next((name for name in REWRITES[verb] if name in rewriting), "")


def _in_rules(expression: Json) -> Json:
    """Return an expression in which the entity built so far is the result of a rule."""
    if expression == TARGET:
        return ["apply", BODY_SO_FAR, ENTITY[0]]
    return [_in_rules(part) for part in expression] if isinstance(expression, list) else expression


def _before(steps: list[Json], expression: Json) -> list[Json]:
    """Return the steps before the one that adds an expression."""
    flat_steps = list(_flat_steps(steps))
    return flat_steps[: next((n for n, step in enumerate(flat_steps) if expression in step), 0)]


def _match_body_form(expression: Json, rules: Rules) -> WriteBody | None:
    """Return the body's form in an expression: the entity, wrapped, in a list, or as a JSON Patch."""
    match expression:
        case str() if expression in ENTITY:
            return WriteBody()
        case ["apply", str(name), ["items", inner]] if _is_patch(rules.get(name, [])):
            body = _match_body_form(inner, rules)
            return replace(body, form="patch") if body and body.form == "object" and not body.key else None
        case ["apply", str(name), inner]:
            return _with_dropped(_match_body_form(inner, rules), _dropped(rules.get(name, [])))
        case ["list", inner]:
            body = _match_body_form(inner, rules)
            return replace(body, many=True) if body and not body.many and not body.key else None
        case ["dict", str(key), inner]:
            body = _match_body_form(inner, rules)
            return replace(body, key=key) if body and not body.key else None
        case _:
            return None


def _with_dropped(body: WriteBody | None, drop: list[str] | None) -> WriteBody | None:
    if body is None or drop is None or body.key or body.many:
        return None
    return replace(body, drop=tuple(dict.fromkeys([*body.drop, *drop])))


def _dropped(steps: list[Json]) -> list[str] | None:
    """Return the members that a rule omits from the entity that it copies, or None if it does anything else."""
    drop: list[str] = []
    copied = False
    for step in _flat_steps(steps):
        match step:
            case ["copy", "*"]:
                copied = True
            case ["copy", "*", given]:
                copied = True
                drop += _names(given)
            case ["remove", given]:
                drop += _names(given)
            case ["if", [str(test), _], ["remove", _]] if test in CONDITIONS:
                pass  # the key of a record that has none yet, which our entity does not contain either
            case _:
                return None
    return drop if copied else None


def _is_patch(steps: list[Json]) -> bool:
    """Return whether a rule turns a member into one operation of a JSON Patch."""
    match list(_flat_steps(steps)):
        case [
            ["merge", ["dict", "op", "replace", "path", ["concat", "/", ["first", "_S."]], "value", ["last", "_S."]]]
        ]:
            return True
        case _:
            return False


def _flat_steps(steps: list[Json]) -> Iterator[Json]:
    """Yield the steps of nested lists, without comments."""
    for step in steps:
        if isinstance(step, list) and step and isinstance(step[0], list):
            yield from _flat_steps(step)
        elif not (isinstance(step, list) and step and step[0] == "comment"):
            yield step


def _changes_entity(steps: list[Json]) -> bool:
    """Return whether a rule does more than copy the entity."""
    return any(step != ["copy", "*"] and not _is_metadata_step(step) for step in _flat_steps(steps))


def _is_metadata_step(step: Json) -> bool:
    """Return whether a step adds a member that is never sent, such as the template's `$based_on`."""
    match step:
        case ["add", str(name), _]:
            return name.removeprefix("::").startswith(METADATA_MEMBERS)
        case _:
            return False


def _names(given: Json) -> list[str]:
    if isinstance(given, str):
        return [given]
    return [str(name) for name in given if name != "list"] if isinstance(given, list) else []


def _paths(given: Json) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) and given else tuple(given) if isinstance(given, list) else ()
