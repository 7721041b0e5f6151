"""Print what an observation of a healthy sync says after a day of traffic: no false finding, and the true latency.

Run as `python tests/bench/observe_day.py [--hours 24] [--changes 12000] [--records 20000] [--every 30] [--cycle 20]`:
two systems of the sandbox with so many records on a virtual clock, and people who create and edit on both sides, evenly
and in bursts. Exits 1 if a check fails, or if the 95th percentile is more than an interval from the true one.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from math import ceil
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "observe")]

from many_records import fill, moments  # noqa: E402
from traffic import Traffic, failed, options, plan, verdict  # noqa: E402

from qa_sync.observe.storage.case_store import CaseStore  # noqa: E402
from qa_sync.observe.storage.state import ObserveState  # noqa: E402
from qa_sync.running.collect_results import collect_results  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--changes", type=int, default=12000)
    parser.add_argument("--records", type=int, default=20000)
    parser.add_argument("--every", type=float, default=30)
    parser.add_argument("--cycle", type=float, default=20)
    parser.add_argument("--seed", default="day")
    given = parser.parse_args()
    began, over_s = time.perf_counter(), given.hours * 3600
    traffic = Traffic(seed=given.seed, cycle_s=given.cycle)
    fill(traffic, given.records)
    traffic.begin_sync()
    traffic.people_at(moments(traffic, given.changes, over_s - 600, bursts=max(1, int(given.hours * 4))))
    state = ObserveState(":memory:")
    observation = plan(traffic, options(given.every, for_s=over_s), state)
    results = collect_results(observation.events())
    cases = [c for section in observation.sections for c in CaseStore(state).all_cases(section.key)]
    states = Counter(c.state.value for c in cases)
    told = verdict(results, "lag/forward").actual
    true_lags = traffic.true_lags()
    true = true_lags[ceil(len(true_lags) * 0.95) - 1]
    p95 = told["p95_s"] if isinstance(told, dict) else float("inf")
    print(f"{given.hours:g} h of virtual time in {time.perf_counter() - began:.0f} s; people: {dict(traffic.made)}")
    print(f"{len(cases):,} cases: {dict(states)}; failed checks: {sorted(failed(results))}")
    worst = f"worst true latency {true_lags[-1]:.0f} s"
    print(f"p95 told {p95:.1f} s, true {true:.1f} s, interval {given.every:g} s; {worst}")
    for check in results.checks:
        if check.status.value in {"failed", "error"}:
            print(f"  {check.id}: {check.message}")
    return int(bool(failed(results)) or abs(p95 - true) > given.every)


if __name__ == "__main__":
    sys.exit(main())
