"""Traffic on systems that already hold many records, and how people work over a day: evenly, and in bursts."""

from __future__ import annotations

from collections.abc import Iterator

from traffic import Traffic


def fill(traffic: Traffic, records: int) -> None:
    """Let both systems together hold about so many records, in sync; four of five are contacts."""
    for number in range(records // 2):
        (traffic.create_product if number % 5 == 0 else traffic.create)()
    for _ in range(4):
        traffic.clock.sleep(3)
        traffic.engine.cycle()
    traffic.moments.clear()
    traffic.made.clear()
    traffic.made["created"] = traffic.made["products"] = records  # new ones get other addresses and numbers


def moments(traffic: Traffic, count: int, over_s: float, bursts: int, burst_s: float = 120) -> Iterator[float]:
    """Yield when people do something: a Poisson process, and one of four changes within `bursts` short times."""
    found = [traffic.rng.uniform(0, over_s) for _ in range(count - count // 4)]
    starts = [traffic.rng.uniform(0, over_s - burst_s) for _ in range(bursts)]
    found += [traffic.rng.choice(starts) + traffic.rng.uniform(0, burst_s) for _ in range(count // 4)]
    return iter(sorted(found))
