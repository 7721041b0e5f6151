"""A connector of two systems over one line: each is shown its own credentials, and recorded on the same tape."""

from __future__ import annotations

import random
from pathlib import Path

import httpx
from folder_vendor import BASE, NOW, load

from qa_sync.clock import VirtualClock
from qa_sync.systems.connectors.capabilities import authentication_of
from qa_sync.systems.recording.cassettes import CassetteLabel
from qa_sync.systems.recording.player import ExpectedLabel, ReplayTransport, load_cassette
from qa_sync.systems.recording.recorder import CassetteRecorder, RecordingTransport
from qa_sync.systems.redaction import HIDDEN, Redactor
from qa_sync.systems.rest.live_connection import LiveConnection, open_connection
from qa_sync.systems.rest.rest_system import RestSystem

OLD = "https://old.example.test"
SECRETS = {"key": "new-secret", "old_key": "old-secret"}
LABEL = CassetteLabel("seed", NOW, {"twofold": "f"}, "spec", {"twofold": BASE})


def opened(requested: list[httpx.Request], clock: VirtualClock) -> LiveConnection:
    def vendor(request: httpx.Request) -> httpx.Response:
        requested.append(request)
        if len(requested) == 1:
            return httpx.Response(429, headers={"retry-after": "7"})
        return httpx.Response(200, json=[{"Id": 1 if request.url.host == "old.example.test" else 2}])

    return open_connection(
        "Twofold",
        load("twofold"),
        BASE,
        SECRETS,
        clock=clock,
        redact=Redactor(),
        env={"base_url_v1": OLD},
        out=httpx.MockTransport(vendor),
        rng=random.Random(1),  # noqa: S311 - chance that repeats itself
    )


def test_each_system_is_shown_its_own_credentials(tmp_path: Path) -> None:
    requested: list[httpx.Request] = []
    clock = VirtualClock(NOW)
    connection = opened(requested, clock)
    cassette = CassetteRecorder(tmp_path / "tape.json", LABEL, connection.redact)
    system = connection.system(lambda way: RecordingTransport(way, cassette))
    assert [record.id for record in system.list("old")] == ["1"]
    assert [record.id for record in system.list("new")] == ["2"]
    cassette.save()
    connection.close()

    assert [request.url.host for request in requested] == ["old.example.test", "old.example.test", "api.example.test"]
    assert (clock.now() - NOW).total_seconds() >= 7
    basic = httpx.BasicAuth("u", "old-secret")
    signed = next(basic.auth_flow(httpx.Request("GET", OLD))).headers["authorization"]
    assert [request.headers.get("authorization") for request in requested] == [signed, signed, None]
    assert [request.headers.get("key") for request in requested] == [None, None, "new-secret"]

    again = load_cassette(tmp_path / "tape.json", ExpectedLabel({"twofold": "f"}, "spec", "x.txt"))
    replayed = RestSystem(
        "Twofold",
        load("twofold"),
        BASE,
        dict.fromkeys(SECRETS, HIDDEN),
        ReplayTransport(again),
        env={"base_url_v1": OLD},
        authenticates=False,
    )
    assert [record.id for kind in ("old", "new") for record in replayed.list(kind)] == ["1", "2"]
    assert again.unused_requests() == ()


def test_each_system_shows_how_it_is_reported_who_asks() -> None:
    connector = load("twofold")
    assert authentication_of(connector.service) == "header Key"
    assert {name: authentication_of(service) for name, service in connector.further.items()} == {"twofoldv1": "basic"}
