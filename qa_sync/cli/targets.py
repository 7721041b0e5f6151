"""`--report FORMAT[=PATH]`: which reports go where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from qa_sync.errors import UnknownName, UsageError
from qa_sync.files import write_whole
from qa_sync.reports.formats import FORMATS, pieces
from qa_sync.running.results import Results


@dataclass(frozen=True, slots=True)
class Target:
    """A report: its format, and the file it goes to (None: standard output)."""

    format: str
    path: Path | None


def parse_targets(given: Sequence[str], specs: Sequence[str]) -> tuple[Target, ...]:
    """Read the options; raises UnknownName for a format, UsageError when two reports want one place or a document's."""
    targets = tuple(_parse(text) for text in given)
    taken = {os.path.realpath(spec): f"the document {spec}" for spec in specs}
    for target in (t for t in targets if t.path):
        place = os.path.realpath(str(target.path))
        if place in taken:
            raise UsageError(f"--report {target.format}={target.path} would overwrite {taken[place]}")
        taken[place] = f"the {target.format} report"
    if sum(t.path is None for t in targets) > 1:
        raise UsageError(
            "only one report can go to standard output", hint="give the others a file: --report junit=out.xml"
        )
    return targets


def texts_of(specs: Iterable[str]) -> Mapping[str, str]:
    """Return the documents' texts by path; those that are no file (standard input) have none any more."""
    return {spec: text for spec in specs if (text := _text(spec)) is not None}


def write_reports(results: Results, targets: Sequence[Target]) -> None:
    """Render and write every report; raises UsageError when a file cannot be written."""
    for target in targets:
        parts = pieces(results, target.format)
        if target.path is None:
            for part in parts:
                click.echo(part, nl=False)
            continue
        try:
            write_whole(target.path, parts)
        except OSError as error:
            raise UsageError(f"the report could not be written to {target.path}: {error.strerror or error}") from None


def _text(spec: str) -> str | None:
    try:
        return Path(spec).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None


def _parse(text: str) -> Target:
    name, equals, path = text.partition("=")
    if name not in FORMATS:
        raise UnknownName("report format", name, FORMATS)
    if equals and not path:
        raise UsageError(f"--report {text}: a file name is missing after '='")
    if path and Path(path).is_dir():
        raise UsageError(f"--report {text}: {path} is a folder, expected a file name")
    return Target(name, Path(path) if path else None)
