"""Two systems on this machine that keep parcels, each with a connector folder, and settings for a live run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from loopback import Loopback, loopback

SPEC = """\
========================
Depot to Ledger Dataflow
========================

Generated: 2026-01-01 00:00:00

Depot Parcel to Ledger Parcel
-----------------------------
Every Depot Parcel will be synchronized with a Ledger Parcel.

Once a link between a Depot Parcel and a Ledger Parcel is established, it will keep in sync between the two systems, \
regardless of where it is edited.

The following properties are synchronized between a Depot Parcel and a Ledger Parcel:

.. list-table::
   :header-rows: 1

   * - Depot Parcel Property
     - Ledger Parcel Property
     - Ledger Data Type
   * - label
     - label
     - string
"""

CARD = """\
[parcel]
names = ["Parcel"]
key = "no"
modified = "touched"

[parcel.properties]
label = { concept = "name", max_length = 100 }
remark = { concept = "note" }
"""

OPERATIONS: Mapping[str, Mapping[str, Any]] = {
    "parcel-list": {"method": "GET", "url": "parcels"},
    "parcel-lookup": {"method": "GET", "url": "parcels/{{ entity.no }}"},
    "parcel-insert": {"method": "POST", "url": "parcels"},
    "parcel-update": {"method": "PATCH", "url": "parcels/{{ entity.no }}"},
    "parcel-delete": {"method": "DELETE", "url": "parcels/{{ entity.no }}"},
}

Parcel = dict[str, Any]
Interfere = Callable[[str, httpx.Request], httpx.Response | None]


def _well(_side: str, _request: httpx.Request) -> None:
    """Answer as usual."""


@dataclass
class Depot:
    """Both systems; `interfere` may answer in their place, `member` is the member of a list's answer (None: none)."""

    folder: Path
    interfere: Interfere = _well
    member: str | None = None
    parcels: dict[str, dict[str, Parcel]] = field(default_factory=lambda: {"depot": {}, "ledger": {}})
    made: int = 100
    served: Loopback | None = None

    @property
    def spec(self) -> str:
        return str(self.folder / "spec.txt")

    @property
    def config(self) -> str:
        return str(self.folder / "qa-sync.toml")

    @property
    def writes(self) -> list[str]:
        assert self.served
        return [line for line in self.served.lines if not line.startswith("GET ")]

    def answer(self, request: httpx.Request) -> httpx.Response:
        side, _, *rest = request.url.path.strip("/").split("/")
        if other := self.interfere(side, request):
            return other
        mine = self.parcels[side]
        if request.method == "GET" and not rest:
            rows: Any = [dict(one) for one in mine.values()]
            return httpx.Response(200, json={self.member: rows} if self.member else rows)
        if request.method == "POST":
            self.made += 1
            key = str(self.made)
            mine[key] = {"no": key, **json.loads(request.content), "touched": _now()}
            return httpx.Response(201, json=mine[key])
        return self._one(mine, rest[0], request)

    def _one(self, mine: dict[str, Parcel], key: str, request: httpx.Request) -> httpx.Response:
        if key not in mine:
            return httpx.Response(404, json={"message": "no such parcel"})
        if request.method == "DELETE":
            del mine[key]
            return httpx.Response(204)
        if request.method == "PATCH":
            mine[key] |= {**json.loads(request.content), "no": key, "touched": _now()}
        return httpx.Response(200, json=mine[key])

    def connector(self, name: str, **changes: Mapping[str, Any]) -> None:
        """Write the connector folder of a system; `changes` are by verb: members that an operation has as well."""
        folder = self.folder / name
        (folder / "templates").mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text(
            json.dumps({"additional_parameters": {"base_url": {}}, "datatypes": {"parcel": {}}})
        )
        operations = {key: {**one, **changes.get(key.partition("-")[2], {})} for key, one in OPERATIONS.items()}
        system = {"type": "system:rest", "url_pattern": "{{@ base_url @}}/%s", "operations": operations}
        (folder / "templates" / "system.json").write_text(json.dumps(system))
        (folder / "entities.toml").write_text(CARD)

    def settings(self, trigger: str = 'trigger = "builtin"\ntimeout = "2s"\ninterval = "10ms"', **urls: str) -> None:
        """Write the settings; `urls` replace the url of a system."""
        assert self.served
        systems = "".join(
            f'[systems."{name.title()}"]\nconnector = "{name}"\nurl = "{urls.get(name, f"{self.served.url}/{name}")}"\n'
            "writes = true\n\n"
            for name in self.parcels
        )
        Path(self.config).write_text(f"{systems}[sync]\n{trigger}\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def depot(folder: Path, interfere: Interfere = _well) -> Iterator[Depot]:
    """Serve both systems, with connectors, a spec and settings in `folder`."""
    place = Depot(folder, interfere)
    with loopback(place.answer) as served:
        place.served = served
        (folder / "spec.txt").write_text(SPEC)
        for name in place.parcels:
            place.connector(name)
        place.settings()
        yield place
