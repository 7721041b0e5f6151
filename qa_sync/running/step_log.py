"""Describes steps to the user: each step as it starts, and the steps of a check."""

from __future__ import annotations

from msgspec import Struct

from qa_sync.checklist.claims import Claim, RecordsUnchanged
from qa_sync.checklist.model import Check, edits_of
from qa_sync.checklist.steps import (
    AddUnmappedValues,
    Delete,
    Edit,
    EditBothSides,
    EditDuringCycle,
    Expect,
    Insert,
    Sleep,
    Snapshot,
    Step,
    WaitCycles,
)
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords

MAX_NAMED = 4
"""The highest number of properties that are listed by name."""


class LoggedStep(Struct, frozen=True):
    """A step with its description and what it is about.

    `checks` are the ids of the checks that it decides; `roles` are those of other checks that it is about (None: all),
    `paths` the properties of these checks that it is about (None: all, and whole records).
    """

    text: str
    checks: frozenset[str] = frozenset()
    roles: frozenset[str] | None = frozenset()
    paths: frozenset[str] | None = None

    def concerns(self, check: str, roles: set[str], paths: frozenset[str] | None) -> bool:
        """Return whether the step belongs to a check of `roles`; `paths` are its properties (None: whole records)."""
        if check in self.checks:
            return True
        if self.roles is not None and self.roles.isdisjoint(roles):
            return False
        return paths is None or self.paths is None or not self.paths.isdisjoint(paths)


NO_PATHS: frozenset[str] = frozenset()
"""The properties of a step that only checks of whole records are about."""


class StepLog:
    """The steps so far with their descriptions."""

    def __init__(self) -> None:
        self.steps: list[LoggedStep] = []

    def note(self, step: Step, text: str) -> None:
        """Add a step."""
        self.steps.append(_logged(step, text))

    def steps_of(self, check: Check, claims: tuple[Claim, ...]) -> tuple[str, ...]:
        """Return the steps on the records of a check, with edits only of its property."""
        roles = {claim.role for claim in claims}
        paths = frozenset((check.pair.source, check.pair.target)) if check.pair else None
        return tuple(logged.text for logged in self.steps if logged.concerns(check.id, roles, paths))


def _logged(step: Step, text: str) -> LoggedStep:
    match step:
        case Edit() | EditBothSides() | EditDuringCycle():
            edits = edits_of(step)
            return LoggedStep(
                text, roles=frozenset((edits[0].role,)), paths=frozenset().union(*(e.values for e in edits))
            )
        case Insert() | Delete():
            return LoggedStep(text, roles=frozenset((step.role,)))
        case AddUnmappedValues():
            return LoggedStep(text, roles=frozenset((step.role,)), paths=NO_PATHS)
        case Expect():
            checks = frozenset(check for check, _ in step.claims if check is not None)
            return LoggedStep(text, checks, frozenset(claim.role for check, claim in step.claims if check is None))
        case WaitCycles():
            return LoggedStep(text, roles=None, paths=NO_PATHS)
        case _:
            return LoggedStep(text)


def describe_step(records: ScenarioRecords, step: Step) -> str:
    """Return the description of a step."""
    match step:
        case Insert() | Edit() | Delete() | EditBothSides() | EditDuringCycle():
            return _describe_write(records, step)
        case AddUnmappedValues():
            return f"give {_record_name(records, RecordKey(step.role, step.side))} {_more(step)}"
        case Sleep():
            return f"wait {step.seconds:g} {records.environment.unit}"
        case WaitCycles():
            return f"let the sync run {step.cycles} more {'cycle' if step.cycles == 1 else 'cycles'}"
        case Snapshot():
            return f"take a snapshot of {' and '.join(step.roles)}"
        case Expect():
            return f"wait for {awaited}" if step.wait and (awaited := awaited_record(records, step)) else "check again"


def _describe_write(records: ScenarioRecords, step: Insert | Edit | Delete | EditBothSides | EditDuringCycle) -> str:
    match step:
        case EditBothSides():
            first, second = (_describe_write(records, e) for e in (step.choices[0].first, step.choices[0].second))
            return f"{first}, and {second}, before the sync runs"
        case EditDuringCycle():
            return f"{_describe_write(records, step.edit)} while the sync runs"
        case _:
            return f"{_verb(step)} {_record_name(records, RecordKey(step.role, step.side))}"


def awaited_record(records: ScenarioRecords, step: Expect) -> str:
    """Return the record that a step waits for, an empty text when it checks both sides."""
    claim = step.claims[0][1]
    return "" if isinstance(claim, RecordsUnchanged) else _record_name(records, RecordKey(claim.role, claim.side))


def _verb(step: Insert | Edit | Delete) -> str:
    if isinstance(step, Edit):
        return f"edit {_property_names(step)} of"
    return "create" if isinstance(step, Insert) else "delete"


def _property_names(step: Edit) -> str:
    names = list(step.values)
    return ", ".join(names) if len(names) <= MAX_NAMED else f"{len(names)} properties"


def _more(step: AddUnmappedValues) -> str:
    return f"{len(step.given)} more values: {', '.join(one.path for one in step.given)}" if step.given else "no more"


def _record_name(records: ScenarioRecords, key: RecordKey) -> str:
    return f"{records.system(key).label} {records.card(key).names[0]} ({key.role})"
