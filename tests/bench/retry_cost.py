"""What retries cost: a cycle of 30 records against systems that fail one request in five, with 50 ms of latency.

The systems are small ones in this process, and time is that of a virtual clock: 50 ms for each request and all waits,
so that the machine changes nothing. Bar: in each of 20 seeds the cycle takes at most 4 times the healthy one, and the
result is the same. What takes longest are failures in a row: the pauses grow.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]
sys.modules.setdefault("pygments", None)  # type: ignore[arg-type]  # as the program does

import fault_proxy  # noqa: E402
import httpx  # noqa: E402
from bench_vendor import Vendor  # noqa: E402
from fault_proxy import FaultProxy  # noqa: E402
from msgspec import Struct  # noqa: E402
from syncing import ERP, SHOP, dataflow, product  # noqa: E402

from qa_sync.clock import VirtualClock  # noqa: E402
from qa_sync.sync.engine import Engine  # noqa: E402
from qa_sync.sync.store.links import Links  # noqa: E402
from qa_sync.systems.connectors.find import builtin_folder  # noqa: E402
from qa_sync.systems.connectors.load import load_connector  # noqa: E402
from qa_sync.systems.redaction import Redactor  # noqa: E402
from qa_sync.systems.rest.live_connection import LiveConnection, open_connection  # noqa: E402

RECORDS, LATENCY_S, RATE, SEEDS, MAX_CYCLES = 30, 0.05, 0.2, 20, 3
BAR = 4.0
START = datetime(2026, 1, 31, 12, tzinfo=UTC)
FAILURES = ("503", "reset before", "reset after", "cut")


class Late(httpx.BaseTransport):
    """Each request takes `LATENCY_S`."""

    def __init__(self, inner: httpx.BaseTransport, clock: VirtualClock) -> None:
        self.inner, self.clock = inner, clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.clock.sleep(LATENCY_S)
        return self.inner.handle_request(request)


class Cycle(Struct, frozen=True):
    """What came of a cycle: its seconds, the records at the target, the requests, and how many of them failed."""

    seconds: float
    held: Counter[str]
    asked: int
    failed: int


def cycle(seed: int, rate: float) -> Cycle:
    """Carry the records over once."""
    clock = VirtualClock(START)
    fault_proxy.FAULTS = {name: fault_proxy.FAULTS[name] for name in FAILURES}
    with tempfile.TemporaryDirectory() as name:
        shop, erp = Vendor(Path(name, "shop.sqlite")), Vendor(Path(name, "erp.sqlite"))
        for n in range(RECORDS):
            shop.made(product(n))
        proxies = [FaultProxy(vendor, clock, (seed, url), rate) for vendor, url in ((shop, SHOP), (erp, ERP))]
        source = opened("Custom Webshop", "customwebshop", SHOP, "api_key", proxy=proxies[0], clock=clock, seed=seed)
        target = opened("Customerp", "customerp", ERP, "token", proxy=proxies[1], clock=clock, seed=seed)
        engine = Engine(dataflow(), source.system(), target.system(), Links(Path(name, "links.sqlite")), clock=clock)
        cycles = [engine.cycle()]
        while sum(each.created for each in cycles) < RECORDS and len(cycles) < MAX_CYCLES:
            cycles.append(engine.cycle())  # a create that failed four times in a row is left to the next cycle
        seconds = (clock.now() - START).total_seconds()
        if cycles[-1].problems:
            raise SystemExit(f"seed {seed}: {cycles[-1]}")
        for proxy in proxies:
            proxy.rate = 0
        held = Counter(str(record.data["itemNumber"]) for record in target.system().list("product"))
        return Cycle(seconds, held, sum(p.asked for p in proxies), sum(p.failed.total() for p in proxies))


def opened(
    label: str, name: str, url: str, secret: str, *, proxy: FaultProxy, clock: VirtualClock, seed: int
) -> LiveConnection:
    return open_connection(
        label,
        load_connector(builtin_folder(name)),
        url,
        {secret: "bench"},
        clock=clock,
        redact=Redactor(),
        out=Late(proxy, clock),
        rng=random.Random(seed),  # noqa: S311 - chance that repeats itself
    )


def main() -> None:
    """Print the figures, and fail where a bar does not hold."""
    healthy = cycle(0, 0)
    failing = [cycle(seed, RATE) for seed in range(SEEDS)]
    if any(each.held != healthy.held for each in failing):
        raise SystemExit("a record is missing or was created twice")
    seconds = [each.seconds / healthy.seconds for each in failing]
    print(f"healthy: {healthy.seconds:.1f} s, {healthy.asked} requests")
    print(
        f"20 % failing: {mean(seconds):.1f} times on average, median {median(seconds):.1f}, at most {max(seconds):.1f}"
    )
    print(f"requests: {mean(each.asked for each in failing):.0f} on average")
    if max(seconds) > BAR:
        raise SystemExit(f"more than {BAR:g} times the healthy cycle")


if __name__ == "__main__":
    main()
