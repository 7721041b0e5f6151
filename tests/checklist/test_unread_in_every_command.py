"""What is not understood is told by every command and in every report, with the right exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_caller import QaSync
from contact_documents import CONTROL, EVERY, KEEP, PROPS, claims, compiled, list_table, spec
from test_generated_wordings import DOCUMENTS, document

from qa_sync.reports.formats.table import FORMATS

NOT_READ = spec(EVERY, KEEP, "Contacts are archived.", PROPS, list_table())
LINE = 12


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.txt"
    path.write_text(NOT_READ, encoding="utf-8")
    return path


@pytest.mark.parametrize("number", range(DOCUMENTS))
def test_no_generated_document_ends_with_0_unless_all_of_it_became_checks(
    qa_sync: QaSync, tmp_path: Path, number: int
) -> None:
    path = tmp_path / "contacts.txt"
    path.write_text(document(number), encoding="utf-8")
    is_read = claims(compiled(document(number))) == CONTROL
    got = qa_sync("check", str(path), "--mode", "sandbox", "--no-history", "--kind", "create" if is_read else "unread")
    assert got.code == (0 if is_read else 3), got.out
    assert is_read or "not understood" in got.out


def test_every_report_shows_it_at_its_line(qa_sync: QaSync, tmp_path: Path, contacts: Path) -> None:
    reports = {name: tmp_path / f"report.{name}" for name in FORMATS}
    words = [f"--report={name}={path}" for name, path in reports.items()]
    assert qa_sync("check", str(contacts), "--mode", "sandbox", "--no-history", "--kind", "unread", *words).code == 3
    for name, path in reports.items():
        text = path.read_text(encoding="utf-8")
        assert "not understood" in text, name
        assert f"{LINE}" in text, name


def test_an_audit_ends_with_3(qa_sync: QaSync, tmp_path: Path, contacts: Path) -> None:
    left, right = {"id": "1", "primaryInfo": {"email": "a@example.org"}}, {"contactId": "1", "email": "a@example.org"}
    for name, row in (("left", left), ("right", right)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row), "utf-8")
    files = (f"--left={tmp_path / 'left.jsonl'}", f"--right={tmp_path / 'right.jsonl'}")
    got = qa_sync("audit", str(contacts), *files, "--allow-missing")
    assert got.code == 3
    assert "not understood" in got.out


def test_pytest_ends_with_1(contacts: Path) -> None:
    words = (str(contacts), "--qa-sync", "--qa-sync-mode=sandbox", "-p", "no:cacheprovider", "-q", "-k", "unread")
    got = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=contacts.parent, capture_output=True, text=True, check=False
    )
    assert got.returncode == 1, got.stdout
    assert "not understood" in got.stdout
