"""The grammar of property paths. Source: docs/explanation/grammar.rst, "Property paths".

info.name.first                   members; an empty segment (`variants..sku`) is skipped
lineItems.name                    a dot also selects in every element of a list
items[primary=true].email         the first element whose member has that value
variants[0].sku                   the element at that index
tags[]                            every element; writing creates a list when the value is missing
"@odata.etag"                     in quotes, a member whose name contains dots or brackets
"""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from qa_sync.errors import UsageError


class Name(Struct, frozen=True):
    """A member of an object, or of every object in a list."""

    name: str


class Index(Struct, frozen=True):
    """An element of a list by its 0-based index."""

    index: int


class Selector(Struct, frozen=True):
    """The first element of a list whose member `key` has the text `value`."""

    key: str
    value: str


class Every(Struct, frozen=True):
    """Every element of a list."""


Step = Name | Index | Selector | Every

_TOKEN = re.compile(
    r"\.|\[(?P<index>\d{1,9})\]|\[(?P<key>[^\[\]=.]+)=(?P<value>[^\[\]]*)\]|(?P<every>\[\])"
    r"|\"(?P<quoted>[^\"]+)\"|(?P<name>[^.\[\]\"]+)"
)


@cache
def parse(path: str) -> tuple[Step, ...]:
    """Return the steps of a path; raises UsageError for an invalid bracket."""
    steps: list[Step] = []
    end = 0
    for match in _TOKEN.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        if step := _step(match):
            steps.append(step)
    if end != len(path):
        raise UsageError(
            f"invalid property path {path!r}: cannot parse {path[end:]!r}",
            hint="brackets contain an index [0], a selector [key=value] or nothing []",
        )
    return tuple(steps)


@cache
def member_names(path: str) -> tuple[str, ...] | None:
    """Return the names of a path without brackets, as nearly all are; None for any other. Raises as `parse`."""
    steps = parse(path)
    names = tuple(step.name for step in steps if isinstance(step, Name))
    return names if len(names) == len(steps) else None


def _step(match: re.Match[str]) -> Step | None:
    if match["name"] or match["quoted"]:
        return Name(match["name"] or match["quoted"])
    if match["key"]:
        return Selector(match["key"], match["value"])
    if match["index"]:
        return Index(int(match["index"]))
    return Every() if match["every"] else None


@cache
def segments(path: str) -> tuple[str, ...]:
    """Return the segments of a path as texts, brackets with their name: `items[primary=true]`, `email`."""
    parse(path)
    # A dot inside brackets is part of the selector's value, one inside quotes part of the name.
    return tuple(re.findall(r'(?:"[^"]*"|[^.\[\]"]|\[[^\]]*\])+', path))


@cache
def parent_path(path: str) -> str:
    """Return the path of the object or list that a path is in; empty for a member of the record itself."""
    return ".".join(segments(path)[:-1])


@cache
def root_name(path: str) -> str:
    """Return the name of the record's own member that a path is in."""
    return next((step.name for step in parse(path) if isinstance(step, Name)), path)
