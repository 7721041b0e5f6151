"""`qa-sync --version`: the versions that a bug report should contain."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("click", "rich", "httpx", "docutils", "vcrpy", "pytest", "jinja2", "duckdb")


def versions(own: str) -> Iterator[str]:
    """Yield the lines: qa-sync, Python with the platform, and the installed libraries."""
    yield f"qa-sync {own}"
    yield f"Python {platform.python_version()} on {sys.platform}"
    yield ", ".join(f"{name} {number}" for name in LIBRARIES if (number := _version(name)))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
