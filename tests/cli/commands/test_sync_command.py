"""`qa-sync sync` as a user meets it: the served sandbox in another process, and a store that lives on between runs."""

from __future__ import annotations

import json
import re
import signal
import stat
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from cli_caller import QaSync, Serve
from loopback import loopback
from waits import NO_TLS, ended, lines_of, running, until

from qa_sync.sandbox.vendors import VENDORS
from qa_sync.sync.store.links import Links
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

SPEC = "specs/003.txt"
NAMES = {"WooCommerce": "woocommerce", "Custom Webshop": "customwebshop"}


@contextmanager
def system(config: Path, label: str) -> Iterator[RestSystem]:
    url = tomllib.loads(config.read_text(encoding="utf-8"))["systems"][label]["url"]
    name = NAMES[label]
    connector = load_connector(builtin_folder(name))
    transport = httpx.HTTPTransport(NO_TLS, retries=5)
    with closing(RestSystem(label, connector, url, VENDORS[name].secrets, transport)) as found:
        yield found


def customers(config: Path) -> list[tuple[Any, Any]]:
    with system(config, "Custom Webshop") as webshop:
        return [(r.data["firstName"], r.data["email"]) for r in webshop.list("customer")]


@pytest.fixture
def place(serve: Serve) -> Path:
    """Two customers and an order of one of them, and no one who syncs."""
    config = serve(SPEC, "--no-sync")
    with system(config, "WooCommerce") as shop:
        made = [shop.insert("customer", {"email": f"{n}@example.test", "first_name": n}).id for n in ("ada", "bo")]
        shop.insert("order", {"customer_id": int(made[0]), "currency": "NOK"})
    return config


