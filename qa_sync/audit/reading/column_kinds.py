"""The columns of an export with the kinds of their values, for files that no connector describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

import pyarrow as pa

from qa_sync.audit.formats.row_formats import columns_of, rows_of
from qa_sync.audit.records.members import leaf_names
from qa_sync.values.canonical import is_empty
from qa_sync.values.form import Json
from qa_sync.values.paths import read


class ColumnKind(StrEnum):
    """What the values of a column are; `ANY`: texts, which may stand for anything."""

    ANY = "any"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"


def column_kinds(file: Path) -> Mapping[str, ColumnKind]:
    """Return the kind of each column of an export, by property path; raises what reading raises."""
    columns = columns_of(file)
    if isinstance(columns, pa.Schema):
        return dict(_of_schema(columns))
    if columns is not None:
        return dict.fromkeys(columns, ColumnKind.ANY)
    return _of_records(file)


def _of_schema(schema: pa.Schema) -> Iterator[tuple[str, ColumnKind]]:
    for field in schema:
        yield from _of_field(field.name, field.type)


def _of_field(path: str, kind: pa.DataType) -> Iterator[tuple[str, ColumnKind]]:
    while pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        kind = kind.value_type
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _of_field(f"{path}.{field.name}", field.type)
        return
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    yield path, next((found for is_it, found in _OF_TYPE if is_it(kind)), ColumnKind.TEXT)


_OF_TYPE: Final[tuple[tuple[Callable[[pa.DataType], bool], ColumnKind], ...]] = (
    (pa.types.is_string, ColumnKind.ANY),
    (pa.types.is_large_string, ColumnKind.ANY),
    (pa.types.is_null, ColumnKind.ANY),
    (pa.types.is_integer, ColumnKind.INTEGER),
    (pa.types.is_floating, ColumnKind.DECIMAL),
    (pa.types.is_decimal, ColumnKind.DECIMAL),
    (pa.types.is_boolean, ColumnKind.BOOLEAN),
    (pa.types.is_date, ColumnKind.DATE),
    (pa.types.is_timestamp, ColumnKind.INSTANT),
)


def _of_records(file: Path) -> Mapping[str, ColumnKind]:
    found: dict[str, ColumnKind | None] = {}
    for _, data in rows_of(file):
        for path in leaf_names(data):
            wire = data[path] if path in data else read(data, path)
            for value in wire if isinstance(wire, list) else [wire]:
                found[path] = _joined(found.get(path), None if is_empty(value) else _of_value(value))
    return {path: kind or ColumnKind.ANY for path, kind in found.items()}


def _of_value(value: Json) -> ColumnKind:
    if isinstance(value, bool):
        return ColumnKind.BOOLEAN
    if isinstance(value, str):
        return ColumnKind.ANY
    return ColumnKind.INTEGER if isinstance(value, int) else ColumnKind.DECIMAL


def _joined(one: ColumnKind | None, other: ColumnKind | None) -> ColumnKind | None:
    """Return the kind of a column with values of two kinds (None: there are no values yet)."""
    if one is None or other is None or one is other:
        return one or other
    return ColumnKind.DECIMAL if {one, other} == {ColumnKind.INTEGER, ColumnKind.DECIMAL} else ColumnKind.TEXT
