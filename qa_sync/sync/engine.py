"""The dataflow carried out between two systems, a cycle at a time. Source of the rules: DESIGN 6, facts/SESAM.md 4.

    read each list once -> what changed is put on the lanes' lists of things to do -> lane by lane, in the order of
    references: linked? keep in sync | matched? link, then keep in sync | allowed? create | else wait

Deletes never propagate: a link whose record is gone is left alone, so that its counterpart is not made again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, tzinfo
from functools import reduce

from qa_sync.clock import Clock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import InvalidResponse, RequestRejected
from qa_sync.sync.cycle.connected import Connections
from qa_sync.sync.cycle.create_record import Creator
from qa_sync.sync.cycle.creation_rules import Predicate, standing_problem
from qa_sync.sync.cycle.lists import listings_of, where
from qa_sync.sync.cycle.process_record import Worker
from qa_sync.sync.cycle.read_changes import Gatherer, Stopped
from qa_sync.sync.cycle.update_pair import Keeper
from qa_sync.sync.faults.fault import Fault
from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.policies import Policies
from qa_sync.sync.prepare_lanes import Preparation
from qa_sync.sync.records.clock_offsets import Clocks
from qa_sync.sync.records.conversion import Carrier
from qa_sync.sync.store.links import Links
from qa_sync.sync.summary import CycleSummary, Problem, Tally
from qa_sync.sync.writer import PlainWriter, Writer
from qa_sync.systems.system import System


def _never() -> bool:
    return False


class Engine:
    """Carries a dataflow out between two systems.

    `zone` is the business time zone; `conditions` are the predicates of conditional sections by section key;
    `literals` the values behind `wd:Q...` names; `faults` misbehaviours, put round its parts in that order; `policies`
    what the document does not state; `only` the keys of the sections that are carried out (None: all); `clock` tells
    how old a list's stamps are, and whose clock is wrong (None: nobody knows, and more is read again than need be);
    `writer` is the way out;
    `stop` is asked between two writes whether to go on.
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
        policies: Policies | None = None,
        only: Collection[str] | None = None,
        clock: Clock | None = None,
        writer: Writer | None = None,
        stop: Callable[[], bool] = _never,
    ) -> None:
        writer = writer or PlainWriter()
        for fault in faults:
            writer, source, target = fault.writer(writer), fault.system(source), fault.system(target)
        prepared = Preparation(dataflow, source, target, literals or {})
        policies, conditions = policies or Policies(), conditions or {}
        carrier = Carrier(links, zone)
        lanes = tuple(_misread(lane, faults) for lane in prepared.lanes)
        self._lanes = tuple(lane for lane in lanes if only is None or lane.section.key in only)
        self._links = links
        self._stop = stop
        self._listings = listings_of(lanes, links, f"{dataflow.source} > {dataflow.target}", policies, conditions)
        self._gatherer = Gatherer(links, clock, stop)
        connections = Connections(links, lanes, self._listings)
        keeper = Keeper(links, carrier, writer, policies, Clocks(links.state, clock))
        creator = Creator(links, carrier, writer)
        self._worker = Worker(
            links, self._listings, conditions, connections=connections, keeper=keeper, creator=creator, zone=zone
        )
        untold = (standing_problem(lane, lanes, conditions) for lane in self._lanes)
        self._untold = [*prepared.problems, *(p for p in untold if p)]

    def cycle(self) -> CycleSummary:
        """Look at all that changed once; raises SystemUnreachable, everything else is a Problem.

        What is wrong with the document's rows is told by the first cycle only; what is wrong with records by every one.
        """
        tally = Tally(problems=dict.fromkeys(self._untold))
        self._untold = []
        lanes: list[Lane] = []
        try:
            lanes = self._gather(tally)
            self._carry_out(lanes, tally)
        except Stopped:
            tally.complete = False
            lanes = []  # of what was not looked at nobody knows whether it is in sync
        finally:
            self._links.state.flush()
        for lane in self._lanes:
            tally.tell(self._worker.told(lane))
        return tally.summary(sum(self._worker.at_rest(lane) for lane in lanes))

    def _gather(self, tally: Tally) -> list[Lane]:
        """Read every list once; return the lanes of which both were read whole."""
        used = {where(lane.end(side)): None for side in Side for lane in self._lanes}
        cut: set[str] = set()
        for place in used:
            listing = self._listings[place]
            uses = [use for use in listing.uses if use.lane in self._lanes]
            try:
                number = self._gatherer.gather(listing)
            except (RequestRejected, InvalidResponse) as error:
                text = f"the section is cut short: {error.in_line}"
                tally.tell(Problem(use.lane.section.key, place[0], None, text) for use in uses)
                cut.update(use.lane.section.key for use in uses)
                continue
            tally.add("seen", number * sum(use.side is Side.SOURCE for use in uses))
        tally.add("cut", len(cut))
        return [lane for lane in self._lanes if lane.section.key not in cut]

    def _carry_out(self, lanes: Sequence[Lane], tally: Tally) -> None:
        """Look at everything once; then, as long as something is linked, at what waited for that."""
        again = False
        for _ in range(len(lanes) + 1):
            begun = self._links.state.counter
            for lane in lanes:
                self._lane(lane, tally, again=again)
            if self._links.state.counter == begun:
                return
            again = True

    def _lane(self, lane: Lane, tally: Tally, *, again: bool) -> None:
        turn = self._worker.turn(lane, tally)
        for item in self._worker.items(lane, again=again):
            if self._stop():
                raise Stopped
            self._worker.look_at(turn, item)


def _misread(lane: Lane, faults: Sequence[Fault]) -> Lane:
    return reduce(lambda read, fault: fault.lane(read), faults, lane)
