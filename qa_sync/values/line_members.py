"""The elements of a list that rows run through, such as the lines of an order: what no row is about in each of them.

An edit of the rows adds elements, removes them and moves them, so an element is found again by its id, else by what it
contains, else by its position.

Source: docs/explanation/verdicts.rst, "What no row is about".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from qa_sync.values.canonical import is_empty
from qa_sync.values.form import Json
from qa_sync.values.json_difference import differences, is_same, quoted
from qa_sync.values.path_grammar import Every, Name, parse
from qa_sync.values.paths import read

Element = dict[str, Json]

Change = tuple[str, Json, Json]
"""The path of a member, and its value before and now."""

IDS = ("id", "_id", "key", "uuid", "guid", "lineId", "line_id", "itemId", "item_id", "lineItemId", "line_item_id")
"""Names of the member that identifies an element, in this order."""

_POSITION = re.compile(r"\[\d+\]")


def line_list(path: str, *data: Json) -> str | None:
    """Return the path of the first list that a property's path runs through in one of the values, None without one."""
    walked = ""
    for step in parse(path):
        if any(isinstance(read(each, walked), list) for each in data if walked):
            return walked if isinstance(step, Name | Every) else None  # a selector picks one element
        if not isinstance(step, Name):
            return None
        walked = f"{walked}.{quoted(step.name)}" if walked else quoted(step.name)
    return None


def member_of_lines(changed: str) -> str | None:
    """Return the path of a changed member in every element: `lines[].total` of `lines[2].total`; None for an element.

    It can be read and omitted like the path of a property.
    """
    member = _POSITION.sub("[]", changed)
    return None if member.endswith("[]") or "[]" not in member else member


def line_changes(
    container: str, before: Json, now: Json, kept: int, show: Callable[[Json], Json] = lambda element: element
) -> Iterator[Change]:
    """Yield the members of elements that differ; `kept` is how many elements, from the first, were never removed.

    `show` returns what is compared of an element.
    """
    one, other = _elements(before, container), _elements(now, container)
    if one is None or other is None:
        return  # rows are about the list itself
    pairs, certain = _aligned(one, other, show)
    for was, then in pairs:
        if certain or was < kept:
            yield from (
                (f"{container}[{then}].{path}", *values)
                for path, *values in differences(_without_id(show(one[was])), _without_id(show(other[then])))
                if not all(map(is_empty, values))
            )


def _elements(data: Json, container: str) -> list[Element] | None:
    found = read(data, container)
    if not isinstance(found, list):
        return None
    return [element if isinstance(element, dict) else {"": element} for element in found]


def _aligned(
    before: list[Element], now: list[Element], show: Callable[[Json], Json]
) -> tuple[list[tuple[int, int]], bool]:
    """Return the positions of the same element before and now, and whether ids tell so."""
    name = next((name for name in IDS if _identifies(name, before) and _identifies(name, now)), None)
    if name:
        places = {str(element[name]): at for at, element in enumerate(now)}
        if pairs := [(at, places[key]) for at, element in enumerate(before) if (key := str(element[name])) in places]:
            return pairs, True
    return list(_by_content([_without_id(show(e)) for e in before], [_without_id(show(e)) for e in now])), False


def _by_content(before: list[Json], now: list[Json]) -> Iterator[tuple[int, int]]:
    """Yield the positions of elements with the same content, then of the others in their order."""
    left = dict(enumerate(now))
    unmatched: list[int] = []
    for at, element in enumerate(before):
        place = next((there for there in _nearest_first(at, left) if is_same(element, left[there])), None)
        if place is None:
            unmatched.append(at)
        else:
            left.pop(place)
            yield at, place
    yield from zip(unmatched, left, strict=False)


def _nearest_first(at: int, places: Iterable[int]) -> list[int]:
    return sorted(places, key=lambda place: abs(place - at))


def _identifies(name: str, elements: list[Element]) -> bool:
    values = [element.get(name) for element in elements]
    plain = all(isinstance(value, str | int) and not isinstance(value, bool) for value in values)
    return plain and len(set(map(str, values))) == len(values) > 0


def _without_id(element: Json) -> Json:
    return {k: v for k, v in element.items() if k not in IDS} if isinstance(element, dict) else element
