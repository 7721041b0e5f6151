"""`qa-sync connectors new`: draft a connector from an OpenAPI document."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from qa_sync.cli.confirm import is_interactive
from qa_sync.dataflow.load import load_dataflow
from qa_sync.dataflow.model import Section
from qa_sync.errors import UnknownName, UsageError
from qa_sync.openapi.deducing.draft import Choice, draft_connector, resources_of
from qa_sync.openapi.deducing.resources import matches
from qa_sync.openapi.folder import write_folder
from qa_sync.openapi.model import Draft, PropertyDraft, Resource
from qa_sync.openapi.reading.node import MAX_BYTES, Document, load_document
from qa_sync.openapi.writing import files_of, guesses_of, settings_of
from qa_sync.reports.shared.escape import escape_invisible

MAX_SHOWN_GUESSES = 10
MAX_SHOWN_PATHS = 20


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--openapi", "source", required=True, metavar="FILE|-", help="The OpenAPI document; - reads it from stdin."
)
@click.option("--entity", "entities", multiple=True, metavar="NAME[=/PATH]", help="Draft this entity. Repeatable.")
@click.option("--for", "specs", multiple=True, metavar="SPEC", help="Draft the entities that a spec names. Repeatable.")
@click.option("--auth", metavar="SCHEME", help="The security scheme of the document to use.")
@click.option("--server", metavar="N|URL", help="The server: its number in the document, or a URL.")
@click.option(
    "--properties",
    default="used",
    show_default=True,
    metavar="all|used|REGEX",
    help="The properties that are active; the others are written as comments. used: required ones, those with a known "
    "meaning, and those that a spec of --for names.",
)
@click.option("--dry-run", is_flag=True, help="Print the files instead of writing them.")
@click.option("--yes", "-y", is_flag=True, help="Draft all entities without asking.")
def new(
    folder: Path,
    source: str,
    entities: Sequence[str],
    specs: Sequence[str],
    auth: str | None,
    server: str | None,
    properties: str,
    dry_run: bool,
    yes: bool,
) -> int:
    """Draft a connector folder from an OpenAPI or Swagger document.

    Nothing is fetched: save the document first, or pipe it in. What the document does not say for certain is marked
    `guessed` in the files, with the reason.

    \b
    qa-sync connectors new acme --openapi acme.yaml                     list what can be drafted, and ask
    qa-sync connectors new acme --openapi acme.yaml --for specs/a.txt   the entities that a spec names
    curl -s https://acme.example/openapi.json | qa-sync connectors new acme --openapi - --entity customers

    Exit codes: 0 usable; 1 the draft lacks something; 2 the document or the command line is invalid.
    """
    document = _load(source)
    resources = resources_of(document)
    sections = [section for spec in specs for section in load_dataflow(spec).sections]
    choices = _choices(resources, entities, sections, yes=yes)
    wanted = _property_filter(properties, sections)
    draft = draft_connector(document, choices, auth=auth, server=server, is_wanted=wanted)
    if not draft.entities:
        raise UsageError("; ".join(draft.problems) or "no entity can be drafted")
    files = files_of(draft, f"{document.name}, sha256 {document.digest}")
    if dry_run:
        for name, text in files.items():
            _print([f"# {folder / name}", *text.splitlines(), ""])
        return 0
    problems = write_folder(folder, files)
    _report(folder, draft, [str(problem) for problem in problems])
    return 1 if problems else 0


def _load(source: str) -> Document:
    if source != "-":
        return load_document(source)
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"standard input: larger than {MAX_BYTES:,} bytes, the most that is read")
    try:
        return load_document("standard input", data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError("standard input: expected UTF-8 text") from None


def _choices(
    resources: Sequence[Resource], entities: Sequence[str], sections: Sequence[Section], *, yes: bool
) -> list[Choice]:
    """Return what to draft: what is named, else what the specs name, else what the user picks."""
    if entities:
        return [_named(resources, entity) for entity in entities]
    if sections:
        return _for_sections(resources, sections)
    if yes or len(resources) == 1:
        return [Choice(resource) for resource in resources]
    _print(["The document has these entities:", *(f"  {line}" for line in _table(resources))])
    if not is_interactive():
        hint = "choose with --entity NAME, with --for SPEC, or take all with --yes"
        raise UsageError("no entity was chosen", hint=hint)
    picked = click.prompt("Entities to draft, with spaces between", default=" ".join(r.name for r in resources[:5]))
    return [_named(resources, name) for name in picked.split()]


def _named(resources: Sequence[Resource], entity: str) -> Choice:
    """Return the resource that `NAME` or `NAME=/path` means; with a path, the name is the one that specs use."""
    name, _, path = entity.partition("=")
    found = [r for r in resources if path in {r.path, r.path.rstrip("/")}] if path else []
    found = found or [r for r in resources if not path and (r.name == name or matches(r, name) or r.path == name)]
    if not found:
        known = [r.path for r in resources] if path else [r.name for r in resources]
        raise UnknownName("path" if path else "entity", path or name, known)
    return Choice(found[0], (name,) if path else ())


def _for_sections(resources: Sequence[Resource], sections: Sequence[Section]) -> list[Choice]:
    """Return the resources that the sections' entities name, each with the names that the specs use."""
    names: dict[str, list[str]] = {}
    for section in sections:
        for entity in (section.source, section.target):
            for resource in resources:
                if matches(resource, entity.entity) and entity.entity not in names.setdefault(resource.path, []):
                    names[resource.path].append(entity.entity)
    chosen = [Choice(r, tuple(names[r.path])) for r in resources if names.get(r.path)]
    if not chosen:
        spoken = sorted({entity.entity for section in sections for entity in (section.source, section.target)})
        paths = ", ".join(r.path for r in resources[:MAX_SHOWN_PATHS])
        message = f"no entity of the document is called like one of the spec ({', '.join(spoken)})"
        hint = f"say which is which with --entity 'NAME=/path'; the document has: {paths}"
        raise UsageError(message, hint=hint)
    return chosen


