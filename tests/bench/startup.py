"""How long the program takes to start and to replay, next to what its libraries alone take. Prints, asserts nothing.

Both have their bytecode, as whatever pip installs has, also where the environment forbids a checkout to write it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
QA_SYNC = str(Path(sysconfig.get_path("scripts")) / "qa-sync")
RUNS = 15
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

PAIRS = (
    ("qa-sync --help", [QA_SYNC, "--help"], "import click", 2.0),
    ("qa-sync --version", [QA_SYNC, "--version"], "import click", 2.0),
    (
        "qa-sync check specs/000.txt",
        [QA_SYNC, "check", "specs/000.txt"],
        "import click, rich, httpx, docutils, vcr",
        1.6,
    ),
)


def main() -> None:
    """Run each command and its floor in turn, and print medians in milliseconds and their ratio."""
    for name, command, floor, bar in PAIRS:
        ours, theirs = [], []
        for _ in range(RUNS + 1):
            ours.append(_seconds(command))
            theirs.append(_seconds([sys.executable, "-c", floor]))
        mine, base = (1000 * statistics.median(times[1:]) for times in (ours, theirs))
        ratio = statistics.median(a / b for a, b in zip(ours[1:], theirs[1:], strict=True))
        print(f"{name:30} {mine:6.0f} ms   {floor!r:45} {base:6.0f} ms   ratio {ratio:.2f} (bar {bar})")


def _seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=ENVIRONMENT)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
