"""The baseline (`check --baseline`): known failures, each with an owner, a reason and an expiry date."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from qa_sync.toml_text import parse_toml

TABLE = "known"
TEXTS = ("check", "owner", "reason")
KEYS: Mapping[str, str] = {
    "check": "The id of a check; `*` matches any text.",
    "spec": "The path of the spec, or its end. Needed where two specs of a run have the same file name.",
    "owner": "The person or team responsible for the failure.",
    "reason": "The reason for the known failure.",
    "expires": "The last day on which the entry is valid, a date without quotes.",
}
"""The keys of an entry and their meanings."""
EXAMPLE = '[[known]] with check = "ID", owner = "...", reason = "...", expires = 2026-12-31'


class BaselineEntry(Struct, frozen=True):
    """An entry of the baseline; `check` is the id of a check, in which `*` matches any text.

    `spec` is the path of its spec or the end of that path, None for the spec whose file name the id begins with.
    """

    check: str
    owner: str
    reason: str
    expires: date
    location: Location
    spec: str | None = None

    def matches(self, check: CheckFinished) -> bool:
        """Return whether the entry matches the check; not by `fnmatch`, because ids may contain brackets."""
        return self.matches_spec(check.spec) and self.matches_id(check.id)

    def matches_spec(self, spec: str) -> bool:
        """Return whether the entry is for a spec: its path ends with that of the entry."""
        wanted, parts = Path(self.spec or "").parts, Path(spec).parts
        return not wanted or parts[-len(wanted) :] == wanted

    def matches_id(self, name: str) -> bool:
        """Return whether an id, or the beginning of one, matches."""
        if "*" not in self.check:
            return name == self.check
        return re.fullmatch(".*".join(map(re.escape, self.check.split("*"))), name, re.DOTALL) is not None


def read_baseline(path: Path) -> tuple[BaselineEntry, ...]:
    """Read a baseline; raises UsageError with all problems of the file, each with its line."""
    try:
        text = read_limited(path, MAX_SETTINGS_BYTES, MAX_SETTINGS).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("not UTF-8 text", location=Location(str(path))) from None
    except OSError as error:
        raise UsageError(
            f"the baseline cannot be read: {error.strerror}",
            location=Location(str(path)),
            hint=f"write one with an entry for each known failure: {EXAMPLE}",
        ) from None
    try:
        document = parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = Location(str(path), int(line[1]) if line else text.rstrip("\n").count("\n") + 1)
        raise UsageError(
            f"not TOML: {error}", location=where, hint=f"a baseline has entries such as {EXAMPLE}"
        ) from None
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
    known: dict[tuple[str, str], KnownFailure] = {}
    overdue = []
    find = _finder(results)
    for entry in entries:
        covered = find(entry)
        failed = [check for check in covered if check.status is Status.FAILED]
        if entry.expires < today:
            overdue.append(f"{entry.location}: expired on {entry.expires}, owner {entry.owner}: {entry.check}")
        elif failed:
            excuse = KnownFailure("", entry.owner, entry.reason, entry.expires.isoformat())
            known |= {(c.spec, c.id): replace(excuse, check=c.id, spec=c.spec) for c in failed}
        elif any(check.status is Status.PASSED for check in covered):
            overdue.append(f"{entry.location}: no longer fails, remove the entry: {entry.check}")
    return replace(results, known=tuple(known.values()), overdue=tuple(overdue))


def _finder(results: Results) -> Callable[[BaselineEntry], list[CheckFinished]]:
    """Return a function from an entry to the checks that it matches; only an entry with `*` looks at all of them."""
    by_id: dict[str, list[CheckFinished]] = {}
    for check in results.checks:
        by_id.setdefault(check.id, []).append(check)

    def find(entry: BaselineEntry) -> list[CheckFinished]:
        possible = results.checks if "*" in entry.check else by_id.get(entry.check, ())
        return [check for check in possible if entry.matches(check)]

    return find


def reject_ambiguous(entries: Sequence[BaselineEntry], specs: Sequence[str]) -> None:
    """Raise UsageError for an entry that would excuse the failures of two specs with the same file name."""
    by_name: dict[str, list[str]] = {}
    for spec in dict.fromkeys(specs):
        by_name.setdefault(Path(spec).stem, []).append(spec)
    for entry in entries:
        start = entry.check.partition("/")[0]
        names = by_name if "*" in start else {start: by_name.get(start, [])}
        for name, alike in names.items():
            matching = [spec for spec in alike if entry.matches_spec(spec)]
            if len(matching) > 1:
                raise UsageError(
                    f"{len(matching)} specs have the name {name!r}, and the entry {entry.check!r} does not say which",
                    location=entry.location,
                    hint=f"add one of: {', '.join(f'spec = {spec!r}' for spec in matching)}".replace("'", '"'),
                )


def unmatched_entries(results: Results, entries: Sequence[BaselineEntry]) -> Iterator[str]:
    """Yield a message for each entry that matches no check of this run, which may be a run of a part of a spec."""
    find, ids = _finder(results), [check.id for check in results.checks]
    for entry in entries:
        if not find(entry):
            near = did_you_mean(entry.check, ids)
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
    if not isinstance(row.get("spec", ""), str):
        yield (TABLE, n, "spec"), f"spec: expected a string, got {row['spec']!r}"
    expires = row.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        yield (TABLE, n, "expires"), f"expires: expected a date such as 2026-12-31 without quotes, got {expires!r}"
