"""The keys for matching records, as texts: equal texts are the same value, and empty values have no key.

Expressions compute the easy ones, Python the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import ibis
import pyarrow as pa
from msgspec import Struct

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.cells import Kind, decode_cell
from qa_sync.audit.expressions.columns import PHONE, PHONE_NOISE, READS, WHOLE, Cell, Expr, fits, is_ascii, is_trimmed
from qa_sync.audit.expressions.comparison_rules import comparison_kind, without
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.audit.expressions.value_keys import keys_of, names_country
from qa_sync.audit.parquet_writer import ParquetWriter
from qa_sync.values.form import Form

SCHEMA: Final = pa.schema([("id", pa.string()), ("key", pa.string())])


class KeySide(Struct, frozen=True):
    """One side of a key: the records, the cell, its format, and the formats of both sides."""

    table: Table
    cell: Cell
    form: Form
    forms: PropertyFormats

    @property
    def text(self) -> Expr:
        """The key if an expression can compute it, else null."""
        words = frozenset({self.forms.source.convert, self.forms.target.convert})
        easy, text = EASY.get(comparison_kind(words), _none)(self.cell, self.form)
        if not words <= _MIXED.get(comparison_kind(words), words) or names_country(self.form):
            easy, text = _none(self.cell, self.form)
        return ibis.cases((easy, text), else_=ibis.null("string"))

    @property
    def needs_python(self) -> Expr:
        """Whether there is a value whose key Python must compute."""
        return ~self.cell.is_kind(Kind.EMPTY) & self.text.isnull()


def python_keys(engine: Engine, side: KeySide, path: Path) -> Table:
    """Return the keys that Python computes, as a table of `id` and `key`."""
    rows = side.table.filter(side.needs_python).select("id", kind=side.cell.kind, text=side.cell.text)
    spool = ParquetWriter(path, SCHEMA)
    for batch in engine.batches(rows):
        for row in batch.to_pylist():
            keys = keys_of(decode_cell(row["kind"], row["text"]), side.form, side.forms)
            spool.add([(row["id"], key) for key in keys])
    return engine.read([spool.close()])


def all_keys(engine: Engine, side: KeySide, path: Path) -> Table:
    """Return all keys of the records as a table of `id` and `key`."""
    easy = side.table.select("id", key=side.text)
    easy = easy.filter(easy.key.notnull())
    return engine.materialize(easy.union(python_keys(engine, side, path)))


Easy = Callable[[Cell, Form], tuple[Expr, Expr]]


def _none(cell: Cell, form: Form) -> tuple[Expr, Expr]:  # noqa: ARG001 - one signature for the table
    return ibis.literal(False), cell.text


def _exact(cell: Cell, form: Form) -> tuple[Expr, Expr]:
    return cell.is_kind(Kind.TEXT) & READS[form.convert](cell), cell.text


def _email(cell: Cell, form: Form) -> tuple[Expr, Expr]:  # noqa: ARG001
    return cell.is_kind(Kind.TEXT) & is_ascii(cell.text) & is_trimmed(cell.text), cell.text.lower()


def _identifier(cell: Cell, form: Form) -> tuple[Expr, Expr]:  # noqa: ARG001
    whole = cell.is_kind(Kind.NUMBER) & fits(cell.text, WHOLE)
    return (cell.is_kind(Kind.TEXT) | whole) & (cell.text != "0"), cell.text


def _phone(cell: Cell, form: Form) -> tuple[Expr, Expr]:  # noqa: ARG001
    digits = without(cell.text, PHONE_NOISE).re_replace("^00", "+")
    return cell.is_kind(Kind.TEXT) & fits(cell.text, PHONE), digits


EASY: Final[Mapping[str, Easy]] = {
    "exact": _exact,
    "email": _email,
    "identifier": _identifier,
    "reference": _identifier,
    "phone": _phone,
}
_MIXED: Final[Mapping[str, frozenset[str]]] = {
    "email": frozenset({"email", "text"}),
    "identifier": frozenset({"identifier"}),
    "reference": frozenset({"identifier", "reference"}),
    "phone": frozenset({"phone", "text"}),
}
"""The conversions for which an expression computes keys; Python computes all others."""
