"""Regions that agree with a country: a system may refuse one of another country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REGIONS: Final[Mapping[object, tuple[str, str]]] = {
    "NO": ("03", "46"),
    "US": ("NY", "CA"),
    "FI": ("18", "06"),
    "SE": ("AB", "O"),
}
"""Two regions of each country of the samples, by their codes in ISO 3166-2."""


def region_in(country: object, version: int) -> str | None:
    """Return a region of a country (ISO2 code); two consecutive versions differ. None for another country."""
    regions = REGIONS.get(country)
    return regions[version % len(regions)] if regions else None
