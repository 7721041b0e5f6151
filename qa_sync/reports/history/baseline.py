"""The baseline (`check --baseline`): known failures, each with an owner, a reason and an expiry date."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.errors import UsageError, did_you_mean
from qa_sync.files import read_limited
from qa_sync.location import Location
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import KnownFailure, Results
from qa_sync.settings.key_lines import KeyPath, key_lines, line_of_key
from qa_sync.settings.read import MAX_SETTINGS, MAX_SETTINGS_BYTES

TABLE = "known"
TEXTS = ("check", "owner", "reason")
KEYS: Mapping[str, str] = {
    "check": "The id of a check; `*` matches any text.",
    "owner": "The person or team responsible for the failure.",
    "reason": "The reason for the known failure.",
    "expires": "The last day on which the entry is valid, a date without quotes.",
}
"""The keys of an entry and their meanings."""
EXAMPLE = '[[known]] with check = "ID", owner = "...", reason = "...", expires = 2026-12-31'


class BaselineEntry(Struct, frozen=True):
    """An entry of the baseline; `check` is the id of a check, in which `*` matches any text."""

    check: str
    owner: str
    reason: str
    expires: date
    location: Location

    def matches(self, check: CheckFinished) -> bool:
        """Return whether the entry matches the check; not by `fnmatch`, because ids may contain brackets."""
        if "*" not in self.check:
            return check.id == self.check
        return re.fullmatch(".*".join(map(re.escape, self.check.split("*"))), check.id, re.DOTALL) is not None


def read_baseline(path: Path) -> tuple[BaselineEntry, ...]:
    """Read a baseline; raises UsageError with all problems of the file, each with its line."""
    try:
        text = read_limited(path, MAX_SETTINGS_BYTES, MAX_SETTINGS).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text", location=Location(str(path))) from None
    except OSError as error:
        raise UsageError(f"the baseline cannot be read: {error.strerror}", location=Location(str(path))) from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = Location(str(path), int(line[1]) if line else text.rstrip("\n").count("\n") + 1)
        raise UsageError(f"not TOML: {error}", location=where) from None
    places = key_lines(text)
    problems = [
        UsageError(what, location=Location(str(path), line_of_key(places, at))) for at, what in _problems(document)
    ]
    if len(problems) > 1:
        raise UsageError("\n".join([f"{len(problems)} problems:", *map(str, problems)]))
    if problems:
        raise problems[0]
    return tuple(
        BaselineEntry(**one, location=Location(str(path), line_of_key(places, (TABLE, n))))
        for n, one in enumerate(document.get(TABLE, []))
    )


def apply_baseline(results: Results, entries: Sequence[BaselineEntry], today: date) -> Results:
    """Return the results with their known failures and the out-of-date entries of the baseline.

    An expired entry excuses no failure and fails the run. So does an entry whose check passed: unless it is removed,
    the next failure of that check would go unnoticed.
    """
    known: dict[str, KnownFailure] = {}
    overdue = []
    for entry in entries:
        covered = [check for check in results.checks if entry.matches(check)]
        failed = [check for check in covered if check.status is Status.FAILED]
        if entry.expires < today:
            overdue.append(f"{entry.location}: expired on {entry.expires}, owner {entry.owner}: {entry.check}")
        elif failed:
            excuse = KnownFailure("", entry.owner, entry.reason, entry.expires.isoformat())
            known |= {check.id: replace(excuse, check=check.id) for check in failed}
        elif any(check.status is Status.PASSED for check in covered):
            overdue.append(f"{entry.location}: no longer fails, remove the entry: {entry.check}")
    return replace(results, known=tuple(known.values()), overdue=tuple(overdue))


def unmatched_entries(results: Results, entries: Sequence[BaselineEntry]) -> Iterator[str]:
    """Yield a message for each entry that matches no check of this run, which may be a run of a part of a spec."""
    for entry in entries:
        if not any(entry.matches(check) for check in results.checks):
            near = did_you_mean(entry.check, [check.id for check in results.checks])
            yield f"{entry.location}: matches no check of this run: {entry.check}" + (f"; {near}" if near else "")


def _problems(document: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    for key in document:
        if key != TABLE:
            yield (key,), f"unknown key {key!r}; expected {EXAMPLE}"
    rows = document.get(TABLE, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield (TABLE,), f"expected a list of tables: {EXAMPLE}"
        return
    for n, row in enumerate(rows):
        for key in row.keys() - KEYS.keys():
            near = did_you_mean(key, KEYS)
            yield (
                (TABLE, n, key),
                f"unknown key {key!r}; expected one of: {', '.join(KEYS)}{f'; {near}' if near else ''}",
            )
        yield from _values(row, n)


def _values(row: Mapping[str, Any], n: int) -> Iterator[tuple[KeyPath, str]]:
    for key in TEXTS:
        if not isinstance(row.get(key), str) or not row[key].strip():
            yield (TABLE, n, key), f"{key}: expected a string, got {row.get(key, 'nothing')!r}"
    expires = row.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        yield (TABLE, n, "expires"), f"expires: expected a date such as 2026-12-31 without quotes, got {expires!r}"
