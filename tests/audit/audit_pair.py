"""A pair of systems with connectors of its own, for audits of exports and of served lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEAD = """Shop to Office Dataflow
=======================

Generated: 2024-09-10 14:20:17

Introduction
------------

Text.

Shop People to Office People
----------------------------
Every Shop People will be synchronized with a Office People.

A Shop People will merge with a Office People if one of the following property combinations match:

.. list-table::
   :header-rows: 1

   * - Shop People Property
     - Office People Property
   * - email
     - email

Once a link between a Shop People and a Office People is established, it will keep in sync between the two systems, \
regardless of where it is edited.

The following properties are synchronized between a Shop People and a Office People:

.. list-table::
   :header-rows: 1

   * - Shop People Property
     - Office People Property
     - Office Data Type
"""
LIST = {
    "method": "GET",
    "url": "people",
    "payload_property": "people",
    "page_size": 100,
    "params": {"page": "{{ page + 1 }}"},
    "supports_since": True,
    "since_property_name": "since",
    "next_page_link": "people",
    "next_page_termination_strategy": "not-full-page",
}
LOOKUP = {"method": "GET", "url": "people/{{ entity.id }}"}


def make_pair(
    folder: Path, properties: Mapping[str, str], *, more: str = "", urls: tuple[str, str] | None = None
) -> Path:
    """Write a spec, two connectors and settings; `properties` are the TOML entries of the properties besides email."""
    entries = {"email": '{ concept = "email", convert = "email", unique = true }', **properties}
    lines = []
    for at, name in enumerate(("Shop", "Office")):
        place = folder / name.lower()
        (place / "templates").mkdir(parents=True, exist_ok=True)
        cannot = 'cannot = { insert = "read only", update = "read only", delete = "read only" }'
        card = ["[people]", 'names = ["People"]', 'key = "id"', cannot, 'modified = "changed"', "[people.properties]"]
        card += [f"{json.dumps(path)} = {entry}" for path, entry in entries.items()]
        (place / "entities.toml").write_text("\n".join(card) + "\n", encoding="utf-8")
        manifest: dict[str, object] = {"additional_parameters": {"base_url": {}}, "datatypes": {"people": {}}}
        (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        operations = {"people-list": LIST, "people-lookup": LOOKUP}
        template = {"type": "system:rest", "url_pattern": "{{@ base_url @}}/%s", "operations": operations}
        (place / "templates" / "system.json").write_text(json.dumps(template), encoding="utf-8")
        url = urls[at] if urls else "http://127.0.0.1:9"
        lines += [f'[systems."{name}"]', f"connector = {json.dumps(str(place))}", f'url = "{url}"']
    (folder / "qa-sync.toml").write_text("\n".join([*lines, more]) + "\n", encoding="utf-8")
    rows = "".join(f"   * - {path}\n     - {path}\n     -\n" for path in entries)
    spec = folder / "people.rst"
    spec.write_text(HEAD + rows, encoding="utf-8")
    return spec


def checks_of(report: Path) -> dict[str, dict[str, Any]]:
    """Return the checks of the report's only section by the end of their ids."""
    sections = json.loads(report.read_text(encoding="utf-8"))["specs"][0]["sections"]
    return {c["id"].split("/", 2)[2]: c for c in sections[0]["checks"]}
