"""A place in a JSON document that knows its way from the root, so that an error can say where."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NoReturn, TypeVar

from msgspec import Struct

from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.values.form import Json

T = TypeVar("T")
S = TypeVar("S", bound=StrEnum)


class Node(Struct, frozen=True):
    """A value, the file it is from, and its way from the root (`specs[0].title`).

    Every reader raises UsageError when the value is not what it should be.
    """

    value: Json
    path: str
    path_in_document: str = ""

    def __getitem__(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            self._error("an object")
        path_in_document = f"{self.path_in_document}.{key}".lstrip(".")
        if key not in self.value:
            raise UsageError(f"{path_in_document} is missing", location=Location(self.path))
        return Node(self.value[key], self.path, path_in_document)

    def get(self, key: str) -> Node | None:
        """Return a member that need not be there."""
        return self[key] if isinstance(self.value, dict) and key in self.value else None

    def items(self) -> list[Node]:
        """Return the members of a list."""
        if not isinstance(self.value, list):
            self._error("a list")
        return [Node(member, self.path, f"{self.path_in_document}[{n}]") for n, member in enumerate(self.value)]

    def text(self) -> str:
        """Return a string."""
        return self.value if isinstance(self.value, str) else self._error("a string")

    def whole(self) -> int:
        """Return a whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self._error("a whole number")
        return self.value

    def number(self) -> float:
        """Return a number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self._error("a number")
        return self.value

    def instant(self) -> datetime:
        """Return a date-time with its zone."""
        try:
            found = datetime.fromisoformat(self.text())
        except ValueError:
            self._error("a date-time in ISO 8601")
        return found if found.tzinfo else self._error("a date-time with a zone")

    def one_of(self, words: type[S]) -> S:
        """Return a member of the enumeration."""
        if self.value not in list(words):
            self._error(f"one of {', '.join(words)}")
        return words(self.value)

    def optional(self, reader: Callable[[Node], T]) -> T | None:
        """Return None for null, else what the reader says."""
        return None if self.value is None else reader(self)

    def _error(self, expected: str) -> NoReturn:
        where = self.path_in_document or "the document"
        raise UsageError(f"{where}: expected {expected}, got {self.value!r:.60}", location=Location(self.path))


def read(text: str, path: str) -> Node:
    """Return the root of JSON text; raises UsageError with the line when it is none."""
    try:
        return Node(json.loads(text), path)
    except json.JSONDecodeError as error:
        raise UsageError(f"not JSON: {error.msg}", location=Location(path, error.lineno)) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not readable as JSON: {error}", location=Location(path)) from error


def line_of(text: str, word: str) -> int | None:
    """Return the 1-based line where a word first stands, None when it does not."""
    before, found, _ = text.partition(word)
    return before.count("\n") + 1 if found else None
