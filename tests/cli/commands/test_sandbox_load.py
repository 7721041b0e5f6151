"""`qa-sync sandbox` with a Wix whose lists are late and that refuses to be asked too often."""

from __future__ import annotations

import tomllib
from collections import Counter

import httpx
import pytest
from cli_caller import QaSync, Serve
from live_run import SPECS, base_of, go, over

from qa_sync.sandbox.vendors import VENDORS

KNOWN = {
    "Authorization": VENDORS["wix"].secrets["api_key"],
    "wix-site-id": VENDORS["wix"].secrets["site_id"],
}
CONTACTS = "/wix/contacts/v4/contacts"


def test_what_is_written_is_seen_late_and_above_the_rate_is_too_many(serve: Serve) -> None:
    config = serve("specs/000.txt", "--lag", "1h", "--rate", "4/min")  # its sync asks all the while, and does not count
    with httpx.Client(base_url=base_of(config), headers=KNOWN, trust_env=False) as client:
        made = client.post(CONTACTS, json={"info": {"name": {"first": "Ada"}}}).json()["contact"]
        listed = client.get(CONTACTS).json()["contacts"]
        queried = client.post(f"{CONTACTS}/query", json={}).json()["contacts"]
        assert client.get(f"{CONTACTS}/{made['id']}").json()["contact"] == made
        refused = client.get(CONTACTS)
        other = client.get("/customerp/api/v1/contacts", headers={"Authorization": "Bearer none"})
    assert (listed, queried) == ([], [])
    assert (refused.status_code, "retry-after" in refused.headers, other.status_code) == (429, False, 401)
    systems = tomllib.loads(config.read_text(encoding="utf-8"))["systems"]
    assert {label: own.get("rate") for label, own in systems.items()} == {"Wix.com": "4/min", "Customerp": None}


@pytest.mark.parametrize(
    "words", [("--lag", "soon"), ("--lag", "2"), ("--rate", "often"), ("--rate", "0/min"), ("--rate", "9/10s")]
)
def test_nonsense_is_reported(qa_sync: QaSync, words: tuple[str, str]) -> None:
    got = qa_sync("sandbox", "--port", "0", *words)
    assert got.code == 2
    assert words[1] in got.err


@pytest.mark.slow
def test_a_live_run_comes_to_the_same_verdicts(serve: Serve) -> None:
    config = serve(*SPECS, "--lag", "1s", "--rate", "200/min")
    went = go("live", "under-load", config=config, parallel_sections=8)
    assert went.unwell == []
    assert went.verdicts == go("sandbox", "under-load").verdicts


@pytest.mark.slow
def test_who_does_not_keep_the_rate_is_only_slower(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses: Counter[int] = Counter()

    class Counting(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            statuses[response.status_code] += 1
            return response

    over(monkeypatch, lambda _label, connector: (connector, {"out": Counting()}))
    config = serve(*SPECS, "--rate", "5/s")
    config.write_text(config.read_text(encoding="utf-8").replace('rate = "5/s"', ""), encoding="utf-8")
    went = go("live", "hasty", config=config, parallel_sections=8)
    assert statuses[429] > 0
    assert went.unwell == []
    assert went.verdicts == go("sandbox", "hasty").verdicts
