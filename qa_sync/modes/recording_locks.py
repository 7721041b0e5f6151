"""The locks of the recordings that a run writes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from qa_sync.checklist.model import Checklist
from qa_sync.modes.job import Job, cassette_path
from qa_sync.systems.recording.recording_lock import recording_lock


def lock_recordings(job: Job, chosen: Sequence[Checklist], exits: ExitStack) -> None:
    """Lock the recordings of the chosen sections until `exits` closes; raises UsageError if one is locked."""
    for checklist in chosen:
        for plan in checklist.sections:
            if plan.scenarios:
                exits.enter_context(recording_lock(cassette_path(job.cassettes, checklist.dataflow, plan.section)))
