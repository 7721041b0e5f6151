"""The depth of a checklist."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Depth(StrEnum):
    """How many checks are made, and how many values are tried; `DEPTHS` has the meaning of each."""

    SMOKE = "smoke"
    STANDARD = "standard"
    THOROUGH = "thorough"


DEPTHS: Mapping[Depth, str] = {
    Depth.SMOKE: "Only the checks `create`, `unique` and `property`.",
    Depth.STANDARD: "All checks, with one set of values.",
    Depth.THOROUGH: "All checks; each property is edited by itself, with boundary values; a page is filled.",
}
