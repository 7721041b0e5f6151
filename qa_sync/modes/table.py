"""The table of modes; a mode's module is imported when asked for: the sandbox is heavy, a replay must be quick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from qa_sync.modes.job import Job, PreparedRun

MODES: Mapping[str, str] = {
    "replay": "the committed recording: no network, no waiting",
    "sandbox": "the embedded systems and the built-in sync, in this process",
    "live": "the systems of qa-sync.toml, and whatever keeps them in sync",
    "record": "as live when qa-sync.toml gives the systems' urls, else as sandbox; and write the recording",
}
"""The modes by name, each a module of this room with a function `prepare`, and what they play on."""


def prepare(mode: str, job: Job) -> PreparedRun:
    """Make a job ready in a mode; raises what the mode raises (`RecordingError`, `UnknownName`, ...)."""
    make: Callable[[Job], PreparedRun] = import_module(f"qa_sync.modes.{mode}").prepare
    return make(job)
