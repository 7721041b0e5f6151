"""The input of a comparison: the cells of both sides of each claim, by expressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import TypeAlias

import ibis
from msgspec import Struct

from qa_sync.audit.compare.match_records import AuditContext, Matched
from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.cells import Kind, decode_cell
from qa_sync.audit.expressions.columns import Cell, Expr
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.audit.expressions.value_keys import keys_of
from qa_sync.audit.model import Claim
from qa_sync.audit.reading.tables import RecordTable
from qa_sync.dataflow.model import When
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Form

ENUMERATED_CONVERSIONS = ("country", "choice")
"""Conversions with few different values: the values that occur are normalized beforehand."""

MAX_TEXTS = 300

NormalTexts: TypeAlias = tuple[Mapping[str, str] | None, Mapping[str, str] | None]
"""The normalized values of the texts that occur, on both sides."""


class Comparison(Struct, frozen=True):
    """The input of a comparison: the claims, the matched records, and the tables of both sides.

    `translations` are the pairs of ids by claim, `cutoffs` the times after which a change is too recent (UTC text,
    None: no limit); `key` is the pair of paths that the records were matched by, so that they are equal.
    """

    claims: Sequence[Claim]
    matched: Matched
    tables: tuple[RecordTable, RecordTable]
    translations: Mapping[int, Table]
    cutoffs: tuple[str | None, str | None] = (None, None)
    key: tuple[str, str] | None = None

    def side(self, at: int, only: Iterable[int] | None = None) -> Table:
        """Return a side's `id`, `key`, `young`, and the columns of all claims, or of those with the numbers `only`.

        With conditions and translated references. `cell` makes cells of them after a join, because typed columns are
        smaller than their texts.
        """
        table = (self.matched.source, self.matched.target)[at]
        return _side(self, at, table, [*(range(len(self.claims)) if only is None else only)])

    def cell(self, at: int, n: int, table: Table) -> Cell:
        """Return the cell of a claim in a table that has the columns of `side`."""
        return _cell(self, at, n, table)

    def related_cell(self, at: int, n: int, table: Table) -> Cell | None:
        """Return the cell that decides how a claim's value is compared; None without one, or if an export lacks it."""
        path = _path_beside(self, at, n)
        return self.tables[at].cell(path, table, "ab"[at]) if path else None

    def names(self, n: int) -> tuple[str, ...]:
        """Return the names of the columns of `side` that the two cells of a claim are made of."""
        found = []
        for at, letter in enumerate("ab"):
            number = self.tables[at].columns[_side_path(self.claims[n], at).path]
            found += [f"{letter}{x}{number}" for x in self.tables[at].letters]
            found += [f"{letter}when{n}"] if self.claims[n].conditions[at] else []
        return (*found, *([f"ato{n}"] if n in self.translations else []))

    def is_key(self, claim: Claim) -> bool:
        """Return whether a claim is about the key of the match, which is equal in all pairs."""
        return (
            self.key == (claim.source.path, claim.target.path)
            and not any(claim.conditions)
            and claim.id_section is None
        )


def _side(sides: Comparison, at: int, table: Table, only: Sequence[int]) -> Table:
    tables, cutoff, letter = sides.tables[at], sides.cutoffs[at], "ab"[at]
    paths = {_side_path(sides.claims[n], at).path for n in only}
    paths |= {path for n in only if (path := _path_beside(sides, at, n))}
    numbers = sorted({tables.columns[path] for path in paths})
    columns = {f"{letter}{x}{number}": table[f"{x}{number}"] for number in numbers for x in tables.letters}
    for n in only:
        if sides.claims[n].conditions[at]:
            columns[f"{letter}when{n}"] = _meets_conditions(sides.claims[n].conditions[at], tables, table)
    young = ibis.literal(False) if cutoff is None else (table.modified > cutoff).coalesce(False)
    found = table.select("id", "key", young=young, **columns)
    for n in only if at == 0 else ():
        if n in sides.translations:
            found = _translated(sides, found, n, sides.translations[n])
    return found


def _side_path(claim: Claim, at: int) -> PropertyCard:
    return (claim.source, claim.target)[at]


def _meets_conditions(whens: Sequence[When], tables: RecordTable, table: Table) -> Expr:
    """Return whether a record has the values of all conditions."""
    cells = [(when.value, tables.cell(when.path, table)) for when in whens]
    held = [cell.is_kind(Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN) & (cell.text == value) for value, cell in cells]
    return reduce(and_, held).coalesce(False)


def _translated(sides: Comparison, table: Table, n: int, pairs: Table) -> Table:
    """Add the counterpart's id to a claim's single reference; lists are handled in Python."""
    cell = sides.tables[0].cell(sides.claims[n].source.path, table, "a")
    joined = table.mutate(ref=cell.text).left_join(pairs.select(sid="sid", to="tid"), [("ref", "sid")])
    return joined.drop("ref", "sid").rename({f"ato{n}": "to"})


def _cell(sides: Comparison, at: int, n: int, table: Table) -> Cell:
    claim, letter = sides.claims[n], "ab"[at]
    cell = sides.tables[at].cell(_side_path(claim, at).path, table, letter)
    if at == 0 and n in sides.translations:
        single = cell.is_kind(Kind.TEXT, Kind.NUMBER) & (cell.text != "0")
        to = table[f"ato{n}"]
        kind = ibis.cases((single & to.isnull(), _small(Kind.LOST)), (single, _small(Kind.TEXT)), else_=cell.kind)
        cell = Cell(kind, ibis.cases((single & to.notnull(), to), else_=cell.text))
    if claim.conditions[at]:
        cell = Cell(ibis.cases((table[f"{letter}when{n}"], cell.kind), else_=_small(Kind.OUTSIDE)), cell.text)
    return cell


def _path_beside(sides: Comparison, at: int, n: int) -> str | None:
    path = sides.claims[n].decided_by(at)
    return path if path is not None and path in sides.tables[at].columns else None


def claim_formats(claim: Claim, context: AuditContext) -> PropertyFormats:
    """Return the value formats of both sides of a claim."""
    return PropertyFormats(claim.source.form, claim.target.form, context.zone)


def normal_texts(context: AuditContext, sides: Comparison, n: int, tables: tuple[Table, Table]) -> NormalTexts:
    """Return the normalized values of the texts on both sides of a claim, if there are few."""
    claim = sides.claims[n]
    forms = claim_formats(claim, context)
    if not {forms.source.convert, forms.target.convert} & set(ENUMERATED_CONVERSIONS):
        return None, None
    one, other = (
        _normalized(context.engine, sides.cell(at, n, tables[at]), tables[at], _side_path(claim, at).form, forms)
        for at in (0, 1)
    )
    return one, other


def _normalized(
    engine: Engine, cell: Cell, table: Table, form: Form, forms: PropertyFormats
) -> Mapping[str, str] | None:
    """Return the normalized value of each text that occurs, None if there are too many."""
    texts = table.filter(cell.is_kind(Kind.TEXT, Kind.BOOLEAN)).select(kind=cell.kind, text=cell.text)
    found = [row for batch in engine.batches(texts.distinct().limit(MAX_TEXTS + 1)) for row in batch.to_pylist()]
    normal = {row["text"]: keys_of(decode_cell(row["kind"], row["text"]), form, forms) for row in found}
    if len(found) > MAX_TEXTS or len(normal) < len(found):
        return None
    return {text: keys[0] for text, keys in normal.items() if len(keys) == 1}


def _small(kind: Kind) -> Expr:
    return ibis.literal(int(kind), type="int8")
