"""Which outcomes settle a pair, and what several claims on one target property mean for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.outcomes import OutcomeCode
from qa_sync.audit.model import Claim


def without_alternatives(claims: Sequence[Claim]) -> Mapping[int, str]:
    """Return the codes in SQL of claims with rivals: not `FILLED` where another claim on the target has a value."""
    empty, filled = int(OutcomeCode.EMPTY), int(OutcomeCode.FILLED)
    changed = {}
    for n, others in alternatives(claims).items():
        unclaimed = " AND ".join(f"v{m} IN ({empty}, {filled})" for m in others)
        changed[n] = f"CAST(CASE WHEN v{n} = {filled} AND NOT ({unclaimed}) THEN {empty} ELSE v{n} END AS TINYINT)"
    return changed


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
    tests = {
        "matched": "here AND there",
        "source_alone": "here AND NOT there AND keyed",
        "source_keyless": "here AND NOT there AND NOT keyed",
        "target_alone": "there AND NOT here AND keyed",
        "target_keyless": "there AND NOT here AND NOT keyed",
    }
    # Most columns are the same in all pairs, which is quicker to see of many.
    highest = [f"MAX(CASE WHEN NOT young THEN v{n} END) AS v{n}" for n in range(claims)]
    young = "SUM(CASE WHEN young THEN 1 ELSE 0 END) AS young"
    row = _row(engine, codes, [*_sums(tests), young, *highest])
    found = {name: int(row[name] or 0) for name in (*tests, "young")}
    for n in range(claims):
        found |= {f"same{n}": found["matched"], f"empty{n}": 0, f"filled{n}": 0}
    words = {"same": OutcomeCode.SAME, "empty": OutcomeCode.EMPTY, "filled": OutcomeCode.FILLED}
    others = [n for n in range(claims) if row[f"v{n}"]]
    several = _row(
        engine, codes, _sums({f"{word}{n}": f"v{n} = {int(of)}" for n in others for word, of in words.items()})
    )
    return found | {name: int(number or 0) for name, number in several.items()}


def _sums(tests: Mapping[str, str]) -> list[str]:
    """Return the sums in SQL of the rows that are not too recent and pass each test."""
    return [f"SUM(CASE WHEN NOT young AND {test} THEN 1 ELSE 0 END) AS {name}" for name, test in tests.items()]


def _row(engine: Engine, codes: Table, columns: Sequence[str]) -> Mapping[str, Any]:
    # As a text, because Ibis takes longer to write a query of many columns than the engine to answer it.
    return engine.row_sql(f"SELECT {', '.join(columns)} FROM ({engine.sql(codes)}) AS t1") if columns else {}  # noqa: S608 - ours


def unsettled_claims(found: Mapping[str, int], claims: Sequence[Claim]) -> Sequence[int]:
    """Return the numbers of the claims with pairs that may differ, according to the counts."""
    settled = [
        found[f"same{n}"] + found[f"empty{n}"] + (0 if claim.erase else found[f"filled{n}"])
        for n, claim in enumerate(claims)
    ]
    return [n for n, count in enumerate(settled) if count < found["matched"]]
