"""What an observation says before it begins: where it goes on from, and what interval the systems allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil

from qa_sync.audit.model import SectionPlan
from qa_sync.errors import UsageError
from qa_sync.observe.observation import Observation, full_list_interval
from qa_sync.settings.model import Settings


def check_rates(settings: Settings, observation: Observation, notify: Callable[[str], None]) -> None:
    """Say what interval the rates of the systems allow; raises UsageError for a shorter one, even for short lists."""
    every_s = observation.options.every.total_seconds()
    for label in dict.fromkeys(entity.system for entity in observation.readers):
        own = settings.system(label)
        lists = sum(entity.system == label for entity in observation.readers)
        if own is None or own.rate is None:
            continue
        least = ceil(lists * own.rate.seconds / own.rate.count)
        if every_s < least:
            raise UsageError(
                f"--every {_text(every_s)} is too short for {label}: "
                f"{lists} lists each time, and its rate is {own.rate.count} in {own.rate.seconds:g} s",
                hint=f"--every {least}s is the shortest interval that this rate allows",
            )
        notify(f"{label}: {lists} lists each time; --every {least}s is the shortest interval that its rate allows.")


def notify_begin(
    observation: Observation, plans: Mapping[str, Sequence[SectionPlan]], notify: Callable[[str], None]
) -> None:
    """Say where the observation begins, and what it cannot see."""
    lasts = [at for entity in observation.readers if (at := observation.state.read_since(entity))]
    if lasts:
        notify(f"Going on from {min(lasts):%Y-%m-%d %H:%M:%S} UTC; --from-now would start over.")
    else:
        start = next((reader.start for reader in observation.readers.values()), None)
        since = f"since {start:%Y-%m-%d %H:%M:%S} UTC" if start else "from then on"
        notify(f"Reading all records once; changes are followed {since}.")
        if start and (
            undated := [f"{e.system} {e.datatype}" for e, r in observation.readers.items() if not r.card.modified]
        ):
            notify(f"{', '.join(undated)}: no time of change, so changes are followed from now on.")
    slow = [f"{e.system} {e.datatype}" for e, r in observation.readers.items() if not r.since]
    if slow:
        pace = _text(full_list_interval(observation.options).total_seconds())
        notify(f"{', '.join(slow)}: no list of changes, so the whole list is read every {pace}.")
    for plan in (plan for some in plans.values() for plan in some if plan.auditable is None):
        notify(f"not observed: {plan.section.heading}: {plan.skip_reason}")


def _text(seconds: float) -> str:
    return f"{seconds:g}s"
