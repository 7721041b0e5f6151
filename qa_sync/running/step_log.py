"""What is done, in words for a person: each step as it begins, and those that a check's verdict rests on."""

from __future__ import annotations

from qa_sync.checklist.model import (
    Check,
    Claim,
    Delete,
    Edit,
    Expect,
    Insert,
    Pause,
    Remember,
    Settle,
    Step,
    Unchanged,
)
from qa_sync.running.scenario_records import Held, Scene

FEW = 4
"""Properties that are named one by one."""


class Account:
    """The steps so far with their texts."""

    def __init__(self) -> None:
        self.done: list[tuple[Step, str]] = []

    def note(self, step: Step, text: str) -> None:
        """Keep a step."""
        self.done.append((step, text))

    def of(self, check: Check, claims: tuple[Claim, ...]) -> tuple[str, ...]:
        """Return what was done with the records that a check is about, and of edits only those of its property."""
        roles = {claim.role for claim in claims}
        paths = {check.pair.source, check.pair.target} if check.pair else None
        return tuple(text for step, text in self.done if _concerns(step, check.id, roles, paths))


def _concerns(step: Step, check: str, roles: set[str], paths: set[str] | None) -> bool:
    match step:
        case Edit():
            return step.role in roles and (paths is None or bool(paths & step.values.keys()))
        case Insert() | Delete():
            return step.role in roles
        case Expect():
            return any(named == check or (named is None and claim.role in roles) for named, claim in step.claims)
        case _:
            return isinstance(step, Settle) and paths is None


def told(scene: Scene, step: Step) -> str:
    """Return a step in words."""
    match step:
        case Insert() | Edit() | Delete():
            return f"{_written(step)} {_who(scene, Held(step.role, step.side))}"
        case Pause():
            return f"let {step.seconds:g} s pass"
        case Settle():
            return f"let the sync work for {step.cycles} more {'cycle' if step.cycles == 1 else 'cycles'}"
        case Remember():
            return f"remember the {' and the '.join(step.roles)}"
        case Expect():
            return f"wait for {who}" if step.wait and (who := awaited(scene, step)) else "look again"


def awaited(scene: Scene, step: Expect) -> str:
    """Return which record a step looks for, an empty text when it looks at both sides."""
    claim = step.claims[0][1]
    return "" if isinstance(claim, Unchanged) else _who(scene, Held(claim.role, claim.side))


def _written(step: Insert | Edit | Delete) -> str:
    if isinstance(step, Edit):
        return f"edit {_listed(step)} of"
    return "make" if isinstance(step, Insert) else "delete"


def _listed(step: Edit) -> str:
    names = list(step.values)
    return ", ".join(names) if len(names) <= FEW else f"{len(names)} properties"


def _who(scene: Scene, held: Held) -> str:
    return f"{scene.system(held).label} {scene.card(held).names[0]} ({held.role})"
