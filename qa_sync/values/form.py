"""The form of a property: how its values look on the wire and what they mean. Pure data.

Source: facts/MAPPING.md 6 and 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from msgspec import Struct, field

Json: TypeAlias = Any
"""What a JSON parser returns: None, bool, int, float, Decimal, str, list, dict."""

Scalar: TypeAlias = str | int | bool | Decimal | datetime | date
"""A canonical value: text, whole number, truth, exact decimal, UTC instant, calendar date."""

Canonical: TypeAlias = Scalar | tuple["Canonical", ...] | None
"""A canonical value, None for empty, or a tuple of them for a path that runs through a list."""


class Form(Struct, frozen=True):
    """How one property shows its values.

    `type` is the JSON type on the wire (`string`, `integer`, `number`, `boolean`); `convert` names the conversion
    between wire and canonical values (the table is in `qa_sync.values.canonical`); `options` parametrise it.
    """

    type: str = "string"
    convert: str = "text"
    options: Mapping[str, Any] = field(default_factory=dict)
