"""A small part of the pipe language, with which pipes pass a parent's values to an operation; pure.

Supports only expressions that read the source entity and concatenate texts; see `can_evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from qa_sync.values import paths
from qa_sync.values.form import Json

SOURCE: Final = "_S."


def can_evaluate(expression: Json) -> bool:
    """Return whether `value` can evaluate an expression."""
    if isinstance(expression, str):
        return not expression.startswith("_") or expression.startswith(SOURCE)
    if not isinstance(expression, list):
        return not isinstance(expression, Mapping) or not expression
    known = bool(expression) and isinstance(expression[0], str) and expression[0] in FUNCTIONS
    return known and all(can_evaluate(part) for part in expression[1:])


def value(expression: Json, source: Mapping[str, Json]) -> Json:
    """Return the value of an expression for a source entity."""
    if isinstance(expression, str) and expression.startswith(SOURCE):
        path = expression.removeprefix(SOURCE)
        return paths.read(source, path) if path else source
    if isinstance(expression, list):
        return FUNCTIONS[expression[0]]([value(part, source) for part in expression[1:]])
    return expression


def rules_of(transform: Mapping[str, Json]) -> Mapping[str, list[Json]]:
    """Return the rules of a transform of type dtl; empty for any other type."""
    if transform.get("type") != "dtl":
        return {}
    return step_lists(transform.get("rules", {}))


def step_lists(rules: Mapping[str, Json]) -> Mapping[str, list[Json]]:
    """Return the rules that are lists of steps, as all rules should be."""
    return {name: steps for name, steps in rules.items() if isinstance(steps, list)}


def added_members(steps: list[Json]) -> Iterator[tuple[str, Json]]:
    """Yield the members that a rule adds, with their expressions."""
    for step in steps:
        if isinstance(step, list) and len(step) == 3 and step[0] == "add" and isinstance(step[1], str):  # noqa: PLR2004
            yield step[1].removeprefix("::"), step[2]


def _concat(parts: list[Json]) -> Json:
    flat = [p for part in parts for p in (part if isinstance(part, list) else [part])]
    return None if None in flat else "".join(str(p) for p in flat)


def _dict(parts: list[Json]) -> Json:
    return dict(zip(parts[::2], parts[1::2], strict=False))


FUNCTIONS: Final[Mapping[str, Callable[[list[Json]], Json]]] = {
    "concat": _concat,
    "string": lambda parts: None if parts[0] is None else str(parts[0]),
    "dict": _dict,
    "list": list,
    "first": lambda parts: next(iter(parts[0]), None) if isinstance(parts[0], list) else parts[0],
}
