"""The dataflow carried out between two systems, a cycle at a time. Source of the rules: DESIGN 6, facts/SESAM.md 4.

    list both sides -> linked? keep in sync | matched? link, then keep in sync | allowed? create

Deletes never propagate: a link whose record is gone is left alone, so that its counterpart is not made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from functools import reduce

from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import BadAnswer, Refused
from qa_sync.sync.allowing import Predicate, may_create, meets_condition, standing_problem
from qa_sync.sync.carrying import Carrier
from qa_sync.sync.creating import Creator
from qa_sync.sync.faults.fault import Fault
from qa_sync.sync.keeping import Keeper
from qa_sync.sync.lanes import Lane
from qa_sync.sync.links import Link, Links
from qa_sync.sync.preparing import Preparation
from qa_sync.sync.summary import CycleSummary, Tally
from qa_sync.sync.turn import Turn
from qa_sync.sync.writer import PlainWriter, Writer
from qa_sync.systems.system import Record, System


class Engine:
    """Carries a dataflow out between two systems.

    `zone` is the business time zone; `conditions` are the predicates of conditional sections by section key;
    `literals` the values behind `wd:Q...` names; `faults` misbehaviours, put round its parts in that order.
    """

    def __init__(
        self,
        dataflow: Dataflow,
        source: System,
        target: System,
        links: Links,
        *,
        zone: tzinfo = UTC,
        conditions: Mapping[str, Predicate] | None = None,
        literals: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        writer: Writer = PlainWriter()
        for fault in faults:
            writer, source, target = fault.writer(writer), fault.system(source), fault.system(target)
        prepared = Preparation(dataflow, source, target, literals or {})
        carrier = Carrier(links, zone)
        self._lanes = tuple(_misread(lane, faults) for lane in prepared.lanes)
        self._links = links
        self._zone = zone
        self._conditions = conditions or {}
        self._keeper = Keeper(links, carrier, writer)
        self._creator = Creator(links, carrier, writer)
        untold = (standing_problem(lane, self._lanes, self._conditions) for lane in self._lanes)
        self._untold = [*prepared.problems, *(p for p in untold if p)]

    def cycle(self) -> CycleSummary:
        """Look at every record of every section once; raises SystemUnreachable, everything else is a Problem.

        What is wrong with the document's rows is told by the first cycle only.
        """
        tally = Tally(problems=self._untold)
        self._untold = []
        for lane in self._lanes:
            self._section(lane, tally)
        return tally.summary()

    def _section(self, lane: Lane, tally: Tally) -> None:
        reading = lane.target
        try:
            targets = {r.id: r for r in reading.system.list(reading.card.datatype)}
            turn = Turn(lane, targets, self._links, self._zone, tally)
            reading = lane.source
            for record in reading.system.list(reading.card.datatype):
                self._record(turn, record)
        except (Refused, BadAnswer) as error:
            tally.problem(lane.section.key, reading.system.label, None, f"the section is cut short: {error}")

    def _record(self, turn: Turn, record: Record) -> None:
        turn.tally.add("seen")
        try:
            link = self._links.by_source(turn.lane.key, record.id) or self._first_met(turn, record)
            if link and link.target in turn.targets:
                self._keeper.keep(turn.lane, link, record, turn.targets[link.target], turn.tally)
        except (Refused, BadAnswer) as error:
            turn.problem(record, str(error))

    def _first_met(self, turn: Turn, record: Record) -> Link | None:
        """Match a record that has no link, else create its counterpart; return the link that a match gave it."""
        lane = turn.lane
        if not meets_condition(lane, record, self._conditions) or turn.is_counterpart(record):
            return None
        found = turn.matches(record)
        if found is None:
            return None
        if len(found) == 1:
            turn.tally.add("linked")
            return self._links.connect(lane.key, record.id, found[0])
        if found:
            turn.problem(record, f"matches {len(found)} records ({', '.join(found)}); make them one, or different")
        elif may_create(lane, record, self._links, self._lanes):
            self._creator.create(turn, record)
        return None


def _misread(lane: Lane, faults: Sequence[Fault]) -> Lane:
    return reduce(lambda read, fault: fault.lane(read), faults, lane)
