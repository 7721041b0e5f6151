"""Groups of rows that the sync updates together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.record_view import RecordView
from qa_sync.values import paths
from qa_sync.values.form import Json


def row_groups(lane: Lane, views: Mapping[Side, RecordView]) -> Iterator[tuple[Row, ...]]:
    """Yield groups of rows: the rows of one list in one group, each other row in its own.

    A path does not show whether it is a list, so the values of the records decide.
    Source: docs/explanation/grammar.rst, "Property paths".
    """
    lists: dict[tuple[Side, str], list[Row]] = {}
    for row in lane.rows:
        place = _list_of(row, views)
        if place is None:
            yield (row,)
        else:
            lists.setdefault(place, []).append(row)
    for rows in lists.values():
        yield tuple(rows)


def _list_of(row: Row, views: Mapping[Side, RecordView]) -> tuple[Side, str] | None:
    for side in Side:
        path = row.card(side).path
        if isinstance(views[side].values.get(path), tuple):
            return side, _list_path(views[side].record.data, path)
    return None


def _list_path(data: Mapping[str, Json], path: str) -> str:
    """Return the part of a path that is the list itself."""
    segments = paths.segments(path)
    heads = (".".join(segments[:n]) for n in range(1, len(segments) + 1))
    return next((head for head in heads if isinstance(paths.read(data, head), list)), path)


def applicable_rows(rows: tuple[Row, ...], views: Mapping[Side, RecordView]) -> tuple[Row, ...]:
    """Return the rows whose conditions both records meet; raises NotConvertible for a condition on a list."""
    if not any(row.source_when or row.target_when for row in rows):
        return rows
    return tuple(row for row in rows if all(views[side].applies(row) for side in Side))
