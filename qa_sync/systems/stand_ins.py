"""What stands in a request for a part of a token that only whoever signs it knows. Source: facts/SESAM.md 1.6."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

STAND_IN: Final = re.compile(r"~token~([A-Za-z0-9_.-]+)~")
"""Made of characters that neither a url nor JSON nor a form escapes."""


class StandIn(Mapping[str, "StandIn"]):
    """Has every member; as a text it is a stand-in for the member of the token that it was asked for."""

    def __init__(self, path: str = "") -> None:
        self._path = path

    def __getitem__(self, name: str) -> StandIn:
        return StandIn(f"{self._path}.{name}" if self._path else name)

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return f"~token~{self._path}~"
