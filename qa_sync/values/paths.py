"""Reads and writes the value at a property path in JSON data; the grammar is in `qa_sync.values.path_grammar`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from qa_sync.errors import NotConvertible
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import Every, Index, Name, Selector, Step, member_names, parse, segments

__all__ = ["find", "omit", "parse", "read", "segments", "write"]


def read(data: Json, path: str) -> Json:
    """Return the value at a path, or None when it is missing.

    A path through a list returns a list with one value per element (None for a missing value); nested lists are
    flattened. The empty path is the whole value. Raises UsageError for an invalid path.
    """
    names = member_names(path)
    if names is None:
        return _read(data, parse(path))
    node = data
    for name in names:
        if not isinstance(node, dict):  # a list, or a missing member
            return _read(data, parse(path))
        node = node.get(name)
    return node


def _read(node: Json, steps: tuple[Step, ...]) -> Json:
    for index, step in enumerate(steps):
        if node is None:
            return None
        if isinstance(node, dict) and isinstance(step, Name):  # the most frequent case
            node = node.get(step.name)
            continue
        if isinstance(step, Every) or (isinstance(step, Name) and isinstance(node, list)):
            return _read_all(node, steps[index + isinstance(step, Every) :])
        node = _child(node, step)
    return node


def _read_all(node: Json, rest: tuple[Step, ...]) -> Json:
    if not isinstance(node, list):
        return None
    values: list[Json] = []
    for element in node:
        value = _read(element, rest)
        values.extend(value if isinstance(value, list) else [value])
    return values


def _child(node: Json, step: Step) -> Json:
    match step:
        case Name(name):
            return node.get(name) if isinstance(node, Mapping) else None
        case Index() | Selector():
            place = find(node, step) if isinstance(node, list) else None
            return None if place is None else node[place]
        case Every():
            return node


def find(elements: list[Json], step: Index | Selector) -> int | None:
    """Return the index of the element that an index or a selector selects, or None."""
    if isinstance(step, Index):
        return step.index if step.index < len(elements) else None
    key, value = step.key, step.value
    for index, element in enumerate(elements):
        if isinstance(element, (dict, Mapping)) and _key_text(element.get(key)) == value:
            return index
    return None


def _key_text(value: Json) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or isinstance(value, (list, Mapping)) else str(value)


def omit(data: Json, path: str) -> Json:
    """Return the data without the member at a path, in every element of the lists on the way; `data` is unchanged."""
    return _omit(data, parse(path))


def _omit(node: Json, steps: tuple[Step, ...]) -> Json:
    step, rest = steps[0], steps[1:]
    if isinstance(node, list):
        if isinstance(step, Index | Selector):
            place = find(node, step)
            return [v if n != place else _omit(v, rest) for n, v in enumerate(node) if rest or n != place]
        inner = rest if isinstance(step, Every) else steps
        return [_omit(element, inner) for element in node] if inner else []
    if not isinstance(node, (dict, Mapping)) or not isinstance(step, Name) or step.name not in node:
        return node
    return {k: v if k != step.name else _omit(v, rest) for k, v in node.items() if rest or k != step.name}


def write(data: Json, path: str, value: Json) -> Json:
    """Return a copy of the data with a value at a path; `data` is unchanged.

    Missing objects are created. A selector without a match adds an element with the selector's key (unless the value is
    None). Through a list, a list (or tuple) of values is written element by element: the list grows by new objects, and
    elements after the last value are removed; None clears the member in every element. When the container is missing, a
    list of values creates a list before the last name (`lines.name`), unless the path contains `[]`. Raises
    NotConvertible when the data do not have the structure of the path, UsageError for an invalid path.
    """
    return _write(data, parse(path), list(value) if isinstance(value, tuple) else value, path)


def _write(node: Json, steps: tuple[Step, ...], value: Json, path: str) -> Json:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, Name):
        return _write_name(node, step, steps, value, path)
    elements = _expect_list(node, path)
    if isinstance(step, Every):
        return _write_all(elements, rest, value, path)
    return _write_one(elements, step, rest, value, path)


def _write_name(node: Json, step: Name, steps: tuple[Step, ...], value: Json, path: str) -> Json:
    rest = steps[1:]
    if isinstance(node, list):
        return _write_all(node, steps, value, path)
    # The path in a spec does not show which container is a list; a list of values implies one.
    if node is None and isinstance(value, list) and not rest and Every() not in parse(path):
        return _write_all([], steps, value, path)
    if node is not None and not isinstance(node, (dict, Mapping)):
        raise NotConvertible(f"{path}: expected an object around {step.name!r}, got a {type(node).__name__}")
    members = dict(node) if node else {}
    members[step.name] = _write(members.get(step.name), rest, value, path)
    return members


def _write_all(elements: list[Json], rest: tuple[Step, ...], value: Json, path: str) -> list[Json]:
    if value is None:
        return [_write(el, rest, None, path) for el in elements] if rest else []
    if not isinstance(value, list):
        raise NotConvertible(f"{path}: expected a list of values for a list, got a {type(value).__name__}")
    slots = [_read(el, rest) for el in elements] if rest else []
    if any(isinstance(slot, list) for slot in slots):
        return _write_elements(elements, slots, rest, value, path)
    fresh: list[Json] = [_new_container(rest) for _ in range(len(value) - len(elements))]
    return [_write(el, rest, v, path) for el, v in zip([*elements, *fresh], value, strict=False)]


def _write_elements(
    elements: list[Json], slots: list[Json], rest: tuple[Step, ...], value: list[Json], path: str
) -> list[Json]:
    """Distribute a flat list of values over nested lists; the numbers of values must be equal."""
    total = sum(len(slot) if isinstance(slot, list) else 1 for slot in slots)
    if total != len(value):
        raise NotConvertible(f"{path}: expected {total} values for the nested lists, got {len(value)}")
    values = iter(value)
    parts = [list(islice(values, len(slot))) if isinstance(slot, list) else next(values) for slot in slots]
    return [_write(el, rest, part, path) for el, part in zip(elements, parts, strict=True)]


def _write_one(
    elements: list[Json], step: Index | Selector, rest: tuple[Step, ...], value: Json, path: str
) -> list[Json]:
    place = find(elements, step)
    if place is None and value is None:
        return elements
    if place is None:
        place = len(elements)
        elements = [*elements, _with_new_element(elements, step, rest, path)]
    element = _write(elements[place], rest, value, path)
    if isinstance(step, Selector) and find([element], step) is None:
        raise NotConvertible(f"{path}: after the write, [{step.key}={step.value}] would no longer select the element")
    return [*elements[:place], element, *elements[place + 1 :]]


def _with_new_element(elements: list[Json], step: Index | Selector, rest: tuple[Step, ...], path: str) -> Json:
    if isinstance(step, Selector):
        return {step.key: _selector_value(elements, step)}
    if step.index > len(elements):
        raise NotConvertible(f"{path}: expected at least {step.index} elements before the index, got {len(elements)}")
    return _new_container(rest)


def _selector_value(elements: list[Json], step: Selector) -> Json:
    """Return the selector's value in the JSON type that the other elements use for the key."""
    kinds = {type(el.get(step.key)) for el in elements if isinstance(el, Mapping)}
    if step.value in ("true", "false") and str not in kinds:
        return step.value == "true"
    if int in kinds and re.fullmatch(r"0|-?[1-9]\d{0,30}", step.value, re.ASCII):
        return int(step.value)
    return step.value


def _new_container(rest: tuple[Step, ...]) -> Json:
    return {} if rest and isinstance(rest[0], Name) else None


def _expect_list(node: Json, path: str) -> list[Json]:
    if node is None or isinstance(node, list):
        return node or []
    raise NotConvertible(f"{path}: expected a list, got a {type(node).__name__}")
