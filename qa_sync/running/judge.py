"""Claims -> verdicts; what is expected is what the other system answers when read back, never what we sent."""

from __future__ import annotations

from qa_sync.checklist.model import Absent, Alone, Appears, Carries, Claim, Kept, Unchanged
from qa_sync.running.carried import carries, kept
from qa_sync.running.counted import absent, alone, appears
from qa_sync.running.rest import unchanged
from qa_sync.running.scene import Held, Scene
from qa_sync.running.verdict import Verdict


def judge(scene: Scene, claim: Claim) -> Verdict:
    """Look at the systems and decide one claim; raises CouldNotFindOut when they do not answer."""
    match claim:
        case Appears():
            return appears(scene, Held(claim.role, claim.side), once=claim.once)
        case Alone():
            return alone(scene, Held(claim.role, claim.side))
        case Absent():
            return absent(scene, Held(claim.role, claim.side))
        case Carries():
            return carries(scene, claim)
        case Kept():
            return kept(scene, claim)
        case Unchanged():
            return unchanged(scene, claim.role)
