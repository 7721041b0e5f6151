"""`qa-sync --version`: what a report of a fault should name."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("click", "rich", "httpx", "docutils", "vcrpy", "pytest", "jinja2", "duckdb")


def versions(own: str) -> Iterator[str]:
    """Yield the lines: ours, Python's with the system, and those of the libraries that are installed."""
    yield f"qa-sync {own}"
    yield f"Python {platform.python_version()} on {sys.platform}"
    yield ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name)))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
