"""The golden files of the reports and how each is made; run this file to write them anew, then read the diff."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from report_samples import (
    checklist,
    events,
    hostile_results,
    hostile_written,
    results,
    source_line,
    written_results,
)

from qa_sync.reports.documents import checklist_json, checklist_text
from qa_sync.reports.formats import junit, markdown, ndjson, results_json_reader, rst
from qa_sync.reports.formats import results_json as json
from qa_sync.reports.html import page
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.results import Results, with_texts

FOLDER = Path(__file__).parent / "golden"
ROOT = Path(__file__).parents[2]


def on_paper(some: Results, width: int) -> str:
    out = io.StringIO()
    Terminal(out, io.StringIO(), width=width, environ={}).report(some, source_line)
    return out.getvalue()


def real(stem: str) -> Results:
    """Return what the golden run of a real document found, with the document."""
    found = results_json_reader.parse((ROOT / "tests/golden" / stem / "results.json").read_text(encoding="utf-8"))
    return with_texts(found, {f"specs/{stem}.txt": (ROOT / "specs" / f"{stem}.txt").read_text(encoding="utf-8")})


def page_only(some: Results) -> str:
    """Return the page without its style, its script and their hashes, which have tests of their own."""
    text = re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", page.render(some), flags=re.DOTALL)
    return re.sub(r"sha256-[^']*", "sha256-", text)


RUNS: Mapping[str, Callable[[], Results]] = {
    "000": lambda: real("000"),
    "003": lambda: real("003"),
    "written": written_results,
    "unwritten": results,
    "hostile": hostile_written,
}
FORMS: Mapping[str, Callable[[Results], str]] = {
    "html": page_only,
    "rst": rst.render,
    "md": markdown.render,
    "ndjson": ndjson.render,
    "json": json.render,
    "xml": junit.render,
    "80.txt": lambda some: on_paper(some, 80),
    "200.txt": lambda some: on_paper(some, 200),
}
DOCUMENTS = ("html", "rst", "md")
"""The forms that are kept of every run; the others of the real documents stand in tests/golden."""

GOLDEN: Mapping[str, Callable[[], str]] = {
    "results.json": lambda: json.render(results()),
    "results.xml": lambda: junit.render(results()),
    "hostile-unwritten.xml": lambda: junit.render(hostile_results()),
    "checklist.json": lambda: checklist_json.render([checklist()]),
    "checklist.txt": lambda: checklist_text.render(checklist()),
    "events.ndjson": lambda: "".join(ndjson.event_line(event) + "\n" for event in events()),
    "report-80.txt": lambda: on_paper(results(), 80),
    "report-200.txt": lambda: on_paper(results(), 200),
    "hostile-80.txt": lambda: on_paper(hostile_results(), 80),
    **{
        f"{run}.{form}": partial(lambda make, found: make(found()), make, found)
        for run, found in RUNS.items()
        for form, make in FORMS.items()
        if form in DOCUMENTS or run in {"written", "hostile"}
    },
}


if __name__ == "__main__":
    for name, made in GOLDEN.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
