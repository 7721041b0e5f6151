"""What the live terminal costs of a replay run's time: of one document, and of many. Prints, asserts nothing.

Each run is a process of its own with a terminal as its standard error; the time is that of the run itself, from the
first event to the last, with the display (and rich being loaded for it) or without. Processor time counts what the
thread that draws takes even where a second core hides it.
"""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from qa_sync.modes.documents import connectors_of, read_all  # noqa: E402
from qa_sync.modes.job import Job  # noqa: E402
from qa_sync.modes.table import prepare  # noqa: E402
from qa_sync.reports.terminal.terminal import Terminal  # noqa: E402
from qa_sync.running.runner import RunConfig, run  # noqa: E402

BAR = 0.05
COPIES = (1, 12)
RUNS = 5


def main() -> None:
    """Print, for each number of documents, the quickest runs and the cost of the display as a share."""
    for copies in COPIES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for n in range(copies):
                shutil.copyfile(ROOT / "specs/000.txt", folder / f"{n:03}.txt")
                shutil.copytree(ROOT / "cassettes/000", folder / "cassettes" / f"{n:03}")
            _told(copies, [(_elsewhere("bare", folder), _elsewhere("live", folder)) for _ in range(RUNS)])


def _told(copies: int, pairs: list[tuple[list[float], list[float]]]) -> None:
    for at, what in enumerate(("wall", "cpu")):
        bare, live = ([pair[kind][at] for pair in pairs] for kind in (0, 1))
        share = min(live) / min(bare) - 1
        print(
            f"replay of {copies:3} documents, {what:4}: {1000 * min(bare):6.0f} ms bare, "
            f"{1000 * min(live):6.0f} ms live, cost {share:6.1%} (bar {BAR:.0%})"
        )


def _elsewhere(how: str, folder: Path) -> list[float]:
    """Return wall and processor seconds of a run whose standard error is a terminal that somebody reads."""
    ours, theirs = pty.openpty()
    command = [sys.executable, __file__, how, str(folder)]
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environ, text=True) as child:
        os.close(theirs)
        Thread(target=_drain, args=(ours,), daemon=True).start()
        said = child.communicate()[0]
    if child.returncode:
        raise SystemExit(f"the run failed with {child.returncode}")
    seconds: list[float] = json.loads(said)
    return seconds


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 65_536):
            pass
    except OSError:
        os.close(terminal)  # the other end is gone


def _measure(how: str, folder: Path) -> None:
    dataflows = read_all([str(path) for path in sorted(folder.glob("*.txt"))])
    prepared = prepare("replay", Job(dataflows, connectors_of(dataflows), folder / "cassettes"))
    reported = RunConfig("replay", prepared.seed, prepared.started, time.perf_counter)
    events = run(prepared.checklists, prepared.open_environment, reported)
    wall, cpu = time.perf_counter(), time.process_time()
    deque(Terminal(sys.stdout, sys.stderr).follow(events) if how == "live" else events, maxlen=0)
    print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]))


if __name__ == "__main__":
    if sys.argv[1:]:
        _measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
