"""Which outcomes settle a pair, and what several claims on one target property mean for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_

import ibis

from qa_sync.audit.engines.table import Table
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
