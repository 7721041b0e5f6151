"""Where an observation reports while it runs: alerts, metrics, and files of cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_OPTIONS: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
    click.option(
        "--metrics", metavar="[HOST:]PORT", help="Serve metrics for Prometheus; on this machine only by default."
    ),
    click.option("--otlp", metavar="URL", help="Send metrics to an OpenTelemetry collector, over HTTP."),
    click.option("--alert-cmd", metavar="CMD", help="Run CMD when changes are lost; it gets them as JSON (stdin)."),
    click.option(
        "--alert-url",
        metavar="URL",
        envvar="QA_SYNC_ALERT_URL",
        help="Send a POST request with the same JSON to URL.",
    ),
    click.option(
        "--keep-cases",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Write each late or lost case to a file in DIR.",
    ),
)


def observe_output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
