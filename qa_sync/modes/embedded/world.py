"""The embedded environment of one section: the vendors' APIs, a virtual clock, and the built-in sync."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import httpx
from msgspec import Struct

from qa_sync.checklist.side import Side
from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Dataflow, Section
from qa_sync.errors import UnknownName
from qa_sync.modes.embedded.mid_cycle import ActingSystem, MidCycle
from qa_sync.modes.embedded.sync_engine import make_engine, reported_problems
from qa_sync.modes.job import CYCLE_S, EARLIER, EPOCH, Job
from qa_sync.running.environment import Environment, SyncControl, SyncProblem
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.sync.faults.table import find_fault
from qa_sync.sync.store.links import Links
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.rest.rest_system import RestSystem

Wire = Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""Wraps the transport to a system, for example with a recorder."""


class World(Struct, frozen=True):
    """The embedded systems of one section, isolated from all other sections."""

    environment: Environment
    close: Callable[[], None]


def embedded_name(job: Job, label: str) -> str:
    """Return the name of the embedded system of a label; raises UnknownName when there is none."""
    name = job.connectors[label].name
    if name not in VENDORS:
        hint = f'set its url in qa-sync.toml, [systems."{label}"], and use --mode live'
        raise UnknownName("embedded system", name, VENDORS, hint=hint)
    return name


def build_world(job: Job, dataflow: Dataflow, section: Section, seed: str, wire: Wire) -> World:
    """Create the section's two systems, empty, and the engine that syncs the whole spec between them."""
    clock = VirtualClock(EPOCH)
    labels = {Side.SOURCE: section.source.system, Side.TARGET: section.target.system}
    names = {label: embedded_name(job, label) for label in labels.values()}
    transports = {name: AsgiTransport(VENDORS[name].build_app(clock.now, seed)) for name in set(names.values())}

    def system(label: str, transport: httpx.BaseTransport) -> RestSystem:
        vendor = VENDORS[names[label]]
        return RestSystem(label, job.connectors[label], vendor.base_url, vendor.secrets, transport, clock=clock)

    mid_cycle = MidCycle()
    source, target = (ActingSystem(system(label, transports[names[label]]), mid_cycle) for label in labels.values())
    engine = make_engine(
        dataflow,
        source,
        target,
        Links(":memory:"),
        job.settings,
        faults=tuple(find_fault(name) for name in job.faults),
    )

    reported: list[SyncProblem] = []

    def cycle_at_once() -> None:
        problems = engine.cycle().problems
        # A sync with injected faults has problems that it makes itself.
        if not job.faults:
            reported[:] = reported_problems(problems)

    def cycle() -> None:
        # Time passes before and after the cycle, so that no edit of the run has the time of an edit of the engine.
        clock.sleep(CYCLE_S / 2)
        cycle_at_once()
        clock.sleep(CYCLE_S / 2)

    judged = {side: system(label, wire(transports[names[label]])) for side, label in labels.items()}

    def close() -> None:
        for transport in transports.values():
            transport.close()

    environment = Environment(
        judged,
        clock,
        cycle,
        EPOCH - EARLIER,
        job.timeout_s,
        job.settings.zone,
        cycles_known=True,
        exclusive=True,
        max_lag_s=job.max_lag_for(section),
        sync_problems=lambda: tuple(reported),
        control=SyncControl(run_at_once=cycle_at_once, run_during=partial(mid_cycle.run, cycle)),
    )
    return World(environment, close)
