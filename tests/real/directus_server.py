"""Directus 11.3.5 on this machine, over SQLite, on loopback, with collections for contacts and products.

It needs node 20 with npm, its headers and a C++ compiler; npm fetches 470 MB of packages at the first run. Directus
makes its OpenAPI document from the collections that it has. Its license allows use that is not in production.

Source: docs/explanation/vendors/real-systems.rst, "What Directus does".
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from servers import HERE, KEPT, Real, do, free_port, running

TOKEN = "only-on-loopback"  # noqa: S105 - of a server that lives for a test
OWN = 3
"""The records of each collection that no check has made."""

HEADERS = Path("/usr/include/node")
"""Where the headers of node are: npm fetches them from elsewhere unless it is told."""


@contextmanager
def directus(folder: Path) -> Iterator[Real]:
    """Have a Directus with two collections and a few records in them, installed when it is not there yet."""
    home = _installed()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": url,
        "DB_CLIENT": "sqlite3",
        "DB_FILENAME": str(folder / "directus.db"),
        "SECRET": TOKEN * 2,
        "ADMIN_EMAIL": "admin@example.com",
        "ADMIN_PASSWORD": TOKEN,
        "ADMIN_TOKEN": TOKEN,
        "TELEMETRY": "false",
        "LOG_LEVEL": "warn",
    }
    do(["npx", "directus", "bootstrap"], env=env, cwd=home)

    def ready() -> bool:
        return httpx.get(f"{url}/server/ping", timeout=30).is_success

    with running(["node", "node_modules/.bin/directus", "start"], folder / "directus.log", ready, env=env, cwd=home):
        _seed(url)
        yield Real(url, f"Bearer {TOKEN}")


def open_api(real: Real) -> str:
    """Return the document that Directus makes of itself."""
    return httpx.get(f"{real.url}/server/specs/oas", headers={"Authorization": real.key}, timeout=60).text


def _installed() -> Path:
    """Return the folder with the packages in it."""
    home = KEPT / "directus"
    home.mkdir(parents=True, exist_ok=True)
    package = HERE / "directus_package.json"
    mark = home / "installed.json"
    if not mark.exists() or mark.read_bytes() != package.read_bytes():
        shutil.copyfile(package, home / "package.json")
        headers = {"npm_config_nodedir": str(HEADERS.parents[1])} if HEADERS.is_dir() else {}
        do(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], env=headers, cwd=home)
        shutil.copyfile(package, mark)
    return home


def _text(name: str, longest: int, *, required: bool = False) -> dict[str, Any]:
    schema = {"max_length": longest, "is_nullable": not required, "is_unique": required and name == "sku"}
    return {"field": name, "type": "string", "meta": {"required": required}, "schema": schema}


def _fields(*own: dict[str, Any]) -> list[dict[str, Any]]:
    key = {"is_primary_key": True, "length": 36, "has_auto_increment": False}
    made, changed = (
        {"field": name, "type": "timestamp", "meta": {"special": [special], "readonly": True}, "schema": {}}
        for name, special in (("date_created", "date-created"), ("date_updated", "date-updated"))
    )
    identity = {"field": "id", "type": "uuid", "meta": {"special": ["uuid"], "readonly": True}, "schema": key}
    return [identity, *own, made, changed]


COLLECTIONS = {
    "contacts": _fields(
        _text("email", 255),
        _text("first_name", 100),
        _text("last_name", 100),
        _text("job_title", 100),
        _text("phone", 40),
        _text("street", 120),
        _text("postal_code", 20),
        _text("city", 100),
        _text("remark", 100),
    ),
    "products": _fields(
        _text("sku", 60, required=True),
        _text("name", 200, required=True),
        {"field": "description", "type": "text", "schema": {}},
        {"field": "price", "type": "decimal", "schema": {"numeric_precision": 12, "numeric_scale": 2}},
        {"field": "stock", "type": "integer", "schema": {}},
        _text("shelf", 20),
    ),
}


def _seed(url: str) -> None:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as client:
        for name, fields in COLLECTIONS.items():
            made = {"collection": name, "schema": {}, "meta": {}, "fields": fields}
            client.post("/collections", json=made).raise_for_status()
        for number in range(OWN):
            person = {"email": f"own{number}@example.org", "first_name": f"Own {number}", "remark": "kept"}
            thing = {"sku": f"own-{number}", "name": f"Thing {number}", "price": 1.5, "shelf": "A"}
            client.post("/items/contacts", json=person).raise_for_status()
            client.post("/items/products", json=thing).raise_for_status()
