"""The keys of `qa-sync.toml`, and of the other files that a user writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qa_sync.reports.history import baseline as baseline_file
from qa_sync.settings import keys as tables
from qa_sync.settings import sign_off as sign_off_file
from qa_sync.settings.keys import Key
from reference.markup import code, heading, prose, table

SECTIONS: Mapping[str, tuple[str, Mapping[str, Key]]] = {
    "Top level": ("Keys before the first table.", tables.TOP),
    '[systems."LABEL"]': ("One table for each system; LABEL is its name in the spec's title.", tables.SYSTEM),
    "[sync]": ("What moves the sync on, and how long to wait for it.", tables.SYNC),
    "[[pairs]]": ("Pairs of properties for a section whose property table is empty.", tables.PAIR),
    "[[conditions]]": ("What a section's condition means, in a property's values.", tables.CONDITION),
    "[policies]": ("What a spec does not say.", tables.POLICIES),
    "[[keys]]": ("The properties by which an audit matches records.", tables.KEY),
}
"""The tables of the settings, in the order of the page."""


def keys() -> str:
    """Return a table of keys for each table of the settings."""
    return "".join(_section(title, text, rows) for title, (text, rows) in SECTIONS.items())


def _section(title: str, text: str, rows: Mapping[str, Key]) -> str:
    columns = ("Key", "Value", "Meaning")
    return heading(title) + f"{text}\n\n" + table(columns, _rows(rows), "18 34 48")


def _rows(rows: Mapping[str, Key]) -> Iterator[tuple[str, str, str]]:
    needed_by = {key: trigger for trigger, keys in tables.REQUIRED_BY_TRIGGER.items() for key in keys}
    for name, key in rows.items():
        required = " Required." if key.required else ""
        if rows is tables.SYNC and name in needed_by:
            triggers = [code(str(t)) for t, names in tables.REQUIRED_BY_TRIGGER.items() if name in names]
            required = f" Required by {' and '.join(triggers)}."
        yield code(name), prose(key.kind.expected), prose(key.description) + required


def sign_off() -> str:
    """Return the keys of a file of `--sign-off`, in its order."""
    return table(("Key", "Meaning"), ((code(name), prose(text)) for name, text in sign_off_file.KEYS.items()))


def baseline() -> str:
    """Return the keys of a file of `--baseline`."""
    return table(("Key", "Meaning"), ((code(name), prose(text)) for name, text in baseline_file.KEYS.items()))
