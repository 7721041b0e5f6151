"""What a system may have kept of a value that was sent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from qa_sync.sync.records.lossy_storage import may_be_stored_as
from qa_sync.values.form import Canonical

MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("twenty characters or more", "twenty characters"),
        ("Åse  Žofie", "ase zofie"),
        ("back\\slash", "backslash"),
        ("a & b", "a &amp; b"),
        ("+47 900 00 001", "90000001"),
        ("anything", ""),
        ("anything", None),
        (Decimal("19.905"), Decimal("19.91")),
        (Decimal("19.905"), Decimal("19.9")),
        (Decimal("19.905"), 20),
        (19, Decimal("19.00")),
        (MOMENT, MOMENT.replace(microsecond=0)),
        (MOMENT, MOMENT.replace(hour=0, minute=0, second=0, microsecond=0)),
        (("a", "b"), ("a",)),
        (("a", "b"), ()),
    ],
)
def test_a_part_or_a_rounded_value_may_be_what_was_stored(sent: Canonical, stored: Canonical) -> None:
    assert may_be_stored_as(sent, stored)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("name 7", "name 8"),
        ("Ada", "Bo"),
        ("", "theirs"),
        (None, "theirs"),
        (Decimal("19.9"), Decimal("20.1")),
        (7, 8),
        (True, False),
        (MOMENT, MOMENT.replace(day=3)),
        (("a",), ("a", "c")),
        (date(2026, 3, 1), date(2026, 3, 2)),
        ("7", 7),
    ],
)
def test_another_value_is_an_edit(sent: Canonical, stored: Canonical) -> None:
    assert not may_be_stored_as(sent, stored)
