"""`--metrics [HOST:]PORT`: the metrics of an observation for Prometheus. The only module that imports its client."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import CollectorRegistry

from qa_sync.errors import UsageError
from qa_sync.modes.observe_outputs.metrics import METRICS, PREFIX, LatestRead


class _Collector:
    def __init__(self, latest: LatestRead) -> None:
        self._latest = latest

    def collect(self) -> Iterator[Metric]:
        for metric in METRICS:
            unit = f"_{metric.unit}" if metric.unit else ""
            family = GaugeMetricFamily(
                f"{PREFIX}{metric.name}{unit}", metric.text, labels=("spec", "section", "direction")
            )
            for sample in self._latest.samples(metric):
                family.add_metric(list(sample.labels.values()), sample.value)
            yield family
        yield CounterMetricFamily(f"{PREFIX}reads", "Reads of all lists", self._latest.reads)
        yield CounterMetricFamily(f"{PREFIX}read_failures", "Reads that failed", self._latest.failures)
        last = "Time of the last read, 0 before the first one"
        yield GaugeMetricFamily(f"{PREFIX}last_read_timestamp_seconds", last, self._latest.last_read_s)


def serve_metrics(host: str, port: int, latest: LatestRead, notify: Callable[[str], None]) -> Callable[[], None]:
    """Serve the metrics until the returned function is called; raises UsageError for an address that is not free."""
    registry = CollectorRegistry()
    registry.register(_Collector(latest))
    try:
        server, thread = start_http_server(port, host, registry)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--metrics {host}:{port}: {reason}", hint="give a free port of this machine") from None
    notify(f"metrics: http://{f'[{host}]' if ':' in host else host}:{server.server_port}/metrics")

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return close
