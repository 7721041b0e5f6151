"""How near a live run is to its critical path: all sections together, next to the one that takes longest by itself.

The sandbox is served by another process with 50 ms added to every answer. The ratio must be at most 1.3. By default one
spec is checked at smoke depth, in less than a minute; `--whole` checks both at standard depth, in many minutes.
Each figure is printed as soon as it is known, and a run that does not end within `--limit` seconds ends the bench.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec.structs import replace

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from qa_sync.checklist.depth import Depth  # noqa: E402
from qa_sync.modes.documents import connectors_of, read_all  # noqa: E402
from qa_sync.modes.job import Job  # noqa: E402
from qa_sync.modes.table import prepare  # noqa: E402
from qa_sync.running.collect_results import collect_results  # noqa: E402
from qa_sync.running.events import Status  # noqa: E402
from qa_sync.running.results import Results  # noqa: E402
from qa_sync.running.runner import RunConfig, run  # noqa: E402
from qa_sync.settings.read import load_settings  # noqa: E402

SPECS = ("specs/000.txt", "specs/003.txt")
PROGRAM = (sys.executable, "-m", "qa_sync")
# An edit of both sides takes a quarter of a second: a sync that pauses for less always works between the two edits.
SERVE = ("sandbox", "--port", "0", "--every", "0.5", "--delay", "0.05")


def serve(config: Path, specs: Sequence[str]) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Serve the sandbox with a sync of both specs; return its process and the environment that its settings need."""
    process = subprocess.Popen(
        [*PROGRAM, *SERVE, "--write-config", str(config), *specs],
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


def play(
    config: Path, specs: Sequence[str], depth: Depth = Depth.STANDARD, section: str | None = None
) -> tuple[float, Results]:
    """Return how long a live run takes, of one section (by heading) or of all, and what it found."""
    settings = load_settings(config)
    dataflows = read_all(specs)
    job = Job(dataflows, connectors_of(dataflows, settings), Path("cassettes"), settings=settings, depth=depth)
    prepared = prepare("live", job)
    checklists = [
        replace(c, sections=tuple(p for p in c.sections if section in {None, p.section.heading}))
        for c in prepared.checklists
    ]
    reported = RunConfig("live", prepared.seed, prepared.started, time.perf_counter, prepared.parallel_sections)
    with closing(prepared):
        results = collect_results(run(checklists, prepared.open_environment, reported))
    if results.exit_code:
        wrong = [f"{c.id}: {c.message}" for c in results.checks if c.status in {Status.FAILED, Status.ERROR}]
        raise SystemExit("\n  ".join(["not every check passed:", *wrong]))
    return results.duration_s, results


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """End the bench when the block takes longer."""

    def late(*_: object) -> None:
        raise SystemExit(f"a run did not end within {seconds} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def measure(config: Path, specs: Sequence[str], depth: Depth, limit_s: int) -> None:
    """Measure each section by itself and then all together, and print."""
    headings = [s.heading for d in read_all(specs) for s in d.sections if s.duplicate_of is None]
    longest = 0.0
    for heading in headings:
        with at_most(limit_s):
            took, _ = play(config, specs, depth, heading)
        longest = max(longest, took)
        print(f"{took:6.2f} s  {heading}", flush=True)
    with at_most(limit_s):
        together, results = play(config, specs, depth)
    print(f"{longest:6.2f} s  the longest section by itself")
    print(f"{together:6.2f} s  all together ({results.totals[Status.PASSED]} passed), ratio {together / longest:.2f}")


def main() -> None:
    """Serve the sandbox, measure, and stop it."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--whole", action="store_true", help="both specs at standard depth")
    parser.add_argument("--limit", type=int, default=300, metavar="SECONDS", help="the longest time of a run")
    requested = parser.parse_args()
    specs, depth = (SPECS, Depth.STANDARD) if requested.whole else (SPECS[:1], Depth.SMOKE)
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "qa-sync.toml"
        process, extra = serve(config, specs)
        os.environ.update(extra)
        try:
            measure(config, specs, depth, requested.limit)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
