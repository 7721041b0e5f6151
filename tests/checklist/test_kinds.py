"""The table of kinds has every kind of check that a scenario makes, and no other."""

from __future__ import annotations

import ast
import json

from cli_caller import ROOT, QaSync

from qa_sync.checklist.kinds import KINDS
from qa_sync.checklist.unread import UNREAD

SCENARIOS = sorted((ROOT / "qa_sync/checklist/scenarios").glob("*.py"))


def made_in_code() -> set[str]:
    """Return the kinds that scenario files name in a call of `context.check`."""
    calls = (node for path in SCENARIOS for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    checks = (call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "check")
    return {str(call.args[0].value) for call in checks if call.args and isinstance(call.args[0], ast.Constant)}


def test_the_table_has_the_kinds_of_all_checks(qa_sync: QaSync) -> None:
    shown = json.loads(qa_sync("show", "specs", "tests/faults/specs", "--format", "json").out)
    compiled = {check["kind"] for one in shown for section in one["sections"] for check in section["checks"]}
    assert {"create", "update-forward", "merge"} <= compiled
    assert compiled | made_in_code() | {UNREAD} == set(KINDS)


def test_every_kind_describes_its_steps() -> None:
    for name, kind in KINDS.items():
        texts = (kind.claim, *kind.steps)
        assert kind.asked_by, name
        assert all(text.endswith(".") and text[0] in "`" + text[0].upper() for text in texts), name


def test_a_known_kind_that_no_spec_has_is_not_unknown(qa_sync: QaSync) -> None:
    got = qa_sync("check", "specs/000.txt", "--kind", "merge")
    assert got.code == 2
    assert "no check" in got.err
