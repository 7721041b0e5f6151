"""How deep a checklist looks."""

from __future__ import annotations

from enum import StrEnum


class Depth(StrEnum):
    """`smoke`: create and properties; `standard`: everything, with one set of values; `thorough`: each by itself."""

    SMOKE = "smoke"
    STANDARD = "standard"
    THOROUGH = "thorough"
