"""Healthy checks of served systems while the built-in sync works: `python tests/faults/served.py [--runs N] ...`.

Each trigger with one and with eight sections at once. `wait`: the sync works every 0.3 s whatever the checks do;
`command`: each cycle is ordered by a command. Nothing may fail, and nothing may remain open.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path

import httpx
from msgspec import Struct

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from qa_sync.modes.documents import connectors_of, read_all  # noqa: E402
from qa_sync.modes.embedded.sync_engine import make_engine  # noqa: E402
from qa_sync.sandbox.vendors import VENDORS  # noqa: E402
from qa_sync.settings.read import load_settings  # noqa: E402
from qa_sync.sync.store.links import Links  # noqa: E402
from qa_sync.systems.rest.rest_system import RestSystem  # noqa: E402

PROGRAM = (sys.executable, "-m", "qa_sync")
EVERY_S = "0.3"
ORDER = "import socket, sys; s = socket.create_connection(('127.0.0.1', {port})); sys.exit(s.recv(9) != b'done')"
"""The command that runs one cycle: it waits for the word of the sync that it is over."""


class Combination(Struct, frozen=True):
    """How the sync is set going, and how many sections are checked at once."""

    spec: str
    trigger: str
    sections: int
    seed: str


class Outcome(Struct, frozen=True):
    """What came of a run; `unwell` are the checks that failed or remained open, with what they say."""

    code: int
    passed: int
    unwell: tuple[str, ...]
    took_s: float


@contextmanager
def served(spec: str, config: Path, *words: str) -> Iterator[dict[str, str]]:
    """Serve the systems of a spec with the settings at `config`; yield the environment that these need."""
    process = subprocess.Popen(
        [*PROGRAM, "sandbox", spec, "--port", "0", "--every", EVERY_S, "--write-config", str(config), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    environment: dict[str, str] = {}
    assert process.stdout
    for line in process.stdout:
        if variable := re.fullmatch(r"export (\w+)=(\S+)\n", line):
            environment[variable[1]] = variable[2]
        if line.startswith("customwebshop"):
            break
    drained = threading.Thread(target=process.stdout.read, daemon=True)
    drained.start()
    try:
        yield environment
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        drained.join(5)


@contextmanager
def cycles_on_order(spec: str, config: Path) -> Iterator[int]:
    """Run one cycle of the built-in sync for each connection to the port that is yielded."""
    settings = load_settings(config)
    dataflows = read_all([str(ROOT / spec)])
    connectors = connectors_of(dataflows, settings)

    def system(label: str) -> RestSystem:
        connector = connectors[label]
        url = settings.systems[label].url
        assert url
        return RestSystem(label, connector, url, VENDORS[connector.name].secrets, httpx.HTTPTransport())

    engines = [make_engine(d, system(d.source), system(d.target), Links(":memory:"), settings) for d in dataflows]

    def work(listener: socket.socket) -> None:
        while True:
            try:
                order, _ = listener.accept()
            except OSError:
                return
            with order:
                for engine in engines:
                    engine.cycle()
                order.sendall(b"done")

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=work, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def check(combination: Combination, *words: str) -> Outcome:
    """Check a spec live against systems that are served for it alone."""
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "qa-sync.toml"
        by_command = combination.trigger == "command"
        with served(combination.spec, config, *(["--no-sync"] if by_command else [])) as environment:
            if not by_command:
                return _checked(combination, config, environment, *words)
            text = config.read_text(encoding="utf-8")
            with cycles_on_order(combination.spec, config) as port:
                command = json.dumps([sys.executable, "-I", "-S", "-c", ORDER.format(port=port)])
                told = f'trigger = "command"\ncommand = {command}'
                config.write_text(re.sub(r"(?m)^trigger = .*$", lambda _: told, text), encoding="utf-8")
                return _checked(combination, config, environment, *words)


def _checked(combination: Combination, config: Path, environment: dict[str, str], *words: str) -> Outcome:
    report = config.with_name("results.json")
    began = time.monotonic()
    options = (f"--config={config}", f"-j{combination.sections}", f"--seed={combination.seed}")
    done = subprocess.run(
        [
            *PROGRAM,
            "check",
            combination.spec,
            "--mode",
            "live",
            "--yes",
            "--no-history",
            "-q",
            *options,
            f"--report=json={report}",
            *words,
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"specs": []}
    checks = [c for spec in results["specs"] for section in spec["sections"] for c in section["checks"]]
    unwell = tuple(f"{c['id']}: {c['message']}" for c in checks if c["status"] in {"failed", "error"})
    passed = sum(c["status"] == "passed" for c in checks)
    return Outcome(done.returncode, passed, unwell if checks else (done.stderr[-500:],), time.monotonic() - began)


def main() -> None:
    """Run what was requested, one after another, and print a line for each; the exit code tells whether all is well."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--spec", action="append", help="one of the sample specs; both by default")
    parser.add_argument("--trigger", action="append", choices=["command", "wait"])
    parser.add_argument("--sections", action="append", type=int, help="how many at once; 1 and 8 by default")
    parser.add_argument("--runs", type=int, default=3, help="runs of each combination")
    asked, words = parser.parse_known_args()
    specs: Sequence[str] = asked.spec or ["specs/000.txt", "specs/003.txt"]
    every = product(range(asked.runs), specs, asked.trigger or ["wait", "command"], asked.sections or [8, 1])
    wrong = 0
    for run, spec, trigger, sections in every:
        outcome = check(Combination(spec, trigger, sections, f"served-{run}"), *words)
        wrong += bool(outcome.code)
        ended = f"exit {outcome.code}, {outcome.passed} passed, {len(outcome.unwell)} not, {outcome.took_s:.0f} s"
        print(f"{spec} {trigger:7} {sections} at once, run {run}: {ended}", *outcome.unwell, sep="\n  ", flush=True)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
