"""`--metrics`, `--otlp`, `--alert-cmd` and `--alert-url`: where an observation reports while it runs."""

from __future__ import annotations

from collections.abc import Callable
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
)


def observe_output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
