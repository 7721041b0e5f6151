"""Compares matched records: one join makes a table with an outcome code per claim.

Pairs that are certainly the same are only counted by the engine; Python gets only pairs that look different or cannot
be decided by expressions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial, reduce
from operator import and_, or_
from typing import TypeAlias

import ibis
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.compare.match_records import AuditContext, Matched
from qa_sync.audit.compare.settled import settled_code, without_alternatives
from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.cell_pair import CellPair
from qa_sync.audit.expressions.cells import Kind, decode_cell
from qa_sync.audit.expressions.columns import Cell, Expr
from qa_sync.audit.expressions.comparison_rules import outcome_code
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats
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

    def side(self, at: int, only: Table | None = None) -> Table:
        """Return a side's `id`, `key`, `young` and columns, for all records or for the ids of `only`."""
        table = (self.matched.source, self.matched.target)[at]
        if only is not None:
            table = table.semi_join(only, "id")
        return _side(self, at, table)

    def is_key(self, claim: Claim) -> bool:
        """Return whether a claim is about the key of the match, which is equal in all pairs."""
        return (
            self.key == (claim.source.path, claim.target.path)
            and not any(claim.conditions)
            and claim.id_section is None
        )


def compare_pairs(context: AuditContext, sides: Comparison) -> Table:
    """Compare every pair once.

    Columns: an outcome code v0, v1, ... per claim (null without a pair), `here` and `there` (which records exist),
    `keyed`, `young`, and `sid` and `tid` of pairs that may differ.
    """
    one, other = sides.side(0), sides.side(1)
    words = [_normal_texts(context, sides, n, (one, other)) for n in range(len(sides.claims))]
    return context.engine.materialize(_join_pairs(context, sides, one, other, words))


def _side(sides: Comparison, at: int, table: Table) -> Table:
    """Return `id`, `key`, `young`, and the columns of all claims with their conditions and translated references.

    `_cell` makes cells after the join, because typed columns are smaller than their texts.
    """
    tables, cutoff, letter = sides.tables[at], sides.cutoffs[at], "ab"[at]
    numbers = sorted(
        {tables.columns[_side_path(claim, at).path] for claim in sides.claims}
        | {tables.columns[path] for path in map(partial(_path_beside, sides, at), range(len(sides.claims))) if path}
    )
    columns = {f"{letter}{x}{n}": table[f"{x}{n}"] for n in numbers for x in tables.letters}
    for n, claim in enumerate(sides.claims):
        if claim.conditions[at]:
            columns[f"{letter}when{n}"] = _meets_conditions(claim.conditions[at], tables, table)
    young = ibis.literal(False) if cutoff is None else (table.modified > cutoff).coalesce(False)
    found = table.select("id", "key", young=young, **columns)
    for n, pairs in sides.translations.items() if at == 0 else ():
        found = _translated(sides, found, n, pairs)
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
    """Return the cell of a claim in a table that has the columns of `_side`."""
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


def _related_cell(sides: Comparison, at: int, n: int, table: Table) -> Cell | None:
    """Return the cell that decides how a claim's value is compared, None if there is none or an export lacks it."""
    path = _path_beside(sides, at, n)
    return sides.tables[at].cell(path, table, "ab"[at]) if path else None


def _path_beside(sides: Comparison, at: int, n: int) -> str | None:
    path = sides.claims[n].decided_by(at)
    return path if path is not None and path in sides.tables[at].columns else None


def _join_pairs(
    context: AuditContext, sides: Comparison, one: Table, other: Table, words: Sequence[NormalTexts]
) -> Table:
    source = one.rename(sid="id", skey="key", syoung="young")
    target = other.rename(tid="id", tkey="key", tyoung="young")
    both = source.outer_join(target, source.skey == target.tkey)
    together = both.sid.notnull() & both.tid.notnull()
    codes = {}
    for n, claim in enumerate(sides.claims):
        code = ibis.literal(int(OutcomeCode.SAME), type="int8")
        if not sides.is_key(claim):
            cells = [replace(_cell(sides, at, n, both), normal_texts=words[n][at]) for at in (0, 1)]
            code = outcome_code(CellPair(cells[0], cells[1], claim_formats(claim, context)))
        codes[f"v{n}"] = ibis.cases((together, code), else_=ibis.null("int8"))
    rows = both.select(
        "sid",
        "tid",
        here=both.sid.notnull(),
        there=both.tid.notnull(),
        keyed=both.skey.notnull() | both.tkey.notnull(),
        young=both.syoung.coalesce(False) | both.tyoung.coalesce(False),
        **codes,
    )
    rows = without_alternatives(rows, sides.claims)
    # Most pairs are the same, and their ids are not needed.
    suspect = _unsettled(rows, dict(enumerate(sides.claims)))
    needed = reduce(or_, suspect, ~(rows.here & rows.there)).coalesce(True)
    no_id = ibis.null("string")
    return rows.mutate(**{name: ibis.cases((needed, rows[name]), else_=no_id) for name in ("sid", "tid")})


def _unsettled(rows: Table, claims: Mapping[int, Claim]) -> list[Expr]:
    """Return whether one of the claims may have a difference, in few expressions, since there may be many claims."""
    codes: dict[int, list[Expr]] = {}
    for n, claim in claims.items():
        codes.setdefault(settled_code(claim), []).append(rows[f"v{n}"])
    return [(ibis.greatest(*some) if len(some) > 1 else some[0]) > code for code, some in codes.items()]


def claim_formats(claim: Claim, context: AuditContext) -> PropertyFormats:
    """Return the value formats of both sides of a claim."""
    return PropertyFormats(claim.source.form, claim.target.form, context.zone)


def _normal_texts(context: AuditContext, sides: Comparison, n: int, tables: tuple[Table, Table]) -> NormalTexts:
    """Return the normalized values of the texts on both sides of a claim, if there are few."""
    claim = sides.claims[n]
    forms = claim_formats(claim, context)
    if not {forms.source.convert, forms.target.convert} & set(ENUMERATED_CONVERSIONS):
        return None, None
    one, other = (
        _normalized(context.engine, _cell(sides, at, n, tables[at]), tables[at], _side_path(claim, at).form, forms)
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


def suspect_pairs(context: AuditContext, sides: Comparison, codes: Table, claims: Sequence[int]) -> Table:
    """Return the pairs that may differ in one of those claims, ordered by id, with the cells of the claims.

    `a` and `b` are the cells that are compared, `c` and `d` those that decide how (`Claim.decided_by`), if any.
    """
    old = codes.filter(~codes.young)
    wrong = _unsettled(old, {n: sides.claims[n] for n in claims})
    rows = context.engine.materialize(old.filter(reduce(or_, wrong)).drop("here", "there", "keyed", "young"))
    source = sides.side(0, rows.select(id="sid")).drop("key", "young").rename(sid="id")
    target = sides.side(1, rows.select(id="tid")).drop("key", "young").rename(tid="id")
    both = rows.join(source, "sid").join(target, "tid")
    cells = {f"{'ab'[at]}{n}": _cell(sides, at, n, both) for n in claims for at in (0, 1)}
    cells |= {f"{'cd'[at]}{n}": cell for n in claims for at in (0, 1) if (cell := _related_cell(sides, at, n, both))}
    kinds = {f"{name[0]}k{name[1:]}": cell.kind for name, cell in cells.items()}
    texts = {f"{name[0]}t{name[1:]}": cell.text for name, cell in cells.items()}
    codes_ = {f"v{n}": both[f"v{n}"] for n in range(len(sides.claims))}
    return both.select("sid", "tid", **codes_, **kinds, **texts).order_by("sid")
