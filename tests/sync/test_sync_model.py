"""Random edits, creates and clears on both sides, restarts and cycles in between, held against a model of 50 lines."""

from __future__ import annotations

from typing import Any

from example_counts import many
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sync_fakes import criteria, pairs, section
from sync_model import PROPERTIES, Model, Shelf
from sync_world import EVERY, KEY, MERGE_IF, make_world

from qa_sync.dataflow.model import StatementKind
from qa_sync.sync.engine import Engine
from qa_sync.sync.policies import EmptyPolicy, Policies

TWINS = {"name": "fullName", "nick": "alias", "kind": "kind"}
PEOPLE = section(
    1,
    "People",
    "Person",
    EVERY,
    StatementKind.MATCHING,
    MERGE_IF,
    pairs=pairs(**TWINS, mail__shown="email"),
    criteria=criteria(("mail.shown", "email")),
)
VALUES = st.sampled_from(["Åse", "a&b", "007", "\U0001d538", "", "false"])
MAILS = st.sampled_from(["", "a@example.test", "b@example.test", "c@example.test", "d@example.test"])
NUMBERS = st.integers(0, 30)


class Syncing(RuleBasedStateMachine):
    erases = False

    @initialize(tells=st.booleans())
    def begin(self, tells: bool) -> None:
        self.world = make_world()
        self.world.shop.tells_changes = self.world.office.tells_changes = tells
        self.model = Model(self.erases)
        self.ids: dict[str, str] = {}
        self.time = 0
        self.settled = True
        self.restart()

    @rule()
    def restart(self) -> None:
        policies = Policies(EmptyPolicy.ERASE if self.erases else EmptyPolicy.KEEP)
        self.engine: Engine = self.world.engine(PEOPLE, policies=policies, clock=self.world.shop.clock)

    @rule(mail=MAILS, name=VALUES, nick=VALUES)
    def create_in_shop(self, mail: str, name: str, nick: str) -> None:
        if self.is_free(self.model.shop, mail):
            made = self.world.shop.insert("people", {"mail": mail or None, "name": name, "nick": nick, "kind": "k"}).id
            self.note(self.model.shop, made, {"mail": mail, "name": name, "nick": nick, "kind": "k"})

    @rule(mail=MAILS, name=VALUES, nick=VALUES)
    def create_in_office(self, mail: str, name: str, nick: str) -> None:
        if self.is_free(self.model.office, mail):
            made = self.world.office.insert(
                "person", {"email": mail or None, "fullName": name, "alias": nick, "kind": "k"}
            ).id
            self.ids[made] = made
            self.note(self.model.office, made, {"mail": mail, "name": name, "nick": nick, "kind": "k"})

    @rule(number=NUMBERS, name=st.sampled_from(PROPERTIES), value=VALUES)
    def edit_in_shop(self, number: int, name: str, value: str) -> None:
        if self.model.shop.records:
            one = sorted(self.model.shop.records)[number % len(self.model.shop.records)]
            self.world.shop.edit("people", one, {name: value})
            self.note(self.model.shop, one, {name: value})

    @rule(number=NUMBERS, name=st.sampled_from(PROPERTIES), value=VALUES)
    def edit_in_office(self, number: int, name: str, value: str) -> None:
        if self.model.office.records:
            one = sorted(self.model.office.records)[number % len(self.model.office.records)]
            self.world.office.edit("person", self.ids[one], {TWINS[name]: value})
            self.note(self.model.office, one, {name: value})

    @rule()
    def cycle(self) -> None:
        summary = self.engine.cycle()
        assert summary.problems == ()
        self.model.cycle()
        for source, target in self.model.links.items():
            link = self.world.links.by_source(KEY, source)
            assert link is not None
            assert self.ids.setdefault(target, link.target) == link.target
        self.settled = True

    @precondition(lambda self: self.settled)
    @rule()
    def cycle_again(self) -> None:
        self.engine.cycle()
        assert self.engine.cycle().writes == 0

    @invariant()
    def both_sides_are_as_the_model_says(self) -> None:
        if self.settled:
            people, persons = self.world.shop.records("people"), self.world.office.records("person")
            assert {each: in_shop(people[each]) for each in people} == self.model.shop.records
            ours = {each: self.ids[each] for each in self.model.office.records}
            assert sorted(ours.values()) == sorted(persons)
            assert {each: in_office(persons[one]) for each, one in ours.items()} == self.model.office.records

    def is_free(self, shelf: Shelf, mail: str) -> bool:
        return not mail or all(mail != record["mail"] for record in shelf.records.values())

    def note(self, shelf: Shelf, id: str, values: dict[str, str]) -> None:
        self.time += 1
        shelf.records.setdefault(id, {}).update(values)
        shelf.edited[id] = self.time
        self.settled = False


class Erasing(Syncing):
    erases = True


def in_shop(data: dict[str, Any]) -> dict[str, str]:
    mail = data["mail"]["shown"] if "mail" in data else ""
    return {"mail": mail or ""} | {name: data.get(name) or "" for name in PROPERTIES}


def in_office(data: dict[str, Any]) -> dict[str, str]:
    return {"mail": data.get("email") or ""} | {name: data.get(TWINS[name]) or "" for name in PROPERTIES}


TestSyncing = Syncing.TestCase
TestErasing = Erasing.TestCase
TestSyncing.settings = TestErasing.settings = settings(max_examples=many(15), stateful_step_count=30, deadline=None)
