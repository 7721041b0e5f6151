"""What a replay reports about its recordings: unused requests, and recordings that are too old."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml
from cli_caller import ROOT, QaSync

from qa_sync.reports.formats.results_json import render
from qa_sync.reports.formats.results_json_reader import parse

SPEC = "specs/000.txt"
SCHEMA = json.loads((ROOT / "qa_sync" / "schemas" / "results-1.json").read_text())
CONTACTS = "1-wix-com-contacts-to-customerp-contact.json"
URL = "https://www.wixapis.com/contacts/v4/contacts/"


@pytest.fixture
def cassettes(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "cassettes", tmp_path / "cassettes")
    return tmp_path / "cassettes"


def more_requests(cassette: Path, count: int) -> int:
    """Add requests to a cassette that no one asks for; return how many there are then."""
    held = json.loads(cassette.read_text(encoding="utf-8"))
    response = held["interactions"][-1]["response"]
    del held["metadata"]["qa_sync"]["interactions"]  # else the recording would count as damaged
    request: dict[str, object] = {"method": "GET", "body": None, "headers": {}}
    held["interactions"] += [{"request": {**request, "uri": f"{URL}x-{n}"}, "response": response} for n in range(count)]
    cassette.write_text(json.dumps(held), encoding="utf-8")
    return len(held["interactions"])


def made(cassette: Path, age: timedelta) -> None:
    """Make a cassette say that it was recorded of live systems so long ago."""
    then = (datetime.now(UTC) - age).isoformat()
    held = json.loads(cassette.read_text(encoding="utf-8"))
    held["metadata"]["qa_sync"] |= {"started": then, "since": then}
    del held["metadata"]["qa_sync"]["interactions"]["metadata"]  # else the recording would count as damaged
    cassette.write_text(json.dumps(held), encoding="utf-8")


def test_all_of_the_committed_recordings_is_played(qa_sync: QaSync) -> None:
    got = qa_sync("check", SPEC, "specs/003.txt", "--report", "json")
    recordings = json.loads(got.out)["recordings"]
    assert [r["unplayed"] for r in recordings] == [[]] * 6
    assert all(r["requests"] > 30 for r in recordings)
    assert "requests not used" not in qa_sync("check", SPEC).out


def test_what_was_never_requested_is_a_note_and_no_failure(qa_sync: QaSync, cassettes: Path) -> None:
    total = more_requests(cassettes / "000" / CONTACTS, 5)
    got = qa_sync("check", SPEC, "--cassettes", str(cassettes))
    assert got.code == 0
    note = " ".join(got.out.partition("Recorded requests not used")[2].split())
    assert f"5 of {total} requests" in note
    assert f"GET {URL}x-2 and 2 more" in note
    quiet = qa_sync("check", SPEC, "--cassettes", str(cassettes), "-q")
    assert (quiet.code, "requests not used" in quiet.out) == (0, False)


def test_the_json_report_has_them_all_and_can_be_read_back(qa_sync: QaSync, cassettes: Path) -> None:
    more_requests(cassettes / "000" / CONTACTS, 5)
    got = qa_sync("check", SPEC, "--cassettes", str(cassettes), "--report", "json")
    report = json.loads(got.out)
    jsonschema.validate(report, SCHEMA)
    assert report["recordings"][0]["unplayed"] == [f"GET {URL}x-{n}" for n in range(5)]
    assert report["recordings"][0]["path"] == str(cassettes / "000" / CONTACTS)
    assert render(parse(got.out)) == got.out


def in_yaml(cassette: Path) -> Path:
    """Write a cassette in YAML beside it, as older versions do; return where."""
    older = cassette.with_suffix(".yaml")
    older.write_text(yaml.dump(json.loads(cassette.read_text(encoding="utf-8")), Dumper=yaml.CSafeDumper))
    return older


def test_a_recording_in_yaml_is_played_and_recorded_again_as_json(qa_sync: QaSync, cassettes: Path) -> None:
    json_file = cassettes / "000" / CONTACTS
    written = json_file.read_bytes()
    older = in_yaml(json_file)
    json_file.unlink()
    before = qa_sync("check", SPEC, "--cassettes", str(cassettes), "--report", "json")
    committed = qa_sync("check", SPEC, "--report", "json")
    assert before.code == 0
    assert json.loads(before.out)["recordings"][0]["path"] == str(older)
    verdicts = [
        [(c["id"], c["status"]) for section in json.loads(out)["specs"][0]["sections"] for c in section["checks"]]
        for out in (before.out, committed.out)
    ]
    assert verdicts[0] == verdicts[1]
    again = qa_sync("check", SPEC, "--section", "1", "--mode", "record", "--cassettes", str(cassettes))
    assert again.code == 0, again.err
    assert not older.exists()
    assert json_file.read_bytes() == written


def test_a_section_with_two_recordings_is_refused(qa_sync: QaSync, cassettes: Path) -> None:
    paths = [cassettes / "000" / CONTACTS, *(cassettes / "000").glob("2-*")]
    for path in paths:
        in_yaml(path)
    got = qa_sync("check", SPEC, "--cassettes", str(cassettes))
    assert (got.code, got.out) == (3, "")
    for path in paths:
        assert f"two recordings of one section: {path} and {path.with_suffix('.yaml')}" in got.err
    assert got.err.count("hint: remove the older one, or record the section again") == 1
    assert got.err.rstrip().endswith(f"qa-sync check {SPEC} --cassettes {cassettes} --mode record")


@pytest.mark.parametrize("name", ["...txt", "..rst", "....txt"])
def test_no_document_s_name_leads_out_of_the_recordings(qa_sync: QaSync, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text((ROOT / SPEC).read_text(encoding="utf-8"), encoding="utf-8")
    place, empty = tmp_path / "all" / "cassettes", tmp_path / "empty.toml"
    empty.touch()
    words = ("--mode", "record", "--depth", "smoke", "--cassettes", str(place), "--config", str(empty))
    assert qa_sync("check", str(tmp_path / name), *words).code == 0
    assert len([*(place / name).glob("*.json")]) == len([*tmp_path.rglob("*.json")]) == 3


def test_other_modes_play_from_no_recording(qa_sync: QaSync) -> None:
    got = qa_sync("check", SPEC, "--mode", "sandbox", "--section", "1", "--kind", "create", "--report", "json")
    assert "recordings" not in json.loads(got.out)


def test_every_recording_that_is_too_old_is_reported_with_its_age(qa_sync: QaSync, cassettes: Path) -> None:
    for number, path in enumerate(sorted((cassettes / "000").iterdir())):
        made(path, timedelta(days=29 + number))
    got = qa_sync("check", SPEC, "--cassettes", str(cassettes), "--max-age", "30d")
    assert got.code == 3
    assert f"{CONTACTS} is too old" not in got.err
    assert re.search(r"2-wix\S+ is too old: it was recorded at [-0-9: ]+ UTC, 30 days ago\n", got.err)
    assert re.search(r"3-wix\S+ is too old: .* 31 days ago\n", got.err)
    assert got.err.rstrip().endswith(f"record it again: qa-sync check {SPEC} --cassettes {cassettes} --mode record")
    assert got.out == ""
    for age in ("32d", "5w", "800h"):
        assert qa_sync("check", SPEC, "--cassettes", str(cassettes), "-q", "--max-age", age).err == ""


def test_a_recording_of_the_sandbox_says_why_it_stays_old(qa_sync: QaSync) -> None:
    got = qa_sync("check", SPEC, "--max-age", "30d")
    assert got.code == 3
    assert "3 problems with recordings" in got.err
    assert "recorded at 2024-11-13 09:00 UTC" in got.err
    assert "in the sandbox, whose clock always starts on that day; record the live systems" in got.err
    assert qa_sync("check", SPEC, "--max-age", "999999d", "-q").code == 0


@pytest.mark.parametrize("age", ["30", "d", "-1d", "1.5d", "30days", "", "9999999d", "٣d"])
def test_an_age_that_is_none(qa_sync: QaSync, age: str) -> None:
    got = qa_sync("check", SPEC, "--max-age", age)
    assert got.code == 2
    assert "expected an integer with min, h, d or w, such as 30d" in got.err


def test_only_a_replay_has_recordings_that_can_be_old(qa_sync: QaSync) -> None:
    got = qa_sync("check", SPEC, "--mode", "sandbox", "--max-age", "30d")
    assert got.code == 2
    assert "--max-age needs --mode replay, got --mode sandbox" in got.err
