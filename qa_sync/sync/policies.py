"""What documents do not state, and somebody has to decide.

A deleted record's counterpart is always left alone: a sync that deletes by mistake cannot be undone.

Source: docs/explanation/verdicts.rst, "From statements to checks".
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class EmptyPolicy(StrEnum):
    """What becomes of the other side's value when a value is cleared."""

    KEEP = "keep"
    ERASE = "erase"


class Policies(Struct, frozen=True):
    """The decisions; as `[policies]` in the settings."""

    empty: EmptyPolicy = EmptyPolicy.KEEP
