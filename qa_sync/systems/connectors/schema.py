"""Reads `schema.csv` of a connector: the properties of each datatype with their JSON types.

A row has `System,Type,Name,SubName,Datatype,Description`; `SubName` is a member of the objects in a list. Source:
docs/explanation/connector-format-facts.rst, "The folder".
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from qa_sync.errors import ConnectorError
from qa_sync.systems.connectors.folder import read_text

SCHEMA_FILE: Final = "schema.csv"

TYPES: Final[Mapping[str, str]] = {
    "string": "string",
    "string (date)": "string",
    "string (guid)": "string",
    "integer": "integer",
    "number": "float",
    "decimal": "decimal",
    "boolean": "boolean",
}
"""The data types of the file, in the words of specs; a property of any other type is left out."""


@lru_cache(maxsize=100)
def read_schema(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Return the data types by path, by datatype; empty if there is no such file or it is no CSV."""
    try:
        lines = read_text(folder / SCHEMA_FILE).splitlines()
    except ConnectorError:
        return {}
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(lines):
        path = ".".join(part for part in (row.get("Name"), row.get("SubName")) if part)
        kind = TYPES.get((row.get("Datatype") or "").casefold())
        if path and kind and row.get("Type"):
            found.setdefault(str(row["Type"]), {}).setdefault(path, kind)
    return found
