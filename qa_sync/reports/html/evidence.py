"""A section's checks as compact data that the page's script unfolds when somebody asks for it.

A page of 100,000 checks has 33,000 places to unfold. As elements they would take the browser many seconds; as text in a
data block they take it next to nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from qa_sync.reports.html.elements import LETTER, with_arrow
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.json_values import plain
from qa_sync.reports.shared.wording import (
    as_json,
    excerpts,
    origin_text,
    request_line,
    response_text,
    seconds,
    short_message,
)
from qa_sync.running.events import CheckFinished, RecordRef
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.form import Json

LONG = 2_000
"""Values of more characters are shown in part; the JSON report has the whole."""

LONGEST_TEXT = 8_000
"""A message of more characters is cut."""


class Evidence:
    """What a section's checks found; each check is told once, however many passages speak of it."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._checks: list[list[Any]] = []
        self._shared: dict[str, int] = {}
        self._records: dict[tuple[RecordRef, ...], int] = {}
        self._passages: list[list[int]] = []

    def add(self, checks: Iterable[CheckFinished]) -> int:
        """Take a passage's checks; return the passage's number."""
        self._passages.append([self._place(check) for check in checks])
        return len(self._passages) - 1

    def as_data(self) -> str:
        """Return everything as JSON that can stand inside a script element."""
        records = [[escape_invisible(f"{r.system} {r.entity} {r.id}") for r in some] for some in self._records]
        data = {"t": list(self._shared), "r": records, "c": self._checks, "p": self._passages}
        # ASCII, and without the only character that could end the element or open a comment in it.
        return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")

    def _place(self, check: CheckFinished) -> int:
        # By identity: two checks that look the same are still two, and hashing one is slow.
        place = self._places.get(id(check))
        if place is None:
            place = self._places[id(check)] = len(self._checks)
            self._checks.append(self._check_data(check))
        return place

    def _check_data(self, check: CheckFinished) -> list[Any]:
        row: list[Any] = [
            self._share(check.kind),
            LETTER[check.status],
            escape_invisible(with_arrow(check.title)),
            seconds(check.latency_s),
            self._share(_cut(short_message(check) or "")),
            self._records.setdefault(check.records, len(self._records)),
            *_values(check),
            origin_text(check),
            *_more(check),
            [self._share(_cut(said)) for exchanged in check.exchanges for said in _exchanged(exchanged)],
        ]
        while not row[-1]:
            row.pop()
        return row

    def _share(self, some: str) -> int:
        """Return the number of a text that many checks have."""
        return self._shared.setdefault(escape_invisible(some, lines=True), len(self._shared))


def _values(check: CheckFinished) -> tuple[str, str]:
    expected, actual = check.expected, check.actual
    if expected is None and actual is None:
        return "", ""
    if type(expected) is str and expected == actual and len(expected) < LONG:  # nearly every check
        said = escape_invisible(as_json(expected))
        return said, said
    one, other = excerpts(as_json(expected), as_json(actual), LONG)
    return escape_invisible(one), escape_invisible(other)


def _more(check: CheckFinished) -> tuple[str, list[str]]:
    """Return what the difference is and what was done, where the run tells."""
    difference = getattr(check, "difference", None)
    steps = getattr(check, "steps", None) or ()
    said = _sentence(plain(difference)) if difference else ""
    return _cut(escape_invisible(said, lines=True)), [_cut(escape_invisible(_sentence(plain(step)))) for step in steps]


def _exchanged(exchanged: ExchangeSummary) -> tuple[str, str, str, str]:
    return request_line(exchanged), exchanged.sent, response_text(exchanged), exchanged.answer


def _sentence(value: Json) -> str:
    match value:
        case str():
            return value
        case Mapping():
            return ", ".join(f"{key}: {_sentence(member)}" for key, member in value.items() if member is not None)
        case list():
            return ", ".join(map(_sentence, value))
        case _:
            return as_json(value)


def _cut(some: str) -> str:
    return some if len(some) <= LONGEST_TEXT else f"{some[:LONGEST_TEXT]} … ({len(some):,} characters)"
