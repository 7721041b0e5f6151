"""How long one standard check of specs/000.txt takes in the sandbox, and how many requests it makes for that.

The judge's requests are counted apart from those of the sync that it watches.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

import httpx  # noqa: E402

from qa_sync.modes.documents import connectors_of, read_all  # noqa: E402
from qa_sync.modes.job import Job  # noqa: E402
from qa_sync.modes.table import prepare  # noqa: E402
from qa_sync.running.collect_results import collect_results  # noqa: E402
from qa_sync.running.events import Status  # noqa: E402
from qa_sync.running.results import Results  # noqa: E402
from qa_sync.running.runner import RunConfig, run  # noqa: E402
from qa_sync.sync.engine import Engine  # noqa: E402
from qa_sync.systems.http.asgi_transport import AsgiTransport  # noqa: E402

SPEC = "specs/000.txt"
ROUNDS = 5

made: Counter[str] = Counter()
"""Requests by who made them."""

at_work = ["judge"]


class Counting:
    """Counts what goes through the in-process transport, and whether the sync is at work then."""

    def __init__(self) -> None:
        self._handle = AsgiTransport.handle_request
        self._cycle = Engine.cycle

    def install(self) -> None:
        """Put the counters in place."""
        handle, cycle = self._handle, self._cycle

        def counted(transport: AsgiTransport, request: httpx.Request) -> httpx.Response:
            made[at_work[-1]] += 1
            return handle(transport, request)

        def marked(engine: Engine) -> object:
            at_work.append("sync")
            try:
                return cycle(engine)
            finally:
                at_work.pop()

        AsgiTransport.handle_request = counted  # type: ignore[method-assign, assignment]
        Engine.cycle = marked  # type: ignore[method-assign, assignment]


def check() -> tuple[float, Results]:
    """Return how long a check takes, from reading the document to the results, and what it found."""
    began = time.perf_counter()
    dataflows = read_all([SPEC])
    prepared = prepare("sandbox", Job(dataflows, connectors_of(dataflows), Path("cassettes")))
    reported = RunConfig("sandbox", prepared.seed, prepared.started, time.perf_counter, prepared.parallel_sections)
    with closing(prepared):
        results = collect_results(run(prepared.checklists, prepared.open_environment, reported))
    if results.exit_code:
        raise SystemExit(f"not every check passed: {results.totals}")
    return time.perf_counter() - began, results


def main() -> None:
    """Measure and print."""
    times = [check()[0] for _ in range(ROUNDS)]
    Counting().install()
    results = check()[1]
    passed = results.totals[Status.PASSED]
    print(f"{min(times):6.2f} s  one standard check of {SPEC} in sandbox mode, best of {ROUNDS} ({passed} passed)")
    print(f"{made['judge']:6}    requests by the judge: {made['judge'] / passed:.1f} for each check that passed")
    print(f"{made['sync']:6}    requests by the sync that it watched")


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
