"""`qa-sync sandbox` as a user starts it: another process, real sockets on the loopback, stopped by a signal."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from cli_caller import QaSync
from waits import NO_TLS, sandbox, until

from qa_sync.sandbox.vendors import VENDORS
from qa_sync.settings.read import load_settings
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

Start = Callable[..., dict[str, str]]


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def go(*words: str) -> dict[str, str]:
            lines = stack.enter_context(sandbox("--port", "0", "--every", "0.1", *words))
            reported = {name: url.strip() for name, _, url in (line.partition(" ") for line in lines)}
            return {name: reported[name] for name in VENDORS}

        yield go


@contextmanager
def system(name: str, urls: dict[str, str]) -> Iterator[RestSystem]:
    connector = load_connector(builtin_folder(name))
    transport = httpx.HTTPTransport(NO_TLS, retries=3)
    with closing(RestSystem(name, connector, urls[name], VENDORS[name].secrets, transport)) as it:
        yield it


def test_the_settings_that_it_writes_can_be_read(start: Start, tmp_path: Path) -> None:
    """With no document every name of every system stands in them."""
    path = tmp_path / "qa-sync.toml"
    urls = start("--write-config", str(path))
    settings = load_settings(path)
    assert {own.connector: own.url for own in settings.systems.values()} == urls
    assert all(settings.system(label) for label in ("Wix.com", "WooCommerce", "CUSTOMERP", "Custom Webshop"))


def test_it_serves_all_vendors_and_keeps_a_document_in_sync(start: Start) -> None:
    urls = start("specs/000.txt")
    with system("wix", urls) as wix, system("customerp", urls) as erp:
        wix.insert("contacts", {"info.name.first": "Åse", "info.emails.items[primary=true].email": "a@example.test"})
        assert until(lambda: [r.data["firstName"] for r in erp.list("contact")]) == ["Åse"]


def test_without_a_document_it_only_serves(start: Start) -> None:
    urls = start()
    for name in VENDORS:
        with system(name, urls) as served:
            assert [list(served.list(datatype)) for datatype in served.cards] == [[], [], []]


def test_a_taken_port(qa_sync: QaSync) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        got = qa_sync("sandbox", "--port", str(other.getsockname()[1]))
    assert got.code == 2
    assert "--port" in got.err


def test_a_fault_needs_a_sync(qa_sync: QaSync) -> None:
    got = qa_sync("sandbox", "--fault", "truncate")
    assert got.code == 2
    assert "SPEC" in got.err
