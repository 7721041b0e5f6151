"""`--report FORMAT[=PATH]`: the reports and their files."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from qa_sync.errors import NoVerdict, QaSyncError, UnknownName, UsageError
from qa_sync.files import write_atomically
from qa_sync.reports.formats.table import FORMATS, pieces
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.shared.page_options import SourceLine
from qa_sync.running.results import Results

ENDINGS = {
    ".html": "html", ".htm": "html", ".json": "json", ".xml": "junit", ".md": "markdown", ".rst": "rst",
    ".ndjson": "ndjson", ".jsonl": "ndjson",
}  # fmt: skip
"""What a file with this ending is usually."""

SUMMARY = "GITHUB_STEP_SUMMARY"
SUMMARY_FORMAT = "markdown"

annotations_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--annotations",
    type=click.Choice(["github"]),
    help="Also print failures and errors as annotations of the specs' lines, on standard error.",
)


open_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--open", "open_", is_flag=True, help="Show the HTML report in the browser afterwards."
)


class Target(Struct, frozen=True):
    """A report: its format and its file (None: standard output)."""

    format: str
    path: Path | None


def parse_targets(options: Sequence[str], specs: Sequence[str]) -> tuple[Target, ...]:
    """Parse the values of `--report`.

    Raises UnknownName for an unknown format, UsageError when a report would overwrite another one or a spec.
    """
    targets = tuple(_parse(text) for text in options)
    taken = {os.path.realpath(spec): f"the spec {spec}" for spec in specs}
    for target in (t for t in targets if t.path):
        place = os.path.realpath(str(target.path))
        if place in taken:
            raise UsageError(
                f"--report {target.format}={target.path} would overwrite {taken[place]}",
                hint="give each report a file of its own",
            )
        taken[place] = f"the {target.format} report"
    if sum(t.path is None for t in targets) > 1:
        raise UsageError(
            "only one report can go to standard output", hint="give the others a file: --report junit=out.xml"
        )
    return targets


def texts_of(specs: Iterable[str]) -> Mapping[str, str]:
    """Return the texts of the specs by path, without those that cannot be read again (standard input)."""
    return {spec: text for spec in specs if (text := _text(spec)) is not None}


def source_lines(texts: Mapping[str, str]) -> SourceLine:
    """Return a function from the path of a spec and a line to the text of that line, None where there is none."""
    split = cache(lambda spec: texts.get(spec, "").splitlines())

    def source_line(spec: str, line: int) -> str | None:
        lines: list[str] = split(spec)
        return lines[line - 1] if 0 < line <= len(lines) else None

    return source_line


def write_reports(
    results: Results, targets: Sequence[Target], annotations: str | None = None, *, quiet: bool = False
) -> None:
    """Write every report and say where; raises UsageError when a file cannot be written, NoVerdict on a full disk.

    A Markdown report is also appended to the job summary of GitHub Actions. Annotations go to standard error, which
    GitHub also reads, so that a report can use standard output.
    """
    if annotations:
        from qa_sync.reports.formats.github_annotations import ANNOTATIONS  # noqa: PLC0415 - most runs have none

        for line in ANNOTATIONS[annotations](results):
            click.echo(line, nl=False, err=True)
    if any(target.format == SUMMARY_FORMAT for target in targets):
        _summarize(results)
    for target in targets:
        _write(results, target, quiet=quiet)


def _write(results: Results, target: Target, *, quiet: bool) -> None:
    parts = pieces(results, target.format)
    if target.path is None:
        for part in parts:
            click.echo(part, nl=False)
        return
    try:
        write_atomically(target.path, parts)
    except OSError as error:
        raise _write_error(f"the report could not be written to {target.path}", error) from None
    if not quiet:
        click.echo(escape_invisible(f"wrote {target.path} ({target.format})"), err=True)


def _summarize(results: Results) -> None:
    """Append the Markdown report to the job summary file of GitHub Actions."""
    path = os.environ.get(SUMMARY)
    if path:
        try:
            with Path(path).open("a", encoding="utf-8") as out:
                out.writelines(pieces(results, SUMMARY_FORMAT))
        except OSError as error:
            raise _write_error(f"the summary could not be written to {path}", error) from None


def _write_error(what: str, error: OSError) -> QaSyncError:
    """Return the error for a file that was not written: NoVerdict for a full or broken disk, else UsageError."""
    message = f"{what}: {error.strerror or error}"
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
        return NoVerdict(message, hint="free some disk space and run it again")
    return UsageError(message)


def _text(spec: str) -> str | None:
    try:
        return Path(spec).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None


def _parse(text: str) -> Target:
    name, equals, path = text.partition("=")
    if name not in FORMATS:
        raise UnknownName("report format", name, FORMATS, **_format_hint(text, name, has_path=bool(equals)))
    if equals and not path:
        raise UsageError(f"--report {text}: a file name is missing after '='")
    if path and Path(path).is_dir():
        raise UsageError(f"--report {text}: {path} is a folder, expected a file name")
    if path:
        _reject_unwritable(text, Path(path))
    return Target(name, Path(path) if path else None)


def _format_hint(text: str, name: str, *, has_path: bool) -> Mapping[str, Any]:
    """Return the hint for a file without its format: `--report report.html`."""
    format_ = ENDINGS.get(Path(name).suffix.lower())
    if format_ is None or has_path:
        return {}
    return {"offered": (), "hint": f"name the format before the file: --report {format_}={text}"}


def _reject_unwritable(text: str, path: Path) -> None:
    """Raise UsageError before a run for a file that could not be written after it; missing folders are made."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise UsageError(f"--report {text}: {folder} is a file, expected a folder", hint="name a file in a folder")
    place = path if path.exists() else folder
    if not os.access(place, os.W_OK):
        raise UsageError(f"--report {text}: no permission to write {place}", hint="name a file in a folder of yours")
