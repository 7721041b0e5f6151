"""The processes of `live_cycles.py`: the served systems, one cycle of the sync, and a check by either build."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SEED = "cycles"


def serve_counting(ports: Path, counts: Path, rate: str | None) -> None:
    """Serve the vendors on two ports until SIGINT; then write the requests of the first one to `counts`."""
    import uvicorn  # noqa: PLC0415 - the other processes of this bench need none of this

    from qa_sync.modes.embedded.serve import bind_port, network_conditions  # noqa: PLC0415
    from qa_sync.sandbox.load import Load  # noqa: PLC0415
    from qa_sync.sandbox.serve import build_server_app  # noqa: PLC0415
    from qa_sync.sandbox.vendors import vendors_under  # noqa: PLC0415
    from qa_sync.sandbox.wix.settings import SiteSettings  # noqa: PLC0415
    from qa_sync.sandbox.woocommerce.settings import ShopSettings  # noqa: PLC0415

    asked: list[tuple[float, str, int]] = []
    outer, inner = bind_port(0), bind_port(0)
    port, exempt = (listener.getsockname()[1] for listener in (outer, inner))
    load = Load(timedelta(0), network_conditions(0.0, "0s", rate).rate, exempt_port=exempt)
    vendors = vendors_under(load, ShopSettings(), SiteSettings())
    app = build_server_app({name: v.build_app(lambda: datetime.now(UTC), SEED) for name, v in vendors.items()})

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start" and scope["server"][1] == port:
                asked.append((time.time(), scope["method"], message["status"]))
            await send(message)

        await app(scope, receive, noting)

    ports.write_text(json.dumps([port, exempt]), encoding="utf-8")
    with suppress(KeyboardInterrupt):
        uvicorn.Server(uvicorn.Config(counting, log_level="error", lifespan="off")).run(sockets=[outer, inner])
    counts.write_text(json.dumps(asked), encoding="utf-8")


def sync_once(config: Path, spec: str, interval_s: float, log: Path) -> None:
    """Run one cycle in the middle of `interval_s` seconds, and note when it ended."""
    ends = time.monotonic() + interval_s
    time.sleep(interval_s / 2)
    words = ["sync", spec, "--once", "--yes", "--config", str(config), "--links", str(log.with_suffix(".sqlite"))]
    done = subprocess.run([sys.executable, "-m", "qa_sync", *words], cwd=ROOT, capture_output=True, check=False)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{time.time()}\n")
    time.sleep(max(0.0, ends - time.monotonic()))
    raise SystemExit(done.returncode)


def check(config: Path, spec: str) -> None:
    """Check a spec with the build of this Python, and print what came of it as JSON."""
    from qa_sync.modes.documents import connectors_of, read_all  # noqa: PLC0415 - of the build that checks
    from qa_sync.modes.job import Job  # noqa: PLC0415
    from qa_sync.modes.table import prepare  # noqa: PLC0415
    from qa_sync.running.collect_results import collect_results  # noqa: PLC0415
    from qa_sync.running.events import SectionFinished, SectionStarted  # noqa: PLC0415
    from qa_sync.running.runner import RunConfig, run  # noqa: PLC0415
    from qa_sync.settings.read import load_settings  # noqa: PLC0415

    settings = load_settings(config)
    dataflows = read_all([spec])
    timeout_s = settings.sync.timeout_s or 120.0
    connectors = connectors_of(dataflows, settings)
    job = Job(dataflows, connectors, Path("cassettes"), seed=SEED, settings=settings, timeout_s=timeout_s)
    prepared = prepare("live", job)
    times: dict[str, list[float]] = {}

    def timed(events: Any) -> Iterator[Any]:
        for event in events:
            if isinstance(event, SectionStarted | SectionFinished):
                times.setdefault(event.key, []).append(time.time())
            yield event

    options = RunConfig("live", prepared.seed, prepared.started, time.perf_counter, prepared.parallel_sections)
    with closing(prepared):
        results = collect_results(timed(run(prepared.checklists, prepared.open_environment, options)))
        swept = time.perf_counter()
        prepared.clean_up(results.leftovers)
        sweep_s = time.perf_counter() - swept
    told = [f"{c.id}: {c.status} {c.message}" for c in results.checks if c.status in {"failed", "error"}]
    totals = {status.value: count for status, count in results.totals.items()}
    slowest_s = max((c.latency_s or 0.0 for c in results.checks), default=0.0)
    found = {"times": list(times.values()), "totals": totals, "told": told, "slowest_s": slowest_s}
    print(json.dumps({**found, "duration_s": results.duration_s + sweep_s, "sweep_s": sweep_s}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", ports, counts, *rate]:
            serve_counting(Path(ports), Path(counts), rate[0] if rate else None)
        case ["once", config, spec, seconds, log]:
            sync_once(Path(config), spec, float(seconds), Path(log))
        case ["check", config, spec]:
            check(Path(config), spec)
        case _:
            raise SystemExit("live_cycles.py starts this")
