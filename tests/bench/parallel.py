"""How near a live run is to its critical path: both specs together, next to the section that takes longest by itself.

The sandbox is served by another process with 50 ms added to every answer. The ratio must be at most 1.3.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from qa_sync.modes.documents import connectors_of, read_all  # noqa: E402
from qa_sync.modes.job import Job  # noqa: E402
from qa_sync.modes.table import prepare  # noqa: E402
from qa_sync.running.events import Status  # noqa: E402
from qa_sync.running.results import Results, collect_results  # noqa: E402
from qa_sync.running.runner import RunConfig, run  # noqa: E402
from qa_sync.settings.read import load_settings  # noqa: E402

SPECS = ("specs/000.txt", "specs/003.txt")
PROGRAM = (sys.executable, "-m", "qa_sync")
SERVE = ("sandbox", "--port", "0", "--every", "0.1", "--delay", "0.05")


def serve(config: Path) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Serve the sandbox with a sync of both specs; return its process and the environment that its settings need."""
    process = subprocess.Popen(
        [*PROGRAM, *SERVE, "--write-config", str(config), *SPECS],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    found: dict[str, str] = {}
    for line in process.stdout or ():
        if variable := re.fullmatch(r"export (\w+)=(\S+)\n", line):
            found[variable[1]] = variable[2]
        if line.startswith("customwebshop"):
            break
    return process, found


def play(config: Path, section: str | None = None) -> tuple[float, Results]:
    """Return how long a live run takes, of one section (by heading) or of all, and what it found."""
    settings = load_settings(config)
    dataflows = read_all(SPECS)
    job = Job(dataflows, connectors_of(dataflows, settings), Path("cassettes"), settings=settings)
    prepared = prepare("live", job)
    checklists = [
        replace(c, sections=tuple(p for p in c.sections if section in {None, p.section.heading}))
        for c in prepared.checklists
    ]
    reported = RunConfig("live", prepared.seed, prepared.started, time.perf_counter, prepared.parallel_sections)
    with closing(prepared):
        results = collect_results(run(checklists, prepared.open_environment, reported))
    if results.exit_code:
        raise SystemExit(f"not every check passed: {results.totals}")
    return results.duration_s, results


def main() -> None:
    """Measure and print."""
    headings = [s.heading for d in read_all(SPECS) for s in d.sections if s.duplicate_of is None]
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "qa-sync.toml"
        process, extra = serve(config)
        os.environ.update(extra)
        try:
            single = {heading: play(config, heading)[0] for heading in headings}
            both, results = play(config)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)
    for heading, took in single.items():
        print(f"{took:6.2f} s  {heading}")
    longest = max(single.values())
    print(f"{longest:6.2f} s  the longest section by itself")
    print(f"{both:6.2f} s  both specs together ({results.totals[Status.PASSED]} passed), ratio {both / longest:.2f}")


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
