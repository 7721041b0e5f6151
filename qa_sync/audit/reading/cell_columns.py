"""Encodes many values of a column at once, exactly as `cells.encode_cell` does one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from qa_sync.audit.expressions.cells import Kind, encode_cell
from qa_sync.audit.expressions.columns import DAYS, FRACTION, SECONDS, TIMES
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json

INSTANT: Final = rf"^{DAYS}T{TIMES}{FRACTION}Z\z"
ROWS: Final = 20_000
"""Rows that are encoded and written at once."""

Cells = tuple[pa.Array, pa.Array]
"""Kinds and texts."""


def schema(columns: int) -> pa.Schema:
    """Return the schema of encoded records with that many columns."""
    cells = [one for at in range(columns) for one in ((f"k{at}", pa.int8()), (f"t{at}", pa.string()))]
    return pa.schema([("id", pa.string()), ("modified", pa.string()), *cells])


def encode_texts(texts: pa.Array) -> Cells:
    """Encode texts, of which some may be null or blank."""
    blank = pc.or_kleene(pc.is_null(texts), pc.or_(pc.equal(texts, ""), pc.utf8_is_space(texts)))
    kinds = pc.if_else(blank, _small(Kind.EMPTY), _small(Kind.TEXT))
    return kinds, pc.if_else(blank, pa.scalar(None, pa.string()), texts)


def encode_truth_texts(texts: pa.Array) -> Cells:
    """Encode texts of a column of booleans: `true` and `false` are booleans."""
    kinds, kept = encode_texts(texts)
    booleans = pc.is_in(texts, value_set=pa.array(["true", "false"]))
    return pc.if_else(booleans, _small(Kind.BOOLEAN), kinds), kept


def encode_values(values: Sequence[Json]) -> Cells:
    """Encode JSON values; raises RecursionError for a value that is nested too deeply."""
    types = {*map(type, values)} - {type(None)}
    try:
        if types <= {str}:
            return encode_texts(pa.array(values, pa.string()))
        if types == {int}:
            numbers = pa.array(values, pa.int64())
            return _typed(numbers, Kind.NUMBER)
        if types == {bool}:
            return _typed(pa.array(values, pa.bool_()), Kind.BOOLEAN)
    except (UnicodeEncodeError, OverflowError, pa.ArrowException):
        pass  # lone surrogates, and integers of more than 64 bits
    kinds, texts = zip(*map(encode_cell, values), strict=True)
    return pa.array(kinds, pa.int8()), pa.array(texts, pa.string())


def _typed(values: pa.Array, kind: Kind) -> Cells:
    kinds = pc.if_else(pc.is_null(values), _small(Kind.EMPTY), _small(kind))
    return kinds, pc.cast(values, pa.string())


def _small(kind: Kind) -> pa.Scalar:
    return pa.scalar(int(kind), pa.int8())


def plain_instants(texts: pa.Array, card: EntityCard) -> pa.Array | None:
    """Return the times of the last changes as UTC texts, None if one is in another format."""
    plain = pc.match_substring_regex(texts, INSTANT)
    other = pc.and_(pc.invert(plain), pc.not_equal(texts, ""))
    if card.modified_form.convert != "instant" or pc.any(other).as_py():
        return None
    seconds = pc.binary_join_element_wise(pc.utf8_slice_codeunits(texts, 0, SECONDS), "Z", "")
    return pc.if_else(plain, seconds, pa.scalar(None, pa.string()))
