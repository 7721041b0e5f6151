"""What conditions mean, as the built-in sync asks for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qa_sync.dataflow.model import Dataflow
from qa_sync.settings.model import Settings
from qa_sync.systems.system import Record
from qa_sync.values.condition import Condition


def predicates(settings: Settings, dataflow: Dataflow) -> dict[str, Callable[[Record], bool]]:
    """Return the predicates of the settings by section key."""
    settled = ((s.key, settings.condition(s.heading)) for s in dataflow.sections)
    conditions = {key: Condition(found.property, found.values) for key, found in settled if found}
    return {key: partial(_holds, condition) for key, condition in conditions.items()}


def _holds(condition: Condition, record: Record) -> bool:
    return condition.holds(record.data)
