"""The built-in connectors, one explicit line each, and the labels by which documents call them.

Source of the labels: facts/GRAMMAR.md appendix H. Case does not tell labels apart, so each stands here once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qa_sync.errors import UnknownName
from qa_sync.location import Location

LABELS: Final[dict[str, tuple[str, ...]]] = {
    "wix": ("Wix", "Wix.com"),
    "woocommerce": ("WooCommerce",),
    "customerp": ("Customerp", "Custom ERP"),
    "customwebshop": ("Customwebshop", "Custom Webshop"),
}


def connector_for(label: str, location: Location | None = None) -> str:
    """Return the name of the built-in connector that a document means; raises UnknownName with the nearest label."""
    for name, labels in LABELS.items():
        if label.casefold() in {name, *(known.casefold() for known in labels)}:
            return name
    raise UnknownName(
        "system",
        label,
        (known for labels in LABELS.values() for known in labels),
        location=location,
        hint=f'give a connector in qa-sync.toml: [systems."{label}"] connector = "..."',
    )


def builtin_folder(name: str) -> Path:
    """Return the folder of a built-in connector; raises UnknownName."""
    if name not in LABELS:
        raise UnknownName("built-in connector", name, LABELS)
    return Path(__file__).parent / "builtin" / name
