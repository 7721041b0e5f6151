"""The audits that `qa-sync audit --help` shows, word by word."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from audit_served import served
from audit_world import make_world
from cli_caller import ROOT, QaSync
from test_audit_cli import left, right

from qa_sync.cli.commands.audit import audit

COMMANDS = re.findall(r"^ *(qa-sync audit .*)$", audit.help or "", re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_works(qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(ROOT)
    world = make_world(3)
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    lines = [json.dumps(left(n)) for n in range(5)]
    (tmp_path / "wix.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rows = [",".join(right(n).values()) for n in range(5)]
    (tmp_path / "erp.csv").write_text("\n".join([",".join(right(0)), *rows]), encoding="utf-8")
    for name in ("before", "after"):
        (tmp_path / f"{name}.csv").write_text("id,name\n1,Ann\n2,Bo\n", encoding="utf-8")
    with served(world, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        got = qa_sync(*command.split()[1:])
    assert got.code == 0, got.err
    assert re.search(r"\d+ checks: \d+ passed", got.out)
    assert world.writes() == 0


def test_there_are_some() -> None:
    assert len(COMMANDS) > 1
