"""qa-sync checks whether a data synchronization does what its dataflow spec says.

Data flows one way:

    spec text -> Dataflow -> Checklist -> (systems) -> Events -> Results -> reports

| folder | contents |
|---|---|
| settings | `qa-sync.toml` and sign-off files as Settings |
| values | wire and canonical values, conversion, comparison, paths |
| dataflow | the parser: a spec becomes a Dataflow, with lint findings |
| systems | the systems under test: connectors, HTTP, authentication, recordings, journal |
| checklist | the compiler: a Dataflow becomes a Checklist; runs nothing |
| running | the runner: a Checklist runs against two systems and yields Events and Results |
| sync | the built-in two-way sync; the code that decides verdicts never imports it |
| sandbox | embedded copies of four vendors' APIs |
| audit | read-only comparison of existing records |
| reports | report formats for Results |
| modes | the run modes of `check`: replay, sandbox, live, record |
| cli, pytest_plugin | the two entry points |
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa_sync.checklist.compiler import compile_checklist
    from qa_sync.dataflow.reader import read_dataflow
    from qa_sync.reports.formats.table import render
    from qa_sync.running.collect_results import collect_results
    from qa_sync.running.runner import run

__version__ = "0.1.0"

__all__ = ["__version__", "collect_results", "compile_checklist", "read_dataflow", "render", "run"]

_MODULES = {
    "collect_results": "qa_sync.running.collect_results",
    "compile_checklist": "qa_sync.checklist.compiler",
    "read_dataflow": "qa_sync.dataflow.reader",
    "render": "qa_sync.reports.formats.table",
    "run": "qa_sync.running.runner",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `qa-sync --help` starts quickly."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
