"""Tryton 8.0, an ERP that no one here wrote, as the Customerp of `specs/000.txt`:

    python -m pytest -m real tests/real/test_tryton.py

The connector is the folder `tryton/`, without any Python; Wix.com is the served sandbox, and the built-in sync keeps
the two in sync.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import QaSync, Serve
from servers import HERE, KEPT, Real
from tryton_server import PASSWORD, tryton
from workbench import Bench, checks_of

from qa_sync.errors import RequestRejected
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

pytestmark = pytest.mark.real

VARIABLE = "QA_SYNC_TRYTON_KEY"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with tryton(tmp_path_factory.mktemp("tryton")) as started:
        yield started


@pytest.fixture
def bench(real: Real, qa_sync: QaSync, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv(VARIABLE, real.key)
    return Bench(qa_sync, serve, tmp_path, real, "Customerp", "tryton", "specs/000.txt", {"key": f"${VARIABLE}"})


def system(real: Real, key: str) -> RestSystem:
    return RestSystem("Tryton", load_connector(HERE / "tryton"), real.url, {"key": key}, httpx.HTTPTransport())


def left(real: Real) -> dict[str, list[str]]:
    """Return what the API itself says there is, without the connector."""
    context = base64.urlsafe_b64encode(b'{"company": 1}').decode()
    with httpx.Client(headers={"Authorization": f"Bearer {real.key}", "X-Tryton-Context": context}) as client:
        models = ("party.party", "sale.sale", "product.template")
        return {model: client.get(f"{real.url}/rest/model/{model}").json() for model in models}


COUNTS = {
    "Wix.com Contacts to Customerp Contact": {"passed": 33, "skipped": 9},
    "Wix.com Orders to Customerp Order": {"passed": 12, "skipped": 51},
    "Wix.com Products to Customerp Product": {"passed": 30},
}
"""How many checks of each section pass, and how many are skipped with a reason; no other status occurs."""


def counts_of(results: dict[str, Any]) -> dict[str, dict[str, int]]:
    sections = (section for spec in results["specs"] for section in spec["sections"])
    return {s["heading"]: dict(Counter(check["status"] for check in s["checks"])) for s in sections if s["checks"]}


def test_what_the_document_promises_holds(bench: Bench) -> None:
    before = left(bench.real)
    result, results = bench.check(bench.settings("builtin", 60, "Wix.com"))
    (KEPT / "tryton-report.txt").write_text(result.out, encoding="utf-8")
    assert result.code == 0, result.out
    assert counts_of(results) == COUNTS, result.out
    assert all(check["message"] for check in checks_of(results) if check["status"] == "skipped")
    assert {one["system"] for one in results["leftovers"]} == {"Wix.com"}  # its orders cannot be deleted
    assert left(bench.real) == before


def test_without_a_sync_no_one_can_tell_until_lateness_is_a_broken_promise(bench: Bench) -> None:
    before = left(bench.real)
    settings = bench.settings("wait", 3, "Wix.com")
    result, results = bench.check(settings)
    created = [check["status"] for check in checks_of(results) if check["kind"] == "create"]
    assert (result.code, created) == (3, ["error"] * 3), result.out
    result, results = bench.check(settings, "--max-lag", "2s")
    created = [check["status"] for check in checks_of(results) if check["kind"] == "create"]
    assert (result.code, created) == (1, ["failed"] * 3), result.out
    assert left(bench.real) == before


def test_a_wrong_key_is_refused_and_a_record_that_is_not_there_is_none(real: Real) -> None:
    with pytest.raises(RequestRejected, match="401"):
        next(system(real, "wrong").list("party"))
    assert system(real, real.key).lookup("party", "999999") is None
    system(real, real.key).delete("party", "999999")


@pytest.mark.parametrize("datatype", ["sale", "product"])
def test_a_record_that_lacks_what_tryton_requires_is_refused_in_its_words(real: Real, datatype: str) -> None:
    with pytest.raises(RequestRejected, match="A value is required for field"):
        system(real, real.key).insert(datatype, {})


def test_a_page_after_the_other_shows_every_record_once(real: Real) -> None:
    tryton_system = system(real, real.key)
    made = [tryton_system.insert("party", {"name": f"n{number}"}).id for number in range(101)]
    listed = [record.id for record in tryton_system.list("party")]
    for one in made:
        tryton_system.delete("party", one)
    assert [one for one in listed if one in made] == made
    assert len(listed) == len(set(listed))


def test_json_rpc_is_spoken_by_a_folder_too(real: Real) -> None:
    connector = load_connector(HERE / "tryton_rpc")
    secrets = {"user": "admin", "password": PASSWORD}
    rpc = RestSystem("Tryton", connector, real.url, secrets, httpx.HTTPTransport())
    made = [rpc.insert("party", {"name": f"n{number}", "code": f"R-{number}"}).id for number in range(11)]
    one = rpc.lookup("party", made[0])
    assert one is not None
    rpc.update(one, {"name": "another"})
    changed = rpc.lookup("party", made[0])
    with pytest.raises(RequestRejected, match="The code on party must be unique"):
        rpc.insert("party", {"name": "n", "code": "R-1"})
    listed = [record.id for record in rpc.list("party", datetime.now(UTC) - timedelta(minutes=10))]
    for party in made:
        rpc.delete("party", party)
    assert (one.data["name"], changed and changed.data["name"]) == ("n0", "another")
    assert [party for party in listed if party in made] == made
    assert rpc.lookup("party", made[0]) is None
    assert not list(rpc.list("party", datetime.now(UTC) + timedelta(days=1)))
