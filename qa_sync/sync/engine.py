"""Runs the sync of a dataflow between two systems in cycles.

    read each list once -> add changed records to the work queues of the lanes -> lane by lane, in the order of
    references: linked? keep in sync | matched? link, then keep in sync | allowed? create | else wait

Deletes never propagate: a link with a deleted record stays, so that the record is not created again. Source:
docs/explanation/connector-format-facts.rst, "How Sesam Talk synchronizes".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, tzinfo
from functools import reduce

from qa_sync.clock import Clock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import InvalidResponse, RequestRejected
from qa_sync.sync.cycle.connected import Connections
from qa_sync.sync.cycle.create_record import RecordCreator
from qa_sync.sync.cycle.creation_rules import Predicate, permanent_problem
from qa_sync.sync.cycle.lists import list_key, make_listings
from qa_sync.sync.cycle.lost_creates.put_off import UnsettledCreates
from qa_sync.sync.cycle.lost_creates.settle import CreateSettler
from qa_sync.sync.cycle.process_record import RecordProcessor
from qa_sync.sync.cycle.read_changes import ChangeReader, Stopped
from qa_sync.sync.cycle.update_pair import PairUpdater
from qa_sync.sync.faults.fault import Fault
from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.policies import Policies
from qa_sync.sync.prepare_lanes import PreparedLanes
from qa_sync.sync.records.clock_offsets import ClockOffsets
from qa_sync.sync.records.conversion import ValueConverter
from qa_sync.sync.store.links import Links
from qa_sync.sync.summary import CycleSummary, CycleTally, Problem
from qa_sync.sync.writer import PlainWriter, Writer
from qa_sync.systems.system import System


def _never() -> bool:
    return False


class Engine:
    """Synchronizes two systems according to a dataflow.

    `zone` is the business time zone; `conditions` are the predicates of conditional sections by section key;
    `literals` are the values of `wd:Q...` names; `faults` wrap the engine's parts in this order; `policies` are rules
    that the spec does not state; `only` has the keys of the sections to sync (None: all). `clock` measures the age of
    list timestamps and the offsets of the systems' clocks (None: lists are re-read more often). `writer` performs the
    writes; the engine calls `stop` between writes and stops when it returns True.
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
        prepared = PreparedLanes(dataflow, source, target, literals or {})
        policies, conditions = policies or Policies(), conditions or {}
        converter = ValueConverter(links, zone)
        lanes = tuple(_with_faults(lane, faults) for lane in prepared.lanes)
        self._lanes = tuple(lane for lane in lanes if only is None or lane.section.key in only)
        self._links = links
        self._stop = stop
        self._listings = make_listings(lanes, links, f"{dataflow.source} > {dataflow.target}", policies, conditions)
        self._reader = ChangeReader(links, clock, stop)
        connections = Connections(links, lanes, self._listings)
        # A deliberate fault alters what is written: then the system is not to blame for what it stored.
        updater = PairUpdater(
            links, converter, writer, policies, ClockOffsets(links.state, clock), reports_unstored=not faults
        )
        self._unsettled = UnsettledCreates()
        record_creator = RecordCreator(
            links, converter, writer, self._unsettled, clock=clock, reports_unstored=not faults
        )
        self._processor = RecordProcessor(
            links,
            self._listings,
            conditions,
            connections=connections,
            updater=updater,
            record_creator=record_creator,
            zone=zone,
        )
        self._settler = CreateSettler(links, self._unsettled, self._processor, clock, stop)
        permanent = (permanent_problem(lane, lanes, conditions) for lane in self._lanes)
        self._first_problems = [*prepared.problems, *(p for p in permanent if p)]

    def cycle(self) -> CycleSummary:
        """Process all changes once; raises SystemUnreachable, other errors become Problems.

        Only the first cycle reports problems with the spec's rows; every cycle reports problems with records.
        """
        tally = CycleTally(problems=dict.fromkeys(self._first_problems))
        self._first_problems = []
        lanes: list[Lane] = []
        try:
            lanes = self._read_lists(tally)
            self._process_lanes(lanes, tally)
        except Stopped:
            tally.complete = False
            lanes = []  # unprocessed records may not be in sync
        finally:
            self._links.state.flush()
        for lane in self._lanes:
            tally.report(self._processor.problems(lane))
        return tally.summary(sum(self._processor.in_sync_count(lane) for lane in lanes))

    def _read_lists(self, tally: CycleTally) -> list[Lane]:
        """Read every list once; return the lanes whose two lists were read completely."""
        used = {list_key(lane.end(side)): None for side in Side for lane in self._lanes}
        cut: set[str] = set()
        for place in used:
            listing = self._listings[place]
            uses = [use for use in listing.uses if use.lane in self._lanes]
            try:
                number = self._reader.read(listing)
            except (RequestRejected, InvalidResponse) as error:
                text = f"the section is skipped in this cycle: {error.in_line}"
                tally.report(Problem(use.lane.section.key, place[0], None, text) for use in uses)
                cut.update(use.lane.section.key for use in uses)
                continue
            tally.add("seen", number * sum(use.side is Side.SOURCE for use in uses))
        tally.add("cut", len(cut))
        return [lane for lane in self._lanes if lane.section.key not in cut]

    def _process_lanes(self, lanes: Sequence[Lane], tally: CycleTally) -> None:
        """Process all items once, then the items that wait for links, until no new link is created."""
        self._unsettled.begin_cycle()
        for lane in lanes:
            self._settler.resume(self._processor.lane_cycle(lane, tally))
        again = False
        for _ in range(len(lanes) + 1):
            begun = self._links.state.counter
            for lane in lanes:
                self._process_lane(lane, tally, again=again)
            self._settler.settle()
            if self._links.state.counter == begun:
                return
            again = True

    def _process_lane(self, lane: Lane, tally: CycleTally, *, again: bool) -> None:
        lane_cycle = self._processor.lane_cycle(lane, tally)
        for item in self._processor.items(lane, again=again):
            if self._stop():
                raise Stopped
            self._processor.process(lane_cycle, item)
            if self._unsettled.is_full:
                self._settler.settle()


def _with_faults(lane: Lane, faults: Sequence[Fault]) -> Lane:
    return reduce(lambda read, fault: fault.lane(read), faults, lane)
