"""Tryton 8.0 on this machine, in a virtual environment of its own, over SQLite, on loopback.

Source: docs/explanation/vendors/real-systems.rst, "What Tryton does".
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from servers import HERE, KEPT, Real, do, free_port, running

DATABASE = "erp"
PASSWORD = "admin"  # noqa: S105 - of a server on loopback that lives for minutes
REQUIREMENTS = HERE / "tryton_requirements.txt"
SETTINGS = """[database]
uri = sqlite://
path = {folder}
[web]
listen = 127.0.0.1:{port}
"""


@contextmanager
def tryton(folder: Path) -> Iterator[Real]:
    """Have a Tryton with a company and nothing else in it, installed when it is not there yet."""
    venv = _installed()
    template = _seeded(venv)
    port = free_port()
    shutil.copytree(template, folder / "db")
    settings = _settings(folder, folder / "db", port)
    real = Real(f"http://127.0.0.1:{port}/{DATABASE}", (template / "key").read_text(encoding="utf-8"))

    def ready() -> bool:
        bearer = {"Authorization": f"Bearer {real.key}"}
        return httpx.get(f"{real.url}/rest/model/party.party?s=1", headers=bearer, timeout=30).is_success

    with running([venv / "bin/trytond", "-c", settings, "-d", DATABASE], folder / "server.log", ready):
        yield real


def _installed() -> Path:
    """Return the virtual environment with the pinned versions in it."""
    venv = KEPT / "tryton" / "venv"
    mark = venv / REQUIREMENTS.name
    if not mark.exists() or mark.read_bytes() != REQUIREMENTS.read_bytes():
        do([sys.executable, "-m", "venv", "--clear", venv])
        do([venv / "bin/pip", "install", "-q", "-r", REQUIREMENTS])
        shutil.copyfile(REQUIREMENTS, mark)
        shutil.rmtree(KEPT / "tryton" / "db", ignore_errors=True)
    return venv


def _seeded(venv: Path) -> Path:
    """Return a folder with a database that the server has never had, and the key to it."""
    template = KEPT / "tryton" / "db"
    if template.exists():
        return template
    fresh = template.with_name("db-unfinished")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    settings, password = _settings(fresh.parent, fresh, 0), fresh.parent / "password"
    password.write_text(f"{PASSWORD}\n", encoding="utf-8")
    (fresh / f"{DATABASE}.sqlite").touch()  # without it there is no such database
    admin: list[str | Path] = [venv / "bin/trytond-admin", "-c", settings, "-d", DATABASE]
    do([*admin, "--all", "--email", "admin@example.test"], env={"TRYTONPASSFILE": str(password)})
    do([*admin, "-u", "sale", "--activate-dependencies"])
    do([venv / "bin/python", HERE / "tryton_seed.py", settings, DATABASE, fresh / "key"])
    return fresh.rename(template)


def _settings(folder: Path, database: Path, port: int) -> Path:
    path = folder / "trytond.conf"
    path.write_text(SETTINGS.format(folder=database, port=port), encoding="utf-8")
    return path
