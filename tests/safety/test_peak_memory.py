"""Whatever a system sends, qa-sync needs less than 300 MB for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_caller import ROOT
from hostile_server import BODIES, Hostile, hostile_settings
from loopback import serving

MAX_MB = 300


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(Hostile) as number:
        yield number


QUICK = ("400 MB of blanks", "no end of records", "a full response of empty lists")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in BODIES]
)
def test_a_hostile_response_takes_little_memory(name: str, port: int, tmp_path: Path) -> None:
    config = hostile_settings(tmp_path, port, name)
    command = [sys.executable, "-m", "qa_sync", "connectors", "check", "--config", str(config)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    assert process.stdout is not None
    with process.stdout as out:
        told = out.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in {0, 3}, told
    assert "Traceback" not in told
    assert usage.ru_maxrss / 1024 < MAX_MB, told
