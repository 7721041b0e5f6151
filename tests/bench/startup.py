"""Print the CPU time that the program takes to start and to replay, next to what its libraries alone take.

`python tests/bench/startup.py` installs the project without extras into an environment of its own, in a temporary
folder, so everything is compiled and nothing else is there. Measured is the CPU time of each process, user and system,
which another process on the machine disturbs less than the time of day. The commands take turns, so that a load that
comes and goes meets all of them. Prints medians and minima in milliseconds, asserts nothing.

--python PYTHON    measure an environment that is there, instead of a fresh one
--against PYTHON   measure a second one in the same run, to compare before and after
--against-root DIR where the second one finds specs/, when it is of another commit
--runs N           how often each command runs (`--quick` is 5)
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RUNS, QUICK_RUNS = 21, 5
# What a shell sets for its own work (PYTHONUNBUFFERED, PYTHONPATH) is not what a user has.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


class Pair(NamedTuple):
    """A command, the imports that it is held against, and the ratio that it should stay below."""

    command: tuple[str, ...]
    floor: str
    bar: float


PAIRS = (
    Pair(("--help",), "import click", 1.1),
    Pair(
        ("check", "specs/000.txt", "--no-history"),
        "import click, rich.console, rich.table, rich.progress, httpx, docutils.core, docutils.parsers.rst, vcr",
        1.2,
    ),
)


class Install(NamedTuple):
    """An installed qa-sync: its interpreter, and the folder in which its commands run."""

    name: str
    python: Path
    root: Path

    def run_pair(self, pair: Pair) -> tuple[float, float]:
        """Return the CPU milliseconds of the command and of its floor."""
        command = [str(self.python.parent / "qa-sync"), *pair.command]
        return _cpu_ms(command, self.root), _cpu_ms([str(self.python), "-c", pair.floor], self.root)


def main() -> None:
    """Measure and print."""
    given = _arguments()
    with _fresh_python(given.python) as python:
        installs = [Install("this", python, ROOT)]
        if given.against:
            installs.append(Install("other", given.against, given.against_root))
        print(f"load average {os.getloadavg()[0]:.1f}, {given.runs} runs each; CPU ms, median (minimum)")
        for pair in PAIRS:
            _print_pair(pair, installs, given.runs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--against-root", type=Path, default=ROOT)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--quick", dest="runs", action="store_const", const=QUICK_RUNS)
    return parser.parse_args()


@contextmanager
def _fresh_python(given: Path | None) -> Iterator[Path]:
    """Yield the interpreter to measure: the given one, else that of a new environment with the project in it."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", str(ROOT)], check=True, stdout=sys.stderr)
        yield python


def _print_pair(pair: Pair, installs: Sequence[Install], runs: int) -> None:
    times: dict[str, list[tuple[float, float]]] = {install.name: [] for install in installs}
    for number in range(runs + 1):
        for install in installs:
            measured = install.run_pair(pair)
            if number:  # the first one fills the caches of the file system
                times[install.name].append(measured)
    print(f"qa-sync {' '.join(pair.command)}  against  {pair.floor}")
    for name, rows in times.items():
        ours, floors = zip(*rows, strict=True)
        ratio = statistics.median(ours) / statistics.median(floors)
        print(
            f"  {name:6} {statistics.median(ours):4.0f} ({min(ours):.0f})   floor {statistics.median(floors):4.0f} "
            f"({min(floors):.0f})   ratio {ratio:.2f} (of minima {min(ours) / min(floors):.2f}), bar {pair.bar}"
        )


def _cpu_ms(command: Sequence[str], root: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, cwd=root, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
