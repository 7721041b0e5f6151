"""What two reads of one record say: members that change by themselves, and a list that shows less than a lookup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qa_sync.openapi.learning.model import Proposal, Reading, Row
from qa_sync.values import paths
from qa_sync.values.json_difference import differences

SHOWN: Final = 10
BY_OTHERS: Final = "another client may have written it"


def learn_records(reading: Reading) -> Iterator[Proposal]:
    """Yield the proposals that follow from a record of the list, and from two lookups of it."""
    if len(reading.looked_up) > 1:
        yield from _volatile(reading)
    if reading.looked_up:
        yield Proposal(
            reading.card.datatype, "a lookup by the key finds the record", about="key", settles=("the path calls it",)
        )
        yield from _thin(reading)


def _volatile(reading: Reading) -> Iterator[Proposal]:
    card = reading.card
    one, other = reading.looked_up[:2]
    expected = {card.key, card.modified, card.revision.read if card.revision else None, *card.volatile}
    found = [path for path, _, _ in differences(dict(one), dict(other)) if path not in expected]
    if found:
        why = f"{', '.join(found)} changed between two reads, without a write"
        volatile = [*card.volatile, *found]
        yield Proposal(card.datatype, why, keys=("volatile",), value=volatile, guess=BY_OTHERS)


def _thin(reading: Reading) -> Iterator[Proposal]:
    card, whole = reading.card, reading.looked_up[0]
    row = next((r for r in reading.rows if paths.read(r, card.key) == paths.read(whole, card.key)), None)
    if row is None:
        return
    missing = [path for path in card.properties if _is_absent(row, path) and not _is_absent(whole, path)]
    if missing:
        shown = ", ".join(missing[:SHOWN]) + (f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else "")
        why = f"the list lacks what a lookup shows: {shown}; request it by a parameter of the list, if there is one"
        yield Proposal(card.datatype, why)


def _is_absent(row: Row, path: str) -> bool:
    return paths.read(row, path) is None
