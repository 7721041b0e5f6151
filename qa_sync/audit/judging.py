"""Matched records -> a verdict for each claim: in one table of small numbers, made by one join.

What the expressions say is surely the same is counted where it is; only what looks wrong, or cannot be decided, is
brought to Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from qa_sync.audit.cells import Kind, decoded
from qa_sync.audit.engine import Engine, Table
from qa_sync.audit.keys import keys_of
from qa_sync.audit.matching import Ground, Matched
from qa_sync.audit.model import Claim
from qa_sync.audit.sameness import Both, Cell, Expr, verdict
from qa_sync.audit.stock import Loaded
from qa_sync.audit.verdicts import Code, Forms
from qa_sync.dataflow.model import When

LOOKED_AT = ("country", "choice")
"""Conversions of few values: those that occur are brought to what counts of them beforehand."""

MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Judged:
    """`codes` has `sid`, `tid`, `keyed`, `young` and a code v0, v1, ... a claim (null where there is no pair); `source`
    and `target` have the cells by claim: ak0, at0, ... and bk0, bt0, ...
    """

    codes: Table
    source: Table
    target: Table

    @property
    def old(self) -> Table:
        """The rows that are old enough to count."""
        return self.codes.filter(~self.codes.young)


def judge(
    ground: Ground,
    claims: Sequence[Claim],
    matched: Matched,
    sides: tuple[Loaded, Loaded],
    translations: Mapping[int, Table],
    cutoffs: tuple[str | None, str | None],
) -> Judged:
    """Judge every pair; `translations` are the pairs of ids by claim, `cutoffs` when a record is too young (UTC)."""
    one = _side(matched.source, sides[0], claims, 0, cutoffs[0])
    other = _side(matched.target, sides[1], claims, 1, cutoffs[1])
    for at, pairs in translations.items():
        one = _translated(one, at, pairs)
    words = [_words(ground, claim, one, other, at) for at, claim in enumerate(claims)]
    return Judged(ground.engine.keep(_joined(ground, claims, one, other, words)), one, other)


def _side(table: Table, loaded: Loaded, claims: Sequence[Claim], at: int, cutoff: str | None) -> Table:
    young = ibis.literal(False) if cutoff is None else (table.modified > cutoff).coalesce(False)
    letter, outside = ("a", Kind.EMPTY) if at == 0 else ("b", Kind.OUTSIDE)
    columns: dict[str, Expr] = {}
    for n, claim in enumerate(claims):
        cell = loaded.cell((claim.source, claim.target)[at].path, table)
        inside = _inside(claim.whens[at], loaded, table)
        kind = cell.kind if inside is None else ibis.cases((inside, cell.kind), else_=_small(outside))
        columns |= {f"{letter}k{n}": kind, f"{letter}t{n}": cell.text}
    return table.select("id", "key", young=young, **columns)


def _inside(whens: Sequence[When], loaded: Loaded, table: Table) -> Expr | None:
    """Return whether a record holds the literals, None when none are asked for."""
    found = None
    for when in whens:
        cell = loaded.cell(when.path, table)
        holds = (
            cell.kind.isin([int(Kind.TEXT), int(Kind.NUMBER), int(Kind.TRUTH)]) & (cell.text == when.value)
        ).coalesce(False)
        found = holds if found is None else found & holds
    return found


def _translated(table: Table, at: int, pairs: Table) -> Table:
    """Put the counterparts' ids in the place of a claim's single references; lists are Python's."""
    renamed = pairs.select(ref=pairs.sid, to=pairs.tid)
    joined = table.left_join(renamed, table[f"at{at}"] == renamed.ref)
    kind, text = joined[f"ak{at}"], joined[f"at{at}"]
    single = kind.isin([int(Kind.TEXT), int(Kind.NUMBER)]) & (text != "0")
    lost = single & joined.to.isnull()
    return joined.mutate(
        **{
            f"ak{at}": ibis.cases((lost, _small(Kind.LOST)), (single, _small(Kind.TEXT)), else_=kind),
            f"at{at}": ibis.cases((single & ~lost, joined.to), else_=text),
        }
    ).drop("ref", "to")


