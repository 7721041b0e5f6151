"""What the running scenarios of a section share."""

from __future__ import annotations

from msgspec import Struct

from qa_sync.running.claims.missing_arrivals import CreateVerdict
from qa_sync.running.environment import Environment
from qa_sync.running.records.listed_records import ListedRecords


class SharedBySection(Struct, frozen=True):
    """The environment, the lists, and whether records are created."""

    environment: Environment
    listed: ListedRecords
    create_verdict: CreateVerdict
