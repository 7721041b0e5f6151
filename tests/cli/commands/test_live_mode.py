"""`--mode live` as a user meets it: the served sandbox in another process, settings that it wrote, real sockets."""

from __future__ import annotations

import json
import re
import signal
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import QaSync, Serve
from waits import NO_TLS, ended, running, until

from qa_sync.sandbox.vendors import VENDORS
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

SHOP = VENDORS["woocommerce"]
SPECS = ("specs/000.txt", "specs/003.txt")


def verdicts(report: str) -> dict[str, str]:
    specs: list[Any] = json.loads(report)["specs"]
    return {c["id"]: c["status"] for spec in specs for section in spec["sections"] for c in section["checks"]}


def first(report: str, status: str) -> dict[str, Any]:
    sections = json.loads(report)["specs"][0]["sections"]
    return next(c for s in sections for c in s["checks"] if c["status"] == status)


@pytest.mark.slow
def test_it_behaves_as_in_process(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(*SPECS)
    live = qa_sync("check", *SPECS, "--mode", "live", "--config", str(config), "--report", "json")
    sandbox = qa_sync("check", *SPECS, "--mode", "sandbox", "--report", "json")
    assert live.code == 0, live.err
    assert verdicts(live.out) == verdicts(sandbox.out)
    assert json.loads(live.out)["seed"] != json.loads(sandbox.out)["seed"]


@pytest.mark.slow
def test_a_recording_of_live_systems_replays_as_it_went(qa_sync: QaSync, serve: Serve, tmp_path: Path) -> None:
    config = ("--config", str(serve(SPECS[0])), "--cassettes", str(tmp_path / "cassettes"), "--report", "json")
    recorded = qa_sync("check", SPECS[0], "--mode", "record", *config)
    assert recorded.code == 0, recorded.err
    replayed = qa_sync("check", SPECS[0], *config)
    assert replayed.code == 0, replayed.err
    was, now = (json.loads(result.out) for result in (recorded, replayed))
    assert not any(recording["unplayed"] for recording in now.pop("recordings"))
    for report in (was, now):
        del report["mode"], report["duration_s"]
    assert was == now  # latencies and ids, too
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("cassettes/*/*.json"))
    assert text
    assert "not-a-secret" not in text


def test_a_sync_that_does_nothing_is_found_out(qa_sync: QaSync, serve: Serve) -> None:
    config = str(serve(SPECS[0], "--no-sync"))
    words = ("--mode", "live", "--config", config, "--timeout", "1", "-x", "--report", "json", "--section", "1")
    got = qa_sync("check", SPECS[0], *words)
    # No one knows whether it would still come ...
    assert got.code == 3
    assert re.search(r"not yet: .*got 0; polled \d+ times in 1 s", first(got.out, "error")["message"])
    # ... but it is late when there is a promise about time.
    got = qa_sync("check", SPECS[0], *words, "--max-lag", "1s")
    assert got.code == 3  # what -x left out may fail, too
    assert "the maximum latency is 1 s" in first(got.out, "failed")["message"]


@pytest.mark.slow
def test_our_own_engine_can_be_the_sync(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPECS[0], "--no-sync")
    config.write_text(config.read_text(encoding="utf-8").replace('"wait"', '"builtin"'), encoding="utf-8")
    got = qa_sync("check", SPECS[0], "--mode", "live", "--config", str(config), "--report", "json")
    assert got.code == 0, got.err


@pytest.mark.slow
def test_nothing_is_written_unless_the_settings_allow_it(qa_sync: QaSync, serve: Serve) -> None:
    config = serve(SPECS[0])
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("writes = true", "", 1), encoding="utf-8")
    got = qa_sync("check", SPECS[0], "--mode", "live", "--config", str(config), "--report", "json")
    assert got.code == 3  # nothing ran
    assert set(verdicts(got.out).values()) == {"skipped"}
    assert "Wix.com is read-only" in got.out
    config.write_text(text.replace("[sync]", "production = true\n\n[sync]"), encoding="utf-8")
    got = qa_sync("check", SPECS[0], "--mode", "live", "--config", str(config), "--report", "json")
    assert got.code == 0
    passed = {check.split("/")[2] for check, status in verdicts(got.out).items() if status == "passed"}
    assert {"create", "unique", "property", "update-forward"} <= passed
    assert "update-backward" not in passed
    assert "Customerp is marked `production = true`" in got.out
    assert {lost["system"] for lost in json.loads(got.out)["leftovers"]} == {"Wix.com", "Customerp"}
    refused = qa_sync("check", SPECS[0], "--mode", "record", "--config", str(config))
    assert refused.code == 2
    assert "production" in refused.err


def test_what_is_missing_is_reported_at_once(qa_sync: QaSync, tmp_path: Path) -> None:
    config = tmp_path / "qa-sync.toml"
    text = '[systems."wix.com"]\nurl = "https://a.example"\nsecrets = { api_key = "$NO_SUCH_VARIABLE" }\n'
    config.write_text(text, encoding="utf-8")
    got = qa_sync("check", SPECS[0], "--mode", "live", "--config", str(config))
    assert got.code == 2
    assert "2 systems are not configured" in got.err
    assert "$NO_SUCH_VARIABLE" in got.err
    assert "the url of Customerp is missing" in got.err


def test_settings_of_others_are_not_lost(qa_sync: QaSync, tmp_path: Path) -> None:
    config = tmp_path / "qa-sync.toml"
    config.write_text("# mine\n", encoding="utf-8")
    got = qa_sync("sandbox", "--port", "0", "--write-config", str(config))
    assert got.code == 2
    assert config.read_text(encoding="utf-8") == "# mine\n"


def test_an_interruption_leaves_nothing_behind(serve: Serve) -> None:
    config = str(serve(SPECS[1], "--no-sync"))
    url = tomllib.loads(Path(config).read_text(encoding="utf-8"))["systems"]["WooCommerce"]["url"]
    shop = RestSystem(
        "Shop", load_connector(builtin_folder("woocommerce")), url, SHOP.secrets, httpx.HTTPTransport(NO_TLS, retries=5)
    )
    words = ("-m", "qa_sync", "check", SPECS[1], "--mode", "live", "--config", config)
    with closing(shop), running(words) as process:
        until(lambda: list(shop.list("product")), process)
        process.send_signal(signal.SIGINT)
        _, reported = ended(process)
        assert process.returncode == 3
        assert "Interrupted." in reported
        assert "Traceback" not in reported
        assert [record for datatype in shop.cards for record in shop.list(datatype)] == []
