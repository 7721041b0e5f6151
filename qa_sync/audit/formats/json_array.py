"""Reads a JSON file that is one array of records, without having all of it in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final, TextIO

from qa_sync.audit.formats.rows import WHOLE
from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.values.form import Json

CHUNK: Final = 2**20
WHITE: Final = " \t\r\n"

_DECODER: Final = json.JSONDecoder(parse_float=Decimal)


def is_array(file: TextIO) -> bool:
    """Return whether the first character that is not blank is a bracket; reads until there."""
    while (character := file.read(1)) in {*WHITE}:
        pass
    return character == "["


def array_records(file: Path, opened: TextIO) -> Iterator[tuple[int, Mapping[str, Json]]]:
    """Yield the records of an array with their lines; raises UsageError for damaged JSON."""
    text = _Text(file, opened)
    if text.next() != "[":
        raise text.error("expected an array of records")
    text.skip()
    if text.next() == "]":
        text.skip()
    else:
        yield text.line, text.record()
        while (mark := text.next()) == ",":
            text.skip()
            text.next()
            yield text.line, text.record()
        if mark != "]":
            raise text.error("expected , or ] after a record")
        text.skip()
    if text.next():
        raise text.error("there is something after the array")


class _Text:
    """The rest of a file, of which a part is in memory."""

    def __init__(self, file: Path, opened: TextIO) -> None:
        self._file, self._opened = file, opened
        self._part, self._at = "", 0
        self.line = 1

    def next(self) -> str:
        """Return the next character that is not blank, without taking it; empty at the end."""
        while True:
            while self._at < len(self._part):
                if (character := self._part[self._at]) not in WHITE:
                    return character
                self.skip()
            if not self._more(CHUNK):
                return ""

    def skip(self) -> None:
        """Take one character."""
        self.line += self._part[self._at] == "\n"
        self._at += 1

    def record(self) -> Mapping[str, Json]:
        """Take an object."""
        if self.next() != "{":
            raise self.error("expected a JSON object")
        size = CHUNK
        while True:
            try:
                data, end = _DECODER.raw_decode(self._part, self._at)
            except (ValueError, RecursionError) as error:
                if not self._more(size):
                    raise self.error(f"not JSON: {error}") from None
                size *= 2
            else:
                self.line += self._part.count("\n", self._at, end)
                self._at = end
                return data  # type: ignore[no-any-return] # it begins with a brace

    def error(self, reason: str) -> UsageError:
        """Return an error at this place."""
        return UsageError(reason, location=Location(str(self._file), self.line), hint=WHOLE)

    def _more(self, size: int) -> bool:
        """Read more characters; False if there are none."""
        found = self._opened.read(size)
        self._part, self._at = self._part[self._at :] + found, 0
        return bool(found)
