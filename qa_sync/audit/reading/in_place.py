"""Decides whether the engines can use a Parquet file in place: only if they hold every value of it exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import reduce
from operator import or_
from typing import Final

import ibis
import pyarrow as pa

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.formats.row_formats import ending_of
from qa_sync.audit.sources.source import ExportSource
from qa_sync.systems.cards import EntityCard
from qa_sync.values.path_grammar import root_name


def exact_table(engine: Engine, source: ExportSource, card: EntityCard, columns: tuple[str, ...]) -> Table | None:
    """Return the table of Parquet files that the engines read exactly, None for what must be read row by row."""
    if any(ending_of(file.path) != ".parquet" for file in source.files):
        return None
    schemas = [file.columns() for file in source.files]
    used = [c for c in (card.key, card.modified, *columns) if c is not None]
    if not all(_is_exact(schema, card, used) and _is_alike(schema, schemas[0]) for schema in schemas):
        return None
    with source.files[0].named_in_errors():
        table = engine.read([file.path for file in source.files])
    return None if _has_strange_dates(engine, table, used) else table


def _is_alike(one: pa.Schema, other: pa.Schema) -> bool:
    """Return whether two files have the same columns with the same types."""
    return {field.name: field.type for field in one} == {field.name: field.type for field in other}


def _is_exact(schema: pa.Schema, card: EntityCard, used: list[str]) -> bool:
    offset = card.modified in schema.names and card.modified_form.options.get("style") == "offset"
    same_name = len({name.casefold() for name in schema.names}) < len(schema.names)  # the engines ignore case
    if offset or same_name or card.key not in schema.names or any(_is_nested(schema, path) for path in used):
        return False
    key = schema.field(card.key).type
    if pa.types.is_floating(key) or pa.types.is_boolean(key):
        return False
    return all(any(is_it(schema.field(c).type) for is_it in EXACT_TYPES) for c in used if c in schema.names)


def _is_nested(schema: pa.Schema, path: str) -> bool:
    """Return whether a path is inside of a column."""
    return path not in schema.names and root_name(path) in schema.names


DIGITS: Final = 38
"""The longest decimals that both engines hold."""

EXACT_TYPES: Final[tuple[Callable[[pa.DataType], bool], ...]] = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_integer,
    pa.types.is_float32,
    pa.types.is_float64,
    # DuckDB reads longer decimals as binary numbers, Spark not at all.
    lambda kind: pa.types.is_decimal(kind) and kind.precision <= DIGITS,
    pa.types.is_boolean,
    pa.types.is_date,
)
"""The column types that both engines hold exactly; every other type is read row by row."""


def _has_strange_dates(engine: Engine, table: Table, used: list[str]) -> bool:
    """Return whether there are dates outside the years 1 to 9999, which the engines write in ways of their own."""
    days = [table[c] for c in dict.fromkeys(used) if c in table.columns and table[c].type().is_date()]
    if not days:
        return False
    low, high = ibis.literal(date.min), ibis.literal(date.max)
    strange = reduce(or_, [((day < low) | (day > high)).coalesce(False) for day in days])
    return bool(engine.row(table.aggregate(n=strange.sum()))["n"])
