"""A section's checks as compact data, which the script of the page expands on demand.

A page of 100,000 checks has 33,000 places to expand. A browser needs many seconds to build them as elements, but
almost no time for text in a data block.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from qa_sync.reports.html.elements import LETTER, with_arrow
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.json_values import plain
from qa_sync.reports.shared.rerun import keyword_of
from qa_sync.reports.shared.wording import (
    as_json,
    excerpts,
    origin_text,
    request_line,
    response_text,
    seconds,
    short_message,
)
from qa_sync.running.events import CheckFinished, RecordRef, Status
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.form import Json

LONG = 2_000
LONGEST_FAILED = 20_000
"""Longer values are shown in part, those of failures and errors only from the second limit on.

The JSON report has them in full.
"""

LONGEST_TEXT = 8_000
"""Longer messages are cut."""

RERUN = frozenset({Status.FAILED, Status.ERROR})
"""The checks that have a button to copy the command that runs them again."""


class Evidence:
    """The evidence of a section's checks; each check is stored once, even if several passages refer to it."""

    def __init__(self, *, simulated: bool = False) -> None:
        self.simulated = simulated
        self._places: dict[int, int] = {}
        self._checks: list[list[Any]] = []
        self._shared: dict[str, int] = {}
        self._records: dict[tuple[RecordRef, ...], int] = {}
        self._passages: list[list[int]] = []

    def add(self, checks: Iterable[CheckFinished]) -> int:
        """Add the checks of a passage; return the passage's number."""
        self._passages.append([self._place(check) for check in checks])
        return len(self._passages) - 1

    def as_data(self) -> str:
        """Return everything as JSON that can stand inside a script element."""
        records = [[escape_invisible(f"{r.system} {r.entity} {r.id}") for r in some] for some in self._records]
        data = {"t": list(self._shared), "r": records, "c": self._checks, "p": self._passages}
        # ASCII, without the only character that could end the element or start a comment in it.
        return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")

    def _place(self, check: CheckFinished) -> int:
        # By identity: equal checks are still two checks, and hashing one is slow.
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
            seconds(check.latency_s, simulated=self.simulated),
            self._share(_cut(short_message(check) or "")),
            self._records.setdefault(check.records, len(self._records)),
            *_values(check),
            origin_text(check),
            *_more(check),
            [self._share(_cut(some)) for exchanged in check.exchanges for some in _exchanged(exchanged)],
            escape_invisible(f"-k {shlex.quote(keyword_of(check))}") if check.status in RERUN else "",
        ]
        while not row[-1]:
            row.pop()
        return row

    def _share(self, some: str) -> int:
        """Return the number of a text; equal texts of several checks are stored once."""
        return self._shared.setdefault(escape_invisible(some, lines=True), len(self._shared))


def _values(check: CheckFinished) -> tuple[str, str]:
    expected, actual = check.expected, check.actual
    if expected is None and actual is None:
        return "", ""
    if type(expected) is str and expected == actual and len(expected) < LONG:  # nearly every check
        value = escape_invisible(as_json(expected))
        return value, value
    most = LONGEST_FAILED if check.status in RERUN else LONG
    one, other = excerpts(as_json(expected), as_json(actual), most)
    return escape_invisible(one), escape_invisible(other)


def _more(check: CheckFinished) -> tuple[str, list[str]]:
    """Return the difference and the steps of a check."""
    difference = check.difference
    if not difference and not check.steps:  # most checks of a large run
        return "", []
    # The short message names the difference.
    reason = _sentence(plain(difference)) if difference and short_message(check) == check.message else ""
    return _cut(escape_invisible(reason, lines=True)), [
        _cut(escape_invisible(_sentence(plain(step)))) for step in check.steps
    ]


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
