"""Lists that change while they are read: no record is reported as missing that was only on no page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from audit_pair import checks_of, make_pair
from cli_caller import Answer, QaSync
from shifting_lists import Office, serving

TEXT = '{ convert = "text" }'
BACK = """
Office People to Shop People
----------------------------
Every Office People will be synchronized with a Shop People.

"""


def audit(
    qa_sync: QaSync, folder: Path, office: Office, *words: str, before: Callable[[], None] = lambda: None
) -> tuple[Answer, dict[str, Any]]:
    """Audit the served lists, both directions of which are claimed."""
    report = folder / "audit.json"
    report.unlink(missing_ok=True)
    with serving(office) as url:
        spec = make_pair(folder, {"first": TEXT}, urls=(f"{url}/left", f"{url}/right"))
        spec.write_text(spec.read_text(encoding="utf-8") + BACK, encoding="utf-8")
        before()
        done = qa_sync(
            "audit", str(spec), "-q", f"--config={folder / 'qa-sync.toml'}", f"--report=json={report}", *words
        )
    return done, checks_of(report) if report.exists() else {}


def no_false(checks: dict[str, Any]) -> None:
    for name in ("coverage", "coverage/reverse", "unique", "property/first:first"):
        assert checks[name]["status"] == "passed", checks[name]["message"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_list_that_shifts_accuses_no_record(qa_sync: QaSync, tmp_path: Path, seed: int) -> None:
    _, checks = audit(qa_sync, tmp_path, Office(600, changes=8, seed=seed))
    assert "were re-read" in checks["coverage"]["message"]  # some records were on no page
    no_false(checks)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_long_lists_that_shift_accuse_no_record(qa_sync: QaSync, tmp_path: Path, seed: int) -> None:
    no_false(audit(qa_sync, tmp_path, Office(20_000, changes=4, seed=seed))[1])


@pytest.mark.parametrize("changes", [0, 2])
def test_a_record_that_is_missing_is_found_all_the_same(qa_sync: QaSync, tmp_path: Path, changes: int) -> None:
    office = Office(500, changes=changes, seed=3)
    for side, keys in (("right", {"c7", "c300"}), ("left", {"w250"})):
        office.lists[side] = [row for row in office.lists[side] if row["id"] not in keys]
    done, checks = audit(qa_sync, tmp_path, office)
    assert done.code == 1
    for name, ids in (("coverage", {"w7", "w300"}), ("coverage/reverse", {"c250"})):
        found = {record["id"] for record in checks[name]["records"]}
        gone = {one for one in ids if not any(row["id"] == one for rows in office.lists.values() for row in rows)}
        assert found == ids - gone


def test_a_still_list_is_read_once_more_only(qa_sync: QaSync, tmp_path: Path) -> None:
    office = Office(300, changes=0)
    del office.lists["right"][7]
    done, _ = audit(qa_sync, tmp_path, office)
    assert done.code == 1
    assert office.requests < 3 * 4 + 4 * 5  # pages of both sides, once more of one side, a few single records


def test_what_cannot_be_read_again_is_not_confirmed(qa_sync: QaSync, tmp_path: Path) -> None:
    office = Office(300, changes=0)
    del office.lists["right"][7]
    count = 0
    answer = office.answer

    def broken(path: str) -> tuple[int, Any]:
        nonlocal count
        count += "right/people?page=1" in path
        office.down |= {"right-2"} if count > 2 else set()
        return answer(path)

    office.answer = broken  # type: ignore[method-assign] # the second reading fails
    done, checks = audit(qa_sync, tmp_path, office)
    assert done.code == 3, checks["coverage"]
    assert checks["coverage"]["status"] == "error"
    assert "1 more are not confirmed" in checks["coverage"]["message"]
    assert "(unconfirmed)" in checks["coverage"]["message"]


def test_an_id_on_two_pages_is_reported(qa_sync: QaSync, tmp_path: Path) -> None:
    office = Office(300, changes=0)
    office.lists["right"].insert(150, dict(office.lists["right"][50]))
    _, checks = audit(qa_sync, tmp_path, office)
    assert "1 of Office were on two pages: the list changed while it was read" in checks["coverage"]["message"]
