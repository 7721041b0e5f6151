"""Every command says that a system asks it to wait, and a signal ends the wait.

No test has a time to keep: the wait of a minute would outlast the guard of a test many times.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cli_caller import ROOT
from loopback import loopback
from waits import ended, running, until

SPEC = "specs/000.txt"
COMMANDS = {
    "check": ("check", SPEC, "--mode", "live", "--no-history"),
    "record": ("check", SPEC, "--mode", "record", "--no-history"),
    "sync": ("sync", SPEC),
    "dry run": ("sync", SPEC, "--dry-run"),
    "watch": ("sync", SPEC, "--watch", "1s"),
    "audit": ("audit", SPEC),
    "connectors check": ("connectors", "check"),
}
SETTINGS = """\
[systems."Wix.com"]
url = "{url}"
writes = true
secrets = {{ api_key = "$SOME_KEY", site_id = "$SOME_KEY" }}
[systems."Customerp"]
url = "{url}"
writes = true
secrets = {{ token = "$SOME_KEY" }}
[sync]
trigger = "wait"
"""
SIGNALS = [signal.SIGINT, *(pytest.param(one, marks=pytest.mark.slow) for one in (signal.SIGTERM, signal.SIGHUP))]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings for systems that are under maintenance for ten minutes."""
    monkeypatch.setenv("SOME_KEY", "key-0001-of-the-test")
    with loopback(lambda _: httpx.Response(503, headers={"Retry-After": "600"}, text="maintenance")) as served:
        path = tmp_path / "qa-sync.toml"
        path.write_text(SETTINGS.format(url=served.url))
        yield path


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_that_it_waits_and_a_signal_ends_it(
    command: str, number: int, config: Path, tmp_path: Path
) -> None:
    words = [*COMMANDS[command], "--config", str(config)]
    words += ["--links", str(tmp_path / "links.sqlite")] if words[0] == "sync" else []
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    told = tmp_path / "told.txt"
    with (
        told.open("w", encoding="utf-8") as stderr,
        running(["-m", "qa_sync", *words], env=env, err=stderr) as process,
    ):
        until(lambda: "answers 503 (maintenance), next attempt in 60 s" in told.read_text(encoding="utf-8"), process)
        process.send_signal(number)
        out, _ = ended(process)
    reported = told.read_text(encoding="utf-8")
    assert process.returncode == 3, out + reported
    assert "internal error" not in reported
    assert "Traceback" not in reported
    assert "nterrupted" in out + reported
