"""Print what an audit of two files costs in each format, beside another checkout of the project if one is given.

Run as `python tests/bench/audit_formats.py [--rows N] [--rounds N] [--other FOLDER]`, where FOLDER has the checkout of
another commit (`git worktree add FOLDER COMMIT`). Each run is a process of its own; the figures are seconds of CPU of
the whole command, and its peak memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "bench"))

import duckdb  # noqa: E402
from auditing import make  # noqa: E402

ENDINGS = {"parquet": "FORMAT parquet", "csv": "FORMAT csv, HEADER", "jsonl": "FORMAT json"}


def convert(folder: Path, ending: str) -> None:
    """Write both exports in another format."""
    with duckdb.connect() as con:
        for side in ("left", "right"):
            source, target = folder / f"{side}.parquet", folder / f"{side}.{ending}"
            if source != target:
                con.execute(f"COPY (SELECT * FROM '{source}') TO '{target}' ({ENDINGS[ending]})")  # noqa: S608 - ours


def audited(checkout: Path, folder: Path, ending: str) -> tuple[float, float]:
    """Return the seconds of CPU and the peak in MB of one audit; 2 % of the records differ, so it ends with 1."""
    sides = [f"--{side}={folder / side}.{ending}" for side in ("left", "right")]
    command = [sys.executable, "-m", "qa_sync", "audit", *sides, "--key", "last", "-q"]
    done = subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(checkout)}, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    assert done.returncode == 1, done.returncode
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print a line for each format."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=200_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--other", type=Path)
    given = asked.parse_args()
    checkouts = [ROOT, *([given.other.resolve()] if given.other else [])]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, given.rows)
        for ending in ENDINGS:
            convert(folder, ending)
            runs = [[audited(checkout, folder, ending) for checkout in checkouts] for _ in range(given.rounds)]
            cpu = [min(run[at][0] for run in runs) for at in range(len(checkouts))]
            peak = [max(run[at][1] for run in runs) for at in range(len(checkouts))]
            beside = f", the other {cpu[1]:.2f} s, ratio {cpu[0] / cpu[1]:.2f}, {peak[1]:.0f} MB" if given.other else ""
            print(
                f"{ending:8} {given.rows:,} x {given.rows:,}: {cpu[0]:.2f} s of CPU, {peak[0]:.0f} MB{beside}",
                flush=True,
            )


if __name__ == "__main__":
    main()
