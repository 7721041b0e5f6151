"""The time of a record's last change, from the rules of its pipes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from people_api import write_connector

from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.connectors.pipes.last_modified import last_modified
from qa_sync.values.canonical import to_canonical

ISO = "%Y-%m-%dT%H:%M:%S"


def pipes(expression: Any, name: str = "x-collect") -> list[dict[str, Any]]:
    steps = [["copy", "*"], ["if", ["is-null", "_S.x"], ["add", "y", 1]], ["add", "$last-modified", expression]]
    return [{"_id": name, "transform": [{"type": "dtl", "rules": {"default": steps}}]}]


@pytest.mark.parametrize(
    ("expression", "path", "text", "hour"),
    [
        (["datetime-parse", f"{ISO}%z", "_S.changed"], "changed", "2025-03-09T12:00:00+02:00", 10),
        (["datetime-parse", f"{ISO}.%fZ", "_S.meta.at"], "meta.at", "2025-03-09T12:00:00.123Z", 12),
        (["datetime-parse", f"{ISO}Z", ["coalesce", ["list", "_S.updated", "_S.created"]]], "updated",
         "2025-03-09T12:00:00Z", 12),
        (["datetime-parse", ISO, ["max", ["list", "_S.at", "_S.made"]]], "at", "2025-03-09T12:00:00", 12),
        (["datetime", "_S.at"], "at", "2025-03-09T12:00:00Z", 12),
    ],
)  # fmt: skip
def test_its_path_and_form(expression: Any, path: str, text: str, hour: int) -> None:
    found = last_modified(pipes(expression), "")
    assert found is not None
    assert found[0] == path
    assert to_canonical(text, found[1]) == datetime(2025, 3, 9, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        ["datetime-parse", "%d.%m.%Y", "_S.at"],
        ["datetime-plus", "hour", 1, ["datetime-parse", f"{ISO}%z", "_S.at"]],
        ["datetime", ["multiply", 1000000, "_S.at"]],
        ["datetime-parse", f"{ISO}%z", "_S.$source.at"],
        ["datetime-parse", f"{ISO}%z", "_S."],
        "_R._S.at",
        ["now"],
    ],
)
def test_what_is_not_simple_is_not_guessed(expression: Any) -> None:
    assert last_modified(pipes(expression), "") is None


def test_only_pipes_that_read_count() -> None:
    assert last_modified(pipes(["datetime", "_S.at"], "x-share"), "") is None


def test_it_is_relative_to_the_member_of_a_row() -> None:
    found = last_modified(pipes(["datetime", "_S.node.at"]), "node")
    assert found is not None
    assert found[0] == "at"


@pytest.mark.parametrize(
    ("card", "modified"),
    [("", "changed"), ('[person]\nnames = ["Person"]\nkey = "id"\nmodified = "own"\n[person.properties]\n', "own")],
)
def test_a_card_has_it_unless_it_says_another(tmp_path: Path, card: str, modified: str) -> None:
    write_connector(tmp_path / "alpha")
    path = tmp_path / "alpha/templates/person.json"
    rule = '{"type": "dtl", "rules": {"default": [["add", "$last-modified", ["datetime", "_S.changed"]]]}}, '
    text = path.read_text()
    at = text.index('"transform": [', text.index("-collect")) + len('"transform": [')
    path.write_text(text[:at] + rule + text[at:])
    if card:
        (tmp_path / "alpha/entities.toml").write_text(card)
    assert load_connector(tmp_path / "alpha").cards["person"].modified == modified
