"""Claims -> verdicts; what is expected is what the other system answers when read back, never what we sent."""

from __future__ import annotations

from qa_sync.checklist.model import Absent, Alone, Appears, Carries, Claim, Kept, Stays, Unchanged
from qa_sync.running.claims.counterparts import absent, alone, appears
from qa_sync.running.claims.property_values import carries, kept
from qa_sync.running.claims.unchanged import stays, unchanged
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.scenario_records import Gone, Held, Scene


def judge(scene: Scene, claim: Claim) -> Verdict:
    """Look at the systems and decide one claim; raises CouldNotFindOut when they do not answer."""
    try:
        return _judged(scene, claim)
    except Gone as gone:
        return Verdict(Status.FAILED, gone.message)


def _judged(scene: Scene, claim: Claim) -> Verdict:
    match claim:
        case Appears():
            return appears(scene, Held(claim.role, claim.side), once=claim.once)
        case Alone() | Absent():
            count = alone if isinstance(claim, Alone) else absent
            return count(scene, Held(claim.role, claim.side))
        case Carries():
            return carries(scene, claim)
        case Kept():
            return kept(scene, claim)
        case Unchanged():
            return unchanged(scene, claim.role)
        case Stays():
            return stays(scene, claim)
