"""A mistake in a connector is reported as one before anything is written, never as a broken promise of the sync."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import Answer, QaSync
from depot import Depot, depot


def check(qa_sync: QaSync, place: Depot, *words: str) -> Answer:
    live = ("--mode", "live", "--yes", "--no-history", "-q", "--kind", "create")
    return qa_sync("check", place.spec, "--config", place.config, *live, *words)


def test_a_list_without_the_named_member_is_no_empty_system(qa_sync: QaSync, tmp_path: Path) -> None:
    with depot(tmp_path) as place:
        place.member = "rows"
        for name in place.parcels:
            place.connector(name, list={"payload_property": "items"})
        got = check(qa_sync, place)
        assert got.code == 3
        assert "has no `items`; it has: rows" in got.err
        assert place.writes == []
        for name in place.parcels:
            place.connector(name, list={"payload_property": "rows"})
        assert check(qa_sync, place).code == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"delete": {"url": "parcels/{{ entity.nr }}"}}, "parcel-delete"),
        ({"lookup": {"url": "parcels/{{ entity.nr }}"}}, "parcel-lookup"),
        ({"update": {"url": "parcels/{{ entity.nr }}"}}, "parcel-update"),
        ({"update": {"url": "parcels/{{ entity.no }}", "payload": {"a": "{{ entity.payload.lable }}"}}}, "update"),
        ({"insert": {"payload": {"label": "{{ entity.payload.lable }}"}}}, "parcel-insert"),
    ],
)
def test_a_template_that_cannot_be_rendered_is_reported_before_anything_is_created(
    qa_sync: QaSync, tmp_path: Path, changes: Mapping[str, Any], told: str
) -> None:
    with depot(tmp_path) as place:
        place.connector("depot", **changes)
        got = check(qa_sync, place)
        assert got.code == 2
        assert told in got.err
        assert "cannot be rendered" in got.err
        assert place.writes == []


@pytest.mark.parametrize("side", ["depot", "ledger"])
@pytest.mark.parametrize(("member", "code"), [("label", 0), ("remark", 0), ("lable", 2)])
def test_a_template_of_an_update_may_use_what_the_card_has(
    qa_sync: QaSync, tmp_path: Path, side: str, member: str, code: int
) -> None:
    with depot(tmp_path) as place:
        place.connector(side, update={"payload": {"a": f"{{{{ entity.payload.{member} }}}}"}})
        got = check(qa_sync, place)
        assert got.code == code, got.err
        assert bool(place.writes) is (code == 0)


def test_a_template_that_uses_what_only_a_real_record_has_is_no_mistake(qa_sync: QaSync, tmp_path: Path) -> None:
    with depot(tmp_path) as place:
        for name in place.parcels:
            place.connector(name, update={"headers": {"If-Match": "{{ entity['$source'].version.tag }}"}})
        assert check(qa_sync, place).code == 0


def test_a_run_that_cannot_delete_its_own_records_is_no_success(qa_sync: QaSync, tmp_path: Path) -> None:
    def interfere(side: str, request: httpx.Request) -> httpx.Response | None:
        keeps = side == "ledger" and request.method == "DELETE"
        return httpx.Response(403, json={"message": "parcels stay"}) if keeps else None

    with depot(tmp_path, interfere) as place:
        got = check(qa_sync, place)
        assert got.code == 3
        assert "parcels stay" in got.out
        assert place.parcels["ledger"]
        kept = check(qa_sync, place, "--keep", "always")
        assert kept.code == 0