def test_a_document_is_run_and_the_next_run_has_nothing_to_do(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"))
    first = qa_sync(*words)
    assert first.code == 0
    assert first.err.startswith("These writes will be made and are not undone:\n  Custom Webshop (http://127.0.0.1:")
    assert "\nThese are 3 writes. Reading the systems took " in first.err
    assert first.out == "seen 3, linked 0, created 3, updated 0, unchanged 0, conflicts 0, problems 0\n"
    assert customers(place) == [("ada", "ada@example.test"), ("bo", "bo@example.test")]
    second = qa_sync(*words, "--format", "json")
    summary = json.loads(second.out)
    assert (summary["schema"], summary["created"], summary["updated"]) == ("qa-sync/cycle/1", 0, 0)
    assert summary["unchanged"] == 3
    assert stat.S_IMODE((tmp_path / "links.sqlite").stat().st_mode) == 0o600


def test_an_audit_matches_by_the_links_of_a_sync(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    """Orders have nothing else by which they could be matched."""
    words = (SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"))
    assert qa_sync("sync", *words).code == 0
    got = qa_sync("audit", *words, "--section", "1", "--report", "json")
    checks = {c["id"].split("/", 2)[2]: c for c in json.loads(got.out)["specs"][0]["sections"][0]["checks"]}
    assert checks["coverage"]["actual"] == {"matched": 1, "alone": 0, "keyless": 0}
    assert "matched by the engine's links" in checks["coverage"]["message"]
    assert got.code == 0


def test_on_a_terminal_one_is_reported_what_would_be_written_and_asked(
    qa_sync: QaSync, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"))
    responses = iter([False, True])
    asked: list[str] = []

    def confirm(text: str, **_: Any) -> bool:
        asked.append(text)
        return next(responses)

    monkeypatch.delenv("QA_SYNC_SYNC_YES")
    monkeypatch.setattr("qa_sync.cli.confirm.is_interactive", lambda: True)
    monkeypatch.setattr(click, "confirm", confirm)
    refused = qa_sync(*words)
    assert refused.code == 2
    assert re.search(r"Custom Webshop \(http://\S+\): 2 Customer created\n .*: 1 Order created\n", refused.err)
    assert "canceled: nothing was written" in refused.err
    assert customers(place) == []
    assert qa_sync(*words).code == 0
    assert len(customers(place)) == 2
    assert asked == ["Continue?"] * 2
    assert qa_sync(*words).code == 0  # nothing is to be written, so no one is asked
    with system(place, "WooCommerce") as shop:
        shop.insert("customer", {"email": "cy@example.test", "first_name": "cy"})
    assert qa_sync(*words, "--yes").code == 0
    assert len(customers(place)) == 3
    text = place.read_text(encoding="utf-8")
    place.write_text(text.replace("writes = true", "production = true"), encoding="utf-8")
    closed = qa_sync(*words, "--watch", "1s")
    assert closed.code == 2
    assert "no system can be written to" in closed.err


def test_a_dry_run_tells_and_changes_nothing(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    store = tmp_path / "links.sqlite"
    words = ("sync", SPEC, "--config", str(place), "--links", str(store), "--dry-run")
    reported = qa_sync(*words, "--format", "json")
    *writes, summary = [json.loads(line) for line in reported.out.splitlines()]
    assert reported.code == 0, reported.err
    assert [(w["write"], w["entity"]) for w in writes] == [("create", "Customer")] * 2 + [("create", "Order")]
    assert writes[2]["values"]["customerId"] == int(writes[0]["made"])  # the stand-in of the customer
    assert (summary["created"], summary["unchanged"]) == (3, 0)
    assert not store.exists()
    assert customers(place) == []
    table = qa_sync(*words).out.splitlines()
    assert table[0].split() == ["write", "record", "values"]
    assert table[1].startswith("create  Custom Webshop Customer -1")
    assert 'email = "ada@example.test"' in table[1]
    assert qa_sync(*words[:-1]).code == 0
    with system(place, "WooCommerce") as shop:
        record = next(r for r in shop.list("customer") if r.data["email"] == "bo@example.test")
        shop.update(record, {"first_name": "Bo"})
    before = store.read_bytes()
    table = qa_sync(*words).out.splitlines()
    assert table[1].startswith("update  Custom Webshop Customer")
    assert table[1].endswith('firstName = "Bo"')
    assert store.read_bytes() == before
    assert ("bo", "bo@example.test") in customers(place)


def test_one_section_only(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"), "--section")
    alone = qa_sync(*words, "1")
    assert "created 0" in alone.out  # the order's customer has no counterpart
    assert "created 2" in qa_sync(*words, "WooCommerce customer to Custom Webshop Customer").out
    assert "created 1" in qa_sync(*words, "1").out
    unknown = qa_sync(*words, "WooCommerce Customers to Custom Webshop Customer")
    assert unknown.code == 2
    assert "did you mean 'WooCommerce Customer to Custom Webshop Customer'" in unknown.err
    assert unknown.err.count("WooCommerce Product to Custom Webshop Product") == 1


def test_nothing_is_written_where_the_settings_do_not_allow_it(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    text = place.read_text(encoding="utf-8")
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"))
    place.write_text(text.replace("writes = true", ""), encoding="utf-8")
    refused = qa_sync(*words)
    assert refused.code == 2
    assert "WooCommerce is read-only" in refused.err
    assert qa_sync(*words, "--dry-run").code == 0
    place.write_text(text.replace("writes = true", "writes = true\nproduction = true", 1), encoding="utf-8")
    one_way = qa_sync(*words)
    assert one_way.code == 0
    assert "WooCommerce is marked `production = true`" in one_way.err
    with system(place, "Custom Webshop") as webshop:
        record = next(webshop.list("customer"))
        webshop.update(record, {"firstName": "changed"})
    assert "updated 0" in qa_sync(*words, "--dry-run").out
    assert "updated 0" in qa_sync(*words).out
    with system(place, "WooCommerce") as shop:
        assert "changed" not in {r.data["first_name"] for r in shop.list("customer")}


def test_what_people_are_sent_is_said_before_the_write_also_without_a_question(
    qa_sync: QaSync, place: Path, tmp_path: Path
) -> None:
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"))
    assert "People" not in qa_sync(*words).err  # only the webshop is written to, which sends nothing
    with system(place, "Custom Webshop") as webshop:
        for record in webshop.list("customer"):
            webshop.update(record, {"firstName": "changed"})
    said = "People may get messages about them:\n  WooCommerce: mails "
    assert "updated 2" in qa_sync(*words, "--dry-run").out
    written = qa_sync(*words)
    assert written.err.index("  WooCommerce (http://127.0.0.1:") < written.err.index(said)
    assert written.err.count("WooCommerce: mails") == 1
    assert qa_sync(*words).err == ""


def test_a_fault_misbehaves(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"), "--fault")
    assert "created 0" in qa_sync(*words, "drop-create").out
    assert customers(place) == []
    assert qa_sync(*words, "drop-creates").code == 2


def test_problems_are_reported_and_make_the_code_1(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    with system(place, "WooCommerce") as shop:
        shop.insert("customer", {"email": "cy@example.test", "first_name": "Cy", "billing.country": "Atlantis"})
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"))
    got = [qa_sync(*words) for _ in range(3)]
    assert [g.code for g in got] == [1, 1, 1]
    assert all("problems 1" in g.out and "billing.country" in g.err for g in got)
    assert ("Cy", "cy@example.test") in customers(place)


def test_a_store_is_used_by_one_process_at_a_time(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    path = tmp_path / "links.sqlite"
    with closing(Links(path)):
        got = qa_sync("sync", SPEC, "--config", str(place), "--links", str(path))
    assert got.code == 2
    assert "is used by another sync" in got.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_watch_goes_on_until_it_is_stopped(place: Path, tmp_path: Path, number: signal.Signals) -> None:
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"), "--watch", "100ms")
    with running(("-m", "qa_sync", *words)) as process:
        lines = lines_of(process)
        assert "created 3" in next(lines)
        assert "created 0" in next(lines)
        with system(place, "WooCommerce") as shop:
            shop.update(next(shop.list("customer")), {"first_name": "Åse"})
        assert any("updated 1" in line for line in lines)
        process.send_signal(number)
        _, reported = ended(process)
    assert process.returncode == 0
    assert reported.splitlines()[-1].startswith("These are 3 writes.")
    assert "Åse" in {name for name, _ in customers(place)}


def test_a_worker_that_waits_for_a_system_stops_at_once(place: Path, tmp_path: Path) -> None:
    text = place.read_text(encoding="utf-8")
    url = tomllib.loads(text)["systems"]["Custom Webshop"]["url"]
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"), "--watch", "1s")
    unwell = httpx.Response(503, headers={"Retry-After": "55"})  # it says that it waits, and is stopped then
    with loopback(lambda _: unwell) as webshop:
        place.write_text(text.replace(url, webshop.url), encoding="utf-8")
        with running(("-m", "qa_sync", *words)) as process:
            until(lambda: webshop.asked, process)
            process.send_signal(signal.SIGTERM)
            reported, err = ended(process)
    assert (process.returncode, "interrupted" in (reported + err).lower(), "Traceback" in err) == (3, True, False)


def test_a_list_that_cannot_be_read_is_not_found_out(
    qa_sync: QaSync, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_SYNC_CUSTOMWEBSHOP_API_KEY", "wrong")
    got = qa_sync("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"))
    assert got.code == 3
    assert got.out == ""
    assert got.err.count("rejected with 401") == 1
    assert "nothing was written" in got.err
    assert "hint: check the secrets of this system" in got.err


def test_links_are_not_used_for_another_system(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"))
    assert qa_sync(*words).code == 0
    place.write_text(place.read_text(encoding="utf-8").replace("127.0.0.1", "localhost"), encoding="utf-8")
    for more in ((), ("--dry-run",)):
        refused = qa_sync(*words, *more)
        assert refused.code == 2
        assert "the links belong to WooCommerce at 127.0.0.1" in refused.err
    assert "created 0" in qa_sync(*words, "--moved").out


def test_a_damaged_store_is_named(qa_sync: QaSync, place: Path, tmp_path: Path) -> None:
    path = tmp_path / "links.sqlite"
    words = ("sync", SPEC, "--config", str(place), "--links", str(path))
    qa_sync(*words)
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    got = qa_sync(*words)
    assert (got.code, "links.sqlite" in got.err, "fault" in got.err) == (2, True, False)


@pytest.mark.slow
def test_a_watch_waits_for_a_system_that_cannot_be_reached(place: Path, tmp_path: Path) -> None:
    text = place.read_text(encoding="utf-8")
    url = tomllib.loads(text)["systems"]["Custom Webshop"]["url"]
    place.write_text(text.replace(url, "http://127.0.0.1:9/customwebshop"), encoding="utf-8")
    words = ("sync", SPEC, "--config", str(place), "--links", str(tmp_path / "links.sqlite"), "--watch", "100ms")
    with running(("-m", "qa_sync", *words)) as process:
        assert process.stderr is not None
        assert "127.0.0.1:9" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        ended(process)
    assert process.returncode == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--watch", "soon"), "expected a duration"),
        (("--watch", "0s"), "must be greater than 0"),
        (("--watch", "1s", "--dry-run"), "cannot be combined"),
        (("--links", "nowhere/links.sqlite"), "nowhere/links.sqlite"),
    ],
)
def test_what_makes_no_sense_is_said(qa_sync: QaSync, place: Path, words: tuple[str, ...], told: str) -> None:
    got = qa_sync("sync", SPEC, "--config", str(place), *words)
    assert got.code == 2
    assert told in got.err
