"""The keys of `qa-sync.toml`, and of the other files that a user writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qa_sync.reports.history import baseline as baseline_file
from qa_sync.settings import keys as tables
from qa_sync.settings import sign_off as sign_off_file
from qa_sync.settings.keys import Key
from reference.markup import code, heading, prose, table

KEYS: Mapping[str, tuple[str, Mapping[str, Key]]] = {
    "systems": ('[systems."LABEL"]', tables.SYSTEM),
    "sync": ("[sync]", tables.SYNC),
    "pairs": ("[[pairs]]", tables.PAIR),
    "conditions": ("[[conditions]]", tables.CONDITION),
    "policies": ("[policies]", tables.POLICIES),
    "samples": ("[samples]", tables.SAMPLES),
    "keys": ("[[keys]]", tables.KEY),
    "properties": ("[[properties]]", tables.PROPERTY),
    "entities": ("[[entities]]", tables.ENTITY),
}
"""How the tables of the settings are written, and their keys."""


def keys() -> str:
    """Return a table of keys for each table of the settings."""
    return _section("Top level", "Keys before the first table.", tables.TOP) + "".join(
        _section(KEYS[name][0], text, KEYS[name][1]) for name, text in tables.TABLES.items()
    )


def _section(title: str, text: str, rows: Mapping[str, Key]) -> str:
    columns = ("Key", "Value", "Meaning")
    return heading(title) + f"{text}\n\n" + table(columns, _rows(rows), "18 34 48")


def _triggers(key: str) -> list[str]:
    return [code(str(trigger)) for trigger, keys in tables.REQUIRED_BY_TRIGGER.items() if key in keys]


def _rows(rows: Mapping[str, Key]) -> Iterator[tuple[str, str, str]]:
    for name, key in rows.items():
        required = " Required." if key.required else ""
        if rows is tables.SYNC and (triggers := _triggers(name)):
            required = f" Required by the trigger {' and '.join(triggers)}."
        yield code(name), prose(key.kind.expected), prose(key.description) + required


def sign_off() -> str:
    """Return the keys of a file of `--sign-off`, in its order."""
    return table(("Key", "Meaning"), ((code(name), prose(text)) for name, text in sign_off_file.KEYS.items()))


def baseline() -> str:
    """Return the keys of a file of `--baseline`."""
    return table(("Key", "Meaning"), ((code(name), prose(text)) for name, text in baseline_file.KEYS.items()))
