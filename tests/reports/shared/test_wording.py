"""Values as reports show them: JSON, and the counts of an audit as words."""

from __future__ import annotations

import pytest

from qa_sync.reports.shared.wording import as_json, group_not_removed
from qa_sync.running.events import Leftover
from qa_sync.values.form import Json


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"matched": 2}, "2 with a counterpart"),
        ({"matched": 1200, "alone": 1, "keyless": 0}, "1,200 with a counterpart, 1 without a counterpart"),
        ({"matched": 0, "alone": 0, "keyless": 3}, "3 without a key"),
        ({"several": 0}, "0 ambiguous"),
        ({"same": 7, "value": 5, "unreadable": 1}, "7 the same, 5 with another value, 1 invalid at the source"),
        ({"same": 0, "filled": 1}, "1 filled at the target only"),
        ({"same": "0"}, '{"same": "0"}'),
        ({"same": True}, '{"same": true}'),
        ({"same": 1, "other": 2}, '{"same": 1, "other": 2}'),
        ({"value": 1}, '{"value": 1}'),
        ({}, "{}"),
        ("é", '"é"'),
    ],
)
def test_a_value_is_shown(value: Json, shown: str) -> None:
    assert as_json(value) == shown


def test_of_many_records_that_were_not_removed_some_are_named_once() -> None:
    left = [Leftover("Shop", "Order", str(n % 30), "no endpoint") for n in range(90)]
    ((what, ids, why),) = group_not_removed(left)
    assert (what, why) == ("Shop Order", "no endpoint")
    assert ids == f"{', '.join(map(str, range(20)))} and 10 more"
    ((_, every, _),) = group_not_removed(left, len(left))
    assert every == ", ".join(map(str, range(30)))
