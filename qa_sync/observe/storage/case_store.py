"""The cases and findings of an observation, in the state file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from qa_sync.audit.expressions.cells import EncodedCell
from qa_sync.observe.model import Case, CaseKind, CaseState
from qa_sync.observe.storage.state import ObserveState, first_text
from qa_sync.running.events import Direction


class CaseStore:
    """The cases and findings in an open state file."""

    def __init__(self, state: ObserveState) -> None:
        self._state = state
        self._db = state.db

    def open_case(self, section: str, direction: Direction, record: str) -> Case | None:
        """Return the case of a record that is open, or that was lost last and may still arrive."""
        query = "SELECT * FROM cases WHERE section = ? AND direction = ? AND record = ? ORDER BY number DESC LIMIT 1"
        found = self._cases(query, section, direction.value, record)
        return found[0] if found and found[0].state in _UNDECIDED else None

    def last_arrival(self, section: str, direction: Direction, record: str, since: datetime) -> Case | None:
        """Return the last case of a record that arrived and was opened since a time."""
        query = (
            "SELECT * FROM cases WHERE section = ? AND direction = ? AND record = ? AND state = 'arrived' "
            "AND kind = 'edit' AND opened >= ? ORDER BY number DESC LIMIT 1"
        )
        found = self._cases(query, section, direction.value, record, since.isoformat())
        return found[0] if found else None

    def overdue(self, section: str, before: datetime) -> list[Case]:
        """Return the open cases of changes made before a time."""
        query = "SELECT * FROM cases WHERE section = ? AND state = 'open' AND opened < ? ORDER BY number"
        return self._cases(query, section, before.isoformat())

    def all_cases(self, section: str) -> Iterator[Case]:
        """Yield all cases of a section."""
        for row in self._db.execute("SELECT * FROM cases WHERE section = ? ORDER BY number", (section,)):
            yield _case(row)

    def touched_since(self, tick: int) -> list[Case]:
        """Return the cases that changed in the reads after a number."""
        return [_case(row) for row in self._db.execute("SELECT * FROM cases WHERE tick > ? ORDER BY number", (tick,))]

    def put_case(self, case: Case) -> None:
        """Store a case; a new one gets the next number."""
        row = (
            *(case.number or None, case.section, case.direction.value, case.kind.value, case.record),
            *(case.counterpart, case.opened.isoformat(), case.state.value, int(case.conflict)),
            *(json.dumps(case.pending), json.dumps(case.arrived), json.dumps(case.edits)),
            *(json.dumps(case.before), case.lag_s, case.missed, self._state.tick),
        )
        self._db.execute(f"INSERT OR REPLACE INTO cases VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608

    def add_finding(
        self, section: str, sort: str, ids: tuple[str | None, str | None], at: datetime, detail: str
    ) -> None:
        """Store a finding that is no case: a second counterpart, or a record that is written without an edit."""
        row = (section, sort, *ids, at.isoformat(), detail)
        self._db.execute(
            "INSERT INTO findings (section, sort, source, target, at, detail) VALUES (?, ?, ?, ?, ?, ?)", row
        )

    def findings(self, section: str, sort: str) -> list[tuple[str | None, str | None, str, str]]:
        """Return the findings of a sort: source, target, time, detail."""
        query = "SELECT source, target, at, detail FROM findings WHERE section = ? AND sort = ? ORDER BY number"
        return self._db.execute(query, (section, sort)).fetchall()

    def findings_of(self, section: str, sort: str, source: str) -> int:
        """Return the number of findings of a sort about a source record."""
        query = "SELECT count(*) FROM findings WHERE section = ? AND sort = ? AND source = ?"
        return int(self._one(query, section, sort, source) or 0)

    def turns(self, section: str, record: str, claim: str) -> list[list[str]]:
        """Return the last pairs of values that a pair of records had while they differed."""
        found = self._one(
            "SELECT pairs FROM turns WHERE section = ? AND record = ? AND claim = ?", section, record, claim
        )
        return json.loads(found) if found else []

    def put_turns(self, section: str, record: str, claim: str, pairs: Sequence[Sequence[str]]) -> None:
        """Store the last pairs of values."""
        row = (section, record, claim, json.dumps(pairs))
        self._db.execute("INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?)", row)

    def clear_turns(self, section: str, record: str, claim: str) -> None:
        """Forget the values of a pair that agrees again."""
        self._db.execute("DELETE FROM turns WHERE section = ? AND record = ? AND claim = ?", (section, record, claim))

    def count_rewrite(self, section: str, side: int, id: str, at: datetime, since: datetime) -> int:
        """Count a write that changed nothing; return how many there were, each not long after the one before.

        The count starts over where the one before was earlier than `since`.
        """
        query = (
            "INSERT INTO rewrites VALUES (?, ?, ?, 1, ?) ON CONFLICT DO UPDATE "
            "SET count = iif(rewrites.at >= ?, count + 1, 1), at = excluded.at RETURNING count"
        )
        values = (section, side, id, at.isoformat(), since.isoformat())
        return int(self._db.execute(query, values).fetchone()[0])

    def clear_rewrites(self, section: str, side: int, id: str) -> None:
        """Forget the writes that changed nothing, because one changed something."""
        self._db.execute("DELETE FROM rewrites WHERE section = ? AND side = ? AND id = ?", (section, side, id))

    def _one(self, query: str, *values: str) -> str | None:
        return first_text(self._db, query, *values)

    def _cases(self, query: str, *values: str) -> list[Case]:
        return [_case(row) for row in self._db.execute(query, values)]


_UNDECIDED: Final = (CaseState.OPEN, CaseState.LOST, CaseState.PARTLY)


def _cells(cells: Iterable[Sequence[Any]]) -> tuple[EncodedCell, ...]:
    return tuple((kind, text) for kind, text in cells)


def _case(row: Sequence[Any]) -> Case:
    number, section, direction, kind, record, counterpart, opened, state, conflict, *texts, lag, missed, _ = row
    pending, arrived, edits, before = map(json.loads, texts)
    return Case(
        section,
        Direction(direction),
        CaseKind(kind),
        record,
        datetime.fromisoformat(opened),
        CaseState(state),
        counterpart,
        tuple(pending),
        tuple(arrived),
        {claim: _cells(cells) for claim, cells in edits.items()},
        {claim: (_cells(cells)[0], _cells(cells)[1]) for claim, cells in before.items()},
        bool(conflict),
        lag,
        number,
        missed,
    )
