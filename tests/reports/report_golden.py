"""The golden files of the reports and how each is made; run this file to write them anew, then read the diff."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

from report_samples import checklist, events, hostile_results, line_text, results

from qa_sync.reports import checklist_json, checklist_text, events_ndjson, json, junit
from qa_sync.reports.terminal import Terminal
from qa_sync.running.results import Results

FOLDER = Path(__file__).parent / "golden"


def on_paper(some: Results, width: int) -> str:
    out = io.StringIO()
    Terminal(out, io.StringIO(), width=width, environ={}).report(some, line_text)
    return out.getvalue()


GOLDEN: Mapping[str, Callable[[], str]] = {
    "results.json": lambda: json.render(results()),
    "results.xml": lambda: junit.render(results()),
    "hostile.xml": lambda: junit.render(hostile_results()),
    "checklist.json": lambda: checklist_json.render([checklist()]),
    "checklist.txt": lambda: checklist_text.render(checklist()),
    "events.ndjson": lambda: "".join(events_ndjson.render(event) + "\n" for event in events()),
    "report-80.txt": lambda: on_paper(results(), 80),
    "report-200.txt": lambda: on_paper(results(), 200),
    "hostile-80.txt": lambda: on_paper(hostile_results(), 80),
}


if __name__ == "__main__":
    for name, made in GOLDEN.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
