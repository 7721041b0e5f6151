"""`qa-sync connectors new`: draft a connector from an OpenAPI document."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from qa_sync.cli.commands.connectors_update import update_draft
from qa_sync.cli.confirm import is_interactive
from qa_sync.cli.notice import print_lines
from qa_sync.dataflow.load import load_dataflow
from qa_sync.dataflow.model import Section
from qa_sync.errors import UsageError
from qa_sync.openapi.choosing import choices_for_sections, named_choice, properties_named, property_filter
from qa_sync.openapi.deducing.draft import Choice, draft_connector, resources_of
from qa_sync.openapi.folder import write_folder
from qa_sync.openapi.model import Draft, Resource
from qa_sync.openapi.reading.node import MAX_BYTES, Document, load_document
from qa_sync.openapi.state import STATE_FILE, Options, State, state_text
from qa_sync.openapi.writing import files_of, guesses_of, settings_of

MAX_SHOWN_GUESSES = 10


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
    metavar="all|used|REGEX",
    help="The properties that are active; the others are written as comments. used (default): required ones, those "
    "with a known meaning, and those that a spec of --for names.",
)
@click.option("--dry-run", is_flag=True, help="Print the files instead of writing them.")
@click.option("--update", is_flag=True, help="Update a drafted folder to a changed document; what was edited stays.")
@click.option("--yes", "-y", is_flag=True, help="Draft all entities without asking.")
def new(
    folder: Path,
    source: str,
    entities: Sequence[str],
    specs: Sequence[str],
    auth: str | None,
    server: str | None,
    properties: str | None,
    dry_run: bool,
    update: bool,
    yes: bool,
) -> int:
    """Draft a connector folder from an OpenAPI or Swagger document.

    Nothing is fetched: save the document first, or pipe it in. What the document does not say for certain is marked
    `guessed` in the files, with the reason.

    \b
    qa-sync connectors new acme --openapi acme.yaml                     list what can be drafted, and ask
    qa-sync connectors new acme --openapi acme.yaml --for specs/a.txt   the entities that a spec names
    curl -s https://acme.example/openapi.json | qa-sync connectors new acme --openapi - --entity customers
    qa-sync connectors new acme --openapi acme.yaml --update            after the document has changed

    Exit codes: 0 usable; 1 the draft lacks something; 2 the document or the command line is invalid.
    """
    document = _load(source)
    resources = resources_of(document)
    sections = [section for spec in specs for section in load_dataflow(spec).sections]
    named = properties_named(sections)
    if update:
        more = _asked(resources, entities, sections)
        given = Options({c.resource.path: c.names for c in more}, auth, server, properties or "", named)
        return update_draft(folder, document, resources, given, dry_run=dry_run)
    choices = _choices(resources, entities, sections, yes=yes)
    options = Options({c.resource.path: c.names for c in choices}, auth, server, properties or "used", named)
    draft = draft_connector(document, choices, auth=auth, server=server, is_wanted=property_filter(options))
    if not draft.entities:
        raise UsageError("; ".join(draft.problems) or "no entity can be drafted")
    files = files_of(draft, f"{document.name}, sha256 {document.digest}")
    if dry_run:
        for name, text in files.items():
            print_lines([f"# {folder / name}", *text.splitlines(), ""])
        return 0
    state = State(document.name, document.digest, options, files, draft.url)
    problems = write_folder(folder, {**files, STATE_FILE: state_text(state)})
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
    if asked := _asked(resources, entities, sections):
        return asked
    if yes or len(resources) == 1:
        return [Choice(resource) for resource in resources]
    print_lines(["The document has these entities:", *(f"  {line}" for line in _table(resources))])
    if not is_interactive():
        hint = "choose with --entity NAME, with --for SPEC, or take all with --yes"
        raise UsageError("no entity was chosen", hint=hint)
    picked = click.prompt("Entities to draft, with spaces between", default=" ".join(r.name for r in resources[:5]))
    return [named_choice(resources, name) for name in picked.split()]


def _asked(resources: Sequence[Resource], entities: Sequence[str], sections: Sequence[Section]) -> list[Choice]:
    if entities:
        return [named_choice(resources, entity) for entity in entities]
    return choices_for_sections(resources, sections) if sections else []


def _table(resources: Iterable[Resource]) -> list[str]:
    return [f"{r.name:<24} {r.path:<40} {' '.join(r.routes)}" for r in resources]


def _report(folder: Path, draft: Draft, problems: Sequence[str]) -> None:
    guesses = guesses_of(draft)
    print_lines([f"Wrote {folder}: {', '.join(entity.name for entity in draft.entities)}"])
    if draft.authentication.token_url:
        print_lines(
            [f"The client's secret will be sent to {draft.authentication.token_url}: check that this is the vendor's."]
        )
    if guesses:
        rest = len(guesses) - MAX_SHOWN_GUESSES
        print_lines([f"{len(guesses)} guesses to check, marked in the files:"])
        print_lines(f"  {line}" for line in guesses[:MAX_SHOWN_GUESSES])
        print_lines([f"  and {rest} more"] if rest > 0 else [])
    print_lines(f"note: {text}" for text in (*draft.problems, *problems))
    settings = settings_of(draft, str(folder), folder.name)
    print_lines(["", "For qa-sync.toml, with the system's name in specs:", "", *settings, ""])
    print_lines([f"Next: qa-sync connectors check {folder}"])
