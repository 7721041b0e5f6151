"""Compares the output of `qa-sync lint` with golden files.

`QA_SYNC_UPDATE_GOLDEN=1 python -m pytest tests/lint` regenerates the files; review the diff.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli_caller import QaSync

GOLDEN = Path(__file__).parent / "golden"
GIVEN: Mapping[str, tuple[str, int]] = {"specs": ("specs/", 0), "fixtures": ("tests/lint/fixtures", 1)}


@pytest.mark.parametrize("format_", ["text", "json", "sarif"])
@pytest.mark.parametrize("name", GIVEN)
def test_lint(qa_sync: QaSync, name: str, format_: str) -> None:
    folder, code = GIVEN[name]
    golden = GOLDEN / f"{name}.{format_}"
    got = qa_sync("lint", folder, "--format", format_)
    if os.environ.get("QA_SYNC_UPDATE_GOLDEN"):
        golden.write_text(got.out, encoding="utf-8", newline="")
    assert got.out == golden.read_bytes().decode()
    assert (got.code, got.err) == (code, "")


def test_the_specs_have_eight_empty_tables_and_two_copies(qa_sync: QaSync) -> None:
    found = [line for line in qa_sync("lint", "specs/").out.splitlines() if line.startswith("specs/")]
    empty = [line.split(": ")[0] for line in found if line.endswith("[empty-property-table]")]
    copies = [line.split(": ")[0] for line in found if line.endswith("[duplicate-section]")]
    assert empty == [f"specs/{doc}.txt:{20 + 16 * n}" for doc, count in (("000", 3), ("003", 5)) for n in range(count)]
    assert copies == ["specs/003.txt:60", "specs/003.txt:76"]
    assert len(found) == 10
