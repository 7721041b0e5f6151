"""Medusa 2.18.0, a shop that no one here wrote, as the Custom Webshop of `specs/003.txt`:

    python -m pytest -m real tests/real/medusa_check.py

The connector is the folder `medusa/`, without any Python; WooCommerce is the served sandbox, and the built-in sync
keeps the two in sync. Its name keeps it out of what pytest collects by itself: it fetches 670 MB. The terminal's report
is left in `.qa-sync/real/medusa-report.txt`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cli_caller import QaSync, Serve
from medusa_server import Shop, medusa
from servers import KEPT
from workbench import Bench, checks_of

pytestmark = pytest.mark.real

VARIABLES = {
    "key": "QA_SYNC_MEDUSA_KEY",
    "region_id": "QA_SYNC_MEDUSA_REGION",
    "sales_channel_id": "QA_SYNC_MEDUSA_CHANNEL",
}
RESOURCES = ("customers", "draft-orders", "products")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with medusa(tmp_path_factory.mktemp("medusa")) as started:
        yield started


@pytest.fixture
def bench(real: Shop, qa_sync: QaSync, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    for variable, value in zip(VARIABLES.values(), (real.key, real.region, real.channel), strict=True):
        monkeypatch.setenv(variable, value)
    secrets = {name: f"${variable}" for name, variable in VARIABLES.items()}
    return Bench(qa_sync, serve, tmp_path, real, "Custom Webshop", "medusa", "specs/003.txt", secrets)


def left(real: Shop) -> dict[str, int]:
    """Return how many records the API itself says there are, without the connector."""
    with httpx.Client(auth=(real.key, ""), timeout=60) as client:
        return {name: client.get(f"{real.url}/admin/{name}?limit=1").json()["count"] for name in RESOURCES}


def test_what_the_document_promises_holds(bench: Bench, real: Shop) -> None:
    before = left(real)
    result, results = bench.check(bench.settings("builtin", 60, "WooCommerce"))
    (KEPT / "medusa-report.txt").write_text(result.out, encoding="utf-8")
    statuses = Counter(check["status"] for check in checks_of(results))
    assert result.code == 0, result.out
    assert statuses.keys() == {"passed", "skipped"}, result.out
    assert all(check["message"] for check in checks_of(results) if check["status"] == "skipped")
    assert results["leftovers"] == []
    assert left(real) == before


def test_without_a_sync_no_one_can_tell_until_lateness_is_a_broken_promise(bench: Bench, real: Shop) -> None:
    before = left(real)
    settings = bench.settings("wait", 3, "WooCommerce")
    result, results = bench.check(settings)
    created = [check["status"] for check in checks_of(results) if check["kind"] == "create"]
    assert (result.code, created) == (3, ["error"] * 3), result.out
    result, results = bench.check(settings, "--max-lag", "2s")
    created = [check["status"] for check in checks_of(results) if check["kind"] == "create"]
    assert (result.code, created) == (1, ["failed"] * 3), result.out
    assert left(real) == before
