"""Rules that specs do not state.

The counterpart of a deleted record always stays, because a mistaken delete cannot be undone.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class EmptyPolicy(StrEnum):
    """What happens to the other side's value when a value is cleared."""

    KEEP = "keep"
    ERASE = "erase"


class Policies(Struct, frozen=True):
    """The rules, set in `[policies]` of the settings."""

    empty: EmptyPolicy = EmptyPolicy.KEEP
