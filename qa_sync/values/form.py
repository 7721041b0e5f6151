"""The form of a property: the JSON type of its values and their conversion. Pure data.

Source: docs/explanation/mapping.rst, "Conversions" and "What a property card needs".
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
"""A canonical value: text, integer, boolean, exact decimal, UTC instant, calendar date."""

Canonical: TypeAlias = Scalar | tuple["Canonical", ...] | None
"""A canonical value, None for empty, or a tuple of canonical values for a path through a list."""


class Form(Struct, frozen=True):
    """The format of a property's wire values.

    `type` is the JSON type (`string`, `integer`, `number`, `boolean`); `convert` is the name of the conversion between
    wire and canonical values (the table is in `qa_sync.values.canonical`); `options` are its parameters.
    """

    type: str = "string"
    convert: str = "text"
    options: Mapping[str, Any] = field(default_factory=dict)
