"""How long a live check of a slow sync takes, in seconds and in cycles of the sync, next to another build.

The sandbox's systems are served twice, once for each build, by a process that counts the requests of the check. The
sync of this build runs every `--interval` seconds by itself (trigger `wait`), or as a command that takes as long with
the cycle in its middle. Both builds check at the same time, so that both have the same machine. `--other` is a folder
with another build in its `.venv`. By default the interval is 10 s, which takes the better part of an hour; `--quick`
takes 1 s and one spec.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

ROOT = Path(__file__).parents[2]
PROCESSES = Path(__file__).with_name("cycle_processes.py")
SPECS = ("specs/000.txt", "specs/003.txt")
TRIGGERS = ("wait", "command")
MINUTE_S = 60.0


class Measured(Struct, frozen=True):
    """What a run took; `sections` are the cycles that ended while each section was checked, in the spec's order.

    `duration_s` is that of the run and of its last cleanup, which took `sweep_s`; `peak` are the requests of the
    fullest minute, `refused` those that were answered with 429.
    """

    duration_s: float
    sweep_s: float
    wall_s: float
    cycles: int
    sections: tuple[int, ...]
    requests: int
    peak: int
    refused: int
    totals: dict[str, int]
    slowest_s: float


@contextmanager
def served(folder: Path, rate: str | None) -> Iterator[tuple[int, int]]:
    """Serve the systems, and yield the port of the check and that of the sync."""
    ports = folder / "ports.json"
    process = own("serve", ports, folder / "counts.json", *([rate] if rate else []))
    try:
        while not ports.exists() or not ports.read_text(encoding="utf-8"):
            if process.poll() is not None:
                raise SystemExit("the systems could not be served")
            time.sleep(0.05)
        yield tuple(json.loads(ports.read_text(encoding="utf-8")))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def own(*words: object, **named: Any) -> subprocess.Popen[str]:
    """Start this bench as another process."""
    return subprocess.Popen([sys.executable, str(PROCESSES), *map(str, words)], text=True, cwd=ROOT, **named)


def settings_for(folder: Path, spec: str, trigger: str, ports: tuple[int, int], asked: Namespace) -> tuple[Path, Path]:
    """Write the settings of the check and of the sync, each with its port, and return their paths."""
    sys.path[:0] = [str(ROOT)]
    from qa_sync.modes.documents import connectors_of, read_all  # noqa: PLC0415
    from qa_sync.modes.embedded.serve import urls  # noqa: PLC0415
    from qa_sync.modes.embedded.settings_text import environment, settings_text  # noqa: PLC0415

    names = {label: connector.name for label, connector in connectors_of(read_all([spec])).items()}
    os.environ.update(environment(names))
    judge, sync = folder / "qa-sync.toml", folder / "sync.toml"
    rates = {"wix": asked.rate} if asked.rate else None
    text = settings_text(names, urls(ports[0]), asked.interval, rates)
    text = text.replace('timeout = "120s"', f'timeout = "{max(120, 8 * asked.interval):g}s"')
    if trigger == "command":
        words = [
            sys.executable,
            str(PROCESSES),
            "once",
            str(sync),
            spec,
            str(asked.interval),
            str(folder / "cycles.log"),
        ]
        text = text.replace('trigger = "wait"', f'trigger = "command"\ncommand = {json.dumps(words)}')
    judge.write_text(text, encoding="utf-8")
    sync.write_text(settings_text(names, urls(ports[1]), asked.interval), encoding="utf-8")
    return judge, sync


@contextmanager
def syncing(config: Path, spec: str, interval_s: float, log: Path) -> Iterator[None]:
    """Run the sync every `interval_s` seconds; it writes a line at the end of each cycle to `log`, with the time."""
    words = ["sync", spec, "--watch", f"{interval_s:g}s", "--yes", "--config", str(config), "--format", "json"]
    words += ["--links", str(log.with_suffix(".sqlite"))]
    with (log.with_suffix(".err")).open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "qa_sync", *words], stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT
        )

        def note() -> None:
            with log.open("a", encoding="utf-8") as file:
                for _ in process.stdout or ():
                    file.write(f"{time.time()}\n")
                    file.flush()

        with ThreadPoolExecutor(1) as reader:
            reader.submit(note)
            try:
                yield
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(30)


def measure(python: Path, spec: str, trigger: str, asked: Namespace) -> Measured:
    """Check a spec with the build of that Python."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "cycles.log"
        log.touch()
        with served(folder, asked.rate) as ports:
            judge, sync = settings_for(folder, spec, trigger, ports, asked)
            words, began = [str(python), str(PROCESSES), "check", str(judge), spec], time.time()
            if trigger == "wait":
                with syncing(sync, spec, asked.interval, log):
                    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
            else:
                done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
            ended = time.time()
        if done.returncode:
            raise SystemExit(f"{python}: {done.stderr[-2000:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        if found["told"]:
            print("\n  ".join(["not every check passed:", *found["told"]]), file=sys.stderr)
        cycles = [float(line) for line in log.read_text(encoding="utf-8").split()]
        return measured(found, cycles, json.loads((folder / "counts.json").read_text(encoding="utf-8")), ended - began)


def measured(found: Any, cycles: Sequence[float], asked: Sequence[Any], wall_s: float) -> Measured:
    """Return the figures of a run."""
    within = [sum(start <= at <= end for at in cycles) for start, end in (t for t in found["times"] if len(t) > 1)]
    first = min(start for start, *_ in found["times"])
    times = [at for at, *_ in asked]
    return Measured(
        found["duration_s"],
        found["sweep_s"],
        wall_s,
        sum(at >= first for at in cycles),
        tuple(count for count in within if count),
        len(asked),
        max((sum(at <= other < at + MINUTE_S for other in times) for at in times), default=0),
        sum(status == 429 for *_, status in asked),
        {status: count for status, count in found["totals"].items() if count},
        found["slowest_s"],
    )


def report(spec: str, trigger: str, builds: dict[str, Measured]) -> None:
    """Print a line for each build, and the ratios of this one to the other."""
    for name, one in builds.items():
        sections = "/".join(map(str, one.sections))
        totals = ", ".join(f"{count} {status}" for status, count in one.totals.items())
        took = f"{one.duration_s:8.1f} s (cleanup {one.sweep_s:.1f}), wall {one.wall_s:.1f} s"
        asked = f"{one.requests} requests (peak {one.peak}/min, {one.refused} refused)"
        cycles = f"{one.cycles} cycles (sections {sections}), slowest arrival {one.slowest_s:.1f} s"
        print(f"{spec}  {trigger:8}{name:7}{took}, {cycles}, {asked}; {totals}")
    if len(builds) > 1:
        new, old = builds["this"], builds["other"]
        share, sent = new.duration_s / old.duration_s, new.requests / old.requests
        print(f"{spec}  {trigger:8}ratio  {share:8.2f}, wall {new.wall_s / old.wall_s:.2f}, requests {sent:.2f}")
    sys.stdout.flush()


def main() -> None:
    """Measure both builds, spec by spec and trigger by trigger."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--interval", type=float, default=10.0, metavar="SECONDS", help="how long a cycle takes")
    parser.add_argument("--quick", action="store_true", help="an interval of 1 s, and the first spec only")
    parser.add_argument("--trigger", choices=TRIGGERS, action="append", help="only this trigger")
    parser.add_argument("--spec", choices=SPECS, action="append", help="only this spec")
    parser.add_argument("--other", type=Path, metavar="FOLDER", help="another build, with its .venv")
    parser.add_argument("--rate", metavar="COUNT/TIME", help="the rate limit of Wix, and the rate in its settings")
    asked = parser.parse_args()
    if asked.quick:
        asked.interval = 1.0
    pythons = {"this": Path(sys.executable)}
    if asked.other:
        pythons["other"] = asked.other.absolute() / ".venv/bin/python"
    for spec in asked.spec or SPECS[: 1 if asked.quick else None]:
        for trigger in asked.trigger or TRIGGERS:
            with ThreadPoolExecutor(len(pythons)) as pool:
                runs = {name: pool.submit(measure, python, spec, trigger, asked) for name, python in pythons.items()}
                report(spec, trigger, {name: run.result() for name, run in runs.items()})


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
