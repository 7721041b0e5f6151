"""`--otlp URL`: the metrics of an observation for OpenTelemetry. The only module that imports its libraries."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from qa_sync.modes.observe_outputs.metrics import METRICS, LatestRead, Metric

TIMEOUT_S: Final = 10
"""How long one export may take, in seconds, also at the end."""


class _NotifyHandler(logging.Handler):
    """Prints the first line of what the exporter logs, once for each text: it fails again at every interval."""

    def __init__(self, notify: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._notify = notify
        self._seen: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage().split("\n", 1)[0]
        if line not in self._seen:
            self._seen.add(line)
            self._notify(f"the metrics were not sent: {line}")


def export_metrics(
    url: str, latest: LatestRead, every_s: float, notify: Callable[[str], None], exporter: MetricExporter | None = None
) -> Callable[[], None]:
    """Send the metrics to a collector at every interval until the returned function is called, which sends them again.

    `exporter` replaces the one that sends to the URL.
    """
    handler, logger = _NotifyHandler(notify), logging.getLogger("opentelemetry")
    logger.addHandler(handler)
    propagated, logger.propagate = logger.propagate, False
    reader = PeriodicExportingMetricReader(
        exporter or OTLPMetricExporter(endpoint=url, timeout=TIMEOUT_S), export_interval_millis=every_s * 1000
    )
    provider = MeterProvider([reader], Resource.create({"service.name": "qa-sync"}), shutdown_on_exit=False)
    meter = provider.get_meter("qa_sync.observe")
    for metric in METRICS:
        callback = _callback(latest, metric)
        name = f"qa_sync.observe.{metric.name}"
        meter.create_observable_gauge(name, [callback], unit="s" if metric.unit else "1", description=metric.text)
    counts: Mapping[str, Callable[[], int]] = {"reads": lambda: latest.reads, "read_failures": lambda: latest.failures}
    for name, count in counts.items():
        meter.create_observable_counter(f"qa_sync.observe.{name}", [_count(count)])

    def close() -> None:
        provider.shutdown(TIMEOUT_S * 1000)
        logger.removeHandler(handler)
        logger.propagate = propagated

    return close


def _callback(latest: LatestRead, metric: Metric) -> Callable[[CallbackOptions], Iterable[Observation]]:
    return lambda _: [Observation(sample.value, sample.labels) for sample in latest.samples(metric)]


def _count(count: Callable[[], int]) -> Callable[[CallbackOptions], Iterable[Observation]]:
    return lambda _: [Observation(count())]
