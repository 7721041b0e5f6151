"""The depth of a checklist."""

from __future__ import annotations

from enum import StrEnum


class Depth(StrEnum):
    """`smoke`: create and properties; `standard`: everything, edited together; `thorough`: every property by itself."""

    SMOKE = "smoke"
    STANDARD = "standard"
    THOROUGH = "thorough"
