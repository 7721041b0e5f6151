"""Which fault each tolerance of a comparison must not hide; the matrix of faults tries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOT_HIDDEN: Final[Mapping[str, tuple[str, ...]]] = {
    "empty values": (
        "zero-as-missing",
        "false-as-missing",
        "none-as-text",
        "none-as-zero",
        "fill-from-alike",
        "empty-erases",
    ),
    "one element": ("lose-list-item", "lose-added-item", "keep-removed-item"),
    "e-mail addresses": ("mail-domain", "lose-mail-tag"),
    "phone separators": ("lose-country-prefix",),
    "phone countries": ("lose-country-prefix",),
    "countries": ("country-name", "country-code"),
    "regions": ("wrong-region", "wrong-region-country"),
    "instants": ("timezone-shift",),
    "dates": ("day-shift",),
    "decimals": (
        "round-decimals",
        "lose-inner-zero",
        "sign-lost",
        "single-precision",
        "double-precision",
        "two-decimals",
    ),
    "booleans": ("type-change",),
    "choices": ("wrong-choice",),
    "identifiers": ("lose-leading-zero",),
    "references": ("first-reference",),
    "escaped texts": ("html-escape-twice",),
    "HTML": ("html-escape-twice", "lose-tags", "other-tags"),
    "data types": ("type-change", "lose-leading-zero"),
    "conditions": ("ignore-condition", "first-sight"),
}
"""The faults by the name of the tolerance (`values.tolerances`)."""
