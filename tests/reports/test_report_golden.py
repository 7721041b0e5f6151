from __future__ import annotations

import pytest
from report_golden import FOLDER, GOLDEN


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    assert GOLDEN[name]() == (FOLDER / name).read_text(encoding="utf-8")


def test_no_golden_file_is_forgotten() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(GOLDEN)
