"""The journal: every record that a live run makes, written down before it is made. Source: DESIGN 7.

    runs       a run with its seed, and the process that it belongs to
    places     where records of a run can be: what it makes, and what a sync makes of them
    records    a record: `intended` (no answer yet), `made`, `removed` (or never made), `left` (nobody can remove it)
    sections   what a run found out about a section that it has finished, for `--resume`
    standing   what was there before a run and may be taken for new; a WHOLE among them says that it is all there was

An intent is on disk before the call, so that after a kill nothing is unknown: what has an id is removed by it, what has
none is looked for by its mark. Values are never kept, only a fingerprint of what was sent.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from msgspec import Struct

from qa_sync.errors import UsageError
from qa_sync.systems.journal.database import JournalFile
from qa_sync.systems.journal.process import HOST, is_alive, process_started
from qa_sync.systems.journal.pruning import delete_old_runs

NAME: Final = Path(".qa-sync", "journal.sqlite")
"""Where it is, below the folder of the settings."""

ALL_RECORDS: Final = ""
"""Stands among the ids of what was there when those are all: no record has an empty id."""


class RecordLocation(Struct, frozen=True):
    """A kind of records in a system: its label, where it is, the datatype, and how documents call the entity."""

    system: str
    url: str
    datatype: str
    entity: str


class JournaledRecord(Struct, frozen=True):
    """A record of a run; `id` is None while nobody knows it, `why` tells why it is still there."""

    number: int
    place: RecordLocation
    mark: str
    id: str | None
    state: str
    why: str | None
    counterpart: bool


class JournaledRun(Struct, frozen=True):
    """A run; `alive` says that its process is at work, `state` is `process_started`, `ended` or `closed`.

    `elsewhere` is the machine that it was begun on when that is another one: then it is taken to be alive.
    """

    id: str
    started: datetime
    seed: str
    specs: tuple[str, ...]
    state: str
    alive: bool
    places: tuple[RecordLocation, ...]
    elsewhere: str | None = None


class Journal:
    """What is written in the file, and read there; every method raises NoVerdict when the file has trouble."""

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
        """Note a run of this process whose records will bear `marks`.

        Raises UsageError when another one with that seed is under way, or has left records that bear the same marks.
        """
        name = f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        pid = os.getpid()
        row = (name, started.isoformat(), seed, json.dumps(list(specs)), HOST, pid, process_started(pid), "begun")
        named = [(name, p.system, p.url, p.datatype, p.entity) for p in places]
        with self._file.transaction() as db:  # the questions too: another run may begin at this very moment
            self._reject_duplicate_run(seed, frozenset(marks))
            delete_old_runs(db, started)
            db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            db.executemany("INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?)", named)
        return next(run for run in self.runs() if run.id == name)

    def _reject_duplicate_run(self, seed: str, marks: Collection[str]) -> None:
        other = next((run for run in self.runs() if run.alive and run.seed == seed), None)
        if other:
            told = f"the run {other.id}, which is under way, has the seed {seed} too"
            raise UsageError(told, hint="their records could not be told apart: give another --seed, or none")
        if still := self._count_with_marks(marks):
            told = f"{sum(still.values())} records of earlier runs with the seed {seed} are still there"
            hint = f"they could not be told from new ones: give another --seed, or qa-sync cleanup --run {min(still)}"
            raise UsageError(told, hint=hint)

    def _count_with_marks(self, marks: Collection[str]) -> Counter[str]:
        """Return how many records that bear one of the marks are still there, by run."""
        query = "SELECT run, mark FROM records WHERE state != 'removed'"
        with self._file.reading() as db:
            return Counter(run for run, mark in db.execute(query) if mark in marks)

    def end(self, run: str, state: str = "ended") -> None:
        """Note that a run has ended and has been swept; `closed`: that later cleanups need not look again."""
        self._file.write("UPDATE runs SET state = ? WHERE id = ?", state, run)

    def runs(self) -> tuple[JournaledRun, ...]:
        """Return all runs, oldest first."""
        with self._file.reading() as db:
            return tuple(_runs(db))

    # -- records

    def note_intent(self, run: str, place: RecordLocation, mark: str, payload: str) -> int:
        """Note, durably, a record that is about to be made; return the number of the note."""
        query = "INSERT INTO records VALUES (NULL, ?, ?, ?, ?, ?, NULL, 'intended', NULL, 0)"
        return self._file.write(query, run, place.system, place.datatype, mark, payload)

    def note_created(self, number: int, id: str) -> None:
        """Note the id of a record that was made."""
        with self._file.transaction() as db:
            *at, known = db.execute(
                "SELECT run, system, datatype, mark, id FROM records WHERE number = ?", (number,)
            ).fetchone()
            # Whoever listed records may have seen it before we were told of it.
            db.execute(
                "DELETE FROM records WHERE run = ? AND system = ? AND datatype = ? AND id = ? AND number != ?",
                (*at[:3], id, number),
            )
            db.execute("UPDATE records SET id = ?, state = 'made' WHERE number = ?", (id, number))
            if known not in {None, id}:
                db.execute("INSERT INTO records VALUES (NULL, ?, ?, ?, ?, '', ?, 'made', NULL, 1)", (*at, known))

    def note_not_created(self, number: int, why: str) -> None:
        """Note that an intended record was not made."""
        self._file.write("UPDATE records SET state = 'removed', why = ? WHERE number = ? AND id IS NULL", why, number)

    def claim(self, run: str, place: RecordLocation, mark: str, id: str) -> None:
        """Note a record that was found by a mark: that of an intent without an answer, or a counterpart."""
        at = (run, place.system, place.datatype)
        with self._file.transaction() as db:
            known = "SELECT 1 FROM records WHERE run = ? AND system = ? AND datatype = ? AND id = ?"
            if db.execute(known, (*at, id)).fetchone():
                # A number that was free again was given to this one.
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
        """Note that a record is known to be gone."""
        query = (
            "UPDATE records SET state = 'removed', why = NULL WHERE run = ? AND system = ? AND datatype = ? AND id = ?"
        )
        self._file.write(query, run, place.system, place.datatype, id)

    def left(self, number: int, why: str, *, for_good: bool = False) -> None:
        """Note why a record is still there; `for_good`: it cannot be removed at all."""
        query = "UPDATE records SET why = ?, state = iif(?, 'left', state) WHERE number = ?"
        self._file.write(query, why, for_good, number)

    def entries(self, run: str) -> tuple[JournaledRecord, ...]:
        """Return the records of a run in the order of their notes, removed ones too."""
        query = (
            "SELECT number, r.system, url, r.datatype, entity, mark, id, state, why, counterpart FROM records r"
            " JOIN places p ON p.run = r.run AND p.system = r.system AND p.datatype = r.datatype"
            " WHERE r.run = ? ORDER BY number"
        )
        with self._file.reading() as db:
            rows = db.execute(query, (run,)).fetchall()
        return tuple(JournaledRecord(r[0], RecordLocation(*r[1:5]), r[5], r[6], r[7], r[8], bool(r[9])) for r in rows)

    # -- what was there before

    def note_preexisting(self, run: str, place: RecordLocation, ids: Iterable[str]) -> None:
        """Note records that are at a place before the run writes anything."""
        rows = ((run, place.system, place.datatype, one) for one in ids)
        with self._file.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO standing VALUES (?, ?, ?, ?)", rows)

    def preexisting_ids(self, run: str) -> dict[tuple[str, str], set[str]]:
        """Return the ids that were noted, by system and datatype."""
        found: dict[tuple[str, str], set[str]] = {}
        with self._file.reading() as db:
            for system, datatype, one in db.execute("SELECT system, datatype, id FROM standing WHERE run = ?", (run,)):
                found.setdefault((system, datatype), set()).add(one)
        return found

    # -- finished sections

    def save_section(self, run: str, spec: str, key: str, print: str, events: str) -> None:
        """Keep what was found out about a section; `print` tells later whether it is still the same."""
        self._file.write("INSERT OR REPLACE INTO sections VALUES (?, ?, ?, ?, ?)", run, spec, key, print, events)

    def sections(self, run: str) -> dict[tuple[str, str, str], str]:
        """Return what was kept, by document, section and print."""
        with self._file.reading() as db:
            rows = db.execute("SELECT spec, key, print, events FROM sections WHERE run = ?", (run,)).fetchall()
        return {(spec, key, mark): events for spec, key, mark, events in rows}


def _runs(db: Connection) -> Iterator[JournaledRun]:
    for name, started, seed, specs, host, pid, since, state in db.execute("SELECT * FROM runs").fetchall():
        query = "SELECT system, url, datatype, entity FROM places WHERE run = ? ORDER BY system, datatype"
        places = tuple(RecordLocation(*place) for place in db.execute(query, (name,)))
        alive = state == "begun" and is_alive(host, pid, since)
        at = datetime.fromisoformat(started).astimezone(UTC)
        elsewhere = host if host != HOST else None
        yield JournaledRun(name, at, seed, tuple(json.loads(specs)), state, alive, places, elsewhere)
