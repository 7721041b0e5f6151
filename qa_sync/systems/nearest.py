"""Which recorded request is nearest to one that was not recorded, and in what they differ; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from qa_sync.values.form import Json

SHOWN: Final = 5
"""How many differences are told."""
LENGTH: Final = 60
"""How many characters of a value are told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is looked up; `body` is canonical, so that the order of members does not matter."""

    method: str
    url: str
    body: str


def canonical_body(content: bytes) -> str:
    """Return a body as JSON with sorted members, else as text."""
    try:
        return json.dumps(json.loads(content), sort_keys=True)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def tell_nearest(asked: Asked, recorded: Iterable[Asked]) -> str:
    """Return a few lines about the recorded request that is nearest to the one asked for."""
    best = max(recorded, key=lambda r: _nearness(asked, r), default=None)
    if best is None:
        return "nothing at all was recorded"
    lines = [f"the nearest recorded request is {best.method} {best.url}"]
    different = [*_differences(_flat(best.body), _flat(asked.body))]
    lines += [f"  {path}: recorded {_shown(was)}, asked for {_shown(now)}" for path, was, now in different[:SHOWN]]
    if len(different) > SHOWN:
        lines.append(f"  and {len(different) - SHOWN} more differences")
    return "\n  ".join(lines)


def _nearness(asked: Asked, recorded: Asked) -> tuple[bool, float, float]:
    from difflib import SequenceMatcher  # noqa: PLC0415 - only when a request is missing; a replay must be quick

    url = SequenceMatcher(None, asked.url, recorded.url, autojunk=False).ratio()
    return asked.method == recorded.method, url, -len([*_differences(_flat(recorded.body), _flat(asked.body))])


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
    elif path or value not in ({}, []):  # an empty body holds nothing that could differ
        yield path or "body", value


def _shown(value: Json) -> str:
    if value is ...:
        return "nothing"
    text = json.dumps(value)
    return text if len(text) <= LENGTH else text[:LENGTH] + "..."
