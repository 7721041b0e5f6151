"""Which connector speaks to a system: what the settings say of its label, else the built-in one of that label."""

from __future__ import annotations

from pathlib import Path

from qa_sync.errors import UnknownName
from qa_sync.location import Location
from qa_sync.settings.model import Settings, SystemSettings
from qa_sync.systems.builtin import LABELS, builtin_folder, connector_for


def connector_folder(settings: Settings, label: str, location: Location | None = None) -> Path:
    """Return the folder of a system's connector; raises UnknownName for a label or a connector that nothing has."""
    own = settings.system(label)
    if own is None or own.connector is None:
        return builtin_folder(connector_for(label, location))
    if own.connector in LABELS:
        return builtin_folder(own.connector)
    return _own_folder(own)


def _own_folder(own: SystemSettings) -> Path:
    if own.folder is not None and own.folder.is_dir():
        return own.folder.resolve()  # it is named after its last part, which may be `.`
    raise UnknownName(
        "connector",
        own.connector or "",
        LABELS,
        location=own.location,
        hint=f"or a folder that holds manifest.json; there is no folder {own.folder}",
    )
