"""Opens what the options of an observation ask for: alerts, metrics, and files of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from msgspec import Struct

from qa_sync.errors import UsageError
from qa_sync.modes.observe_outputs.alerts import Alerts, Send
from qa_sync.modes.observe_outputs.kept_cases import CaseFiles
from qa_sync.modes.observe_outputs.metrics import LatestRead
from qa_sync.observe.observation import Observation
from qa_sync.observe.reporting.progress import Listener
from qa_sync.systems.redaction import Redactor

LOOPBACK: Final = "127.0.0.1"
PORTS: Final = range(65536)


class ObserveOutputs(Struct, frozen=True):
    """The options: `--metrics`, `--otlp`, `--alert-cmd`, `--alert-url` and `--keep-cases`, each None without it."""

    metrics: str | None = None
    otlp: str | None = None
    alert_cmd: str | None = None
    alert_url: str | None = None
    keep_cases: Path | None = None


@contextmanager
def open_outputs(
    options: ObserveOutputs,
    observation: Observation,
    redact: Redactor,
    notify: Callable[[str], None],
) -> Iterator[tuple[Listener, ...]]:
    """Yield what listens to the reads of an observation; raises UsageError for an option that is not valid."""
    with ExitStack() as stack:
        listeners: list[Listener] = []
        if options.metrics or options.otlp:
            latest = LatestRead()
            listeners.append(latest.handle)
            for close in _metrics(options, latest, observation.options.every.total_seconds(), notify):
                stack.callback(close)
        if channels := list(_channels(options, redact)):
            alerts = Alerts(channels, observation.sections, notify, redact)
            stack.callback(alerts.close)
            listeners.append(alerts.handle)
        if options.keep_cases:
            listeners.append(_case_files(options.keep_cases, observation, redact, notify).handle)
        yield tuple(listeners)


def _case_files(folder: Path, observation: Observation, redact: Redactor, notify: Callable[[str], None]) -> CaseFiles:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--keep-cases {folder}: {error.strerror or error}", hint="give a writable folder") from None
    max_lag_s = observation.options.max_lag.total_seconds()
    return CaseFiles(folder, observation.sections, observation.judges, observation.state, max_lag_s, redact, notify)


def _metrics(
    options: ObserveOutputs, latest: LatestRead, every_s: float, notify: Callable[[str], None]
) -> Iterator[Callable[[], None]]:
    if options.metrics:
        host, port = address_of(options.metrics)
        _require("prometheus_client", "--metrics")
        from qa_sync.modes.observe_outputs.prometheus import serve_metrics  # noqa: PLC0415 - of the extra `metrics`

        yield serve_metrics(host, port, latest, notify)
    if options.otlp:
        _require("opentelemetry.sdk", "--otlp")
        _require("opentelemetry.exporter.otlp.proto.http", "--otlp")
        from qa_sync.modes.observe_outputs.otlp import export_metrics  # noqa: PLC0415 - as above

        yield export_metrics(options.otlp, latest, every_s, notify)


def _require(module: str, option: str) -> None:
    try:
        found = find_spec(module)
    except ModuleNotFoundError:  # of a parent package
        found = None
    if found is None:
        raise UsageError(f"{option} needs {module}, which is not installed", hint="pip install 'qa-sync[metrics]'")


def address_of(text: str) -> tuple[str, int]:
    """Return the host and port of `[HOST:]PORT`, the loopback address without a host; raises UsageError."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if colon else LOOPBACK
    if not host or not port.isascii() or not port.isdecimal() or int(port) not in PORTS:
        raise UsageError(f"--metrics: expected [HOST:]PORT, such as 9464 or 0.0.0.0:9464, got {text!r}")
    return host, int(port)


def _channels(options: ObserveOutputs, redact: Redactor) -> Iterator[Send]:
    if options.alert_cmd is None and options.alert_url is None:
        return
    from qa_sync.modes.observe_outputs import alert_channels  # noqa: PLC0415 - most observations have none

    if options.alert_cmd is not None:
        yield alert_channels.command_channel(options.alert_cmd, redact)
    if options.alert_url is not None:
        yield alert_channels.url_channel(options.alert_url, redact)
