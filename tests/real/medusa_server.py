"""Medusa 2.18.0 on this machine, over a PostgreSQL of its own, on loopback.

It needs node 20 with npm, and PostgreSQL's programs (`apt-get install postgresql`); the 670 MB of packages are fetched
by npm at the first run. 2.18.0 is the last version that is free software as a whole.

Source: docs/explanation/vendors/real-systems.rst, "What Medusa does".
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from servers import HERE, KEPT, Real, do, free_port, running

DATABASE = "medusa"
ADMIN, PASSWORD = "admin@example.test", "only on loopback"
REGION = {"name": "Europe", "currency_code": "eur", "countries": ["fr"]}
QUIET = {"MEDUSA_DISABLE_TELEMETRY": "true", "NODE_ENV": "development"}


class Shop(Real, frozen=True):
    """A started shop, and what its orders must say of where they are made."""

    region: str
    channel: str


@contextmanager
def medusa(folder: Path) -> Iterator[Shop]:
    """Have a Medusa with a region and nothing else in it, installed when it is not there yet."""
    home = _installed()
    with _postgresql(folder) as server:
        database = f"{server}/{DATABASE}"
        port = free_port()
        env = {**QUIET, "DATABASE_URL": database, "MEDUSA_PORT": str(port)}
        (home / ".env").write_text(f"DATABASE_URL={database}\n", encoding="utf-8")  # wanted beside the environment
        do(["npx", "medusa", "db:setup", "--db", DATABASE, "--no-interactive"], env=env, cwd=home)
        do(["npx", "medusa", "user", "-e", ADMIN, "-p", PASSWORD], env=env, cwd=home)
        url = f"http://127.0.0.1:{port}"
        start = ["node", "node_modules/.bin/medusa", "start", "--host", "127.0.0.1", "--port", str(port)]

        def ready() -> bool:
            return httpx.get(f"{url}/health", timeout=30).is_success

        with running(start, folder / "medusa.log", ready, env=env, cwd=home, within_s=120):
            yield _seeded(url)


def _installed() -> Path:
    """Return the folder with the packages in it."""
    home = KEPT / "medusa"
    (home / "src").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "medusa_config.js", home / "medusa-config.js")
    package = HERE / "medusa_package.json"
    mark = home / "installed.json"
    if not mark.exists() or mark.read_bytes() != package.read_bytes():
        shutil.copyfile(package, home / "package.json")
        do(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=home)
        shutil.copyfile(package, mark)
    return home


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """Have an empty PostgreSQL running; it will not run as root, so then it runs as `postgres`."""
    programs = _programs()
    # The path of a socket is short, and a folder of pytest's is closed to other users.
    place = Path(tempfile.mkdtemp(prefix="qa-sync-pg-", dir="/tmp"))
    words: list[str | Path] = []
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
        words = ["runuser", "-u", "postgres", "--"]
    port = free_port()
    data = place / "data"
    try:
        do([*words, programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres"], cwd=place)
        options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={place}", "-c", "fsync=off"]
        start = [*words, programs / "postgres", "-D", data, "-p", str(port), *options]
        ask: list[str | Path] = [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        with running(start, folder / "postgresql.log", lambda: _succeeds(ask), cwd=place):
            yield f"postgres://postgres@127.0.0.1:{port}"
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _programs() -> Path:
    """Return the folder of PostgreSQL's own programs, which distributions keep out of PATH."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found and not debian:
        raise RuntimeError("PostgreSQL is not installed; apt-get install postgresql")
    return Path(found).resolve().parent if found else debian[-1].parent


def _succeeds(words: list[str | Path]) -> bool:
    try:
        do(words)
    except RuntimeError:
        return False
    return True


def _seeded(url: str) -> Shop:
    """Give the shop a key and a region, and return what a connector must know of it."""
    with httpx.Client(base_url=url, timeout=60) as client:

        def call(path: str, body: Any = None) -> Any:
            response = client.request("POST" if body else "GET", path, json=body)
            return response.raise_for_status().json()

        token = call("/auth/user/emailpass", {"email": ADMIN, "password": PASSWORD})["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return Shop(
            url=url,
            key=call("/admin/api-keys", {"title": "qa-sync", "type": "secret"})["api_key"]["token"],
            region=call("/admin/regions", REGION)["region"]["id"],
            channel=call("/admin/sales-channels")["sales_channels"][0]["id"],
        )
