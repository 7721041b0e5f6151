"""Matched records -> a verdict for each claim: in one table of small numbers, made by one join.

What the expressions say is surely the same is counted where it is; only what looks wrong, or cannot be decided, is
brought to Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import TypeAlias

import ibis
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.compare.matching import AuditContext, Matched
from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.cell_pair import CellPair
from qa_sync.audit.expressions.cells import Kind, decode_cell
from qa_sync.audit.expressions.columns import Cell, Expr
from qa_sync.audit.expressions.comparison_rules import outcome_code
from qa_sync.audit.expressions.match_keys import keys_of
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats
from qa_sync.audit.model import Claim
from qa_sync.audit.records.tables import RecordTable
from qa_sync.dataflow.model import When
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Form

ENUMERATED_CONVERSIONS = ("country", "choice")
"""Conversions of few values: those that occur are brought to what counts of them beforehand."""

MAX_TEXTS = 300

NormalTexts: TypeAlias = tuple[Mapping[str, str] | None, Mapping[str, str] | None]
"""What counts of the texts that occur, on both sides."""


class Comparison(Struct, frozen=True):
    """What is judged: the claims, the matched records, and what is known of the two sides.

    `translations` are the pairs of ids by claim, `cutoffs` when a record is too young (UTC text, None: never); `key` is
    the pair of paths that are the same wherever records belong together, because they were matched by it.
    """

    claims: Sequence[Claim]
    matched: Matched
    tables: tuple[RecordTable, RecordTable]
    translations: Mapping[int, Table]
    cutoffs: tuple[str | None, str | None] = (None, None)
    key: tuple[str, str] | None = None

    def side(self, at: int, only: Table | None = None) -> Table:
        """Return a side's `id`, `key`, `young` and columns; `only` are the ids of the records that are wanted."""
        table = (self.matched.source, self.matched.target)[at]
        if only is not None:
            table = table.semi_join(only, "id")
        return _side(self, at, table)

    def is_key(self, claim: Claim) -> bool:
        """Tell whether a claim is the same wherever records belong together."""
        return (
            self.key == (claim.source.path, claim.target.path)
            and not any(claim.conditions)
            and claim.id_section is None
        )


def compare_pairs(context: AuditContext, sides: Comparison) -> Table:
    """Judge every pair once.

    A code v0, v1, ... a claim (null without a pair), `here` and `there` (which records there are), `keyed`, `young`,
    and where something is not well `sid` and `tid`.
    """
    one, other = sides.side(0), sides.side(1)
    words = [_normal_texts(context, sides, n, (one, other)) for n in range(len(sides.claims))]
    return context.engine.materialize(_join_pairs(context, sides, one, other, words))


def _side(sides: Comparison, at: int, table: Table) -> Table:
    """Return `id`, `key`, `young`, and the columns of all claims; what depends on a condition or a reference is said.

    Cells are made of the columns after the join (`_cell`): typed columns are lighter to carry than their texts.
    """
    tables, cutoff, letter = sides.tables[at], sides.cutoffs[at], "ab"[at]
    numbers = sorted({tables.columns[_side_path(claim, at).path] for claim in sides.claims})
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
    """Return whether a record holds the literals."""
    cells = [(when.value, tables.cell(when.path, table)) for when in whens]
    held = [cell.is_kind(Kind.TEXT, Kind.NUMBER, Kind.TRUTH) & (cell.text == value) for value, cell in cells]
    return reduce(and_, held).coalesce(False)


def _translated(sides: Comparison, table: Table, n: int, pairs: Table) -> Table:
    """Put the counterpart's id beside a claim's single reference; lists are Python's."""
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
        outside = Kind.EMPTY if at == 0 else Kind.OUTSIDE
        cell = Cell(ibis.cases((table[f"{letter}when{n}"], cell.kind), else_=_small(outside)), cell.text)
    return cell


