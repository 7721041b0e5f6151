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


def sync(qa_sync: QaSync, place: Depot) -> Answer:
    links = str(place.folder / "links.sqlite")
    return qa_sync("sync", place.spec, "--links", links, "--config", place.config, "--yes")


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


UNRENDERABLE: tuple[tuple[Mapping[str, Any], str], ...] = (
    ({"delete": {"url": "parcels/{{ entity.nr }}"}}, "parcel-delete"),
    ({"lookup": {"url": "parcels/{{ entity.nr }}"}}, "parcel-lookup"),
    ({"update": {"url": "parcels/{{ entity.nr }}"}}, "parcel-update"),
    ({"update": {"url": "parcels/{{ entity.no }}", "payload": {"a": "{{ entity.payload.lable }}"}}}, "update"),
    ({"insert": {"payload": {"label": "{{ entity.payload.lable }}"}}}, "parcel-insert"),
    ({"insert": {"url": "parcels/{{ entity.no | nofilter }}"}}, "parcel-insert"),
)


@pytest.mark.parametrize("command", ["check", "sync"])
@pytest.mark.parametrize("side", ["depot", "ledger"])
@pytest.mark.parametrize("mistake", UNRENDERABLE)
def test_a_template_that_cannot_be_rendered_is_reported_before_anything_is_created(
    qa_sync: QaSync, tmp_path: Path, command: str, side: str, mistake: tuple[Mapping[str, Any], str]
) -> None:
    changes, told = mistake
    with depot(tmp_path) as place:
        place.connector(side, **changes)
        place.parcels["depot"]["1"] = {"no": "1", "label": "a", "touched": "2026-01-01T00:00:00Z"}
        got = check(qa_sync, place) if command == "check" else sync(qa_sync, place)
        assert got.code == 2, got.err
        assert told in got.err
        assert "cannot be rendered" in got.err
        assert "nothing was written" in got.err
        assert sum(line.startswith("Error:") for line in got.err.splitlines()) == 1
        assert place.writes == []


def test_a_sync_renders_no_writes_of_a_system_that_it_must_not_write_to(qa_sync: QaSync, tmp_path: Path) -> None:
    with depot(tmp_path) as place:
        place.connector("depot", update={"url": "parcels/{{ entity.nr }}"})
        settings = Path(place.config)
        settings.write_text(settings.read_text().replace("writes = true", "writes = false", 1))
        got = sync(qa_sync, place)
        assert got.code == 0, got.err


def test_what_another_sync_writes_is_not_rendered(qa_sync: QaSync, tmp_path: Path) -> None:
    with depot(tmp_path) as place:
        place.settings('trigger = "command"\ncommand = ["true"]\ntimeout = "1s"\ninterval = "10ms"')
        place.connector("ledger", insert={"payload": {"label": "{{ entity.payload.lable }}"}})
        assert check(qa_sync, place).code == 1  # nothing arrives


UPDATES = (
    "{{ entity.payload.label | upper }}",
    "{{ entity.payload.label.split(' ')[0] }}",
    "{{ entity.payload.label[:3] }}",
    "{{ entity.payload.size.width + 1 }}",
    "{{ '%.2f' | format(entity.payload.size.weight) }}",
    "{{ entity['$source'].size.width + entity.payload.size.width }}",
    "{% if entity.payload.fragile %}yes{% endif %}",
    "{% for line in entity.payload.lines %}{{ line.name | upper }}{% endfor %}",
    "{{ entity.payload.lines[0].name }}",
)
MORE = """
"size.width" = { type = "integer", convert = "integer" }
"size.weight" = { type = "number", convert = "decimal" }
"size.unit" = {}
fragile = { type = "boolean", convert = "boolean" }
"lines.name" = { concept = "lines.name" }
"""


@pytest.mark.parametrize("side", ["depot", "ledger"])
@pytest.mark.parametrize("template", UPDATES)
def test_a_template_of_an_update_is_rendered_with_a_value_in_every_property(
    qa_sync: QaSync, tmp_path: Path, side: str, template: str
) -> None:
    with depot(tmp_path) as place:
        place.connector(side, update={"payload": {"a": template}})
        with (tmp_path / side / "entities.toml").open("a") as card:
            card.write(MORE)
        got = check(qa_sync, place)
        assert got.code == 0, got.err


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
