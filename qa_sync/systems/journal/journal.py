"""The journal: every record that a live run creates, written down before it is created.

    runs       a run with its seed, and the process that it belongs to
    places     where records of a run can be: those that it creates, and their counterparts
    records    a record: `intended` (no response yet), `made`, `removed` (or never made), `left` (cannot be deleted)
    sections   the results of a finished section, for `--resume`
    standing   ids that existed before a run and could be taken for new; ALL_RECORDS among them: all that existed

An intent is on disk before the request, so that cleanup is possible after a kill: by the record's id, or, if that is
unknown, by its mark. Values are never stored, only a fingerprint of what was sent. Source:
docs/explanation/never-written.rst.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from qa_sync.errors import UsageError
from qa_sync.systems.journal.database import JournalFile
from qa_sync.systems.journal.process import HOST, process_started
from qa_sync.systems.journal.pruning import delete_old_runs
from qa_sync.systems.journal.rows import JournaledRecord, JournaledRun, RecordLocation, read_record, read_run

NAME: Final = Path(".qa-sync", "journal.sqlite")
"""The path of the journal, relative to the folder of the settings."""

ALL_RECORDS: Final = ""
"""The marker among preexisting ids that all ids were noted; no record has an empty id."""


class Journal:
    """Reads and writes the journal; every method raises NoVerdict if the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._file = JournalFile(path)
        self.path = path
        self.close = self._file.close

    # -- runs

    def begin(
        self,
        seed: str,
        specs: Sequence[str],
        started: datetime,
        places: Iterable[RecordLocation],
        marks: Collection[str] = (),
    ) -> JournaledRun:
        """Record a run of this process whose records will carry `marks`.

        Raises UsageError if another run with that seed is in progress, or if records with the same marks still exist.
        """
        name = f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        pid = os.getpid()
        row = (name, started.isoformat(), seed, json.dumps(list(specs)), HOST, pid, process_started(pid), "begun")
        named = [(name, p.system, p.url, p.datatype, p.entity) for p in places]
        with self._file.transaction() as db:  # with the queries: another run may start at the same time
            self._reject_duplicate_run(seed, frozenset(marks))
            delete_old_runs(db, started)
            db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            db.executemany("INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?)", named)
        return next(run for run in self.runs() if run.id == name)

    def _reject_duplicate_run(self, seed: str, marks: Collection[str]) -> None:
        other = next((run for run in self.runs() if run.alive and run.seed == seed), None)
        if other:
            message = f"the run {other.id}, which is in progress, also has the seed {seed}"
            raise UsageError(
                message, hint="the records of both runs could not be distinguished; use another --seed, or none"
            )
        if still := self._count_with_marks(marks):
            message = f"{sum(still.values())} records of earlier runs with the seed {seed} still exist"
            hint = f"new records could not be distinguished; use another --seed, or qa-sync cleanup --run {min(still)}"
            raise UsageError(message, hint=hint)

    def _count_with_marks(self, marks: Collection[str]) -> Counter[str]:
        """Return the number of existing records that carry one of the marks, by run."""
        query = "SELECT run, mark FROM records WHERE state != 'removed'"
        with self._file.reading() as db:
            return Counter(run for run, mark in db.execute(query) if mark in marks)

    def end(self, run: str, state: str = "ended") -> None:
        """Record that a run has ended and was cleaned up; `closed`: later cleanups can skip it."""
        self._file.write("UPDATE runs SET state = ? WHERE id = ?", state, run)

    def runs(self) -> tuple[JournaledRun, ...]:
        """Return all runs, oldest first."""
        query = "SELECT system, url, datatype, entity FROM places WHERE run = ? ORDER BY system, datatype"
        with self._file.reading() as db, self._file.expecting_valid_rows():
            rows = db.execute("SELECT * FROM runs").fetchall()
            return tuple(read_run(row, db.execute(query, row[:1]).fetchall()) for row in rows)

    # -- records

    def note_intent(self, run: str, place: RecordLocation, mark: str, payload: str) -> int:
        """Record durably that a record is about to be created; return the number of the entry."""
        query = "INSERT INTO records VALUES (NULL, ?, ?, ?, ?, ?, NULL, 'intended', NULL, 0)"
        return self._file.write(query, run, place.system, place.datatype, mark, payload)

    def note_created(self, number: int, id: str) -> None:
        """Record the id of a created record."""
        with self._file.transaction() as db:
            *at, known = db.execute(
                "SELECT run, system, datatype, mark, id FROM records WHERE number = ?", (number,)
            ).fetchone()
            # A list may have returned it before the response to the create arrived.
            db.execute(
                "DELETE FROM records WHERE run = ? AND system = ? AND datatype = ? AND id = ? AND number != ?",
                (*at[:3], id, number),
            )
            db.execute("UPDATE records SET id = ?, state = 'made' WHERE number = ?", (id, number))
            if known not in {None, id}:
                db.execute("INSERT INTO records VALUES (NULL, ?, ?, ?, ?, '', ?, 'made', NULL, 1)", (*at, known))

    def forget_id(self, number: int) -> None:
        """Record that the id of a created record is that of another one; a cleanup searches for the record's mark."""
        self._file.write("UPDATE records SET id = NULL, state = 'intended' WHERE number = ?", number)

    def note_not_created(self, number: int, why: str) -> None:
        """Record that an intended record was not created."""
        self._file.write("UPDATE records SET state = 'removed', why = ? WHERE number = ? AND id IS NULL", why, number)

    def claim(self, run: str, place: RecordLocation, mark: str, id: str) -> None:
        """Record a record that was found by its mark: one whose create got no response, or a counterpart."""
        at = (run, place.system, place.datatype)
        with self._file.transaction() as db:
            known = "SELECT 1 FROM records WHERE run = ? AND system = ? AND datatype = ? AND id = ?"
            if db.execute(known, (*at, id)).fetchone():
                # The system has reused the id of a deleted record.
                again = "UPDATE records SET mark = ?, state = 'made', why = NULL WHERE state = 'removed' AND "
                db.execute(again + "run = ? AND system = ? AND datatype = ? AND id = ?", (mark, *at, id))
                return
            lost = (
                "SELECT number FROM records WHERE run = ? AND system = ? AND datatype = ? AND mark = ?"
                " AND state = 'intended' AND id IS NULL"
            )
            if row := db.execute(lost, (*at, mark)).fetchone():
                db.execute("UPDATE records SET id = ?, state = 'made' WHERE number = ?", (id, *row))
            else:
                db.execute("INSERT INTO records VALUES (NULL, ?, ?, ?, ?, '', ?, 'made', NULL, 1)", (*at, mark, id))

    def removed(self, run: str, place: RecordLocation, id: str) -> None:
        """Record that a record does not exist any more."""
        query = (
            "UPDATE records SET state = 'removed', why = NULL WHERE run = ? AND system = ? AND datatype = ? AND id = ?"
        )
        self._file.write(query, run, place.system, place.datatype, id)

    def left(self, number: int, why: str, *, for_good: bool = False) -> None:
        """Record why a record still exists; `for_good`: it can never be deleted."""
        query = "UPDATE records SET why = ?, state = iif(?, 'left', state) WHERE number = ?"
        self._file.write(query, why, for_good, number)

    def entries(self, run: str) -> tuple[JournaledRecord, ...]:
        """Return the records of a run in the order of their entries, including deleted ones."""
        query = (
            "SELECT number, r.system, url, r.datatype, entity, mark, id, state, why, counterpart FROM records r"
            " JOIN places p ON p.run = r.run AND p.system = r.system AND p.datatype = r.datatype"
            " WHERE r.run = ? ORDER BY number"
        )
        with self._file.reading() as db, self._file.expecting_valid_rows():
            return tuple(map(read_record, db.execute(query, (run,)).fetchall()))

    # -- preexisting records

    def note_preexisting(self, run: str, place: RecordLocation, ids: Iterable[str]) -> None:
        """Record ids that exist in a location before the run writes anything."""
        rows = ((run, place.system, place.datatype, one) for one in ids)
        with self._file.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO standing VALUES (?, ?, ?, ?)", rows)

    def preexisting_ids(self, run: str) -> dict[tuple[str, str], set[str]]:
        """Return the preexisting ids by system and datatype."""
        found: dict[tuple[str, str], set[str]] = {}
        with self._file.reading() as db:
            for system, datatype, one in db.execute("SELECT system, datatype, id FROM standing WHERE run = ?", (run,)):
                found.setdefault((system, datatype), set()).add(one)
        return found

    # -- finished sections

    def save_section(self, run: str, spec: str, key: str, print: str, events: str) -> None:
        """Save the results of a section; `print` is the fingerprint that shows later whether it is unchanged."""
        self._file.write("INSERT OR REPLACE INTO sections VALUES (?, ?, ?, ?, ?)", run, spec, key, print, events)

    def sections(self, run: str) -> dict[tuple[str, str, str], str]:
        """Return the saved results by spec, section and fingerprint."""
        with self._file.reading() as db:
            rows = db.execute("SELECT spec, key, print, events FROM sections WHERE run = ?", (run,)).fetchall()
        return {(spec, key, mark): events for spec, key, mark, events in rows}
