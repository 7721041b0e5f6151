from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sync_world import every, make_world

from qa_sync.errors import NoVerdict, UsageError
from qa_sync.sync.store.database import readable_errors
from qa_sync.sync.store.encoding import decode, encode, fingerprint, from_json, to_json
from qa_sync.sync.store.links import Links, PendingCreate
from qa_sync.sync.store.system_urls import check_system_urls
from qa_sync.values.form import Canonical

INTENT = PendingCreate(7, {"name": '"Ada"'}, {"fullName": '"Ada"'})


def test_a_link_is_found_from_either_side_and_ends_its_pending_create() -> None:
    links = Links()
    links.begin_create("s", "1", INTENT)
    assert links.pending_create("s", "1") == INTENT
    links.connect("s", "1", "a")
    assert links.pending_create("s", "1") is None
    by_source, by_target = links.by_source("s", "1"), links.by_target("s", "a")
    assert by_source == by_target
    assert by_source is not None
    assert (by_source.source, by_source.target) == ("1", "a")
    assert links.by_source("other", "1") is links.by_target("s", "1") is None


def test_a_withdrawn_intent_is_forgotten() -> None:
    links = Links()
    links.begin_create("s", "1", INTENT)
    links.discard_create("s", "1")
    assert links.pending_create("s", "1") is None


def test_synced_values_are_stored_by_side_and_property() -> None:
    links = Links()
    link = links.connect("s", "1", "a")
    links.save_synced(link, {("source", "name"): '"Ada"', ("target", "name"): '"ADA"'})
    links.save_synced(link, {("source", "name"): '"Bo"'})
    assert links.synced(link) == {("source", "name"): '"Bo"', ("target", "name"): '"ADA"'}


def test_a_file_stores_everything_between_two_engines(tmp_path: Path) -> None:
    world = make_world()
    world.links = Links(tmp_path / "links.db")
    world.shop.insert("people", {"name": "Ada"})
    world.engine(every()).cycle()
    world.links.close()
    world.links = Links(tmp_path / "links.db")
    world.shop.edit("people", "S-1", {"name": "Bo"})
    summary = world.engine(every()).cycle()
    assert (summary.created, summary.updated) == (0, 1)
    world.links.close()


def connect_many(links: Links, word: str) -> None:
    for n in range(5000):
        links.connect("s", f"{word} {n}", f"{word} {n}")


def test_a_file_that_is_damaged_further_down_is_named(tmp_path: Path) -> None:
    path = tmp_path / "links.db"
    links = Links(path)
    connect_many(links, "old")
    links.close()
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
    with pytest.raises(UsageError, match=r"links\.db is damaged"), readable_errors(path):
        connect_many(Links(path), "new")


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "links.db"
    links = Links(path)
    links.state.db.execute("PRAGMA max_page_count=1")  # as on a full disk
    with pytest.raises(NoVerdict, match=r"links\.db cannot be used: .* full"), readable_errors(path):
        connect_many(links, "new")
    links.state.db.close()


def test_links_of_a_system_at_another_url_are_an_error() -> None:
    links = Links()
    check_system_urls(links.state, {"Shop": "https://u:p@shop.example/wp/", "Office": "https://office.example"})
    check_system_urls(links.state, {"Shop": "http://SHOP.example/wp"})
    with pytest.raises(UsageError, match=r"Shop at shop\.example/wp.* have other\.example/wp") as caught:
        check_system_urls(links.state, {"Shop": "https://u:p@other.example/wp"})
    assert "--links" in str(caught.value)
    check_system_urls(links.state, {"Shop": "https://other.example/wp"}, moved=True)
    check_system_urls(links.state, {"Shop": "https://other.example/wp"})


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are no links " * 100)
    with pytest.raises(UsageError, match=r"notes\.txt is not a links file"):
        Links(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        Links(tmp_path / "nowhere" / "links.db")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        ("007", '"007"'),
        (7, "7"),
        (True, "true"),
        (Decimal("15.00"), '{"decimal": "15"}'),
        (Decimal("1E+2"), '{"decimal": "100"}'),
        (date(2024, 2, 29), '{"date": "2024-02-29"}'),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), '{"instant": "2024-02-29T12:00:00+00:00"}'),
        (("a", None, (1,)), '["a", null, [1]]'),
        ("\ud800", '"\\ud800"'),
    ],
)
def test_the_text_of_a_value(value: Canonical, text: str) -> None:
    assert encode(value) == text
    assert decode(text) == value


@pytest.mark.parametrize(
    "data", [{"a": Decimal("1.50"), "b": [1, 2.5, None, "x"]}, {"$decimal": "no number"}, {"c": {"$decimal": 1}}]
)
def test_encoded_data_round_trips(data: dict[str, object]) -> None:
    back = from_json(to_json(data))
    assert back == data
    assert str(back) == str({name: back[name] for name in data})


def test_a_copy_is_another_store() -> None:
    links = Links()
    links.connect("s", "1", "a")
    copy = Links(state=links.state.copy_in_memory())
    copy.connect("s", "2", "b")
    assert (links.count("s"), copy.count("s")) == (1, 2)


def test_a_store_of_another_version_is_named(tmp_path: Path) -> None:
    path = tmp_path / "links.db"
    links = Links(path)
    links.state.db.execute("PRAGMA user_version=99")
    links.close()
    with pytest.raises(UsageError, match="version 99"):
        Links(path)


def test_a_fingerprint_does_not_mind_the_order_of_members() -> None:
    assert fingerprint({"a": 1, "b": Decimal("1.5")}) == fingerprint({"b": Decimal("1.5"), "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
