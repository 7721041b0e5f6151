"""What each fault about whole writes does with them."""

from __future__ import annotations

import pytest
from fault_fakes import Notes, card_of, lane_of, lane_to, record_of, saying

from qa_sync.dataflow.model import StatementKind
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.writer import NOTHING_WRITTEN, PlainWriter, Writer
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Form

ROWS = (("name", "fullName"), ("nick", "alias"), ("age", "years"), ("mail.shown", "email"))


def faulty(name: str, inner: Writer) -> Writer:
    return find_fault(name).writer(inner)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def lane() -> Lane:
    """Return a lane with one record on either side."""
    made = lane_of(*ROWS)
    made.target.system.insert("person", {"fullName": "Ada", "alias": "A", "email": "ada@example.test"})
    made.source.system.insert("people", {"name": "Ada", "nick": "A"})
    return made


def both_updates(name: str, lane: Lane, notes: Notes) -> list[str]:
    """Return which sides' updates got through."""
    writer = faulty(name, notes)
    for side, which in ((Side.TARGET, "O-1"), (Side.SOURCE, "S-1")):
        writer.update(lane, lane.end(side), record_of(lane, which, side), {})
    return [which for which, _ in notes.updates]


def id_of(made: Record | None) -> str | None:
    return made.id if made else None


def test_drop_create(lane: Lane, notes: Notes) -> None:
    assert faulty("drop-create", notes).insert(lane, lane.target, {"fullName": "Ada"}) is None
    assert notes.inserts == []


def test_drop_update(lane: Lane, notes: Notes) -> None:
    assert both_updates("drop-update", lane, notes) == []


def test_drop_update_forward(lane: Lane, notes: Notes) -> None:
    assert both_updates("drop-update-forward", lane, notes) == ["S-1"]


def test_drop_update_backward(lane: Lane, notes: Notes) -> None:
    assert both_updates("drop-update-backward", lane, notes) == ["O-1"]


def test_one_way(lane: Lane) -> None:
    misread = find_fault("one-way").lane(lane)
    assert (misread.source.can("update"), misread.target.can("update")) == (False, True)
    assert misread.source.can("insert")


def test_first_update_only(lane: Lane, notes: Notes) -> None:
    writer = faulty("first-update-only", notes)
    sent = [writer.update(lane, lane.target, record_of(lane, "O-1"), {"alias": nick}) for nick in "BCD"]
    writer.update(lane, lane.source, record_of(lane, "S-1", Side.SOURCE), {"nick": "B"})
    assert notes.updates == [("O-1", {"alias": "B"}), ("S-1", {"nick": "B"})]
    assert [written.paths for written in sent] == [{"alias"}, frozenset(), frozenset()]


def test_duplicate(lane: Lane, notes: Notes) -> None:
    made = faulty("duplicate", notes).insert(lane, lane.target, {"fullName": "Bo", "email": "b@example.test"})
    assert id_of(made) == "made-1"
    assert notes.inserts[1] == {"fullName": "Bo", "email": "b+copy@example.test"}


def test_duplicate_on_update(lane: Lane, notes: Notes) -> None:
    faulty("duplicate-on-update", notes).update(lane, lane.target, record_of(lane, "O-1"), {"alias": "B"})
    assert notes.updates == [("O-1", {"alias": "B"})]
    assert notes.inserts == [{"fullName": "Ada", "alias": "B", "email": "ada+copy@example.test"}]


def test_swap_properties(lane: Lane, notes: Notes) -> None:
    faulty("swap-properties", notes).insert(lane, lane.target, {"fullName": "Ada", "alias": "A", "years": "7"})
    assert notes.inserts == [{"fullName": "A", "alias": "Ada", "years": "7"}]


def test_wrong_property(lane: Lane) -> None:
    misread = find_fault("wrong-property").lane(lane)
    assert [(r.source.path, r.target.path) for r in misread.rows] == [
        ("age", "years"),
        ("mail.shown", "email"),
        ("name", "alias"),
    ]


def test_wrong_property_needs_two_texts_that_nothing_requires() -> None:
    card = card_of(PropertyCard("a", Form(), required=True), PropertyCard("b", Form()))
    lane = lane_to(card)
    assert find_fault("wrong-property").lane(lane) == lane


