"""Which outcomes settle a pair, and what several claims on one target property mean for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_

import ibis

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.outcomes import OutcomeCode
from qa_sync.audit.model import Claim


def without_alternatives(rows: Table, claims: Sequence[Claim]) -> Table:
    """Return the rows without `FILLED` where another claim on the same target property has a source value."""
    changed = {}
    for n, others in alternatives(claims).items():
        unclaimed = [rows[f"v{m}"].isin([int(OutcomeCode.EMPTY), int(OutcomeCode.FILLED)]) for m in others]
        taken = (rows[f"v{n}"] == int(OutcomeCode.FILLED)) & ~reduce(and_, unclaimed)
        changed[f"v{n}"] = ibis.cases((taken, ibis.literal(int(OutcomeCode.EMPTY), type="int8")), else_=rows[f"v{n}"])
    return rows.mutate(**changed) if changed else rows


def alternatives(claims: Sequence[Claim]) -> Mapping[int, Sequence[int]]:
    """Return the numbers of the other claims on the same target property, for claims that have some."""
    targets = [claim.target.path for claim in claims]
    rivals = {n: [m for m, path in enumerate(targets) if m != n and path == own] for n, own in enumerate(targets)}
    return {n: others for n, others in rivals.items() if others}


def settled_code(claim: Claim) -> int:
    """Return the largest outcome code that is certainly no difference."""
    return int(OutcomeCode.EMPTY if claim.erase else OutcomeCode.FILLED)


def counts(engine: Engine, codes: Table, claims: int) -> Mapping[str, int]:
    """Return the numbers of rows: matched, unmatched, without a key, too recent; and same, empty, filled per claim."""
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
        sums[f"filled{n}"] = (old[f"v{n}"] == int(OutcomeCode.FILLED)).sum()
    found = dict(engine.row(old.aggregate(**sums)))
    found |= engine.row(codes.aggregate(young=codes.young.sum()))
    return {name: int(number or 0) for name, number in found.items()}


def unsettled_claims(found: Mapping[str, int], claims: Sequence[Claim]) -> Sequence[int]:
    """Return the numbers of the claims with pairs that may differ, according to the counts."""
    settled = [
        found[f"same{n}"] + found[f"empty{n}"] + (0 if claim.erase else found[f"filled{n}"])
        for n, claim in enumerate(claims)
    ]
    return [n for n, count in enumerate(settled) if count < found["matched"]]
