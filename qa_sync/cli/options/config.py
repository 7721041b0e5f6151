"""`--config PATH`: the settings file, given or found in the working folder or a folder above it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from qa_sync.errors import UsageError
from qa_sync.files import is_utf8
from qa_sync.settings.find import find_settings
from qa_sync.settings.model import FILE_NAME, Settings

config_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Settings file.",
    show_default=f"{FILE_NAME} here or in a folder above",
)


def utf8(_context: click.Context, option: click.Parameter, text: str | None) -> str | None:
    """Return the text of an option; raises UsageError if it is not UTF-8."""
    if text is not None and not is_utf8(text):
        raise UsageError(f"{option.opts[0]}: expected UTF-8 text, got {text!r}")
    return text


def duration_of(text: str, option: str, also: str = "") -> float:
    """Return the seconds of a duration as written in the settings.

    Raises UsageError that names the option; `also` is what else it takes.
    """
    from qa_sync.settings.value_types import DURATION_VALUE  # noqa: PLC0415 - few give one

    try:
        seconds: float = DURATION_VALUE.read(text)
    except ValueError:
        raise UsageError(f"{option}: expected {also}{DURATION_VALUE.expected}, got {text!r}") from None
    return seconds


def settings_from(config: Path | None) -> Settings:
    """Return the given settings, else those found, else empty ones; raises UsageError for invalid settings."""
    path = config or find_settings(Path.cwd())
    if path is None:
        return Settings()
    from qa_sync.settings.read import load_settings  # noqa: PLC0415 - where there are none, start-up must be quick

    return load_settings(path)
