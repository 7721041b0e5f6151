"""The functions of the pipe language that rules of share pipes use: each from evaluated arguments to a value; pure.

Source: docs/explanation/connector-format-facts.rst, "Request bodies".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from itertools import chain
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from qa_sync.systems.connectors.pipes.number_functions import NUMBER_FUNCTIONS
from qa_sync.values.form import Json

Arguments = list[Json]


def as_list(value: Json) -> list[Json]:
    """Return a list unchanged, nothing as an empty list, and any other value as a list of one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def is_empty(value: Json) -> bool:
    """Return whether a value is null, an empty text, list or object."""
    return value is None or value in ("", [], {})


def matches(patterns: Json, name: str) -> bool:
    """Return whether a name fits one of the patterns."""
    return any(fnmatchcase(name, str(pattern)) for pattern in as_list(patterns))


def _flat(arguments: Iterable[Json]) -> list[Json]:
    return [value for argument in arguments for value in as_list(argument)]


def _dict(arguments: Arguments) -> Json:
    if len(arguments) == 1:
        return {str(pair[0]): pair[1] for pair in as_list(arguments[0]) if isinstance(pair, list) and len(pair) == 2}  # noqa: PLR2004
    return {str(name): value for name, value in zip(arguments[::2], arguments[1::2], strict=False)}


def _concat(arguments: Arguments) -> Json:
    flat = _flat(arguments)
    return None if None in arguments else "".join(map(_text, flat))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _each(convert: Callable[[Json], Json]) -> Callable[[Arguments], Json]:
    """Return a function of one value that is applied to each value of a list; what has no such value is left out."""

    def one(value: Json) -> Json:
        try:
            return convert(value)
        except (TypeError, ValueError):
            return None

    def apply(arguments: Arguments) -> Json:
        value = arguments[-1]
        if isinstance(value, list):
            return [made for each in value if (made := one(each)) is not None]
        return None if value is None else one(value)

    return apply


def _nth(arguments: Arguments) -> Json:
    place, value = arguments
    if isinstance(value, Mapping):
        return value.get(str(place))
    listed = as_list(value)
    return listed[place] if isinstance(place, int) and -len(listed) <= place < len(listed) else None


def _path(arguments: Arguments) -> Json:
    names, value = as_list(arguments[0]), arguments[1]
    for name in names:
        value = value.get(str(name)) if isinstance(value, Mapping) else None
    return value


def _distinct(arguments: Arguments) -> Json:
    found: list[Json] = []
    for value in _flat(arguments):
        if value not in found:
            found.append(value)
    return found


def _compare(arguments: Arguments, test: Callable[[Json, Json], bool]) -> bool:
    try:
        return None not in arguments and test(*arguments)
    except TypeError:
        return False


def _members(value: Json) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _integer(value: Json) -> int:
    return int(str(value))


FUNCTIONS: Final[Mapping[str, Callable[[Arguments], Json]]] = {
    **NUMBER_FUNCTIONS,
    "list": _flat,
    "literal": lambda arguments: arguments[0],
    "dict": _dict,
    "items": lambda arguments: [[name, value] for name, value in _members(arguments[0])],
    "key-values": lambda arguments: [{"key": name, "value": value} for name, value in _members(arguments[0])],
    "keys": lambda arguments: [name for name, _ in _members(arguments[0])],
    "values": lambda arguments: [value for _, value in _members(arguments[0])],
    "concat": _concat,
    "join": lambda arguments: str(arguments[0]).join(map(_text, _flat(arguments[1:]))),
    "split": lambda arguments: str(arguments[1]).split(str(arguments[0])) if isinstance(arguments[1], str) else [],
    "first": lambda arguments: next(iter(as_list(arguments[0])), None),
    "last": lambda arguments: next(iter(as_list(arguments[0])[::-1]), None),
    "nth": _nth,
    "path": _path,
    "count": lambda arguments: len(as_list(arguments[0])),
    "combine": _flat,
    "distinct": _distinct,
    "coalesce": lambda arguments: next((value for value in _flat(arguments) if value is not None), None),
    "if-null": lambda arguments: arguments[1] if arguments[0] is None else arguments[0],
    "string": _each(_text),
    "integer": _each(_integer),
    "float": _each(float),
    "decimal": _each(float),
    "boolean": _each(lambda value: str(value).lower() == "true"),
    "lower": _each(lambda value: value.lower()),
    "upper": _each(lambda value: value.upper()),
    "strip": _each(lambda value: value.strip()),
    "is-null": lambda arguments: arguments[0] is None,
    "is-not-null": lambda arguments: arguments[0] is not None,
    "is-empty": lambda arguments: is_empty(arguments[0]),
    "is-not-empty": lambda arguments: not is_empty(arguments[0]),
    "is-list": lambda arguments: isinstance(arguments[0], list),
    "is-dict": lambda arguments: isinstance(arguments[0], Mapping),
    "is-string": lambda arguments: isinstance(arguments[0], str),
    "has-key": lambda arguments: isinstance(arguments[1], Mapping) and arguments[0] in arguments[1],
    "eq": lambda arguments: arguments[0] == arguments[1],
    "neq": lambda arguments: arguments[0] != arguments[1],
    "gt": lambda arguments: _compare(arguments, lambda one, other: bool(one > other)),
    "gte": lambda arguments: _compare(arguments, lambda one, other: bool(one >= other)),
    "lt": lambda arguments: _compare(arguments, lambda one, other: bool(one < other)),
    "lte": lambda arguments: _compare(arguments, lambda one, other: bool(one <= other)),
    "in": lambda arguments: arguments[0] in _flat(arguments[1:]),
    "not": lambda arguments: not arguments[0],
    "and": all,
    "or": any,
    "matches": lambda arguments: matches(arguments[0], str(arguments[1])),
    # One id for one place in a rule, because a recording must have the same body each time.
    "uuid": lambda arguments: str(uuid5(NAMESPACE_URL, repr(arguments))),
    "flatten": lambda arguments: list(chain.from_iterable(as_list(each) for each in _flat(arguments))),
}
"""The functions by name; those that evaluate an argument once per item are in `rules`."""
