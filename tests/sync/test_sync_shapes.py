"""Every shape of a section, from the spec's own words: who is linked, who is created, who is left alone.

Source: docs/explanation/grammar.rst, "Shapes of a section".
"""

from __future__ import annotations

import pytest
from sync_fakes import OFFICE, SHOP, START, FakeSystem

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.sync.engine import Engine
from qa_sync.sync.store.links import Links
from qa_sync.systems.system import Record

A, B = "Shop People", "Office Person"
EVERY = f"Every {A} will be synchronized with a {B}."
LINK_FIRST = f"Before any synchronization can take place, a link between a {A} and a {B} must be established."
CONNECTED = (
    f"A new {B} will be created from a {A} if it is connected to a Shop Groups that is synchronized into Office."
)
CONDITION = f"When a HubSpot Deal has a 100% probability of beeing sold, it  will be synchronized with a {B}."
MATCHING = (
    f"If a matching {B} already exists, the {A} will be merged with the existing one.\n"
    f"If no matching {B} is found, a new {B} will be created."
)
MERGE_IF = f"""A {A} will merge with a {B} if one of the following property combinations match:

.. list-table::
   :header-rows: 1

   * - {A} Property
     - {B} Property
   * - name
     - fullName
   * - mail.shown
     - email"""
KEEP = (
    f"Once a link between a {A} and a {B} is established, it will keep in sync between the two systems, "
    "regardless of where it is edited."
)


def table(a: str, b: str, *rows: tuple[str, str]) -> str:
    lines = "".join(f'   * - {s}\n     - {t}\n     - "string"\n' for s, t in rows)
    return (
        f"The following properties are synchronized between a {a} and a {b}:\n\n.. list-table::\n   :header-rows: 1\n\n"
        f"   * - {a} Property\n     - {b} Property\n     - Office Data Type\n{lines}"
    )


def section(a: str, b: str, *parts: str) -> str:
    heading = f"{a} to {b}"
    return "\n\n".join([f"{heading}\n{'-' * len(heading)}", *parts])


def document(*said: str) -> str:
    title = "Shop to Office Dataflow"
    people = section(A, B, *said, KEEP, table(A, B, ("name", "fullName"), ("nick", "alias"), ("mail.shown", "email")))
    c, d = "Shop Groups", "Office Team"
    keep = KEEP.replace(A, c).replace(B, d)
    groups = section(c, d, f"Every {c} will be synchronized with a {d}.", keep, table(c, d, ("title", "label")))
    line = "=" * len(title)
    return f"{line}\n{title}\n{line}\n\nIntroduction\n------------\n\nText.\n\n{people}\n\n{groups}\n"


SHAPES = {
    "every": ((EVERY,), set(), {"twin", "lone", "tied", "sold"}),
    "link first": ((LINK_FIRST, MERGE_IF), {"twin"}, set()),
    "every, matching": ((EVERY, MATCHING, MERGE_IF), {"twin"}, {"lone", "tied", "sold"}),
    "link first, connected, merge": ((LINK_FIRST, CONNECTED, MERGE_IF), {"twin"}, {"tied"}),
    "link first, connected": ((LINK_FIRST, CONNECTED), set(), {"tied"}),
    "condition": ((CONDITION,), set(), {"sold"}),
    "condition, matching": ((CONDITION, MATCHING, MERGE_IF), set(), {"sold"}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_links_and_creates_the_expected_records(shape: str) -> None:
    said, linked, created = SHAPES[shape]
    dataflow = read_dataflow(document(*said), "shapes.rst")
    clock = VirtualClock(START)
    shop, office = FakeSystem("Shop", SHOP, clock), FakeSystem("Office", OFFICE, clock)
    group = shop.insert("groups", {"title": "G"}).id
    for name in ("twin", "lone", "tied", "sold"):
        values = {"name": name, "nick": f"nick of {name}", "kind": name, "group": group if name == "tied" else None}
        shop.insert("people", values)
    office.insert("person", {"fullName": "twin", "email": "twin@example.test"})
    conditions = {dataflow.sections[0].key: is_sold}
    engine = Engine(dataflow, shop, office, Links(), conditions=conditions)
    summary = engine.cycle()
    assert summary.problems == ()
    assert (summary.linked, summary.created) == (len(linked), len(created) + 1)
    persons = list(office.records("person").values())
    got = {p["fullName"]: p.get("alias") for p in persons[1:]}
    assert got == {name: f"nick of {name}" for name in created}
    assert (persons[0].get("alias") == "nick of twin") == bool(linked)
    # KEEP, in both directions, for every record with a counterpart; no other is touched.
    for person in tuple(office.records("person")):
        office.edit("person", person, {"alias": f"new {person}"})
    assert engine.cycle().updated == len(linked | created)
    assert sum(p["nick"].startswith("new") for p in shop.records("people").values()) == len(linked | created)
    assert engine.cycle().writes == 0


def is_sold(record: Record) -> bool:
    return bool(record.data["kind"] == "sold")
