"""Finds the connectors of the systems of specs: built in, or in a folder nearby."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import QaSyncError, UnknownName
from qa_sync.modes.first_settings import FirstSystem
from qa_sync.openapi.spelling import joined
from qa_sync.openapi.state import read_state
from qa_sync.systems.cards import find_card
from qa_sync.systems.connectors.find import builtin_folder, connector_for
from qa_sync.systems.connectors.load import Connector, check_connector

MAX_DEPTH: Final = 3
MAX_FOLDERS: Final = 2_000
MANIFEST: Final = "manifest.json"


def entities_by_label(dataflows: Sequence[Dataflow]) -> Mapping[str, tuple[str, ...]]:
    """Return the systems that specs name, each with the entities that they name of it."""
    found: dict[str, dict[str, None]] = {}
    for dataflow in dataflows:
        for label in (dataflow.source, dataflow.target):
            found.setdefault(label, {})
        for section in dataflow.sections:
            for entity in (section.source, section.target):
                found.setdefault(entity.system, {})[entity.entity] = None
    return {label: tuple(names) for label, names in found.items()}


def connector_folders(start: Path) -> Iterator[Path]:
    """Yield the connector folders in a folder and below it; hidden folders are left out."""
    for seen, (name, folders, files) in enumerate(os.walk(start), 1):
        path = Path(name)
        if MANIFEST in files:
            yield path
        is_deep = len(path.relative_to(start).parts) >= MAX_DEPTH
        folders[:] = [] if is_deep else sorted(f for f in folders if f[0] not in "._" and f != "node_modules")
        if seen >= MAX_FOLDERS:
            return


def first_system(label: str, entities: Sequence[str], folders: Sequence[Path], start: Path) -> FirstSystem:
    """Return what is known of a system: from a built-in connector, else from the folder that fits best."""
    with suppress(UnknownName):
        name = connector_for(label)
        loaded, _ = check_connector(builtin_folder(name), env={}, payloads={})
        return _described(label, name, loaded)
    best = max(((_fit(label, entities, folder), folder) for folder in folders), default=None, key=lambda fit: fit[0])
    if best is None or not best[0]:
        return FirstSystem(label)
    loaded, _ = check_connector(best[1].resolve(), env={}, payloads={})
    return _described(label, os.path.relpath(best[1], start), loaded, best[1])


def _described(label: str, connector: str, loaded: Connector, folder: Path | None = None) -> FirstSystem:
    url = ""
    if folder is not None:
        with suppress(QaSyncError):
            url = read_state(folder).url
    open_parameters = loaded.parameters - loaded.defaults.keys() - {"base_url"}
    why = "found by its name or its entities" if folder else ""
    secrets, parameters = tuple(sorted(loaded.secrets)), tuple(sorted(open_parameters))
    return FirstSystem(label, connector, why, url, secrets=secrets, parameters=parameters)


def _fit(label: str, entities: Sequence[str], folder: Path) -> int:
    """Return how well a folder fits a system: by its name, and by having all entities; 0 if not at all."""
    try:
        loaded, _ = check_connector(folder.resolve(), env={}, payloads={})
        for entity in entities:
            find_card(loaded.cards, entity, label)
    except QaSyncError:
        return 0
    is_named = joined(folder.resolve().name) == joined(label)
    return (2 if is_named else 0) + (1 if entities else 0)
