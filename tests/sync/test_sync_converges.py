"""Random edits on both sides, cycles in between: both sides agree, the latest value wins, and no more is written."""

from __future__ import annotations

from collections.abc import Mapping

from example_counts import many
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sync_fakes import pairs
from sync_world import World, every, make_world

from qa_sync.sync.faults.table import FAULTS

TWINS = {"name": "fullName", "nick": "alias", "age": "years", "kind": "kind"}
TEXTS = st.sampled_from(["Åse", " blanks ", "a&b", "007", "0", "\U0001d538", "e\u0301", "false", "", "  "])

edits = st.tuples(
    st.sampled_from(["shop", "office", "cycle"]),
    st.integers(1, 3),
    st.sampled_from(["name", "nick", "kind"]),
    TEXTS,
)

RESTING = [name for name in FAULTS if name != "ping-pong"]
"""All but the fault that never rests."""


def edit(world: World, side: str, number: int, values: Mapping[str, str]) -> None:
    if side == "shop":
        world.shop.edit("people", f"S-{number}", values)
    else:
        world.office.edit("person", f"O-{number}", {TWINS[name]: value for name, value in values.items()})


def shown(world: World, side: str, number: int, name: str) -> object:
    return world.buyer(f"S-{number}")[name] if side == "shop" else world.person(f"O-{number}")[TWINS[name]]


@settings(max_examples=many(15), deadline=None)
@example([("shop", 1, "nick", " blanks "), ("shop", 1, "nick", ""), ("office", 1, "nick", " blanks ")])
@given(st.lists(edits, max_size=25))
def test_both_sides_converge_on_the_newest_values(script: list[tuple[str, int, str, str]]) -> None:
    world = make_world()
    for number in range(3):
        world.shop.insert("people", {"name": f"n{number}", "nick": "x", "kind": "k"})
    engine = world.engine(every(pairs=pairs(**TWINS)))
    engine.cycle()
    newest: dict[tuple[int, str], str] = {}
    for side, number, name, value in script:
        if side != "cycle":
            before = shown(world, side, number, name)
            edit(world, side, number, {name: value})
            # Writing an unchanged value is not an edit: it cannot be distinguished from no write.
            if shown(world, side, number, name) != before:
                newest[number, name] = value
        # A record has one stamp for all its properties, so only one edit at a time has a defined winner.
        engine.cycle()
    assert engine.cycle().writes == 0
    for (number, name), value in newest.items():
        if value.strip():
            assert world.buyer(f"S-{number}")[name].strip() == value.strip()
            assert world.person(f"O-{number}")[TWINS[name]].strip() == value.strip()


@settings(max_examples=many(15), deadline=None)
@example([("shop", 1, "name", "Åse"), ("office", 1, "nick", "new")], "swap-properties")
@given(st.lists(edits, max_size=25), st.sampled_from([None, *RESTING]))
def test_random_edits_converge(script: list[tuple[str, int, str, str]], fault: str | None) -> None:
    world = make_world()
    for number in range(3):
        world.shop.insert("people", {"name": f"n{number}", "nick": "x", "kind": "k"})
    engine = world.engine(every(pairs=pairs(**TWINS)), faults=(FAULTS[fault],) if fault else ())
    engine.cycle()
    for side, number, name, value in script:
        if side == "cycle":
            engine.cycle()
        elif side == "shop" or f"O-{number}" in world.office.records("person"):
            edit(world, side, number, {name: value})
    for _ in range(4):
        engine.cycle()
    before = world.writes
    assert engine.cycle().updated == 0
    assert world.writes == before
    assert fault or all(agree(world, number) for number in range(1, 4))


def agree(world: World, number: int) -> bool:
    """Return whether two records have the same values where neither is empty."""
    one, two = world.buyer(f"S-{number}"), world.person(f"O-{number}")
    shown = [((one.get(name) or "").strip(), (two.get(lookalike) or "").strip()) for name, lookalike in TWINS.items()]
    return all(a == b for a, b in shown if a and b)
