"""Finds the path of a record's last change in the rules of its pipes, which add it as `$last-modified`.

Source: docs/explanation/connector-format-facts.rst, "What pipes add".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from qa_sync.systems.connectors.pipes.dtl import SOURCE, rules_of
from qa_sync.systems.connectors.pipes.parent_lists import NOT_READ_BY, transforms_of
from qa_sync.systems.connectors.pipes.rules import each_step
from qa_sync.values.form import Form, Json

MEMBER: Final = "$last-modified"
ISO: Final = re.compile(r"%Y-%m-%d[T ]%H:%M:%S(?:\.%f)?(?P<zone>Z|%z|%Z)?")
"""A format of `datetime-parse` that is the one of RFC 3339, with a zone or without."""
LATEST_OF: Final = ("max", "coalesce")
"""Functions of several times, of which the first one named is that of the last change."""


def last_modified(pipes: Iterable[Mapping[str, Json]], inner: str) -> tuple[str, Form] | None:
    """Return the path of the time of a record's last change and its form, None if the pipes do not say it simply.

    `inner` is the member of a row that holds the record (empty: the row itself).
    """
    for expression in _added(pipes):
        if found := _time(expression):
            path, form = found
            within = path.removeprefix(f"{inner}.") if inner else path
            if not within.startswith(("$", "_")):
                return within, form
    return None


def _added(pipes: Iterable[Mapping[str, Json]]) -> Iterator[Json]:
    for pipe in pipes:
        if str(pipe.get("_id", "")).endswith(NOT_READ_BY):
            continue
        for transform in transforms_of(pipe):
            for step in each_step(rules_of(transform).get("default", [])):
                if step[0] == "add" and len(step) == 3 and str(step[1]).removeprefix("::") == MEMBER:  # noqa: PLR2004
                    yield step[2]


def _time(expression: Json) -> tuple[str, Form] | None:
    match expression:
        case ["datetime-parse", str(pattern), value] if found := ISO.fullmatch(pattern):
            style = "z" if found["zone"] else "naive_utc"
            return (path, Form(convert="instant", options={"style": style})) if (path := _path(value)) else None
        case ["datetime", str(value)]:
            return (path, Form(convert="instant")) if (path := _path(value)) else None
        case _:
            return None


def _path(value: Json) -> str | None:
    match value:
        case str() if value.startswith(SOURCE):
            return value.removeprefix(SOURCE) or None
        case [str(name), ["list", first, *_]] if name in LATEST_OF:
            return _path(first)
        case _:
            return None
