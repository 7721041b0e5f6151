"""The members in which two JSON values differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from qa_sync.values.form import Json


def differences(was: Json, now: Json, path: str = "") -> Iterator[tuple[str, Json, Json]]:
    """Yield the innermost members in which two JSON values differ, lists by index."""
    if was == now:  # nearly always, and told at once, however large both are
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for key in {**was, **now}:
            yield from differences(was.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif isinstance(was, list) and isinstance(now, list):
        for at, (one, other) in enumerate(zip_longest(was, now)):
            yield from differences(one, other, f"{path}[{at}]")
    else:
        yield path, was, now
