"""The tables of vendors' members say what the entity cards say, and every such word of a card stands in its table."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_caller import ROOT
from msgspec import Struct

from qa_sync.systems.connectors.find import builtin_folder

FOLDER = ROOT / "docs/explanation/vendors/members"
SOURCES = ("documented", "inferred", "measured", "made for this project")
TOLD = ("avoid", "doubled", "keeps_entities", "fixed", "derived", "has_default", "unique_without")
"""What a card says of a member that behaves in its own way, so that its table has to name it."""
CARDS: Mapping[str, Mapping[str, Path]] = {
    "wix": {"": builtin_folder("wix")},
    "woocommerce": {"": builtin_folder("woocommerce")},
    "customerp": {"": builtin_folder("customerp")},
    "custom-webshop": {"": builtin_folder("customwebshop")},
    "real-systems": {f"{name} ": ROOT / "tests/real" / name for name in ("tryton", "tryton_rpc", "medusa")},
}


class Row(Struct, frozen=True):
    """A row of a table: the connector's folder, the datatype, its members, and what the card says of them."""

    folder: Path
    datatype: str
    members: tuple[str, ...]
    card: str


def rows_of(name: str) -> Iterator[Row]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for entity, members, behavior, card, source in csv.reader(file):
            assert source in SOURCES
            assert behavior
            prefix = max((p for p in CARDS[name] if entity.startswith(p)), key=len)
            paths = tuple(path.strip("`") for path in members.split(" "))
            yield Row(CARDS[name][prefix], entity.removeprefix(prefix), paths, card.strip("`"))


def entity_of(folder: Path, datatype: str) -> Mapping[str, Any]:
    table = tomllib.loads((folder / "entities.toml").read_text(encoding="utf-8"))
    return {**table.get("*", {}), **table[datatype]}


def property_of(entity: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    raw = entity["properties"].get(path, {})
    return raw if "writable" in raw else {**entity.get("defaults", {}), **raw}


@pytest.mark.parametrize("name", CARDS)
def test_a_table_says_what_the_card_says(name: str) -> None:
    for row in rows_of(name):
        entity = entity_of(row.folder, row.datatype)
        for path in row.members:
            if row.card == "volatile":
                assert path in entity["volatile"], (row.datatype, path)
            elif row.card == "announces":
                assert entity["announces"]
            elif row.card:
                said = {**entity, **property_of(entity, path)}
                expected = tomllib.loads(row.card.replace(", keeps", "\nkeeps").replace('", avoid', '"\navoid'))
                assert {key: said.get(key) for key in expected} == expected, (row.datatype, path)
            else:
                assert path not in entity["properties"], (row.datatype, path)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_says_nothing_that_its_table_leaves_out(name: str) -> None:
    rows = list(rows_of(name))
    for folder in CARDS[name].values():
        table = tomllib.loads((folder / "entities.toml").read_text(encoding="utf-8"))
        for datatype in table.keys() - {"*"}:
            own = [row for row in rows if (row.folder, row.datatype) == (folder, datatype)]
            entity = entity_of(folder, datatype)
            named = {path for row in own for path in row.members}
            assert set(entity.get("volatile", ())) <= {p for row in own if row.card == "volatile" for p in row.members}
            assert not entity.get("announces") or any(row.card == "announces" for row in own)
            assert {entity.get("modified"), entity.get("revision", {}).get("read")} - {None} <= named
            told = {path for path, raw in entity["properties"].items() if raw.keys() & set(TOLD)}
            assert told - named == set(), datatype


def test_every_table_stands_on_a_page() -> None:
    pages = [(name, (FOLDER.parent / f"{name}.rst").read_text(encoding="utf-8")) for name in CARDS]
    assert {path.stem for path in FOLDER.iterdir()} == {name for name, text in pages if f"members/{name}.csv" in text}