def _property_filter(properties: str, sections: Iterable[Section]) -> Callable[[PropertyDraft], bool]:
    if properties == "all":
        return lambda _: True
    if properties == "used":
        pairs = [pair for section in sections for pair in section.pairs]
        named = {side for pair in pairs for side in (pair.source, pair.target)}
        return lambda drafted: drafted.path in named or "concept" in drafted.keys
    try:
        pattern = re.compile(properties)
    except re.error as error:
        raise UsageError(f"--properties: expected all, used or a regular expression: {error}") from None
    return lambda drafted: pattern.search(drafted.path) is not None


def _table(resources: Iterable[Resource]) -> list[str]:
    return [f"{r.name:<24} {r.path:<40} {' '.join(r.routes)}" for r in resources]


def _report(folder: Path, draft: Draft, problems: Sequence[str]) -> None:
    guesses = guesses_of(draft)
    _print([f"Wrote {folder}: {', '.join(entity.name for entity in draft.entities)}"])
    if draft.authentication.token_url:
        _print(
            [f"The client's secret will be sent to {draft.authentication.token_url}: check that this is the vendor's."]
        )
    if guesses:
        rest = len(guesses) - MAX_SHOWN_GUESSES
        _print([f"{len(guesses)} guesses to check, marked in the files:"])
        _print(f"  {line}" for line in guesses[:MAX_SHOWN_GUESSES])
        _print([f"  and {rest} more"] if rest > 0 else [])
    _print(f"note: {text}" for text in (*draft.problems, *problems))
    settings = settings_of(draft, str(folder), folder.name)
    _print(["", "For qa-sync.toml, with the system's name in specs:", "", *settings, ""])
    _print([f"Next: qa-sync connectors check {folder}"])


def _print(lines: Iterable[str]) -> None:
    """Print lines that may come from the document, with control characters escaped."""
    for line in lines:
        click.echo(escape_invisible(line))
