"""`qa-sync connectors new --update`: bring a drafted folder up to a changed document."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from qa_sync.cli.notice import print_lines
from qa_sync.errors import UsageError
from qa_sync.files import write_atomically
from qa_sync.openapi.choosing import known_choices, property_filter
from qa_sync.openapi.deducing.draft import draft_connector
from qa_sync.openapi.editing.update import Update, plan_update
from qa_sync.openapi.model import Resource
from qa_sync.openapi.reading.node import Document
from qa_sync.openapi.state import STATE_FILE, Options, State, read_state, state_text
from qa_sync.openapi.writing import files_of
from qa_sync.systems.connectors.load import check_connector


def update_draft(
    folder: Path, document: Document, resources: Sequence[Resource], given: Options, *, dry_run: bool
) -> int:
    """Update a drafted folder: what was not edited follows the document, what was edited stays, conflicts are shown.

    What is `given` replaces what was chosen before; its entities are added. Returns the exit code.
    """
    state = read_state(folder)
    options = _combined(state.options, given)
    choices = known_choices(resources, options)
    draft = draft_connector(
        document, choices, auth=options.auth, server=options.server, is_wanted=property_filter(options)
    )
    if not draft.entities:
        raise UsageError("; ".join(draft.problems) or "the document has none of the entities of the draft")
    files = files_of(draft, f"{document.name}, sha256 {document.digest}")
    update = plan_update(folder, state, files)
    _report(folder, update, draft.problems, dry_run=dry_run)
    if dry_run:
        return 0
    for name, text in update.after.items():
        write_atomically(folder / name, text)
    write_atomically(folder / STATE_FILE, state_text(State(document.name, document.digest, options, files, draft.url)))
    _, problems = check_connector(folder, env={}, payloads={})
    print_lines(f"note: {problem}" for problem in problems)
    return 1 if update.conflicts or problems else 0


def _combined(chosen: Options, given: Options) -> Options:
    return Options(
        {**chosen.entities, **given.entities},
        given.auth or chosen.auth,
        given.server or chosen.server,
        given.properties or chosen.properties,
        tuple(dict.fromkeys([*chosen.named, *given.named])),
    )


def _report(folder: Path, update: Update, problems: Sequence[str], *, dry_run: bool) -> None:
    for name, text in update.after.items():
        lines = (update.before[name].splitlines(), text.splitlines())
        print_lines(difflib.unified_diff(*lines, f"{folder / name}", f"{folder / name}", lineterm="", n=1))
    if not update.after:
        print_lines([f"{folder}: nothing of it changes"])
    if update.conflicts:
        print_lines([f"{len(update.conflicts)} conflicts, left as they stand; decide each:"])
        print_lines(f"  {conflict}" for conflict in update.conflicts)
    print_lines(f"note: {text}" for text in (*update.lost, *problems))
    if not dry_run and update.after:
        print_lines([f"Updated {folder}: {', '.join(update.after)}"])