def test_reset_others(lane: Lane, notes: Notes) -> None:
    faulty("reset-others", notes).update(lane, lane.target, record_of(lane, "O-1"), {"years": "7"})
    assert notes.updates == [("O-1", {"years": "7", "fullName": "", "alias": ""})]


def test_wrong_record(lane: Lane, notes: Notes) -> None:
    other = lane.target.system.insert("person", {"fullName": "Bo"}).id
    values = {"alias": "B", "email": "b@example.test"}
    assert faulty("wrong-record", notes).update(lane, lane.target, record_of(lane, "O-1"), values) == NOTHING_WRITTEN
    assert notes.updates == [(other, {"alias": "B"})]


def test_wrong_record_needs_another_one(lane: Lane, notes: Notes) -> None:
    written = faulty("wrong-record", notes).update(lane, lane.target, record_of(lane, "O-1"), {"alias": "B"})
    assert written.paths == {"alias"}
    assert notes.updates == [("O-1", {"alias": "B"})]


class TestCrossSection:
    def test_a_write_also_changes_a_record_of_another_entity(self, lane: Lane, notes: Notes) -> None:
        lane.target.system.insert("team", {"label": "T"})
        writer = faulty("cross-section", notes)
        writer.insert(lane, lane.target, {"years": 7, "fullName": "Bo"})
        assert [team.data["label"] for team in lane.target.system.list("team")] == ["Bo"]
        writer.update(lane, lane.target, record_of(lane, "O-1"), {"rows.text": ["first", "second"]})
        assert [team.data["label"] for team in lane.target.system.list("team")] == ["first"]
        assert (len(notes.inserts), len(notes.updates)) == (1, 1)

    def test_without_one_nothing_else_is_changed(self, lane: Lane) -> None:
        faulty("cross-section", PlainWriter()).update(lane, lane.target, record_of(lane, "O-1"), {"alias": "B"})
        assert [r.data["alias"] for r in lane.target.system.list("person")] == ["B"]


class TestMatching:
    @pytest.mark.parametrize(
        ("fault", "lost"),
        [
            ("create-unlinked", {StatementKind.LINK_FIRST, StatementKind.NEW_IF_CONNECTED}),
            ("ignore-condition", {StatementKind.CONDITION}),
        ],
    )
    def test_a_statement_is_ignored(self, fault: str, lost: set[StatementKind]) -> None:
        lane = lane_of(*ROWS, says=saying(*StatementKind))
        misread = find_fault(fault).lane(lane)
        assert {s.kind for s in misread.section.statements} == set(StatementKind) - lost

    def test_no_merge(self) -> None:
        lane = lane_of(*ROWS, criteria=(("mail.shown", "email"),))
        assert find_fault("no-merge").lane(lane).criteria == ()

    def test_merge_by_name_adopts_and_overwrites_a_namesake(self) -> None:
        card = card_of(PropertyCard("title", Form(), concept="name"), PropertyCard("note", Form()))
        lane = lane_to(card)
        there = lane.target.system.insert("thing", {"title": "Ada", "note": "old"}).id
        writer = faulty("merge-by-name", PlainWriter())
        assert id_of(writer.insert(lane, lane.target, {"title": "Ada", "note": "new"})) == there
        assert writer.insert(lane, lane.target, {"title": "Ada", "note": "newer"}) is None  # that one is linked now
        assert id_of(writer.insert(lane, lane.target, {"title": "Bo"})) == "O-2"
        assert [r.data.get("note") for r in lane.target.system.list("thing")] == ["newer", None]

    def test_merge_by_name_needs_names(self, lane: Lane, notes: Notes) -> None:
        assert id_of(faulty("merge-by-name", notes).insert(lane, lane.target, {"fullName": "Ada"})) == "made-1"

    def test_merge_empty_adopts_what_has_no_value_either(self) -> None:
        lane = lane_of(*ROWS, criteria=(("nick", "alias"),))
        there = [lane.target.system.insert("person", {"fullName": name}).id for name in ("Ada", "Bo")]
        writer = faulty("merge-empty", PlainWriter())
        assert id_of(writer.insert(lane, lane.target, {"fullName": "Cy", "alias": "C"})) == "O-3"
        assert id_of(writer.insert(lane, lane.target, {"fullName": "Dee"})) == there[0]
        writer.update(lane, lane.target, record_of(lane, there[1]), {"fullName": "Bob"})
        assert id_of(writer.insert(lane, lane.target, {"fullName": "Ed"})) == "O-4"  # all others are linked by now
