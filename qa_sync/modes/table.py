"""The table of run modes; a mode's module is imported on demand, because the sandbox is slow to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from qa_sync.modes.job import Job, PreparedRun

MODES: Mapping[str, str] = {
    "replay": "the recordings: no network, no waiting",
    "sandbox": "the embedded systems and the built-in sync, in this process",
    "live": "the systems of qa-sync.toml and their sync",
    "record": "like live when qa-sync.toml has the systems' urls, else like sandbox; then write the recordings",
}
"""The run modes by name with their description; each is a module of this folder with a function `prepare`."""


def prepare(mode: str, job: Job) -> PreparedRun:
    """Prepare a job in a run mode; raises the errors of the mode (`RecordingError`, `UnknownName`, ...)."""
    make: Callable[[Job], PreparedRun] = import_module(f"qa_sync.modes.{mode}").prepare
    return make(job)
