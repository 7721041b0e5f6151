"""Systems in use: pre-existing records, and a snapshot of all records."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from hashlib import sha256
from pathlib import Path

import httpx
from waits import GUARD_S, NO_TLS, until

from qa_sync.sandbox.vendors import VENDORS
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.values import paths

Prints = dict[tuple[str, str, str], str]
"""A fingerprint of each record by system, datatype and id."""


@contextmanager
def systems_of(config: Path) -> Iterator[dict[str, RestSystem]]:
    """Yield the served systems of the settings by label, with nothing between us and them."""
    found = {}
    for label, own in tomllib.loads(config.read_text(encoding="utf-8"))["systems"].items():
        vendor, connector = VENDORS[own["connector"]], load_connector(builtin_folder(own["connector"]))
        found[label] = RestSystem(label, connector, own["url"], vendor.secrets, httpx.HTTPTransport(NO_TLS, retries=3))
    try:
        yield found
    finally:
        for system in found.values():
            system.close()


def prints_of(config: Path) -> Prints:
    found: Prints = {}
    with systems_of(config) as systems:
        for label, system in systems.items():
            for datatype in system.cards:
                for record in system.list(datatype):
                    own = (path for path in system.cards[datatype].volatile if paths.parse(path))
                    text = json.dumps(reduce(paths.omit, own, record.data), sort_keys=True, default=str)
                    found[label, datatype, record.id] = sha256(text.encode()).hexdigest()
    return found


def people(config: Path, count: int) -> None:
    """Fill Wix and Customerp with so many contacts in all, a third of them counterparts, and wait for the sync."""
    with systems_of(config) as systems:
        for number in range(count // 3):
            wix = {"info.name.first": f"Kari {number}", "info.name.last": "Ås", **_mail(f"kari{number}")}
            systems["Wix.com"].insert("contacts", wix)
            erp = {"firstName": f"Ola {number}", "lastName": "Nordmann", "email": f"ola{number}@people.test"}
            systems["Customerp"].insert("contact", erp)
    until(lambda: len(prints_of(config)) >= count)


def _mail(name: str) -> dict[str, str]:
    return {"info.emails.items[primary=true].email": f"{name}@people.test"}


def settled(config: Path, quiet_s: float = 1.5) -> Prints:
    """Return a snapshot of all records when the served sync has nothing more to do."""
    deadline = time.monotonic() + GUARD_S
    before, since = prints_of(config), time.monotonic()
    while time.monotonic() - since < quiet_s:
        assert time.monotonic() < deadline, "the records never settle"
        time.sleep(0.3)
        now = prints_of(config)
        if now != before:
            before, since = now, time.monotonic()
    return before
