"""The records of the systems' lists: a fingerprint of each, how far each list was read, and two indexes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from qa_sync.sync.store.database import SyncStore


class ListedRecords:
    """The records of one list of one system; `name` is unique in the store."""

    def __init__(self, state: SyncStore, name: str) -> None:
        self._state = state
        self.name = name

    def define(self, definition: str) -> None:
        """Mark every record as changed when the definition of their processing changed; records stay known."""
        row = self._state.read("SELECT definition FROM lists WHERE name = ?", self.name).fetchone()
        if row and row[0] == definition:
            return
        self._state.write("INSERT OR REPLACE INTO lists VALUES (?, NULL, NULL, ?)", self.name, definition)
        self._state.write("UPDATE records SET digest = '' WHERE list = ?", self.name)

    @property
    def watermark(self) -> tuple[datetime | None, datetime | None]:
        """The latest change read from the list (None: the whole list must be read), and when it was first read."""
        row = self._state.read("SELECT watermark, moved FROM lists WHERE name = ?", self.name).fetchone()
        watermark, moved = (datetime.fromisoformat(text) if text else None for text in row)
        return watermark, moved

    def set_watermark(self, watermark: datetime, moved: datetime | None) -> None:
        """Save the latest change read from the list, and when it was read."""
        texts = watermark.isoformat(), moved.isoformat() if moved else None
        self._state.write("UPDATE lists SET watermark = ?, moved = ? WHERE name = ?", *texts, self.name)

    @property
    def last_full_read(self) -> datetime | None:
        """When the list was last read completely, None when unknown."""
        row = self._state.read("SELECT at FROM whole WHERE list = ?", self.name).fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def set_full_read(self, at: datetime) -> None:
        """Save the start of a complete read."""
        self._state.write("INSERT OR REPLACE INTO whole VALUES (?, ?)", self.name, at.isoformat())

    def digest(self, id: str) -> str | None:
        """Return the fingerprint of a record as last listed, None when it was never listed."""
        row = self._state.read("SELECT digest FROM records WHERE list = ? AND id = ?", self.name, id).fetchone()
        return str(row[0]) if row else None

    def save_digest(self, id: str, digest: str) -> None:
        """Save a record's fingerprint; a record that was never listed before gets the next number."""
        self._state.known += 1
        self._state.write(
            "INSERT INTO records (list, id, digest, number) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (list, id) DO UPDATE SET digest = excluded.digest",
            self.name,
            id,
            digest,
            self._state.known,
        )

    def number(self, id: str) -> int | None:
        """Return the number of a record in the order of first listing, None when it was never listed."""
        row = self._state.read("SELECT number FROM records WHERE list = ? AND id = ?", self.name, id).fetchone()
        return row[0] if row else None

    @property
    def last_number(self) -> int:
        """The number of the newest record of all lists, or a greater one."""
        return self._state.known

    def index(self, id: str, keys: Iterable[tuple[str, str, str]]) -> None:
        """Replace the index entries of a record, each (path, key, value as text)."""
        self._state.write("DELETE FROM found_by WHERE list = ? AND id = ?", self.name, id)
        rows = [(self.name, path, key, id, value) for path, key, value in keys]
        self._state.write_many("INSERT INTO found_by VALUES (?, ?, ?, ?, ?)", rows)

    def find(self, path: str, key: str) -> list[tuple[str, str]]:
        """Return the ids and values of the records with an index key."""
        query = "SELECT id, value FROM found_by WHERE list = ? AND path = ? AND key = ? ORDER BY rowid"
        return self._state.read(query, self.name, path, key).fetchall()

    def keys(self, id: str) -> list[tuple[str, str, str]]:
        """Return the index entries of a record: path, key and value."""
        query = "SELECT path, key, value FROM found_by WHERE list = ? AND id = ?"
        return self._state.read(query, self.name, id).fetchall()

    def set_references(self, id: str, references: Iterable[tuple[str, str]]) -> None:
        """Replace the references of a record, each (datatype, id)."""
        self._state.write("DELETE FROM refs WHERE list = ? AND id = ?", self.name, id)
        self._state.write_many("INSERT INTO refs VALUES (?, ?, ?, ?)", [(self.name, id, *ref) for ref in references])

    def references(self, id: str) -> list[tuple[str, str]]:
        """Return the references of a record."""
        query = "SELECT datatype, pointed FROM refs WHERE list = ? AND id = ?"
        return self._state.read(query, self.name, id).fetchall()

    def referring(self, datatype: str, id: str) -> list[str]:
        """Return the ids of the records that refer to a record."""
        query = "SELECT id FROM refs WHERE list = ? AND datatype = ? AND pointed = ?"
        return [found for (found,) in self._state.read(query, self.name, datatype, id)]
