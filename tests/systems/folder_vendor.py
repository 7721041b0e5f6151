"""The test connectors of this folder, each over a vendor that says what it was given to say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fake_vendor import Answers, Fake

from qa_sync.clock import VirtualClock
from qa_sync.systems.connectors.load import Connector, load_connector
from qa_sync.systems.rest.rest_system import RestSystem

FOLDERS = Path(__file__).parent / "folders"
BASE = "https://api.example.test"
NOW = datetime(2024, 3, 1, tzinfo=UTC)


def load(name: str, **options: Any) -> Connector:
    return load_connector(FOLDERS / name, **options)


def speak_folder(
    name: str, *answers: Answers, env: dict[str, Any] | None = None, payloads: dict[str, Any] | None = None
) -> tuple[RestSystem, Fake]:
    fake = Fake(list(answers))
    connector = load(name, env=env or {}, payloads=payloads or {})
    secrets = {secret: f"s-{secret}" for secret in connector.secrets}
    transport = httpx.MockTransport(fake)
    return RestSystem(name, connector, BASE, secrets, transport, env=env, clock=VirtualClock(NOW)), fake


def listed(name: str, datatype: str, *answers: Answers, **options: Any) -> tuple[list[str], Fake]:
    """Read a list to its end; every answer must have been asked for, and no more."""
    system, fake = speak_folder(name, *answers, **options)
    ids = [record.id for record in system.list(datatype)]
    assert fake.answers == []
    return ids, fake