def _joined(ground: Ground, claims: Sequence[Claim], one: Table, other: Table, words: Sequence[Any]) -> Table:
    source = one.rename(sid="id", skey="key", syoung="young")
    target = other.rename(tid="id", tkey="key", tyoung="young")
    both = source.outer_join(target, source.skey == target.tkey)
    together = both.sid.notnull() & both.tid.notnull()
    codes = {}
    for n, claim in enumerate(claims):
        cells = (Cell(both[f"ak{n}"], both[f"at{n}"], words[n][0]), Cell(both[f"bk{n}"], both[f"bt{n}"], words[n][1]))
        said = verdict(Both(*cells, forms_of(claim, ground)))
        codes[f"v{n}"] = ibis.cases((together, said), else_=ibis.null("int8"))
    return both.select(
        "sid",
        "tid",
        keyed=both.skey.coalesce(both.tkey).notnull(),
        young=both.syoung.coalesce(False) | both.tyoung.coalesce(False),
        **codes,
    )


def forms_of(claim: Claim, ground: Ground) -> Forms:
    """Return the forms of a claim's two ends."""
    return Forms(claim.source.form, claim.target.form, ground.zone)


def _words(ground: Ground, claim: Claim, one: Table, other: Table, at: int) -> tuple[Any, Any]:
    forms = forms_of(claim, ground)
    if not {forms.source.convert, forms.target.convert} & set(LOOKED_AT):
        return None, None
    ends = ((one, "a", claim.source.form), (other, "b", claim.target.form))
    return tuple(
        _normals(ground.engine, t.select(kind=t[f"{x}k{at}"], text=t[f"{x}t{at}"]), form, forms) for t, x, form in ends
    )  # type: ignore[return-value]


def _normals(engine: Engine, cells: Table, form: Any, forms: Forms) -> Mapping[str, str] | None:
    """Return what counts of each text that occurs, None when they are too many to look at."""
    plain = cells.filter(cells.kind.isin([int(Kind.TEXT), int(Kind.TRUTH)])).distinct().limit(MOST_WORDS + 1)
    found = [row for batch in engine.batches(plain) for row in batch.to_pylist()]
    if len(found) > MOST_WORDS:
        return None
    normal = {row["text"]: keys_of(decoded(row["kind"], row["text"]), form, forms) for row in found}
    twice = len(normal) < len(found)
    return None if twice else {text: keys[0] for text, keys in normal.items() if len(keys) == 1}


def _small(kind: Kind) -> Expr:
    return ibis.literal(int(kind), type="int8")


def counts(engine: Engine, judged: Judged, claims: int) -> Mapping[str, int]:
    """Return how many rows there are of each sort: matched, without, without a key, young; and per claim and code."""
    old, both = judged.old, None
    here, there = old.sid.notnull(), old.tid.notnull()
    both = here & there
    sums = {
        "matched": both.sum(),
        "source_alone": (here & ~there & old.keyed).sum(),
        "source_keyless": (here & ~there & ~old.keyed).sum(),
        "target_alone": (there & ~here & old.keyed).sum(),
        "target_keyless": (there & ~here & ~old.keyed).sum(),
    }
    for n in range(claims):
        sums |= {
            f"same{n}": (old[f"v{n}"] == int(Code.SAME)).sum(),
            f"empty{n}": (old[f"v{n}"] == int(Code.EMPTY)).sum(),
        }
    found = dict(engine.row(old.aggregate(**sums)))
    found |= engine.row(judged.codes.aggregate(young=judged.codes.young.sum()))
    return {name: int(number or 0) for name, number in found.items()}


def suspects(judged: Judged, claims: int) -> Table:
    """Return the pairs in which something looks wrong or cannot be decided, with all their cells, in order."""
    old = judged.old
    wrong = None
    for n in range(claims):
        one = old[f"v{n}"] > int(Code.EMPTY)
        wrong = one if wrong is None else wrong | one
    rows = old.filter(wrong).drop("keyed", "young")
    source = judged.source.drop("key", "young").rename(sid="id")
    target = judged.target.drop("key", "young").rename(tid="id")
    return rows.join(source, "sid").join(target, "tid").order_by("sid")
