"""qa-sync tells which promises of a dataflow document hold.

The way of the data, one room after the other:

    spec text -> Dataflow -> Checklist -> (systems) -> Events -> Results -> reports

    dataflow    what is written               read_dataflow(text, path) -> Dataflow
    checklist   what is to be verified        compile_checklist(dataflow, cards, seed) -> Checklist
    running     what happened                 run(checklists, open_stage, told) -> Events; fold(events) -> Results
    reports     how it is told                render(results, format) -> text

Beside the way stand `systems` (the only room with a network), `values` (when two values are the same), `sync` (the
dataflow carried out), `sandbox` (the vendors' APIs in this process) and `modes` (where a checklist is played).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa_sync.checklist.compiler import compile_checklist
    from qa_sync.dataflow.reader import read_dataflow
    from qa_sync.reports.formats.table import render
    from qa_sync.running.results import fold
    from qa_sync.running.runner import run

__version__ = "0.1.0"

__all__ = ["__version__", "compile_checklist", "fold", "read_dataflow", "render", "run"]

_HOMES = {
    "compile_checklist": "qa_sync.checklist.compiler",
    "fold": "qa_sync.running.results",
    "read_dataflow": "qa_sync.dataflow.reader",
    "render": "qa_sync.reports.formats.table",
    "run": "qa_sync.running.runner",
}


def __getattr__(name: str) -> Any:
    """Open the front door on demand: `qa-sync --help` must not load what stands behind it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
