"""Directus, a system that no one here wrote, from its own OpenAPI document to a live check:

    python -m pytest -m real tests/real/directus_check.py

The connector is drafted from the document that the running Directus serves, and corrected by reading it; Customerp is
the served sandbox, and the built-in sync keeps the two in sync. Its name keeps it out of what pytest collects by
itself: it fetches 470 MB. The terminal's report is left in `.qa-sync/real/directus-report.txt`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import QaSync, Serve
from directus_server import COLLECTIONS, OWN, directus, open_api
from servers import HERE, KEPT, Real
from workbench import Bench, checks_of

pytestmark = pytest.mark.real

VARIABLE = "QA_SYNC_DIRECTUS_KEY"
SPEC = str(HERE / "directus.txt")

HAND_EDITS: dict[str, tuple[str, str]] = {}
"""What a person has to change in the drafted files: file, text before and after. Three would be too many to ignore."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with directus(tmp_path_factory.mktemp("directus")) as started:
        yield started


@pytest.fixture
def bench(real: Real, qa_sync: QaSync, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv(VARIABLE, real.key)
    folder = str(tmp_path / "drafted")
    return Bench(qa_sync, serve, tmp_path, real, "Directus", folder, SPEC, {"api_key": f"${VARIABLE}"}, "specs/000.txt")


def records(real: Real) -> dict[str, dict[str, Any]]:
    """Return all records by collection and id, as the API itself has them."""
    with httpx.Client(base_url=real.url, headers={"Authorization": real.key}, timeout=60) as client:
        found = {name: client.get(f"/items/{name}?limit=-1").json()["data"] for name in COLLECTIONS}
    return {name: {row["id"]: row for row in rows} for name, rows in found.items()}


def drafted(bench: Bench) -> Path:
    """Draft the connector from the document of the running system, correct it by reading, and return the settings."""
    document = bench.place / "openapi.json"
    document.write_text(open_api(bench.real), encoding="utf-8")
    folder = Path(bench.folder)
    made = bench.qa_sync("connectors", "new", str(folder), "--openapi", str(document), "--for", bench.spec)
    assert made.code == 0, made.out + made.err
    settings = bench.settings("builtin", 60, "Customerp")
    learned = bench.qa_sync("connectors", "check", "Directus", "--learn", "--write", "--config", str(settings))
    assert learned.code == 0, learned.out + learned.err
    for file, (before, after) in HAND_EDITS.items():
        text = (folder / file).read_text(encoding="utf-8")
        assert before in text
        (folder / file).write_text(text.replace(before, after), encoding="utf-8")
    return settings


def test_a_draft_passes_a_live_check(bench: Bench, real: Real) -> None:
    assert len(HAND_EDITS) <= 3
    before = records(real)
    result, results = bench.check(drafted(bench), "--yes")
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "directus-report.txt").write_text(result.out, encoding="utf-8")
    statuses = Counter(check["status"] for check in checks_of(results))
    assert result.code == 0, result.out
    assert statuses.keys() <= {"passed", "skipped"}, result.out
    assert statuses["passed"] > 50
    assert results["leftovers"] == []
    assert records(real) == before


def test_a_draft_syncs_the_records_that_exist(bench: Bench, real: Real) -> None:
    before = records(real)
    settings = drafted(bench)
    synced = bench.qa_sync("sync", bench.spec, "--config", str(settings), "--yes")
    assert synced.code == 0, synced.out + synced.err
    assert records(real) == before
    audited = bench.qa_sync("audit", bench.spec, "--config", str(settings))
    assert audited.code == 0, audited.out + audited.err
    assert f"{OWN}" in audited.out
