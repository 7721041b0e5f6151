"""The members in which two JSON values differ, and the lists in which a position means nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, zip_longest

from qa_sync.values.form import Json
from qa_sync.values.json_text import write_json

_SEPARATOR = re.compile(r"[.\[\]]")


def differences(was: Json, now: Json, path: str = "") -> Iterator[tuple[str, Json, Json]]:
    """Yield the innermost members in which two JSON values differ, by property path; `true` is not 1."""
    if is_same(was, now):  # nearly always, and told at once, however large both are
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for key in {**was, **now}:
            yield from differences(was.get(key), now.get(key), f"{path}.{quoted(key)}" if path else quoted(key))
    elif isinstance(was, list) and isinstance(now, list):
        for at, (one, other) in enumerate(zip_longest(was, now)):
            yield from differences(one, other, f"{path}[{at}]")
    elif was != now or isinstance(was, bool) is not isinstance(now, bool):
        yield path, was, now


def quoted(name: str) -> str:
    """Return the name of a member as a property path has it: with dots or brackets in quotes."""
    return f'"{name}"' if _SEPARATOR.search(name) else name


def is_same(one: Json, other: Json) -> bool:
    """Return whether two JSON values are certainly the same; in Python, `True == 1` in objects and lists, too."""
    return one == other and (one is other or write_json(one) == write_json(other))


def lists_without_order(before: Json, now: Json, path: str = "") -> Iterator[str]:
    """Yield the paths, without positions, of the lists that differ and have no order.

    These are lists of plain values, and those that have another length or the same elements in another order.
    """
    if is_same(before, now):
        return
    if isinstance(before, dict) and isinstance(now, dict):
        for key in before.keys() & now.keys():
            yield from lists_without_order(before[key], now[key], f"{path}.{quoted(key)}" if path else quoted(key))
    elif isinstance(before, list) and isinstance(now, list):
        if _has_no_order(before, now):
            yield path
        for one, other in zip(before, now, strict=False):
            yield from lists_without_order(one, other, path)


def _has_no_order(before: list[Json], now: list[Json]) -> bool:
    plain = not any(isinstance(element, dict | list) for element in chain(before, now))
    return plain or len(before) != len(now) or sorted(map(repr, before)) == sorted(map(repr, now))
