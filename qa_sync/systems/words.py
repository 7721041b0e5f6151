"""The words of a property path: `billingAddress.postalCode` is billing, address, postal, code. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
"""A run of capitals, a word with or without a capital, or a number."""

NAMESPACES: Final = frozenset({"properties", "property", "fields", "field", "attributes", "attribute", "data", "info"})
"""Members that hold all properties of a record; they say nothing of the property."""

WITHOUT_SINGULAR: Final = ("ss", "us", "is")
"""Endings of words whose `s` is no plural."""


@cache
def words_of(path: str) -> tuple[str, ...]:
    """Return the words of a path in lower case and singular, without namespaces of all properties."""
    return tuple(word for segment in path.split(".") for word in segment_words(segment) if segment not in NAMESPACES)


def is_nested(path: str) -> bool:
    """Return whether a path leads into a part of the record, which a member that holds all properties is not."""
    return len([segment for segment in path.split(".") if segment not in NAMESPACES]) > 1


@cache
def segment_words(segment: str) -> tuple[str, ...]:
    """Return the words of one segment of a path, without what is in its brackets."""
    return tuple(singular(word.lower()) for word in WORD.findall(segment.partition("[")[0]))


def singular(word: str) -> str:
    """Return the singular of a word: `phones` is `phone`, `companies` is `company`, `boxes` is `box`."""
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004 - `ties` and `pies` end in `ie`
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "sses", "ches", "shes")):  # noqa: PLR2004 - as above
        return word[:-2]
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(WITHOUT_SINGULAR) else word  # noqa: PLR2004
