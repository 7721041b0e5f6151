"""What the built-in sync could not read or write is reported, and a verdict that rests on it is an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import Answer, QaSync
from depot import Depot, Interfere, depot

REPORTS = "the built-in sync reports: "
LISTED = {"supports_since": True, "since_property_name": "If-Modified-Since", "since_property_location": "header"}


def check(qa_sync: QaSync, place: Depot, *words: str) -> tuple[Answer, list[dict[str, Any]]]:
    live = ("--mode", "live", "--yes", "--no-history", "-q", "--report", "json", "--depth", "smoke", *words)
    got = qa_sync("check", place.spec, "--config", place.config, *live)
    return got, [c for section in json.loads(got.out)["specs"][0]["sections"] for c in section["checks"]]


def refuse_creates(sides: dict[str, int]) -> Interfere:
    """Refuse every create of the sync at the ledger: the run itself creates at the depot only."""

    def interfere(side: str, request: httpx.Request) -> httpx.Response | None:
        refused = side == "ledger" and request.method == "POST"
        sides["refused"] = sides.get("refused", 0) + refused
        return httpx.Response(422, json={"message": "label is taken"}) if refused else None

    return interfere


@pytest.mark.parametrize("kind", ["create", "property", "unique"])
def test_a_write_that_the_target_refuses_is_an_error_with_the_refusal(
    qa_sync: QaSync, tmp_path: Path, kind: str
) -> None:
    count: dict[str, int] = {}
    with depot(tmp_path, refuse_creates(count)) as place:
        got, checks = check(qa_sync, place, "--kind", kind)
        assert count["refused"] > 0
        assert {c["status"] for c in checks} <= {"error", "skipped"}
        reported = [c["message"] for c in checks if c["status"] == "error"]
        if kind != "unique":
            assert REPORTS in reported[0]
            assert "rejected with 422: label is taken" in reported[0]
        assert got.code == 3


@pytest.mark.parametrize(("status", "expected"), [(403, "error"), (304, "passed")])
def test_a_list_that_the_sync_cannot_read_is_an_error_with_the_response(
    qa_sync: QaSync, tmp_path: Path, status: int, expected: str
) -> None:
    # What is answered with 304, which is not believed, is read again without the condition.
    def interfere(side: str, request: httpx.Request) -> httpx.Response | None:
        conditional = side == "depot" and "if-modified-since" in request.headers
        return httpx.Response(status, json={"message": "no"} if status != 304 else None) if conditional else None

    with depot(tmp_path, interfere) as place:
        place.connector("depot", list=LISTED)
        place.parcels["depot"]["7"] = {"no": "7", "label": "old", "remark": "", "touched": "2026-01-01T00:00:00Z"}
        got, checks = check(qa_sync, place, "--kind", "create")
        assert [c["status"] for c in checks] == [expected]
        assert got.code == {"error": 3, "passed": 0}[expected]
        if expected == "error":
            assert REPORTS in checks[0]["message"]
            assert "403" in checks[0]["message"]


def test_a_condition_that_is_answered_with_304_is_no_mistake_of_the_connector(qa_sync: QaSync, tmp_path: Path) -> None:
    def interfere(_side: str, request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(304) if "if-modified-since" in request.headers else None

    with depot(tmp_path, interfere) as place:
        for name in place.parcels:
            place.connector(name, list=LISTED)
        got = qa_sync("connectors", "check", "--config", place.config)
        assert got.code == 0, got.out + got.err


def test_a_sync_that_simply_does_not_create_still_fails(qa_sync: QaSync, tmp_path: Path) -> None:
    with depot(tmp_path) as place:
        place.settings('trigger = "command"\ncommand = ["true"]\ntimeout = "1s"\ninterval = "10ms"')
        got, checks = check(qa_sync, place, "--kind", "create")
        assert [c["status"] for c in checks] == ["failed"]
        assert got.code == 1


# What a system refuses of the sync (the run itself creates at the source and edits both), and what rests on it.
REFUSALS = {
    "a name that is taken": ("ledger", "POST", ("create", "property", "update-forward")),
    "an update of the target": ("ledger", "PATCH", ("update-forward",)),
    "an update of the source": ("depot", "PATCH", ("update-backward",)),
}


def refuse_copies(side: str, method: str, refused: list[str]) -> Interfere:
    """Refuse a label that the other system has already, which only the sync writes."""
    labels: set[str] = set()

    def interfere(at: str, request: httpx.Request) -> httpx.Response | None:
        label = json.loads(request.content).get("label") if request.content else None
        if at == side and request.method == method and label in labels:
            refused.append(label)
            return httpx.Response(422, json={"message": "label is taken"})
        if at != side and label is not None:
            labels.add(label)
        return None

    return interfere


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_rests_on_a_write_that_a_system_refuses_is_no_failure(
    qa_sync: QaSync, tmp_path: Path, refusal: str
) -> None:
    side, method, kinds = REFUSALS[refusal]
    refused: list[str] = []
    with depot(tmp_path, refuse_copies(side, method, refused)) as place:
        place.settings('trigger = "builtin"\ntimeout = "0.5s"\ninterval = "10ms"')
        got, checks = check(qa_sync, place, "--depth=standard", *(f"--kind={kind}" for kind in kinds))
    assert refused
    assert got.code == 3
    assert {c["status"] for c in checks if c["kind"] in kinds} <= {"error", "skipped"}
    assert any("422: label is taken" in c["message"] for c in checks if c["status"] == "error")


def refuse_equal_labels(refused: list[str]) -> Interfere:
    """Refuse a label that the ledger has already."""
    labels: set[str] = set()

    def interfere(side: str, request: httpx.Request) -> httpx.Response | None:
        label = json.loads(request.content).get("label") if request.content else None
        if side != "ledger" or request.method != "POST" or label is None:
            return None
        if label in labels:
            refused.append(label)
            return httpx.Response(422, json={"message": "label is taken"})
        labels.add(label)
        return None

    return interfere


REMARK_ROW = """\
   * - remark
     - remark
     - string
"""


@pytest.mark.slow  # retries in real time
@pytest.mark.parametrize(("rows", "code"), [("", 0), (REMARK_ROW, 3)])
def test_no_record_of_the_run_stands_in_the_way_of_the_only_value_that_names_a_record(
    qa_sync: QaSync, tmp_path: Path, rows: str, code: int
) -> None:
    # With a second row by which records are told apart, a record on the target has the name of one on the source.
    refused: list[str] = []
    with depot(tmp_path, refuse_equal_labels(refused)) as place:
        place.settings('trigger = "builtin"\ntimeout = "0.5s"\ninterval = "10ms"')
        spec = Path(place.spec)
        spec.write_text(spec.read_text() + rows)
        got, checks = check(qa_sync, place, "--depth=standard")
    assert got.code == code, got.out
    assert bool(refused) is (code == 3)
    assert not [c for c in checks if c["status"] == "failed"]
    told = [c["message"] for c in checks if c["status"] == "error"]
    assert any("rejected with 422: label is taken" in message for message in told) is (code == 3)
