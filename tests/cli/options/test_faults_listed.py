"""The faults can be reported by name before one is chosen."""

from __future__ import annotations

import pytest
from cli_caller import QaSync

from qa_sync.sync.faults.table import FAULTS


@pytest.mark.parametrize("command", ["check", "sandbox", "sync"])
def test_all_names_are_reported_with_what_they_do(qa_sync: QaSync, command: str) -> None:
    got = qa_sync(command, "--list-faults")
    assert got.code == 0
    reported = dict(line.split(maxsplit=1) for line in got.out.splitlines())
    assert reported == {fault.name: fault.description for fault in FAULTS.values()}


@pytest.mark.parametrize("command", ["check", "sandbox", "sync"])
def test_the_help_says_how(qa_sync: QaSync, command: str) -> None:
    assert "--list-faults" in qa_sync(command, "--help").out
