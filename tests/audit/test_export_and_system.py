"""An export of one side is compared with the live system of the other, of which alone settings are needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from audit_pair import checks_of, make_pair
from cli_caller import Answer, QaSync
from shifting_lists import Office, serving

NAMES = ("Shop", "Office")
BACK = """
Office People to Shop People
----------------------------
Every Office People will be synchronized with a Shop People.

"""


def audit(
    qa_sync: QaSync, folder: Path, office: Office, at: int, rows: list[dict[str, Any]]
) -> tuple[Answer, dict[str, dict[str, Any]]]:
    """Audit an export of the side `at` with the other side's system; the exported system has no url."""
    with serving(office) as url:
        spec = make_pair(folder, {"first": "{}"}, urls=(f"{url}/left", f"{url}/right"))
        spec.write_text(spec.read_text(encoding="utf-8") + BACK, encoding="utf-8")
        settings = folder / "qa-sync.toml"
        lines = settings.read_text(encoding="utf-8").splitlines()
        own = f'url = "{url}/{("left", "right")[at]}"'
        assert own in lines
        settings.write_text("\n".join(line for line in lines if line != own) + "\n", encoding="utf-8")
        system = folder / NAMES[at].lower() / "templates" / "system.json"
        system.write_text(system.read_text(encoding="utf-8").replace("people-list", "other-list"), encoding="utf-8")
        export = folder / "export.jsonl"
        export.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        given = ("--left", "--right")[at], str(export), "--config", str(settings)
        done = qa_sync("audit", str(spec), *given, "-q", f"--report=json={folder / 'audit.json'}")
    report = folder / "audit.json"
    return done, checks_of(report) if report.exists() else {}


@pytest.mark.parametrize("at", [0, 1])
def test_a_healthy_pair_passes(qa_sync: QaSync, tmp_path: Path, at: int) -> None:
    office = Office(250, changes=0)
    done, checks = audit(qa_sync, tmp_path, office, at, list(office.lists[("left", "right")[at]]))
    assert done.code == 0, (done.err, checks)
    assert checks["coverage"]["actual"] == {"matched": 250, "alone": 0, "keyless": 0}


@pytest.mark.parametrize("at", [0, 1])
def test_differences_and_missing_records_are_found(qa_sync: QaSync, tmp_path: Path, at: int) -> None:
    office = Office(250, changes=0)
    rows = [dict(row) for row in office.lists[("left", "right")[at]]]
    rows[3]["first"] = "Bo"
    lonely = rows.pop(7)["email"]
    live = ("right", "left")[at]
    office.lists[live] = [row for row in office.lists[live] if row["email"] != "u9@x.test"]
    done, checks = audit(qa_sync, tmp_path, office, at, rows)
    assert done.code == 1, done.err
    assert checks["property/first:first"]["actual"] == {"same": 247, "value": 1}
    numbers = {name: checks[name]["actual"]["alone"] for name in ("coverage", "coverage/reverse")}
    assert numbers == {"coverage": 1, "coverage/reverse": 1}
    found = [{record["id"] for record in checks[name]["records"]} for name in ("coverage", "coverage/reverse")]
    assert found[at] == {("w9", "c9")[at]}
    assert found[1 - at] == {("c", "w")[at] + lonely.removeprefix("u").partition("@")[0]}


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_a_list_that_shifts_while_it_is_read_makes_no_false_missing_record(
    qa_sync: QaSync, tmp_path: Path, at: int, seed: int
) -> None:
    office = Office(600, changes=0, seed=seed)
    rows = list(office.lists[("left", "right")[at]])
    keep = {row["email"] for row in rows[200:]}
    live = ("right", "left")[at]
    answer = office.answer
    asked = 0

    def deleting(path: str) -> tuple[int, Any]:
        nonlocal asked
        found = answer(path)
        if "page=" in path and asked < 2:
            asked += 1
            del office.lists[live][:10]  # of those that the export does not have: the next page skips ten others
        return found

    office.answer = deleting  # type: ignore[method-assign]
    done, checks = audit(qa_sync, tmp_path, office, at, [row for row in rows if row["email"] in keep])
    name = ("coverage", "coverage/reverse")[at]
    assert checks[name]["status"] == "passed", (done.err, checks[name])
    assert "10 were not re-read" in checks[name]["message"]  # some records were on no page


def test_the_live_side_needs_settings(qa_sync: QaSync, tmp_path: Path) -> None:
    spec = make_pair(tmp_path, {"first": "{}"})
    settings = tmp_path / "qa-sync.toml"
    text = settings.read_text(encoding="utf-8").replace('url = "http://127.0.0.1:9"', "")
    settings.write_text(text, encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"id": "1", "email": "a@x.test", "first": "A"}\n', encoding="utf-8")
    done = qa_sync("audit", str(spec), "--left", str(tmp_path / "a.jsonl"), "--config", str(settings))
    assert done.code == 2
    assert "the url of Office is missing" in done.err
    assert "Shop" not in done.err
