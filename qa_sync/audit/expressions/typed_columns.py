"""A typed column of an export as cells: the expressions that correspond to `cells.encode_cell`."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import ibis
import ibis.expr.datatypes as dt
from msgspec.structs import replace

from qa_sync.audit.expressions.cells import Kind
from qa_sync.audit.expressions.columns import Cell, Expr


def typed_cell(column: Expr) -> Cell:
    """Return a typed column's cell."""
    kind: dt.DataType = column.type()
    there, empty = column.notnull(), column.isnull()
    if isinstance(kind, dt.String):
        blank = empty | (column == "")
        text = ((column >= "!") & (column < "\x7f")) | starts_nonblank(column)
        return _cell(column, {Kind.TEXT: text, Kind.EMPTY: blank}, Kind.BLANK)
    if isinstance(kind, dt.Boolean):
        return _cell(ibis.cases((column, "true"), (~column, "false")), {Kind.BOOLEAN: there, Kind.EMPTY: empty})
    if isinstance(kind, dt.Floating):
        return _single(column) if isinstance(kind, dt.Float32) else _floating(column.cast("float64"))
    if isinstance(kind, dt.Integer):
        cell = _cell(column.cast("string"), {Kind.NUMBER: there, Kind.EMPTY: empty})
        short = (column > -_LARGEST) & (column < _LARGEST)
        return replace(cell, number=column.cast("float64"), short=short, whole=True)
    word = Kind.TEXT if isinstance(kind, dt.Date) else Kind.NUMBER
    text = column.cast("string")
    if isinstance(kind, dt.Decimal) and kind.scale == kind.precision:
        text = _with_zero(text)
    return _cell(text, {word: there, Kind.EMPTY: empty})


def _with_zero(text: Expr) -> Expr:
    """Return the text of a fraction with a zero before the point, which DuckDB omits if there is no other digit."""
    minus = (text.startswith("-."), ibis.literal("-0") + text.substr(1))
    return ibis.cases((text.startswith("."), ibis.literal("0") + text), minus, else_=text)


def _floating(column: Expr) -> Cell:
    nan = column.isnan().coalesce(False)
    # On Spark, Ibis takes NaN for null, and finds no infinity.
    odd = nan | (column.abs() > sys.float_info.max).coalesce(False)
    empty = column.isnull() & ~nan
    infinite = ibis.cases((nan, "NaN"), (column > 0, "Infinity"), else_="-Infinity")
    text = ibis.cases((odd, infinite), else_=column.cast("string"))
    cell = _cell(text, {Kind.NUMBER: ~empty & ~odd, Kind.EMPTY: empty}, Kind.JSON)
    # A float with at most four decimal places is exact to 15 digits. Ibis makes integers of `round()` and `round(0)`,
    # which a NaN has no integer for.
    short = (column.abs() < _LARGEST / 10_000) & ((column * 1_000).round(1) / 1_000 == column)
    return replace(cell, number=column, short=short)


def _single(column: Expr) -> Cell:
    """Return the cell of binary numbers of 32 bits, whose texts are shorter than those of 64 bits."""
    cell = _floating(column.cast("float64"))
    text = ibis.cases((cell.is_kind(Kind.NUMBER), column.cast("string")), else_=cell.text)
    return replace(cell, text=text, short=ibis.literal(False))


_LARGEST = 10**15
"""Below it, every number of up to 15 digits has its own float."""


def _cell(text: Expr, tests: Mapping[Kind, Expr], other: Kind = Kind.BLANK) -> Cell:
    return Cell(_coded(*((test, kind) for kind, test in tests.items()), other=other), text, tests)


def starts_nonblank(text: Expr) -> Expr:
    """Return whether a non-ASCII text is certainly not blank, by the code point of its first character."""
    return ((text >= "\u00c0") & (text < "\u1000")) | (text >= "\u4e00")


def _coded(*branches: tuple[Expr, Kind], other: Kind) -> Expr:
    cases = ((when, ibis.literal(int(kind), type="int8")) for when, kind in branches)
    return ibis.cases(*cases, else_=ibis.literal(int(other), type="int8"))
