"""`qa-sync audit`: of which records a counterpart is claimed, where the section says it of some only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_caller import QaSync
from test_audit_cli import EVERY, Exports, left, right, spec

CONDITION = "When a Wix.com Contacts is of type Agent, it  will be synchronized with a {b}.\n\n"
SETTINGS = """
[[conditions]]
section = "Wix.com Contacts to Customerp Contact"
property = "info.jobTitle"
one_of = ["Agent", 7]
"""


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def titled(n: int, title: Any) -> dict[str, Any]:
    return left(n, info={"name": {"first": f"Åse {n}", "last": f"Berg {n}"}, "jobTitle": title})


TITLES = ["Agent", "End User", None, ["End User", "Agent"], 7, "agent", True, ["x"]]


def audit(qa_sync: QaSync, exports: Exports, text: str, settings: str) -> tuple[int, dict[str, Any], str]:
    config = exports.folder / "qa-sync.toml"
    config.write_text(settings, encoding="utf-8")
    return exports.audit(qa_sync, spec(exports.folder, text), "--config", str(config))


def test_what_is_outside_the_condition_needs_no_counterpart(qa_sync: QaSync, exports: Exports) -> None:
    no_one = titled(20, "Agent") | {"primaryInfo": {"email": ""}}, titled(21, "other") | {"primaryInfo": {"email": ""}}
    lefts = [titled(n, title) for n, title in enumerate(TITLES)] + [titled(n, "Agent") for n in (10, 11)]
    exports.write([*lefts, *no_one], [right(10), right(11)])
    code, checks, _ = audit(qa_sync, exports, CONDITION, SETTINGS)
    assert code == 1
    assert checks["coverage"]["status"] == "failed"
    assert checks["coverage"]["actual"] == {"matched": 2, "alone": 3, "keyless": 1}
    assert {record["id"] for record in checks["coverage"]["records"]} == {"w0", "w3", "w4", "w20"}


def test_all_that_are_meant_have_one(qa_sync: QaSync, exports: Exports) -> None:
    exports.write([titled(1, "Agent"), titled(2, "other")], [right(1, title="Agent")])
    code, checks, _ = audit(qa_sync, exports, CONDITION, SETTINGS)
    assert code == 0
    assert checks["coverage"]["actual"] == {"matched": 1, "alone": 0, "keyless": 0}


def test_without_settings_only_a_person_can_tell(qa_sync: QaSync, exports: Exports) -> None:
    exports.write([titled(1, "Agent"), titled(2, "other")], [right(1)])
    checks = audit(qa_sync, exports, CONDITION, "")[1]
    assert checks["coverage"]["status"] == "manual"
    assert "is of type Agent" in checks["coverage"]["message"]


def test_an_export_without_the_property_leaves_it_to_a_person(
    qa_sync: QaSync, exports: Exports, tmp_path: Path
) -> None:
    exports.write([], [right(1)])
    exports.left = tmp_path / "left.csv"
    exports.left.write_text("id,primaryInfo.email\nw1,u1@example.test\nw2,u2@example.test\n", encoding="utf-8")
    checks = audit(qa_sync, exports, CONDITION, SETTINGS)[1]
    assert checks["coverage"]["status"] == "manual"
    assert "no column 'info.jobTitle'" in checks["coverage"]["message"]


def test_a_condition_on_an_unknown_property_is_refused(qa_sync: QaSync, exports: Exports) -> None:
    exports.write([titled(1, "Agent")], [right(1)])
    code, _, err = audit(qa_sync, exports, CONDITION, SETTINGS.replace("jobTitle", "jobTitel"))
    assert code == 2
    assert "qa-sync.toml:2: unknown property of Contacts" in err
    assert "did you mean 'info.jobTitle'?" in err


def test_settings_of_a_condition_limit_no_other_sentence(qa_sync: QaSync, exports: Exports) -> None:
    exports.write([titled(1, "Agent"), titled(2, "other")], [right(1)])
    checks = audit(qa_sync, exports, EVERY, SETTINGS)[1]
    assert checks["coverage"]["actual"] == {"matched": 1, "alone": 1, "keyless": 0}
