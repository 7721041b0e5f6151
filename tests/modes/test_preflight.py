"""Before its first write a live run reads every system once; what is missing, refused or down ends it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from cli_caller import QaSync
from depot import Depot, depot


def refusing(status: int) -> object:
    def interfere(side: str, _request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(status, json={"message": "no"}) if side == "ledger" else None

    return interfere


def run_words(place: Depot, command: str) -> tuple[str, ...]:
    common = ("--config", place.config, "--yes")
    if command == "sync":
        return ("sync", place.spec, "--links", str(place.folder / "links.sqlite"), *common)
    cassettes = ("--cassettes", str(place.folder / "cassettes"))
    return ("check", place.spec, "--mode", command, *cassettes, "-q", "--no-history", *common)


@pytest.mark.parametrize("status", [401, 404])
@pytest.mark.parametrize("command", ["live", "record", "sync"])
def test_a_system_that_refuses_ends_the_run_before_anything_is_written(
    qa_sync: QaSync, tmp_path: Path, command: str, status: int
) -> None:
    with depot(tmp_path, refusing(status)) as place:  # type: ignore[arg-type]
        got = qa_sync(*run_words(place, command))
        assert got.code == 3
        assert sum(line.startswith("Error:") for line in got.err.splitlines()) == 1
        assert f"rejected with {status}" in got.err
        assert "nothing was written" in got.err
        assert place.writes == []
        assert place.served
        assert len(place.served.lines) == 2


@pytest.mark.parametrize("command", ["live", "record", "sync"])
def test_a_system_that_is_down_ends_the_run_after_two_attempts(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("qa_sync.clock.time.sleep", slept.append)
    with depot(tmp_path) as place:
        place.settings(ledger="http://127.0.0.1:9/ledger")
        got = qa_sync(*run_words(place, command))
        assert got.code == 3
        assert sum(line.startswith("Error:") for line in got.err.splitlines()) == 1
        assert "Ledger" in got.err
        assert place.writes == []
    assert len(slept) <= 1


def test_both_systems_are_reported_at_once(qa_sync: QaSync, tmp_path: Path) -> None:
    def interfere(side: str, _request: httpx.Request) -> httpx.Response:
        return httpx.Response(403 if side == "depot" else 404, json={"message": "no"})

    with depot(tmp_path, interfere) as place:
        got = qa_sync(*run_words(place, "live"))
        assert got.code == 3
        assert "2 problems before the first write" in got.err
        assert got.err.count("nothing was written") == 1
        assert "rejected with 403" in got.err
        assert "rejected with 404" in got.err
        assert place.writes == []


def test_a_system_that_asks_to_wait_is_waited_for(qa_sync: QaSync, tmp_path: Path) -> None:
    busy = [503, 429]

    def interfere(side: str, _request: httpx.Request) -> httpx.Response | None:
        if side == "ledger" and busy:
            return httpx.Response(busy.pop(), headers={"retry-after": "0"})
        return None

    with depot(tmp_path, interfere) as place:
        got = qa_sync(*run_words(place, "live"), "--kind", "create")
        assert busy == []
        assert got.code == 0, got.out + got.err


def test_the_reads_are_not_recorded_and_the_recording_replays(qa_sync: QaSync, tmp_path: Path) -> None:
    with depot(tmp_path) as place:
        words = (*run_words(place, "record"), "--depth", "smoke")
        assert qa_sync(*words).code == 0
        assert place.served
        first = place.served.lines[:2]
        assert first == ["GET /depot/parcels", "GET /ledger/parcels"]
        served = list(place.served.lines)
        replay = [word for word in words if word != "--yes"]
        replay[replay.index("record")] = "replay"
        got = qa_sync(*replay, "--report", "json")
        assert got.code == 0, got.out + got.err
        assert not any(recording["unplayed"] for recording in json.loads(got.out)["recordings"])
        assert place.served.lines == served


def test_pytest_reads_before_it_writes_and_each_check_shows_the_same(pytester: pytest.Pytester) -> None:
    with depot(pytester.path, refusing(404)) as place:  # type: ignore[arg-type]
        result = pytester.runpytest_inprocess("--qa-sync", "--qa-sync-mode", "live", "--qa-sync-yes", "spec.txt")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        assert "passed" not in result.parseoutcomes()
        assert place.writes == []
        assert place.served
        assert len(place.served.lines) == 2