def _join_pairs(
    context: AuditContext, sides: Comparison, one: Table, other: Table, words: Sequence[NormalTexts]
) -> Table:
    source = one.rename(sid="id", skey="key", syoung="young")
    target = other.rename(tid="id", tkey="key", tyoung="young")
    both = source.outer_join(target, source.skey == target.tkey)
    together = both.sid.notnull() & both.tid.notnull()
    codes = {}
    for n, claim in enumerate(sides.claims):
        said = ibis.literal(int(OutcomeCode.SAME), type="int8")
        if not sides.is_key(claim):
            cells = [replace(_cell(sides, at, n, both), normal_texts=words[n][at]) for at in (0, 1)]
            said = outcome_code(CellPair(cells[0], cells[1], claim_formats(claim, context)))
        codes[f"v{n}"] = ibis.cases((together, said), else_=ibis.null("int8"))
    said = both.select(
        "sid",
        "tid",
        here=both.sid.notnull(),
        there=both.tid.notnull(),
        keyed=both.skey.notnull() | both.tkey.notnull(),
        young=both.syoung.coalesce(False) | both.tyoung.coalesce(False),
        **codes,
    )
    # Most pairs are well, and nobody will ask which they are.
    asked = reduce(or_, [said[name] > int(OutcomeCode.EMPTY) for name in codes], ~(said.here & said.there)).coalesce(
        True
    )
    nobody = ibis.null("string")
    return said.mutate(**{name: ibis.cases((asked, said[name]), else_=nobody) for name in ("sid", "tid")})


def claim_formats(claim: Claim, context: AuditContext) -> PropertyFormats:
    """Return the forms of a claim's two ends."""
    return PropertyFormats(claim.source.form, claim.target.form, context.zone)


def _normal_texts(context: AuditContext, sides: Comparison, n: int, tables: tuple[Table, Table]) -> NormalTexts:
    """Return what counts of the texts that occur on both sides of a claim, where there are few."""
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
    """Return what counts of each text that occurs, None when they are too many to look at."""
    texts = table.filter(cell.is_kind(Kind.TEXT, Kind.TRUTH)).select(kind=cell.kind, text=cell.text)
    found = [row for batch in engine.batches(texts.distinct().limit(MAX_TEXTS + 1)) for row in batch.to_pylist()]
    normal = {row["text"]: keys_of(decode_cell(row["kind"], row["text"]), form, forms) for row in found}
    if len(found) > MAX_TEXTS or len(normal) < len(found):
        return None
    return {text: keys[0] for text, keys in normal.items() if len(keys) == 1}


def _small(kind: Kind) -> Expr:
    return ibis.literal(int(kind), type="int8")


def counts(engine: Engine, codes: Table, claims: int) -> Mapping[str, int]:
    """Return how many rows there are of each sort: matched, without, without a key, young; and per claim and code."""
    old = codes.filter(~codes.young)
    here, there = old.here, old.there
    sums = {
        "matched": (here & there).sum(),
        "source_alone": (here & ~there & old.keyed).sum(),
        "source_keyless": (here & ~there & ~old.keyed).sum(),
        "target_alone": (there & ~here & old.keyed).sum(),
        "target_keyless": (there & ~here & ~old.keyed).sum(),
    }
    for n in range(claims):
        sums[f"same{n}"] = (old[f"v{n}"] == int(OutcomeCode.SAME)).sum()
        sums[f"empty{n}"] = (old[f"v{n}"] == int(OutcomeCode.EMPTY)).sum()
    found = dict(engine.row(old.aggregate(**sums)))
    found |= engine.row(codes.aggregate(young=codes.young.sum()))
    return {name: int(number or 0) for name, number in found.items()}


def unsettled_claims(found: Mapping[str, int], claims: int) -> Sequence[int]:
    """Return the numbers of the claims in which, by the counts, something looks wrong or cannot be decided."""
    return [n for n in range(claims) if found[f"same{n}"] + found[f"empty{n}"] < found["matched"]]


def suspect_pairs(context: AuditContext, sides: Comparison, codes: Table, claims: Sequence[int]) -> Table:
    """Return the pairs of which one of those claims is not settled, in order, with the claims' cells."""
    old = codes.filter(~codes.young)
    wrong = [old[f"v{n}"] > int(OutcomeCode.EMPTY) for n in claims]
    rows = context.engine.materialize(old.filter(reduce(or_, wrong)).drop("here", "there", "keyed", "young"))
    source = sides.side(0, rows.select(id="sid")).drop("key", "young").rename(sid="id")
    target = sides.side(1, rows.select(id="tid")).drop("key", "young").rename(tid="id")
    both = rows.join(source, "sid").join(target, "tid")
    cells = {f"{'ab'[at]}{n}": _cell(sides, at, n, both) for n in claims for at in (0, 1)}
    kinds = {f"{name[0]}k{name[1:]}": cell.kind for name, cell in cells.items()}
    texts = {f"{name[0]}t{name[1:]}": cell.text for name, cell in cells.items()}
    codes_ = {f"v{n}": both[f"v{n}"] for n in range(len(sides.claims))}
    return both.select("sid", "tid", **codes_, **kinds, **texts).order_by("sid")
