"""A full disk, a read-only folder, a clock that jumps, a system that is unreachable or returns invalid data.

Each ends in an error that says what, and exit code 3 (or in the verdicts that there would have been); nothing of ours
stays, nothing of others is changed.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import ROOT, QaSync, Serve
from live_run import base_of, by_way_of, forward
from loopback import loopback
from standing import people, settled, systems_of
from waits import GUARD_S, NO_TLS

from qa_sync import clock as clock_module
from qa_sync.clock import InterruptibleClock
from qa_sync.errors import NoVerdict, SystemUnreachable
from qa_sync.modes.live_systems.connections import open_system_connection
from qa_sync.settings.read import load_settings
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.journal.journal import Journal
from qa_sync.systems.redaction import Redactor

SPEC = "specs/000.txt"
LIMITED = Path(__file__).with_name("limited.py")


def live(config: Path, *words: str) -> list[str]:
    return ["check", SPEC, "--mode", "live", "--config", str(config), "--report", "json", *words]


@contextmanager
def untouched(config: Path) -> Iterator[None]:
    """See that what was there is as it was, and that nothing else is there but what no API can remove."""
    people(config, 6)
    before = settled(config, quiet_s=0.6)
    yield
    now = settled(config, quiet_s=0.4)
    assert {at: now.get(at) for at in before} == before
    with systems_of(config) as systems:
        left = [at for at in now if at not in before and "delete" not in systems[at[0]].cards[at[1]].cannot]
    assert left == []


@pytest.fixture
def served(serve: Serve) -> Path:
    return serve(SPEC, "--every", "0.1")


def limited(served: Path, size: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(LIMITED), str(size), *live(served)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False, timeout=5 * GUARD_S)


@pytest.mark.parametrize("size", [45_000, pytest.param(90_000, marks=pytest.mark.slow)])
def test_a_disk_that_fills_up_while_records_are_made(served: Path, size: int) -> None:
    with untouched(served):
        got = limited(served, size)
        assert got.returncode == 3, got.stdout + got.stderr
        reported = got.stdout + got.stderr
        assert "journal.sqlite cannot be used" in reported
        assert "Traceback" not in reported
        cleaned = subprocess.run(
            [sys.executable, "-m", "qa_sync", "cleanup", "--config", str(served)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=GUARD_S,
        )
        assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root can make a small disk")
@pytest.mark.parametrize("options", ["size=128k", "size=1m,ro"])
def test_a_small_disk_and_a_folder_that_cannot_be_written(served: Path, tmp_path: Path, options: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("this container mounts nothing")
    try:
        config = disk / "qa-sync.toml"
        if "ro" in options.split(","):
            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
            config.write_text(served.read_text(encoding="utf-8"), encoding="utf-8")
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        else:
            config.write_text(served.read_text(encoding="utf-8"), encoding="utf-8")
        with untouched(served):
            command = [sys.executable, "-m", "qa_sync", *live(config)]
            got = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=5 * GUARD_S)
            assert got.returncode == 3, got.stdout + got.stderr
            assert "journal.sqlite cannot be used" in got.stdout + got.stderr
            assert "Traceback" not in got.stderr
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_report_on_a_full_disk(qa_sync: QaSync, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("check", SPEC, "--mode", "sandbox", "--depth", "smoke", "-q", "--report")
    full = qa_sync(*words, "json=/dev/full")
    assert full.code == 3
    assert "could not be written to /dev/full: No space left on device" in full.err
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/dev/full")
    assert qa_sync(*words, "markdown").code == 3
    assert qa_sync(*words, f"json={__file__}/x.json").code == 2


def test_a_folder_in_which_no_journal_can_be(qa_sync: QaSync, served: Path) -> None:
    served.with_name(".qa-sync").write_text("a file where the folder should be", encoding="utf-8")
    got = qa_sync(*live(served))
    assert got.code == 3
    assert "journal.sqlite cannot be used" in got.err
    with systems_of(served) as systems:
        assert not any(list(system.list(datatype)) for system in systems.values() for datatype in system.cards)


@pytest.mark.parametrize(
    "content", [b"this is no database, whatever its name says" * 99, b"SQLite format 3\0" + bytes(99)]
)
def test_a_file_that_is_not_a_journal(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "journal.sqlite").write_bytes(content)
    with pytest.raises(NoVerdict, match=r"journal\.sqlite cannot be used: file is not a database"):
        Journal(tmp_path / "journal.sqlite")
    assert (tmp_path / "journal.sqlite").read_bytes() == content


def test_a_journal_of_another_version_and_one_that_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert {p.stat().st_mode & 0o777 for p in tmp_path.iterdir()} == {0o600}
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal._file._db.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(NoVerdict, match=r"database is locked[\s\S]*another process is writing to it"):
        journal.end("x")
    other.execute("ROLLBACK")
    other.execute("PRAGMA user_version = 99")
    other.close()
    journal.close()
    with pytest.raises(NoVerdict, match="version 99, expected 2"):
        Journal(path)


@pytest.mark.slow
@pytest.mark.parametrize("jump", [timedelta(hours=30), timedelta(hours=-30)])
def test_a_clock_that_jumps_while_a_run_is_in_progress(
    qa_sync: QaSync, served: Path, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    requested: list[bool] = []

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            requested.append(bool(made()))
            return datetime.now(tz) + (jump if requested[-1] else timedelta(0))

    def made() -> list[Path]:
        """Return the journal, which there is when the run has begun."""
        return [*served.parent.glob(".qa-sync/journal.sqlite")]

    served.write_text(
        served.read_text(encoding="utf-8").replace("writes", 'rate = "3000/min"\nwrites'), encoding="utf-8"
    )
    monkeypatch.setattr(clock_module, "datetime", Jumping)
    with untouched(served):
        got = qa_sync(*live(served, "--timeout", "20"))
        assert got.code == 0, got.out + got.err
    assert requested


def test_the_clock_of_a_run_is_monotonic(monkeypatch: pytest.MonkeyPatch) -> None:
    even = iter([100.0, 100.0, 107.5])
    monkeypatch.setattr(clock_module, "_monotonic_s", lambda: next(even))
    clock = InterruptibleClock()
    began = clock.now()
    monkeypatch.setattr(clock_module, "datetime", None)  # independent of the machine's clock from now on
    assert clock.now() - began == timedelta(seconds=7.5)


def test_a_clock_set_back_by_an_hour_does_not_extend_a_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = '[systems."Shop"]\nconnector = "customerp"\nurl = "http://127.0.0.1:9"\nrate = "3000/min"\n'
    said += 'secrets = { token = "$ERP_TOKEN" }\n'
    monkeypatch.setenv("ERP_TOKEN", "not-a-secret")
    (tmp_path / "qa-sync.toml").write_text(said, encoding="utf-8")
    settings = load_settings(tmp_path / "qa-sync.toml")
    connector = load_connector(builtin_folder("customerp"))
    waited: list[float] = []
    monkeypatch.setattr("qa_sync.clock.time.sleep", waited.append)
    # Time passes by waiting only: else the attempts of half a minute follow each other without a pause.
    monkeypatch.setattr(clock_module, "_monotonic_s", lambda: sum(waited))
    began = datetime.now(UTC)

    class Back(datetime):
        @classmethod
        def now(cls, _tz: Any = None) -> Any:
            return began - timedelta(hours=1) + timedelta(seconds=sum(waited))

    with closing(open_system_connection(settings, "Shop", connector, Redactor())) as line:
        monkeypatch.setattr(clock_module, "datetime", Back)
        with pytest.raises(SystemUnreachable):
            list(line.system().list("contact"))
    assert max(waited) < 60


@contextmanager
def between(config: Path, change: Callable[[httpx.Request, httpx.Response], httpx.Response]) -> Iterator[Path]:
    """Yield settings with a proxy that may change each response, or raise instead."""
    client, real = httpx.Client(verify=NO_TLS, timeout=GUARD_S), base_of(config)

    def handle(request: httpx.Request) -> httpx.Response:
        return change(request, forward(client, real, request))

    with client, loopback(handle) as door:
        yield by_way_of(config, door.url)


@pytest.mark.parametrize("away_s", [1.0, pytest.param(30.0, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_a_system_that_goes_away_for_a_while(qa_sync: QaSync, served: Path, away_s: float) -> None:
    requested: list[float] = []

    def change(_request: httpx.Request, response: httpx.Response) -> httpx.Response:
        requested.append(time.monotonic())
        if len(requested) > 60 and time.monotonic() - requested[60] < away_s:
            return httpx.Response(503, html="<h1>back soon</h1>")
        return response

    with untouched(served):
        with between(served, change) as config:
            got = qa_sync(*live(config))
        assert len(requested) > 60
        assert got.code in {0, 3}, got.out + got.err
        reported = json.loads(got.out)
        assert reported["totals"]["failed"] == 0
        assert (got.code == 3) == bool(reported["totals"]["error"])


def test_a_system_that_returns_200_with_another_body(qa_sync: QaSync, served: Path) -> None:
    nonsense = 0

    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        nonlocal nonsense
        if request.method == "POST" and request.url.path.endswith("/contacts") and response.status_code < 300:
            nonsense += 1
            return httpx.Response(200, json={"hello": "world"})
        return response

    with untouched(served):
        with between(served, change) as config:
            got = qa_sync(*live(config, "--section", "1", "--depth", "smoke"))
        assert nonsense
        assert "Traceback" not in got.err
        reported = json.loads(got.out)
        assert got.code in {0, 3}
        assert reported["totals"]["failed"] == 0
