"""The columns of an export with the kinds of their values, for files that no connector describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Final

import pyarrow as pa

from qa_sync.audit.records.members import leaf_names
from qa_sync.audit.sources.source import ExportFile, ExportSource
from qa_sync.errors import UsageError
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


def column_kinds(source: ExportSource) -> Mapping[str, ColumnKind]:
    """Return the kind of each column of an export, by property path; raises what reading raises."""
    found: dict[str, ColumnKind | None] = {}
    for file in source.files:
        for path, kind in _of_file(file).items():
            found[path] = _joined(found.get(path), kind)
    if not found:
        raise UsageError(f"{source.name}: expected records, got none", hint="is the export complete?")
    return {path: kind or ColumnKind.ANY for path, kind in found.items()}


def _of_file(file: ExportFile) -> Mapping[str, ColumnKind | None]:
    columns = file.columns()
    if isinstance(columns, pa.Schema) and not any(_has_map(field.type) for field in columns):
        return dict(_of_schema(columns))
    if isinstance(columns, pa.Schema):
        return {**_of_records(file), **dict(_of_schema(pa.schema([f for f in columns if not _has_map(f.type)])))}
    return _of_records(file) if columns is None else dict.fromkeys(columns, ColumnKind.ANY)


def single_precision(source: ExportSource) -> frozenset[str]:
    """Return the paths of the columns with binary numbers of 32 bits, which some files say."""
    schemas = [columns for file in source.files if isinstance(columns := file.columns(), pa.Schema)]
    types = (found for schema in schemas for field in schema for found in _leaves(field.name, field.type))
    return frozenset(path for path, kind in types if pa.types.is_float32(kind))


def _leaves(path: str, kind: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    """Yield the columns of a field with their types."""
    kind = _plain(kind)
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path, kind


def _of_schema(schema: pa.Schema) -> Iterator[tuple[str, ColumnKind | None]]:
    for field in schema:
        yield from _of_field(field.name, field.type)


def _of_field(path: str, kind: pa.DataType) -> Iterator[tuple[str, ColumnKind | None]]:
    """Yield the columns of a field; None: all its values are null."""
    for name, leaf in _leaves(path, kind):
        found = next((found for is_it, found in _OF_TYPE if is_it(leaf)), ColumnKind.TEXT)
        yield name, None if pa.types.is_null(leaf) else found


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return the type of the values in lists and in columns that are stored in another way."""
    while True:
        if any(is_it(kind) for is_it in _HOLDERS):
            kind = kind.value_type
        elif isinstance(kind, pa.Bool8Type):
            return pa.bool_()
        elif isinstance(kind, pa.BaseExtensionType) and not isinstance(kind, pa.UuidType):
            kind = kind.storage_type
        else:
            return kind


_HOLDERS: Final = (
    pa.types.is_list,
    pa.types.is_large_list,
    pa.types.is_fixed_size_list,
    pa.types.is_list_view,
    pa.types.is_large_list_view,
    pa.types.is_dictionary,
    pa.types.is_run_end_encoded,
)


def _has_map(kind: pa.DataType) -> bool:
    """Return whether there are maps in a type, whose members only the records have."""
    kind = _plain(kind)
    return pa.types.is_map(kind) or (pa.types.is_struct(kind) and any(_has_map(field.type) for field in kind))


_OF_TYPE: Final[tuple[tuple[Callable[[pa.DataType], bool], ColumnKind], ...]] = (
    (pa.types.is_string, ColumnKind.ANY),
    (pa.types.is_large_string, ColumnKind.ANY),
    (pa.types.is_string_view, ColumnKind.ANY),
    (pa.types.is_integer, ColumnKind.INTEGER),
    (pa.types.is_floating, ColumnKind.DECIMAL),
    (pa.types.is_decimal, ColumnKind.DECIMAL),
    (pa.types.is_boolean, ColumnKind.BOOLEAN),
    (pa.types.is_date, ColumnKind.DATE),
    (pa.types.is_timestamp, ColumnKind.INSTANT),
)


def _of_records(file: ExportFile) -> Mapping[str, ColumnKind | None]:
    found: dict[str, ColumnKind | None] = {}
    for _, data in file.rows():
        for path in leaf_names(data):
            wire = data[path] if path in data else read(data, path)
            for value in wire if isinstance(wire, list) else [wire]:
                found[path] = _joined(found.get(path), None if is_empty(value) else _of_value(value))
    return found


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
