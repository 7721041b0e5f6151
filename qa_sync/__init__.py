"""qa-sync checks which statements of a dataflow spec hold.

Data flows one way:

    spec text -> Dataflow -> Checklist -> (systems) -> Events -> Results -> reports

| folder | what it holds |
|---|---|
| settings | `qa-sync.toml` and sign-off files as Settings |
| values | values in the form of a system and in canonical form, their comparison, paths |
| dataflow | a spec as a Dataflow, with lint findings |
| systems | the systems under test: connectors, HTTP, authentication, recordings, journal |
| checklist | a Dataflow as a Checklist; nothing is run |
| running | a Checklist run against two systems, as Events and Results |
| sync | the built-in two-way sync; nothing that judges imports it |
| sandbox | embedded copies of four vendors' APIs |
| audit | read-only comparison of existing records |
| reports | Results as text |
| modes | how `check` reaches its systems: replay, sandbox, live, record |
| cli, pytest_plugin | the two entry points |
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa_sync.checklist.compiler import compile_checklist
    from qa_sync.dataflow.reader import read_dataflow
    from qa_sync.reports.formats.table import render
    from qa_sync.running.results import collect_results
    from qa_sync.running.runner import run

__version__ = "0.1.0"

__all__ = ["__version__", "collect_results", "compile_checklist", "read_dataflow", "render", "run"]

_HOMES = {
    "collect_results": "qa_sync.running.results",
    "compile_checklist": "qa_sync.checklist.compiler",
    "read_dataflow": "qa_sync.dataflow.reader",
    "render": "qa_sync.reports.formats.table",
    "run": "qa_sync.running.runner",
}


def __getattr__(name: str) -> Any:
    """Open the front door on demand: `qa-sync --help` must not load what stands behind it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
