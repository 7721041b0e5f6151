"""Finds the recorded request that is most similar to an unrecorded one, and their differences; pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from qa_sync.values.form import Json
from qa_sync.values.json_text import canonical_json

SHOWN: Final = 5
"""The largest number of differences shown."""
LENGTH: Final = 60
"""The largest number of characters shown of a value."""


class RequestKey(Struct, frozen=True):
    """The key of a request; `body` is canonical, so that the order of members does not matter."""

    method: str
    url: str
    body: str


@lru_cache(maxsize=1000)
def canonical_body(content: bytes) -> str:
    """Return a body as JSON with sorted members, else as text.

    Cached, because most bodies occur twice with the same bytes: in the recording and in a request.
    """
    if not content:
        return ""  # most requests have none
    try:
        return canonical_json(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def describe_nearest(request: RequestKey, recorded: Iterable[RequestKey]) -> str:
    """Return a few lines about the recorded request that is most similar to a request."""
    recorded = tuple(recorded)
    if not recorded:
        return "the recording is empty"
    same_method = [r for r in recorded if r.method == request.method] or recorded
    url = _nearest_url(request.url, dict.fromkeys(r.url for r in same_method))
    members = _flat(request.body)
    there = ((r, [*_differences(_flat(r.body), members)]) for r in same_method if r.url == url)
    best, different = min(there, key=lambda found: len(found[1]))
    lines = [f"the nearest recorded request is {best.method} {best.url}"]
    lines += [f"  {path}: recorded {_shown(was)}, requested {_shown(now)}" for path, was, now in different[:SHOWN]]
    if len(different) > SHOWN:
        lines.append(f"  and {len(different) - SHOWN} more differences")
    return "\n  ".join(lines)


def _nearest_url(request: str, recorded: Collection[str]) -> str:
    if request in recorded:
        return request
    from difflib import SequenceMatcher  # noqa: PLC0415 - needed for errors only; keeps replays fast

    matcher = SequenceMatcher(None, "", request, autojunk=False)
    best, nearest = -1.0, request
    for url in recorded:
        matcher.set_seq1(url)
        # The exact ratio is slow; the quick ones are upper bounds.
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
            best, nearest = ratio, url
    return nearest


def _differences(was: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[tuple[str, Json, Json]]:
    for path in dict.fromkeys([*was, *now]):
        if was.get(path, ...) != now.get(path, ...):
            yield path, was.get(path, ...), now.get(path, ...)


def _flat(body: str) -> dict[str, Json]:
    try:
        return dict(_leaves(json.loads(body), ""))
    except (ValueError, RecursionError):
        return {"body": body} if body else {}


def _leaves(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{at}]")
    elif path or value not in ({}, []):  # an empty body has no members
        yield path or "body", value


def _shown(value: Json) -> str:
    if value is ...:
        return "nothing"
    text = json.dumps(value)
    return text if len(text) <= LENGTH else text[:LENGTH] + "..."
