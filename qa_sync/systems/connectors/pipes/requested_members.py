"""Which members of the entity a request needs, and whether a write has them.

Source: docs/explanation/connector-format-facts.rst, "Which operation a datatype uses".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from qa_sync.systems.connectors.operations import Operation
from qa_sync.values.path_grammar import root_name

REQUESTED_MEMBER: Final = re.compile(r"entity(?:\['\$source'\])?(?:\.|\[')(\w+)")
"""A member of the entity that a template uses."""
CHOOSES: Final = re.compile(r"\{%|\bif\b|\bor\b|\bdefault\b")
"""A template with an alternative for a missing member."""


def lost_member(operation: Operation, key: tuple[str, ...], verb: str, *, natural: bool) -> str | None:
    """Return why a write cannot be made: its request needs a member that the record does not have yet, or never has.

    `natural`: the key is a value of the record, which a new record has.
    """
    if verb == "delete" and (beyond := member_outside_key(operation, key)):
        return f"its request needs {beyond!r} besides the key"
    if verb == "insert" and not natural and len(key) == 1 and key[0] in requested_members(operation):
        return f"its request needs the new record's own {key[0]!r}, which the system assigns only then"
    return None


def member_outside_key(operation: Operation, key: tuple[str, ...]) -> str | None:
    """Return a member of the entity that a request uses but the key does not contain."""
    own = {root_name(part) for part in key}
    return next((name for name in requested_members(operation) if name not in own), None)


def requested_members(operation: Operation) -> Sequence[str]:
    """Return the members of the entity that a request needs, in order; what a template can do without is left out."""
    texts = [
        operation.url,
        *map(str, operation.params.values()),
        *map(str, operation.headers.values()),
        str(operation.payload),
    ]
    return [name for text in texts if not CHOOSES.search(text) for name in REQUESTED_MEMBER.findall(text)]
