"""Values of a large run in a temporary file instead of memory: written once, read back when they are used.

Values are pickled, because only that keeps every text, number and shared object exactly. The file has no name that
another program could open, and is gone when the process ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar, overload
from weakref import finalize

from qa_sync.errors import NoVerdict

T = TypeVar("T")

MOST_IN_MEMORY = 20
"""With more specs than this, what grows with their number is in a temporary file."""


class SpillFile:
    """A temporary file of values, for several threads; raises NoVerdict when the disk is full."""

    def __init__(self) -> None:
        with _disk_errors():
            self._file = tempfile.TemporaryFile(prefix="qa-sync-")  # noqa: SIM115 - used as long as the object
        finalize(self, self._file.close)
        self._end = 0
        self._lock = Lock()
        self._latest: tuple[int, object] = (-1, None)

    def write(self, value: object) -> tuple[int, int]:
        """Write a value; return its place: where it starts, and its size in bytes."""
        import pickle  # noqa: PLC0415 - reads only what this process has written; few runs need it

        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        with self._lock, _disk_errors():
            start = self._file.seek(self._end)
            self._file.write(data)
            self._end += len(data)
        return start, len(data)

    def read(self, place: tuple[int, int]) -> object:
        """Return the value at a place; the latest one read is kept, because values are often used several times."""
        import pickle  # noqa: PLC0415 - as above

        start, size = place
        with self._lock, _disk_errors():
            if self._latest[0] != start:
                self._file.seek(start)
                self._latest = start, pickle.loads(self._file.read(size))  # noqa: S301 - as above
            return self._latest[1]

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoVerdict(
            f"a temporary file in {tempfile.gettempdir()} cannot be used: {error.strerror or error}",
            hint="free some disk space, or set TMPDIR to a folder with more",
        ) from None


class SpilledTuple(Sequence[T]):
    """A tuple that is in a file as a whole; `summary` stays in memory."""

    def __init__(self, file: SpillFile, items: Iterable[T], summary: object = None) -> None:
        whole = tuple(items)
        self.file = file
        self._place = file.write(whole)
        self._length = len(whole)
        self.summary = summary

    def _items(self) -> tuple[T, ...]:
        items: tuple[T, ...] = self.file.read(self._place)  # type: ignore[assignment]  # what __init__ wrote
        return items

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        return self._items()[at]

    def __iter__(self) -> Iterator[T]:
        return iter(self._items())


class SpilledItems(Sequence[T]):
    """A sequence whose items are in a file one by one; the first `held` stay in memory."""

    def __init__(self, file: SpillFile, items: Iterable[T] = (), held: int = 0) -> None:
        self._file = file
        self._most_held = held
        self._held: list[T] = []
        self._places: list[tuple[int, int]] = []
        for item in items:
            self.append(item)

    def append(self, item: T) -> None:
        """Add an item at the end."""
        if len(self._held) < self._most_held:
            self._held.append(item)
        else:
            self._places.append(self._file.write(item))

    def changed(self, change: Callable[[T], T | None]) -> SpilledItems[T]:
        """Return the items that `change` returns, without None, in the same file."""
        return SpilledItems(self._file, (new for item in self if (new := change(item)) is not None), self._most_held)

    def __len__(self) -> int:
        return len(self._held) + len(self._places)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return tuple(self[n] for n in range(*at.indices(len(self))))
        number = range(len(self))[at]
        if number < len(self._held):
            return self._held[number]
        item: T = self._file.read(self._places[number - len(self._held)])  # type: ignore[assignment]  # as above
        return item

    def __iter__(self) -> Iterator[T]:
        return (self[n] for n in range(len(self)))


def change_items(items: Sequence[T], change: Callable[[T], T | None]) -> Sequence[T]:
    """Return the items that `change` returns, without None; in the file of the given ones if they are in one."""
    if isinstance(items, SpilledItems):
        return items.changed(change)
    return tuple(new for item in items if (new := change(item)) is not None)
