"""An edit arrives whenever it is made: at once after a create or an arrival, twice before a cycle, during a cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from qa_sync.checklist.claims import Claim, PropertySynced
from qa_sync.checklist.model import Check
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.samples.edit_rounds import Pairs, edit_groups, edit_rounds, same_target
from qa_sync.checklist.scenarios.context import SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, EditDuringCycle, Expect, Step
from qa_sync.dataflow.model import StatementKind

MOMENTS: Mapping[str, str] = {
    "not-yet-synchronized": "an edit of a record that has no counterpart yet arrives",
    "right-after-arrival-forward": "an edit on the source right after the counterpart arrived arrives",
    "right-after-arrival-backward": "an edit on the target right after a change arrived there arrives",
    "during-cycle": "an edit while the sync runs arrives",
    "twice-before-cycle": "of two edits of a side before the sync runs the second arrives, also back to earlier values",
}
"""The checks by the end of their id, with their titles."""

VERSIONS: Mapping[str, tuple[int, ...]] = {
    "any-time": (7, 8, 9, 5, 8, 6, 7, 8, 9),
    "update": (7, 6, 5, 8, 9, 7, 6, 7, 8),
}
"""The versions of the edits in order, by scenario.

Each differs from the one before, and the last of each side from what follows.
The second of two edits before a cycle goes back to the values of an earlier edit, which a sync may take for known.
"""

SUBJECT = "subject"

Checks = tuple[Check, ...]


class MomentsPlan(Struct, frozen=True):
    """The checks, and the steps that create a linked pair and decide them."""

    checks: Checks
    steps: tuple[Step, ...]


def moments_plan(context: SectionContext, scenario: str, directed: tuple[Checks, Checks]) -> MomentsPlan:
    """Return the checks of edits at certain moments on the subject of a scenario, `any-time` or `update`.

    `directed` are the checks of edits in each direction.
    """
    forward, backward = (_at_once(context, checks, side) for checks, side in zip(directed, Side, strict=True))
    skips = {
        moment: context.linking.skip_reason
        or _skip_reason(context, moment, backward if _is_backward(moment) else forward)
        for moment in MOMENTS
    }
    line = context.line(StatementKind.KEEP)
    checks = {
        moment: context.check("any-time", title, line, skip=skips[moment], at=moment)
        for moment, title in MOMENTS.items()
    }
    if context.linking.skip_reason:
        return MomentsPlan(tuple(checks.values()), ())
    steps = _Steps(context, scenario, {m: c for m, c in checks.items() if not c.skip}, forward, backward).steps()
    return MomentsPlan(tuple(checks.values()), steps)


def _is_backward(moment: str) -> bool:
    return moment.endswith("backward")


def _at_once(context: SectionContext, checks: Checks, side: Side) -> Pairs:
    """Return the pairs that can be edited on a side in one edit."""
    pairs = tuple(c.pair for c in checks if c.pair and not c.skip)
    rounds = edit_rounds(edit_groups(pairs, dict(context.entities.source.properties)), side)
    return rounds[0] if rounds else ()


def _skip_reason(context: SectionContext, moment: str, pairs: Pairs) -> Reason | None:
    if not pairs:
        return Reason(ReasonCode.NOT_EDITABLE, "no property can be edited")
    linking = context.linking
    if moment == "not-yet-synchronized" and (linking.match_criterion or linking.connection or linking.condition_values):
        text = "the values of the record decide whether it gets a counterpart, so they are not edited before that"
        return Reason(ReasonCode.NOT_EDITABLE, text)
    return None


class _Steps(Struct, frozen=True):
    """The steps on the subject of a scenario; `checks` are those that are not skipped, by moment."""

    context: SectionContext
    scenario: str
    checks: Mapping[str, Check]
    forward: Pairs
    backward: Pairs

    def steps(self) -> tuple[Step, ...]:
        """Return all steps, beginning with the create of the record."""
        created, after, back, before, during, *twice = VERSIONS[self.scenario]
        return (
            *self._create(created),
            *self._moment("right-after-arrival-forward", Side.SOURCE, after, at_once=True),
            *self._moment("right-after-arrival-backward", Side.TARGET, back),
            *self._during_cycle(before, during),
            *self._twice(Side.SOURCE, twice[:2]),
            *(self._twice(Side.TARGET, twice[2:]) if self.backward else ()),
        )

    def _create(self, version: int) -> tuple[Step, ...]:
        """Return the create of the record, an edit of it, and the arrival; the next edit follows at once."""
        moment = "not-yet-synchronized"
        *before, arrival = self.context.create_linked(self.scenario, SUBJECT)
        if not isinstance(arrival, Expect):
            return (*before, arrival)
        claims = self._claims(moment, Side.SOURCE) if moment in self.checks else ()
        at_once = Expect((*arrival.claims, *claims), wait=True, at_once=True)
        return (*before, *self._if(moment, self._edit(Side.SOURCE, version)), at_once)

    def _during_cycle(self, before: int, during: int) -> tuple[Step, ...]:
        """Return an edit, and a second one while the sync carries the first."""
        moment = "during-cycle"
        if moment not in self.checks:
            return ()
        edit = EditDuringCycle(self.checks[moment].id, self._edit(Side.SOURCE, during))
        return (self._edit(Side.SOURCE, before), edit, Expect(self._claims(moment, Side.SOURCE), wait=True))

    def _moment(self, moment: str, side: Side, version: int, *, at_once: bool = False) -> tuple[Step, ...]:
        """Return an edit and its arrival."""
        if moment not in self.checks:
            return ()
        return (self._edit(side, version), Expect(self._claims(moment, side), wait=True, at_once=at_once))

    def _twice(self, side: Side, versions: Sequence[int]) -> tuple[Step, ...]:
        """Return two edits before the sync runs, and the arrival of the second."""
        moment, (first, second) = "twice-before-cycle", versions
        return (*self._if(moment, self._edit(side, first)), *self._moment(moment, side, second))

    def _if(self, moment: str, *steps: Step) -> tuple[Step, ...]:
        return steps if moment in self.checks else ()

    def _edit(self, side: Side, version: int) -> Edit:
        pairs = self.forward if side is Side.SOURCE else self.backward
        return Edit(SUBJECT, side, self.context.edited_values(self.scenario, SUBJECT, side, pairs, version))

    def _claims(self, moment: str, edited: Side) -> tuple[tuple[str | None, Claim], ...]:
        pairs, check = (self.forward if edited is Side.SOURCE else self.backward), self.checks[moment].id
        return tuple(
            (check, PropertySynced(SUBJECT, edited.other, pair, same_target(pair, self.context.pairs)))
            for pair in pairs
        )
