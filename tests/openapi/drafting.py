"""Drafts of the documents in this folder, as the files that a user gets."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_sync.openapi.deducing.draft import Choice, draft_connector, resources_of
from qa_sync.openapi.model import Draft
from qa_sync.openapi.reading.node import load_document
from qa_sync.openapi.writing import files_of
from qa_sync.systems.connectors.load import Connector, check_connector

DOCUMENTS = Path(__file__).parent / "documents"


@dataclass
class Drafted:
    draft: Draft
    system: dict[str, Any]
    cards: dict[str, Any]
    toml: str
    connector: Connector

    def operation(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.system["operations"][name]
        return found


def drafted(name: str, folder: Path, **options: Any) -> Drafted:
    """Draft all entities of a document, and load the folder as `connectors check` does; it must have no problems."""
    document = load_document(str(DOCUMENTS / name))
    draft = draft_connector(document, [Choice(r) for r in resources_of(document)], **options)
    return written(draft, folder)


def written(draft: Draft, folder: Path) -> Drafted:
    files = files_of(draft, "a document")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    connector, problems = check_connector(folder, env={}, payloads={})
    assert [str(problem) for problem in problems] == []
    toml = files["entities.toml"]
    return Drafted(draft, json.loads(files["templates/system.json"]), tomllib.loads(toml), toml, connector)
