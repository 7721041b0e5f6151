"""The records of one scenario while it is played: who they are, what they answered last, and what must be removed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from qa_sync.checklist.model import Edit, Insert, RoleId, SampleValue, Scenario, Shown, Side
from qa_sync.errors import BadAnswer, BrokenRule, Conflict, CouldNotFindOut, QaSyncError
from qa_sync.running.environment import Stage
from qa_sync.running.events import Leftover, RecordRef
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record, System
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.form import Canonical, Json
from qa_sync.values.paths import read


class Gone(BadAnswer):
    """A record that was there at an earlier look is not there any more, and it was not the judge who removed it."""


EDITS = 5
"""How often an edit is tried: between our read and our write the sync may have written."""


class Held(NamedTuple):
    """One record of a role on one side; a tuple, because it is a key that is looked up ten thousand times in a run."""

    role: str
    side: Side


class Scene:
    """What a scenario knows of its records; every write is read back before it is believed."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self.stage = stage
        self.cast = scenario.cast
        self.ids: dict[Held, str] = {}
        self.latest: dict[Held, Record] = {}
        self.remembered: dict[Held, Record] = {}
        self.answered: dict[Held, Record] = {}
        self.written: dict[tuple[Held, str], Record] = {}
        self.written_at: datetime = stage.clock.now()
        self.ignored: set[tuple[Held, str]] = set()
        self.marks: dict[str, str] = {}
        self._lists: dict[tuple[Side, str], list[tuple[str, str]]] = {}
        self._read: set[Held] = set()
        self._shown: set[Held] = set()
        self._made: list[tuple[Held, str]] = []
        self._before: dict[tuple[str, str], frozenset[str]] = {}

    # -- who is who

    def system(self, held: Held) -> System:
        """Return the system that holds the record."""
        return self.stage.systems[held.side]

    def card(self, held: Held) -> EntityCard:
        """Return the card of the record's entity."""
        return self.cast[held.role].card(held.side)

    def ref(self, held: Held) -> RecordRef:
        """Return how a report names the record."""
        return RecordRef(self.system(held).label, self.card(held).names[0], self.ids[held])

    def counterpart_of(self, side: Side, datatype: str, id: str) -> str | None:
        """Return the id of the counterpart of one of this scenario's records, None when it is none of them."""
        for held, own in self.ids.items():
            if own == id and held.side is side and self.card(held).datatype == datatype:
                return self.ids.get(Held(held.role, side.other))
        return None

    # -- writing, and believing only what is read back

    def insert(self, step: Insert) -> None:
        """Make the role's record."""
        held = Held(step.role, step.side)
        self.marks[step.role] = step.mark
        self._note_standing(step.role)
        values, datatype = self._wire(held, step.values), self.card(held).datatype
        made = self.system(held).insert(datatype, values, lambda: self._newly_found(held))
        self.ids[held] = made
        if (held, made) not in self._made:
            self._made.append((held, made))
        self.written_at = self.stage.clock.now()
        self._note_ignored(held, step.values, None)

    def edit(self, step: Edit) -> None:
        """Change the role's record, from a fresh read; raises Conflict when that cannot be."""
        held = Held(step.role, step.side)
        before = self._changed(held, step.values)
        self.written_at = self.stage.clock.now()
        self._note_ignored(held, step.values, before)

    def _changed(self, held: Held, values: Mapping[str, SampleValue]) -> Record:
        """Change a record and return how it was; a conflict with a record that stands still has another cause."""
        before = self.look(held)
        for _ in range(EDITS - 1):
            try:
                self.system(held).update(before, self._wire(held, values))
            except Conflict:
                now = self.look(held)
                if now.data == before.data:
                    raise
                before = now
            else:
                return before
        self.system(held).update(before, self._wire(held, values))
        return before

    def look(self, held: Held) -> Record:
        """Read the record afresh; raises Gone when it was there before, BadAnswer when it was never seen."""
        record = self.system(held).lookup(self.card(held).datatype, self.ids[held])
        if record is None:
            named = f"{self.ref(held).system} {self.card(held).names[0]} {self.ids[held]}"
            if held in self._shown:
                raise Gone(f"expected {named} to be there still, it is gone")
            raise BadAnswer(f"{named} cannot be read, though the system has told of it")
        self.latest[held] = record
        self._shown.add(held)
        return record

    def seen(self, held: Held) -> Record:
        """Return the record as it is at this look: it is read once, however many claims are about it."""
        if held not in self._read:
            self.look(held)
            self._read.add(held)
        return self.latest[held]

    def delete(self, held: Held) -> None:
        """Remove a record; it is still one of ours, in case it stays."""
        self.system(held).delete(self.card(held).datatype, self.ids[held])
        self.written_at = self.stage.clock.now()

    def remember(self, roles: tuple[str, ...]) -> None:
        """Keep how the roles' records look now, on each side where there is one."""
        for held in (Held(role, side) for role in roles for side in Side):
            if held in self.ids:
                self.remembered[held] = self.look(held)

    def value(self, held: Held, record: Record, path: str) -> Canonical:
        """Return a property's canonical value; raises NotConvertible."""
        return to_canonical(read(record.data, path), self.card(held).properties[path].form)

    def _wire(self, held: Held, values: Mapping[str, SampleValue]) -> Mapping[str, Json]:
        known = {path: self._resolved(value, held.side) for path, value in values.items()}
        cards = self.card(held).properties
        return {
            cards[path].write_path: to_wire(value, cards[path].form, known, self.stage.zone)
            for path, value in known.items()
        }

    def _resolved(self, value: SampleValue, side: Side) -> Canonical:
        if isinstance(value, RoleId):
            return self.ids[Held(value.role, side)]
        if isinstance(value, Shown):
            there = Held(value.role, value.side)
            return self.value(there, self.latest[there], value.path)
        if isinstance(value, tuple):
            return tuple(self._resolved(v, side) for v in value)
        return value

    def _note_ignored(self, held: Held, values: Mapping[str, SampleValue], before: Record | None) -> None:
        """Read the record back and note which of the written values the system did not take at all."""
        after = self.answered[held] = self.look(held)
        self.ignored = {(other, path) for other, path in self.ignored if other != held}
        self.written |= dict.fromkeys(((held, path) for path in values), after)
        for path, value in values.items():
            was, now = (read(record.data, path) if record else None for record in (before, after))
            if now == was and self.value(held, after, path) != self._resolved(value, held.side):
                self.ignored.add((held, path))

    # -- finding the counterpart

    def find(self, held: Held) -> list[str]:
        """Return the ids of the records that carry the role's mark, and claim them for removal.

        Where both sides are one entity of one system, the record on the other side is not its own counterpart.
        """
        mark = self.marks[held.role]
        own = self._own(held)
        found = [one for one, text in self._listed(held) if mark in text and one != own]
        self._made += [(held, one) for one in found if (held, one) not in self._made]
        if found:
            self.ids.setdefault(held, found[0])
            self._shown |= {held} if self.ids[held] in found else set()
        return found

    def _newly_found(self, held: Held) -> str | None:
        """Return the id of a record that carries the role's mark and is none of those known, None when there is none.

        It finds what a create without an answer has made.
        """
        known = {one for other, one in self._made if other == held}
        self.begin_look()
        return next((one for one in self.find(held) if one not in known), None)

    def begin_look(self) -> None:
        """Forget what was listed: within one look a list is asked for once, however many claims are about it."""
        self._lists.clear()
        self._read.clear()

    def _listed(self, held: Held) -> list[tuple[str, str]]:
        """Return the id of each record with all that it says, in which marks are looked for."""
        datatype = self.card(held).datatype
        if (held.side, datatype) not in self._lists:
            listed = self.system(held).list(datatype, self.stage.since)
            self._lists[held.side, datatype] = [(record.id, _text(record)) for record in listed]
        return self._lists[held.side, datatype]

    def strangers(self, held: Held) -> list[str]:
        """Return new records of the same entity that bear none of the scenario's marks.

        Only where nobody else writes to the system can they be told to be the sync's.
        """
        before = self._before.get(self._place(held))
        if before is None:
            return []
        return [
            one
            for one, text in self._listed(held)
            if one not in before and not any(mark in text for mark in self.marks.values())
        ]

    def _note_standing(self, role: str) -> None:
        """Note what was there before the role's records."""
        for held in (Held(role, side) for side in Side):
            if self.stage.alone and self._place(held) not in self._before:
                self.begin_look()
                self._before[self._place(held)] = frozenset(one for one, _ in self._listed(held))

    def _place(self, held: Held) -> tuple[str, str]:
        return self.system(held).label, self.card(held).datatype

    def known(self, held: Held) -> int:
        """Return how many records of the role are known on that side."""
        return sum(one == held for one, _ in self._made)

    def _own(self, held: Held) -> str | None:
        """Return the id of the record on the other side when it is of the same entity of the same system."""
        other = Held(held.role, held.side.other)
        same = self.system(held).label == self.system(other).label
        return self.ids.get(other) if same and self.card(held).datatype == self.card(other).datatype else None

    # -- leaving nothing behind

    def remove_all(self, kept: str | None = None) -> Iterator[Leftover]:
        """Remove what was made, latest first; yield what could not be removed, and why (`kept`: all of it)."""
        self._claim_unseen()
        for held, made in reversed(self._made):
            system, card = self.system(held), self.card(held)
            why = kept or card.cannot.get("delete") or _refusal(system, card.datatype, made)
            if why:
                yield Leftover(system.label, card.names[0], made, why)

    def _claim_unseen(self) -> None:
        """Look once more for counterparts that nobody has seen: the scenario may have ended before the first look."""
        for held in [held for held, _ in self._made]:
            other = Held(held.role, held.side.other)
            if other not in self.ids:
                with suppress(CouldNotFindOut):
                    self.begin_look()
                    self.find(other)


def _refusal(system: System, datatype: str, id: str) -> str | None:
    try:
        system.delete(datatype, id)
    except BrokenRule:
        raise
    except QaSyncError as error:
        return error.message
    return None


def _text(record: Record) -> str:
    return json.dumps(record.data, default=str).casefold()
