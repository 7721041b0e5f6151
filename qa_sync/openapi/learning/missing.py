"""What a lookup of a record that does not exist says: most systems answer 404, some another status."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.openapi.learning.model import Proposal
from qa_sync.systems.connectors.operations import Operation

UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NO_UUID: Final = "00000000-0000-4000-8000-000000000000"
LONGEST: Final = 9
"""The digits of the largest number that every system can look for."""

USUAL: Final = frozenset((404, 410))
POSSIBLE: Final = range(400, 423)
UNAUTHENTICATED: Final = frozenset((401, 407, 408))


def missing_id(known: str) -> str:
    """Return an id of the same form as a known one, which no record is likely to have."""
    if UUID.fullmatch(known):
        return NO_UUID
    return "9" * LONGEST if known.isdecimal() else f"{known[:-1]}{'zz' if known[-1:] != 'z' else 'yy'}"


def learn_missing(entity: str, operations: Mapping[str, Operation], status: int) -> Iterator[Proposal]:
    """Yield the proposals for a status with which a lookup of a record that does not exist was rejected."""
    if status in USUAL | UNAUTHENTICATED or status not in POSSIBLE:
        return
    why = f"a record that does not exist is answered with {status}, by the key that reads the others"
    for name in (f"{entity}-lookup", f"{entity}-delete"):
        operation = operations.get(name)
        if operation is not None and not operation.ignored:
            yield Proposal(entity, why, operation=name, keys=("ignored_status_codes",), value=str(status))
