"""Applies rules of the pipe language to an entity, as share pipes do before a write; pure.

`unsupported_part` says beforehand whether all of a rule can be applied. Source:
docs/explanation/connector-format-facts.rst, "Request bodies".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.systems.connectors.pipes.rule_functions import FUNCTIONS, as_list, is_empty, matches
from qa_sync.values.form import Json

Rules = Mapping[str, list[Json]]

VARIABLE: Final = re.compile(r"_(?P<scope>R\._[ST]|[STRP])?\.(?P<path>.*)", re.DOTALL)
"""A variable: `_S.` the source entity, `_T.` the one that is built, `_.` the item, `_R.` and `_P.` those outside."""

PER_ITEM: Final = frozenset({"map", "filter", "all", "any", "apply", "if"})
"""Functions that evaluate an argument once per item, or not at all."""


class Scope(Struct, frozen=True):
    """What the variables of an expression mean; `built` is the entity that the current rule builds."""

    rules: Rules
    source: Json
    built: dict[str, Json] = field(default_factory=dict)
    item: Json = None
    parent: Scope | None = None

    @property
    def root(self) -> Scope:
        """The scope of the outermost rule."""
        return self.parent.root if self.parent else self

    def variable(self, scope: str | None) -> Json:
        """Return the value of a variable without its path."""
        match scope:
            case "S":
                return self.source
            case "T":
                return {**self.built}  # as it is now: later steps do not change what this one takes
            case "R._S":
                return self.root.source
            case "R._T":
                return {**self.root.built} or self.root.source
            case "P":
                return self.parent.source if self.parent else None
            case _:
                return self.source if self.item is None else self.item


class Discarded(Exception):
    """The rule discards the entity."""


def apply_rule(rules: Rules, name: str, source: Json, parent: Scope | None = None) -> dict[str, Json] | None:
    """Return what a rule builds of an entity, None if it discards it."""
    scope = Scope(rules, source, {}, None, parent)
    try:
        _apply(rules.get(name, []), scope)
    except Discarded:
        return None
    return scope.built


def _apply(steps: Json, scope: Scope) -> None:
    for step in each_step(steps):
        STEPS[step[0]](step[1:], scope)


def each_step(steps: Json) -> Iterator[list[Json]]:
    """Yield the steps of a rule: one step, or nested lists of them."""
    if not isinstance(steps, list) or not steps:
        return
    if isinstance(steps[0], str):
        yield steps
        return
    for step in steps:
        yield from each_step(step)


# -- expressions


def evaluate(expression: Json, scope: Scope) -> Json:
    """Return the value of an expression."""
    if isinstance(expression, str):
        found = VARIABLE.fullmatch(expression)
        return _read(scope.variable(found["scope"]), found["path"]) if found else expression
    if isinstance(expression, list) and expression and isinstance(expression[0], str):
        name, arguments = expression[0], expression[1:]
        if name in PER_ITEM:
            return _per_item(name, arguments, scope)
        if name == "dict" and len(arguments) > 1:
            # A member that a partial update does not have is left out.
            arguments = [part for pair in _pairs(arguments) if not _is_missing(pair[1], scope) for part in pair]
        return FUNCTIONS[name]([evaluate(argument, scope) for argument in arguments])
    return expression


def _pairs(arguments: list[Json]) -> list[tuple[Json, Json]]:
    return list(zip(arguments[::2], arguments[1::2], strict=False))


def _read(value: Json, path: str) -> Json:
    """Return the value at a path; through a list, the values of its elements."""
    for name in path.split(".") if path else ():
        if isinstance(value, list):
            value = [found for each in value if (found := _read(each, name)) is not None]
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _per_item(name: str, arguments: list[Json], scope: Scope) -> Json:
    if name == "if":
        chosen = arguments[1] if evaluate(arguments[0], scope) else arguments[2] if len(arguments) > 2 else None  # noqa: PLR2004
        return evaluate(chosen, scope)
    values = evaluate(arguments[1], scope)
    if name == "apply":
        return _applied(str(arguments[0]), values, scope)
    items = [(each, evaluate(arguments[0], replace(scope, item=each))) for each in as_list(values)]
    if name == "map":
        return [made for _, made in items]
    if name == "filter":
        return [each for each, kept in items if kept]
    return all(kept for _, kept in items) if name == "all" else any(kept for _, kept in items)


def _applied(rule: str, value: Json, scope: Scope) -> Json:
    if value is None:
        return None
    if isinstance(value, list):
        return [made for each in value if (made := apply_rule(scope.rules, rule, each, scope)) is not None]
    return apply_rule(scope.rules, rule, value, scope)


def _is_missing(expression: Json, scope: Scope) -> bool:
    """Return whether an expression has no value because the entity lacks all members that it reads."""
    return evaluate(expression, scope) in (None, []) and not _reads_present(expression, scope)


def _reads_present(expression: Json, scope: Scope) -> bool:
    if isinstance(expression, str):
        found = VARIABLE.fullmatch(expression)
        if not found or not found["path"]:
            return found is None
        value = scope.variable(found["scope"])
        return isinstance(value, Mapping) and found["path"].partition(".")[0] in value
    parts = (
        [part for part in expression[1:] if isinstance(part, list) or VARIABLE.match(str(part))]
        if isinstance(expression, list)
        else []
    )
    return any(_reads_present(part, scope) for part in parts) if parts else True


# -- steps


def _copy(arguments: list[Json], scope: Scope) -> None:
    wanted, unwanted = (evaluate(part, scope) for part in (*arguments, None)[:2])
    if isinstance(scope.source, Mapping):
        kept = {n: v for n, v in scope.source.items() if matches(wanted, n) and not matches(unwanted, n)}
        scope.built.update(kept)


def _add(arguments: list[Json], scope: Scope) -> None:
    name, expression = _member(arguments[0], scope), arguments[1]
    if not _is_missing(expression, scope):
        scope.built[name] = evaluate(expression, scope)


def _add_if(arguments: list[Json], scope: Scope) -> None:
    value = evaluate(arguments[1], scope)
    if not is_empty(value):
        scope.built[_member(arguments[0], scope)] = value


def _member(name: Json, scope: Scope) -> str:
    """Return the name of a member to add, which may be the value of a variable."""
    return str(evaluate(name, scope)).removeprefix("::")


def _default(arguments: list[Json], scope: Scope) -> None:
    if scope.built.get(str(arguments[0])) is None:
        _add(arguments, scope)


def _remove(arguments: list[Json], scope: Scope) -> None:
    patterns = evaluate(arguments[0], scope)
    for name in [name for name in scope.built if matches(patterns, name)]:
        del scope.built[name]


def _rename(arguments: list[Json], scope: Scope) -> None:
    old, new = map(str, arguments[:2])
    if isinstance(scope.source, Mapping) and old in scope.source:
        scope.built.pop(old, None)
        scope.built[new] = scope.source[old]


def _merge(arguments: list[Json], scope: Scope) -> None:
    for each in as_list(evaluate(arguments[0], scope)):
        if isinstance(each, Mapping):
            scope.built.update(each)


def _if(arguments: list[Json], scope: Scope) -> None:
    chosen = arguments[1] if evaluate(arguments[0], scope) else arguments[2] if len(arguments) > 2 else []  # noqa: PLR2004
    _apply(chosen, scope)


def _filter(arguments: list[Json], scope: Scope) -> None:
    if not evaluate(arguments[0], scope):
        raise Discarded


def _discard(arguments: list[Json], scope: Scope) -> None:
    if not arguments or evaluate(arguments[0], scope):
        raise Discarded


def _comment(arguments: list[Json], scope: Scope) -> None:  # noqa: ARG001 - one signature for the table
    return


STEPS: Final = {
    "copy": _copy,
    "add": _add,
    "add-if": _add_if,
    "default": _default,
    "remove": _remove,
    "rename": _rename,
    "merge": _merge,
    "if": _if,
    "filter": _filter,
    "discard": _discard,
    "comment": _comment,
}
"""The steps by name."""
