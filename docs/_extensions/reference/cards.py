"""The keys of `entities.toml`, and the conversions that it can name."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.systems.connectors.card_keys import (
    COMMANDS,
    CONVERSIONS,
    DOUBLED,
    DOUBLED_DESCRIPTION,
    EMPTY,
    EMPTY_DESCRIPTION,
    ENTITY_KEYS,
    PROPERTY_KEYS,
    TAGGED,
    CardKey,
    Conversion,
)
from qa_sync.systems.knowledge.concepts import CONCEPTS
from reference.markup import bullets, code, prose, table

TYPE_NAMES: Mapping[type, str] = {
    str: "a string",
    list: "a list",
    dict: "a table",
    int: "an integer",
    bool: "true or false",
}


def _keys(keys: Mapping[str, CardKey]) -> str:
    rows = (
        (code(name), TYPE_NAMES[key.type], prose(key.description) + (" Required." if key.required else ""))
        for name, key in keys.items()
    )
    return table(("Key", "Value", "Meaning"), rows, "18 18 64")


def entity_keys() -> str:
    """Return the keys of a datatype's table."""
    return _keys(ENTITY_KEYS)


def property_keys() -> str:
    """Return the keys of a property's table."""
    return _keys(PROPERTY_KEYS)


def list_commands() -> str:
    """Return the keys of `list_commands`."""
    return _keys(COMMANDS)


def tagged_values() -> str:
    """Return the keys of `tagged_values`."""
    return _keys(TAGGED)


def conversions() -> str:
    """Return every conversion with its options."""
    rows = ((code(name), prose(one.description), _options(one)) for name, one in CONVERSIONS.items())
    return table(("Conversion", "Meaning", "Options"), rows, "16 44 40") + (
        f"\n{_option(EMPTY, EMPTY_DESCRIPTION)}\n\n{_option(DOUBLED, DOUBLED_DESCRIPTION)}\n"
    )


def _options(conversion: Conversion) -> str:
    return bullets(_option(name, text) for name, text in conversion.options.items()).rstrip()


def _option(name: str, text: str) -> str:
    return f"{code(name)}: {prose(text)}"


def concepts() -> str:
    """Return the table of concepts by the last words of a path."""
    phrases: dict[tuple[str, str], list[str]] = {}
    for concept in CONCEPTS:
        phrases.setdefault((concept.name, concept.convert), []).extend(concept.phrases)
    return table(
        ("concept", "conversion", "last words"),
        ((name or "-", code(convert), ", ".join(words)) for (name, convert), words in phrases.items()),
    )
