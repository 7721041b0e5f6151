"""Finds the connector of a system: the one in the settings for its label, else the built-in one of that label.

The settings also supply what a public connector leaves to its environment: parameters and payload templates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from qa_sync.errors import ConnectorError, UnknownName, UsageError, did_you_mean
from qa_sync.location import Location
from qa_sync.settings.model import Settings, SystemSettings
from qa_sync.systems.connectors.load import Connector, load_cards, load_connector

LABELS: Final[dict[str, tuple[str, ...]]] = {
    "wix": ("Wix", "Wix.com"),
    "woocommerce": ("WooCommerce",),
    "customerp": ("Customerp", "Custom ERP"),
    "customwebshop": ("Customwebshop", "Custom Webshop"),
}


def connector_for(label: str, location: Location | None = None) -> str:
    """Return the name of the built-in connector for a label; raises UnknownName with the nearest label."""
    for name, labels in LABELS.items():
        if label.casefold() in {name, *(known.casefold() for known in labels)}:
            return name
    raise UnknownName(
        "system",
        label,
        (known for labels in LABELS.values() for known in labels),
        location=location,
        hint=f'set a connector in qa-sync.toml: [systems."{label}"] connector = "..."',
    )


def builtin_folder(name: str) -> Path:
    """Return the folder of a built-in connector; raises UnknownName."""
    if name not in LABELS:
        raise UnknownName("built-in connector", name, LABELS)
    return Path(__file__).parent / "builtin" / name


def connector_folder(settings: Settings, label: str, location: Location | None = None) -> Path:
    """Return the folder of a system's connector; raises UnknownName for an unknown label or connector."""
    own = settings.system(label)
    if own is None or own.connector is None:
        return builtin_folder(connector_for(label, location))
    if own.connector in LABELS:
        return builtin_folder(own.connector)
    return _own_folder(own)


def _own_folder(own: SystemSettings) -> Path:
    if own.folder is not None and own.folder.is_dir():
        return own.folder.resolve()  # the connector is named after the last part, which may be `.`
    raise UnknownName(
        "connector",
        own.connector or "",
        LABELS,
        location=own.location,
        hint=f"or the path of a folder with manifest.json; the folder {own.folder} does not exist",
    )


def load_with_settings(folder: Path, own: SystemSettings | None) -> Connector:
    """Read a connector with the settings of its system; raises UsageError for a payload template that no write uses."""
    if own is None:
        return load_connector(folder)
    connector = load_connector(folder, env=own.parameters, payloads=own.payloads)
    for problem in _unused_payloads(own, connector):
        raise problem
    return connector


def load_for_exports(folder: Path, own: SystemSettings | None) -> Connector:
    """Read a connector of which only the entity cards are needed; its operations may be missing or invalid.

    Raises ConnectorError for invalid cards.
    """
    try:
        connector = load_with_settings(folder, own)
    except ConnectorError:
        connector = load_cards(folder)
    return replace(connector, cards={name: replace(card, cannot={}) for name, card in connector.cards.items()})


def _unused_payloads(own: SystemSettings, connector: Connector) -> Iterator[UsageError]:
    writes = [f"{datatype}-{verb}" for datatype in connector.cards for verb in ("insert", "update")]
    for name in own.payloads:
        operation = connector.operations.get(name)
        if operation is None or operation.body is None or operation.body.template is None:
            text = f"{own.label}: payloads: {_why_unused(connector, name, writes)}"
            yield UsageError(text, location=own.location, hint=None if name in writes else did_you_mean(name, writes))


def _why_unused(connector: Connector, name: str, writes: Collection[str]) -> str:
    if name not in writes:
        return f"{name!r} is not a write operation of {connector.name}; expected one of: {', '.join(sorted(writes))}"
    datatype, _, verb = name.rpartition("-")
    reason = connector.cards[datatype].cannot.get(verb, "entities.toml defines the body")
    return f"{name!r} is not used: {reason}"
