"""Compares matched records: one join makes a table with an outcome code per claim.

Pairs that are certainly the same are only counted by the engine; Python gets only pairs that look different or cannot
be decided by expressions. The table may have hundreds of columns, for which Ibis would take longer than the engine: so
its query is written as a text, and only one expression of each shape is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

import ibis
import ibis.expr.datatypes as dt
from msgspec.structs import replace

from qa_sync.audit.compare.comparison import Comparison, NormalTexts, claim_formats, normal_texts
from qa_sync.audit.compare.match_records import AuditContext
from qa_sync.audit.compare.settled import alternatives, settled_code, without_alternatives
from qa_sync.audit.engines.table import Table
from qa_sync.audit.expressions.cell_pair import CellPair
from qa_sync.audit.expressions.columns import Expr
from qa_sync.audit.expressions.comparison_rules import outcome_code
from qa_sync.audit.expressions.outcomes import OutcomeCode
from qa_sync.audit.model import Claim


def compare_pairs(context: AuditContext, sides: Comparison) -> Table:
    """Compare every pair once.

    Columns: an outcome code v0, v1, ... per claim (null without a pair), `here` and `there` (which records exist),
    `keyed`, `young`, and `sid` and `tid` of pairs that may differ.
    """
    one, other = sides.side(0), sides.side(1)
    types = {**one.schema(), **other.schema()}
    codes = _OutcomeSql(context, sides, types)
    words = [normal_texts(context, sides, n, (one, other)) for n in range(len(sides.claims))]
    columns = [f"CASE WHEN {_PAIR} THEN {codes.of(n, words[n])} END" for n in range(len(sides.claims))]
    query = _with_ids(_joined(context, one, other, columns), sides.claims)
    return context.engine.materialize_sql(query)


_PAIR = "sid IS NOT NULL AND tid IS NOT NULL"


_OWN = ("id", "key", "young")


def _joined(context: AuditContext, one: Table, other: Table, columns: Sequence[str]) -> str:
    source, target = (context.engine.sql(side) for side in (one, other))
    columns_of = [", ".join(name for name in side.columns if name not in _OWN) for side in (one, other)]
    ids = "one.id AS sid, one.key AS skey, one.young AS syoung, other.id AS tid, other.key AS tkey"
    shown = ", ".join([ids, "other.young AS tyoung", *filter(None, columns_of)])
    pairs = f"SELECT {shown} FROM ({source}) AS one FULL OUTER JOIN ({target}) AS other ON one.key = other.key"  # noqa: S608
    found = (
        *("sid", "tid", "sid IS NOT NULL AS here", "tid IS NOT NULL AS there"),
        "skey IS NOT NULL OR tkey IS NOT NULL AS keyed",
        "COALESCE(syoung, FALSE) OR COALESCE(tyoung, FALSE) AS young",
        *(f"CAST({column} AS TINYINT) AS v{n}" for n, column in enumerate(columns)),
    )
    return f"SELECT {', '.join(found)} FROM ({pairs}) AS t0"  # noqa: S608 - ours


def _with_ids(joined: str, claims: Sequence[Claim]) -> str:
    """Return the query with the ids of pairs that may differ: most are the same, and their ids are not needed."""
    changed = without_alternatives(claims)
    if changed:
        kept = ", ".join(changed.get(n, f"v{n}") + f" AS v{n}" for n in range(len(claims)))
        joined = f"SELECT sid, tid, here, there, keyed, young, {kept} FROM ({joined}) AS t2"  # noqa: S608 - ours
    codes = _by_settled_code(dict(enumerate(claims)))
    wrong = [f"{_greatest(some)} > {code}" for code, some in codes.items()]
    needed = f"COALESCE({' OR '.join(['NOT (here AND there)', *wrong])}, TRUE)"
    ids = ", ".join(f"CASE WHEN {needed} THEN {name} END AS {name}" for name in ("sid", "tid"))
    rest = ", ".join(["here", "there", "keyed", "young", *(f"v{n}" for n in range(len(claims)))])
    return f"SELECT {ids}, {rest} FROM ({joined}) AS t1"  # noqa: S608 - ours


def _greatest(columns: Sequence[str]) -> str:
    return f"GREATEST({', '.join(columns)})" if len(columns) > 1 else columns[0]


def _by_settled_code(claims: Mapping[int, Claim]) -> Mapping[int, Sequence[str]]:
    """Return the columns of claims by the largest code that is no difference: few tests, for there may be many."""
    found: dict[int, list[str]] = {}
    for n, claim in claims.items():
        found.setdefault(settled_code(claim), []).append(f"v{n}")
    return found


@dataclass(slots=True)
class _OutcomeSql:
    """The SQL of the outcome codes; claims of the same shape share it, but for the names of their columns."""

    context: AuditContext
    sides: Comparison
    types: Mapping[str, dt.DataType]
    _known: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def of(self, n: int, words: NormalTexts) -> str:
        """Return the outcome code of a claim over the columns of both sides."""
        claim, names = self.sides.claims[n], self.sides.names(n)
        if self.sides.is_key(claim):
            return str(int(OutcomeCode.SAME))
        if any(word is not None for word in words):
            return self._compiled(n, words)  # has texts of the records
        shape = repr((claim.source.form, claim.target.form, any(claim.conditions[0]), any(claim.conditions[1])))
        shape += repr((n in self.sides.translations, [self.types[name] for name in names]))
        if shape not in self._known:
            self._known[shape] = self._compiled(n, words), names
        code, others = self._known[shape]
        return _renamed(code, dict(zip(others, names, strict=True)))

    def _compiled(self, n: int, words: NormalTexts) -> str:
        names = self.sides.names(n)
        pair = ibis.table({name: self.types[name] for name in names}, name="pair")
        cells = [replace(self.sides.cell(at, n, pair), normal_texts=words[at]) for at in (0, 1)]
        forms = claim_formats(self.sides.claims[n], self.context)
        return self.context.engine.scalar_sql(outcome_code(CellPair(cells[0], cells[1], forms)))


def _renamed(code: str, names: Mapping[str, str]) -> str:
    """Return an expression with other columns."""
    return re.sub(r"""(?<=["`])[ab][a-z]+\d+(?=["`])""", lambda found: names[found[0]], code)


def suspect_pairs(context: AuditContext, sides: Comparison, codes: Table, claims: Sequence[int]) -> Table:
    """Return the pairs that may differ in one of those claims, ordered by id, with the cells of the claims.

    `a` and `b` are the cells that are compared, `c` and `d` those that decide how (`Claim.decided_by`), if any.
    """
    rivals = alternatives(sides.claims)
    shown = sorted({*claims, *(other for n in claims for other in rivals.get(n, ()))})
    old = codes.filter(~codes.young)
    wrong = _unsettled(old, {n: sides.claims[n] for n in claims})
    wanted = old.filter(reduce(or_, wrong)).select("sid", "tid", *(f"v{n}" for n in shown))
    rows = context.engine.materialize(wanted)
    source, target = (sides.side(at, claims).drop("key", "young") for at in (0, 1))
    both = rows.join(source.rename(sid="id"), "sid").join(target.rename(tid="id"), "tid")
    cells = {f"{'ab'[at]}{n}": sides.cell(at, n, both) for n in claims for at in (0, 1)}
    cells |= {
        f"{'cd'[at]}{n}": cell for n in claims for at in (0, 1) if (cell := sides.related_cell(at, n, both)) is not None
    }
    kinds = {f"{name[0]}k{name[1:]}": cell.kind for name, cell in cells.items()}
    texts = {f"{name[0]}t{name[1:]}": cell.text for name, cell in cells.items()}
    return both.select("sid", "tid", *(f"v{n}" for n in shown), **kinds, **texts).order_by("sid")


def _unsettled(rows: Table, claims: Mapping[int, Claim]) -> list[Expr]:
    """Return whether one of the claims may have a difference."""
    codes = _by_settled_code(claims)
    return [
        (ibis.greatest(*(rows[v] for v in some)) if len(some) > 1 else rows[some[0]]) > code
        for code, some in codes.items()
    ]
