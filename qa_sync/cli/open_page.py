"""`--open`: shows the HTML report in the browser."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import click

from qa_sync.cli.options.report_targets import Target
from qa_sync.files import write_atomically
from qa_sync.reports.formats.table import pieces
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.running.results import Results


def open_page(results: Results, targets: Sequence[Target]) -> None:
    """Open the HTML report: the file of `--report html=PATH`, else a new temporary one; print its address.

    A machine without a browser only gets the address.
    """
    path = next((target.path for target in targets if target.format == "html" and target.path), None)
    if path is None:
        path = Path(tempfile.mkdtemp(prefix="qa-sync-")) / "report.html"
        write_atomically(path, pieces(results, "html"))
    address = path.resolve().as_uri()
    opened = webbrowser.open(address)
    click.echo(escape_invisible(f"{'opened' if opened else 'no browser was found; open'} {address}"), err=True)
