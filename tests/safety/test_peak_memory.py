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
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stderr=subprocess.STDOUT).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
"""Runs a command and prints its peak; a small process in between, because a peak begins with that of its parent."""


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
    measured = [sys.executable, "-c", MEASURE, *command]
    ended = subprocess.run(measured, env=env, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode in {0, 3}, ended.stdout
    assert "Traceback" not in ended.stdout
    assert int(ended.stderr) / 1024 < MAX_MB, ended.stdout
