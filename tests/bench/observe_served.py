"""Print what `qa-sync observe` says of a healthy sync in real time: served systems, and people who work in them.

Run as `python tests/bench/observe_served.py [--minutes 30] [--every 10] [--kills 0]`: `qa-sync sandbox` serves two
systems and keeps them in sync, this process creates and edits records on both sides over HTTP, and `qa-sync observe`
runs beside it; `--kills` ends it so often by SIGKILL, at random moments, and starts it again. Exits 1 if a check fails.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "observe")]

from traffic import EDITED, ERP, WIX  # noqa: E402

from qa_sync.dataflow.load import load_dataflow  # noqa: E402
from qa_sync.modes.documents import connectors_of  # noqa: E402
from qa_sync.modes.job import Job  # noqa: E402
from qa_sync.modes.live_systems.connections import connect  # noqa: E402
from qa_sync.settings.read import load_settings  # noqa: E402
from qa_sync.systems.redaction import Redactor  # noqa: E402

SPEC = str(ROOT / "specs" / "000.txt")
QA_SYNC = (sys.executable, "-m", "qa_sync")


class People:
    """People who create and edit contacts in two live systems."""

    def __init__(self, config: Path) -> None:
        flow, settings = load_dataflow(SPEC), load_settings(config)
        job = Job((flow,), connectors_of((flow,), settings), Path(), settings=settings)
        self.systems = {label: one.connection.system() for label, one in connect(job, Redactor()).items()}
        self.rng = random.Random("served")  # noqa: S311 - repeatable traffic
        self.made: Counter[str] = Counter()

    def act(self) -> None:
        """Create a contact, or edit one on either side."""
        label = self.rng.choice((WIX, ERP))
        datatype = {WIX: "contacts", ERP: "contact"}[label]
        records = list(self.systems[label].list(datatype))
        if len(records) < 5 or self.rng.random() < 0.2:
            self.create()
            return
        change = {self.rng.choice(EDITED[label]): self._word()}
        self.systems[label].update(self.rng.choice(records), change)
        self.made[f"edited {label}"] += 1

    def create(self) -> None:
        number = self.made["created"]
        self.made["created"] += 1
        values: dict[str, Any] = {
            "info.name.first": self._word(),
            "info.name.last": self._word(),
            "info.emails.items[primary=true].email": f"served{number}@example.test",
        }
        self.systems[WIX].insert("contacts", values)

    def _word(self) -> str:
        return "".join(self.rng.choices("abcdefghijklmnoprstuvyåø", k=9)).capitalize()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--every", type=float, default=10)
    parser.add_argument("--pause", type=float, default=4, help="mean seconds between two changes")
    parser.add_argument("--kills", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "qa-sync.toml"
        command = (*QA_SYNC, "sandbox", SPEC, "--port", "0", "--every", "3", "--write-config", str(config))
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            try:
                _environment(server)
                return _observed(given, config, Path(folder))
            finally:
                server.send_signal(signal.SIGINT)


def _environment(server: subprocess.Popen[str]) -> None:
    """Take the secrets of the sandbox from what it prints."""
    assert server.stdout is not None
    for line in server.stdout:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            os.environ[name] = value
        elif "customwebshop" in line.lower() or line.startswith("woocommerce"):
            return


def _observed(given: argparse.Namespace, config: Path, folder: Path) -> int:
    people, began, seconds = People(config), time.monotonic(), given.minutes * 60
    kills = sorted(people.rng.uniform(0, seconds * 0.9) for _ in range(given.kills))
    observer = _start(given, config, folder, seconds)
    try:
        while (passed := time.monotonic() - began) < seconds - 60 or observer.poll() is None:
            if kills and passed > kills[0]:
                kills.pop(0)
                observer.kill()
                observer.wait()
                observer = _start(given, config, folder, max(5.0, seconds - passed))
            if passed < seconds - 60:
                people.act()
            time.sleep(people.rng.expovariate(1 / given.pause) if passed < seconds - 60 else 1)
    finally:
        observer.kill() if observer.poll() is None else None
    again = _told_twice(folder / "state")
    print(f"{again} cases are in the state twice")
    results = json.loads((folder / "observed.json").read_text(encoding="utf-8"))
    print(f"{given.minutes:g} min of real time, {given.kills} kills; people: {dict(people.made)}")
    print(f"exit code {results['exit_code']}; {results['totals']}")
    for check in (c for spec in results["specs"] for section in spec["sections"] for c in section["checks"]):
        if check["status"] in {"failed", "error"} or (check["kind"] in {"arrives", "lag"} and check["actual"]):
            print(f"  {check['status']} {check['id']}: {check['message']}")
    return int(results["exit_code"] != 0 or again > 0)


def _told_twice(state: Path) -> int:
    """Return how many cases of one change are in the state more than once."""
    with closing(sqlite3.connect(state)) as db:
        query = (
            "SELECT count(*) FROM cases GROUP BY section, direction, kind, record, opened, state HAVING count(*) > 1"
        )
        return len(db.execute(query).fetchall())


def _start(given: argparse.Namespace, config: Path, folder: Path, seconds: float) -> subprocess.Popen[bytes]:
    options = ("--every", f"{given.every}s", "--for", f"{seconds:.0f}s", "--max-lag", "60s", "--quiet")
    files = ("--config", str(config), "--state", str(folder / "state"), "--report", f"json={folder}/observed.json")
    return subprocess.Popen((*QA_SYNC, "observe", SPEC, *options, *files), cwd=ROOT, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
