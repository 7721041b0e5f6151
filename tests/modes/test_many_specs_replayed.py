"""Of many specs, what is not running is in a temporary file; the verdicts are the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli_caller import QaSync

OPTIONS = ((), ("-k", "create or orders"), ("--section", "2"), ("--shard", "2/3"), ("-j", "3"), ("--kind", "property"))
SPECS = ("specs/000.txt", "specs/003.txt")
LIMITS = ("qa_sync.cli.commands.check.MOST_IN_MEMORY", "qa_sync.modes.replay.MOST_IN_MEMORY")


def replayed(qa_sync: QaSync, *options: str) -> dict[str, Any]:
    found = json.loads(qa_sync("check", *SPECS, "--report", "json", "--no-history", *options).out)
    for spec in found["specs"]:
        spec.pop("verified")
    return {key: found[key] for key in found if key not in {"duration_s", "ran", "options"}}


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("limit", [0, 1])
def test_a_replay_of_many_specs_has_the_verdicts_of_a_few(
    qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch, limit: int, options: tuple[str, ...]
) -> None:
    few = replayed(qa_sync, *options)
    for name in LIMITS:
        monkeypatch.setattr(name, limit)
    monkeypatch.setattr("qa_sync.modes.replay.MOST_REQUESTS", 0)
    assert replayed(qa_sync, *options) == few
    assert few["totals"]["passed"]
