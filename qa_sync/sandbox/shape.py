"""Shapes of the JSON that a vendor accepts: known fields pass, unknown ones are dropped, a wrong type is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct, field


class ShapeError(ValueError):
    """A value does not have the shape; `path`, the rule, and what was expected."""

    def __init__(self, path: str, rule: str, expected: str) -> None:
        super().__init__(f"{path}: expected {expected}")
        self.path = path
        self.rule = rule
        self.expected = expected


class Shape(Protocol):
    """The form that a value must have."""

    def fit(self, value: Any, path: str) -> Any:
        """Return the value with only its known parts; raises ShapeError."""


class Text(Struct, frozen=True):
    """A string; `pattern` must match the whole string, `choices` are the allowed values, lengths are in characters."""

    max: int | None = None
    min: int = 0
    pattern: str | None = None
    choices: tuple[str, ...] = ()

    def fit(self, value: Any, path: str) -> str:
        """Return the string unchanged."""
        if not isinstance(value, str):
            raise ShapeError(path, "TYPE", "a string")
        if self.choices and value not in self.choices:
            raise ShapeError(path, "ENUM", f"one of {', '.join(self.choices)}")
        if not self.min <= len(value) <= (self.max or len(value)):
            raise ShapeError(path, "MAX_LENGTH" if value else "MIN_LENGTH", f"{self.min} to {self.max} characters")
        if value and self.pattern and not re.fullmatch(self.pattern, value):
            raise ShapeError(path, "FORMAT", f"text like {self.pattern}")
        return value


class Whole(Struct, frozen=True):
    """An integer."""

    min: int | None = None

    def fit(self, value: Any, path: str) -> int:
        """Return the integer unchanged."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise ShapeError(path, "TYPE", "an integer")
        if self.min is not None and value < self.min:
            raise ShapeError(path, "MIN", f"at least {self.min}")
        return value


class Number(Struct, frozen=True):
    """A JSON number."""

    min: float | None = None
    max: float | None = None

    def fit(self, value: Any, path: str) -> int | float:
        """Return the number unchanged."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ShapeError(path, "TYPE", "a number")
        if (self.min is not None and value < self.min) or (self.max is not None and value > self.max):
            raise ShapeError(path, "RANGE", f"a number from {self.min} to {self.max}")
        return value


class Flag(Struct, frozen=True):
    """A boolean."""

    def fit(self, value: Any, path: str) -> bool:
        """Return the boolean unchanged."""
        if not isinstance(value, bool):
            raise ShapeError(path, "TYPE", "a boolean")
        return value


class Obj(Struct, frozen=True):
    """An object; a null field stays null, whatever its shape."""

    fields: Mapping[str, Shape] = field(default_factory=dict)

    def fit(self, value: Any, path: str) -> dict[str, Any]:
        """Return the known fields of the object."""
        if not isinstance(value, dict):
            raise ShapeError(path, "TYPE", "an object")
        lead = f"{path}." if path else ""
        return {
            name: None if value[name] is None else shape.fit(value[name], f"{lead}{name}")
            for name, shape in self.fields.items()
            if name in value
        }


class MapOf(Struct, frozen=True):
    """An object with free keys; keys without the prefix are dropped."""

    prefix: str = ""

    def fit(self, value: Any, path: str) -> dict[str, Any]:
        """Return the members whose keys have the prefix."""
        if not isinstance(value, dict):
            raise ShapeError(path, "TYPE", "an object")
        return {k: v for k, v in value.items() if k.startswith(self.prefix)}


class Many(Struct, frozen=True):
    """A list."""

    of: Shape
    max: int | None = None
    min: int = 0

    def fit(self, value: Any, path: str) -> list[Any]:
        """Return the list with the shape applied to each element."""
        if not isinstance(value, list):
            raise ShapeError(path, "TYPE", "an array")
        if not self.min <= len(value) <= (self.max or len(value)):
            raise ShapeError(path, "MAX_SIZE", f"{self.min} to {self.max} elements")
        return [self.of.fit(element, f"{path}[{n}]") for n, element in enumerate(value)]
