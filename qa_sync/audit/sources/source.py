"""An export as local files, with what to call them in messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.formats.row_formats import columns_of, rows_of
from qa_sync.audit.formats.rows import Rows
from qa_sync.errors import QaSyncError
from qa_sync.location import Location


class ExportFile(Struct, frozen=True):
    """A file to read; `name` is what the user calls it, `on_lines`: its records stand on lines, not in rows."""

    path: Path
    name: str
    on_lines: bool = False

    def rows(self) -> Rows:
        """Yield the records with their numbers; raises UsageError for a damaged file."""
        with self.named_in_errors():
            yield from rows_of(self.path)

    def columns(self) -> pa.Schema | frozenset[str] | None:
        """Return a schema, or names, or None for JSON, which has no columns of its own."""
        with self.named_in_errors():
            return columns_of(self.path)

    def at(self, number: int) -> Location:
        """Return the place of a record."""
        return Location(self.name, number)

    @contextmanager
    def named_in_errors(self) -> Iterator[None]:
        """Let errors about the path name the file as the user does."""
        path = str(self.path)
        try:
            yield
        except QaSyncError as error:
            error.message = error.message.replace(path, self.name)
            if error.location:
                error.location = replace(error.location, path=error.location.path.replace(path, self.name))
            raise


class ExportSource(Struct, frozen=True):
    """An export: its files in order, or a `folder` with a file for each datatype; `name` is as the user wrote it."""

    name: str
    files: tuple[ExportFile, ...] = ()
    folder: Path | None = None

    @property
    def label(self) -> str:
        """The last part of the name."""
        return PurePath(self.name).name or self.name
