"""Property paths: read and write a place in a JSON value; `qa_sync.values.path_grammar` is their grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from qa_sync.errors import NotConvertible
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import Every, Index, Name, Selector, Step, parse, segments

__all__ = ["find", "parse", "read", "segments", "write"]


def read(data: Json, path: str) -> Json:
    """Return the value at a path, None where there is none.

    A path through a list gives a list: one value an element, None for an element without it, lists within the list
    flattened. The empty path is the whole value. Raises UsageError on a path that makes no sense.
    """
    return _read(data, parse(path))


def _read(node: Json, steps: tuple[Step, ...]) -> Json:
    for at, step in enumerate(steps):
        if node is None:
            return None
        if isinstance(step, Name) and isinstance(node, dict):  # what it nearly always is, and is sooner told
            node = node.get(step.name)
            continue
        if isinstance(step, Every) or (isinstance(step, Name) and isinstance(node, list)):
            return _read_all(node, steps[at + isinstance(step, Every) :])
        node = _child(node, step)
    return node


def _read_all(node: Json, rest: tuple[Step, ...]) -> Json:
    if not isinstance(node, list):
        return None
    found: list[Json] = []
    for element in node:
        value = _read(element, rest)
        found.extend(value if isinstance(value, list) else [value])
    return found


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
    """Return the place of the element that an index or a selector means, None when there is none."""
    if isinstance(step, Index):
        return step.index if step.index < len(elements) else None
    for at, element in enumerate(elements):
        if isinstance(element, (dict, Mapping)) and _key_text(element, step.key) == step.value:
            return at
    return None


def _key_text(element: Mapping[str, Json], key: str) -> str | None:
    value = element.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or isinstance(value, list | Mapping) else str(value)


def write(data: Json, path: str, value: Json) -> Json:
    """Return the data with a value put at a path; the data given stay as they are.

    Missing objects are made. A selector that matches nothing adds an element with the selector's key (writing None
    there adds nothing). Along a list a list (or tuple) of values is written element by element: the list grows by new
    objects, and elements beyond the last value are removed; None clears the member in every element. Where nothing is
    yet, a list of values makes a list of the container right before the last name (`lines.name`), unless the path
    says `[]` itself. Raises NotConvertible where the data have another shape than the path, UsageError on a path that
    makes no sense.
    """
    return _write(data, parse(path), list(value) if isinstance(value, tuple) else value, path)


def _write(node: Json, steps: tuple[Step, ...], value: Json, path: str) -> Json:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, Every):
        return _write_all(_expect_list(node, path), rest, value, path)
    if isinstance(step, Index | Selector):
        return _write_one(_expect_list(node, path), step, rest, value, path)
    if isinstance(node, list):
        return _write_all(node, steps, value, path)
    if node is not None and not isinstance(node, (dict, Mapping)):
        raise NotConvertible(f"{path}: expected an object around {step.name!r}, got a {type(node).__name__}")
    # A spec's path does not say what is a list; a list of values tells that one is near.
    if node is None and isinstance(value, list) and not rest and Every() not in parse(path):
        return _write_all([], steps, value, path)
    members = dict(node or {})
    members[step.name] = _write(members.get(step.name), rest, value, path)
    return members


def _write_all(elements: list[Json], rest: tuple[Step, ...], value: Json, path: str) -> list[Json]:
    if value is None:
        return [_write(el, rest, None, path) for el in elements] if rest else []
    if not isinstance(value, list):
        raise NotConvertible(f"{path}: expected a list of values along a list, got a {type(value).__name__}")
    slots = [_read(el, rest) for el in elements] if rest else []
    if any(isinstance(slot, list) for slot in slots):
        return _write_elements(elements, slots, rest, value, path)
    fresh: list[Json] = [_new_container(rest) for _ in range(len(value) - len(elements))]
    return [_write(el, rest, v, path) for el, v in zip([*elements, *fresh], value, strict=False)]


def _write_elements(
    elements: list[Json], slots: list[Json], rest: tuple[Step, ...], value: list[Json], path: str
) -> list[Json]:
    """Hand a flat list of values out to lists within a list: only when each finds its place."""
    total = sum(len(slot) if isinstance(slot, list) else 1 for slot in slots)
    if total != len(value):
        raise NotConvertible(f"{path}: expected {total} values for the lists within the list, got {len(value)}")
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
        raise NotConvertible(f"{path}: after the write [{step.key}={step.value}] would select the element no more")
    return [*elements[:place], element, *elements[place + 1 :]]


def _with_new_element(elements: list[Json], step: Index | Selector, rest: tuple[Step, ...], path: str) -> Json:
    if isinstance(step, Selector):
        return {step.key: _selecting(elements, step)}
    if step.index > len(elements):
        raise NotConvertible(f"{path}: expected at least {step.index} elements before that index, got {len(elements)}")
    return _new_container(rest)


def _selecting(elements: list[Json], step: Selector) -> Json:
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
