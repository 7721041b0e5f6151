"""What all formats have in common: records with their line numbers, and columns with different names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.values.form import Json

Rows = Iterator[tuple[int, Mapping[str, Json]]]
"""Records with their line numbers."""

WHOLE: Final = "is the file complete?"


def reject_repeated(names: Sequence[str], where: Location) -> None:
    """Raise UsageError for two columns of the same name."""
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise UsageError(f"there are several columns {twice[0]!r}", location=where)
